import { txidTextOf } from '../exchange/index.ts';
import { assertNever, type Milliseconds, svpmsnText } from '../units/index.ts';
import { purseIdOf } from './card-ids.ts';
import { purseBy } from './card-lookup.ts';
import { voidCardOrder } from './card-sale.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { vendReversed } from './tills.ts';
import type { CardOrder, HostFailure, NumberedOrder, PaymentMethod, SaleTarget, Trade, Vend } from './types.ts';
import { voidOrder } from './vending.ts';

export type VendAsked = SaleTarget & {
  /** The agent's own: the same twice is the same sale, whoever of the agent asks. */
  readonly reference: string;
  /** Minor units of the currency, 1 to u32. */
  readonly paid: number;
  /** How the customer paid the agent. */
  readonly method: PaymentMethod;
};

/**
 * What became of a vend: `sold`, and on its way to the meter or the card; `stored` there; `reversing` until meter or
 * card has told which of the two others it is; `reversed`, with the money in the agent's float again.
 */
export type VendOutcome = 'sold' | 'stored' | 'reversing' | 'reversed';

export interface VendView {
  readonly vend: Vend;
  readonly outcome: VendOutcome;
  /** Of a vend for a meter; nothing where it was reversed before it came. */
  readonly sale: { readonly order: NumberedOrder; readonly trade: Trade } | undefined;
  /** The same of a vend for a card. */
  readonly cardOrder: CardOrder | undefined;
}

/** Of an agent, by its own reference. */
export interface VendNamed {
  readonly agent: string;
  readonly reference: string;
}

export const vendIdOf = ({ agent, reference }: VendNamed): string => `vend:${agent}:${reference}`;

export async function vendOf(tx: StoreReads, named: VendNamed): Promise<VendView | HostFailure> {
  const [vend] = await tx.vends.of([vendIdOf(named)]);
  if (vend === undefined) {
    return fail(
      'vend-unknown',
      `There is no vend "${named.reference}": nothing was sold for it until now, and once it is reversed nothing will be.`,
      { about: named.reference },
    );
  }
  const [view] = await viewsOf(tx, [vend]);
  return view as VendView;
}

/** Of an agent, by reference; those after one only, if it is named. */
export async function vendsOf(
  tx: StoreReads,
  { agent, after = '', limit }: { readonly agent: string; readonly after?: string; readonly limit: number },
): Promise<VendView[]> {
  const found = await tx.vends.page({ after: vendIdOf({ agent, reference: after }), limit });
  return viewsOf(
    tx,
    found.filter((vend) => vend.agent === agent),
  );
}

async function viewsOf(tx: StoreReads, vends: readonly Vend[]): Promise<VendView[]> {
  const ids = vends.map(({ id }) => id);
  const orders = await tx.ordersOf(ids);
  const trades = await tx.trades.of(ids);
  const cardOrders = await tx.cardOrders.of(ids);
  return vends.map((vend, i) => {
    const [order, trade] = [orders[i], trades[i]];
    const sale = order === undefined || trade === undefined ? undefined : { order, trade };
    const cardOrder = vend.purse === undefined ? undefined : cardOrders[i];
    const sold = sale?.order ?? cardOrder;
    return { vend, sale, cardOrder, outcome: sold === undefined ? 'reversed' : outcomeOf(sold) };
  });
}

function outcomeOf({ state }: NumberedOrder | CardOrder): VendOutcome {
  switch (state) {
    case 'waiting':
    case 'outstanding':
      return 'sold';
    case 'voiding':
      return 'reversing';
    case 'refunded':
      return 'reversed';
    case 'stored':
    case 'closed':
    case 'found':
    // Its customer is given what went down with the card on the next one.
    case 'lost':
      return 'stored';
    default:
      return assertNever(state);
  }
}

/** The customer has the receipt: the agent takes the sale back no more. */
export async function confirmVend(
  tx: StoreTransaction,
  named: VendNamed,
  now: Milliseconds,
): Promise<VendView | HostFailure> {
  const view = await vendOf(tx, named);
  if (isFailure(view) || view.vend.confirmedAt !== undefined) return view;
  if (view.outcome === 'reversing' || view.outcome === 'reversed') return vendReversed(named.reference);
  const vend: Vend = { ...view.vend, confirmedAt: now };
  await tx.vends.put([vend]);
  return { ...view, vend };
}

/** So long an agent takes a sale back by itself: a day's business. Later its customer reckons with it. */
export const REVERSIBLE_MS = 24 * 3_600_000;
const MS_PER_HOUR = 3_600_000;

