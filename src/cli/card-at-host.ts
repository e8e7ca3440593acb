import {
  type CardReading,
  type CardSession,
  decodeLoadResponse,
  type KeptLoad,
  LOADS_KEPT,
  loadCommand,
  type RegionReading,
  readCard,
  readRegion,
  selectPurse,
} from '../card/index.ts';
import type { Csn, Region } from '../units/index.ts';
import { CardHost, HostSilent, heldBack, type LoadReceipt } from './card-host.ts';
import { csnOf, noWord, oneWord, parsedVerb, regionName, regionOf } from './card-options.ts';
import { cardPlaceOf, taken, withCards } from './card-place.ts';
import { LOAD_TEXTS } from './card-read.ts';
import { CannotGoOn } from './failure.ts';
import { needed } from './flags.ts';

/** As many as a card tells of afterwards. A host has one order at a time for a region, and seldom more than a few. */
const EXCHANGES_MAX = LOADS_KEPT;

/** `wattpurse card load`: carries frames between a card and the host that loads it, and learns nothing by that. */
export async function cardLoad(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedVerb(args, {
    ...{ card: { type: 'string' }, reader: { type: 'string' }, host: { type: 'string' } },
    ...{ region: { type: 'string' }, json: { type: 'boolean' } },
  });
  noWord(positionals, 'load');
  const place = cardPlaceOf('load', { card: values.card, reader: values.reader });
  const host = CardHost.at(needed('card load', values.host, '--host', 'the address of the host that loads the card'));
  const asked = values.region === undefined ? undefined : regionOf(values.region, '--region');
  const loads = await withCards([place], async ([session]) => loadCard(session as CardSession, host, asked));
  if (values.json === true) process.stdout.write(`${JSON.stringify(loads)}\n`);
  else process.stdout.write(`${loads.flatMap(loadLines).join('\n')}\n`);
  return loads.some(({ failure, more }) => failure !== undefined || more) ? 1 : 0;
}

/** What became of one region. */
export interface Load {
  readonly csn: Csn;
  readonly region: Region;
  /** Absent where the region is damaged; `balance` also where the card was gone before it could be asked. */
  readonly before: number | undefined;
  readonly balance: number | undefined;
  /** What the card did with what came now, the oldest first. */
  readonly loads: readonly KeptLoad[];
  /** Whether a new ticket came. */
  readonly ticket: boolean;
  /** As the host tells them. */
  readonly receipts: readonly LoadReceipt[];
  /** Whether the host has more for this region. */
  readonly more: boolean;
  /** Why it did not come to its end, in sentences. */
  readonly failure: string | undefined;
}

/** Loads one region, or each that the card has: what one of them cannot do keeps none of the others from being loaded. */
export async function loadCard(
  session: CardSession,
  host: CardHost,
  asked: Region | undefined,
): Promise<readonly Load[]> {
  const { csn, regions: all } = taken<CardReading>(await readCard(session));
  const regions = all.filter(({ region }) => asked === undefined || region === asked);
  if (regions.length === 0) throw new CannotGoOn(`Card ${csn} has no region ${regionName(asked as Region)}.`);
  const loads: Load[] = [];
  let isOver = false;
  for (const before of regions) {
    const tried: Tried = isOver ? notTried(before) : await loadRegion(session, host, csn, before);
    isOver = tried.isOver;
    loads.push(loadOf(csn, before, tried));
  }
  return loads;
}

interface Tried {
  readonly receipts: readonly LoadReceipt[];
  readonly failure: string | undefined;
  /** The region afterwards; absent where the card does not tell it any more. */
  readonly after: RegionReading | undefined;
  /** The card is gone, or nobody answers: no other region would fare better. */
  readonly isOver: boolean;
}

const notTried = (after: RegionReading): Tried => ({
  ...{ receipts: [], failure: 'It was not tried any more.', after, isOver: true },
});

