import type { ReactNode } from 'react';
import type { CardOrderJson } from '../../../api/index.ts';
import { CARD_WORDS, fill, RECEIPT_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { Confirmed } from './confirm.tsx';

/** The newest orders of a card, and what can be done about each. */
export function CardOrders({ card }: { readonly card: string }): ReactNode {
  const words = useWords(CARD_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const { exact, money } = useFormat();
  const orders = usePages<CardOrderJson>(`/cards/${card}/orders`, { live: true });
  return (
    <Panel title={words.orders}>
      <Rows of={orders} waiting={words.ordersWaiting} blank={words.noOrders}>
        {(items) => (
          <DataTable
            label={words.orders}
            items={items}
            keyOf={({ id }) => id}
            minWidth={760}
            columns={[
              { head: words.ordered, cell: ({ orderedAt }) => exact(orderedAt) },
              { head: words.what, cell: ({ operation }) => words.operations[operation] },
              { head: words.region, cell: ({ region }) => words.regions[region] },
              { head: words.state, cell: (order) => said(order, words) },
              {
                head: words.paid,
                cell: ({ paid, method }) =>
                  paid !== undefined && method !== undefined && `${money(paid)} · ${methods[method]}`,
                isFigure: true,
              },
              { head: words.value, cell: ({ amount }) => <Money tokens={amount} />, isFigure: true },
              { head: '', cell: (order) => <Acts order={order} />, isFigure: true },
            ]}
          />
        )}
      </Rows>
    </Panel>
  );
}

const said = ({ state, paidOutAt }: CardOrderJson, words: (typeof CARD_WORDS)['en']): string =>
  paidOutAt === undefined ? words.orderStates[state] : `${words.orderStates[state]}, ${words.paidOut}`;

function Acts({ order }: { readonly order: CardOrderJson }): ReactNode {
  const words = useWords(CARD_WORDS);
  const { money } = useFormat();
  const mayVoid = useMay('proposeCardVoid') !== undefined;
  const mayPayOut = useMay('payOutCard') !== undefined;
  const { id, operation, source, state, amount, paid, paidOutAt } = order;
  const path = `/card-orders/${encodeURIComponent(id)}`;
  if (mayVoid && operation === 'credit' && (state === 'waiting' || state === 'outstanding')) {
    const ask = fill(words.takeBackAsk, money(amount));
    return <Confirmed isSmall needsReason label={words.takeBack} ask={ask} path={`${path}/void`} />;
  }
  // Nobody paid for what was given.
  const isOwed = state === 'closed' || (state === 'refunded' && operation === 'credit' && source !== 'manual');
  if (mayPayOut && isOwed && paidOutAt === undefined) {
    const owed = state === 'refunded' ? (paid ?? amount) : amount;
    const ask = fill(words.payOutAsk, money(owed));
    return <Confirmed isSmall label={words.payOut} ask={ask} path={`${path}/payout`} body={{}} />;
  }
  return null;
}
