import {
  GENERATION_MAX,
  generationOf,
  type KeyName,
  keyName,
  PURPOSE_NAMES,
  SUITE_NAMES,
  Suite,
} from '../crypto/index.ts';
import { type Milliseconds, type Svpmsn, svpmsnText } from '../units/index.ts';
import { queueCommand } from './command-queue.ts';
import { fail } from './failures.ts';
import { bookedKey, GENERATIONS, keyChangeCommand, ROTATED_PURPOSES, type RotatedPurpose } from './key-change.ts';
import { MeterKeys } from './meter-keys.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import { noticeHand } from './rotation-row.ts';
import { DARK_ROUNDS, holdsNoValueKey } from './standing.ts';
import type { ControlCommand, HostFailure, Meter } from './types.ts';

/**
 * Steps of a rotation. `give`: meters get the newest key that the key store has, and keep the one before it. `raise`:
 * those that hold both give the older one up. `back-out`: those that hold both are spoken to by the older one again.
 * A key of monitoring is given with its floor, because its local unit keeps one of a meter alone.
 */
export type RotationStep = 'give' | 'raise' | 'back-out';

export interface RotationAsked {
  readonly purpose: RotatedPurpose;
  readonly suite: Suite;
  readonly step: RotationStep;
  /** Meters of this stage, the lowest numbers first; all where absent. */
  readonly most?: number;
}

/** Why a step does not concern a meter now, or that it does. */
export type RotationPlace =
  /** It can take this step. */
  | 'can'
  /** It has taken it already, or there is nothing of it to take. */
  | 'there'
  /** It was ordered, and did not answer yet. */
  | 'under-way'
  /** Nothing was heard of it for long: it takes the step in a later stage. */
  | 'silent'
  /** Its case was opened, and its keys are erased: the ceremony revives it. */
  | 'erased'
  /** It said no. */
  | 'refused';

/** What a step would come to, or came to. */
export interface RotationPlan {
  /** The newest that the key store has. */
  readonly generation: number;
  /** Rotations that are left to this purpose and suite after it. */
  readonly left: number;
  readonly meters: ReadonlyMap<RotationPlace, readonly Svpmsn[]>;
  /** Meters of this stage: those of `can`, as far as they were asked for. */
  readonly stage: readonly Svpmsn[];
}

interface Looked {
  readonly plan: RotationPlan;
  readonly rows: ReadonlyMap<Svpmsn, MeterPlaced>;
}

/** How many meters can take a step, and what of the others; nothing is changed. */
export async function planRotation(
  { store, keys }: Pick<HostPorts, 'store' | 'keys'>,
  asked: RotationAsked,
  { now, roundMs }: { readonly now: Milliseconds; readonly roundMs: number },
): Promise<RotationPlan | HostFailure> {
  const generation = await newestHeld({ keys }, asked);
  if (typeof generation === 'object') return generation;
  return (await store.read((tx) => look(tx, asked, { generation, now, roundMs }))).plan;
}

/** Orders a step from the meters of a stage. Asked again it goes on with those that did not have it yet. */
export async function rotate(
  tx: StoreTransaction,
  asked: RotationAsked,
  at: { readonly generation: number; readonly now: Milliseconds; readonly roundMs: number },
): Promise<RotationPlan> {
  const { plan, rows } = await look(tx, asked, at);
  for (const svpmsn of plan.stage) {
    const { meter, change } = rows.get(svpmsn) as MeterPlaced;
    const { purpose, step } = asked;
    if (step === 'back-out') await backOut(tx, meter, purpose, change as ControlCommand, at.now);
    else await orderStep(tx, meter, { purpose, step, generation: at.generation }, at.now);
  }
  // What people did by hand the timer does not undo.
  await noticeHand(tx, asked, { generation: at.generation, now: at.now });
  return plan;
}

