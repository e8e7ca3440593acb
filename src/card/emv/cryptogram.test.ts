import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { concat, fromHex, toHex } from '../../bytes/index.ts';
import type { CardFailure, CardProgram } from '../ports.ts';
import { bankOf, changed, INS, ISSUE, ISSUES, inField55, SALE, TERMINAL, walk, withObject } from './bench.testing.ts';
import {
  beginEmv,
  type Emv,
  type EmvAuthorisation,
  type EmvCardData,
  type EmvEnd,
  type EmvStep,
  EmvTestCard,
  emvAuthorised,
  emvCardRemoved,
  emvReceive,
  runEmv,
} from './index.ts';
import { Tag } from './tags.ts';

const reasonOf = (end: EmvEnd) => (end.outcome === 'failed' ? end.reason : end.outcome);

/** What the first, or the second, GENERATE AC is answered with instead. */
function generating(
  which: 1 | 2,
  answer: (response: Uint8Array) => Uint8Array,
  issue = ISSUE,
): ReturnType<typeof walk> {
  const card = new EmvTestCard(issue);
  let generated = 0;
  const program = changed(card.chip.begin(), ([, ins], response) =>
    ins === INS.generate && ++generated === which ? answer(response) : undefined,
  );
  return walk(card, { program });
}

for (const { what, answer, reason } of [
  { what: 'refused', answer: '6985', reason: 'card-refused' },
  { what: 'no TLV', answer: '77ff9000', reason: 'card-unintelligible' },
  { what: 'of another template', answer: '70009000', reason: 'card-unintelligible' },
  { what: 'too short', answer: `800a80${'00'.repeat(9)}9000`, reason: 'card-unintelligible' },
  { what: 'too long', answer: `802c80${'00'.repeat(43)}9000`, reason: 'card-unintelligible' },
  { what: 'of a reserved kind', answer: `800bc0${'00'.repeat(10)}9000`, reason: 'card-unintelligible' },
  { what: 'without its counter', answer: '770f9f2701809f2608000102030405060790 00', reason: 'card-unintelligible' },
  {
    what: 'with a cryptogram of another length',
    answer: '77139f2701809f360200019f2607000102030405069000',
    reason: 'card-unintelligible',
  },
] as const) {
  test(`a first cryptogram that is ${what} ends the sale, and the bank is not asked`, () => {
    const { end, asked } = generating(1, () => fromHex(answer.replaceAll(' ', '')));
    assert.deepEqual([reasonOf(end), end.outcome === 'failed' && end.reverse, asked], [reason, false, undefined]);
  });
  test(`a second cryptogram that is ${what} ends the sale, and what the bank holds goes back`, () => {
    const { end, asked } = generating(2, () => fromHex(answer.replaceAll(' ', '')));
    assert.deepEqual([reasonOf(end), end.outcome === 'failed' && end.reverse], [reason, true]);
    assert.ok(asked !== undefined);
  });
}

/** CID of format 1 is the third byte, of format 2 the sixth. */
const FORMAT1 = { ...ISSUE, format: 1 } as const;
const ofKind = (kind: number) => (response: Uint8Array) => response.map((byte, at) => (at === 2 ? kind : byte));

test('a card that approves without its bank is not believed, and one that declines is', () => {
  const approved = generating(1, ofKind(0x40), FORMAT1);
  assert.deepEqual([reasonOf(approved.end), approved.asked], ['card-unintelligible', undefined]);
  const declined = generating(1, ofKind(0x00), FORMAT1);
  assert.deepEqual(
    [declined.end, declined.asked],
    [
      {
        ...{ outcome: 'declined', by: 'card', reverse: false },
        sentence: 'The card declines: nothing was paid. Use another one.',
      },
      undefined,
    ],
  );
  // Why it wants to be asked stands beside the kind.
  const advised = generating(1, ofKind(0x88), FORMAT1);
  assert.deepEqual([advised.end.outcome, inField55(advised.asked, Tag.cryptogramInformation)], ['approved', '88']);
});

