import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { MessageJson } from '../../../api/index.ts';
import { MESSAGE_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { When } from '../../parts/figures.tsx';
import { MessageState } from '../../parts/message-state.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { useNow } from '../../time.ts';

/** What households were told by message. */
export function Messages(): ReactNode {
  const words = useWords(MESSAGE_WORDS);
  const now = useNow();
  const messages = usePages<MessageJson>('/messages', { live: true });
  return (
    <Panel>
      <Text size="sm" className="quiet" mb="sm">
        {words.note}
      </Text>
      <Rows of={messages} waiting={words.waiting} blank={words.none}>
        {(items) => (
          <DataTable
            label={words.title}
            items={items}
            keyOf={({ id }) => id}
            minWidth={860}
            columns={[
              { head: words.when, cell: ({ at }) => <When at={at} now={now} /> },
              { head: words.state, cell: (message) => <MessageState message={message} /> },
              { head: words.meter, cell: ({ meter }) => <Link to={`/meters/${meter}`}>{meter}</Link> },
              { head: words.number, cell: ({ number }) => `+${number}` },
              { head: words.cause, cell: ({ cause }) => words.causes[cause] },
              { head: words.text, cell: ({ text }) => <span style={{ overflowWrap: 'anywhere' }}>{text}</span> },
            ]}
          />
        )}
      </Rows>
    </Panel>
  );
}
