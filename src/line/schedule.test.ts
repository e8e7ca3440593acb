import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { modemAddress } from '../units/index.ts';
import {
  LINE_QUEUE_MAX,
  type LineConditions,
  type LineJob,
  LinePriority,
  PERFECT_CONDITIONS,
  powerLine,
  powerLineConditions,
  SLOT_INTERVAL_MS,
} from './index.ts';
import { type Saying, TestLine, VirtualTime } from './line-world.testing.ts';

const FULL = 256;
const BULK_PART = new Uint8Array(241);
const VALUE_SECOND = new Uint8Array(43);

function newLine(conditions: LineConditions, say: (payload: Uint8Array) => Saying, seed = 3): TestLine {
  const line = new TestLine(new VirtualTime(), powerLine(), conditions, seed);
  for (let address = 0; address < FULL; address++) line.addMeter(address, (3_000 * address) / FULL, say);
  return line;
}

const job = (id: number, priority: LineJob['priority'], address: number, payload = new Uint8Array(33)): LineJob => ({
  type: 'request',
  id,
  priority,
  address: modemAddress(address),
  payload,
});

/** Profiles without end: as soon as a part has come, the next is asked for. */
function collectProfiles(line: TestLine): void {
  let address = 0;
  const next = () => {
    address = (address + 1) % FULL;
    // One try, as the local unit asks: what is more urgent goes before a repetition.
    line.ask({ ...job(-1, LinePriority.bulk, address), triesMax: 1 } as LineJob);
  };
  const before = line.onOutput;
  line.onOutput = (output) => {
    before(output);
    if ('id' in output && output.id === -1) next();
  };
  next();
  next();
}

function takeAttentions(line: TestLine): Map<number, number> {
  const heardAt = new Map<number, number>();
  line.onOutput = (output) => {
    if (output.type !== 'attention') return;
    if (!heardAt.has(output.address)) heardAt.set(output.address, line.time.now);
    line.step({ type: 'attention-heard', check: output.check });
  };
  return heardAt;
}

suite('attentions on a full transformer at 1,200 bit/s, while profiles are collected without end', () => {
  for (const [name, conditions] of [
    ['a perfect line', PERFECT_CONDITIONS],
    ['a working power line', powerLineConditions(1_200)],
  ] as const) {
    for (const count of [1, 10, 100]) {
      for (const seed of [1, 2, 3]) {
        test(`${count} at once on ${name} are all heard within 60 s, seed ${seed}`, () => {
          const line = newLine(conditions, () => ({ frames: [BULK_PART], delayMs: 40 }), seed);
          const heardAt = takeAttentions(line);
          collectProfiles(line);
          line.start();
          // Just after a slot has gone by: the longest wait for the next.
          const raisedAt = 20_500 + 100 * seed;
          line.time.runUntil(raisedAt);
          for (let i = 0; i < count; i++) {
            const meter = line.meters[(i * 97 + seed) % FULL];
            assert.ok(meter);
            line.stepMeter(meter, { type: 'attention', payload: new Uint8Array(21).fill(i) });
          }
          line.time.runUntil(raisedAt + 60_000);
          assert.equal(heardAt.size, count, `${heardAt.size} of ${count} heard`);
          // Once taken they are quiet: nobody tells it for ever.
          line.time.runUntil(raisedAt + 120_000);
          assert.ok(line.meters.every((meter) => meter.link.attention === undefined));
          const told = line.outputs.filter((output) => output.type === 'attention').length;
          assert.ok(told <= count + 3, `${told} attentions told for ${count}`);
        });
      }
    }
  }
});

test('all 256 meters with an emergency at once are heard within two minutes', () => {
  const line = newLine(powerLineConditions(1_200), () => ({ frames: [BULK_PART] }));
  const heardAt = takeAttentions(line);
  line.start();
  line.time.runUntil(1_000);
  for (const meter of line.meters) line.stepMeter(meter, { type: 'attention', payload: new Uint8Array(21) });
  line.time.runUntil(121_000);
  assert.equal(heardAt.size, 256);
});

test('a slot opens every few seconds, whatever else is on the line, and at once when a poll is over', () => {
  const line = newLine(PERFECT_CONDITIONS, () => ({ frames: [BULK_PART] }));
  collectProfiles(line);
  line.start();
  line.time.runUntil(100_000);
  const slots = () => line.schedule.link.lineWide.framesSent;
  const before = slots();
  // Each waits at most for the bulk part that is on the line.
  const longest = SLOT_INTERVAL_MS + 2_500;
  assert.ok(before >= 100_000 / longest && before <= 1 + 100_000 / SLOT_INTERVAL_MS, `${before} slots in 100 s`);
  while (slots() === before) line.time.runUntil(line.time.now + 10);
  line.time.runUntil(line.time.now + 500);
  line.step({ type: 'open-slot', now: line.time.now });
  line.time.runUntil(line.time.now + 2_500);
  assert.equal(slots(), before + 2);
});