/**
 * Takes a sale back, if its value is not in the meter or on the card already, the customer has no receipt and
 * `REVERSIBLE_MS` are not over; meter or card decides where it is on its way (X8). A reversal that was begun in time may be asked for at any time. One that never came is refused from now on, so that whoever got no answer knows what holds.
 */
export async function reverseVend(
  tx: StoreTransaction,
  asked: VendNamed & SaleTarget & { readonly by: string },
  now: Milliseconds,
): Promise<VendView | HostFailure> {
  const view = await vendOf(tx, asked);
  if (isFailure(view)) return view.reason === 'vend-unknown' ? neverSold(tx, asked, now) : view;
  const { vend, sale, cardOrder } = view;
  const purse = asked.card && purseIdOf(asked.card.csn, asked.card.region);
  if (vend.svpmsn !== asked.meter || vend.purse !== purse) {
    return fail('order-differs', `Vend "${asked.reference}" is of another meter or card: check the reference.`);
  }
  if (vend.confirmedAt !== undefined) {
    return fail(
      'vend-confirmed',
      `Vend "${asked.reference}" was confirmed, so that the customer has its receipt: ask the utility to take it back.`,
      { about: asked.reference },
    );
  }
  if (sale === undefined && cardOrder === undefined) return view;
  if (view.outcome === 'sold' && now >= vend.at + REVERSIBLE_MS) {
    const text = `Vend "${asked.reference}" is older than ${REVERSIBLE_MS / MS_PER_HOUR} hours: ask the utility to take it back.`;
    return fail('vend-late', text);
  }
  const order =
    cardOrder === undefined ? await voidOrder(tx, vend.id, now) : await voidCardOrder(tx, cardOrder.id, now);
  if (isFailure(order)) return order;
  if (vend.reversedAt === undefined) await tx.vends.put([{ ...vend, reversedAt: now }]);
  return vendOf(tx, asked);
}

/**
 * Books that were put back may have forgotten a sale that its meter or card knows: until it has told, nobody says (X9).
 */
async function neverSold(
  tx: StoreTransaction,
  { agent, reference, by, ...target }: VendNamed & SaleTarget & { readonly by: string },
  now: Milliseconds,
): Promise<VendView | HostFailure> {
  const id = vendIdOf({ agent, reference });
  const place =
    target.card === undefined ? await meterPlace(tx, target.meter, id) : await cardPlace(tx, target.card, id);
  if (isFailure(place)) return place;
  const { where, holds, isUnsure, svpmsn, purse } = place;
  if (holds) {
    const text = `Vend "${reference}" is ${where} already, and these books had forgotten it: send it again.`;
    return fail('vend-in-doubt', text);
  }
  if (isUnsure) {
    const text = `Vend "${reference}" may be ${where}, which has not told yet what it holds: ask again later.`;
    return fail('vend-in-doubt', text);
  }
  const none = { paid: 0n, commission: 0n, confirmedAt: undefined };
  const vend: Vend = { ...{ id, agent, reference, by, svpmsn, purse, at: now, reversedAt: now }, ...none };
  await tx.vends.put([vend]);
  return { vend, sale: undefined, cardOrder: undefined, outcome: 'reversed' };
}

interface Place extends Pick<Vend, 'svpmsn' | 'purse'> {
  /** `in meter 0a1b2c` */
  readonly where: string;
  /** It has told of value under the vend's name, and the books wrote that as found. */
  readonly holds: boolean;
  /** It has not told yet what it holds. */
  readonly isUnsure: boolean;
}

async function meterPlace(tx: StoreReads, number: number, orderId: string): Promise<Place | HostFailure> {
  const there = await findMeter(tx, number);
  if (isFailure(there)) return there;
  const { svpmsn } = there.meter;
  const [found] = (await tx.anyFound()) ? await tx.ordersOfTxid([txidTextOf(orderId)]) : [];
  return {
    ...{ svpmsn, purse: undefined, where: `in meter ${svpmsnText(svpmsn)}` },
    holds: found !== undefined && found.amount > 0,
    isUnsure: there.purse.queryWanted || there.purse.freeze !== undefined,
  };
}

async function cardPlace(
  tx: StoreReads,
  { csn, region }: { readonly csn: string; readonly region: number },
  orderId: string,
): Promise<Place | HostFailure> {
  const purse = await purseBy(tx, { csn, region });
  if (isFailure(purse)) return purse;
  const [found] = await tx.cardOrders.where('txid', txidTextOf(orderId));
  return {
    ...{ svpmsn: undefined, purse: purse.id, where: `on card ${csn}` },
    holds: found !== undefined && found.amount > 0,
    isUnsure: purse.queryWanted || purse.freeze !== undefined,
  };
}