test('a card that declines after its bank approved has the money go back, and one that asks again too', () => {
  const declined = generating(2, ofKind(0x00), FORMAT1).end;
  assert.deepEqual(declined.outcome === 'declined' && [declined.by, declined.reverse], ['card', true]);
  const again = generating(2, ofKind(0x80), FORMAT1).end;
  assert.deepEqual(again.outcome === 'failed' && [again.reason, again.reverse], ['card-unintelligible', true]);
  // The counter of another transaction.
  const other = generating(2, (response) => response.map((byte, at) => (at === 4 ? byte ^ 1 : byte)), FORMAT1).end;
  assert.deepEqual(other.outcome === 'failed' && [other.reason, other.reverse], ['card-unintelligible', true]);
});

test('a card whose issuer adds nothing is asked for all the same, and its bank decides', () => {
  const short = fromHex('77149f2701809f360200019f260811223344556677889000');
  const { asked, end } = generating(1, () => short);
  assert.equal(inField55(asked, Tag.issuerApplicationData), undefined);
  assert.equal(inField55(asked, Tag.applicationCryptogram), '1122334455667788');
  assert.deepEqual(end.outcome === 'declined' && [end.by, end.reverse], ['bank', false]);
});

test('when the bank declined, nothing that the card says afterwards sells anything, and nothing goes back', () => {
  for (const answer of ['6985', `800b40${'00'.repeat(10)}9000`, '90', '77ff9000']) {
    const card = new EmvTestCard(ISSUE);
    let generated = 0;
    const program = changed(card.chip.begin(), ([, ins]) =>
      ins === INS.generate && ++generated === 2 ? fromHex(answer) : undefined,
    );
    const { end } = walk(card, { program, bank: bankOf('51') });
    assert.deepEqual(end.outcome === 'declined' && [end.by, end.reverse], ['bank', false], answer);
  }
});

for (const issue of ISSUES.filter(({ format }) => format === 1)) {
  const kind = `${issue.version}, ${issue.authentication}, ${issue.pan.length} digits`;
  test(`an approval that is not of the card’s own bank is worth nothing to it (${kind})`, () => {
    const honest = bankOf();
    const answers: EmvAuthorisation[] = [
      { type: 'approved', code: '00', data: undefined },
      { type: 'approved', code: '00', data: fromHex('91') },
      { type: 'approved', code: '00', data: fromHex(`910a${'00'.repeat(10)}`) },
      { type: 'approved', code: '00', data: fromHex(`9107${'00'.repeat(7)}`) },
      { type: 'approved', code: '00', data: fromHex(`9111${'00'.repeat(17)}`) },
    ];
    for (const answer of answers) {
      const { end } = walk(new EmvTestCard(issue), { bank: () => answer });
      assert.deepEqual(end.outcome === 'declined' && [end.by, end.reverse], ['card', true], JSON.stringify(answer));
    }
    // Each bit of the answer of its bank counts.
    const bits = 8 * (issue.version === 10 ? 10 : 8);
    for (let bit = 0; bit < bits; bit++) {
      const bank = (card: EmvCardData): EmvAuthorisation => {
        const { data = new Uint8Array(0), ...rest } = bankOf()(card) as Extract<EmvAuthorisation, { code: string }>;
        return { ...rest, data: data.map((byte, at) => (at === 2 + (bit >> 3) ? byte ^ (1 << (bit & 7)) : byte)) };
      };
      const { end } = walk(new EmvTestCard(issue), { bank });
      assert.equal(end.outcome, 'declined', `bit ${bit}`);
    }
    assert.equal(walk(new EmvTestCard(issue), { bank: honest }).end.outcome, 'approved');
  });
}

test('a decline of the bank that somebody made an approval is still a decline to the card', () => {
  for (const version of [10, 18] as const) {
    const bank = (card: EmvCardData): EmvAuthorisation => {
      const declined = bankOf('51')(card) as Extract<EmvAuthorisation, { code: string }>;
      return { ...declined, type: 'approved', code: '00' };
    };
    const { end } = walk(new EmvTestCard({ ...ISSUE, version }), { bank });
    assert.deepEqual(end.outcome === 'declined' && [end.by, end.reverse], ['card', true]);
  }
});

