import { existsSync, readFileSync, statSync } from 'node:fs';
import { NvmFile } from '../adapters/nvm-file.ts';
import { fromHex } from '../bytes/index.ts';
import { layoutOf, type MeterMemory, type Nvm, SAM_MEMORY_BYTES, SVM_MEMORY_BYTES } from '../meter/index.ts';
import { lockFile } from '../storage/index.ts';
import { inWords } from './failure.ts';
import { WrongUse } from './usage.ts';
import { writeNamed } from './write-whole.ts';

/** "WPMF", then the version and the number of supplies; two zeros, and the three memories of the meter. */
const MAGIC = fromHex('57504d46');
const VERSION = 1;
const SUPPLIES = 1;
const HEADER = Uint8Array.of(...MAGIC, VERSION, SUPPLIES, 0, 0);

const NVM_BYTES = layoutOf(SUPPLIES).length;
/** The memories of a meter of one supply, one behind the other. */
export const METER_MEMORY_BYTES = NVM_BYTES + SAM_MEMORY_BYTES + SVM_MEMORY_BYTES;

/** The memories of one meter in a region of a file. */
export function meterMemoryIn(region: Nvm): MeterMemory {
  const part = (from: number, length: number): Nvm => ({
    bytes: region.bytes.subarray(from, from + length),
    write: (address, source, start, count) => region.write(from + address, source, start, count),
  });
  return {
    nvm: part(0, NVM_BYTES),
    sam: part(NVM_BYTES, SAM_MEMORY_BYTES),
    svm: part(NVM_BYTES + SAM_MEMORY_BYTES, SVM_MEMORY_BYTES),
  };
}

/** Makes the file of a meter that is new. @throws WrongUse where there is a file already; CannotGoOn */
export function makeMeterFile(path: string, { nvm, sam, svm }: MeterMemory): void {
  if (existsSync(path)) throw new WrongUse(`${path} is there already: a meter is made once, in a file of its own.`);
  writeNamed(path, Uint8Array.of(...HEADER, ...nvm.bytes, ...sam.bytes, ...svm.bytes));
}

/**
 * A meter whose memory is a file: every write of its machine is one to the file, in its order, so that what a killed
 * process leaves is what a power cut would leave. One process at a time is this meter.
 */
export class MeterFile {
  readonly memory: MeterMemory;
  readonly #close: () => void;

  /** @throws WrongUse when it is no meter's, or another program is this meter; CannotGoOn when it is closed to us */
  static open(path: string): MeterFile {
    const opened: { close(): void }[] = [];
    const close = () => {
      for (const each of opened.splice(0).reverse()) each.close();
    };
    try {
      check(path);
      const lock = lockFile(`${path}.lock`);
      if (lock === undefined)
        throw new WrongUse(`The meter in ${path} runs already: stop the program that it runs in.`);
      opened.push(lock);
      const nvm = new NvmFile(path);
      opened.push(nvm);
      return new MeterFile(meterMemoryIn(nvm.region(HEADER.length, METER_MEMORY_BYTES)), close);
    } catch (error) {
      close();
      throw inWords(error, path);
    }
  }

  private constructor(memory: MeterMemory, close: () => void) {
    this.memory = memory;
    this.#close = close;
  }

  close(): void {
    this.#close();
  }
}

function check(path: string): void {
  const refuse = (why: string, remedy: string) =>
    new WrongUse(`The meter file ${path} cannot be used (${why}): ${remedy}.`);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) throw refuse('there is no such file', 'make one with "wattpurse meter personalise"');
  const head = readFileSync(path).subarray(0, HEADER.length);
  if (!HEADER.every((byte, i) => head[i] === byte)) {
    throw refuse('it is no meter of this version', 'name a file that "wattpurse meter personalise" made');
  }
  if (stat.size !== HEADER.length + METER_MEMORY_BYTES) throw refuse('it is cut short', 'put it back from a copy');
}
