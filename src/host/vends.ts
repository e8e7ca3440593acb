import { toHex } from '../bytes/index.ts';
import { txidOf } from '../exchange/index.ts';
import { assertNever, type Milliseconds, svpmsnText } from '../units/index.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { vendReversed } from './tills.ts';
import type { HostFailure, NumberedOrder, PaymentMethod, Trade, Vend } from './types.ts';
import { voidOrder } from './vending.ts';

export interface VendAsked {
  /** The agent's own: the same twice is the same sale, whoever of the agent asks. */
  readonly reference: string;
  readonly meter: number;
  /** Minor units of the currency, 1 to u32. */
  readonly paid: number;
  /** How the customer paid the agent. */
  readonly method: PaymentMethod;
}

/**
 * What became of a vend: `sold`, and on its way to the meter; `stored` in it; `reversing` until the meter has told
 * which of the two others it is; `reversed`, with the money in the agent's float again.
 */
export type VendOutcome = 'sold' | 'stored' | 'reversing' | 'reversed';

export interface VendView {
  readonly vend: Vend;
  readonly outcome: VendOutcome;
  /** Nothing where it was reversed before it came. */
  readonly sale: { readonly order: NumberedOrder; readonly trade: Trade } | undefined;
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
  return vends.map((vend, i) => {
    const [order, trade] = [orders[i], trades[i]];
    const sale = order === undefined || trade === undefined ? undefined : { order, trade };
    return { vend, sale, outcome: sale === undefined ? 'reversed' : outcomeOf(sale.order) };
  });
}

function outcomeOf({ state }: NumberedOrder): VendOutcome {
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
 * Takes a sale back, if its value is not in the meter already, the customer has no receipt and `REVERSIBLE_MS` are not
 * over; the meter decides where it is on its way (X8). A reversal that was begun in time may be asked for at any time. One that never came is refused from now on, so that whoever got no answer knows what holds.
 */
export async function reverseVend(
  tx: StoreTransaction,
  asked: VendNamed & { readonly meter: number; readonly by: string },
  now: Milliseconds,
): Promise<VendView | HostFailure> {
  const view = await vendOf(tx, asked);
  if (isFailure(view)) return view.reason === 'vend-unknown' ? neverSold(tx, asked, now) : view;
  const { vend, sale } = view;
  if (vend.svpmsn !== asked.meter) {
    return fail('order-differs', `Vend "${asked.reference}" is of another meter: check the reference.`);
  }
  if (vend.confirmedAt !== undefined) {
    return fail(
      'vend-confirmed',
      `Vend "${asked.reference}" was confirmed, so that the customer has its receipt: ask the utility to take it back.`,
    );
  }
  if (sale === undefined) return view;
  if (view.outcome === 'sold' && now >= vend.at + REVERSIBLE_MS) {
    const text = `Vend "${asked.reference}" is older than ${REVERSIBLE_MS / MS_PER_HOUR} hours: ask the utility to take it back.`;
    return fail('vend-late', text);
  }
  const order = await voidOrder(tx, sale.order.id, now);
  if (isFailure(order)) return order;
  if (vend.reversedAt === undefined) await tx.vends.put([{ ...vend, reversedAt: now }]);
  return vendOf(tx, asked);
}

/** Books that were put back may have forgotten a sale that its meter knows: until it has told, nobody says (X9). */
async function neverSold(
  tx: StoreTransaction,
  { agent, reference, meter, by }: VendNamed & { readonly meter: number; readonly by: string },
  now: Milliseconds,
): Promise<VendView | HostFailure> {
  const there = await findMeter(tx, meter);
  if (isFailure(there)) return there;
  const { svpmsn } = there.meter;
  const id = vendIdOf({ agent, reference });
  const [found] = (await tx.anyFound()) ? await tx.ordersOfTxid([toHex(txidOf(id))]) : [];
  if (found !== undefined && found.amount > 0) {
    const text = `Vend "${reference}" is in meter ${svpmsnText(svpmsn)} already, and these books had forgotten it: send it again.`;
    return fail('vend-in-doubt', text);
  }
  if (there.purse.queryWanted || there.purse.freeze !== undefined) {
    const text = `Meter ${svpmsnText(svpmsn)} has not told yet what it holds, and vend "${reference}" may be in it: ask again later.`;
    return fail('vend-in-doubt', text);
  }
  const none = { paid: 0n, commission: 0n, confirmedAt: undefined };
  const vend: Vend = { ...{ id, agent, reference, by, svpmsn, at: now, reversedAt: now }, ...none };
  await tx.vends.put([vend]);
  return { vend, sale: undefined, outcome: 'reversed' };
}
