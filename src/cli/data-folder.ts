import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NvmFile } from '../adapters/nvm-file.ts';
import type { SoftwareKeyStore, Suite } from '../crypto/index.ts';
import { type Store, StoreError } from '../host/index.ts';
import { layoutOf, type MeterMemory, PlainNvm, SAM_MEMORY_BYTES, SVM_MEMORY_BYTES } from '../meter/index.ts';
import type { HouseMemory } from '../simulation/index.ts';
import { openSqliteStore } from '../storage/index.ts';
import { demoKeys } from './demo-keys.ts';
import { WrongUse } from './usage.ts';

/** What a demo was begun with: a folder goes on with these, whatever the command line says the second time. */
export interface Founding {
  readonly version: 1;
  readonly seed: string;
  readonly suite: string;
  readonly meters: number;
  readonly startMs: number;
}

const FOUNDING_FILE = 'demo.json';
const METERS_FILE = 'meters.nvm';
const KEYS_FILE = 'keyring.wpkr';
const NVM_BYTES = layoutOf(1).length;
const REGION_BYTES = NVM_BYTES + SAM_MEMORY_BYTES + SVM_MEMORY_BYTES + 1;
const PERSONALISED = 0x5a;

/** The folder in which a demo lives: the host's database, the memories of its meters, and how it began. */
export class DataFolder {
  readonly store: Store;
  readonly path: string;
  readonly #meters: NvmFile;

  /** @throws WrongUse when the folder is in use, of a newer version, not ours, or cannot be written */
  constructor(path: string) {
    this.path = path;
    try {
      mkdirSync(path, { recursive: true });
      this.store = openSqliteStore(path);
      this.#meters = new NvmFile(join(path, METERS_FILE));
    } catch (error) {
      if (error instanceof StoreError) throw new WrongUse(error.message);
      const why = error instanceof Error ? error.message : String(error);
      throw new WrongUse(`The data folder ${path} cannot be used (${why}): name another one with --data.`);
    }
  }

  /** How the demo in this folder began; `undefined` in a new folder. */
  founding(): Founding | undefined {
    const path = join(this.path, FOUNDING_FILE);
    if (!existsSync(path)) return undefined;
    try {
      const founding = JSON.parse(readFileSync(path, 'utf8')) as Founding;
      if (founding.version === 1 && Number.isSafeInteger(founding.meters)) return founding;
    } catch {
      // Told below, like a file of another version.
    }
    throw new WrongUse(`${path} is not what this version wrote: name another folder with --data.`);
  }

  /** Written whole or not at all. */
  found(founding: Founding): void {
    const path = join(this.path, FOUNDING_FILE);
    writeFileSync(`${path}.new`, `${JSON.stringify(founding, null, 1)}\n`);
    renameSync(`${path}.new`, path);
  }

  /** The utility's master keys. */
  keys(suite: Suite): Promise<SoftwareKeyStore> {
    return demoKeys(join(this.path, KEYS_FILE), suite);
  }

  memoryOf(house: number): HouseMemory {
    const region = this.#meters.region(house * REGION_BYTES, REGION_BYTES);
    const part = (from: number, length: number) => new RegionPart(region, from, length);
    const memory: MeterMemory = {
      nvm: part(0, NVM_BYTES),
      sam: part(NVM_BYTES, SAM_MEMORY_BYTES),
      svm: part(NVM_BYTES + SAM_MEMORY_BYTES, SVM_MEMORY_BYTES),
    };
    return {
      memory,
      personalised: region.bytes[REGION_BYTES - 1] === PERSONALISED,
      markPersonalised: () => region.write(REGION_BYTES - 1, Uint8Array.of(PERSONALISED), 0, 1),
    };
  }

  async close(): Promise<void> {
    await this.store.close();
    this.#meters.close();
  }
}

/** One of the memories inside a meter's region of the file. */
class RegionPart extends PlainNvm {
  readonly #region: PlainNvm | MeterMemory['nvm'];
  readonly #from: number;

  constructor(region: MeterMemory['nvm'], from: number, length: number) {
    super(region.bytes.subarray(from, from + length));
    this.#region = region;
    this.#from = from;
  }

  override write(address: number, source: Uint8Array, from: number, length: number): void {
    this.#region.write(this.#from + address, source, from, length);
  }
}
