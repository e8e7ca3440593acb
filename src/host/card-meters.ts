import { Suite } from '../crypto/index.ts';
import { EventKind, type EventRecord } from '../records/index.ts';
import { type Milliseconds, Region, type Svpmsn, svpmsnText } from '../units/index.ts';
import { cardArrived } from './card-books.ts';
import { purseIdOf } from './card-ids.ts';
import { slotOf, tailIn } from './card-lookup.ts';
import { bookedKey } from './key-change.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { CardProvider, CardPurse, Meter, OfflineMeter } from './types.ts';

/** What a meter says over its line of the cards that it took value from. */
interface CardsSaid {
  readonly fromCards: number;
  readonly epoch: number;
  /** When, by the local unit's clock; and whether that is after all that is booked of it. */
  readonly at: Milliseconds;
  readonly isYounger: boolean;
  /** All events that the books have had happened before it said so. */
  readonly isAfterEvents: boolean;
}

/** So much that lies told under a key of a meter cannot use up its epochs. */
export const EPOCH_TOLD_MAX = 0xff_ffff;

/** The row of a meter to which value comes by cards, before anything came. */
export const NEW_CARD_METER = {
  ...{ epoch: 0, epochThere: 0, sequence: 0, reportedAt: undefined, fromCards: 0n, fromOthers: 0n },
  ...{ handedThen: 0n },
  ...{ spent: 0n, balance: 0n, owed: 0n, register: 0n, flags: 0, toldAt: 0, events: [], doubt: undefined },
} as const satisfies Partial<OfflineMeter>;

/** The row of a meter with a line as one that takes from cards, if it has one. */
export async function lineRow(tx: StoreReads, id: Svpmsn): Promise<OfflineMeter | undefined> {
  const [row] = await tx.offlineMeters.of([svpmsnText(id)]);
  return row?.line ? row : undefined;
}

/** Whose card it is, and in which meter with a line it is, if in any. */
interface CardPlace {
  readonly subscriber: string;
  readonly provider: CardProvider;
  readonly route: Svpmsn;
}

/**
 * The meters in which a card may be spent for one provider: its subscriber's without a line that were enrolled for it,
 * and, for electricity, its subscriber's with one, and the one that it is in, whosever that is, as long as value goes
 * there. That one comes first: the card may be pulled. A row that is not stored yet is among them.
 */
export async function metersOfCard(
  tx: StoreReads,
  { subscriber, provider, route }: CardPlace,
  now: Milliseconds,
): Promise<OfflineMeter[]> {
  const enrolled = await tx.offlineMeters.where('subscriber', subscriber);
  const offline = enrolled.filter((meter) => meter.provider === provider.id && !meter.line);
  if (provider.region !== Region.electricity) return offline;
  const here = (await tx.metersOf([route])).filter((meter) => meter !== undefined);
  const own = (await tx.meters({ subscriber })).filter(({ svpmsn }) => svpmsn !== route);
  const rows: OfflineMeter[] = [];
  for (const meter of [...here, ...own]) {
    const [purse] = await tx.pursesOf([meter.svpmsn]);
    if (purse?.state !== 'open' || purse.freeze !== undefined || meter.suite < Suite.aes128) continue;
    const row = await rowOf(tx, meter, provider.id, now);
    if (row.provider === provider.id) rows.push(row);
  }
  return [...rows, ...offline];
}

/** A ticket is sealed under the key that the meter serves now. */
async function rowOf(tx: StoreReads, meter: Meter, provider: string, now: Milliseconds): Promise<OfflineMeter> {
  const { svpmsn, subscriber } = meter;
  const n = bookedKey(meter, 'value');
  const row = await lineRow(tx, svpmsn);
  if (row !== undefined) return { ...row, subscriber, n };
  const whose = { id: svpmsnText(svpmsn), svpmsn, provider, subscriber, n, enrolledAt: now };
  // It may have taken from cards before these books knew of any: it is asked.
  return { ...NEW_CARD_METER, ...whose, line: true, awaited: true };
}

/**
 * Value that came from cards, as news from a meter tell it: the meter is to tell how much that makes in all. What came
 * from a card of another subscriber is written down at both, so that what each of them lacks can be reckoned.
 * @param events all that were told, in the meter's order, and among them the news
 */
export async function takeCardCredits(
  tx: StoreTransaction,
  meter: Meter,
  { events, news }: { readonly events: readonly EventRecord[]; readonly news: readonly EventRecord[] },
  now: Milliseconds,
): Promise<void> {
  if (!news.some(isCredit)) return;
  await awaitCards(tx, meter, now);
  const isNews = new Set(news.map(({ sequence }) => sequence));
  let tail = (await slotOf(tx, meter.svpmsn))?.tail;
  for (const event of events) {
    if (event.kind === EventKind.cardInserted) tail = tailIn(event);
    if (!isCredit(event) || !isNews.has(event.sequence) || tail === undefined) continue;
    const row = await lineRow(tx, meter.svpmsn);
    const [card] = (await tx.cards.where('tail', tail)).filter(({ subscriber }) => subscriber !== meter.subscriber);
    const [purse] = card && row ? await tx.cardPurses.of([purseIdOf(card.id, Region.electricity)]) : [];
    if (row === undefined || purse?.provider !== row.provider) continue;
    const value = BigInt(event.value);
    await tx.offlineMeters.put([{ ...row, fromOthers: row.fromOthers + value }]);
    await tx.cardPurses.put([{ ...purse, toOthers: purse.toOthers + value }]);
  }
}

