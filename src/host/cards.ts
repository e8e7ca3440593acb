import { hasPurpose, type KeyName, Purpose, Suite, suiteOf } from '../crypto/index.ts';
import {
  isCsn,
  isRegion,
  type Milliseconds,
  type Svpmsn,
  svpmsnText,
  tokens,
  U8_MAX,
  U16_MAX,
  U32_MAX,
} from '../units/index.ts';
import { providerIdOf, purseIdOf } from './card-ids.ts';
import { type CardView, COUNTER_ROUTE, cardBy, providerBy, purseBy } from './card-lookup.ts';
import { NEW_CARD_METER } from './card-meters.ts';
import { wakeCard } from './card-slots.ts';
import { fail, isFailure, parseMeterNumber, subscriberFault, textFault } from './failures.ts';
import { sendHotList } from './hot-list.ts';
import type { StoreTransaction } from './ports.ts';
import type { CardProvider, CardPurse, HostFailure, IssuedCard, OfflineMeter, Particulars } from './types.ts';

export interface NewProvider {
  readonly utility: number;
  readonly region: number;
  readonly name: string;
  readonly account: string;
  /** Tokens, 1 to u32. */
  readonly ticketLimit: number;
  readonly ticketDays: number;
}

/** A card as it was personalised: for each region whose it is, and from which key its own came. */
export interface NewCard {
  readonly csn: string;
  readonly subscriber: string;
  readonly regions: readonly NewRegion[];
}

export interface NewRegion {
  readonly region: number;
  /** Id of the provider. */
  readonly provider: string;
  /** Name of the key. */
  readonly n: number;
}

export interface NewOfflineMeter {
  readonly svpmsn: number;
  readonly provider: string;
  readonly subscriber: string;
  /** Name of its key of purpose value. */
  readonly n: number;
}

const TICKET_DAYS_MAX = 3_660;
const TAIL_DIGITS = 12;

/** Says whose the value in a region of cards is, and on what terms it may be spent where nobody can ask. */
export async function addProvider(
  tx: StoreTransaction,
  { utility, region, name, account, ticketLimit, ticketDays }: NewProvider,
  now: Milliseconds,
): Promise<CardProvider | HostFailure> {
  const wrong = (sentence: string, particulars?: Particulars) => fail('provider-wrong', sentence, particulars);
  if (!whole(utility, 0, U16_MAX))
    return wrong(`A utility number is 0 to ${U16_MAX}, not ${utility}.`, { least: 0, most: U16_MAX });
  if (!isRegion(region)) return wrong(`A card has regions 1 to 6, not ${region}.`, { least: 1, most: 6 });
  const limit = limitFault(ticketLimit, ticketDays);
  if (limit !== undefined) return limit;
  const fault = textFault('name-wrong', 'A name', name) ?? textFault('name-wrong', 'An account', account);
  if (fault !== undefined) return fault;
  const id = providerIdOf({ utility, region });
  const [before] = await tx.cardProviders.of([id]);
  if (before !== undefined)
    return fail('provider-known', `Provider ${id} is here already: change it instead.`, { about: id });
  const terms = { ticketLimit: tokens(ticketLimit), ticketDays };
  const provider: CardProvider = { ...{ id, utility, region, name, account }, ...terms, createdAt: now };
  await tx.cardProviders.put([provider]);
  return provider;
}

/** The terms of tickets that are issued from now on. */
export async function changeProvider(
  tx: StoreTransaction,
  { id, ...change }: { readonly id: string; readonly ticketLimit?: number; readonly ticketDays?: number },
): Promise<CardProvider | HostFailure> {
  const before = await providerBy(tx, id);
  if (isFailure(before)) return before;
  const { ticketLimit, ticketDays } = { ...before, ...change };
  const fault = limitFault(ticketLimit, ticketDays);
  if (fault !== undefined) return fault;
  const provider: CardProvider = { ...before, ticketLimit: tokens(ticketLimit), ticketDays };
  await tx.cardProviders.put([provider]);
  return provider;
}

function limitFault(limit: number, days: number): HostFailure | undefined {
  if (!whole(limit, 1, U32_MAX)) {
    const sentence = `A ticket's limit is 1 to ${U32_MAX} tokens, not ${limit}.`;
    return fail('provider-wrong', sentence, { leastSum: 1, mostSum: U32_MAX });
  }
  if (whole(days, 1, TICKET_DAYS_MAX)) return undefined;
  const sentence = `A ticket is good for 1 to ${TICKET_DAYS_MAX} days, not ${days}.`;
  return fail('provider-wrong', sentence, { daysMax: TICKET_DAYS_MAX });
}

