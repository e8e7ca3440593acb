import type { Receipt } from '../../meter/index.ts';
import { type Svpmsn, svpmsnText } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Written } from '../mortal-store.ts';
import type { Happening } from '../options.ts';
import type { Utility } from '../utility.ts';

/** A promise of docs/concepts.md, by its number there. */
export type Promised = `I${number}`;

/** A promise that was broken. */
export interface Violation {
  readonly invariant: Promised;
  readonly at: number;
  readonly sentence: string;
}

/**
 * Watches promises from outside: it asks no machine what it thinks of itself, and changes nothing. It is told of
 * everything that the machines do, in the order in which they do it, and each method is for those who need it.
 */
export interface Checker {
  readonly watches: readonly Promised[];
  /** The rows of one transaction of the books, durable now. */
  committed?(rows: readonly Written[]): void;
  /** Somebody copies the database, as it is now. */
  storeCopied?(): void;
  /** The database is an older copy, the one that was made last: what the books knew since is forgotten, and may be learned again (X9). */
  storeRestored?(): void;
  /** A host gave frames to a local unit, for one meter. */
  sent?(svpmsn: Svpmsn, frames: readonly Uint8Array[]): void;
  /** A meter has done with a frame that arrived whole at its modem. */
  heard?(house: House, request: Uint8Array, answer: Uint8Array | undefined): void;
  /** A receipt stands in a purse that did not stand there before: of each, one call, by TC. */
  receipted?(house: House, receipt: Receipt): void;
  /** A minute of a meter that has power is over. */
  minute?(house: House): void;
  /** A meter was started from its memories, and none of them is damaged. */
  started?(house: House): void;
  /** A relay moved, a buzzer sounded, the power failed. */
  happened?(happening: Happening): void;
  /** Somebody feeds a house behind its open relay. */
  fed?(house: House): void;
  /** Ten minutes ago the last fault struck. */
  healed?(utility: Utility): Promise<void>;
}

/** Where all checkers write down what they find. */
export class Findings {
  readonly violations: Violation[] = [];
  /** How often something was looked at, by promise. */
  readonly checks = new Map<Promised, number>();
  /** Meters with damage that no rule undoes: what they hold proves nothing. */
  readonly flagged = new Set<Svpmsn>();
  readonly #now: () => number;
  readonly #say: (text: string) => void;

  constructor(now: () => number, say: (text: string) => void) {
    this.#now = now;
    this.#say = say;
  }

  get now(): number {
    return this.#now();
  }

  /** A look at one promise, for one meter or for the books as a whole. Nothing is asked of a meter that is flagged. */
  hold(promised: Promised, svpmsn: Svpmsn | undefined, holds: boolean, otherwise: () => string): void {
    if (svpmsn !== undefined && this.flagged.has(svpmsn)) return;
    this.holdAlways(promised, svpmsn, holds, otherwise);
  }

  /** Of a meter that is flagged too: what it must not do although a memory of it was damaged. */
  holdAlways(promised: Promised, svpmsn: Svpmsn | undefined, holds: boolean, otherwise: () => string): void {
    this.checks.set(promised, (this.checks.get(promised) ?? 0) + 1);
    if (!holds) this.broken(promised, svpmsn, otherwise());
  }

  broken(promised: Promised, svpmsn: Svpmsn | undefined, sentence: string): void {
    const whole = `${svpmsn === undefined ? '' : `Meter ${svpmsnText(svpmsn)}: `}${sentence}.`;
    this.#say(`broken: ${promised} ${whole}`);
    this.violations.push({ invariant: promised, at: this.now, sentence: whole });
  }
}
