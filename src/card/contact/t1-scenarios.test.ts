import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pattern } from './card.testing.ts';
import { type Bit, type Block, BlockError } from './t1-block.ts';
import { createT1Link, REQUESTS_MAX, stepT1, type T1Input, type T1Link, type T1Output } from './t1-link.ts';

/**
 * What can happen between two sides of T=1, as ISO 7816-3 annex A tells it by cases. Each block that is sent stands in
 * the trace, `>` from the slot and `<` from the card: I(number, more), R(number), S(…). A block may be `damaged`, so
 * that its check is wrong where it arrives, or `lost`; faults are counted by their place in the trace, from 0.
 */
interface Scenario {
  readonly name: string;
  readonly faults?: Readonly<Record<number, 'damaged' | 'lost'>>;
  /** Bytes of the command, of which IFSC takes 4, and of the response, of which IFSD takes 4. */
  readonly command?: number;
  readonly response?: number;
  /** What a side asks for: the slot before its command, the card before its response. */
  readonly slotTakes?: number;
  readonly cardTakes?: number;
  readonly extend?: number;
  /** The longest message that a side takes. */
  readonly commandMax?: number;
  readonly responseMax?: number;
  readonly trace: string;
  readonly ends?: 'aborted-by-card' | 'response-too-long' | 'answer-lost' | 'no-answer';
  /** How often the card carries the command out. */
  readonly runs?: number;
}

