import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { newJournalFile } from '../adapters/nvm-journal.ts';
import { fromHex } from '../bytes/index.ts';
import { createBench, credit, live, startBench } from '../meter/board.testing.ts';
import { balanceOf, erased, layoutOf, REGISTER_PLACE_BYTES } from '../meter/index.ts';
import { MeterFile, newMeterFile } from './meter-file.ts';
import { WrongUse } from './usage.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-file-'));
after(() => rmSync(scratch, { recursive: true }));

/** A meter that has lived, and its memories as a file of each version before this one has them. */
function before(): { readonly balance: number; readonly files: readonly Uint8Array[]; readonly now: number } {
  const bench = createBench();
  credit(bench, 5_000);
  live(bench, 90, 40_000);
  const { nvm, sam, svm } = bench.memory;
  const board = nvm.bytes.subarray(0, layoutOf(1).supplies[0]?.voltages);
  const memories = Uint8Array.of(...board, ...sam.bytes, ...svm.bytes);
  const register = erased(REGISTER_PLACE_BYTES).fill(0x5a, 0, 4);
  const files = [
    Uint8Array.of(...fromHex('57504d4601010000'), ...memories),
    newJournalFile(fromHex('57504d4602010000'), Uint8Array.of(...memories, ...register)),
  ];
  return { balance: balanceOf(bench.meter), files, now: bench.now };
}

test('the file of a meter from before there were voltages is given room for them, and the meter is the one it was', () => {
  const { balance, files, now } = before();
  for (const [version, bytes] of files.entries()) {
    const path = join(scratch, `v${version}.wpm`);
    writeFileSync(path, bytes, { mode: 0o600 });
    for (let opening = 0; opening < 2; opening++) {
      const file = MeterFile.open(path);
      const { meter } = startBench(file.memory, { now });
      assert.equal(balanceOf(meter), balance);
      assert.equal(file.memory.nvm.bytes.length, layoutOf(1).length);
      assert.equal(file.register.bytes[0], version === 1 ? 0x5a : 0xff);
      file.settle();
      file.close();
    }
    assert.equal(readFileSync(path)[4], 3);
  }
});

test('one that is cut short, or of a version to come, is refused in one sentence and stays as it is', () => {
  const { files } = before();
  const [, second = new Uint8Array()] = files;
  const newer = second.slice();
  newer[4] = 4;
  for (const bytes of [second.subarray(0, second.length - 1), newer]) {
    const path = join(scratch, 'refused.wpm');
    writeFileSync(path, bytes, { mode: 0o600 });
    assert.throws(() => MeterFile.open(path), WrongUse);
    assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
  }
  assert.ok(newMeterFile(createBench().memory).length > second.length);
});
