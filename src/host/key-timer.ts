import { GENERATION_MAX, SUITE_NAMES, Suite } from '../crypto/index.ts';
import { hourAt } from '../tariff/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { calendarOver } from './calendar.ts';
import { GENERATIONS, ROTATED_PURPOSES, type RotatedPurpose } from './key-change.ts';
import { type MeterPlaced, newestHeld, orderStep, placesOf } from './key-rotation.ts';
import type { HostPorts, StoreTransaction } from './ports.ts';
import { BEFORE_FIRST, firstRow, NOTHING_COUNTED, rotationId } from './rotation-row.ts';
import type { KeyRotation, Meter, RotationCounts, RotationState } from './types.ts';

/** When a host rotates the key of a purpose by itself, and how far it may go without people. */
export interface RotationTiming {
  /** From the beginning of one rotation to the next. */
  readonly everyMs: number;
  /** Ordered and not answered, at most so many meters. */
  readonly metersAtOnce: number;
  /** So many may say no before it stops. */
  readonly refusedMax: number;
  /** Hours of the utility in which steps are ordered, the last not included; any where absent. */
  readonly hours?: { readonly from: number; readonly to: number };
  /** So long after all have the new key the older one is given up; by people alone where absent. */
  readonly raiseAfterMs?: number;
}
export type RotationTimings = Readonly<Partial<Record<RotatedPurpose, RotationTiming>>>;

const SUITES = [Suite.tripleDesXo, Suite.aes128, Suite.aes256] as const;
/** Meters in one step: a step is one transaction, and keeps nobody waiting. */
export const LOOKED_AT_ONCE = 100;
const MINUTE_MS = 60_000;
/** Between two walks while meters are ordered, while some cannot be, and while there is nothing to do. */
const WHILE_ORDERING_MS = MINUTE_MS;
const WHILE_WAITING_MS = 10 * MINUTE_MS;
const WHILE_RESTING_MS = 360 * MINUTE_MS;
/** People may change a rotation by a command: a row is looked at again so often, whatever it said. */
const ASKED_AGAIN_MS = MINUTE_MS;

/**
 * Rotates keys over a fleet when it is due. It gives generations that people made, and makes none. It walks over the
 * meters in steps, each with its orders in one transaction with the place where the next begins: a host that is killed
 * leaves none out and orders none twice, and neither do two of them.
 */
export class KeyTimer {
  readonly #ports: Pick<HostPorts, 'store' | 'keys' | 'clock'>;
  readonly #settings: { readonly timings: RotationTimings; readonly zone: string; readonly roundMs: number };
  /** A key store has what it had when the host began. */
  readonly #newest = new Map<string, number | undefined>();
  readonly #askAt = new Map<string, number>();

  constructor(
    ports: Pick<HostPorts, 'store' | 'keys' | 'clock'>,
    settings: { readonly timings: RotationTimings; readonly zone: string; readonly roundMs: number },
  ) {
    this.#ports = ports;
    this.#settings = settings;
  }

