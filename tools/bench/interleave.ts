const WARM_UP_MS = 1_000;
const ROUND_MS = 50;
const ROUNDS = 21;

/**
 * Microseconds of processor time a call of each, in turns: a, b, a, b … The median round of each counts.
 */
export function interleave<Name extends string>(works: Readonly<Record<Name, () => unknown>>): Record<Name, number> {
  const names = Object.keys(works) as Name[];
  const contestants = names.map((name) => ({ name, calls: warmUp(works[name]), rounds: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, calls, rounds } of contestants) rounds.push(microsecondsACall(works[name], calls));
  }
  return Object.fromEntries(contestants.map(({ name, rounds }) => [name, median(rounds)])) as Record<Name, number>;
}

/** Runs until the engine has compiled what it will; gives the calls that fill a round. */
function warmUp(work: () => unknown): number {
  let calls = 0;
  const microseconds = processorTime(() => {
    const begin = performance.now();
    while (performance.now() - begin < WARM_UP_MS) {
      for (let i = 0; i < 16; i++) work();
      calls += 16;
    }
  });
  return Math.ceil((calls * ROUND_MS * 1000) / microseconds);
}

const microsecondsACall = (work: () => unknown, calls: number): number =>
  processorTime(() => {
    for (let i = 0; i < calls; i++) work();
  }) / calls;

/**
 * Microseconds that this process spends on a processor, its collector and compiler included: on a core of its own
 * the same as time on the clock, and on a shared machine what a clock cannot tell.
 */
export function processorTime(work: () => void): number {
  const begin = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begin);
  return user + system;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
