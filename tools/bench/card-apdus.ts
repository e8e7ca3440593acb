import { createCipheriv } from 'node:crypto';
import { cardKey, GAS, HOME, load, MeterOnBench, newCard, order, ticketOf } from '../../src/card/bench.testing.ts';
import { CardOp, loadCommand, openLoadSession, selectPurse, stepCard } from '../../src/card/index.ts';
import { hostFirst } from '../../src/exchange/index.ts';
import { seededRandom } from '../../src/simulation/index.ts';
import { tokens } from '../../src/units/index.ts';
import { type Figure, moreIsBetter } from './figure.ts';
import { interleave } from './interleave.ts';

const GOAL_A_SECOND = 10_000;
const MICROSECONDS = 1_000_000;
const VALUE = 4_000_000_000;

/**
 * Commands that a card answers a second, in process, its memory without a disk: whole insertions into a meter, and
 * loads, each with what its other side computes for it left out. Against one AES call of node:crypto for each command.
 */
export async function cardApdus(): Promise<readonly Figure[]> {
  const insertion = insertionCommands();
  const loading = loadingCommands();
  const key = new Uint8Array(16).fill(1);
  const block = new Uint8Array(16);
  const aes = () => createCipheriv('aes-128-ecb', key, null).update(block);
  const times = interleave({ insertion: insertion.run, loading: loading.run, aes });
  const a = (microseconds: number, commands: number) => (MICROSECONDS * commands) / microseconds;
  const limitHow = 'one node:crypto call a command: a cipher object aes-128-ecb given the bytes of its key, one block';
  const figure = (name: string, value: number, goal: string | null): Figure =>
    moreIsBetter(
      { name, value, unit: 'APDU/s', limit: MICROSECONDS / times.aes, limitHow, goal },
      () => value >= GOAL_A_SECOND,
    );
  const goal = `at least ${GOAL_A_SECOND} APDU/s`;
  return [
    figure('card-apdus', a(times.insertion, insertion.commands), goal),
    figure('card-apdus-loading', a(times.loading, loading.commands), null),
  ];
}

/** SELECT, TICKET, OPEN, DEBIT and ACK: one token into a meter, both sides of it. */
function insertionCommands(): { readonly run: () => void; readonly commands: number } {
  const hand = newCard();
  const terms = { limit: tokens(VALUE) };
  load(hand, order(CardOp.credit, 1, VALUE, { ticket: ticketOf(GAS, terms) }));
  const meter = new MeterOnBench(GAS);
  let commands = 0;
  const counted = {
    send(command: Uint8Array): Uint8Array {
      commands += 1;
      return hand.send(command);
    },
  };
  const run = () => {
    const outcome = meter.take(counted, 1);
    if (outcome?.type !== 'done' || outcome.credited !== 1) throw new Error('a token did not get into the meter');
    // What it credited is no part of the card.
    meter.taken.length = 0;
  };
  run();
  return { run, commands };
}

/** OPEN with a new M1 each: keys, nonce, status and tag. */
function loadingCommands(): { readonly run: () => void; readonly commands: number } {
  const { card } = newCard();
  const answers: Uint8Array[] = [];
  const out = { store: () => undefined, respond: (response: Uint8Array) => answers.push(response) };
  stepCard(card, selectPurse(), out);
  const random = seededRandom('loading');
  const firsts = Array.from(
    { length: 256 },
    () => loadCommand(hostFirst(openLoadSession(cardKey(), HOME, random))) as Uint8Array,
  );
  let next = 0;
  const run = () => {
    answers.length = 0;
    stepCard(card, firsts[next++ % firsts.length] as Uint8Array, out);
    if (answers[0]?.length !== 62) throw new Error('a card did not answer M1 with M2');
  };
  return { run, commands: 1 };
}