/** Writes down that a subscriber has a card; nothing is on it. The same said again is what was written down. */
export async function issueCard(
  tx: StoreTransaction,
  { csn, subscriber, regions }: NewCard,
  now: Milliseconds,
): Promise<CardView | HostFailure> {
  const wrong = (sentence: string) => fail('card-wrong', sentence);
  if (!isCsn(csn)) return wrong(`A card's number (CSN) is 14 lower-case hex digits, not "${csn}".`);
  if (regions.length === 0) return wrong('A card has at least one region.');
  if (new Set(regions.map(({ region }) => region)).size < regions.length) return wrong('A card has each region once.');
  const nobody = await subscriberFault(tx, subscriber);
  if (nobody !== undefined) return nobody;
  const [known] = await tx.cards.of([csn]);
  if (known !== undefined) {
    const purses = await tx.cardPurses.where('card', csn);
    const isSame =
      known.subscriber === subscriber &&
      known.state === 'active' &&
      purses.length === regions.length &&
      regions.every(({ region, provider, n }) =>
        purses.some((purse) => purse.region === region && purse.provider === provider && purse.n === n),
      );
    return isSame ? { card: known, purses } : fail('card-known', `Card ${csn} was issued already.`, { about: csn });
  }
  // Books that were put back once may have forgotten that it was issued before, and loaded: it is asked.
  const queryWanted = (await tx.fact('restored')) !== undefined;
  const purses: CardPurse[] = [];
  for (const { region, provider: id, n } of regions) {
    const provider = await providerBy(tx, id);
    if (isFailure(provider)) return provider;
    if (!isRegion(region) || provider.region !== region) return wrong(`Provider ${id} has no region ${region}.`);
    const fault = keyFault(n);
    if (fault !== undefined) return wrong(fault);
    purses.push({ ...NEW_PURSE, queryWanted, id: purseIdOf(csn, region), card: csn, region, provider: id, n });
  }
  const card: IssuedCard = {
    ...{ id: csn, tail: csn.slice(-TAIL_DIGITS), subscriber, state: 'active', issuedAt: now },
    ...{ endedAt: undefined, replacedBy: undefined },
  };
  await tx.cards.put([card]);
  await tx.cardPurses.put(purses);
  return { card, purses };
}

const NEW_PURSE: Omit<CardPurse, 'id' | 'card' | 'region' | 'provider' | 'n' | 'queryWanted'> = {
  ...{ lastCounter: 0, outstanding: undefined, freeze: undefined, frozenAt: undefined },
  ...{ credited: 0n, closed: 0n, released: 0n, handed: 0n, toOthers: 0n, recovered: 0n },
  ...{ toldAt: undefined, balance: 0n, debited: 0n, pendingMeter: undefined, pending: 0n },
  ...{ debitCounter: 0, ticketVersion: 0 },
};

/**
 * Ends a card, for ever. The epoch of every meter that it has a ticket for is raised: over its line, or with the next
 * ticket of another card, it comes there, and nothing more is taken from this one.
 */
export async function blockCard(
  tx: StoreTransaction,
  { csn, state }: { readonly csn: string; readonly state: 'lost' | 'blocked' },
  now: Milliseconds,
): Promise<CardView | HostFailure> {
  const found = await cardBy(tx, csn);
  if (isFailure(found)) return found;
  if (found.card.state !== 'active') return found;
  const card: IssuedCard = { ...found.card, state, endedAt: now };
  await tx.cards.put([card]);
  const meters = new Map<Svpmsn, OfflineMeter>();
  for (const { id } of found.purses) {
    for (const { meter } of await tx.cardTickets.where('purse', id)) {
      const [row] = await tx.offlineMeters.of([svpmsnText(meter)]);
      if (row !== undefined) meters.set(meter, { ...row, epoch: row.epoch + 1 });
    }
  }
  await tx.offlineMeters.put([...meters.values()]);
  for (const row of meters.values()) if (row.line) await sendHotList(tx, row, now);
  return { ...found, card };
}

/** Writes down a meter to which value comes by cards alone. */
export async function enrolOffline(
  tx: StoreTransaction,
  { svpmsn: number, provider: id, subscriber, n }: NewOfflineMeter,
  now: Milliseconds,
): Promise<OfflineMeter | HostFailure> {
  const svpmsn = parseMeterNumber(number);
  if (typeof svpmsn !== 'number') return svpmsn;
  const text = svpmsnText(svpmsn);
  if (svpmsn === COUNTER_ROUTE) return fail('meter-number-wrong', `${text} is no meter's: cards at a counter have it.`);
  const provider = await providerBy(tx, id);
  if (isFailure(provider)) return provider;
  const nobody = await subscriberFault(tx, subscriber);
  if (nobody !== undefined) return nobody;
  const fault = keyFault(n);
  if (fault !== undefined) return fail('meter-number-wrong', fault);
  const [[known], [online]] = [await tx.offlineMeters.of([text]), await tx.metersOf([svpmsn])];
  if (known !== undefined || online !== undefined)
    return fail('meter-known', `Meter ${text} is enrolled already.`, { about: text });
  const meter: OfflineMeter = {
    ...NEW_CARD_METER,
    ...{ id: text, svpmsn, provider: id, subscriber, n, enrolledAt: now, line: false, awaited: false },
  };
  await tx.offlineMeters.put([meter]);
  return meter;
}

/** Why no key of a card, and no ticket, can come from a key of that name. */
export function keyFault(n: number): string | undefined {
  const isName = whole(n, 0, U8_MAX) && hasPurpose(n as KeyName, Purpose.value);
  const suite = isName ? suiteOf(n as KeyName) : undefined;
  if (suite === Suite.aes128 || suite === Suite.aes256) return undefined;
  return `Keys of cards, and those of tickets, are of purpose value in an AES suite, not key ${n}.`;
}

/** A person looked: value may flow again, after the card was asked for its receipts. */
export async function unfreezeCard(
  tx: StoreTransaction,
  { csn, region }: { readonly csn: string; readonly region: number },
  now: Milliseconds,
): Promise<CardPurse | HostFailure> {
  const purse = await purseBy(tx, { csn, region });
  if (isFailure(purse)) return purse;
  if (purse.freeze === undefined) {
    return fail('card-not-frozen', `Region ${region} of card ${csn} is not frozen: there is nothing to release.`, {
      about: csn,
    });
  }
  const released: CardPurse = { ...purse, freeze: undefined, frozenAt: undefined, queryWanted: true };
  await tx.cardPurses.put([released]);
  await wakeCard(tx, csn, now);
  return released;
}

const whole = (value: number, min: number, max: number): boolean =>
  Number.isSafeInteger(value) && value >= min && value <= max;
