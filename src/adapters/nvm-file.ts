import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { Nvm } from '../meter/index.ts';

/** The memories hold the keys of their meters. */
const OWNER_ONLY = 0o600;

/**
 * Non-volatile memories of meters as regions of one file. Every write of a meter is one write to the file, in the
 * meter's own order, so that a process that is killed leaves what a power cut between two writes would leave. The
 * host's disk cache survives the process; a machine that loses power needs a board with memory of its own.
 */
export class NvmFile {
  readonly #path: string;
  readonly #descriptor: number;
  #end: number;
  #failure: unknown;

  /** Opens the file, or makes an empty one. @throws Error of node:fs, with its `code` and `path` */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'a+', OWNER_ONLY);
    closeSync(this.#descriptor);
    this.#descriptor = openSync(path, 'r+');
    this.#end = fstatSync(this.#descriptor).size;
  }

  /** In bytes; 0 where no meter has ever written. */
  get size(): number {
    return this.#end;
  }

  /**
   * The region at `offset`; what the file does not have yet reads as erased memory.
   * @throws Error of node:fs, with its `code` and `path`; so does every write to the region
   */
  region(offset: number, length: number): Nvm {
    const bytes = new Uint8Array(length).fill(0xff);
    // A region that was cut short, because the disk was full, is made whole like one that is new.
    const held = Math.max(0, Math.min(length, this.#end - offset));
    for (let read = 0; read < held; ) {
      const count = readSync(this.#descriptor, bytes, read, held - read, offset + read);
      if (count === 0) break;
      read += count;
    }
    if (held < length) this.#write(offset + held, bytes, held, length - held);
    return { bytes, write: (address, source, from, count) => this.#keep(bytes, offset, address, source, from, count) };
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #keep(bytes: Uint8Array, offset: number, address: number, source: Uint8Array, from: number, length: number): void {
    this.#write(offset + address, source, from, length);
    bytes.set(source.subarray(from, from + length), address);
  }

  /** All of it, or the first failure for good: no later write may stand behind one that is missing. */
  #write(position: number, source: Uint8Array, from: number, length: number): void {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      for (let written = 0; written < length; ) {
        written += writeSync(this.#descriptor, source, from + written, length - written, position + written);
      }
    } catch (error) {
      // Node knows the descriptor only; people know the file.
      this.#failure = Object.assign(error as Error, { path: this.#path });
      throw this.#failure;
    }
    this.#end = Math.max(this.#end, position + length);
  }
}
