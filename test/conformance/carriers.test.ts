import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUITE_NAMES, Suite } from '../../src/crypto/index.ts';
import { type ExchangeCarrier, exchangeContract } from '../../src/exchange/contract.testing.ts';
import { Command } from '../../src/exchange/index.ts';
import { bodiesFor, exchanged, SUITES, sidesOf } from '../../src/exchange/sides.testing.ts';
import { MemoryStore } from '../../src/host/index.ts';
import {
  type Carrier,
  cable,
  type LineConditions,
  LinePriority,
  occupiedMs,
  PERFECT_CONDITIONS,
  powerLine,
  powerLineConditions,
  relayedRadio,
  serialLine,
  tcp,
  telephoneLine,
} from '../../src/line/index.ts';
import { TestLine, VirtualTime } from '../../src/line/line-world.testing.ts';
import { DEFAULT_SUPPLY_POLICY } from '../../src/records/index.ts';
import { tell, Utility } from '../../src/simulation/index.ts';
import { DEFAULT_TARIFF } from '../../src/tariff/index.ts';
import { milliseconds, modemAddress } from '../../src/units/index.ts';

const CARRIERS = [
  powerLine(1_200),
  powerLine(9_600),
  powerLine(128_000),
  relayedRadio(),
  telephoneLine(),
  cable(),
  serialLine(1_200),
  serialLine(115_200),
  tcp(),
];
const nameOf = ({ name, bitsPerSecond }: Carrier): string => `over ${name} at ${bitsPerSecond} bit/s`;

/** The faster the power line, the shorter it reaches. */
const farthestM = ({ bitsPerSecond }: Carrier): number => (bitsPerSecond === 128_000 ? 150 : 1_000);

/** One frame in twenty is missed and one in fifty cut; the power line has its own noise beside that. */
function lossyConditions(carrier: Carrier): LineConditions {
  const own = carrier.name === 'power-line' ? powerLineConditions(carrier.bitsPerSecond) : PERFECT_CONDITIONS;
  return { ...own, frameLost: 0.05, frameCut: 0.02 };
}

/** What the lines of one carrier have been through. */
interface Journal {
  longestFrame: number;
  retries: number;
  /** Virtual time from each frame of the host to the last byte of what came back. */
  readonly tookMs: number[];
}

const ADDRESS = modemAddress(42);
const PATIENCE_MS = 3_600_000;

/** The line room's own machines and channel, in virtual time, as what carries an exchange. */
function lineCarrier(carrier: Carrier, conditions: LineConditions): { exchange: ExchangeCarrier; journal: Journal } {
  const journal: Journal = { longestFrame: 0, retries: 0, tookMs: [] };
  let lines = 0;
  const connect: ExchangeCarrier['connect'] = (hear) => {
    lines += 1;
    const time = new VirtualTime();
    const line = new TestLine(time, carrier, conditions, lines);
    const { channel } = line;
    const begin = channel.begin.bind(channel);
    channel.begin = (now, from, bytes) => {
      journal.longestFrame = Math.max(journal.longestFrame, bytes.length);
      return begin(now, from, bytes);
    };
    line.addMeter(ADDRESS, farthestM(carrier), (frame) => ({ frames: hear(frame.slice()) }));
    // The first slot is over, and the next is seconds away.
    line.start();
    time.runUntil(1_000);
    let id = 0;
    /** One transaction of the line: the frame that came back, whether there are more, or nothing. */
    const transaction = (asking: { type: 'request'; payload: Uint8Array } | { type: 'next-part' }) => {
      id += 1;
      const begins = time.now;
      line.outputs.length = 0;
      line.ask({ ...asking, id, priority: LinePriority.value, address: ADDRESS });
      const done = () => line.outputs.find((output) => 'id' in output && output.id === id);
      while (done() === undefined) {
        assert.ok(time.now < begins + PATIENCE_MS, 'the line ends every transaction');
        time.runUntil(time.now + 50);
      }
      const outcome = done();
      assert.ok(outcome !== undefined && outcome.type !== 'queue-full');
      journal.tookMs.push(outcome.at - begins);
      journal.retries += line.schedule.link.statistics[ADDRESS]?.retries ?? 0;
      line.schedule.link.statistics[ADDRESS] = undefined;
      return outcome;
    };
    return async (frame) => {
      const frames: Uint8Array[] = [];
      let outcome = transaction({ type: 'request', payload: frame });
      while (outcome.type === 'answered') {
        frames.push(outcome.payload.slice());
        if (!outcome.more) break;
        outcome = transaction({ type: 'next-part' });
      }
      return frames;
    };
  };
  return { exchange: { name: nameOf(carrier), connect }, journal };
}