/** Gives a meter the key of a generation, or takes the one before it away. */
export async function orderStep(
  tx: StoreTransaction,
  meter: Meter,
  { purpose, step, generation: newest }: { purpose: RotatedPurpose; step: 'give' | 'raise'; generation: number },
  now: Milliseconds,
): Promise<void> {
  const generation = step === 'give' ? newest : meter[GENERATIONS[purpose]];
  const floor = step === 'give' && purpose !== 'monitoring' ? meter[GENERATIONS[purpose]] : generation;
  const n = keyName(ROTATED_PURPOSES[purpose], meter.suite, generation);
  await queueCommand(tx, meter, keyChangeCommand(purpose, n, floor), now);
}

/** The newest generation that the key store has, or why nothing can be rotated to. */
export async function newestHeld(
  { keys }: Pick<HostPorts, 'keys'>,
  { purpose, suite, step }: RotationAsked,
): Promise<number | HostFailure> {
  const wrong = (sentence: string) => fail('command-wrong', sentence);
  if (suite === Suite.tripleDes) {
    return fail('command-not-served', 'Suite 3des has the three commands of its time and no other: use another suite.');
  }
  if (purpose === 'monitoring' && step !== 'give') {
    return wrong('A key of monitoring is given with its floor: there is none to raise, and no way back.');
  }
  const meterKeys = new MeterKeys(keys);
  for (let generation = GENERATION_MAX; generation >= 0; generation--) {
    const n = keyName(ROTATED_PURPOSES[purpose], suite, generation);
    if ((await meterKeys.held(n, 0 as Svpmsn)) !== undefined) return generation;
  }
  return wrong(
    `The key store has no master key of ${PURPOSE_NAMES[ROTATED_PURPOSES[purpose]]} ${SUITE_NAMES[suite]}: make it first.`,
  );
}

async function look(
  tx: StoreReads,
  { purpose, suite, step, most = Number.POSITIVE_INFINITY }: RotationAsked,
  at: { readonly generation: number; readonly now: Milliseconds; readonly roundMs: number },
): Promise<Looked> {
  const meters = (await tx.meters()).filter((meter) => meter.suite === suite);
  const rows = new Map<Svpmsn, MeterPlaced>();
  const places = new Map<RotationPlace, Svpmsn[]>();
  for (const placed of await placesOf(tx, meters, { purpose, ...at })) {
    const { svpmsn } = placed.meter;
    const place = placed.of(step);
    rows.set(svpmsn, placed);
    const of = places.get(place) ?? [];
    places.set(place, of);
    of.push(svpmsn);
  }
  const stage = (places.get('can') ?? []).slice(0, Math.min(most, meters.length));
  const { generation } = at;
  return { plan: { generation, left: GENERATION_MAX - generation, meters: places, stage }, rows };
}

/** A meter, what it was last ordered of a key, and where it is in each step of its rotation. */
export interface MeterPlaced {
  readonly meter: Meter;
  readonly change: ControlCommand | undefined;
  of(step: RotationStep): RotationPlace;
}

/** In the order of the meters. */
export async function placesOf(
  tx: StoreReads,
  meters: readonly Meter[],
  asked: {
    readonly purpose: RotatedPurpose;
    readonly generation: number;
    readonly now: Milliseconds;
    readonly roundMs: number;
  },
): Promise<MeterPlaced[]> {
  const { purpose, generation, now, roundMs } = asked;
  const known = await tx.knowledgeOf(meters.map(({ svpmsn }) => svpmsn));
  const placed: MeterPlaced[] = [];
  for (const [i, meter] of meters.entries()) {
    const change = await tx.command(meter.svpmsn, `key-${purpose}`);
    const { heardAt } = known[i] ?? {};
    const isErased = purpose !== 'monitoring' && holdsNoValueKey(known[i] ?? { alarms: undefined });
    const isSilent = heardAt === undefined || now - heardAt > DARK_ROUNDS * roundMs;
    const of = (step: RotationStep) => placeOf({ meter, change, generation, purpose, step, isErased, isSilent });
    placed.push({ meter, change, of });
  }
  return placed;
}

