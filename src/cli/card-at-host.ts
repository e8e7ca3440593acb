import {
  type CardReading,
  type CardSession,
  decodeLoadResponse,
  loadCommand,
  readCard,
  selectPurse,
} from '../card/index.ts';
import type { Csn, Region } from '../units/index.ts';
import { CardHost, type LoadReceipt } from './card-host.ts';
import { csnOf, needed, noWord, oneWord, parsedVerb, regionName, regionOf } from './card-options.ts';
import { cardPlaceOf, taken, withCards } from './card-place.ts';
import { CannotGoOn } from './failure.ts';

/** A host has one order at a time for a region; more than these are a fault of the host's. */
const EXCHANGES_MAX = 16;

/** `wattpurse card load`: carries frames between a card and the host that loads it, and learns nothing by that. */
export async function cardLoad(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedVerb(args, {
    ...{ card: { type: 'string' }, reader: { type: 'string' }, host: { type: 'string' } },
    ...{ region: { type: 'string' }, json: { type: 'boolean' } },
  });
  noWord(positionals, 'load');
  const place = cardPlaceOf('load', { card: values.card, reader: values.reader });
  const host = CardHost.at(needed(values.host, 'load', '--host', 'the address of the host that loads the card'));
  const asked = values.region === undefined ? undefined : regionOf(values.region, '--region');
  const loads = await withCards([place], async ([session]) => loadAll(session as CardSession, host, asked));
  if (values.json === true) process.stdout.write(`${JSON.stringify(loads)}\n`);
  else process.stdout.write(`${loads.map(loadText).join('\n')}\n`);
  return 0;
}

interface Load {
  readonly csn: Csn;
  readonly region: Region;
  readonly before: number;
  readonly balance: number;
  /** As the host tells them. */
  readonly receipts: readonly LoadReceipt[];
}

/** One region, or each that the card has. */
async function loadAll(session: CardSession, host: CardHost, asked: Region | undefined): Promise<readonly Load[]> {
  const before = taken<CardReading>(await readCard(session));
  const regions = before.regions.filter(({ region }) => asked === undefined || region === asked);
  if (regions.length === 0) throw new CannotGoOn(`Card ${before.csn} has no region ${regionName(asked as Region)}.`);
  const receipts = new Map<Region, readonly LoadReceipt[]>();
  for (const { region } of regions) receipts.set(region, await loadRegion(session, host, before.csn, region));
  const after = taken<CardReading>(await readCard(session));
  return regions.map(({ region, value }) => ({
    ...{ csn: before.csn, region, before: value?.balance ?? 0 },
    balance: after.regions.find((each) => each.region === region)?.value?.balance ?? 0,
    receipts: receipts.get(region) ?? [],
  }));
}

async function loadRegion(session: CardSession, host: CardHost, csn: Csn, region: Region) {
  const receipts: LoadReceipt[] = [];
  for (let more = true; more && receipts.length < EXCHANGES_MAX; ) {
    taken<Uint8Array>(await session.transmit(selectPurse()));
    const { exchange, frame } = await host.begin(csn, region);
    const second = await host.say(csn, exchange, await toCard(session, frame));
    const last = 'frame' in second ? await host.say(csn, exchange, await toCard(session, second.frame)) : second;
    if ('frame' in last)
      throw new CannotGoOn('The host has more to say than an exchange has messages: name another with --host.');
    receipts.push(last.receipt);
    more = last.receipt.more;
  }
  return receipts;
}

async function toCard(session: CardSession, frame: Uint8Array): Promise<Uint8Array> {
  const command = loadCommand(frame);
  if (command === undefined) throw new CannotGoOn('The host sends what no card takes: name another with --host.');
  const answer = decodeLoadResponse(taken<Uint8Array>(await session.transmit(command)));
  if ('frame' in answer) return answer.frame;
  const status = answer.reason === 'card-refused' ? ` (status ${answer.status.toString(16)})` : '';
  throw new CannotGoOn(`The card does not take what the host sends${status}: take it out and in, and try again.`);
}

function loadText({ csn, region, before, balance }: Load): string {
  const name = `Card ${csn}, ${regionName(region)}`;
  if (balance === before) return `${name}: nothing was outstanding, ${balance} tokens as before.`;
  return `${name}: ${balance} tokens, ${before} before.`;
}

/** `wattpurse card block CSN`: ends a card at its host, for ever. */
export async function cardBlock(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedVerb(args, { host: { type: 'string' }, json: { type: 'boolean' } });
  const csn = csnOf(oneWord(positionals, 'block', 'the number (CSN) of a card'));
  const host = CardHost.at(needed(values.host, 'block', '--host', 'the address of the host whose card it is'));
  await host.block(csn);
  const text = `Card ${csn} is blocked: no host loads it, and meters refuse it as soon as another card brings them word.`;
  process.stdout.write(`${values.json === true ? JSON.stringify({ csn, state: 'blocked' }) : text}\n`);
  return 0;
}
