import { Button, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { ApprovalJson } from '../../../api/index.ts';
import { APPROVAL_WORDS, PAGE_NAMES } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { Ask, useAsks } from './ask.tsx';
import { Decide } from './decide.tsx';
import { Said } from './said.tsx';

/** What takes four eyes: what waits first, then all that was asked and what became of it. */
export function ApprovalsPage(): ReactNode {
  const words = useWords(APPROVAL_WORDS);
  const names = useWords(PAGE_NAMES);
  const [search, setSearch] = useSearchParams();
  const mayAsk = useAsks().length > 0;
  const waiting = usePages<ApprovalJson>('/approvals/waiting', { live: true });
  const all = usePages<ApprovalJson>('/approvals', { live: true });
  return (
    <Page
      title={names.approvals}
      note={words.note}
      actions={
        mayAsk && (
          <Button size="xs" onClick={() => setSearch({ ask: 'any' })}>
            {words.ask}
          </Button>
        )
      }
    >
      {mayAsk && <Ask wanted={search} close={() => setSearch({})} />}
      <Panel title={words.waitingFor}>
        <Rows of={waiting} waiting={words.waiting} blank={words.noneWaiting}>
          {(items) => <Waiting items={items} />}
        </Rows>
      </Panel>
      <Panel title={words.all}>
        <Rows of={all} waiting={words.allWaiting} blank={words.none}>
          {(items) => <Asked items={items} />}
        </Rows>
      </Panel>
    </Page>
  );
}

interface ListProps {
  readonly items: readonly ApprovalJson[];
}

function Waiting({ items }: ListProps): ReactNode {
  const words = useWords(APPROVAL_WORDS);
  const { exact } = useFormat();
  const mayDecide = useMay('decideApproval') !== undefined;
  const [deciding, setDeciding] = useState<ApprovalJson>();
  return (
    <>
      <DataTable
        label={words.waitingFor}
        items={items}
        keyOf={({ id }) => id}
        minWidth={640}
        columns={[
          { head: words.what, cell: ({ proposal }) => <Said proposal={proposal} /> },
          { head: words.why, cell: ({ why }) => why },
          { head: words.askedBy, cell: ({ askedBy }) => askedBy },
          { head: words.when, cell: ({ askedAt }) => exact(askedAt) },
          {
            head: words.decide,
            isFigure: true,
            cell: (approval) =>
              mayDecide && (
                <Button size="compact-sm" variant="default" onClick={() => setDeciding(approval)}>
                  {words.decide}
                </Button>
              ),
          },
        ]}
      />
      {deciding !== undefined && <Decide key={deciding.id} approval={deciding} close={() => setDeciding(undefined)} />}
    </>
  );
}

function Asked({ items }: ListProps): ReactNode {
  const words = useWords(APPROVAL_WORDS);
  const { exact } = useFormat();
  return (
    <DataTable
      label={words.all}
      items={items}
      keyOf={({ id }) => id}
      minWidth={760}
      columns={[
        { head: words.what, cell: ({ proposal }) => <Said proposal={proposal} /> },
        { head: words.why, cell: ({ why }) => why },
        { head: words.askedBy, cell: ({ askedBy }) => askedBy },
        { head: words.when, cell: ({ askedAt }) => exact(askedAt) },
        { head: words.state, cell: ({ state }) => <Text size="sm">{words.states[state]}</Text> },
        { head: words.decidedBy, cell: ({ decidedBy }) => decidedBy },
      ]}
    />
  );
}