for (const carrier of CARRIERS) {
  const { exchange, journal } = lineCarrier(carrier, lossyConditions(carrier));
  for (const suite of SUITES) exchangeContract(suite, exchange);

  test(`${nameOf(carrier)}: all that was lost on the way, and no frame was longer than the carrier takes`, () => {
    assert.ok(journal.retries > 100, `only ${journal.retries} frames were sent again`);
    assert.ok(journal.longestFrame > 240 && journal.longestFrame <= carrier.frameBytesMax, `${journal.longestFrame}`);
  });

  test(`${nameOf(carrier)}: a value exchange takes the air time and the delays of its four frames, and no more`, async () => {
    for (const suite of SUITES) {
      const bodies = bodiesFor(suite, Command.valueStore);
      const { first, second, third, fourth } = exchanged(sidesOf(suite, Command.valueStore, 1), bodies);
      const quiet = lineCarrier(carrier, PERFECT_CONDITIONS);
      const answers = [[second], fourth];
      const ask = quiet.exchange.connect(() => answers.shift());
      for (const frame of [first, ...third]) assert.notDeepEqual(await ask(frame), []);
      const least = [first, second, ...third, ...fourth].reduce(
        (ms, frame) => ms + occupiedMs(carrier, frame.length + 6) + carrier.latencyMs,
        0,
      );
      const took = quiet.journal.tookMs.reduce((sum, ms) => sum + ms, 0);
      const turns = 4 * carrier.turnaroundMs;
      assert.ok(
        took >= least && took <= least + turns + 4,
        `${SUITE_NAMES[suite]}: ${took} ms, not ${least} to ${least + turns}`,
      );
    }
  });
}

const BEGINS_MS = Date.UTC(2026, 2, 2, 0);
const HOUR_MS = 3_600_000;
const METERS = 2;

for (const carrier of CARRIERS) {
  test(`a utility ${nameOf(carrier)}: value, tariff and log arrive over losses, each once`, async () => {
    const utility = await Utility.open({
      seed: 7,
      meters: METERS,
      localUnits: 1,
      suite: Suite.aes128,
      store: new MemoryStore(),
      startMs: BEGINS_MS,
      zone: 'Asia/Seoul',
      tariff: DEFAULT_TARIFF,
      policy: DEFAULT_SUPPLY_POLICY,
      firstSale: { from: 500, to: 900 },
      roundMs: 10 * 60_000,
      carrier,
      conditions: lossyConditions(carrier),
      farthestM: farthestM(carrier),
    });
    await utility.runUntil(BEGINS_MS + HOUR_MS);
    for (const house of utility.houses) await utility.buy(house, 321);
    utility.closeTheTills();
    // Midnight UTC has passed on the second day: there is a complete day of the profile to collect.
    await utility.runUntil(BEGINS_MS + 26 * HOUR_MS);
    const story = await tell(utility);
    assert.equal(story.inFlightTokens, 0);
    assert.deepEqual(story.findings, []);
    assert.equal(story.transfers, 2 * METERS);
    const views = await utility.host.meters();
    for (const { meter, known } of views) {
      assert.ok((known?.tableVersion ?? 0) > 0, `the table that the host published holds in ${meter.svpmsn}`);
      const use = await utility.host.use({
        meter: meter.svpmsn,
        supply: 1,
        by: 'day',
        from: milliseconds(BEGINS_MS),
        to: milliseconds(BEGINS_MS + 24 * HOUR_MS),
      });
      assert.ok(!('reason' in use) && use.length > 0, `the load profile of ${meter.svpmsn} was collected`);
    }
    if (carrier.name !== 'tcp') assert.ok(utility.traffic().retries > 0, 'frames were lost on the way');
  });
}
