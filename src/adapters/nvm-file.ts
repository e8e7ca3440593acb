import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { Nvm } from '../meter/index.ts';

/**
 * Non-volatile memories of meters as regions of one file. Every write of a meter is one write to the file, in the
 * meter's own order, so that a process that is killed leaves what a power cut between two writes would leave. The
 * host's disk cache survives the process; a machine that loses power needs a board with memory of its own.
 */
export class NvmFile {
  readonly #descriptor: number;
  #end: number;

  /** Opens the file, or makes an empty one. @throws Error of node:fs */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'a+');
    closeSync(this.#descriptor);
    this.#descriptor = openSync(path, 'r+');
    this.#end = fstatSync(this.#descriptor).size;
  }

  /** The region at `offset`; what the file does not have yet reads as erased memory. */
  region(offset: number, length: number): Nvm {
    const bytes = new Uint8Array(length).fill(0xff);
    if (offset < this.#end) readSync(this.#descriptor, bytes, 0, length, offset);
    else {
      writeSync(this.#descriptor, bytes, 0, length, offset);
      this.#end = Math.max(this.#end, offset + length);
    }
    return new FileRegion(this.#descriptor, offset, bytes);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

class FileRegion implements Nvm {
  readonly bytes: Uint8Array;
  readonly #descriptor: number;
  readonly #offset: number;

  constructor(descriptor: number, offset: number, bytes: Uint8Array) {
    this.#descriptor = descriptor;
    this.#offset = offset;
    this.bytes = bytes;
  }

  write(address: number, source: Uint8Array, from: number, length: number): void {
    this.bytes.set(source.subarray(from, from + length), address);
    writeSync(this.#descriptor, source, from, length, this.#offset + address);
  }
}
