import { Command, txidTextOf } from '../exchange/index.ts';
import { decodeTotals, encodeRelayCommand, isRecordFailure, MeterFlag, RelayAction } from '../records/index.ts';
import { type Milliseconds, milliseconds, type Svpmsn, svpmsnText, tokens } from '../units/index.ts';
import { handedBy, leaveToOthers, lineRow, ownTaken } from './card-meters.ts';
import { queueCommand } from './command-queue.ts';
import { allEnergy, paidWithRest } from './ledger.ts';
import {
  duesOf,
  MOVE_OUT_PREFIX,
  moveDues,
  owesAt,
  REPAYMENT_PREFIX,
  REPAYMENT_SOURCE,
  sellMoved,
  sellUnpaid,
} from './moved-value.ts';
import { newOrder } from './new-order.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { settleDues, settleWith, termsOf } from './terms.ts';
import { UNOCCUPIED } from './types/tenancies.ts';
import type { Dues, Meter, OfflineMeter, Order, Purse, Tenancy } from './types.ts';
import { Lane } from './types.ts';
import { wake } from './work.ts';

/** Who leaves, and from which meter. */
export interface Leaving {
  readonly tenancy: Tenancy;
  readonly meter: Meter;
  readonly purse: Purse;
}

/** The last that the books have of a meter, if anybody ever moved there. */
export async function latestTenancy(tx: StoreReads, id: Svpmsn): Promise<Tenancy | undefined> {
  return (await tx.tenancies.where('svpmsn', id)).at(-1);
}

export const tenancyId = (id: Svpmsn, place: number): string =>
  `${svpmsnText(id)}-${String(place).padStart(PLACE_DIGITS, '0')}`;
const PLACE_DIGITS = 5;

/** Of the order that closed the purse last for it. */
export const closingId = ({ id, closings }: Pick<Tenancy, 'id' | 'closings'>): string =>
  `${MOVE_OUT_PREFIX}${id}#${closings}`;
export const repaymentId = ({ id, repayments }: Pick<Tenancy, 'id' | 'repayments'>): string =>
  `${REPAYMENT_PREFIX}${id}#${repayments}`;

/**
 * The household for which a meter took something that was found in it later, where they have left since: it came before
 * their purse was closed.
 */
export async function goneBuyer(
  tx: StoreReads,
  { svpmsn, counter }: Pick<Order, 'svpmsn' | 'counter'>,
): Promise<Tenancy | undefined> {
  const left = (await tx.tenancies.where('svpmsn', svpmsn)).filter(({ state }) => state === 'left');
  const closings = await tx.ordersOf(left.map(closingId));
  // Of a dead meter the purse is closed for ever, and by the books alone.
  return left.find(({ reading }, i) => reading === 'last-proved' || (closings[i]?.counter ?? 0) > (counter ?? 0));
}

/** Tokens in a purse by the books: sold, from cards and lent, less what was spent and what left it. */
export async function heldBy(tx: StoreReads, { svpmsn, credited, owed, spent, closed }: Purse): Promise<bigint> {
  return credited + ((await lineRow(tx, svpmsn))?.fromCards ?? 0n) + owed - spent - closed;
}

/** The purse is to be emptied; its receipt says of how much. */
export async function closeFor(
  tx: StoreTransaction,
  { tenancy, meter, purse }: Leaving,
  now: Milliseconds,
): Promise<Tenancy> {
  const closing: Tenancy = { ...tenancy, closings: tenancy.closings + 1 };
  await tx.tenancies.put([closing]);
  await tx.addOrders([newOrder(closingId(closing), meter, { op: 'close', amount: tokens(0), source: 'closing' }, now)]);
  if (purse.state === 'open') await tx.putPurse({ ...purse, state: 'closing' });
  await wake(tx, [meter], Lane.value, now);
  return closing;
}

const SWITCH_SLOT = 'relay-0-switch';

/** Nothing flows where nobody lives: so nothing is lent while what was lent is repaid. */
export async function switchAll(
  tx: StoreTransaction,
  meter: Meter,
  action: RelayAction,
  now: Milliseconds,
): Promise<void> {
  const body = encodeRelayCommand({ supply: 0, action });
  await queueCommand(tx, meter, { slot: SWITCH_SLOT, h: Command.relay, body, version: 0 }, now);
}

/**
 * Whenever a meter whose purse is closed has told something: the next step of a move out, if that is its first chance.
 * What a household owes on emergency credit is put on its arrears and repaid in the meter, where the next household's
 * first purchase would repay it else; what is then in the purse is taken out too; and when the meter says that nothing
 * is left and nothing owed, all is settled. Each step follows from what is booked, so a host that dies goes on here.
 */
