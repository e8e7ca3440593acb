import { existsSync, readFileSync, statSync } from 'node:fs';
import { openDiskFile, writeKept } from '../adapters/disk-file.ts';
import { JournalDamaged, journalFileBytes, NvmJournal, newJournalFile } from '../adapters/nvm-journal.ts';
import { fromHex } from '../bytes/index.ts';
import {
  erased,
  layoutOf,
  type MeterMemory,
  type Nvm,
  REGISTER_PLACE_BYTES,
  SAM_MEMORY_BYTES,
  type SupplyLayout,
  SVM_MEMORY_BYTES,
} from '../meter/index.ts';
import { lockFile } from '../storage/index.ts';
import { CannotGoOn, inWords } from './failure.ts';
import { WrongUse } from './usage.ts';
import { cannotWrite } from './write-whole.ts';

/** "WPMF", then the version and the number of supplies, and two zeros; behind it a journal with the memories. */
const MAGIC = fromHex('57504d46');
const VERSION = 3;
const SUPPLIES = 1;
/** Its memory on the board ends before the voltages: it is given room for them when the file is opened. */
const VERSION_WITHOUT_VOLTAGES = 2;
const headOf = (version: number): Uint8Array => Uint8Array.of(...MAGIC, version, SUPPLIES, 0, 0);
const HEADER = headOf(VERSION);
/** Its memories one behind the other, as they came: a file of it is written anew when it is opened. */
const VERSION_WITHOUT_JOURNAL = 1;

const NVM_BYTES = layoutOf(SUPPLIES).length;
/** The memories of a meter of one supply, one behind the other. */
export const METER_MEMORY_BYTES = NVM_BYTES + SAM_MEMORY_BYTES + SVM_MEMORY_BYTES;
const BARE_NVM_BYTES = (layoutOf(SUPPLIES).supplies[0] as SupplyLayout).voltages;
const BARE_MEMORY_BYTES = METER_MEMORY_BYTES - NVM_BYTES + BARE_NVM_BYTES;
/** And what a meter that reads the register of another has to know of it. */
const KEPT_BYTES = METER_MEMORY_BYTES + REGISTER_PLACE_BYTES;

/** The memories of one meter in a region of a file. */
export function meterMemoryIn(region: Nvm): MeterMemory {
  return {
    nvm: partOf(region, 0, NVM_BYTES),
    sam: partOf(region, NVM_BYTES, SAM_MEMORY_BYTES),
    svm: partOf(region, NVM_BYTES + SAM_MEMORY_BYTES, SVM_MEMORY_BYTES),
  };
}

const partOf = (region: Nvm, from: number, length: number): Nvm => ({
  bytes: region.bytes.subarray(from, from + length),
  write: (address, source, start, count) => region.write(from + address, source, start, count),
});

