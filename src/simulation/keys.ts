import {
  exportCardKey,
  exportTerminalKey,
  GENERATION_MAX,
  type KeyName,
  type KeyStore,
  keyBytesOf,
  keyName,
  type MasterKeys,
  Purpose,
  SoftwareKeyStore,
  Suite,
  type TerminalKey,
  TRANSPORT_KEY_BYTES,
} from '../crypto/index.ts';
import type { MeterMemory } from '../meter/index.ts';
import type { Svpmsn } from '../units/index.ts';
import type { SeededRandom } from './random.ts';

export const UTILITY_NUMBER = 1;
export const PURPOSES = [Purpose.value, Purpose.control, Purpose.monitoring, Purpose.maintenance] as const;

/** Cards, and meters without a line, have keys of AES alone. */
export const cardKeyName = (suite: Suite): KeyName<typeof Purpose.value> =>
  keyName(Purpose.value, suite >= Suite.aes128 ? suite : Suite.aes128, 0);

/** Master keys of a utility that exists in a simulation only. */
function drawMasterKeys(suite: Suite, random: SeededRandom): Required<MasterKeys> {
  const keys = new Map<KeyName, Uint8Array>();
  for (const purpose of PURPOSES) {
    for (let generation = 0; generation <= GENERATION_MAX; generation++) {
      const key = new Uint8Array(keyBytesOf(suite));
      random.fork(generation === 0 ? purpose : `${purpose}, generation ${generation}`).fill(key);
      keys.set(keyName(purpose, suite, generation), key);
    }
  }
  if (!keys.has(cardKeyName(suite))) {
    const key = new Uint8Array(keyBytesOf(Suite.aes128));
    random.fork('cards').fill(key);
    keys.set(cardKeyName(suite), key);
  }
  const transport = new Uint8Array(TRANSPORT_KEY_BYTES);
  random.fork('transport').fill(transport);
  return { utility: UTILITY_NUMBER, keys, transport };
}

/** A key store of such master keys. */
export const drawKeys = (suite: Suite, random: SeededRandom): KeyStore =>
  new SoftwareKeyStore(drawMasterKeys(suite, random), random);

/** The same, for somebody who is told of every key that is in it, and of those that it gives out. */
export function drawKeysTold(suite: Suite, random: SeededRandom, tell: (key: Uint8Array) => void): KeyStore {
  const master = drawMasterKeys(suite, random);
  for (const key of [...master.keys.values(), master.transport]) tell(key);
  const keys = new SoftwareKeyStore(master, random);
  // Told once: a life asks for the same key in each of its exchanges.
  const told = new Map<string, TerminalKey>();
  return {
    async terminalKey<P extends Purpose>(n: KeyName<P>, svpmsn: Svpmsn): Promise<TerminalKey<P>> {
      const name = `${n} ${svpmsn}`;
      const before = told.get(name);
      const key = (await (before ?? keys.terminalKey(n, svpmsn))) as TerminalKey<P>;
      if (before !== undefined) return key;
      told.set(name, key);
      tell(exportTerminalKey(key));
      return key;
    },
    cardKey: async (named) => {
      const key = await keys.cardKey(named);
      tell(exportCardKey(key));
      return key;
    },
    transportKey: (localUnit) => keys.transportKey(localUnit),
    checkValue: (n) => keys.checkValue(n),
  };
}

/** Those that no host has: a meter's SVM keeps one for its records, and one that it shares with the SAM. */
export const chipKeys = ({ svm }: MeterMemory): readonly Uint8Array[] =>
  [0, CHIP_KEY_BYTES].map((from) => svm.bytes.slice(from, from + CHIP_KEY_BYTES));
const CHIP_KEY_BYTES = 16;
