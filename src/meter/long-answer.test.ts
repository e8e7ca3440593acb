import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Purpose, Suite } from '../crypto/index.ts';
import {
  Command,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  Refusal,
  refusalFrame,
} from '../exchange/index.ts';
import { encodeUseRequest } from '../records/index.ts';
import { ask, createBench, keyOf, live } from './board.testing.ts';
import { stepFrame } from './index.ts';

test('of a long answer the modem is given all parts, and each of them can be fetched from the meter too', () => {
  for (const suite of [Suite.tripleDesXo, Suite.aes128, Suite.aes256]) {
    const bench = createBench({ suite });
    live(bench, 3, 10);
    const key = keyOf(Purpose.monitoring, suite);
    const session = openHostSession(key, Command.useAndLog, bench.randomness);
    const second = stepFrame(bench.meter, hostFirst(session), bench.now, bench.out);
    assert.ok(second.type === 'frame' && second.following === undefined);
    assert.equal(hostReceive(session, second.frame).type, 'status');
    const request = encodeUseRequest({ totals: true, modeTable: true, policy: true, profiles: [] });
    const [third] = hostCommand(session, request) as [Uint8Array];
    const fourth = stepFrame(bench.meter, third, bench.now, bench.out);
    assert.ok(fourth.type === 'frame' && fourth.following !== undefined);
    const frames = [fourth.frame, ...fourth.following];
    for (const [part, frame] of frames.entries()) {
      const asking = refusalFrame({ h: Command.useAndLog, n: key.n, svpmsn: key.svpmsn }, Refusal.partMissing, part);
      assert.deepEqual(ask(bench, asking), frame);
    }
    assert.deepEqual(
      frames.map((frame) => hostReceive(session, frame).type),
      [...Array(frames.length - 1).fill('part'), 'answer'],
    );
    assert.deepEqual(stepFrame(bench.meter, third, bench.now, bench.out), fourth);
  }
});
