import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { CardTicketJson } from '../../../api/index.ts';
import { CARD_WORDS, fill } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable, type Pages, Rows } from '../../parts/rows.tsx';
import { useNow } from '../../time.ts';
import { cardAddress, offlineMeterAddress } from './address.ts';

/** In which meters the card may be spent. */
export function CardTickets({ of }: { readonly of: Pages<CardTicketJson> }): ReactNode {
  const words = useWords(CARD_WORDS);
  return (
    <Panel title={words.tickets}>
      <Rows of={of} waiting={words.ticketsWaiting} blank={words.noTickets}>
        {(items) => <TicketTable label={words.tickets} items={items} isOf="card" />}
      </Rows>
    </Panel>
  );
}

interface TableProps {
  readonly items: readonly CardTicketJson[];
  readonly label: string;
  /** Whose tickets they are: the other side of each is named. */
  readonly isOf: 'card' | 'meter';
}

/** Tickets of one card or one meter, the newest first. */
export function TicketTable({ label, items, isOf }: TableProps): ReactNode {
  const words = useWords(CARD_WORDS);
  const { exact } = useFormat();
  const now = useNow();
  const other =
    isOf === 'card'
      ? { head: words.meter, cell: ({ meter }: CardTicketJson) => <Link to={offlineMeterAddress(meter)}>{meter}</Link> }
      : { head: words.number, cell: ({ card }: CardTicketJson) => <Link to={cardAddress(card)}>{card}</Link> };
  return (
    <DataTable
      label={label}
      items={[...items].sort((a, b) => (a.issuedAt < b.issuedAt ? 1 : -1))}
      keyOf={({ card, region, meter, version }) => `${card} ${region} ${meter} ${version}`}
      minWidth={760}
      columns={[
        other,
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
  );
}