test('a quiet line still opens its slots', () => {
  const line = newLine(PERFECT_CONDITIONS, () => ({ frames: [] }));
  line.start();
  line.time.runUntil(60_000);
  assert.ok(line.schedule.link.lineWide.framesSent >= Math.floor(60_000 / (SLOT_INTERVAL_MS + 500)));
});

test('frames go by priority, and in the order of asking within one', () => {
  const line = newLine(PERFECT_CONDITIONS, (payload) => ({ frames: [payload] }));
  const order = [
    LinePriority.bulk,
    LinePriority.bulk,
    LinePriority.poll,
    LinePriority.control,
    LinePriority.value,
    LinePriority.emergency,
    LinePriority.value,
  ];
  for (const [id, priority] of order.entries()) line.ask(job(id, priority, id));
  line.time.runUntil(20_000);
  const ids = line.outputs.map((output) => ('id' in output ? output.id : -1));
  assert.deepEqual(ids, [5, 4, 6, 3, 2, 0, 1], 'the line opens with a slot, and then by priority');
});

test('a value exchange runs between the parts of a long body of another meter', () => {
  const line = newLine(PERFECT_CONDITIONS, (payload) =>
    payload.length === 23 ? { frames: [VALUE_SECOND] } : { frames: Array.from({ length: 6 }, () => BULK_PART) },
  );
  const trace: string[] = [];
  line.onOutput = (output) => {
    if (output.type !== 'answered') return;
    trace.push(`${output.address}`);
    if (!output.more) return;
    const address = output.address;
    line.ask({ type: 'next-part', id: trace.length, priority: LinePriority.bulk, address });
  };
  line.start();
  line.ask(job(0, LinePriority.bulk, 7));
  line.time.runUntil(5_000);
  line.ask(job(100, LinePriority.value, 9, new Uint8Array(23)));
  const asked = line.time.now;
  line.time.runUntil(30_000);
  assert.deepEqual([...trace].sort(), ['7', '7', '7', '7', '7', '7', '9']);
  assert.ok(trace.indexOf('9') > 0 && trace.indexOf('9') < 5, trace.join(' '));
  const answered = line.outputs.find((output) => output.type === 'answered' && output.id === 100);
  assert.ok(answered !== undefined && answered.at - asked < 3_000);
});

suite('a value exchange waits for one bulk part on the line, and for no more', () => {
  for (const [partBytes, percentile] of [
    [BULK_PART.length, 0.98],
    [129, 0.99],
  ] as const) {
    test(`with parts of ${partBytes} bytes, ${100 * percentile} of 100 end within five seconds on a working line`, () => {
      const line = newLine(powerLineConditions(1_200), (payload) => ({
        frames: [payload.length === 23 ? VALUE_SECOND : new Uint8Array(payload.length === 34 ? 50 : partBytes)],
        delayMs: 30,
      }));
      collectProfiles(line);
      const began = new Map<number, number>();
      const took: number[] = [];
      const before = line.onOutput;
      line.onOutput = (output) => {
        before(output);
        if (output.type !== 'answered' || output.id < 1_000) return;
        if (output.payload.length === 43) {
          // The host's third message comes a little later.
          const third = {
            ...job(output.id, LinePriority.value, output.address, new Uint8Array(34)),
            answerBytesMax: 50,
          };
          line.time.at(line.time.now + 120, () => line.ask(third));
        } else {
          took.push(line.time.now - (began.get(output.id) as number));
        }
      };
      line.start();
      for (let i = 0; i < 300; i++) {
        line.time.runUntil(20_000 * (i + 1) + 137 * i);
        began.set(1_000 + i, line.time.now);
        const first = job(1_000 + i, LinePriority.value, (i * 53) % FULL, new Uint8Array(23));
        line.ask({ ...first, answerBytesMax: 43, holdMs: 300 });
      }
      line.time.runUntil(line.time.now + 20_000);
      took.sort((a, b) => a - b);
      assert.ok(took.length >= 298, `${took.length} of 300 done`);
      assert.ok((took[Math.floor(percentile * took.length)] as number) <= 5_000, `${took.slice(-10)}`);
      assert.ok((took[took.length >> 1] as number) <= 3_000);
    });
  }
});

test('a value request that was lost is repeated before a slot that is due', () => {
  const line = newLine(PERFECT_CONDITIONS, () => ({ frames: undefined }));
  const lost = { ...job(1, LinePriority.value, 7), answerBytesMax: 50, triesMax: 1 };
  let tries = 1;
  line.onOutput = (output) => {
    if (output.type === 'no-answer' && ++tries <= 3) line.ask(lost);
  };
  line.start();
  const slots = () => line.schedule.link.lineWide.framesSent;
  line.time.runUntil(1_000);
  assert.equal(slots(), 1);
  line.time.runUntil(line.schedule.nextSlotAt - 500);
  line.ask(lost);
  while (tries <= 3) {
    assert.equal(slots(), 1, `a slot came before try ${tries}`);
    line.time.runUntil(line.time.now + 10);
  }
  line.time.runUntil(line.time.now + 200);
  assert.equal(slots(), 2, 'and then the slot');
  assert.equal(line.meters[7]?.requests.length, 3);
});

