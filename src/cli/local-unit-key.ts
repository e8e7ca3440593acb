import { existsSync } from 'node:fs';
import { parseHex, toHex } from '../bytes/index.ts';
import { TRANSPORT_KEY_BYTES, TransportKey } from '../crypto/index.ts';
import { U16_MAX } from '../units/index.ts';
import { workshopOf } from './host-folder.ts';
import { readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';
import { writeNamed } from './write-whole.ts';

const KEY_FILE_BYTES_MAX = 4_096;

/** What one local unit is built with: who it is, and the key under which monitoring keys reach it. */
export interface LocalUnitKey {
  /** Area unit × 256 + its number in the area. */
  readonly localUnit: number;
  readonly transport: TransportKey;
}

/** The JSON file `{"version":1,"localUnit":258,"transport":"…"}`, drawn for one unit of a host. @throws WrongUse */
export async function makeLocalUnitKey(path: string, localUnit: number, data: string): Promise<void> {
  if (existsSync(path)) throw new WrongUse(`${path} is there already: a local unit has a key file of its own.`);
  const { keys } = await workshopOf(data);
  const transport = toHex(keys.transportKeyOf(localUnit));
  writeNamed(path, `${JSON.stringify({ version: 1, localUnit, transport })}\n`);
}

/** @throws WrongUse */
export function readLocalUnitKey(path: string): LocalUnitKey {
  const text = readNamedFile(path, 'key of a local unit', KEY_FILE_BYTES_MAX).toString('utf8');
  try {
    const { version, localUnit, transport } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const bytes = typeof transport === 'string' ? parseHex(transport) : undefined;
    const isNumber = typeof localUnit === 'number' && Number.isInteger(localUnit) && localUnit >= 0;
    if (version === 1 && isNumber && localUnit <= U16_MAX && bytes?.length === TRANSPORT_KEY_BYTES) {
      return { localUnit, transport: new TransportKey(bytes) };
    }
  } catch {
    // What it says is no JSON.
  }
  throw new WrongUse(`${path} is no key of a local unit: name a file that "wattpurse local-unit key" made.`);
}