test('a card is told with the next cryptogram that its bank could not be believed', () => {
  const card = new EmvTestCard({ ...ISSUE, authentication: 'own-command' });
  const data = fromHex(`9108${'00'.repeat(8)}`);
  const { commands } = walk(card, { bank: () => ({ type: 'approved', code: '00', data }) });
  const [second, authenticate] = [commands.at(-1), commands.at(-2)];
  // Without Le.
  assert.equal(toHex(authenticate ?? new Uint8Array(0)), `0082000008${'00'.repeat(8)}`);
  // CDOL2 of this card begins with the response code, and has TVR behind two amounts and a country.
  assert.equal(toHex(second?.subarray(5 + 16, 5 + 21) ?? new Uint8Array(0)), '8000008040');
});

test('when nobody answers for the bank, the card is asked for a decline and what may be held goes back', () => {
  const { end, commands } = walk(new EmvTestCard(ISSUE), { bank: () => ({ type: 'unanswered' }) });
  assert.deepEqual(end, {
    ...{ outcome: 'declined', by: 'bank', reverse: true },
    sentence: 'The bank of the card could not be asked: nothing was paid. Try again later.',
  });
  const last = commands.at(-1) ?? new Uint8Array(0);
  assert.deepEqual([last[1], last[2]], [INS.generate, 0x00]);
  assert.ok(toHex(last).includes(toHex(fromHex('5a33'))), 'Z3');
});

/** The steps of a sale, up to a number of commands. */
function until(issue: typeof ISSUE, commands: number): { emv: Emv; asked: boolean; step: EmvStep } {
  const program = new EmvTestCard(issue).chip.begin();
  const { emv, step: first } = beginEmv(TERMINAL, SALE);
  let step = first;
  let asked = false;
  for (let sent = 0; step.type !== 'ended'; ) {
    if (step.type === 'send') {
      if (sent === commands) break;
      sent += 1;
      step = emvReceive(emv, program(step.command));
    } else {
      asked = true;
      step = emvAuthorised(emv, bankOf()(step.card));
    }
  }
  return { emv, asked, step };
}

for (const issue of ISSUES) {
  test(`a card that is pulled at any command pays nothing, and what is held goes back (${Object.values(issue).join(' ')})`, () => {
    const { length } = walk(new EmvTestCard(issue)).commands;
    for (let commands = 0; commands < length; commands++) {
      const { emv, asked } = until(issue, commands);
      const { end } = emvCardRemoved(emv) as Extract<EmvStep, { type: 'ended' }>;
      assert.deepEqual(end, {
        ...{ outcome: 'failed', reason: 'card-removed', status: undefined, reverse: asked },
        sentence: 'The card was pulled too early: nothing was paid. Put it in again, and leave it in.',
      });
      // Nothing that comes later changes it.
      assert.deepEqual(emvCardRemoved(emv), { type: 'ended', end });
      assert.deepEqual(emvAuthorised(emv, { type: 'unanswered' }), { type: 'ended', end });
    }
    const { emv, step } = until(issue, length);
    assert.ok(step.type === 'ended' && step.end.outcome === 'approved');
    assert.deepEqual(emvCardRemoved(emv), step);
  });
}

test('a card that is pulled while its bank is asked, or after that declined, is told apart', () => {
  const program = new EmvTestCard(ISSUE).chip.begin();
  const asking = () => {
    const { emv, step: first } = beginEmv(TERMINAL, SALE);
    let step = first;
    while (step.type === 'send') step = emvReceive(emv, program(step.command));
    return emv;
  };
  const early = emvCardRemoved(asking());
  assert.ok(early.type === 'ended' && early.end.outcome === 'failed' && early.end.reverse);
  const declined = new EmvTestCard(ISSUE).chip.begin();
  const { emv, step: first } = beginEmv(TERMINAL, SALE);
  let step = first;
  while (step.type === 'send') step = emvReceive(emv, declined(step.command));
  emvAuthorised(emv, { type: 'declined', code: '05', data: undefined });
  const late = emvCardRemoved(emv);
  assert.deepEqual(late.type === 'ended' && late.end.outcome === 'declined' && [late.end.by, late.end.reverse], [
    ...['bank', false],
  ]);
});

