import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { modemAddress } from '../units/index.ts';
import {
  airtimeMs,
  type Carrier,
  cable,
  LINE_OVERHEAD_BYTES,
  type LineConditions,
  LinePriority,
  occupiedMs,
  PERFECT_CONDITIONS,
  POWER_LINE_BITS_PER_SECOND_MAX,
  powerLine,
  relayedRadio,
  tcp,
  telephoneLine,
} from './index.ts';
import { TestLine, testRandom, VirtualTime } from './line-world.testing.ts';

const LOSSY: LineConditions = {
  frameLost: 0.05,
  frameCut: 0.03,
  bitErrorRate: () => 1e-4,
  bursts: { everyMs: 10_000, lastMs: 15, bitErrorRate: 0.2 },
  crosstalk: 0,
};

/** What every carrier must bear: the same conversation, over its own rate, delay, frame size and loss. */
function carrierContract(carrier: Carrier): void {
  suite(`over ${carrier.name} at ${carrier.bitsPerSecond} bit/s`, () => {
    test('a conversation over a lossy channel delivers every answer as it was given', () => {
      const time = new VirtualTime();
      const line = new TestLine(time, carrier, LOSSY, 11);
      const random = testRandom(12);
      const said = new Map<string, Uint8Array>();
      for (let address = 0; address < 8; address++) {
        line.addMeter(address, 200 * address, (payload) => {
          const frame = Uint8Array.from({ length: 7 + (random.u32() % 230) }, () => random.u32() & 0xff);
          said.set(Buffer.from(payload).toString('hex'), frame);
          return { frames: [frame], delayMs: random.u32() % 100 };
        });
      }
      const asked: Uint8Array[] = [];
      line.start();
      for (let id = 0; id < 160; id++) {
        const payload = Uint8Array.from({ length: 7 + (random.u32() % 100) }, () => random.u32() & 0xff);
        asked.push(payload);
        line.ask({ type: 'request', id, priority: LinePriority.poll, address: modemAddress(id % 8), payload });
      }
      time.runUntil(1_200_000);
      let answered = 0;
      for (const output of line.outputs) {
        if (output.type !== 'answered') continue;
        answered++;
        const key = Buffer.from(asked[output.id] as Uint8Array).toString('hex');
        assert.deepEqual(output.payload, said.get(key), `answer ${output.id}`);
      }
      const givenUp = line.outputs.filter((output) => output.type === 'no-answer').length;
      assert.equal(answered + givenUp, 160);
      // The longest frames fail one try in three: four tries, once in eighty.
      assert.ok(givenUp <= 6, `${givenUp} given up`);
      const sum = line.schedule.link.statistics.reduce((total, each) => total + (each?.retries ?? 0), 0);
      assert.ok(sum > 5, 'a lossy channel makes the link repeat');
      // No meter was powered off, so nothing was passed up twice, whatever was repeated.
      const passedUp = line.meters.flatMap((meter) => meter.requests.map((each) => Buffer.from(each).toString('hex')));
      assert.equal(new Set(passedUp).size, passedUp.length);
      const known = new Set(asked.map((each) => Buffer.from(each).toString('hex')));
      for (const each of passedUp) assert.ok(known.has(each), 'a damaged request was passed up');
    });

    test('a meter that is dark is given up after four tries, and the next one is served', () => {
      const time = new VirtualTime();
      const line = new TestLine(time, carrier, PERFECT_CONDITIONS, 1);
      line.addMeter(2, 100, () => ({ frames: [Uint8Array.of(9)] }));
      line.start();
      const payload = new Uint8Array(7);
      line.ask({ type: 'request', id: 1, priority: LinePriority.poll, address: modemAddress(1), payload });
      line.ask({ type: 'request', id: 2, priority: LinePriority.poll, address: modemAddress(2), payload });
      time.runUntil(60_000);
      assert.deepEqual(
        line.outputs.map((output) => output.type),
        ['no-answer', 'answered'],
      );
      assert.equal(line.schedule.link.statistics[1]?.framesSent, 4);
      assert.equal(line.schedule.link.statistics[1]?.unanswered, 1);
      assert.equal(line.schedule.link.statistics[2]?.retries, 0);
    });

    test('the largest answer fits into the wait, and no perfect line repeats', () => {
      const time = new VirtualTime();
      const line = new TestLine(time, carrier, PERFECT_CONDITIONS, 1);
      const longest = new Uint8Array(carrier.frameBytesMax - LINE_OVERHEAD_BYTES).fill(0x7e);
      line.addMeter(255, 3_000, () => ({ frames: [longest], delayMs: 249 }));
      line.start();
      const address = modemAddress(255);
      line.ask({ type: 'request', id: 1, priority: LinePriority.bulk, address, payload: longest });
      time.runUntil(60_000);
      assert.deepEqual(
        line.outputs.map((output) => output.type === 'answered' && output.payload),
        [longest],
      );
      assert.equal(line.schedule.link.statistics[255]?.retries, 0);
    });

    test('ten attentions at once are all heard within 60 s', () => {
      const time = new VirtualTime();
      const line = new TestLine(time, carrier, LOSSY, 5);
      line.onOutput = (output) => {
        if (output.type === 'attention') line.step({ type: 'attention-heard', check: output.check });
      };
      for (let address = 0; address < 256; address += 25) line.addMeter(address, 500, () => ({ frames: [] }));
      line.start();
      time.runUntil(1_000);
      for (const meter of line.meters) {
        line.stepMeter(meter, { type: 'attention', payload: new Uint8Array(21).fill(meter.link.address) });
      }
      time.runUntil(61_000);
      const heard = new Set(line.outputs.map((output) => output.type === 'attention' && output.address));
      assert.equal(heard.size, line.meters.length);
      for (const output of line.outputs) {
        if (output.type === 'attention') assert.deepEqual(output.payload, new Uint8Array(21).fill(output.address));
      }
    });
  });
}

for (const carrier of [
  powerLine(),
  powerLine(POWER_LINE_BITS_PER_SECOND_MAX),
  relayedRadio(),
  telephoneLine(),
  cable(),
  tcp(),
]) {
  carrierContract(carrier);
}

test('a whole value exchange of 149 bytes is 173 bytes and 1.15 s at 1,200 bit/s', () => {
  const frames = [23, 43, 33, 50].map((bytes) => bytes + LINE_OVERHEAD_BYTES);
  const wire = frames.reduce((sum, bytes) => sum + bytes, 0);
  assert.equal(wire, 173);
  assert.equal(airtimeMs(powerLine(), wire), 1154);
});

test('a power line slower than 1,200 or faster than 128,000 bit/s is refused', () => {
  assert.equal(powerLine(1_200).turnaroundMs, 10);
  assert.equal(powerLine(128_000).turnaroundMs, 2);
  for (const wrong of [1_199, 128_001, 0, Number.NaN, 2400.5]) assert.throws(() => powerLine(wrong), RangeError);
});

test('a frame that is on the air twice through a relay keeps the medium busy for both', () => {
  const radio = relayedRadio(2);
  assert.equal(airtimeMs(radio, 22), 25);
  assert.equal(occupiedMs(radio, 22), 3 * 25 + 2 * 5);
});
