import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SUITE_NAMES, type Suite, suiteByName } from '../crypto/index.ts';
import { MemoryStore } from '../host/index.ts';
import { POWER_LINE_BITS_PER_SECOND_MAX, POWER_LINE_BITS_PER_SECOND_MIN } from '../line/index.ts';
import { type FleetReport, runFleet } from '../simulation/index.ts';
import { svpmsnText } from '../units/index.ts';
import { wholeOf } from './field-options.ts';
import { parsedWords, withNumbers } from './flags.ts';
import { fleetPage } from './fleet-page.ts';
import { findingsText, progressBar } from './story-text.ts';
import { WrongUse } from './usage.ts';
import { writeNamed } from './write-whole.ts';

const METERS_MAX = 65_536;
const METERS_USUAL = 1_024;
const LOSS_MAX = 0.5;
const FAILURES_SHOWN_MAX = 20;

/** A report, and what this machine needed for it. */
export interface MeasuredFleet extends FleetReport {
  readonly seed: string;
  readonly suite: string;
  readonly bitsPerSecond: number;
  readonly frameLoss: number;
  readonly realSeconds: number;
  readonly processorSeconds: number;
  /** The most that the process held. */
  readonly memoryBytes: number;
}

/** `wattpurse fleet`: a day of a whole area. Exit 1 when something of a meter failed, or the books do not agree. */
export async function fleet(args: readonly string[]): Promise<number> {
  const asked = parse(args);
  const began = performance.now();
  const progress = progressBar(asked.meters);
  const report = await runFleet({
    ...asked,
    store: new MemoryStore(),
    processorMs: () => process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
    heapBytes: heapMeter(),
    onSample: ({ withProfile, minute }) => progress.show(withProfile, `${Math.floor(minute / 60)} h`),
  });
  progress.end();
  const memoryBytes = process.resourceUsage().maxRSS * 1024;
  const measured: MeasuredFleet = {
    ...report,
    ...{ seed: asked.seed, suite: asked.suiteName, bitsPerSecond: asked.bitsPerSecond, frameLoss: asked.frameLoss },
    realSeconds: Math.round(performance.now() - began) / 1000,
    processorSeconds: (report.samples.at(-1)?.processorMs ?? 0) / 1000,
    memoryBytes,
  };
  if (asked.report !== undefined) writeNamed(asked.report, await fleetPage(measured, fleetText(measured)));
  process.stdout.write(asked.json ? `${JSON.stringify(measured)}\n` : fleetText(measured));
  return report.failures.length === 0 && report.story.conserved ? 0 : 1;
}

/** What the process holds once the engine has collected all that nobody holds. */
function heapMeter(): () => number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  let roundsMin = AGEING_ROUNDS;
  return () => {
    let bytes = held();
    // What one round finalises a later one gives back.
    for (let round = 1; round < ROUNDS_MAX; round++) {
      const before = bytes;
      bytes = held();
      if (round >= roundsMin && bytes > before - SETTLED_BYTES) break;
    }
    roundsMin = 1;
    return bytes;
  };
}

/** Compiled code goes when it was not used for so many rounds: it must not pass for what a part held. */
const AGEING_ROUNDS = 8;
const ROUNDS_MAX = 16;
const SETTLED_BYTES = 4_096;

interface Asked {
  readonly seed: string;
  readonly meters: number;
  readonly suite: Suite;
  readonly suiteName: string;
  readonly bitsPerSecond: number;
  readonly frameLoss: number;
  readonly strangerHouse?: number;
  readonly json: boolean;
  readonly report: string | undefined;
}