const SCENARIOS: readonly Scenario[] = [
  // Nothing goes wrong.
  { name: 'a command and its response', trace: '>I(0,0) <I(0,0)' },
  { name: 'the card needs more time', extend: 3, trace: '>I(0,0) <S(wtx 3) >S(wtx 3 ok) <I(0,0)' },
  { name: 'the slot takes more', slotTakes: 8, response: 8, trace: '>S(ifs 8) <S(ifs 8 ok) >I(0,0) <I(0,0)' },
  {
    name: 'the card takes more from the next command on',
    cardTakes: 8,
    trace: '>I(0,0) <S(ifs 8) >S(ifs 8 ok) <I(0,0)',
  },
  { name: 'a long command', command: 10, trace: '>I(0,1) <R(1) >I(1,1) <R(0) >I(0,0) <I(0,0)' },
  { name: 'a long response', response: 10, trace: '>I(0,0) <I(0,1) >R(1) <I(1,1) >R(0) <I(0,0)' },
  {
    name: 'both are long',
    command: 8,
    response: 8,
    trace: '>I(0,1) <R(1) >I(1,0) <I(0,1) >R(1) <I(1,0)',
  },
  {
    name: 'the card ends a command that is too long for it',
    command: 20,
    commandMax: 8,
    trace: '>I(0,1) <R(1) >I(1,1) <R(0) >I(0,1) <S(abort) >S(abort ok) <R(1)',
    ends: 'aborted-by-card',
    runs: 0,
  },
  {
    name: 'the slot ends a response that is too long for it',
    response: 20,
    responseMax: 8,
    trace: '>I(0,0) <I(0,1) >R(1) <I(1,1) >R(0) <I(0,1) >S(abort) <S(abort ok)',
    ends: 'response-too-long',
  },
  // A block with a wrong check.
  { name: 'a command is damaged', faults: { 0: 'damaged' }, trace: '>I(0,0) <R(0)! >I(0,0) <I(0,0)' },
  { name: 'a response is damaged', faults: { 1: 'damaged' }, trace: '>I(0,0) <I(0,0) >R(0)! <I(0,0)' },
  {
    name: 'a command is damaged, and the R-block that says so',
    faults: { 0: 'damaged', 1: 'damaged' },
    trace: '>I(0,0) <R(0)! >R(0)! <R(0)! >I(0,0) <I(0,0)',
  },
  {
    name: 'a response is damaged, and the R-block that asks for it',
    faults: { 1: 'damaged', 2: 'damaged' },
    trace: '>I(0,0) <I(0,0) >R(0)! <R(1)! >R(0)! <I(0,0)',
  },
  {
    name: 'the request for more time is damaged',
    extend: 2,
    faults: { 1: 'damaged' },
    trace: '>I(0,0) <S(wtx 2) >R(0)! <S(wtx 2) >S(wtx 2 ok) <I(0,0)',
  },
  {
    name: 'the grant of more time is damaged',
    extend: 2,
    faults: { 2: 'damaged' },
    trace: '>I(0,0) <S(wtx 2) >S(wtx 2 ok) <S(wtx 2) >S(wtx 2 ok) <I(0,0)',
  },
  {
    name: 'the request for more time is damaged, and the R-block that says so',
    extend: 2,
    faults: { 1: 'damaged', 2: 'damaged' },
    trace: '>I(0,0) <S(wtx 2) >R(0)! <S(wtx 2) >S(wtx 2 ok) <I(0,0)',
  },
  {
    name: 'the grant of more time is damaged, and the request that comes again',
    extend: 2,
    faults: { 2: 'damaged', 3: 'damaged' },
    trace: '>I(0,0) <S(wtx 2) >S(wtx 2 ok) <S(wtx 2) >R(0)! <S(wtx 2) >S(wtx 2 ok) <I(0,0)',
  },
  {
    name: "the slot's request to take more is damaged",
    slotTakes: 8,
    faults: { 0: 'damaged' },
    trace: '>S(ifs 8) <R(0)! >S(ifs 8) <S(ifs 8 ok) >I(0,0) <I(0,0)',
  },
  {
    name: "the card's answer to it is damaged",
    slotTakes: 8,
    faults: { 1: 'damaged' },
    trace: '>S(ifs 8) <S(ifs 8 ok) >S(ifs 8) <S(ifs 8 ok) >I(0,0) <I(0,0)',
  },
  {
    name: "the card's request to take more is damaged",
    cardTakes: 8,
    faults: { 1: 'damaged' },
    trace: '>I(0,0) <S(ifs 8) >R(0)! <S(ifs 8) >S(ifs 8 ok) <I(0,0)',
  },
  {
    name: "the slot's answer to it is damaged",
    cardTakes: 8,
    faults: { 2: 'damaged' },
    trace: '>I(0,0) <S(ifs 8) >S(ifs 8 ok) <S(ifs 8) >S(ifs 8 ok) <I(0,0)',
  },
  {
    name: 'a piece of a long command is damaged',
    command: 10,
    faults: { 2: 'damaged' },
    trace: '>I(0,1) <R(1) >I(1,1) <R(1)! >I(1,1) <R(0) >I(0,0) <I(0,0)',
  },
  {
    name: 'the acknowledgement of a piece is damaged',
    command: 10,
    faults: { 1: 'damaged' },
    trace: '>I(0,1) <R(1) >R(0)! <R(1) >I(1,1) <R(0) >I(0,0) <I(0,0)',
  },
  {
    name: 'the acknowledgement of a piece is damaged, and the R-block that asks for it',
    command: 8,
    faults: { 1: 'damaged', 2: 'damaged' },
    trace: '>I(0,1) <R(1) >R(0)! <R(1)! >I(1,0) <I(0,0)',
  },
  {
    name: 'a piece of a long response is damaged',
    response: 10,
    faults: { 3: 'damaged' },
    trace: '>I(0,0) <I(0,1) >R(1) <I(1,1) >R(1)! <I(1,1) >R(0) <I(0,0)',
  },
  {
    name: "the slot's acknowledgement of a piece is damaged",
    response: 10,
    faults: { 2: 'damaged' },
    trace: '>I(0,0) <I(0,1) >R(1) <R(1)! >R(1) <I(1,1) >R(0) <I(0,0)',
  },
  {
    name: "the card's call to end a command is damaged",
    command: 20,
    commandMax: 4,
    faults: { 3: 'damaged' },
    trace: '>I(0,1) <R(1) >I(1,1) <S(abort) >R(0)! <S(abort) >S(abort ok) <R(0)',
    ends: 'aborted-by-card',
    runs: 0,
  },
  {
    name: "the slot's consent to end a command is damaged",
    command: 20,
    commandMax: 4,
    faults: { 4: 'damaged' },
    trace: '>I(0,1) <R(1) >I(1,1) <S(abort) >S(abort ok) <S(abort) >S(abort ok) <R(0)',
    ends: 'aborted-by-card',
    runs: 0,
  },
  {
    name: "the slot's call to end a response is damaged",
    response: 20,
    responseMax: 4,
    faults: { 4: 'damaged' },
    trace: '>I(0,0) <I(0,1) >R(1) <I(1,1) >S(abort) <R(1)! >S(abort) <S(abort ok)',
    ends: 'response-too-long',
  },
  {
    name: 'the turn that is given back is damaged',
    command: 20,
    commandMax: 4,
    faults: { 5: 'damaged' },
    trace: '>I(0,1) <R(1) >I(1,1) <S(abort) >S(abort ok) <R(0) >R(0)! <R(0)',
    ends: 'aborted-by-card',
    runs: 0,
  },
  // A block that never comes: the slot waits BWT.
  { name: 'a command is lost', faults: { 0: 'lost' }, trace: '>I(0,0) >R(0)! <R(0)! >I(0,0) <I(0,0)' },
  { name: 'a response is lost', faults: { 1: 'lost' }, trace: '>I(0,0) <I(0,0) >R(0)! <I(0,0)' },
  {
    name: 'a request to take more is lost',
    slotTakes: 8,
    faults: { 0: 'lost' },
    trace: '>S(ifs 8) >S(ifs 8) <S(ifs 8 ok) >I(0,0) <I(0,0)',
  },
  // Both sides begin anew.
  {
    name: 'a response that is damaged three times: both begin anew, and the command does not run again',
    faults: { 1: 'damaged', 3: 'damaged', 5: 'damaged' },
    trace: '>I(0,0) <I(0,0) >R(0)! <I(0,0) >R(0)! <I(0,0) >S(resynch) <S(resynch ok)',
    ends: 'answer-lost',
    runs: 1,
  },
  {
    name: 'a piece that is damaged three times: both begin anew, and so does the command',
    command: 8,
    faults: { 0: 'damaged', 2: 'damaged', 4: 'damaged' },
    trace: '>I(0,1) <R(0)! >I(0,1) <R(0)! >I(0,1) >S(resynch) <S(resynch ok) >I(0,1) <R(1) >I(1,0) <I(0,0)',
  },
  {
    name: 'a piece that never arrives: both begin anew three times, and then the card is given up',
    command: 8,
    faults: Object.fromEntries([0, 7, 14, 21].flatMap((at) => [at, at + 2, at + 4].map((piece) => [piece, 'damaged']))),
    trace: [0, 1, 2, 3].map(() => '>I(0,1) <R(0)! >I(0,1) <R(0)! >I(0,1) >S(resynch) <S(resynch ok)').join(' '),
    ends: 'no-answer',
    runs: 0,
  },
  {
    name: 'the call to begin anew is damaged, and the card has said enough',
    faults: { 1: 'damaged', 3: 'damaged', 5: 'damaged', 6: 'damaged' },
    trace: '>I(0,0) <I(0,0) >R(0)! <I(0,0) >R(0)! <I(0,0) >S(resynch) >S(resynch) <S(resynch ok)',
    ends: 'answer-lost',
    runs: 1,
  },
  {
    name: 'the consent to begin anew is damaged',
    faults: { 1: 'damaged', 3: 'damaged', 5: 'damaged', 7: 'damaged' },
    trace: '>I(0,0) <I(0,0) >R(0)! <I(0,0) >R(0)! <I(0,0) >S(resynch) <S(resynch ok) >S(resynch) <S(resynch ok)',
    ends: 'answer-lost',
    runs: 1,
  },
  {
    name: 'a card that falls silent is called three times, called anew three times, and given up',
    faults: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [at, 'lost'])),
    trace: '>I(0,0) >R(0)! >R(0)! >S(resynch) >S(resynch) >S(resynch)',
    ends: 'no-answer',
    runs: 0,
  },
];

