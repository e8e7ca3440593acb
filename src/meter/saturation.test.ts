import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AesKey, Purpose, SUITE_NAMES, Suite, TripleDesKey } from '../crypto/index.ts';
import { Command, encodeValueCommand, isLong, Message, partCount, ValueOp } from '../exchange/index.ts';
import { nominalCalibration } from '../metering/index.ts';
import { type MilliwattHours, tokens } from '../units/index.ts';
import {
  type Bench,
  benchTable,
  createBench,
  exchangeWith,
  keyOf,
  minuteOf,
  startBench,
  TXID,
} from './board.testing.ts';
import {
  balanceOf,
  displayOf,
  displayPages,
  inspectPurse,
  type MeterMemory,
  PlainNvm,
  PROFILE_RING_DAYS,
  stepEnergy,
  stepFrame,
  stepSamples,
  stepTime,
} from './index.ts';
import { type Traffic, traffic } from './line-traffic.testing.ts';
import { energyAt } from './profile-ring.ts';

/** A measurement every 100 ms, and a frame: the line carries half as many at 1,200 bit/s. */
const TICK_MS = 100;
const MINUTES = 3;
const CREDIT = 1200;
/** 1,000 tokens for a kWh, and twice that at ten on a Tuesday: a draw every few seconds. */
const UNIT_CHARGE = 1_000_000;
const PERCENT = 200;
const PARTS = nominalCalibration({ lineVoltage: 220, currentBits: 20, sampleRateMilliHz: 3_300_000 });
const SAMPLES_PER_TICK = 330;

/** What is put into a meter at each tick; the energy that it has been given in all. */
type Feed = (bench: Bench, tick: number) => number;

const FEEDS: Record<string, () => Feed> = {
  energy: () => {
    let given = 0;
    return (bench, tick) => {
      given += stepEnergy(bench.meter, 1, (350 + (tick % 7) * 31) as MilliwattHours, bench.now, bench.out);
      stepTime(bench.meter, bench.now, bench.out);
      return given;
    };
  },
  samples: () => {
    let given = 0;
    return (bench, tick) => {
      const wave = (i: number) => Math.sin((2 * Math.PI * (i + tick * SAMPLES_PER_TICK)) / 66);
      const samples = {
        voltages: Int16Array.from({ length: SAMPLES_PER_TICK }, (_, i) => 21_000 * wave(i)),
        currents: Int32Array.from({ length: SAMPLES_PER_TICK }, (_, i) => 220_000 * wave(i)),
        bypass: 0 as const,
      };
      for (const { importedMwh } of stepSamples(bench.meter, 1, samples, bench.now, bench.out)) given += importedMwh;
      return given;
    };
  },
};

for (const suite of [Suite.tripleDes, Suite.tripleDesXo, Suite.aes128, Suite.aes256]) {
  for (const [how, feed] of Object.entries(FEEDS)) {
    test(`a line that never falls silent delays no minute, draw or figure of a meter fed with ${how}, ${SUITE_NAMES[suite]}`, () => {
      const silent = meterOf(suite);
      const loud = meterOf(suite);
      const [feedSilent, feedLoud] = [feed(), feed()];
      const line = traffic(loud.bench, suite);
      const work = new Work();
      let minutes = 0;
      for (let tick = 1; tick <= (MINUTES * 60_000) / TICK_MS; tick++) {
        const before = loud.bench.meter.minute;
        for (const { bench } of [silent, loud]) bench.now += TICK_MS;
        const given = feedSilent(silent.bench, tick);
        assert.equal(feedLoud(loud.bench, tick), given);
        // Before the frame and behind it: neither is what it is because the other meter was late.
        assertAlike(loud.bench, silent.bench);
        hear(loud, line, work);
        assertAlike(loud.bench, silent.bench);
        assertFresh(loud.bench, given);
        if (loud.bench.meter.minute === before) continue;
        minutes += 1;
        assert.equal(loud.bench.now, minutes * 60_000);
        assertWritten(loud.bench, silent.bench);
      }
      line.end();
      assert.equal(minutes, MINUTES);
      assert.equal(loud.bench.meter.svm.purse.drawNumber, CREDIT / 100);
      assert.deepEqual(loud.bench.out.heard, silent.bench.out.heard);
      assert.ok(loud.bench.out.heard.includes('relay 1 open'), 'the last token fell');
      assert.ok(line.answered > 50, `${line.answered} exchanges ran to their end`);
      for (const [kind, count] of Object.entries(work.frames)) assert.ok(count > 50, `${count} frames: ${kind}`);
      assertBounded(work);
    });
  }
}

