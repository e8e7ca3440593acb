import { FAULT_KINDS, type FaultKind, type Strike, strikeText } from './faults.ts';
import { LifeStopped, type Simulation, type SimulationOptions, simulate } from './simulate.ts';

/** What is left of a life that went wrong. */
export interface Shrunk {
  /** How to live it: it ends when it goes wrong, or is healed as early as was found. */
  readonly options: SimulationOptions & { readonly only: readonly Strike[] };
  /** Whether it goes right without any one of its strikes; otherwise the search was ended before that was known. */
  readonly least: boolean;
  /** How many lives were lived in search of it. */
  readonly lives: number;
}

/**
 * Leaves out of a life what it does not take to go wrong in the same way: kinds of fault, then single strikes, and the
 * time after. Undefined when the life, lived again, does not go wrong in that way.
 *
 * @param wrong the promise that it broke, or where it stopped
 * @param goesOn asked before each life, of which so many were lived
 */
export async function shrink(
  options: SimulationOptions,
  wrong: string,
  goesOn: (lives: number) => boolean,
): Promise<Shrunk | undefined> {
  let least = await live(options);
  if (!least.wrong.includes(wrong)) return undefined;
  let lives = 1;
  let ended = false;
  const stillWrong = async (changed: Partial<SimulationOptions>): Promise<Lived | undefined> => {
    ended ||= !goesOn(lives);
    if (ended) return undefined;
    lives += 1;
    const lived = await live({ ...least.options, ...changed });
    if (!lived.wrong.includes(wrong)) return undefined;
    least = lived;
    return lived;
  };
  const fewerKinds = () =>
    fewest(struckKinds(least), async (kept) => {
      const without = new Set(FAULT_KINDS.filter((kind) => !kept.includes(kind)));
      const lived = await stillWrong({ without });
      return lived && struckKinds(lived);
    });
  const fewerStrikes = () =>
    fewest(least.strikes, async (kept) => (await stillWrong({ only: kept }))?.strikes, strikeText);
  const shorter = async (): Promise<boolean> => {
    const before = least.options.minutes;
    const wasHealed = () => least.simulation.healedAfterSeconds !== undefined;
    for (let tooFew = 0; !ended && wasHealed() && (least.options.minutes ?? 0) - tooFew > 1; ) {
      const fewer = Math.floor((tooFew + (least.options.minutes ?? 0)) / 2);
      if ((await stillWrong({ minutes: fewer })) === undefined) tooFew = fewer;
    }
    if (!wasHealed()) least = endedAt(least, 0);
    return least.options.minutes !== before;
  };
  // What is left out may have delayed credits: a life that ends with one of them would end before it goes wrong.
  const { healedAfterSeconds } = least.simulation;
  if (healedAfterSeconds !== undefined && (await stillWrong(timed(minutesOf(healedAfterSeconds))))) await shorter();
  if (least.simulation.healedAfterSeconds === undefined) least = endedAt(least, MORE_MINUTES);
  await fewerKinds();
  await fewerStrikes();
  let isLeast = !ended;
  // A shorter life may go wrong without one of its strikes where a longer one went right.
  while (await shorter()) {
    await fewerStrikes();
    isLeast = !ended;
  }
  return { options: { ...least.options, only: least.strikes }, least: isLeast || least.strikes.length === 0, lives };
}

/** With fewer faults it may take longer to go wrong. */
const MORE_MINUTES = 5;

interface Lived {
  readonly options: SimulationOptions;
  readonly simulation: Simulation;
  readonly strikes: readonly Strike[];
  /** The promises that it broke, or where it stopped. */
  readonly wrong: readonly string[];
}

async function live(options: SimulationOptions): Promise<Lived> {
  const strikes: Strike[] = [];
  try {
    const simulation = await simulate({ ...options, onStrike: (strike) => strikes.push(strike) });
    return { options, simulation, strikes, wrong: simulation.violations.map(({ invariant }) => invariant) };
  } catch (error) {
    if (!(error instanceof LifeStopped)) throw error;
    return { options, simulation: error.lived, strikes, wrong: [error.where] };
  }
}

const struckKinds = ({ simulation }: Lived): readonly FaultKind[] =>
  FAULT_KINDS.filter((kind) => simulation.faults[kind] > 0);

const minutesOf = (seconds: number): number => Math.max(1, Math.ceil(seconds / 60));
const timed = (minutes: number) => ({ transfers: Number.POSITIVE_INFINITY, minutes });

/** The same life, which went wrong before it was healed: it would have been so many minutes later. */
const endedAt = (lived: Lived, later: number): Lived => ({
  ...lived,
  options: { ...lived.options, ...timed(minutesOf(lived.simulation.virtualSeconds) + later) },
});

/**
 * Delta debugging: halves are left out first, then ever smaller parts, and at last single ones until none can be. `tried`
 * says which of those it was given came into play, or nothing when it takes more than these.
 */
export async function fewest<T>(
  all: readonly T[],
  tried: (kept: readonly T[]) => Promise<readonly T[] | undefined>,
  keyOf: (item: T) => unknown = (item) => item,
): Promise<readonly T[]> {
  let kept = all;
  for (let size = Math.ceil(all.length / 2); size > 0; size = Math.ceil(size / 2)) {
    let removed = false;
    for (let from = 0; from < kept.length; ) {
      const rest = await tried([...kept.slice(0, from), ...kept.slice(from + size)]);
      if (rest === undefined) from += size;
      else {
        const came = new Set(rest.map(keyOf));
        kept = kept.filter((item) => came.has(keyOf(item)));
        removed = true;
      }
    }
    // What needed another one may be left out once that one is.
    if (size === 1 && !removed) break;
  }
  return kept;
}