  /** About one a second. */
  async step(): Promise<void> {
    const { store, clock } = this.#ports;
    const { timings, zone, roundMs } = this.#settings;
    for (const purpose of Object.keys(ROTATED_PURPOSES) as RotatedPurpose[]) {
      const timing = timings[purpose];
      for (const suite of timing === undefined ? [] : SUITES) {
        const id = rotationId(purpose, suite);
        const now = clock.now();
        const wait = (this.#askAt.get(id) ?? 0) - now;
        if (timing === undefined || calendarOver(now) || (wait > 0 && wait <= ASKED_AGAIN_MS)) continue;
        const newest = await this.#newestOf(purpose, suite);
        if (newest === undefined) continue;
        const nextAt = await store.transaction((tx) =>
          walkOn(tx, { purpose, suite, timing, newest, now, zone, roundMs }),
        );
        this.#askAt.set(id, Math.min(nextAt, now + ASKED_AGAIN_MS));
      }
    }
  }

  async #newestOf(purpose: RotatedPurpose, suite: Suite): Promise<number | undefined> {
    const id = rotationId(purpose, suite);
    if (!this.#newest.has(id)) {
      const newest = await newestHeld(this.#ports, { purpose, suite, step: 'give' });
      this.#newest.set(id, typeof newest === 'number' ? newest : undefined);
    }
    return this.#newest.get(id);
  }
}

interface Walk {
  readonly purpose: RotatedPurpose;
  readonly suite: Suite;
  readonly timing: RotationTiming;
  /** The newest generation of the key store. */
  readonly newest: number;
  readonly now: Milliseconds;
  readonly zone: string;
  readonly roundMs: number;
}

/** One step of a walk, where one is due. Returns when the next is. */
async function walkOn(tx: StoreTransaction, walk: Walk): Promise<number> {
  const { purpose, suite, newest, now } = walk;
  const [before = firstRow(purpose, suite, now)] = await tx.keyRotations.of([rotationId(purpose, suite)]);
  // Another host began with a key that this one does not have: that one goes on.
  if (newest < before.generation) return now + ASKED_AGAIN_MS;
  const row = before.after === BEFORE_FIRST ? begun(before, walk) : before;
  const wait = before.nextAt - now;
  // A pause is never longer: what lies further ahead was written by a clock that was wrong. Whoever has the key that the
  // others waited for waits for nobody.
  if (wait > 0 && wait <= WHILE_RESTING_MS && row.generation === before.generation) return before.nextAt;
  const meters = await tx.meters({ after: row.after, limit: LOOKED_AT_ONCE });
  const found = await lookAndOrder(
    tx,
    row,
    meters.filter((meter) => meter.suite === suite),
    walk,
  );
  const last = meters.at(-1);
  const isOver = last === undefined || meters.length < LOOKED_AT_ONCE;
  const after = isOver ? walked(found, walk) : { ...found, after: last.svpmsn, nextAt: now };
  await tx.keyRotations.put([after]);
  if (after.state !== before.state && TOLD.has(after.state)) await tx.audit.append([entryOf(after, now)]);
  return after.nextAt;
}

/** At the beginning of a walk: what begins with it. */
function begun(row: KeyRotation, { timing, newest, now }: Walk): KeyRotation {
  const { beganAt, counts, generation } = row;
  const dueAt = beganAt === undefined ? undefined : ((beganAt + timing.everyMs) as Milliseconds);
  const isFree = counts !== undefined && row.state !== 'stopped' && (row.withheld || isGiven(counts));
  if (dueAt === undefined || dueAt > now || newest <= generation || !isFree) return { ...row, dueAt };
  // Nothing is ordered before the meters were counted.
  return {
    ...{ ...row, state: 'giving', generation: newest, withheld: false, counts: undefined, countedAt: undefined },
    ...{ beganAt: now, givenAt: undefined, dueAt: (now + timing.everyMs) as Milliseconds },
  };
}

/** The older key of all ended as well: the next change would end it unasked. */
const isGiven = ({ can, underWay, both }: RotationCounts): boolean => can === 0 && underWay === 0 && both === 0;

async function lookAndOrder(
  tx: StoreTransaction,
  before: KeyRotation,
  meters: readonly Meter[],
  { purpose, timing, now, zone, roundMs }: Walk,
): Promise<KeyRotation> {
  const isFirst = before.beganAt === undefined;
  const inUse = isFirst ? meters.map((meter) => meter[GENERATIONS[purpose]]) : [];
  const row = { ...before, generation: Math.max(before.generation, ...inUse) };
  const found = { ...row.walk };
  const { generation, counts } = row;
  const mayRaise = raises(row, timing, now);
  const isOpen = counts !== undefined && row.state !== 'stopped' && isHour(timing, zone, now);
  for (const placed of await placesOf(tx, meters, { purpose, generation, now, roundMs })) {
    found.meters += 1;
    if (isFirst) found.oldestAt = Math.min(found.oldestAt ?? now, keyGivenAt(placed));
    const given = placed.of('give');
    const held = given === 'there' && purpose !== 'monitoring' ? placed.of('raise') : 'there';
    if (given === 'there') found.there += 1;
    if (held === 'can' || held === 'under-way' || held === 'refused') found.both += 1;
    const step = given === 'there' ? 'raise' : 'give';
    const place = step === 'give' ? given : mayRaise || held === 'under-way' ? held : 'there';
    if (step === 'raise' && (place === 'can' || place === 'under-way')) found.raising += 1;
    const isRoom = timing.metersAtOnce - (counts?.underWay ?? 0) > found.ordered;
    const isStill = found.refused <= timing.refusedMax && !(step === 'give' && row.withheld);
    if (place === 'can' && isOpen && isRoom && isStill) {
      await orderStep(tx, placed.meter, { purpose, step, generation }, now);
      found.ordered += 1;
      found.underWay += 1;
    } else if (place !== 'there') {
      found[place === 'under-way' ? 'underWay' : place] += 1;
    }
  }
  return { ...row, walk: found };
}

/** At the end of a walk: what it means, and when the next begins. */
function walked(row: KeyRotation, walk: Walk): KeyRotation {
  const { timing, now } = walk;
  const { ordered, raising, oldestAt, ...counts } = row.walk;
  const over = { ...row, after: BEFORE_FIRST, walk: NOTHING_COUNTED, counts, countedAt: now };
  if (row.beganAt === undefined && oldestAt !== undefined) {
    const dueAt = (oldestAt + timing.everyMs) as Milliseconds;
    // Counted while it was not known yet which generation is the newest in use.
    return { ...over, beganAt: oldestAt as Milliseconds, dueAt, counts: undefined, countedAt: undefined, nextAt: now };
  }
  const { can, underWay, silent, refused } = counts;
  const isThere = can + underWay === raising && refused <= timing.refusedMax && !row.withheld;
  const counted = { ...over, givenAt: row.givenAt ?? (isThere && counts.there > 0 ? now : undefined) };
  const state = stateOf(counted, { ...counts, raising }, walk);
  const isActive = state === 'giving' || state === 'raising';
  const pause =
    isActive && isHour(timing, walk.zone, now)
      ? WHILE_ORDERING_MS
      : isActive || state === 'stopped' || silent > 0
        ? WHILE_WAITING_MS
        : WHILE_RESTING_MS;
  const begins = begun({ ...counted, state }, walk).generation !== row.generation;
  const raiseAt = (counted.givenAt ?? 0) + (timing.raiseAfterMs ?? 0);
  const ahead = [counted.dueAt ?? 0, raiseAt].filter((at) => at > now);
  return { ...counted, state, nextAt: (begins ? now : Math.min(now + pause, ...ahead)) as Milliseconds };
}

function stateOf(
  row: KeyRotation,
  counts: RotationCounts & { readonly raising: number },
  { timing, newest, now }: Walk,
): RotationState {
  const { can, underWay, refused, both } = counts;
  if (refused > timing.refusedMax) return 'stopped';
  if (can + underWay > counts.raising && !row.withheld) return 'giving';
  if (counts.raising > 0) return 'raising';
  if (row.dueAt !== undefined && row.dueAt <= now && counts.meters > 0) {
    if (both > 0) return 'wants-raise';
    if (newest <= row.generation) return newest >= GENERATION_MAX ? 'spent' : 'wants-key';
  }
  if (row.withheld) return 'withheld';
  return both > 0 ? 'given' : 'resting';
}

const raises = ({ givenAt }: KeyRotation, { raiseAfterMs }: RotationTiming, now: number): boolean =>
  raiseAfterMs !== undefined && givenAt !== undefined && now >= givenAt + raiseAfterMs;

function isHour({ hours }: RotationTiming, zone: string, now: Milliseconds): boolean {
  if (hours === undefined) return true;
  const { from, to } = hours;
  const hour = hourAt(zone, now);
  return from < to ? hour >= from && hour < to : hour >= from || hour < to;
}

/** When a meter was given the key that it serves. */
const keyGivenAt = ({ meter, change }: MeterPlaced): number =>
  change?.state === 'done' && change.settledAt !== undefined ? change.settledAt : meter.enrolledAt;

/** What it comes to stands in the audit log; what it waits for does not. */
const TOLD: ReadonlySet<RotationState> = new Set(['giving', 'stopped', 'given', 'raising', 'resting']);

const entryOf = ({ purpose, suite, state, generation, counts }: KeyRotation, at: Milliseconds) => ({
  ...{ at, by: 'timer of the host', role: 'system-manager' as const, action: 'rotateKeys', subject: `keys ${purpose}` },
  detail: JSON.stringify({ step: state, suite: SUITE_NAMES[suite], generation, ...counts }),
  request: '',
});