interface Counted {
  readonly bench: Bench;
  readonly memory: { readonly [chip in keyof MeterMemory]: CountedNvm };
}

function meterOf(suite: Suite): Counted {
  const made = createBench({ suite, tables: [benchTable(1, 1, UNIT_CHARGE)] });
  fillProfile(made);
  const { nvm, sam, svm } = made.memory;
  const memory = { nvm: new CountedNvm(nvm.bytes), sam: new CountedNvm(sam.bytes), svm: new CountedNvm(svm.bytes) };
  const lab = made.labSessions === undefined ? {} : { labSessions: made.labSessions };
  const bench = startBench(memory, { ...lab, calibrations: [PARTS] });
  const credit = { op: ValueOp.credit, counter: 1, txid: TXID('order'), amount: tokens(CREDIT) } as const;
  exchangeWith(bench, keyOf(Purpose.value, suite), Command.valueStore, () => encodeValueCommand(suite, credit));
  assert.equal(balanceOf(bench.meter), CREDIT);
  bench.out.heard.length = 0;
  return { bench, memory };
}

/** Days that no compression makes shorter. */
function fillProfile({ memory, meter, randomness }: Bench): void {
  const { energies } = (meter.supplies[0] as (typeof meter.supplies)[number]).place;
  const noise = new Uint8Array(2 * PROFILE_RING_DAYS * 1440);
  randomness.fill(noise);
  for (let at = 0; at < noise.length; at += 2) noise[at] = (noise[at] as number) & 0x7f;
  memory.nvm.write(energies, noise, 0, noise.length);
}

class CountedNvm extends PlainNvm {
  written = 0;

  override write(address: number, source: Uint8Array, from: number, length: number): void {
    this.written += length;
    super.write(address, source, from, length);
  }
}

/** All that a person sees and all that the purse does, but the page that tells of the line. */
function assertAlike({ meter }: Bench, twin: Bench): void {
  const other = twin.meter;
  assert.equal(meter.minute, other.minute);
  assert.equal(balanceOf(meter), balanceOf(other));
  assert.deepEqual(meter.exchanger, other.exchanger);
  assert.deepEqual(meter.accrual, other.accrual);
  assert.equal(meter.svm.purse.drawNumber, other.svm.purse.drawNumber);
  assert.equal(meter.supplies[0]?.minuteEnergy, other.supplies[0]?.minuteEnergy);
  assert.equal(meter.supplies[0]?.relay.reasons, other.supplies[0]?.relay.reasons);
  for (const [at, { page }] of displayPages(meter).entries()) {
    if (page === 'transmission') continue;
    meter.display.page = at;
    other.display.page = at;
    const [shown, expected] = [displayOf(meter), displayOf(other)];
    // A poll that has heard a call takes its sign away.
    assert.deepEqual({ ...shown, signs: { ...shown.signs, waiting: expected.signs.waiting } }, expected);
  }
}

/** The figure on the display is the credit less what the energy given so far has cost, computed beside. */
function assertFresh({ meter }: Bench, given: number): void {
  if (meter.supplies[0]?.relay.reasons !== 0) return;
  const units = BigInt(UNIT_CHARGE * PERCENT * 100) * BigInt(Math.floor(given / 100));
  meter.display.page = 0;
  assert.equal(displayOf(meter).text, String(BigInt(CREDIT) - units / 100_000_000_000n));
}

/** The minute that has just ended is in the memory, and so is what was spent in it. */
function assertWritten(loud: Bench, silent: Bench): void {
  const [mine, other] = [loud, silent].map(({ meter, memory }) => {
    const { place } = meter.supplies[0] as (typeof meter.supplies)[number];
    return energyAt(memory.nvm, place, minuteOf(loud) - 1);
  });
  assert.equal(mine, other);
  assert.ok((mine as number) < 0xffff);
  // What a start would find, if the power failed now.
  const found = inspectPurse(loud.memory);
  assert.deepEqual(found, inspectPurse(silent.memory));
  assert.equal(found.used, CREDIT - balanceOf(loud.meter));
}

