import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NvmFile } from '../adapters/nvm-file.ts';
import type { SoftwareKeyStore, Suite } from '../crypto/index.ts';
import type { Store } from '../host/index.ts';
import { layoutOf, type MeterMemory, type Nvm, SAM_MEMORY_BYTES, SVM_MEMORY_BYTES } from '../meter/index.ts';
import type { HouseMemory } from '../simulation/index.ts';
import { openSqliteStore } from '../storage/index.ts';
import { demoKeys } from './demo-keys.ts';
import { inWords } from './failure.ts';
import { type Founding, parseFounding } from './founding.ts';
import { WrongUse } from './usage.ts';
import { writeWhole } from './write-whole.ts';

const FOUNDING_FILE = 'demo.json';
const DATABASE_FILE = 'wattpurse.db';
const METERS_FILE = 'meters.nvm';
const KEYS_FILE = 'keyring.wpkr';
const CLOCK_FILE = 'demo.clock';
const NVM_BYTES = layoutOf(1).length;
const REGION_BYTES = NVM_BYTES + SAM_MEMORY_BYTES + SVM_MEMORY_BYTES + 1;
const PERSONALISED = 0x5a;
/** Unix milliseconds as u64; ones before the first. */
const CLOCK_BYTES = 8;
const NEVER = 2n ** 64n - 1n;

/** The folder in which a demo lives: the host's database, the memories of its meters, and how it began. */
export class DataFolder {
  readonly store: Store;
  readonly path: string;
  readonly #meters: NvmFile;
  readonly #clockFile: NvmFile;
  readonly #clock: Nvm;

  /**
   * @throws WrongUse when the folder is in use, of a newer version or not ours
   * @throws CannotGoOn when it cannot be made or written
   */
  constructor(path: string) {
    this.path = path;
    try {
      makeFolder(path);
      this.store = openSqliteStore(path);
    } catch (error) {
      throw inWords(error, path);
    }
    try {
      this.#meters = new NvmFile(join(path, METERS_FILE));
      this.#clockFile = new NvmFile(join(path, CLOCK_FILE));
      this.#clock = this.#clockFile.region(0, CLOCK_BYTES);
    } catch (error) {
      void this.store.close();
      throw inWords(error, path);
    }
  }

  /**
   * How the demo in this folder began; `undefined` in a new folder.
   * @throws WrongUse when a part of the demo is missing, or is not what this version wrote
   */
  async founding(): Promise<Founding | undefined> {
    const path = join(this.path, FOUNDING_FILE);
    const founding = existsSync(path) ? parseFounding(readFileSync(path, 'utf8')) : undefined;
    if (founding === undefined && existsSync(path)) {
      throw new WrongUse(
        `${path} is not what this version wrote: put the file back, or name another folder with --data.`,
      );
    }
    const missing = await this.#missing(founding);
    if (missing === undefined) return founding;
    // Begun anew around what is left, clocks would go back and meters would meet a host that does not know them.
    throw new WrongUse(
      `${this.path} holds a demo whose ${missing} is gone: put that back from a copy, or name another folder with --data.`,
    );
  }

  /** Written whole or not at all. */
  found(founding: Founding): void {
    writeWhole(join(this.path, FOUNDING_FILE), `${JSON.stringify(founding, null, 1)}\n`);
  }

  /**
   * The instant from which business goes on: one that nobody has lived yet. The meters lived as long as the clock says,
   * also when the database is an older copy, and no clock may go back.
   */
  async instant({ startMs }: Founding): Promise<number> {
    const reserved = await this.store.read((tx) => tx.fact('instant-reserved'));
    const { buffer, byteOffset } = this.#clock.bytes;
    const clock = new DataView(buffer, byteOffset).getBigUint64(0);
    return Math.max(startMs, reserved ?? 0, clock === NEVER ? 0 : Number(clock));
  }

  /** To be called before business lives up to an instant. */
  lives(until: number): void {
    const bytes = new Uint8Array(CLOCK_BYTES);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(until));
    this.#clock.write(0, bytes, 0, CLOCK_BYTES);
  }

  /** The utility's master keys. */
  keys(suite: Suite): Promise<SoftwareKeyStore> {
    return demoKeys(join(this.path, KEYS_FILE), suite);
  }

  memoryOf(house: number): HouseMemory {
    const region = this.#meters.region(house * REGION_BYTES, REGION_BYTES);
    const part = (from: number, length: number): Nvm => ({
      bytes: region.bytes.subarray(from, from + length),
      write: (address, source, start, count) => region.write(from + address, source, start, count),
    });
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
    this.#clockFile.close();
  }

  /**
   * The file that must be there and is not. A first day that was cut short lacks files too: they come in the order
   * founding, keys, meters in the books, memories, sales, and what is there already asks for what comes before it.
   */
  async #missing(founding: Founding | undefined): Promise<string | undefined> {
    const { meters, sales } = await this.store.read(async (tx) => ({
      meters: await tx.meterCount(),
      sales: (await tx.orders({ limit: 1 })).length,
    }));
    if (founding === undefined && (meters > 0 || !this.#meters.empty)) return FOUNDING_FILE;
    if (meters > 0 && !existsSync(join(this.path, KEYS_FILE))) return KEYS_FILE;
    if (meters === 0 && !this.#meters.empty) return DATABASE_FILE;
    return sales > 0 && this.#meters.empty ? METERS_FILE : undefined;
  }
}

/** With the folders above it. Node's own way of doing so does not come back where a file system takes no folders. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const above = dirname(path);
    if (code !== 'ENOENT' || existsSync(above)) throw error;
    makeFolder(above);
    mkdirSync(path);
  }
}
