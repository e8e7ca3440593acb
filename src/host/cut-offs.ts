import { EventKind, MeterFlag, RelayReason, type SupplyPolicy } from '../records/index.ts';
import type { Milliseconds, SupplyIndex, Svpmsn } from '../units/index.ts';
import { findMeter, isFailure } from './failures.ts';
import { markedEnergy } from './load.ts';
import { sentPolicy } from './policy.ts';
import type { StoreReads } from './ports.ts';
import { balanceOf, type StatementBalance } from './statement.ts';
import { chargeOf, minuteOf, pricer, type SupplyRecord } from './statement-minutes.ts';
import { eventsOf, supplyRecords } from './supply-records.ts';
import type { HostFailure, Knowledge, Meter, MeterEvent, NumberedEvent } from './types.ts';

export interface CutOffQuery {
  readonly meter: number;
  /** Only older ones: the number of the event of the last one before. */
  readonly before?: number;
  readonly limit: number;
}

/** That a relay opened, and all that these books know to explain it. */
export interface CutOff {
  /** Of the event, among all events. */
  readonly number: number;
  readonly svpmsn: Svpmsn;
  readonly supply: number;
  /** By the meter's clock; nothing where that was not set. */
  readonly at: Milliseconds | undefined;
  readonly heardAt: Milliseconds;
  /** `RelayReason` bits. */
  readonly reasons: number;
  /** As the books had it, and when something was last posted before. */
  readonly balance: StatementBalance & { readonly at: Milliseconds | undefined };
  /** Nothing where the meter did not say when it was. */
  readonly before: HoursBefore | undefined;
  /** The policy that the meter had; what it says, where these books know it. */
  readonly rules: { readonly version: number; readonly policy: SupplyPolicy | undefined } | undefined;
  /** What the meter told since the supply was last closed, the oldest first. */
  readonly notices: readonly MeterEvent[];
  readonly ended: CutOffEnd | undefined;
  readonly unknown: readonly ('time' | 'balance' | 'minutes' | 'rules' | 'notices' | 'end')[];
}

/** Minutes of the supply until it was cut. */
export interface HoursBefore {
  readonly start: Milliseconds;
  /** 0.1 Wh, or a mark as in `Minutes`. */
  readonly energy: readonly number[];
  readonly percents: readonly { readonly minute: number; readonly percent: number }[];
  /** 10⁻¹¹ token of each minute; nothing where it is not known. */
  readonly chargeUnits: readonly (bigint | undefined)[];
}

export interface CutOffEnd {
  readonly at: Milliseconds | undefined;
  readonly heardAt: Milliseconds;
  readonly by: 'credit' | 'command' | 're-closed' | 'key-press' | 'emergency-credit' | 'unknown';
  /** Of the credit. */
  readonly order: string | undefined;
}

const MINUTES_BEFORE = 6 * 60;
const NOTICES_MAX = 20;
const LOOKED_BACK = 500;
const MS_PER_MINUTE = 60_000;

const NOTICES: ReadonlySet<number> = new Set([
  EventKind.lowBalance,
  EventKind.lastToken,
  EventKind.emergencyCreditBegun,
  EventKind.cutDeferred,
  EventKind.valueRequested,
]);

/** The newest first. */
export async function readCutOffs(
  tx: StoreReads,
  { meter: number, before = Number.POSITIVE_INFINITY, limit }: CutOffQuery,
  zone: string,
): Promise<CutOff[] | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const { meter } = found;
  const { svpmsn } = meter;
  // By the meter's own count: what was heard late stands where it belongs.
  const events = (await eventsOf(tx, meter)).sort((a, b) => a.sequence - b.sequence);
  const openings = events
    .filter((event) => event.kind === EventKind.relayOpened && event.number < before)
    .sort((a, b) => b.number - a.number)
    .slice(0, limit);
  const [known] = await tx.knowledgeOf([svpmsn]);
  const context: Context = {
    ...{ tx, meter, zone, events, known },
    policy: (await sentPolicy(tx, svpmsn))?.policy,
    posted: (await tx.postings({ svpmsn, limit: LOOKED_BACK })).map(({ at }) => at),
    credits: new Map(
      (await tx.orders({ svpmsn, limit: LOOKED_BACK })).flatMap(({ counter, id }): [number, string][] =>
        counter === undefined ? [] : [[counter & 0xffff, id]],
      ),
    ),
  };
  const cutOffs: CutOff[] = [];
  for (const opening of openings) {
    const cutOff = await explained(context, opening);
    if (isFailure(cutOff)) return cutOff;
    cutOffs.push(cutOff);
  }
  return cutOffs;
}

interface Context {
  readonly tx: StoreReads;
  readonly meter: Meter;
  readonly zone: string;
  /** All that were ever heard, in the meter's order. */
  readonly events: readonly NumberedEvent[];
  readonly known: Knowledge | undefined;
  readonly policy: SupplyPolicy | undefined;
  /** When the last postings were made, the newest first. */
  readonly posted: readonly Milliseconds[];
  /** Orders by the lower 16 bits of their TC. */
  readonly credits: ReadonlyMap<number, string>;
}