/** Makes the file of a meter that is new. @throws WrongUse where there is a file already; CannotGoOn */
export function makeMeterFile(path: string, memory: MeterMemory): void {
  if (existsSync(path)) throw new WrongUse(`${path} is there already: a meter is made once, in a file of its own.`);
  try {
    writeKept(path, newMeterFile(memory));
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** The bytes of a file with such a meter. */
export const newMeterFile = ({ nvm, sam, svm }: MeterMemory): Uint8Array =>
  fileOf(Uint8Array.of(...nvm.bytes, ...sam.bytes, ...svm.bytes));

/** @param memories without voltages or with them; what is behind them, for a register, stays */
const fileOf = (memories: Uint8Array, register: Uint8Array = erased(REGISTER_PLACE_BYTES)): Uint8Array => {
  const bare = memories.length === BARE_MEMORY_BYTES;
  const [board, chips] = [memories.subarray(0, BARE_NVM_BYTES), memories.subarray(bare ? BARE_NVM_BYTES : NVM_BYTES)];
  const voltages = bare ? erased(NVM_BYTES - BARE_NVM_BYTES) : memories.subarray(BARE_NVM_BYTES, NVM_BYTES);
  return newJournalFile(HEADER, Uint8Array.of(...board, ...voltages, ...chips, ...register));
};

/** The file of a meter from before there were voltages, as one of now. */
function withVoltages(path: string): Uint8Array {
  const journal = new NvmJournal(openDiskFile(path), BARE_MEMORY_BYTES + REGISTER_PLACE_BYTES);
  try {
    const { bytes } = journal.memory;
    return fileOf(bytes.slice(0, BARE_MEMORY_BYTES), bytes.slice(BARE_MEMORY_BYTES));
  } finally {
    journal.close();
  }
}

/** What is in the journal of a meter's file, as the meter sees it. */
export interface KeptMeter {
  readonly memory: MeterMemory;
  /** For `registerInput`. */
  readonly register: Nvm;
  /** Everything that the meter wrote outlives the power: to be called before the outside hears of it. */
  settle(): void;
}

/** @throws JournalDamaged; errors of the disk */
export function keptMeter(file: ConstructorParameters<typeof NvmJournal>[0]): KeptMeter & { close(): void } {
  const journal = new NvmJournal(file, KEPT_BYTES);
  return {
    memory: meterMemoryIn(journal.memory),
    register: partOf(journal.memory, METER_MEMORY_BYTES, REGISTER_PLACE_BYTES),
    settle: () => journal.settle(),
    close: () => journal.close(),
  };
}

/** A meter whose memory is a file, which a power cut at any byte leaves whole. One process at a time is this meter. */
export class MeterFile implements KeptMeter {
  readonly memory: MeterMemory;
  readonly register: Nvm;
  readonly #path: string;
  readonly #kept: KeptMeter;
  readonly #close: () => void;

  /** @throws WrongUse when it is no meter's, or another program is this meter; CannotGoOn when it is closed to us */
  static open(path: string): MeterFile {
    const opened: { close(): void }[] = [];
    const close = () => {
      for (const each of opened.splice(0).reverse()) each.close();
    };
    try {
      const version = check(path);
      const lock = lockFile(`${path}.lock`);
      if (lock === undefined)
        throw new WrongUse(`The meter in ${path} runs already: stop the program that it runs in.`);
      opened.push(lock);
      if (version === VERSION_WITHOUT_JOURNAL) writeKept(path, fileOf(readFileSync(path).subarray(HEADER.length)));
      if (version === VERSION_WITHOUT_VOLTAGES) writeKept(path, withVoltages(path));
      const kept = keptMeter(openDiskFile(path));
      opened.push(kept);
      return new MeterFile(path, kept, close);
    } catch (error) {
      close();
      throw inMeterWords(error, path);
    }
  }

  private constructor(path: string, kept: KeptMeter, close: () => void) {
    this.#path = path;
    this.#kept = kept;
    this.memory = kept.memory;
    this.register = kept.register;
    this.#close = close;
  }

  /** @throws CannotGoOn, from the first time on that the disk did not keep something */
  settle(): void {
    try {
      this.#kept.settle();
    } catch (error) {
      throw inWords(error, this.#path);
    }
  }

  close(): void {
    this.#close();
  }
}

function inMeterWords(error: unknown, path: string): unknown {
  if (!(error instanceof JournalDamaged)) return inWords(error, path);
  return new CannotGoOn(
    `The meter file ${path} is damaged, because ${error.message}: replace the meter, whose balance its host has as it was told last.`,
    { cause: error },
  );
}

/** Of a file of each version. */
const SIZES: ReadonlyMap<number, number> = new Map([
  [VERSION, journalFileBytes(KEPT_BYTES)],
  [VERSION_WITHOUT_VOLTAGES, journalFileBytes(BARE_MEMORY_BYTES + REGISTER_PLACE_BYTES)],
  [VERSION_WITHOUT_JOURNAL, HEADER.length + BARE_MEMORY_BYTES],
]);

/** @returns the version of the file */
function check(path: string): number {
  const refuse = (why: string, remedy: string) =>
    new WrongUse(`The meter file ${path} cannot be used (${why}): ${remedy}.`);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) throw refuse('there is no such file', 'make one with "wattpurse meter personalise"');
  const head = readFileSync(path).subarray(0, HEADER.length);
  const version = [VERSION, VERSION_WITHOUT_VOLTAGES, VERSION_WITHOUT_JOURNAL].find((each) =>
    headOf(each).every((byte, i) => head[i] === byte),
  );
  if (version === undefined) {
    throw refuse('it is no meter of this version', 'name a file that "wattpurse meter personalise" made');
  }
  const size = SIZES.get(version) as number;
  if (stat.size !== size) throw refuse('it is cut short', 'put it back from a copy');
  return version;
}
