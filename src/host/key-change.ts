import {
  GENERATION_MAX,
  generationOf,
  type KeyName,
  keyName,
  keyNameText,
  Purpose,
  purposeOf,
  Suite,
  type TerminalKey,
} from '../crypto/index.ts';
import { Command, type HostSession, hostWrapKey } from '../exchange/index.ts';
import { encodeKeyChange, encodeUseRequest } from '../records/index.ts';
import { assert, type Svpmsn, svpmsnText } from '../units/index.ts';
import type { NewCommand } from './command-queue.ts';
import { fail, findMeter, isFailure, orStoreFailure } from './failures.ts';
import { MeterKeys } from './meter-keys.ts';
import type { HostPorts, StoreTransaction } from './ports.ts';
import type { HostFailure, Meter } from './types.ts';

/** Purposes whose keys the host changes by itself (0x2F), each under the key that it takes the place of. */
export const ROTATED_PURPOSES = {
  value: Purpose.value,
  control: Purpose.control,
  monitoring: Purpose.monitoring,
} as const;
export type RotatedPurpose = keyof typeof ROTATED_PURPOSES;

export const GENERATIONS = {
  value: 'valueGeneration',
  control: 'controlGeneration',
  monitoring: 'monitoringGeneration',
} as const;

/** The key that follows the one in use, or why there is none. */
export function nextKey(meter: Meter, purpose: RotatedPurpose): KeyName | HostFailure {
  const generation = meter[GENERATIONS[purpose]] + 1;
  if (generation <= GENERATION_MAX) return keyName(ROTATED_PURPOSES[purpose], meter.suite, generation);
  const sentence =
    `Meter ${svpmsnText(meter.svpmsn)} has had all ${GENERATION_MAX} changes of its ${purpose} key: ` +
    'another suite has to take over.';
  return fail('command-wrong', sentence);
}

/** Why a key cannot be changed, where the key store lacks the next one. What else is wrong the request itself says. */
export async function nextKeyMissing(
  { store, keys }: Pick<HostPorts, 'store' | 'keys'>,
  number: number,
  purpose: RotatedPurpose,
): Promise<HostFailure | undefined> {
  const found = await orStoreFailure(store.read((tx) => findMeter(tx, number)));
  if (isFailure(found) || !Object.hasOwn(ROTATED_PURPOSES, purpose)) return undefined;
  const n = nextKey(found.meter, purpose);
  if (typeof n === 'object' || (await new MeterKeys(keys).held(n, found.meter.svpmsn)) !== undefined) return undefined;
  return fail('command-wrong', `The key store has no master key ${keyNameText(n)}: make it first.`);
}

/** The key of a purpose that a meter serves, by the books. */
export const bookedKey = (meter: Meter, purpose: RotatedPurpose): KeyName =>
  keyName(ROTATED_PURPOSES[purpose], meter.suite, meter[GENERATIONS[purpose]]);

/** Whose key such a command changes. */
export function purposeChanged({ body }: Pick<NewCommand, 'body'>): RotatedPurpose {
  const purpose = rotated(body[0] as KeyName);
  assert(purpose !== undefined, 'the host changes no key of maintenance');
  return purpose;
}

/**
 * As it is queued it names the key, and the floor where that is another than the key's own generation; its bytes are made
 * when M3 is, and stand in no row. A key of monitoring waits until the local unit has said that it holds it.
 */
export const keyChangeCommand = (purpose: RotatedPurpose, n: KeyName, floor = generationOf(n)): NewCommand => ({
  slot: `key-${purpose}`,
  h: Command.keyChange,
  body: floor === generationOf(n) ? Uint8Array.of(n) : Uint8Array.of(n, floor),
  version: generationOf(n),
  ...(purpose === 'monitoring' && { state: 'awaiting-local-unit' as const }),
});

/** The slots of changes. */
export const CHANGE_OF_VALUE = 'key-value';
export const CHANGE_OF_MONITORING = 'key-monitoring';

const INFO = encodeUseRequest({ totals: false, modeTable: false, policy: false, profiles: [] });

/** After the change: the first command under the new key ends the old one, whatever the local unit polls under. */
export const PROOF_OF_MONITORING: NewCommand = {
  slot: 'key-monitoring-proof',
  h: Command.useAndLog,
  body: INFO,
  version: 0,
};

/** After a restore: which key does the meter serve? */
export const SEARCH_OF_MONITORING: NewCommand = { ...PROOF_OF_MONITORING, slot: 'key-monitoring-search' };

/**
 * After a restore: the meters whose monitoring key may have been changed since the copy was made, because the key store
 * holds a later one. Such a meter may serve another key than the books say, or call under one that its local unit was
 * never given. So it is asked, and then given the key that follows: after that its key is known.
 */
export async function monitoringInDoubt({ store, keys }: Pick<HostPorts, 'store' | 'keys'>): Promise<Meter[]> {
  const meterKeys = new MeterKeys(keys);
  const isHeld = new Map<KeyName, boolean>();
  const doubtful: Meter[] = [];
  for (const meter of await store.read((tx) => tx.meters())) {
    const n = meter.suite === Suite.tripleDes ? undefined : nextKey(meter, 'monitoring');
    if (typeof n !== 'number') continue;
    if (!isHeld.has(n)) isHeld.set(n, (await meterKeys.held(n, meter.svpmsn)) !== undefined);
    if (isHeld.get(n)) doubtful.push(meter);
  }
  return doubtful;
}

/** M3. The old key is good until the new one has worked once, or, where the floor stays below it, until it is raised. */
export const keyChangeBody = (session: HostSession, key: TerminalKey, { body }: Pick<NewCommand, 'body'>): Uint8Array =>
  encodeKeyChange({ n: key.n, floor: body[1] ?? generationOf(key.n), wrappedKey: hostWrapKey(session, key) });

/** The meter serves this key: a generation that is known never falls, in whatever order one hears of them. */
export async function bookKey(tx: StoreTransaction, svpmsn: Svpmsn, n: KeyName): Promise<void> {
  const [meter] = await tx.metersOf([svpmsn]);
  const purpose = rotated(n);
  if (meter === undefined || purpose === undefined) return;
  const field = GENERATIONS[purpose];
  if (generationOf(n) > meter[field]) await tx.putMeter({ ...meter, [field]: generationOf(n) });
}

const ROTATED = Object.keys(ROTATED_PURPOSES) as RotatedPurpose[];
const rotated = (n: KeyName) => ROTATED.find((purpose) => ROTATED_PURPOSES[purpose] === purposeOf(n));
