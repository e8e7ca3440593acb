import { randomFillSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { openKeyRing, Purpose, SoftwareKeyStore, type Suite, sealKeyRing } from '../crypto/index.ts';
import type { Randomness } from '../units/index.ts';
import { passphrase, passphraseOrigin } from './passphrase.ts';
import { WrongUse } from './usage.ts';
import { writeWhole } from './write-whole.ts';

const UTILITY_NUMBER = 1;
/** Guards nothing that is worth money: whoever has no passphrase of his own can still try the demo. */
export const DEMO_PASSPHRASE = 'demo';
/** scrypt with 16 MiB: a start should not wait half a second for keys of a demo. */
const DEMO_COST = 14;

/**
 * The master keys of a demo, sealed in a file of its folder under a passphrase from the environment.
 * Drawn anew, and written whole or not at all, where there is no such file.
 * @throws WrongUse when the file does not open
 */
export async function demoKeys(path: string, suite: Suite): Promise<SoftwareKeyStore> {
  const secret = passphrase() ?? DEMO_PASSPHRASE;
  if (existsSync(path)) {
    const opened = await openKeyRing(readFileSync(path), secret, systemRandomness);
    if (opened instanceof SoftwareKeyStore) return opened;
    throw new WrongUse(`${path}: ${opened.sentence} The passphrase comes from ${passphraseOrigin()}.`);
  }
  const store = new SoftwareKeyStore({ utility: UTILITY_NUMBER, keys: new Map() }, systemRandomness);
  for (const purpose of Object.values(Purpose)) await store.addGeneration(purpose, suite);
  writeWhole(path, await sealKeyRing(store, secret, systemRandomness, DEMO_COST));
  return store;
}

/** The machine's own randomness. */
export const systemRandomness: Randomness = {
  fill: (bytes) => {
    randomFillSync(bytes);
  },
};