test('a full queue refuses one more, and says which', () => {
  const line = newLine(PERFECT_CONDITIONS, () => ({ frames: [] }));
  // The first one opens a slot, during which all wait.
  for (let id = 0; id < LINE_QUEUE_MAX; id++) line.ask(job(id, LinePriority.poll, 1));
  assert.equal(line.outputs.length, 0);
  line.ask(job(9_999, LinePriority.poll, 1));
  line.ask(job(10_000, LinePriority.value, 1));
  assert.deepEqual(
    line.outputs.map((output) => (output.type === 'queue-full' ? output.id : output.type)),
    [9_999],
  );
});

test('two meters with one address garble each other, and the line says so', () => {
  const line = new TestLine(new VirtualTime(), powerLine(), PERFECT_CONDITIONS, 4);
  line.addMeter(7, 100, () => ({ frames: [new Uint8Array(43).fill(1)] }));
  line.addMeter(7, 900, () => ({ frames: [new Uint8Array(43).fill(2)] }));
  line.addMeter(8, 500, () => ({ frames: [] }));
  line.start();
  line.ask(job(1, LinePriority.poll, 7));
  line.ask(job(2, LinePriority.poll, 8));
  line.ask(job(3, LinePriority.poll, 9));
  line.time.runUntil(60_000);
  const outcome = line.outputs.map((output) => output.type === 'no-answer' && [output.address, output.garbledTries]);
  assert.deepEqual(outcome, [[7, 4], false, [9, 0]]);
});

test('a meter that loses power between two tries passes the request up again and answers', () => {
  const line = new TestLine(new VirtualTime(), powerLine(), PERFECT_CONDITIONS, 4);
  let dark = true;
  const meter = line.addMeter(7, 100, () => ({ frames: [Uint8Array.of(1)], delayMs: dark ? 100 : 0 }));
  line.start();
  line.time.runUntil(2_000);
  line.ask(job(1, LinePriority.value, 7));
  line.time.runUntil(2_350);
  assert.equal(meter.requests.length, 1);
  dark = false;
  line.powerCycle(meter);
  line.time.runUntil(10_000);
  assert.equal(meter.requests.length, 2);
  assert.equal(line.outputs[0]?.type, 'answered');
});

test('what crosses over reaches a meter with the same modem address on the next transformer, which ignores it', () => {
  const time = new VirtualTime();
  const crossing = { ...PERFECT_CONDITIONS, crosstalk: 1 };
  const [here, there] = [
    new TestLine(time, powerLine(), crossing, 5),
    new TestLine(time, powerLine(), PERFECT_CONDITIONS, 6),
  ];
  here.neighbour = there;
  const own = (id: number) => (payload: Uint8Array) => ({ frames: payload[5] === id ? [payload] : undefined });
  const near = here.addMeter(7, 100, own(1));
  const far = there.addMeter(7, 100, own(2));
  here.start();
  there.start();
  const payload = Uint8Array.of(0x11, 0x10, 0xa0, 0, 0, 1, 0);
  time.runUntil(2_000);
  here.ask(job(1, LinePriority.value, 7, payload));
  time.runUntil(5_000);
  assert.deepEqual(near.requests, [payload]);
  assert.deepEqual(far.requests, [payload], 'the foreign meter hears it and decides by its number');
  assert.equal(far.sent, 0);
  assert.deepEqual(
    here.outputs.map((output) => output.type),
    ['answered'],
  );
  assert.deepEqual(there.outputs, []);
});

test('a local unit that takes no foreign attention quiets no foreign meter', () => {
  const time = new VirtualTime();
  const crossing = { ...PERFECT_CONDITIONS, crosstalk: 0.5 };
  const lines = [5, 6].map((seed) => new TestLine(time, powerLine(), crossing, seed)) as [TestLine, TestLine];
  lines[0].neighbour = lines[1];
  lines[1].neighbour = lines[0];
  for (const [number, line] of lines.entries()) {
    const meter = line.addMeter(7, 100, () => ({ frames: undefined }));
    line.onOutput = (output) => {
      if (output.type === 'attention' && output.payload[5] === number) {
        line.step({ type: 'attention-heard', check: output.check });
      }
    };
    line.start();
    line.stepMeter(meter, { type: 'attention', payload: Uint8Array.of(0x61, 0x30, 0x90, 0, 0, number, 0) });
  }
  time.runUntil(180_000);
  for (const [number, line] of lines.entries()) {
    const told = line.outputs.some((output) => output.type === 'attention' && output.payload[5] === number);
    assert.ok(told, `line ${number} heard its own meter`);
    assert.equal(line.meters[0]?.attentionsHeard, 1);
  }
});

test('the same seed gives the same trace', () => {
  const run = (seed: number) => {
    const line = newLine(powerLineConditions(1_200), () => ({ frames: [BULK_PART] }), seed);
    collectProfiles(line);
    line.start();
    line.time.runUntil(60_000);
    return { totals: line.channel.totals, outputs: line.outputs };
  };
  assert.deepEqual(run(8), run(8));
  assert.notDeepEqual(run(8).outputs, run(9).outputs);
});
