import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ShiftJson } from '../../../api/index.ts';
import { AGENT_WORDS, fill, TILL_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { balanceOf } from '../../sale/cash.ts';

/** Every shift: what should have been in its till, what was, and the difference in words. */
export function Shifts(): ReactNode {
  const words = useWords(AGENT_WORDS);
  const till = useWords(TILL_WORDS);
  const { exact, money } = useFormat();
  const shifts = usePages<ShiftJson>('/shifts', { live: true });
  const said = (difference: string) => {
    const { kind, by } = balanceOf(difference);
    return fill(till.balance[kind], money(by));
  };
  return (
    <Panel>
      <Rows of={shifts} waiting={words.shiftsWaiting} blank={words.noShifts}>
        {(items) => (
          <DataTable
            label={words.shifts}
            items={[...items].sort((a, b) => (a.openedAt < b.openedAt ? 1 : -1))}
            keyOf={({ id }) => id}
            minWidth={820}
            columns={[
              { head: words.person, cell: ({ person }) => person },
              {
                head: words.agent,
                cell: ({ agent }) => agent !== undefined && <Link to={`/agents/${agent}`}>{agent}</Link>,
              },
              { head: words.opened, cell: ({ openedAt }) => exact(openedAt) },
              {
                head: words.closedAt,
                cell: ({ closedAt }) => (closedAt === undefined ? words.running : exact(closedAt)),
              },
              { head: words.expected, cell: ({ expected }) => <Money tokens={expected} />, isFigure: true },
              {
                head: words.counted,
                cell: ({ counted }) => counted !== undefined && <Money tokens={counted} />,
                isFigure: true,
              },
              {
                head: words.difference,
                cell: ({ difference }) => difference !== undefined && said(difference),
                isFigure: true,
              },
            ]}
          />
        )}
      </Rows>
    </Panel>
  );
}
