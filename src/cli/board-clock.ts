import { clockMs, type MeterMemory, PlainNvm, startMeter } from '../meter/index.ts';
import { type Milliseconds, milliseconds, type Randomness } from '../units/index.ts';
import type { Clocks } from './business-clock.ts';
import { UNWIRED } from './unwired.ts';

const MACHINE: Clocks = { wallMs: Date.now, runMs: () => performance.now() };

/**
 * The oscillator of a meter on a board: the board's clock as it was when the meter started, and since then what has
 * passed. Whoever sets that clock while the meter runs moves no tariff: the meter's own clock is set by its host.
 */
export function oscillator({ wallMs, runMs }: Clocks = MACHINE): () => Milliseconds {
  const wall = wallMs();
  const run = runMs();
  return () => milliseconds(Math.floor(wall + runMs() - run));
}

const DAY_MINUTES = 1_440;
const DAY_MS = 86_400_000;

/**
 * Whether the board's clock and the meter's cannot both be right: the one is more than a day behind what the meter has
 * lived (a board without a battery begins in 1970, or where it was shut down), or the two are more than a day apart (it
 * was so when the meter was set). Such a meter goes on from its last minute, and its host sets it. Nothing is written.
 * @param at the oscillator, and the board's clock, Unix milliseconds
 */
export function clockIsLost(
  memory: MeterMemory,
  { now, unixMs }: { readonly now: number; readonly unixMs: number },
  randomness: Randomness,
): boolean {
  const copy = ({ bytes }: { readonly bytes: Uint8Array }) => new PlainNvm(bytes.slice());
  const copied = { nvm: copy(memory.nvm), sam: copy(memory.sam), svm: copy(memory.svm) };
  const meter = startMeter(copied, 1, randomness, { now }, UNWIRED);
  const { lastUse } = meter.svm;
  const isBehind = lastUse !== undefined && meter.minute < lastUse.minute - DAY_MINUTES;
  return isBehind || Math.abs(clockMs(meter) - unixMs) > DAY_MS;
}
