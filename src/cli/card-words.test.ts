import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inParts } from '../adapters/parts.testing.ts';
import { wholeAnswer } from '../adapters/whole-answer.ts';
import { fromHex } from '../bytes/index.ts';
import { GAS, load, loadedCard, MeterOnBench, order, ticketOf } from '../card/bench.testing.ts';
import {
  BlankInstruction,
  CardOp,
  type CardSession,
  Instruction,
  issueCard,
  MasterInstruction,
  OpenMode,
  PinInstruction,
  PurseInstruction,
  purseCommand,
  readCard,
  StatusWord,
  selectPurse,
} from '../card/index.ts';
import { blankCard, bothMasters, PIN } from '../card/issuing/bench.testing.ts';
import { seededRandom } from '../simulation/index.ts';
import { Region } from '../units/index.ts';
import { type Explained, explainBytes, explainTrace, type TraceLine } from './card-words.ts';

const explain = (hex: string): Explained => explainBytes(fromHex(hex));
const CONNECTED: readonly [hex: string, kind: Explained['kind'], sentence: RegExp][] = [
  ['9000', 'status', /^Status 9000: done\.$/],
  ['63c1', 'status', /^Status 63C1: wrong, 1 try is left\.$/],
  ['6c11', 'status', /^Status 6C11: the answer has 17 bytes, ask with that length\.$/],
  ['6100', 'status', /^Status 6100: 256 bytes more wait for GET RESPONSE\.$/],
  ['6f00', 'unknown', /^Status 6F00: no status of a card of Wattpurse\.$/],
  ['3b', 'unknown', /^An answer to reset that cannot be read: cut\.$/],
  ['3b800100', 'unknown', /^An answer to reset that cannot be read: check wrong\.$/],
  ['3b00', 'atr', /^An answer to reset: direct convention, T=0, supply class A/],
  ['8058000200', 'command', /^STATUS: what region 2 \(gas\) holds\.$/],
  ['8058000700', 'command', /region 7, which no card has/],
  ['00a4040c0af0574154545055525345', 'command', /^SELECT: the purse\.$/],
  ['00a4040c07a0000000041010', 'command', /^SELECT: a program by the name A0000000041010, which is none/],
  ['00a40400', 'command', /^SELECT: a program by its name, and none is given\.$/],
  ['00b2015400', 'command', /^READ RECORD: number 1, 1 being the newest, of the loads of region 2 \(gas\)\.$/],
  ['00b2019400', 'command', /of the debits of region 2 \(gas\)\.$/],
  ['00b2010c00', 'command', /of the log of a master card\.$/],
  ['0020000108343731 31ffffffff'.replace(' ', ''), 'command', /^VERIFY: the PIN of a master card\.$/],
  ['80640000170000000000000000000000000000000000000000000000'.slice(0, 56), 'command', /^DERIVE: /],
  ['80520002', 'command', /^DEBIT: a meter takes the record that is pending, once more from region 2/],
  [
    `805c00023f0a1b2d00000011${'00'.repeat(56)}`,
    'command',
    /^REPORT: meter 0a1b2d leaves its report 17 of region 2 \(gas\) for the provider\.$/,
  ],
  ['6c00', 'status', /^Status 6C00: the answer has 256 bytes, ask with that length\.$/],
  ['6111', 'status', /^Status 6111: 17 bytes more wait for GET RESPONSE\.$/],
  ['00c0000011', 'command', /^GET RESPONSE: up to 17 bytes of the answer to the command before it\.$/],
  ['00c00000', 'command', /^GET RESPONSE: what waits of the answer to the command before it\.$/],
  ['80c0000000', 'unknown', /^A command that no card of Wattpurse knows: INS C0 in class 80\.$/],
  ['0184000000', 'unknown', /^No command that a card of Wattpurse takes: channel unknown\.$/],
  ['00', 'unknown', /too short/],
  [
    '1118200a1b2c18d98f7b30c2a2a4142bf213615fea1e1b04a1b2c3d4e5f602',
    'frame',
    /^Value for a card \(0x18\), through meter 0a1b2c, key value aes128 generation 0: M1, the host begins, with card 04a1b2c3d4e5f6, region 2 \(gas\)\.$/,
  ],
  ['1518200000000106', 'frame', /at a counter, .*: a refusal, because of tag wrong\.$/],
];
for (const [hex, kind, sentence] of CONNECTED) {
  test(`${hex} is explained: ${kind}`, () => {
    const { kind: found, sentences } = explain(hex);
    assert.equal(found, kind);
    assert.match(sentences[0] ?? '', sentence);
  });
}