export async function goOnLeaving(tx: StoreTransaction, id: Svpmsn, now: Milliseconds): Promise<void> {
  const tenancy = await latestTenancy(tx, id);
  if (tenancy?.state === 'left') return readRegister(tx, tenancy);
  const [[meter], [purse]] = [await tx.metersOf([id]), await tx.pursesOf([id])];
  if (tenancy?.state !== 'leaving' || meter === undefined || purse?.state !== 'closed') return;
  const [closing, repayment] = await tx.ordersOf([closingId(tenancy), repaymentId(tenancy)]);
  const isUnderWay = [closing, repayment].some((order) => order !== undefined && order.settledAt === undefined);
  if (closing === undefined || isUnderWay || purse.queryWanted || purse.freeze !== undefined) return;
  const settledAt = Math.max(closing.settledAt ?? 0, repayment?.settledAt ?? 0);
  // What it owes and holds is told by what it says after that.
  if (purse.reportedAt < settledAt) return;
  const held = await heldBy(tx, purse);
  const [known] = await tx.knowledgeOf([id]);
  // It shows what these books do not explain: it is asked for its receipts, or for what came from cards.
  if (known?.balance === undefined || BigInt(known.balance) !== held) return;
  // A receipt says that something is owed, and a poll how much.
  if (((known.flags ?? 0) & MeterFlag.emergencyCredit) !== 0 && purse.owed === 0n) return;
  const leaving = { tenancy, meter, purse };
  if (purse.owed > 0n) return repay(tx, leaving, now);
  if (held > 0n && !(await isOfOthers(tx, purse, [closing, repayment]))) {
    await closeFor(tx, leaving, now);
    return;
  }
  await settleLeaving(tx, leaving, { reading: 'proved', readAt: purse.reportedAt, owed: 0n }, now);
}

/**
 * Books that were put back hear that a purse was closed once more, for somebody who came later: whoever leaves it by them
 * was gone by then, with what its receipts say.
 */
export async function goneByNow(tx: StoreTransaction, id: Svpmsn, now: Milliseconds): Promise<void> {
  const tenancy = await latestTenancy(tx, id);
  const [[meter], [purse]] = [await tx.metersOf([id]), await tx.pursesOf([id])];
  if (tenancy?.state !== 'leaving' || meter === undefined || purse === undefined) return;
  const [closing, repayment] = await tx.ordersOf([closingId(tenancy), repaymentId(tenancy)]);
  if (closing?.state !== 'closed' || (repayment !== undefined && repayment.settledAt === undefined)) return;
  await settleLeaving(tx, { tenancy, meter, purse }, { reading: 'proved', readAt: now, owed: 0n }, now);
}

/**
 * Whether value came to a purse after the last that was ordered for whoever leaves, into books that were put back: they
 * may have forgotten who bought it, having moved in since. It stays in the meter until it is claimed.
 */
async function isOfOthers(
  tx: StoreReads,
  { lastCounter }: Purse,
  own: readonly (Order | undefined)[],
): Promise<boolean> {
  const last = Math.max(...own.map((order) => order?.counter ?? 0));
  return lastCounter > last && (await tx.fact('restored-at')) !== undefined;
}

async function repay(tx: StoreTransaction, { tenancy, meter, purse }: Leaving, now: Milliseconds): Promise<void> {
  const { svpmsn } = meter;
  const command = await tx.command(svpmsn, SWITCH_SLOT);
  if (command?.state === 'refused') return switchAll(tx, meter, RelayAction.open, now);
  if (command?.state !== 'done') return;
  let next = tenancy;
  for (let isRepaid = false; !isRepaid; ) {
    next = { ...next, repayments: next.repayments + 1 };
    const id = repaymentId(next);
    // Books that were put back may have forgotten one: it is theirs as well, and the next has another name.
    const [there] = (await tx.anyFound()) ? await tx.ordersOfTxid([txidTextOf(id)]) : [];
    isRepaid = there === undefined;
    const amount = there === undefined ? purse.owed : BigInt(there.amount);
    if (amount === 0n) continue;
    next = { ...next, owed: (next.owed ?? 0n) + amount };
    const dues = await duesBooked(tx, meter);
    await tx.dues.put([{ ...dues, arrears: dues.arrears + amount }]);
    const parts = allEnergy(amount);
    await sellUnpaid(tx, meter, { id, parts, source: REPAYMENT_SOURCE, account: 'arrears' }, now);
  }
  await tx.tenancies.put([next]);
}

/** Of a meter from which somebody moves out: they were counted when it was asked for. */
export async function duesBooked(tx: StoreReads, { svpmsn }: Pick<Meter, 'svpmsn'>): Promise<Dues> {
  const [dues] = await tx.dues.of([String(svpmsn)]);
  if (dues === undefined) throw new Error(`dues of meter ${svpmsnText(svpmsn)} were counted`);
  return dues;
}

/**
 * What was left is the household's, once: in the transaction that lets it be gone. It goes to its next meter, with what
 * is due; or pays what is due, and the rest is paid out. Arrears that remain are owed at another meter of theirs, or by
 * the person.
 */
