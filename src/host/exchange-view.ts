import { generationOf, PURPOSE_NAMES, Purpose, purposeOf, SUITE_NAMES, Suite, suiteOf } from '../crypto/index.ts';
import { Command, type Section, sectionsOf } from '../exchange/index.ts';
import { Result } from '../records/index.ts';
import type { LoggedExchange } from './exchange-log.ts';
import type { ExchangePass, ExchangeTrace } from './exchange-port.ts';

/** What a pass that is believed proves to whoever receives it. */
export const PROOFS = [
  /** Bytes that nobody knew before, so that nothing old fits. */
  'fresh-nonce',
  'meter-knows-key',
  'host-knows-key',
  'status-sealed',
  'amount-sealed',
  'command-sealed',
  /** Suite `3des`: under a tag, and open to read. */
  'command-signed',
  'key-sealed',
  'receipt-sealed',
  'answer-sealed',
  /** Suite `3des`: not to be read, and under no tag. */
  'answer-encrypted',
  /** Its tag covers every frame before it. */
  'frames-before-unchanged',
] as const;
export type Proof = (typeof PROOFS)[number];

/** What whoever receives a pass knows from it. */
export const FACTS = [
  'command-asked',
  'meter-genuine',
  /** The last TC of the purse and all that was ever credited. */
  'last-transaction',
  'meter-state',
  'host-genuine',
  /** TC, TXID and amount: exactly once. */
  'transaction',
  'command',
  'new-key',
  'receipt',
  'result',
  'balance',
  'clock',
] as const;
export type Fact = (typeof FACTS)[number];

const ORDINARY = { sealed: 'command-sealed', knows: 'command' } as const;

/** An exchange in words of a closed list, for people who look at it. */
export interface ExchangeView {
  readonly number: number;
  readonly exchange: ExchangeTrace;
  readonly command: keyof typeof Command;
  readonly purpose: (typeof PURPOSE_NAMES)[number];
  readonly suite: (typeof SUITE_NAMES)[number];
  readonly generation: number;
  /** What the meter answered. */
  readonly result: keyof typeof Result | undefined;
  readonly passes: readonly (ExchangePass & {
    readonly bytes: number;
    /** Of its first frame. */
    readonly sections: readonly Section[];
    readonly proves: readonly Proof[];
    readonly knows: readonly Fact[];
  })[];
}

export function exchangeView({ number, exchange }: LoggedExchange): ExchangeView {
  const { h, n, outcome, passes } = exchange;
  const result = outcome?.name === 'answered' ? outcome.result : undefined;
  return {
    number,
    exchange,
    command: commandName(h),
    purpose: PURPOSE_NAMES[purposeOf(n)],
    suite: SUITE_NAMES[suiteOf(n)],
    generation: generationOf(n),
    result: result === undefined ? undefined : nameIn(Result, result),
    passes: passes.map((pass) => ({
      ...pass,
      bytes: pass.frames.reduce((sum, { length }) => sum + length, 0),
      sections: sectionsOf(pass.frames[0] ?? new Uint8Array()),
      ...meaningOf(exchange, pass),
    })),
  };
}

/** As `exchange` names it: `valueStore`. */
export const commandName = (h: Command): keyof typeof Command => nameIn(Command, h) as keyof typeof Command;

interface Meaning {
  readonly proves: readonly Proof[];
  readonly knows: readonly Fact[];
}

/** A refusal, and a frame that nobody believes, prove nothing and tell nothing. */
const NOTHING: Meaning = { proves: [], knows: [] };

function meaningOf({ h, n }: ExchangeTrace, { message, refused }: ExchangePass): Meaning {
  const suite = suiteOf(n);
  const sealsStatus = suite === Suite.aes128 || suite === Suite.aes256;
  const covers: readonly Proof[] = sealsStatus ? ['frames-before-unchanged'] : [];
  const isValue = purposeOf(n) === Purpose.value && h !== Command.keyChange;
  if (refused !== undefined) return NOTHING;
  switch (message) {
    case 'first':
      return { proves: ['fresh-nonce'], knows: ['command-asked'] };
    case 'second': {
      if (!sealsStatus) return { proves: ['fresh-nonce', 'meter-knows-key'], knows: ['meter-genuine'] };
      const told: Fact = isValue ? 'last-transaction' : 'meter-state';
      return {
        proves: ['fresh-nonce', 'meter-knows-key', 'status-sealed', ...covers],
        knows: ['meter-genuine', told],
      };
    }
    case 'third': {
      const { sealed, knows } = CARRIED[h] ?? ORDINARY;
      const carried: Proof = suite === Suite.tripleDes && h !== Command.valueStore ? 'command-signed' : sealed;
      return { proves: ['host-knows-key', carried, ...covers], knows: ['host-genuine', knows] };
    }
    case 'fourth': {
      if (suite === Suite.tripleDes) return { proves: ['answer-encrypted'], knows: ['balance'] };
      if (!isValue) return { proves: ['answer-sealed', ...covers], knows: ['result', 'balance', 'clock'] };
      // A card has none.
      const clock: readonly Fact[] = sealsStatus && h !== Command.addedValue ? ['clock'] : [];
      return { proves: ['receipt-sealed', ...covers], knows: ['receipt', 'balance', ...clock] };
    }
    case 'refusal':
    case 'unknown':
      return NOTHING;
  }
}

/** What M3 carries, where it is no command like another. */
const CARRIED: Readonly<Partial<Record<Command, { readonly sealed: Proof; readonly knows: Fact }>>> = {
  [Command.valueStore]: { sealed: 'amount-sealed', knows: 'transaction' },
  [Command.void]: { sealed: 'amount-sealed', knows: 'transaction' },
  [Command.addedValue]: { sealed: 'amount-sealed', knows: 'transaction' },
  [Command.closePurse]: { sealed: 'command-sealed', knows: 'transaction' },
  [Command.keyChange]: { sealed: 'key-sealed', knows: 'new-key' },
};

const nameIn = <K extends string>(of: Readonly<Record<K, number>>, value: number): K | undefined =>
  (Object.keys(of) as K[]).find((name) => of[name] === value);