test('a ticket is told with its terms, and not its key', () => {
  const { kind, sentences } = explainBytes(ticketOf(GAS, { version: 3 }));
  assert.equal(kind, 'ticket');
  assert.match(
    sentences.join(' '),
    /^A ticket: card 04a1b2c3d4e5f6 may be spent in meter 0a1b2d, from region 2 \(gas\)\. Version 3; 1000000 tokens in all; good until 2027-/,
  );
});

/** Notes what is said in a slot. */
function noting(session: CardSession, trace: TraceLine[]): CardSession {
  return {
    ...session,
    transmit: async (command) => {
      const answer = await session.transmit(command);
      trace.push({ direction: '>', bytes: command });
      if (answer instanceof Uint8Array) trace.push({ direction: '<', bytes: answer });
      return answer;
    },
  };
}

async function lifeOfACard(): Promise<TraceLine[]> {
  const trace: TraceLine[] = [];
  const masters = bothMasters().map((master) => ({ session: noting(master.session(), trace), pin: PIN }));
  assert.ok(!('reason' in (await issueCard(masters, noting(blankCard().session(), trace)))));
  const hand = loadedCard(500);
  const noted = (command: Uint8Array) => {
    const answer = hand.send(command);
    trace.push({ direction: '>', bytes: command }, { direction: '<', bytes: answer });
    return answer;
  };
  new MeterOnBench(GAS).take({ send: noted }, 20);
  const loading = Object.assign(Object.create(hand) as typeof hand, { send: noted });
  load(loading, order(CardOp.credit, 2, 50));
  const session = { atr: new Uint8Array(0), eject: async () => undefined, removed: new Promise<void>(() => undefined) };
  await readCard({ ...session, transmit: async (command) => noted(command) });
  return trace;
}

test('everything that is said in the life of a card is known, with or without the directions', async () => {
  const trace = await lifeOfACard();
  assert.ok(trace.length > 60);
  const told = explainTrace(trace);
  assert.deepEqual(
    told.filter(({ kind }) => kind === 'unknown'),
    [],
  );
  const undirected = trace.map(({ bytes }) => ({ direction: '', bytes }));
  assert.deepEqual(explainTrace(undirected), told);
  const text = told.flatMap(({ sentences }) => sentences).join('\n');
  for (const sentence of [
    'STORE KEY: the key of region 2 (gas), of utility 7, key value aes128 generation 0, sealed for one chip and one challenge.',
    'FINISH: the blank card becomes the purse card of the keys that it has taken.',
    'A master card for the card as a whole, utility 7, key value aes128 generation 0: 0 keys given, 0 cards proved, 3 tries left.',
    'OPEN for spending: meter 0a1b2d wants to take from region 2 (gas).',
    '500 tokens, last debit 0, nothing pending.',
    'Debit 1 of 20 tokens, signed for this meter and this insertion.',
    'ACK: the meter has debit 1 of region 2 (gas) for good.',
    'Region 2 (gas), of utility 7, key value aes128 generation 0: 530 tokens, 550 ever loaded.',
    'Last load 2, last debit 1, last ticket 1.',
    'Debit 1: 20 tokens to meter 0a1b2d.',
  ]) {
    assert.ok(text.includes(sentence), sentence);
  }
  assert.match(text, /Load 2: 50 tokens, credited, payment [0-9a-f]{16}\./);
  assert.match(
    text,
    /CREDIT: value for a card \(0x18\), through meter 0a1b2c, .*: M3, the host says what is to be done; what it says is sealed\./,
  );
});