for (const scenario of SCENARIOS) {
  test(`T=1: ${scenario.name}`, () => {
    const { trace, ended, runs } = live(scenario);
    assert.equal(trace.join(' '), scenario.trace);
    assert.equal(runs, scenario.runs ?? 1);
    const expected = scenario.ends ?? pattern(scenario.response ?? 3);
    assert.deepEqual(ended, expected);
  });
}

test('after every scenario that ends with the card there, the next command is carried out', () => {
  for (const scenario of SCENARIOS.filter(({ ends }) => ends !== 'no-answer')) {
    const { ended, runs } = live({ ...scenario, again: true });
    assert.deepEqual(ended, Uint8Array.of(9), scenario.name);
    assert.equal(runs, (scenario.runs ?? 1) + 1, scenario.name);
  }
});

test('a card that asks for something for ever, or sends a chain without end, is stopped', () => {
  const slot = link('slot', 50);
  const heard = (block: Block): T1Output[] => {
    const out: T1Output[] = [];
    stepT1(slot, { type: 'block', block }, out);
    return out;
  };
  const begin = () => stepT1(slot, { type: 'message', bytes: Uint8Array.of(1) }, []);
  for (const kind of ['wtx', 'ifs'] as const) {
    begin();
    const request: Block = { type: 'S', nad: 0, kind, isResponse: false, value: 4 };
    for (let count = 0; count < REQUESTS_MAX; count++) assert.equal(heard(request)[0]?.type, 'send');
    assert.deepEqual(heard(request), [{ type: 'failed', failure: { reason: 'card-too-slow' } }]);
  }
  begin();
  const piece = (number: Bit): Block => ({ type: 'I', nad: 0, number, more: true, information: new Uint8Array(0) });
  for (let count = 0; count < 50; count++) heard(piece(count % 2 === 0 ? 0 : 1));
  const [last] = heard(piece(0));
  assert.deepEqual(last?.type === 'send' && text(last.block), 'S(abort)');
});