async function loadRegion(session: CardSession, host: CardHost, csn: Csn, before: RegionReading): Promise<Tried> {
  const { region, value } = before;
  const receipts: LoadReceipt[] = [];
  if (value === undefined) {
    return { receipts, failure: 'It is damaged: its value waits for a person.', after: before, isOver: false };
  }
  try {
    for (let more = true; more && receipts.length < EXCHANGES_MAX; ) {
      const receipt = await exchanged(session, host, csn, region);
      receipts.push(receipt);
      if (receipt.frozen !== undefined) throw heldBack(csn, String(receipt.frozen));
      more = receipt.more;
    }
    return { receipts, failure: undefined, after: await told(session, region), isOver: false };
  } catch (error) {
    if (!(error instanceof CannotGoOn)) throw error;
    // The card may have done what nobody heard of.
    const after = await told(session, region);
    return { receipts, failure: error.message, after, isOver: after === undefined || error instanceof HostSilent };
  }
}

async function told(session: CardSession, region: Region): Promise<RegionReading | undefined> {
  const read = await readRegion(session, region);
  return read === undefined || 'reason' in read ? undefined : read;
}

/** One exchange from M1 to its receipt. */
async function exchanged(session: CardSession, host: CardHost, csn: Csn, region: Region): Promise<LoadReceipt> {
  taken<Uint8Array>(await session.transmit(selectPurse()));
  const { exchange, frame } = await host.begin(csn, region);
  const second = await host.say(csn, exchange, await toCard(session, frame));
  const last = 'frame' in second ? await host.say(csn, exchange, await toCard(session, second.frame)) : second;
  if ('receipt' in last) return last.receipt;
  throw new CannotGoOn('The host has more to say than an exchange has messages: name another with --host.');
}

function loadOf(csn: Csn, { region, value: before }: RegionReading, { receipts, failure, after }: Tried): Load {
  const now = after?.value;
  const isNew = ({ counter }: KeptLoad) => before !== undefined && counter > before.lastCounter;
  return {
    ...{ csn, region, before: before?.balance, balance: now?.balance },
    loads: now?.loads.filter(isNew).reverse() ?? [],
    ticket: now !== undefined && now.ticketVersion !== before?.ticketVersion,
    ...{ receipts, more: receipts.at(-1)?.more ?? false, failure },
  };
}

async function toCard(session: CardSession, frame: Uint8Array): Promise<Uint8Array> {
  const command = loadCommand(frame);
  if (command === undefined) throw new CannotGoOn('The host sends what no card takes: name another with --host.');
  const answer = decodeLoadResponse(taken<Uint8Array>(await session.transmit(command)));
  if ('frame' in answer) return answer.frame;
  const status = answer.reason === 'card-refused' ? ` (status ${answer.status.toString(16)})` : '';
  throw new CannotGoOn(`The card does not take what the host sends${status}: take it out and in, and try again.`);
}

/** For a person: a line for the region, and what happened to it below. */
export function loadLines(load: Load): readonly string[] {
  const { csn, region, loads, ticket, more, failure } = load;
  const isSame = loads.length === 0 && !ticket && failure === undefined;
  return [
    `Card ${csn}, ${regionName(region)}: ${isSame ? 'nothing new, ' : ''}${balanceText(load)}`,
    ...loads.map(({ counter, kind, amount }) => `  load ${counter}: ${LOAD_TEXTS[kind](amount)}`),
    ...(ticket ? ['  a new ticket'] : []),
    ...(failure === undefined ? [] : [`  ${failure}`]),
    ...(more ? ['  More is outstanding at the host: load the card again.'] : []),
  ];
}

function balanceText({ before, balance, receipts }: Load): string {
  if (before === undefined) return 'not loaded.';
  if (balance === before) return `${balance} tokens as before.`;
  if (balance !== undefined) return `${balance} tokens, ${before} before.`;
  const heard = receipts.at(-1)?.balance;
  const last = heard === undefined ? '' : `; the host last heard of ${heard}`;
  return `${before} tokens before, and what it holds now is not known${last}.`;
}

/** `wattpurse card block CSN`: ends a card at its host, for ever. */
export async function cardBlock(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedVerb(args, { host: { type: 'string' }, json: { type: 'boolean' } });
  const csn = csnOf(oneWord(positionals, 'block', 'the number (CSN) of a card'));
  const host = CardHost.at(needed('card block', values.host, '--host', 'the address of the host whose card it is'));
  await host.block(csn);
  const text = `Card ${csn} is blocked: no host loads it, and meters refuse it as soon as another card brings them word.`;
  process.stdout.write(`${values.json === true ? JSON.stringify({ csn, state: 'blocked' }) : text}\n`);
  return 0;
}