export async function settleLeaving(
  tx: StoreTransaction,
  { tenancy, meter, purse }: Leaving,
  read: Pick<Tenancy, 'reading' | 'readAt' | 'owed'>,
  now: Milliseconds,
): Promise<Tenancy> {
  const { svpmsn } = meter;
  const order = closingId(tenancy);
  const balance = purse.closed - tenancy.closedBefore;
  const next = await nextMeter(tx, tenancy);
  let [settled, carried] = [0n, 0n];
  if (next !== undefined) {
    await moveDues(tx, { from: duesOf(meter), to: duesOf(next), order }, now);
    if (balance > 0n) {
      const moved = await sellMoved(tx, next, { closing: order, amount: balance }, now);
      [settled, carried] = [moved.arrears, moved.energy];
    }
  } else {
    const dues = await duesBooked(tx, meter);
    const parts = settleWith(balance, { terms: await termsOf(tx), dues });
    settled = parts.paid;
    // What was too much paid of them, by a sale that was found again, is theirs as well.
    if (parts.arrears !== 0n || parts.fixedCharge !== 0n) {
      await tx.dues.put([settleDues(dues, parts, 1n)]);
      await tx.post([paidWithRest(parts, { at: now, svpmsn, order })]);
    }
    await moveDues(tx, { from: duesOf(meter), to: await owesAt(tx, tenancy.subscriber), order }, now);
  }
  const left: Tenancy = {
    ...{ ...tenancy, state: 'left', leftAt: now, reading: read.reading, readAt: read.readAt, balance },
    ...{ owed: (tenancy.owed ?? 0n) + (read.owed ?? 0n), settled },
    ...{ carried: tokens(Number(carried)), refund: balance - carried - settled, ...(await registerOf(tx, svpmsn)) },
  };
  await tx.tenancies.put([left]);
  await endAgreements(tx, meter);
  await putOccupant(tx, meter, UNOCCUPIED);
  return left;
}

/** The meter to which a household moves, as long as it is theirs and takes value. */
async function nextMeter(tx: StoreReads, { next, subscriber }: Tenancy): Promise<Meter | undefined> {
  if (next === undefined) return undefined;
  const [[meter], [purse]] = [await tx.metersOf([next]), await tx.pursesOf([next])];
  return meter?.subscriber === subscriber && purse?.state === 'open' ? meter : undefined;
}

/** What was agreed with a household for its meter holds for no other: transfers, the telephone, messages. */
export async function endAgreements(tx: StoreTransaction, { svpmsn }: Meter): Promise<void> {
  const ids = [String(svpmsn)];
  await tx.contracts.delete(ids);
  await tx.phoneAccess.delete(ids);
  await tx.messageChoices.delete(ids);
}

/**
 * The meter is somebody else's. Cards stay with whoever has them: what they brought to this meter until now came, for
 * whoever has it next, from cards of others.
 */
export async function putOccupant(tx: StoreTransaction, meter: Meter, subscriber: string): Promise<void> {
  if (subscriber === UNOCCUPIED) await putNobody(tx);
  await tx.putMeter({ ...meter, subscriber });
  const row = await lineRow(tx, meter.svpmsn);
  if (row === undefined) return;
  await leaveToOthers(tx, row, ownTaken(row));
  const theirs: OfflineMeter = { ...row, subscriber, fromOthers: row.fromCards };
  await tx.offlineMeters.put([{ ...theirs, handedThen: await handedBy(tx, theirs) }]);
}

/** The subscriber of whatever stands where nobody lives. */
export async function putNobody(tx: StoreTransaction): Promise<void> {
  if ((await tx.subscriber(UNOCCUPIED)) !== undefined) return;
  await tx.putSubscriber({ id: UNOCCUPIED, name: 'Nobody lives there', contact: '' });
}

/** All that was ever imported, as the meter told it last. */
async function registerOf(tx: StoreReads, id: Svpmsn): Promise<Pick<Tenancy, 'register' | 'registerAt'>> {
  const told = await tx.totals(id);
  let [register, registerAt] = [0, 0];
  for (const { at, body } of told) {
    const totals = decodeTotals(body);
    if (isRecordFailure(totals)) continue;
    register += totals.registerImport;
    registerAt = Math.max(registerAt, at);
  }
  if (registerAt === 0) return { register: undefined, registerAt: undefined };
  return { register, registerAt: milliseconds(registerAt) };
}

/**
 * Whether the register that somebody left at a meter has not been told yet. By itself a local unit asks for one in months,
 * and by then the next household has used of it.
 */
export async function awaitsRegister(tx: StoreReads, id: Svpmsn): Promise<boolean> {
  const tenancy = await latestTenancy(tx, id);
  return tenancy?.state === 'left' && (tenancy.registerAt ?? 0) < (tenancy.readAt ?? 0);
}

/** Nothing has flown since: the first register that is told after the purse was closed is the one they left. */
async function readRegister(tx: StoreTransaction, tenancy: Tenancy): Promise<void> {
  const { svpmsn, readAt = 0, registerAt = 0 } = tenancy;
  if (registerAt >= readAt) return;
  const told = await registerOf(tx, svpmsn);
  if ((told.registerAt ?? 0) > registerAt) await tx.tenancies.put([{ ...tenancy, ...told }]);
}
