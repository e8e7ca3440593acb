import {
  GENERATION_MAX,
  generationOf,
  type KeyName,
  keyName,
  keyNameText,
  Purpose,
  purposeOf,
  type TerminalKey,
} from '../crypto/index.ts';
import { Command, type HostSession, hostWrapKey } from '../exchange/index.ts';
import { encodeKeyChange } from '../records/index.ts';
import { type Svpmsn, svpmsnText } from '../units/index.ts';
import type { NewCommand } from './command-queue.ts';
import { fail, findMeter, isFailure, orStoreFailure } from './failures.ts';
import { MeterKeys } from './meter-keys.ts';
import type { HostPorts, StoreTransaction } from './ports.ts';
import type { HostFailure, Meter } from './types.ts';

/** Purposes whose keys the host alone shares with the meter, so that it can change them by itself (0x2F). */
export const ROTATED_PURPOSES = { value: Purpose.value, control: Purpose.control } as const;
export type RotatedPurpose = keyof typeof ROTATED_PURPOSES;

const GENERATIONS = { value: 'valueGeneration', control: 'controlGeneration' } as const;

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

/** As it is queued it names the key; its bytes are made when M3 is, and stand in no row. */
export const keyChangeCommand = (purpose: RotatedPurpose, n: KeyName): NewCommand => ({
  slot: `key-${purpose}`,
  h: Command.keyChange,
  body: Uint8Array.of(n),
  version: generationOf(n),
});

/** M3. The old key is good until the new one has worked once. */
export const keyChangeBody = (session: HostSession, key: TerminalKey): Uint8Array =>
  encodeKeyChange({ n: key.n, floor: generationOf(key.n), wrappedKey: hostWrapKey(session, key) });

/** The meter serves this key: a generation that is known never falls, in whatever order one hears of them. */
export async function bookKey(tx: StoreTransaction, svpmsn: Svpmsn, n: KeyName): Promise<void> {
  const [meter] = await tx.metersOf([svpmsn]);
  const purpose = ROTATED.find((each) => ROTATED_PURPOSES[each] === purposeOf(n));
  if (meter === undefined || purpose === undefined) return;
  const field = GENERATIONS[purpose];
  if (generationOf(n) > meter[field]) await tx.putMeter({ ...meter, [field]: generationOf(n) });
}

const ROTATED = Object.keys(ROTATED_PURPOSES) as RotatedPurpose[];
