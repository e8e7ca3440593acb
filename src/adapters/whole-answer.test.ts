import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, fromHex, toHex } from '../bytes/index.ts';
import { command, pattern, TestCard } from '../card/contact/card.testing.ts';
import type { CardProgram } from '../card/ports.ts';
import { inParts } from './parts.testing.ts';
import { wholeAnswer } from './whole-answer.ts';

const OK = fromHex('9000');

/** What a program answers in the end, and what it was sent for that. */
async function asked(program: CardProgram, said: Uint8Array) {
  const commands: string[] = [];
  const answer = await wholeAnswer(async (each) => {
    commands.push(toHex(each));
    return program(each);
  }, said);
  return { answer, commands };
}

test('an answer in parts is fetched part by part, and the command runs once', async () => {
  for (const partBytes of [1, 40, 199, 200, 255]) {
    const card = new TestCard();
    const said = command(0x40, 0, pattern(200), 256);
    const { answer, commands } = await asked(inParts(card.begin(), partBytes), said);
    assert.deepEqual(answer, concat(pattern(200), OK));
    assert.deepEqual([card.runs, commands[0], commands.length], [1, toHex(said), 1 + Math.ceil(200 / partBytes)]);
    assert.ok(commands.slice(1).every((each) => each.startsWith('00c00000')));
  }
});

test('a card that knows the exact length is asked with it, of the command and of a part', async () => {
  const { answer, commands } = await asked(inParts(new TestCard().begin(), 40), command(0x20, 17, undefined, 256));
  assert.deepEqual(answer, concat(pattern(17), OK));
  assert.deepEqual(commands, ['8020001100', '8020001111']);
  const answers = ['61ff', '6c03', 'aabbcc9000'];
  const part = await asked(() => fromHex(answers.shift() ?? ''), fromHex('804000000101' + '00'));
  assert.deepEqual(part, {
    answer: fromHex('aabbcc9000'),
    commands: ['80400000010100', '00c00000ff', '00c0000003'],
  });
});

test('bytes that come before the promise of more come before it in the answer, and the last status is its own', async () => {
  const answers = ['aa6102', 'bbcc6101', 'dd6282'];
  const { answer } = await asked(() => fromHex(answers.shift() ?? ''), fromHex('80200000' + '00'));
  assert.equal(answer && toHex(answer), 'aabbccdd6282');
});

for (const { what, said, status } of [
  { what: 'without Le and data', said: '80100000', status: '6110' },
  { what: 'with data and without Le', said: '8030000002aabb', status: '6c10' },
  { what: 'of an extended form', said: '80200000000100', status: '6c10' },
  { what: 'with any other status', said: '8020000000', status: '6a82' },
  { what: 'whose answer is shorter than a status', said: '8020000000', status: '61' },
]) {
  test(`a command ${what} is answered as its card answers`, async () => {
    assert.deepEqual(await asked(() => fromHex(status), fromHex(said)), {
      ...{ answer: fromHex(status), commands: [said] },
    });
  });
}

for (const status of ['6110', '6c10', 'aa6101']) {
  test(`a card that says ${status} for ever has no answer, and is not asked for ever`, async () => {
    const { answer, commands } = await asked(() => fromHex(status), command(0x20, 17, undefined, 256));
    assert.deepEqual([answer, commands.length], [undefined, 257]);
  });
}
