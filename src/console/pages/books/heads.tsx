import { Code, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { HeadJson } from '../../../api/index.ts';
import { BOOKS_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';

/** What a head says of the books: it is signed, so it is shown and not believed by parts. */
interface HeadBody {
  readonly restored?: boolean;
  readonly lanes?: readonly { readonly postings: number }[];
}

/** What was signed of the books, day by day. */
export function Heads(): ReactNode {
  const words = useWords(BOOKS_WORDS);
  const { exact, count } = useFormat();
  const heads = usePages<HeadJson>('/books/heads');
  return (
    <Panel>
      <Text size="sm" className="quiet" mb="sm">
        {words.headsNote}
      </Text>
      <Rows of={heads} waiting={words.waiting} blank={words.noHeads}>
        {(items) => (
          <DataTable
            label={words.heads}
            items={items.map((head) => ({ ...head, says: JSON.parse(head.body) as HeadBody }))}
            keyOf={({ number }) => String(number)}
            columns={[
              { head: words.number, cell: ({ number }) => number, isFigure: true },
              { head: words.at, cell: ({ at }) => exact(at) },
              {
                head: words.postings,
                cell: ({ says }) => count((says.lanes ?? []).reduce((sum, { postings }) => sum + postings, 0)),
                isFigure: true,
              },
              { head: words.key, cell: ({ key }) => <Code title={key}>{key.slice(0, 10)}…</Code> },
              {
                head: words.signature,
                cell: ({ signature, says }) => (
                  <>
                    <Code title={signature}>{signature.slice(0, 16)}…</Code> {says.restored === true && words.restored}
                  </>
                ),
              },
            ]}
          />
        )}
      </Rows>
    </Panel>
  );
}