test('an answer that came in parts, or after its length was corrected, is told once, when it is whole', async () => {
  const hand = loadedCard(500);
  const program = inParts((command) => hand.send(command), 12);
  const trace: TraceLine[] = [];
  const noted = async (command: Uint8Array) => {
    const answer = program(command);
    trace.push({ direction: '', bytes: command }, { direction: '', bytes: answer });
    return answer;
  };
  await wholeAnswer(noted, selectPurse());
  await wholeAnswer(noted, purseCommand(PurseInstruction.status, new Uint8Array(0), { p2: Region.gas }));
  await wholeAnswer(
    noted,
    purseCommand(PurseInstruction.open, fromHex(`0a1b2d${'11'.repeat(16)}`), { p1: OpenMode.spend, p2: Region.gas }),
  );
  const told = explainTrace(trace).slice(2);
  assert.deepEqual(
    told.filter(({ kind }) => kind === 'unknown'),
    [],
  );
  const texts = told.map(({ sentences }) => sentences);
  assert.deepEqual(texts.slice(0, 3), [
    ['STATUS: what region 2 (gas) holds.'],
    ['Status 6C20: the answer has 32 bytes, ask with that length.'],
    ['STATUS: what region 2 (gas) holds.'],
  ]);
  assert.match(texts[3]?.join(' ') ?? '', /^Status 9000: done\. Region 2 \(gas\), .*: 500 tokens, /);
  assert.deepEqual(texts.slice(5, 8), [
    ['Status 610C: 12 bytes more wait for GET RESPONSE.'],
    ['GET RESPONSE: up to 12 bytes of the answer to the command before it.'],
    ['Status 610C: 12 bytes more wait for GET RESPONSE.', '12 bytes of data.'],
  ]);
  assert.deepEqual(texts.at(-1), ['Status 9000: done.', '500 tokens, last debit 0, nothing pending.']);
});

test('the bytes of an answer are counted as a person counts them', () => {
  const told = explainTrace(
    ['8058000300', '2a9000', '8058000300', '2a2b9000'].map((hex) => ({ direction: '', bytes: fromHex(hex) })),
  );
  assert.deepEqual(
    told.flatMap(({ sentences }) => sentences.slice(1)),
    ['1 byte of data.', '2 bytes of data.'],
  );
});

test('a response whose status says that nothing came is told so, and what follows is a command again', () => {
  const lines = ['3b00', '8058000300', '6a88', '0084000000'].map((hex) => ({ direction: '', bytes: fromHex(hex) }));
  assert.deepEqual(
    explainTrace(lines).map(({ kind }) => kind),
    ['atr', 'command', 'response', 'command'],
  );
});

test('whatever bytes are asked for, there is a sentence and no failure', async () => {
  const random = seededRandom('bytes of cards');
  const trace = await lifeOfACard();
  for (let i = 0; i < 3_000; i++) {
    const like = (trace[random.below(trace.length)] as TraceLine).bytes;
    const bytes = like.slice(0, random.chance(0.3) ? random.below(like.length + 1) : like.length);
    for (let n = random.below(4); n > 0 && bytes.length > 0; n--) bytes[random.below(bytes.length)] = random.u32();
    const lines = [
      { direction: '', bytes: (trace[random.below(trace.length)] as TraceLine).bytes },
      { direction: '<', bytes },
    ];
    for (const { sentences } of [explainBytes(bytes), ...explainTrace(lines)]) {
      assert.ok(
        sentences.length > 0 && sentences.every((sentence) => /^[A-Z0-9].*\.$/.test(sentence)),
        sentences.join('|'),
      );
    }
  }
});

test('every command that the cards know is told in words of its own', () => {
  const commands = [
    ...Object.values(Instruction).map((ins) => [0x00, ins]),
    ...Object.values(PinInstruction).map((ins) => [0x00, ins]),
    ...[PurseInstruction, BlankInstruction, MasterInstruction].flatMap((table) =>
      Object.values(table).map((ins) => [0x80, ins]),
    ),
  ].map(([cla = 0, ins = 0]) => explainBytes(Uint8Array.of(cla, ins, 0, 2)));
  assert.deepEqual(
    commands.filter(({ kind }) => kind !== 'command'),
    [],
  );
  assert.equal(new Set(commands.map(({ sentences }) => sentences[0])).size, commands.length);
});

test('each status word that a card has is told in words of its own', () => {
  const told = Object.values(StatusWord).map((status) => explain(status.toString(16)).sentences[0]);
  assert.equal(new Set(told).size, told.length);
  assert.deepEqual(
    told.filter((sentence) => sentence?.includes('no status of a card')),
    [],
  );
});