// What one frame costs

/** How a frame was answered: message 2 or 4, a refusal, or not at all; the latter is also a part that was taken. */
type Answered = 'nothing' | 'refused' | 'second' | 'fourth';

/** What frames cost: by answer, how many there were, the most blocks ciphered for one, and the most bytes written. */
class Work {
  readonly frames: Record<Answered, number> = { nothing: 0, refused: 0, second: 0, fourth: 0 };
  readonly bytes: Record<Answered, number> = { nothing: 0, refused: 0, second: 0, fourth: 0 };
  readonly blocks: Record<Answered, number> = { nothing: 0, refused: 0, second: 0, fourth: 0 };
  /** Of a message 4, for each of its parts. */
  partsMost = 0;
}

function hear({ bench, memory }: Counted, line: Traffic, work: Work): void {
  const frame = line.next();
  const written = () => memory.nvm.written + memory.sam.written + memory.svm.written;
  const before = written();
  const { result, blocks } = countingBlocks(() => stepFrame(bench.meter, frame, bench.now, bench.out));
  const answer = result.type === 'frame' ? result.frame : undefined;
  const kind = answeredHow(answer);
  const parts =
    kind === 'fourth' && isLong(Message.fourth, (answer as Uint8Array)[1] as Command)
      ? partCount(answer as Uint8Array)
      : 1;
  work.frames[kind] += 1;
  work.partsMost = Math.max(work.partsMost, parts);
  work.blocks[kind] = Math.max(work.blocks[kind], Math.ceil(blocks / parts));
  work.bytes[kind] = Math.max(work.bytes[kind], written() - before);
  line.hear(answer);
}

function answeredHow(answer: Uint8Array | undefined): Answered {
  switch (answer === undefined ? undefined : (answer[0] as number) & 0x0f) {
    case undefined:
      return 'nothing';
    case Message.second:
      return 'second';
    case Message.fourth:
      return 'fourth';
    default:
      return 'refused';
  }
}

/** Blocks that the ciphers of either family work at while something runs. */
function countingBlocks<T>(run: () => T): { result: T; blocks: number } {
  let blocks = 0;
  const restore: (() => void)[] = [];
  const count = <K extends string>(prototype: Record<K, (...args: never[]) => void>, name: K): void => {
    const original = prototype[name];
    prototype[name] = function (this: unknown, ...args: never[]) {
      blocks += 1;
      return Reflect.apply(original, this, args);
    };
    restore.push(() => {
      prototype[name] = original;
    });
  };
  count(AesKey.prototype, 'encryptBlock');
  count(AesKey.prototype, 'chainBlock');
  count(TripleDesKey.prototype, 'encryptBlock');
  count(TripleDesKey.prototype, 'decryptBlock');
  try {
    return { result: run(), blocks };
  } finally {
    for (const undo of restore) undo();
  }
}

/** Whoever has no key gets a session key derived and a tag made or checked, and nothing written. */
const BLOCKS_WITHOUT_PROOF_MAX = 20;
/** A part of 224 bytes ciphered and signed in blocks of 8, with what of the exchange is signed beside it. */
const BLOCKS_A_PART_MAX = 64;
/** A use row, the minute that it is about, and the meter's own state. */
const BYTES_A_COMMAND_MAX = 128;

/** How long a frame keeps a meter from its next sample: so much work, and no frame ever waits for another. */
function assertBounded({ blocks, bytes, partsMost }: Work): void {
  assert.deepEqual([bytes.nothing, bytes.refused, bytes.second], [0, 0, 0]);
  assert.equal(blocks.nothing, 0);
  assert.ok(blocks.refused <= BLOCKS_WITHOUT_PROOF_MAX, `${blocks.refused} blocks for a refusal`);
  assert.ok(blocks.second > 0 && blocks.second <= BLOCKS_WITHOUT_PROOF_MAX, `${blocks.second} blocks for message 2`);
  assert.ok(blocks.fourth <= BLOCKS_A_PART_MAX, `${blocks.fourth} blocks for a part of message 4`);
  assert.ok(bytes.fourth <= BYTES_A_COMMAND_MAX, `${bytes.fourth} bytes for a command`);
  assert.ok(partsMost > 1, 'answers in parts were among them');
}
