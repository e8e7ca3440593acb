import type { KeyName } from '../crypto/index.ts';
import type { Command } from '../exchange/index.ts';
import type { Milliseconds, Svpmsn, Tokens } from '../units/index.ts';

/** Is told of each exchange whenever it went on. */
export interface ExchangeWatcher {
  /** The same object each time, as it stands now: its last pass or its outcome is what is new. */
  changed(exchange: ExchangeTrace): void;
}

/** One try of an exchange, as the host sees it from its side of the local unit. It holds frames, and no key. */
export interface ExchangeTrace {
  readonly svpmsn: Svpmsn;
  readonly localUnit: number;
  readonly h: Command;
  /** Of the key that carries it: purpose, suite and generation. */
  readonly n: KeyName;
  /** Of an exchange that moves value. */
  readonly value: { readonly order: string; readonly counter: number; readonly amount: Tokens } | undefined;
  readonly startedAt: Milliseconds;
  readonly endedAt: Milliseconds | undefined;
  readonly outcome: ExchangeOutcome | undefined;
  readonly passes: readonly ExchangePass[];
}

export const PASS_MESSAGES = ['first', 'second', 'third', 'fourth', 'refusal', 'unknown'] as const;

/** A message of the exchange in all its parts, or a frame that was none of it. */
export interface ExchangePass {
  readonly message: (typeof PASS_MESSAGES)[number];
  readonly from: 'host' | 'meter';
  readonly at: Milliseconds;
  /** As they went over the line, one a part. */
  readonly frames: readonly Uint8Array[];
  /** How many parts there are in all. */
  readonly parts: number;
  /** How often the host sent it, or had to be sent it; a retransmission on the line is the local unit's own. */
  readonly attempts: number;
  /** By which rule: of a refusal what it says, of another frame why the host does not believe it. */
  readonly refused: string | undefined;
}

export type ExchangeOutcome =
  /** M4 is authentic. `result` is that of the meter; suite `3des` has none. */
  | { readonly name: 'answered'; readonly result: number | undefined }
  /** A meter, or somebody in its name, does not go on. */
  | { readonly name: 'refused'; readonly reason: string }
  | { readonly name: 'no-answer' }
  /** What came was not authentic. */
  | { readonly name: 'nothing-believed' }
  | { readonly name: 'not-understood' }
  /** By M2 the host saw that something else comes first, and sent no M3. */
  | { readonly name: 'turned'; readonly why: 'changed' | 'query' | 'freeze' }
  /** The time for it was over, and another exchange with the meter took its place. */
  | { readonly name: 'took-over' };
export const OUTCOME_NAMES = [
  'answered',
  'refused',
  'no-answer',
  'nothing-believed',
  'not-understood',
  'turned',
  'took-over',
] as const satisfies readonly ExchangeOutcome['name'][];