interface Placed {
  readonly meter: Meter;
  readonly change: ControlCommand | undefined;
  readonly generation: number;
  readonly purpose: RotatedPurpose;
  readonly step: RotationStep;
  readonly isErased: boolean;
  readonly isSilent: boolean;
}

function placeOf({ meter, change, generation, purpose, step, isErased, isSilent }: Placed): RotationPlace {
  const isOpen = change?.state === 'waiting' || change?.state === 'awaiting-local-unit';
  const serves = meter[GENERATIONS[purpose]];
  // Nothing goes over the line for it: the host speaks by the key that the meter still holds.
  if (step === 'back-out') return canGoBack(meter, purpose, change) ? 'can' : 'there';
  if (step === 'give' ? serves >= generation : floorHeld(meter, purpose, change) >= serves) {
    return step === 'raise' && isOpen && change.body[0] === bookedKey(meter, purpose) ? 'under-way' : 'there';
  }
  if (isErased) return 'erased';
  if (isOpen) return 'under-way';
  // What was backed out of bears no answer of the meter, and may be given again.
  const isAnswer = change?.state === 'refused' && change.result !== undefined;
  if (isAnswer && generationOf(change.body[0] as KeyName) === (step === 'give' ? generation : serves)) return 'refused';
  return isSilent ? 'silent' : 'can';
}

/** The lowest generation that the meter serves, as far as the host ordered it. */
function floorHeld(meter: Meter, purpose: RotatedPurpose, change: ControlCommand | undefined): number {
  const serves = meter[GENERATIONS[purpose]];
  const [n, floor = serves] = change?.body ?? [];
  return n === bookedKey(meter, purpose) ? Math.min(floor, serves) : serves;
}

/** A meter that holds both, or was ordered to take the new one and keep the old. */
function canGoBack(meter: Meter, purpose: RotatedPurpose, change: ControlCommand | undefined): boolean {
  if (change === undefined || change.body.length < 2) return false;
  const [n = 0, floor = 0] = change.body;
  if (floor >= generationOf(n as KeyName)) return false;
  const serves = meter[GENERATIONS[purpose]];
  return serves === generationOf(n as KeyName) || (serves === floor && change.state === 'waiting');
}

async function backOut(
  tx: StoreTransaction,
  meter: Meter,
  purpose: RotatedPurpose,
  change: ControlCommand,
  now: Milliseconds,
): Promise<void> {
  const floor = change.body[1] as number;
  await tx.putMeter({ ...meter, [GENERATIONS[purpose]]: floor });
  await tx.putCommand({ ...change, state: 'refused', result: undefined, settledAt: now });
}

/** One line for each place that has meters, and the stage. */
export function rotationText(
  { generation, left, meters, stage }: RotationPlan,
  { purpose, step }: RotationAsked,
): string {
  const lines = [...meters].map(([place, of]) => {
    const first = of.slice(0, NAMED_MAX).map(svpmsnText).join(', ');
    const named = place === 'refused' || place === 'erased' ? `: ${first}${of.length > NAMED_MAX ? ' …' : ''}` : '';
    return `  ${String(of.length).padStart(6)}  ${PLACES[step][place]}${named}`;
  });
  return [
    `Key of ${purpose}, generation ${generation}; ${left} more after it.`,
    ...lines,
    `  ${String(stage.length).padStart(6)}  in this stage`,
  ].join('\n');
}

const NAMED_MAX = 8;

const OTHERS = {
  'under-way': 'ordered, and did not answer yet',
  silent: 'silent for long: they can when they are heard again',
  erased: 'opened, with erased keys: the ceremony revives them',
  refused: 'said no',
} as const;
const PLACES: Readonly<Record<RotationStep, Readonly<Record<RotationPlace, string>>>> = {
  give: { ...OTHERS, can: 'can take it', there: 'have it' },
  raise: { ...OTHERS, can: 'hold both, and can give the older one up', there: 'hold one alone' },
  'back-out': { ...OTHERS, can: 'can go back', there: 'cannot go back, or never went' },
};
