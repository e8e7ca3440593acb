import type { ReactNode } from 'react';
import type { CardTicketJson } from '../../../api/index.ts';
import { CARD_WORDS, fill } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useNow } from '../../time.ts';

interface Tickets {
  readonly items: readonly CardTicketJson[];
}

interface Props {
  readonly of: { readonly data: Tickets | undefined; readonly error: Error | null; readonly refetch: () => unknown };
}

/** In which meters the card may be spent, the newest ticket first. */
export function CardTickets({ of }: Props): ReactNode {
  const words = useWords(CARD_WORDS);
  const { exact } = useFormat();
  const now = useNow();
  return (
    <Panel title={words.tickets}>
      <Loaded of={of} waiting={words.ticketsWaiting}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank title={words.noTickets} />
          ) : (
            <DataTable
              label={words.tickets}
              items={[...items].sort((a, b) => (a.issuedAt < b.issuedAt ? 1 : -1))}
              keyOf={({ region, meter, version }) => `${region} ${meter} ${version}`}
              minWidth={760}
              columns={[
                { head: words.meter, cell: ({ meter }) => meter },
                { head: words.region, cell: ({ region }) => words.regions[region] },
                { head: words.version, cell: ({ version }) => version, isFigure: true },
                { head: words.limit, cell: ({ limit }) => <Money tokens={limit} />, isFigure: true },
                {
                  head: words.expires,
                  cell: ({ expiresAt }) =>
                    Date.parse(expiresAt) > now ? exact(expiresAt) : fill(words.expired, exact(expiresAt)),
                },
                { head: words.epoch, cell: ({ epoch }) => epoch, isFigure: true },
                {
                  head: words.taken,
                  cell: ({ takenAt }) => (takenAt === undefined ? words.notTaken : exact(takenAt)),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