test('once the bank is asked nothing in the terminal tells whose card it is', () => {
  for (const pan of ['4111111111111111', '6799998900000200019']) {
    const card = new EmvTestCard({ ...ISSUE, pan });
    const { emv, step: first } = beginEmv(TERMINAL, SALE);
    const program = card.chip.begin();
    let step = first;
    let didHold = false;
    while (step.type === 'send') {
      step = emvReceive(emv, program(step.command));
      didHold ||=
        'chosen' in emv.state && [...emv.state.chosen.objects.values()].some((value) => toHex(value).startsWith(pan));
    }
    assert.ok(didHold && step.type === 'authorise' && step.card.pan === pan);
    assert.ok(!inspect(emv, { depth: 20 }).includes(pan));
    assert.ok(!JSON.stringify(emv).includes(pan));
    assert.ok(emv.state.name === 'awaiting-authorisation');
    for (const value of emv.state.online.objects.values()) assert.ok(!toHex(value).includes(pan.slice(0, 12)));
    step = emvAuthorised(emv, bankOf()(step.card));
    while (step.type === 'send') {
      assert.ok(!toHex(step.command).includes(pan));
      step = emvReceive(emv, program(step.command));
    }
    assert.equal(step.type === 'ended' && step.end.outcome, 'approved');
  }
});

test('a card that asks for its own number with the second cryptogram is given zeros', () => {
  const card = new EmvTestCard(ISSUE);
  // CDOL2: its number, 8 bytes, then the stripe, 4 bytes.
  const program = withObject(card.chip.begin(), Tag.cdol2, fromHex('5a0857049f1001'));
  const { commands } = walk(card, { program });
  const last = commands.at(-1) ?? new Uint8Array(0);
  assert.equal(last[1], INS.generate);
  assert.equal(toHex(last.subarray(5, 17)), '00'.repeat(12));
});

/** ISO 9797-1 algorithm 3 by Node, over the data in the order of EMV Book 2, table 26. */
test('the cryptogram that the bank is asked with is what EMV says, computed apart from all of this', () => {
  const master = fromHex('57415454505552534520544553542031');
  const ecb = (key: Uint8Array, block: Uint8Array, decrypt = false): Uint8Array => {
    const cipher = (decrypt ? createDecipheriv : createCipheriv)('des-ede', key, null);
    cipher.setAutoPadding(false);
    return concat(cipher.update(block), cipher.final());
  };
  const twice = (key: Uint8Array, block: Uint8Array, other: Uint8Array) => concat(ecb(key, block), ecb(key, other));
  const inverted = (block: Uint8Array) => block.map((byte) => byte ^ 0xff);
  // 16 digits: the last 14 of the number, then the sequence number.
  const y = fromHex(`${ISSUE.pan}01`.slice(-16));
  const card = twice(master, y, inverted(y));
  const session = twice(card, fromHex('0001f00000000000'), fromHex('00010f0000000000'));
  const mac = (key: Uint8Array, hex: string) => {
    const [left, right] = [key.subarray(0, 8), key.subarray(8)];
    let chained: Uint8Array = new Uint8Array(8);
    for (let at = 0; at < hex.length; at += 16) {
      const block = fromHex(hex.slice(at, at + 16));
      chained = ecb(
        concat(left, left),
        block.map((byte, i) => byte ^ (chained[i] as number)),
      );
    }
    return toHex(ecb(concat(left, left), ecb(concat(right, right), chained, true)));
  };
  // Amounts, country, TVR, currency, day, type, number; profile, counter.
  const sale = '000000005000' + '000000000000' + '0410' + '8000008000' + '0410' + '260302' + '00' + 'a1b2c3d4';
  const cryptogramOf = (version: 10 | 18) =>
    inField55(walk(new EmvTestCard({ ...ISSUE, version })).asked, Tag.applicationCryptogram);
  assert.equal(cryptogramOf(18), mac(session, `${sale}1000000106011203a0000080`.padEnd(96, '0')));
  assert.equal(cryptogramOf(10), mac(card, `${sale}1000000103a00000`.padEnd(80, '0')));
});