async function explained(context: Context, opening: NumberedEvent): Promise<CutOff | HostFailure> {
  const { tx, meter, events, known } = context;
  const { svpmsn } = meter;
  const at = timeOf(opening);
  const place = events.indexOf(opening);
  const older = events.slice(0, place);
  const newer = events.slice(place + 1);
  const begin = older.findLastIndex(({ kind, supply }) => kind === EventKind.relayClosed && supply === opening.supply);
  const since = older.slice(begin + 1);
  const closing = newer.find(({ kind, supply }) => kind === EventKind.relayClosed && supply === opening.supply);
  const asked = at ?? opening.heardAt;
  const before = at === undefined ? undefined : await hoursBefore(context, opening.supply as SupplyIndex, at);
  if (before !== undefined && isFailure(before)) return before;
  const rules = rulesAt(context, older);
  const wholeSince =
    (since[0]?.sequence ?? opening.sequence) === (begin < 0 ? 1 : (older[begin] as NumberedEvent).sequence + 1);
  const isWhole = wholeSince && isContiguous([...since, opening]);
  const isOpen = ((known?.flags ?? 0) & MeterFlag.relayOpen) !== 0;
  const unknown: CutOff['unknown'][number][] = [];
  if (at === undefined) unknown.push('time');
  if (context.posted.every((posted) => posted >= asked)) unknown.push('balance');
  if (before === undefined || before.chargeUnits.includes(undefined)) unknown.push('minutes');
  if (rules?.policy === undefined) unknown.push('rules');
  if (!isWhole) unknown.push('notices');
  if (closing === undefined && !isOpen) unknown.push('end');
  return {
    ...{ number: opening.number, svpmsn, supply: opening.supply, at, heardAt: opening.heardAt },
    reasons: opening.detail,
    balance: {
      ...balanceOf(await tx.ledgerOf(svpmsn, asked)),
      at: context.posted.find((posted) => posted < asked),
    },
    ...{ before, rules },
    notices: since.filter(({ kind }) => NOTICES.has(kind)).slice(-NOTICES_MAX),
    ended: closing === undefined ? undefined : endOf(context, closing, newer.slice(0, newer.indexOf(closing))),
    unknown,
  };
}

const timeOf = ({ time }: MeterEvent): Milliseconds | undefined =>
  time === 0 ? undefined : ((time * 1000) as Milliseconds);

const isContiguous = (events: readonly MeterEvent[]): boolean =>
  events.every(({ sequence }, i) => i === 0 || sequence === (events[i - 1] as MeterEvent).sequence + 1);

async function hoursBefore(
  { tx, meter, zone, events }: Context,
  supply: SupplyIndex,
  at: Milliseconds,
): Promise<HoursBefore | HostFailure> {
  const end = Math.ceil(at / MS_PER_MINUTE);
  const first = Math.max(0, end - MINUTES_BEFORE);
  const span = { from: (first * MS_PER_MINUTE) as Milliseconds, end: (end * MS_PER_MINUTE) as Milliseconds, zone };
  const supplies = await supplyRecords(tx, meter, span, events);
  if (isFailure(supplies)) return supplies;
  const record = supplies[supply - 1] as SupplyRecord;
  const price = pricer(record, supply);
  const energy: number[] = [];
  const percents: { minute: number; percent: number }[] = [];
  const chargeUnits: (bigint | undefined)[] = [];
  for (let minute = first; minute < end; minute++) {
    const { percent } = price(minute, 0);
    if (percents.at(-1)?.percent !== percent) percents.push({ minute: minute - first, percent });
    const told = minuteOf(record, minute);
    energy.push(markedEnergy(told));
    chargeUnits.push(told.energy === undefined ? undefined : chargeOf(price(minute, told.band).rate, told.energy));
  }
  return { start: span.from, energy, percents, chargeUnits };
}

/** Of a meter that never told of a change the policy is the one that it still has: it came with it from its workshop. */
function rulesAt({ events, known, policy }: Context, older: readonly MeterEvent[]): CutOff['rules'] {
  const isChange = ({ kind }: MeterEvent) => kind === EventKind.policyChanged;
  const version = older.findLast(isChange)?.value ?? (events.some(isChange) ? undefined : known?.policyVersion);
  if (version === undefined) return undefined;
  return { version, policy: policy?.version === version ? policy : undefined };
}

/** @param between what the meter told from the opening to the closing */
function endOf({ credits }: Context, closing: MeterEvent, between: readonly MeterEvent[]): CutOffEnd {
  const end = { at: timeOf(closing), heardAt: closing.heardAt };
  const { detail } = closing;
  const credit = between.findLast(({ kind }) => kind === EventKind.creditStored);
  const order = credit === undefined ? undefined : credits.get(credit.detail);
  if (detail & RelayReason.awaitsKey) return { ...end, by: 'key-press', order };
  if (detail & RelayReason.noCredit) {
    if (credit !== undefined) return { ...end, by: 'credit', order };
    const isLent = between.some(
      ({ kind }) => kind === EventKind.emergencyCreditBegun || kind === EventKind.policyChanged,
    );
    return { ...end, by: isLent ? 'emergency-credit' : 'unknown', order: undefined };
  }
  // Tamper and command are taken away by a person's word alone.
  if (detail & (RelayReason.tamper | RelayReason.command)) return { ...end, by: 'command', order: undefined };
  if (detail & (RelayReason.overCurrent | RelayReason.loadLimit)) return { ...end, by: 're-closed', order: undefined };
  return { ...end, by: 'unknown', order: undefined };
}
