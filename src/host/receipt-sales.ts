import { assert, regionText, tokens } from '../units/index.ts';
import { placeOfPurse } from './card-ids.ts';
import { paymentOfOrder } from './payment-order.ts';
import type { StoreReads } from './ports.ts';
import type { OrderPart, PaymentPart, ReceiptLine, TradeState } from './receipt-document.ts';
import type { CardOrder, CardProvider, NumberedOrder, Payment, Trade } from './types.ts';

/** A sale for money as its receipts tell of it, whether its value went to a meter or to a card. */
export interface ReceiptedSale {
  /** Its receipts are numbered behind this. */
  readonly number: string;
  readonly state: TradeState;
  readonly total: number;
  readonly order: OrderPart;
  readonly payment: PaymentPart;
}

/** Sales by the ids of their orders, each of which is for a meter or for a card. */
export async function receiptedSales(tx: StoreReads, ids: readonly string[]): Promise<ReceiptedSale[]> {
  const orders = await tx.ordersOf(ids);
  const trades = await tx.trades.of(ids);
  const payments = await tx.payments.of(ids.map((id) => paymentOfOrder(id) ?? ''));
  const cardOrders = await cardOrdersBeside(tx, ids, orders);
  const providers = await providersOf(tx, [...cardOrders.values()]);
  return ids.map((id, i) => {
    const [order, trade, cardOrder] = [orders[i], trades[i], cardOrders.get(id)];
    if (order !== undefined && trade !== undefined) return saleToMeter(order, trade, payments[i]);
    assert(cardOrder !== undefined, 'a receipt is due for a sale');
    return saleToCard(cardOrder, providers.get(cardOrder.provider));
  });
}

/** What has become of the sales that such orders are. */
export async function statesOfSales(tx: StoreReads, ids: readonly string[]): Promise<TradeState[]> {
  const orders = await tx.ordersOf(ids);
  const cardOrders = await cardOrdersBeside(tx, ids, orders);
  return ids.map((id, i) => stateOf(orders[i] ?? cardOrders.get(id)));
}

async function cardOrdersBeside(
  tx: StoreReads,
  ids: readonly string[],
  orders: readonly (NumberedOrder | undefined)[],
): Promise<ReadonlyMap<string, CardOrder>> {
  const others = ids.filter((_, i) => orders[i] === undefined);
  const found = others.length === 0 ? [] : await tx.cardOrders.of(others);
  return new Map(found.flatMap((order) => (order === undefined ? [] : [[order.id, order]])));
}

async function providersOf(
  tx: StoreReads,
  orders: readonly CardOrder[],
): Promise<ReadonlyMap<string, CardProvider | undefined>> {
  const ids = [...new Set(orders.map(({ provider }) => provider))];
  const found = ids.length === 0 ? [] : await tx.cardProviders.of(ids);
  return new Map(ids.map((id, i) => [id, found[i]]));
}

function saleToMeter(order: NumberedOrder, trade: Trade, payment: Payment | undefined): ReceiptedSale {
  const paid = Number(trade.paid);
  return {
    number: String(order.sequence),
    state: stateOf(order),
    total: paid,
    order: {
      id: order.id,
      meter: order.svpmsn,
      tokens: tokens(Number(trade.energy)),
      lines: linesOfTrade(trade),
      orderedAt: order.orderedAt,
      ...endOf(order),
    },
    payment: {
      method: trade.method,
      shown: payment?.shown,
      approval: payment?.approval,
      paid,
      paidAt: trade.at,
    },
  };
}

function saleToCard(order: CardOrder, provider: CardProvider | undefined): ReceiptedSale {
  const { id, purse, txid, amount, method, orderedAt, tax, fee } = order;
  assert(method !== undefined && provider !== undefined, 'a sale to a card is paid for, and of a provider');
  const { card, region } = placeOfPurse(purse);
  const paid = Number(order.paid);
  return {
    // No two orders have one, and no order for a meter is numbered like this.
    number: `C${txid}`,
    state: stateOf(order),
    total: paid,
    order: {
      id,
      card: { number: card, region: regionText(region), provider: provider.name },
      tokens: amount,
      lines: shown([
        { kind: 'value', amount, label: undefined },
        { kind: 'tax', amount: Number(tax), label: undefined },
        { kind: 'fee', amount: Number(fee), label: undefined },
      ]),
      orderedAt,
      ...endOf(order),
    },
    payment: { method, shown: undefined, approval: undefined, paid, paidAt: orderedAt },
  };
}

const stateOf = (order: Pick<NumberedOrder | CardOrder, 'state'> | undefined): TradeState =>
  order?.state === 'stored' || order?.state === 'refunded' ? order.state : 'sold';

/** What stands in a receipt once the sale has come to its end. */
function endOf(order: NumberedOrder | CardOrder): Pick<OrderPart, 'settledAt' | 'counter'> {
  if (stateOf(order) === 'sold') return { settledAt: undefined, counter: undefined };
  return { settledAt: order.settledAt, counter: order.counter };
}

function linesOfTrade({ energy, fixedCharge, tax, arrears, fee }: Trade): ReceiptLine[] {
  // What a database had forgotten can leave arrears below nothing: that much less was paid for the energy, and where
  // that is not enough, of what was due beside it.
  let credit = arrears < 0n ? -arrears : 0n;
  const line = (kind: ReceiptLine['kind'], amount: bigint): ReceiptLine => {
    const less = credit < amount ? credit : amount;
    credit -= less;
    return { kind, amount: Number(amount - less), label: less > 0n ? 'less what was paid before' : undefined };
  };
  return shown([
    line('energy', energy),
    line('fixed-charge', fixedCharge),
    line('tax', tax),
    { kind: 'arrears', amount: Number(arrears < 0n ? 0n : arrears), label: undefined },
    line('fee', fee),
  ]);
}

/** The value always stands, the other lines where there is something in them. */
const shown = (lines: readonly ReceiptLine[]): ReceiptLine[] =>
  lines.filter(({ kind, amount }) => kind === 'energy' || kind === 'value' || amount > 0);
