import type { HostServices, MeterView, Totalled } from '../host/index.ts';
import { inspectPurse, type Levels, type MeterMemory } from '../meter/index.ts';
import { type Svpmsn, svpmsnText } from '../units/index.ts';

/** A meter as the check finds it. */
export interface Memories {
  readonly svpmsn: Svpmsn;
  readonly memory: MeterMemory;
}

/**
 * What the books and the memories of the meters cannot both be right about as they lie, one sentence a meter: nobody is
 * asked anything and no time passes. A receipt or a poll may still be under way, so the books may know less than a
 * purse holds. They never know more, and a purse never holds what nobody sold.
 */
export async function contradictions(host: HostServices, meters: readonly Memories[]): Promise<string[]> {
  const books = await host.books();
  const views = new Map((await host.meters()).map((view) => [view.meter.svpmsn, view]));
  const bookedIn = new Map(books.meters.map((meter) => [meter.svpmsn, meter]));
  const sentences = meters.flatMap(({ svpmsn, memory }) => {
    const why = contradiction(inspectPurse(memory), bookedIn.get(svpmsn), views.get(svpmsn));
    return why === undefined ? [] : [`Meter ${svpmsnText(svpmsn)}: ${why}.`];
  });
  return books.balanced ? sentences : ['The books do not balance in themselves.', ...sentences];
}

/** The first that is found, in the order of what it costs. */
function contradiction(held: Levels, booked: Totalled | undefined, view: MeterView | undefined): string | undefined {
  if (held.frozen !== 0) return 'its purse is frozen, and what it holds cannot be proved';
  const came = held.credited + held.fromCards + held.owed;
  const went = held.stored + held.out + held.used + held.closed;
  if (came !== went) return `${came} tokens came into its purse, and ${went} are left, used or closed`;
  const { stored = 0n, found = 0n, inFlight = 0n, spent = 0n, closed = 0n } = booked ?? {};
  const least = stored + found;
  if (held.credited < least)
    return `${held.credited} tokens were ever credited in the purse, and ${least} in the books`;
  // Books from an older copy know less until each meter was asked for its receipts.
  const most = view?.purse.queryWanted === true ? undefined : least + inFlight;
  if (most !== undefined && held.credited > most) {
    return `${held.credited} tokens were ever credited in the purse, and the books sold it ${most}`;
  }
  // What left the purse to be used is written down as used with the end of the minute; a poll may tell of it before.
  const usedMost = held.used + held.out;
  if (usedMost < spent) return `the books say that ${spent} tokens were spent, and the purse at most ${usedMost}`;
  if (held.closed < closed) return `the books say that ${closed} tokens were closed, and the purse only ${held.closed}`;
  return undefined;
}

const EVERY_MS = 3_600_000;

/** Looks for contradictions in a utility that runs: once a business hour, which costs next to nothing. */
export class PurseWatch {
  #next = Number.NEGATIVE_INFINITY;
  #found: readonly string[] = [];

  /** What the last look found; a new look where it is an hour old. */
  async seen(utility: Watched): Promise<readonly string[]> {
    return utility.time.now < this.#next ? this.#found : this.look(utility);
  }

  async look({ time, host, houses }: Watched): Promise<readonly string[]> {
    this.#next = time.now + EVERY_MS;
    this.#found = await contradictions(host, houses);
    return this.#found;
  }
}

interface Watched {
  readonly time: { readonly now: number };
  readonly host: HostServices;
  readonly houses: readonly Memories[];
}