/** What one side says to each of these blocks. */
function answers(side: T1Link, ...blocks: Block[]): string[] {
  return blocks.map((block) => {
    const out: T1Output[] = [];
    stepT1(side, { type: 'block', block }, out);
    return out.map((output) => (output.type === 'send' ? text(output.block) : output.type)).join(' ');
  });
}

const ready = (number: Bit): Block => ({ type: 'R', nad: 0, number, error: BlockError.none });
const request = (kind: 'wtx' | 'ifs' | 'resynch', value = 0): Block => ({
  ...{ type: 'S', nad: 0, kind, isResponse: false, value },
});

test('a card may ask for time for a piece of a command, and the chain goes on', () => {
  const slot = link('slot', 50);
  stepT1(slot, { type: 'message', bytes: pattern(7) }, []);
  assert.deepEqual(answers(slot, request('wtx', 2), ready(1)), ['S(wtx 2 ok)', 'I(1,0)']);
});

test('a block that is larger than what this side takes is not taken', () => {
  const slot = link('slot', 50);
  stepT1(slot, { type: 'message', bytes: pattern(3) }, []);
  const response = (size: number): Block => ({
    ...{ type: 'I', nad: 0, number: 0, more: false, information: pattern(size) },
  });
  assert.deepEqual(answers(slot, response(SIZE + 1), response(SIZE)), ['R(0)!', 'message']);
});