test('it is a mistake of the program to sell what is no sale, or to answer what was not asked', () => {
  for (const sale of [
    { ...SALE, amount: 0 },
    { ...SALE, amount: 1e12 },
    { ...SALE, amount: 0.5 },
    { ...SALE, counter: 0 },
    { ...SALE, counter: 100_000_000 },
    { ...SALE, currency: 1_000 },
    { ...SALE, exponent: 10 },
    { ...SALE, date: '20260302' },
    { ...SALE, time: '1311' },
    { ...SALE, unpredictable: new Uint8Array(3) },
  ]) {
    assert.throws(() => beginEmv(TERMINAL, sale), /^Error: must hold/);
  }
  const [application] = TERMINAL.applications;
  assert.ok(application !== undefined);
  for (const terminal of [
    { ...TERMINAL, identification: 'WATT' },
    { ...TERMINAL, country: 1_000 },
    { ...TERMINAL, applications: [{ ...application, aid: new Uint8Array(4) }] },
    { ...TERMINAL, applications: [{ ...application, aid: new Uint8Array(17) }] },
    { ...TERMINAL, applications: [{ ...application, denial: new Uint8Array(4) }] },
  ]) {
    assert.throws(() => beginEmv(terminal, SALE), /^Error: must hold/);
  }
  const { emv } = beginEmv(TERMINAL, { ...SALE, amount: 999_999_999_999 });
  assert.throws(() => emvAuthorised(emv, { type: 'unanswered' }), /the bank was not asked/);
  emvCardRemoved(emv);
  assert.throws(() => emvReceive(emv, fromHex('9000')), /answers a command that was sent/);
  const asking = beginEmv(TERMINAL, SALE);
  const program = new EmvTestCard(ISSUE).chip.begin();
  let step = asking.step;
  while (step.type === 'send') step = emvReceive(asking.emv, program(step.command));
  assert.throws(() => emvReceive(asking.emv, fromHex('9000')), /answers a command that was sent/);
  assert.throws(() => emvAuthorised(asking.emv, { type: 'approved', code: '0', data: undefined }), /two characters/);
});

test('over a session a sale is carried to its end, also when the card goes or the bank fails', async () => {
  const gone: CardFailure = { reason: 'card-removed', sentence: 'Gone.' };
  const session = (program: CardProgram, after = Number.POSITIVE_INFINITY, failure = gone) => {
    let sent = 0;
    const removed = Promise.withResolvers<void>();
    return {
      atr: new Uint8Array(0),
      removed: removed.promise,
      pull: removed.resolve,
      eject: async () => undefined,
      transmit: async (command: Uint8Array) => (sent++ < after ? program(command) : failure),
    };
  };
  const program = () => new EmvTestCard(ISSUE).chip.begin();
  const bank = async (card: EmvCardData) => bankOf()(card);
  assert.equal((await runEmv(session(program()), TERMINAL, SALE, bank)).outcome, 'approved');
  const cut = await runEmv(session(program(), 3), TERMINAL, SALE, bank);
  assert.deepEqual(cut, {
    ...{ outcome: 'failed', reason: 'card-removed', status: undefined, reverse: false },
    sentence: 'The card was pulled too early: nothing was paid. Put it in again, and leave it in.',
  });
  // All but the last of the commands of a sale, and what the slot says instead of an answer.
  const { length } = walk(new EmvTestCard(ISSUE)).commands;
  for (const failure of [
    { reason: 'exchange-broken', sentence: 'The reader broke the exchange off: open it again.' },
    { reason: 'card-unusable', sentence: 'The card does not answer: take another one.' },
  ] as const) {
    assert.deepEqual(await runEmv(session(program(), length - 1, failure), TERMINAL, SALE, bank), {
      ...{ outcome: 'failed', reason: failure.reason, status: undefined, reverse: true },
      sentence: `${failure.sentence} Nothing was paid.`,
    });
  }
  const failing = await runEmv(session(program()), TERMINAL, SALE, () => Promise.reject(new Error('no line')));
  assert.deepEqual(failing.outcome === 'declined' && [failing.by, failing.reverse], ['bank', true]);
  const pulled = session(program());
  const away = await runEmv(pulled, TERMINAL, SALE, () => {
    pulled.pull();
    return new Promise(() => undefined);
  });
  assert.deepEqual([reasonOf(away), away.outcome === 'failed' && away.reverse], ['card-removed', true]);
});