const isCredit = ({ kind }: EventRecord): boolean => kind === EventKind.cardCredited;

/** The meter is to tell over its line how much it ever took from cards. */
export async function awaitCards(tx: StoreTransaction, meter: Meter, now: Milliseconds): Promise<void> {
  const known = await lineRow(tx, meter.svpmsn);
  if (known !== undefined) return tx.offlineMeters.put([{ ...known, awaited: true }]);
  // Whoever gave a ticket for it is forgotten: the books were put back.
  const providers = await tx.cardProviders.page({ limit: PROVIDERS_MAX });
  const [provider, ...others] = providers.filter(({ region }) => region === Region.electricity);
  if (provider === undefined || others.length > 0) return;
  await tx.offlineMeters.put([await rowOf(tx, meter, provider.id, now)]);
}

const PROVIDERS_MAX = 1_000;

/**
 * Takes in what a meter said over its line that it ever took from cards. It is a sum of all, so what comes late, or
 * again, says nothing new; one that fell is for a person to look into.
 */
export async function takeCardsSaid(
  tx: StoreTransaction,
  id: Svpmsn,
  { fromCards, epoch, at, isYounger, isAfterEvents }: CardsSaid,
  now: Milliseconds,
): Promise<void> {
  const row = await lineRow(tx, id);
  if (row === undefined) return;
  const heard: OfflineMeter = {
    ...row,
    awaited: row.awaited && !isAfterEvents,
    epoch: Math.max(row.epoch, Math.min(epoch, EPOCH_TOLD_MAX)),
    ...(isYounger && BigInt(fromCards) < row.fromCards && { doubt: 'counts-behind' }),
    ...((await isHeardAfterCards(tx, row, at)) && { handedThen: await handedBy(tx, row) }),
  };
  await tx.offlineMeters.put([await bookArrived(tx, heard, { fromCards: BigInt(fromCards), at }, now)]);
}

/** What the cards of a household have told to have handed over for one provider, to meters of its own. */
export async function handedBy(
  tx: StoreReads,
  { subscriber, provider }: Pick<OfflineMeter, 'subscriber' | 'provider'>,
): Promise<bigint> {
  const purses = await pursesOf(tx, { subscriber, provider });
  return purses.reduce((sum, { handed, toOthers }) => sum + handed - toOthers, 0n);
}

/** The regions of all cards of a household for one provider. */
export async function pursesOf(
  tx: StoreReads,
  { subscriber, provider }: Pick<OfflineMeter, 'subscriber' | 'provider'>,
): Promise<CardPurse[]> {
  const purses: CardPurse[] = [];
  for (const { id } of await tx.cards.where('subscriber', subscriber)) {
    for (const each of await tx.cardPurses.where('card', id)) if (each.provider === provider) purses.push(each);
  }
  return purses;
}

/** Of what a meter told to have taken from cards, what came from those of its own household. */
export const ownTaken = ({ fromCards, fromOthers }: Pick<OfflineMeter, 'fromCards' | 'fromOthers'>): bigint =>
  fromCards > fromOthers ? fromCards - fromOthers : 0n;

/**
 * What the cards of a household brought to a meter was brought to one of others. Both sides are written down, as of any
 * card that was spent in a meter of others; that of the meter by whoever calls.
 */
export async function leaveToOthers(tx: StoreTransaction, meter: OfflineMeter, brought: bigint): Promise<void> {
  let rest = brought;
  const purses = await pursesOf(tx, meter);
  const changed = purses.map((purse, i) => {
    const handed = purse.handed - purse.toOthers;
    // A card that has not told yet what it handed over will: it is the last of them.
    const part = i === purses.length - 1 || rest < handed ? rest : handed;
    rest -= part;
    return { ...purse, toOthers: purse.toOthers + part };
  });
  await tx.cardPurses.put(changed);
}

/** No card may have told of something newer than what a meter says: messages overtake each other. */
export async function isHeardAfterCards(tx: StoreReads, meter: OfflineMeter, at: Milliseconds): Promise<boolean> {
  return (await pursesOf(tx, meter)).every(({ toldAt }) => (toldAt ?? 0) < at);
}

/**
 * What a meter with a line took beyond what was known is posted into its purse.
 * @param told the sum of all, and when it was, or may have been, told
 * @returns its row, to be stored
 */
export async function bookArrived(
  tx: StoreTransaction,
  row: OfflineMeter,
  { fromCards, at }: { readonly fromCards: bigint; readonly at: Milliseconds },
  now: Milliseconds,
): Promise<OfflineMeter> {
  const arrived = fromCards - row.fromCards;
  if (arrived <= 0n) return row;
  const { svpmsn, provider } = row;
  await tx.post([cardArrived(svpmsn, arrived, { at: now, provider })]);
  const [purse] = await tx.pursesOf([svpmsn]);
  // What it said of its balance before does not belong to what is booked from now on.
  if (purse !== undefined && purse.bookedAt < at) await tx.putPurse({ ...purse, bookedAt: at });
  return { ...row, fromCards };
}
