import assert from 'node:assert/strict';
import {
  type CardKeyScope,
  CardMaster,
  ChipBatchKey,
  keyBytesOf,
  keyName,
  Purpose,
  Suite,
} from '../../crypto/index.ts';
import { drawing } from '../../exchange/sides.testing.ts';
import { type Csn, csn, Region } from '../../units/index.ts';
import { PowerCut } from '../bench.testing.ts';
import {
  type CardMemoryFailure,
  type CardOutputs,
  type CardSession,
  type MasterInSlot,
  makeBlankCard,
  personaliseMasterCard,
  resetMasterCard,
  resetSubscriberCard,
  stepMasterCard,
  stepSubscriberCard,
} from '../index.ts';

/** A blank chip, master cards and a station on one bench. */
export const BLANK_CSN = csn('04b1b2b3b4b5b6');
export const MASTER_CSN = csn('04c1c2c3c4c5c6');
export const PIN = '4711';
export const UTILITY = 7;

const drawn = (seed: number, bytes: number): Uint8Array => {
  const into = new Uint8Array(bytes);
  drawing(seed).fill(into);
  return into;
};

export const BATCH = new ChipBatchKey(drawn(1, 32));
export const OTHER_BATCH = new ChipBatchKey(drawn(2, 32));

export const masterOf = (scope: CardKeyScope, suite: Suite = Suite.aes128, utility = UTILITY): CardMaster =>
  new CardMaster(keyName(Purpose.value, suite, 0), scope, utility, drawn(0x100 + scope, keyBytesOf(suite)));

/** A card that somebody holds, of any program: its memory outlives the power, all else does not. */
export class HeldCard<Program> {
  readonly memory: Uint8Array;
  program: Program;
  /** Every write, in order. */
  readonly writes: { readonly address: number; readonly bytes: Uint8Array }[] = [];
  /** Bytes that are still written before the power goes. */
  bytesLeft = Number.POSITIVE_INFINITY;
  readonly #reset: () => Program;
  readonly #step: (program: Program, command: Uint8Array, out: CardOutputs) => void;

  constructor(
    memory: Uint8Array,
    reset: (memory: Uint8Array, out: Pick<CardOutputs, 'store'>) => Program | CardMemoryFailure,
    step: (program: Program, command: Uint8Array, out: CardOutputs) => void,
  ) {
    this.memory = memory;
    this.#step = step;
    this.#reset = () => {
      const program = reset(memory, { store: (address, bytes) => this.#write(address, bytes) });
      assert.ok(!isFailure(program), JSON.stringify(program));
      return program;
    };
    this.program = this.#reset();
  }

  /** @throws PowerCut when the power went before the response was given */
  send(command: Uint8Array): Uint8Array {
    const responses: Uint8Array[] = [];
    this.#step(this.program, command, {
      store: (address, bytes) => {
        assert.equal(responses.length, 0, 'a card stores before it answers');
        this.#write(address, bytes);
      },
      respond: (response) => responses.push(response),
    });
    assert.equal(responses.length, 1, 'a card answers once');
    return responses[0] as Uint8Array;
  }

  pull(): void {
    this.bytesLeft = Number.POSITIVE_INFINITY;
    this.program = this.#reset();
  }

  /** As the station has it in a slot. `through` may change or hold back what is said. */
  session(
    through: (command: Uint8Array, send: (command: Uint8Array) => Uint8Array) => Uint8Array = direct,
  ): CardSession {
    return {
      atr: new Uint8Array(0),
      transmit: async (command) => through(command, (each) => this.send(each)),
      eject: async () => undefined,
      removed: new Promise(() => undefined),
    };
  }

  #write(address: number, bytes: Uint8Array): void {
    this.writes.push({ address, bytes: bytes.slice() });
    for (const [i, byte] of bytes.entries()) {
      if (this.bytesLeft === 0) throw new PowerCut();
      this.bytesLeft -= 1;
      this.memory[address + i] = byte;
    }
  }
}

const direct = (command: Uint8Array, send: (command: Uint8Array) => Uint8Array) => send(command);

const isFailure = (program: unknown): program is CardMemoryFailure =>
  typeof program === 'object' && program !== null && 'reason' in program;

export const heldSubscriber = (memory: Uint8Array, seed = 11) => {
  const random = drawing(seed);
  return new HeldCard(memory, (bytes, out) => resetSubscriberCard(bytes, random, out), stepSubscriberCard);
};
export const heldMaster = (memory: Uint8Array, seed = 12) => {
  const random = drawing(seed);
  return new HeldCard(memory, (bytes) => resetMasterCard(bytes, random), stepMasterCard);
};

export const blankCard = (id: Csn = BLANK_CSN, seed = 11) => heldSubscriber(makeBlankCard(BATCH.chipKey(id)), seed);

export const masterCard = (
  scope: CardKeyScope,
  { batch = BATCH, suite = Suite.aes128 as Suite, pin = PIN, master = masterOf(scope, suite) } = {},
) => heldMaster(personaliseMasterCard({ csn: MASTER_CSN, master, batch, pin }), 0x20 + scope);

/** The issuer's master card and the gas company's, as they stand in their slots. */
export const bothMasters = () => [masterCard(0), masterCard(Region.gas)] as const;

export const inSlots = (cards: readonly { session(): CardSession }[], pin = PIN): MasterInSlot[] =>
  cards.map((card) => ({ session: card.session(), pin }));
