import type { ReactNode } from 'react';
import type { VendJson } from '../../api/index.ts';
import { CARD_WORDS, fill, VEND_WORDS } from '../../words/index.ts';
import { useWords } from '../locale.tsx';
import { Money } from '../parts/figures.tsx';
import { DataTable } from '../parts/rows.tsx';

interface VendTableProps {
  readonly label: string;
  readonly items: readonly VendJson[];
  /** What stands under the time of a sale: the way to its page, or its reference. */
  readonly at: (vend: VendJson) => ReactNode;
}

/** What a shop or a kiosk sold, the newest first: to which meter or card, where the value is, what was earned. */
export function VendTable({ label, items, at }: VendTableProps): ReactNode {
  const words = useWords(VEND_WORDS);
  return (
    <DataTable
      label={label}
      items={[...items].sort((a, b) => (a.at < b.at ? 1 : -1))}
      keyOf={({ reference }) => reference}
      minWidth={680}
      columns={[
        { head: words.at, cell: at },
        { head: words.place, cell: (vend) => <VendPlace vend={vend} /> },
        {
          head: words.outcome,
          cell: ({ outcome, card }) =>
            outcome === 'stored' && card !== undefined ? words.onCard : words.outcomes[outcome],
        },
        { head: words.paid, cell: ({ paid }) => <Money tokens={paid} />, isFigure: true },
        { head: words.earned, cell: ({ commission }) => <Money tokens={commission} />, isFigure: true },
      ]}
    />
  );
}

/** The meter or the card, with what the card is for, that a sale was made to. */
export function useVendPlace(): (vend: Pick<VendJson, 'meter' | 'card' | 'region'>) => string {
  const words = useWords(VEND_WORDS);
  const { regions } = useWords(CARD_WORDS);
  return ({ meter, card, region }) =>
    card === undefined || region === undefined ? (meter ?? '') : fill(words.card, card, regions[region]);
}

const VendPlace = ({ vend }: { readonly vend: VendJson }): ReactNode => useVendPlace()(vend);