test('a card that works hears nothing but a call to begin anew, and what it worked at has no one to go to', () => {
  const card = link('card', 50);
  const begun: Block = { type: 'I', nad: 0, number: 0, more: false, information: pattern(3) };
  assert.deepEqual(answers(card, begun, ready(0), begun, request('ifs', 9)), ['message', '', '', '']);
  assert.deepEqual(answers(card, request('resynch')), ['S(resynch ok)']);
  const out: T1Output[] = [];
  stepT1(card, { type: 'message', bytes: pattern(2) }, out);
  assert.deepEqual(out, []);
  assert.deepEqual(answers(card, begun), ['message']);
});

test('a new beginning takes back the sizes that were agreed', () => {
  const card = link('card', 50);
  answers(card, request('ifs', 30));
  assert.equal(card.sizes.others, 30);
  answers(card, request('resynch'));
  assert.deepEqual(card.sizes, { own: SIZE, others: SIZE });
});

const SIZE = 4;

function live(scenario: Omit<Scenario, 'trace'> & { again?: boolean }) {
  const { command = 3, response = 3, faults = {}, slotTakes, cardTakes, extend } = scenario;
  const [slot, card] = [link('slot', scenario.responseMax ?? 100), link('card', scenario.commandMax ?? 100)];
  const trace: string[] = [];
  let [runs, ended]: [number, Uint8Array | string | undefined] = [0, undefined];
  let owed: Uint8Array | undefined;
  const respond = () => {
    const bytes = owed;
    owed = undefined;
    if (bytes !== undefined) step(card, { type: 'message', bytes });
  };
  const step = (side: T1Link, input: T1Input) => {
    const out: T1Output[] = [];
    stepT1(side, input, out);
    for (const output of out) follow(side, output);
  };
  const follow = (side: T1Link, output: T1Output) => {
    if (output.type === 'send') {
      const fault = faults[trace.length];
      trace.push(`${side === slot ? '>' : '<'}${text(output.block)}`);
      const receiver = side === slot ? card : slot;
      if (fault === undefined) step(receiver, { type: 'block', block: output.block });
      else if (fault === 'damaged') step(receiver, { type: 'invalid', failure: { reason: 'block-check-wrong' } });
    } else if (output.type === 'failed') ended = output.failure.reason;
    else if (output.type === 'agreed') {
      if (side === card) respond();
      else step(slot, { type: 'message', bytes: pattern(command) });
    } else if (side === slot) ended = output.bytes;
    else {
      runs++;
      assert.deepEqual(output.bytes, again ? Uint8Array.of(8) : pattern(command));
      owed = again ? Uint8Array.of(9) : pattern(response);
      if (extend !== undefined && !again) step(card, { type: 'extend', multiplier: extend });
      else if (cardTakes !== undefined && !again) step(card, { type: 'take-more', bytes: cardTakes });
      else respond();
    }
  };
  let again = false;
  const untilEnded = () => {
    for (let tries = 0; ended === undefined; tries++) {
      assert.ok(tries < 20, 'it never ends');
      step(slot, { type: 'silence' });
    }
  };
  if (slotTakes !== undefined) step(slot, { type: 'take-more', bytes: slotTakes });
  else step(slot, { type: 'message', bytes: pattern(command) });
  untilEnded();
  if (scenario.again === true) {
    [again, ended] = [true, undefined];
    step(slot, { type: 'message', bytes: Uint8Array.of(8) });
    untilEnded();
  }
  return { trace, ended, runs };
}

const link = (role: 'slot' | 'card', messageBytesMax: number) =>
  createT1Link({ role, nad: 0, ownSize: SIZE, othersSize: SIZE, messageBytesMax });

function text(block: Block): string {
  if (block.type === 'I') return `I(${block.number},${block.more ? 1 : 0})`;
  if (block.type === 'R') return `R(${block.number})${block.error === BlockError.none ? '' : '!'}`;
  return `S(${block.kind}${block.value > 0 ? ` ${block.value}` : ''}${block.isResponse ? ' ok' : ''})`;
}
