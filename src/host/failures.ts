import { type Svpmsn, svpmsnText, U24_MAX, U32_MAX } from '../units/index.ts';
import { StoreError, type StoreReads } from './ports.ts';
import { UNOCCUPIED } from './types/tenancies.ts';
import type { HostFailure, Meter, Particulars, Purse } from './types.ts';

/** @param particulars what the sentence names */
export const fail = (reason: HostFailure['reason'], sentence: string, particulars?: Particulars): HostFailure =>
  particulars === undefined ? { reason, sentence } : { reason, sentence, particulars };

const ID_MAX = 128;

/** Ids and names: printable, without a blank at either end, at most 128 characters. */
export function textFault(
  reason: HostFailure['reason'],
  what: string,
  text: string,
  most = ID_MAX,
): HostFailure | undefined {
  if (
    typeof text === 'string' &&
    text.length >= 1 &&
    text.length <= most &&
    (isPlain(text) || (/^\P{C}+$/u.test(text) && text.trim() === text))
  ) {
    return undefined;
  }
  const sentence = `${what} must have 1 to ${most} printable characters and no blank at its ends.`;
  return fail(reason, sentence, { charactersMin: 1, charactersMax: most });
}

/** Signs of ASCII without a blank, as most ids are: what is asked of them is answered without a search. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return true;
}

export function amountFault(amount: number): HostFailure | undefined {
  if (Number.isSafeInteger(amount) && amount >= 1 && amount <= U32_MAX) return undefined;
  const sentence = `An amount is a whole number of tokens from 1 to ${U32_MAX}, not ${amount}.`;
  return fail('amount-wrong', sentence, { leastSum: 1, mostSum: U32_MAX });
}

export function parseMeterNumber(meter: number): Svpmsn | HostFailure {
  if (Number.isSafeInteger(meter) && meter >= 0 && meter <= U24_MAX) return meter as Svpmsn;
  const sentence = `A meter's number (SVPMSN) is a whole number from 0 to ${U24_MAX}, not ${meter}.`;
  return fail('meter-number-wrong', sentence, { least: 0, most: U24_MAX });
}

export const changedMeanwhile = (): HostFailure =>
  fail('changed-meanwhile', 'Somebody has changed this since you looked at it: look again.');

export const meterUnknown = (id: Svpmsn): HostFailure =>
  fail('meter-unknown', `No meter ${svpmsnText(id)} is enrolled here: check the number, or enrol the meter first.`, {
    about: svpmsnText(id),
  });

export const subscriberUnknown = (id: string): HostFailure =>
  fail('subscriber-unknown', `There is no subscriber "${id}": add the subscriber first.`, { about: id });

/** Why nothing can be given to a subscriber: nobody has that id, or no person, as meters have where nobody lives. */
export async function subscriberFault(tx: StoreReads, id: string): Promise<HostFailure | undefined> {
  if (id === UNOCCUPIED) {
    const sentence = `There is no subscriber "${UNOCCUPIED}": it is kept for meters where nobody lives, so name whoever it is for.`;
    return fail('subscriber-unknown', sentence, { about: UNOCCUPIED });
  }
  return (await tx.subscriber(id)) === undefined ? subscriberUnknown(id) : undefined;
}

/** Why nothing can be agreed for a meter: whoever moves in next would have it, and know nothing of it. */
export const unoccupiedFault = ({ subscriber, svpmsn }: Meter): HostFailure | undefined =>
  subscriber === UNOCCUPIED
    ? fail('meter-unoccupied', `Nobody lives at meter ${svpmsnText(svpmsn)}: let somebody move in first.`, {
        about: svpmsnText(svpmsn),
      })
    : undefined;

export const tariffUnknown = (name: string): HostFailure =>
  fail('tariff-unknown', `There is no tariff "${name}": publish it first.`, { about: name });

export const tradeUnknown = (orderId: string): HostFailure =>
  fail('order-unknown', `There is no sale for money "${orderId}": check the id.`, { about: orderId });

/** The meter and its purse by a number from outside. */
export async function findMeter(
  tx: StoreReads,
  number: number,
): Promise<{ readonly meter: Meter; readonly purse: Purse } | HostFailure> {
  const id = parseMeterNumber(number);
  if (typeof id !== 'number') return id;
  const [meter] = await tx.metersOf([id]);
  const [purse] = await tx.pursesOf([id]);
  return meter === undefined || purse === undefined ? meterUnknown(id) : { meter, purse };
}

/** A store that cannot serve is a failure of the request, with nothing half-done; anything else is a bug and goes on. */
export async function orStoreFailure<T>(work: Promise<T>): Promise<T | HostFailure> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreError) return fail('store-failed', error.message);
    throw error;
  }
}

export const isFailure = (value: object): value is HostFailure => 'reason' in value && 'sentence' in value;