/** @throws WrongUse */
function parse(args: readonly string[]): Asked {
  const { values, positionals } = parsedWords('fleet', withNumbers(args), {
    ...{ meters: { type: 'string' }, line: { type: 'string' }, loss: { type: 'string' }, seed: { type: 'string' } },
    ...{
      suite: { type: 'string' },
      stranger: { type: 'boolean' },
      json: { type: 'boolean' },
      report: { type: 'string' },
    },
  });
  if (positionals.length > 0) throw new WrongUse(`fleet takes no "${positionals[0]}": see "wattpurse help fleet".`);
  const meters = wholeOf(values.meters ?? String(METERS_USUAL), '--meters', METERS_MAX, 1);
  const fastest = POWER_LINE_BITS_PER_SECOND_MAX;
  const slowest = POWER_LINE_BITS_PER_SECOND_MIN;
  const bitsPerSecond = wholeOf(values.line ?? String(slowest), '--line', fastest, slowest);
  const frameLoss = Number(values.loss ?? 0);
  if (!(frameLoss >= 0 && frameLoss <= LOSS_MAX)) {
    throw new WrongUse(`--loss must be a share of frames from 0 to ${LOSS_MAX}, as 0.05, not "${values.loss}".`);
  }
  const suiteName = values.suite ?? 'aes128';
  const suite = suiteByName(suiteName);
  if (suite === undefined || suiteName === '3des') {
    throw new WrongUse(
      `--suite is one of ${SUITE_NAMES.filter((name) => name !== '3des').join(', ')}, not "${suiteName}".`,
    );
  }
  return {
    ...{ seed: values.seed ?? '1', meters, suite, suiteName, bitsPerSecond, frameLoss },
    ...{ json: values.json === true, report: values.report },
    ...(values.stranger === true && { strangerHouse: meters - 1 }),
  };
}

/** By meter, as it was weighed at the end. */
function memoryText({ meters, heap }: MeasuredFleet): string[] {
  if (heap === undefined) return [];
  const each = (bytes: number) => n(Math.round(bytes / meters));
  return [
    `  memory      by meter ${each(heap.meters)} bytes in the meter, ${each(heap.profiles)} of them its profile and ${each(heap.meters - heap.profiles)} the rest;`,
    `              ${each(heap.lines)} in its line and local unit, ${each(heap.homes)} in its home, ${each(heap.books)} in the host's books`,
  ];
}

const n = (value: number): string => value.toLocaleString('en-US');

function fleetText(report: MeasuredFleet): string {
  const { story, firstSales, salesAtNight, collectionSeconds, failures } = report;
  const failed = failures
    .slice(0, FAILURES_SHOWN_MAX)
    .map(({ meter, what }) => `Meter ${svpmsnText(meter)}: its ${what.join(', its ')} did not arrive.`);
  const more = failures.length - failed.length;
  return [
    `${n(report.meters)} meters on ${n(report.localUnits)} ${report.localUnits === 1 ? 'line' : 'lines'} of ${n(report.bitsPerSecond)} bit/s lived a day on suite ${report.suite} (seed ${report.seed}, ${(100 * report.frameLoss).toFixed(1)} % of the frames lost).`,
    '',
    `  value       ${n(story.transfers)} orders stored · half of the first within ${n(Math.round(firstSales.median))} s, 99 % within ${n(Math.round(firstSales.p99))} s`,
    `  at night    99 % of ${n(salesAtNight.count)} sales within ${salesAtNight.p99.toFixed(1)} s, while profiles were collected`,
    `  profiles    ${n(report.minutes)} minutes came, ${n(report.minutesMarked)} of them marked as not recorded`,
    `  collection  ${(collectionSeconds.mean / 60).toFixed(1)} minutes of a line in the mean, ${(collectionSeconds.longest / 60).toFixed(1)} of the busiest`,
    `  line        ${n(story.lineBytes)} bytes, ${n(report.samples.at(-1)?.retries ?? 0)} repetitions`,
    `  machine     ${n(Math.round(report.realSeconds))} s, ${n(Math.round(report.processorSeconds))} s of processor time, ${n(Math.round(report.memoryBytes / 1e6))} MB at the most`,
    ...memoryText(report),
    '',
    ...(failures.length === 0 ? ['Everything arrived at every meter.'] : failed.map((sentence) => `  ${sentence}`)),
    ...(more > 0 ? [`  and ${n(more)} more`] : []),
    ...(story.conserved
      ? ['The books and the meters agree to the last token.']
      : ['The books and the meters do NOT agree:', ...findingsText(story.findings)]),
    '',
  ].join('\n');
}
