import { offlineMeterBy } from './card-lookup.ts';
import { handedBy, leaveToOthers, ownTaken } from './card-meters.ts';
import { fail, isFailure, subscriberFault } from './failures.ts';
import { putNobody } from './leaving.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { UNOCCUPIED } from './types/tenancies.ts';
import type { CardPurse, HostFailure, OfflineMeter } from './types.ts';

/** A household that moved away leaves its meter without a line to the next one, or to nobody. */
export interface OfflineHandover {
  readonly meter: string;
  readonly subscriber: string;
}

/**
 * From now on tickets for the meter go to cards of that household alone, and to none while nobody lives there. Those of
 * whoever had it before end as those of a blocked card do, with the next epoch. What is in the meter stays there:
 * nobody can take it out. What it took until now came, for whoever has it next, from cards of others; the meter itself
 * says with its first report to them how much that was.
 * @returns the meter; asked again, the same
 */
export async function giveOffline(
  tx: StoreTransaction,
  { meter: id, subscriber }: OfflineHandover,
): Promise<OfflineMeter | HostFailure> {
  const found = await offlineMeterBy(tx, id);
  if (isFailure(found)) return found;
  if (found.line) {
    const sentence = `Meter ${id} has a line: let its household move out, and another in.`;
    return fail('meter-number-wrong', sentence);
  }
  if (found.subscriber === subscriber) return found;
  if (subscriber === UNOCCUPIED) await putNobody(tx);
  const nobody = subscriber === UNOCCUPIED ? undefined : await subscriberFault(tx, subscriber);
  if (nobody !== undefined) return nobody;
  const meter = found.awaited ? await settled(tx, found) : found;
  const brought = await broughtBy(tx, meter);
  await leaveToOthers(tx, meter, brought);
  const isTicketed = (await tx.cardTickets.where('meter', meter.svpmsn, { limit: 1 })).length > 0;
  const { provider, epoch, fromOthers } = meter;
  const given: OfflineMeter = {
    ...{ ...meter, subscriber, awaited: true, handedThen: await handedBy(tx, { subscriber, provider }) },
    ...{ epoch: epoch + (isTicketed ? 1 : 0), fromOthers: fromOthers + brought },
  };
  await tx.offlineMeters.put([given]);
  return given;
}

/** What cards of a household put into a meter: as it told; and where it is their only one, all that they told. */
async function broughtBy(tx: StoreReads, meter: OfflineMeter): Promise<bigint> {
  const told = ownTaken(meter);
  if ((await otherMeters(tx, meter)).length > 0) return told;
  return most(told, await handedBy(tx, meter));
}

/** Of the same household, for the same provider. */
async function otherMeters(tx: StoreReads, { id, subscriber, provider }: OfflineMeter): Promise<OfflineMeter[]> {
  const theirs = await tx.offlineMeters.where('subscriber', subscriber);
  return theirs.filter((other) => other.id !== id && other.provider === provider);
}

/**
 * The first report of the meter from after the epoch of its new household came there: whatever their cards did not give,
 * those of the household before them did, and they give nothing more.
 */
export const settleHandover = async (tx: StoreTransaction, meter: OfflineMeter): Promise<OfflineMeter> =>
  meter.line || !meter.awaited || meter.epochThere < meter.epoch ? meter : settled(tx, meter);

/**
 * Of what it told, what its household's cards told to have given is theirs, and the rest of those before them. It is
 * written down at the one of these that went there last, because what is left on that one, if it is lost, is so much less.
 */
async function settled(tx: StoreTransaction, meter: OfflineMeter): Promise<OfflineMeter> {
  const tookElsewhere = (await otherMeters(tx, meter)).reduce((sum, other) => sum + ownTaken(other), 0n);
  const gave = most(0n, (await handedBy(tx, meter)) - tookElsewhere);
  const left = meter.fromCards - meter.fromOthers - gave;
  if (left <= 0n) return { ...meter, awaited: false };
  const before = await lastPurseOfOthers(tx, meter);
  if (before !== undefined) await tx.cardPurses.put([{ ...before, toOthers: before.toOthers + left }]);
  return { ...meter, awaited: false, fromOthers: meter.fromOthers + left };
}

/** Of the cards of other households the one that had the newest ticket for a meter. */
async function lastPurseOfOthers(tx: StoreReads, { svpmsn, subscriber }: OfflineMeter): Promise<CardPurse | undefined> {
  const tickets = await tx.cardTickets.where('meter', svpmsn);
  for (const { purse: id } of tickets.sort((a, b) => b.issuedAt - a.issuedAt)) {
    const [purse] = await tx.cardPurses.of([id]);
    const [card] = purse === undefined ? [] : await tx.cards.of([purse.card]);
    if (card !== undefined && card.subscriber !== subscriber) return purse;
  }
  return undefined;
}

const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
