import { parentPort } from 'node:worker_threads';
import { blankMemory, PlainNvm } from '../../src/meter/index.ts';
import { creditedMeter, householdLoads, liveOn, quiet } from './meter.ts';

/** Tells the thread that started this one how many bytes a minute writes to a meter's three memories, in the mean. */

class CountedNvm extends PlainNvm {
  written = 0;

  override write(address: number, source: Uint8Array, from: number, length: number): void {
    this.written += length;
    super.write(address, source, from, length);
  }
}

const { nvm, sam, svm } = blankMemory();
const memory = { nvm: new CountedNvm(nvm.bytes), sam: new CountedNvm(sam.bytes), svm: new CountedNvm(svm.bytes) };
const written = () => memory.nvm.written + memory.sam.written + memory.svm.written;
const loads = householdLoads();
const out = quiet();
const meter = creditedMeter(memory, out);
const before = written();
liveOn(meter, loads, loads.length, out);
parentPort?.postMessage(Math.round((written() - before) / loads.length));
