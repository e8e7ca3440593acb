import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EspeakSpeech } from '../../src/adapters/espeak.ts';
import { meterDigits } from '../../src/units/index.ts';
import { Office } from '../../test/e2e/phone/office.ts';
import { callBySipp } from '../../test/e2e/phone/sipp.ts';
import { type Figure, lessIsBetter, moreIsBetter } from './figure.ts';
import { median } from './interleave.ts';

const CALLS = 50;
const CALLS_PER_SECOND = 20;
/** A source may have 60 calls at once: these come from four. */
const AT_ONCE_SOURCES = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'];
const AT_ONCE_EACH = 50;
const LATE_MS_MAX = 5;
const TURN_MS = 5;
const TURNS_MEASURED = 2_000;
const SENTENCES = 9;
const SPOKEN_MS_MAX = 200;
const PACKET_MS = 20;

/** Calls by a foreign telephone: whether each digit is right, and how punctual the sound is. */
export async function phoneCalls(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-phone-calls-'));
  const late: number[] = [];
  const alone = await timerLateness();
  const office = await Office.open(join(folder, 'speech'), (ms) => late.push(ms));
  try {
    const digits = await digitsRight(office, folder);
    late.length = 0;
    await manyAtOnce(office, folder);
    const packets = lessIsBetter(
      {
        name: 'phone-packets-late-p99',
        value: percentile99(late),
        unit: 'ms',
        limit: percentile99(alone),
        limitHow: `a timer of ${TURN_MS} ms in the same process before any call; ${late.length} packets of ${AT_ONCE_EACH * AT_ONCE_SOURCES.length} calls at once, on the clock`,
        goal: `at most ${LATE_MS_MAX} ms`,
      },
      () => percentile99(late) <= LATE_MS_MAX,
    );
    return [digits, packets];
  } finally {
    await office.close();
    rmSync(folder, { recursive: true });
  }
}

/** How soon a prompt is there, in a process that lives a utility beside it as a host's does. */
export async function phonePrompts(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-phone-prompts-'));
  const office = await Office.open(join(folder, 'speech'));
  try {
    return await prompts(join(folder, 'prompts'));
  } finally {
    await office.close();
    rmSync(folder, { recursive: true });
  }
}

async function digitsRight(office: Office, folder: string): Promise<Figure> {
  const keys = `1${meterDigits(office.meter)}##`;
  const deeds = [
    { type: 'wait', ms: 1_500 } as const,
    { type: 'press', keys } as const,
    { type: 'wait', ms: 2_500 } as const,
  ];
  const call = { folder, port: office.port, way: 'event', from: '49301000[call_number]', deeds } as const;
  const { code, said } = await callBySipp({ ...call, calls: { count: CALLS, perSecond: CALLS_PER_SECOND } });
  if (code !== 0) throw new Error(`sipp ended with ${code}: ${said}`);
  const calls = await office.calls();
  const right = calls.filter(({ svpmsn }) => svpmsn === office.meter).length;
  return moreIsBetter(
    {
      name: 'phone-digits-right',
      value: right,
      unit: 'calls',
      limit: calls.length,
      limitHow: `calls that sipp made, ${CALLS_PER_SECOND} a second, with ${keys.length} digits each by RFC 4733`,
      goal: 'every digit of every call',
    },
    () => right === CALLS && calls.length === CALLS,
  );
}

async function manyAtOnce(office: Office, folder: string): Promise<void> {
  const ended = await Promise.all(
    AT_ONCE_SOURCES.map((address, i) => {
      const own = join(folder, address);
      mkdirSync(own);
      return callBySipp({
        ...{ folder: own, port: office.port, way: 'event', from: `4930${i + 2}000[call_number]`, address },
        deeds: [{ type: 'wait', ms: 12_000 }],
        calls: { count: AT_ONCE_EACH, perSecond: 10 },
      });
    }),
  );
  for (const { code, said } of ended) if (code !== 0) throw new Error(`sipp ended with ${code}: ${said}`);
}

async function prompts(folder: string): Promise<readonly Figure[]> {
  const speech = new EspeakSpeech({ folder });
  const [bare, spoken, kept]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < SENTENCES; i++) {
    const text = `Your balance is ${i + 1},234.56 EUR.`;
    bare.push(await timeOf(async () => void spawnSync('espeak-ng', ['-v', 'en', '-s', '150', '--stdout', text])));
    spoken.push(await timeOf(() => speech.speak(text, 'en')));
    kept.push(await timeOf(() => speech.speak(text, 'en')));
  }
  await speech.close();
  return [
    lessIsBetter(
      {
        name: 'phone-prompt-spoken',
        value: median(spoken),
        unit: 'ms',
        limit: median(bare),
        limitHow: 'espeak-ng alone with the same sentence, in turns; on the clock',
        goal: `at most ${SPOKEN_MS_MAX} ms`,
      },
      () => median(spoken) <= SPOKEN_MS_MAX,
    ),
    lessIsBetter(
      {
        name: 'phone-prompt-kept',
        value: median(kept),
        unit: 'ms',
        limit: median(spoken),
        limitHow: 'the same sentence when it was spoken for the first time; on the clock',
        goal: `at once: before the next packet, ${PACKET_MS} ms`,
      },
      () => median(kept) <= PACKET_MS,
    ),
  ];
}

/** How much after its time a timer comes where nothing else is done. */
async function timerLateness(): Promise<number[]> {
  const beganAt = performance.now();
  const late: number[] = [];
  for (let turn = 1; turn <= TURNS_MEASURED; turn++) {
    const dueAt = beganAt + turn * TURN_MS;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueAt - performance.now())));
    late.push(performance.now() - dueAt);
  }
  return late;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function percentile99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}
