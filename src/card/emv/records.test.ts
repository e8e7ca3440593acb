import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, fromHex, toHex } from '../../bytes/index.ts';
import type { CardProgram } from '../ports.ts';
import { encodeTlv } from '../tlv.ts';
import { changed, INS, ISSUE, inField55, SALE, TERMINAL, walk, withObject } from './bench.testing.ts';
import { type EmvEnd, type EmvTerminal, EmvTestCard } from './index.ts';
import { Tag } from './tags.ts';

const begun = (): { card: EmvTestCard; program: CardProgram } => {
  const card = new EmvTestCard(ISSUE);
  return { card, program: card.chip.begin() };
};
const reasonOf = (end: EmvEnd) => (end.outcome === 'failed' ? end.reason : end.outcome);
const answering = (instruction: number, answer: string): EmvEnd => {
  const { card, program } = begun();
  return walk(card, { program: changed(program, ([, ins]) => (ins === instruction ? fromHex(answer) : undefined)) })
    .end;
};

for (const { what, answer, reason } of [
  { what: 'refused', answer: '6a80', reason: 'card-refused' },
  { what: 'no TLV', answer: '80ff9000', reason: 'card-unintelligible' },
  { what: 'without a profile', answer: '770a940808010100100102009000', reason: 'data-missing' },
  { what: 'without a list of records', answer: '7704820210009000', reason: 'data-missing' },
  { what: 'of another template', answer: '7004820210009000', reason: 'data-missing' },
  { what: 'of a profile that is too short', answer: '8001109000', reason: 'card-unintelligible' },
  { what: 'without any record', answer: '800210009000', reason: 'card-unintelligible' },
  { what: 'with half a place', answer: '800510000801019000', reason: 'card-unintelligible' },
  { what: 'with file 0', answer: '80061000000101009000', reason: 'card-unintelligible' },
  { what: 'with file 31', answer: '80061000f80101009000', reason: 'card-unintelligible' },
  { what: 'with bits that no file has', answer: '80061000090101009000', reason: 'card-unintelligible' },
  { what: 'with record 0', answer: '80061000080001009000', reason: 'card-unintelligible' },
  { what: 'with a last record before the first', answer: '80061000080201009000', reason: 'card-unintelligible' },
  { what: 'with more signed records than there are', answer: '80061000080101029000', reason: 'card-unintelligible' },
  { what: 'with more records than a kiosk reads', answer: '80061000080141009000', reason: 'card-unintelligible' },
  { what: 'shorter than a status', answer: '90', reason: 'card-unintelligible' },
] as const) {
  test(`processing options that are ${what} end the sale before the bank is asked`, () => {
    const end = answering(INS.options, answer);
    assert.deepEqual([reasonOf(end), end.outcome === 'failed' && end.reverse], [reason, false]);
  });
}

for (const { what, answer, reason } of [
  { what: 'refused', answer: '6a83', reason: 'card-refused' },
  { what: 'no TLV', answer: '70ff9000', reason: 'card-unintelligible' },
  { what: 'of another template', answer: '77035a01129000', reason: 'card-unintelligible' },
  { what: 'of two templates', answer: '700070009000', reason: 'card-unintelligible' },
  { what: 'empty', answer: '9000', reason: 'card-unintelligible' },
] as const) {
  test(`a record that is ${what} ends the sale before the bank is asked`, () => {
    const { card, program } = begun();
    const { end, asked } = walk(card, {
      program: changed(program, ([, ins, , p2]) =>
        ins === INS.readRecord && p2 === 0x14 ? fromHex(answer) : undefined,
      ),
    });
    assert.deepEqual([reasonOf(end), end.outcome === 'failed' && end.reverse, asked], [reason, false, undefined]);
  });
}

test('a status word that ends the sale is told', () => {
  const end = answering(INS.generate, '6985');
  assert.deepEqual(end, {
    ...{ outcome: 'failed', reason: 'card-refused', status: 0x6985, reverse: false },
    sentence: 'The card refuses (6985): use another one.',
  });
});

test('records of files that each scheme codes as it likes are read over where they are no TLV', () => {
  const { card, program } = begun();
  // File 11, record 1, before the others.
  const more = withRecordOne(program, '770e8202100094085801010010010200');
  assert.equal(walk(card, { program: more('0102039000') }).end.outcome, 'approved');
  const { card: other, program: second } = begun();
  const doubled = withRecordOne(second, '770e8202100094085801010010010200')('70045a0211119000');
  assert.equal(reasonOf(walk(other, { program: doubled }).end), 'data-doubled');
});

/** File 11, record 1 stands in the place of file 1, and is answered as it is given. */
const withRecordOne = (program: CardProgram, options: string) => (record: string) =>
  changed(program, ([, ins, , p2]) => {
    if (ins === INS.options) return concat(fromHex(options), fromHex('9000'));
    return ins === INS.readRecord && p2 === 0x5c ? fromHex(record) : undefined;
  });

const sellWith = (tag: number, value: string | undefined, terminal: EmvTerminal = TERMINAL) => {
  const { card, program } = begun();
  return walk(card, { terminal, program: withObject(program, tag, value === undefined ? undefined : fromHex(value)) });
};

for (const tag of [Tag.applicationPan, Tag.applicationExpirationDate, Tag.cdol1, Tag.cdol2]) {
  test(`without ${tag.toString(16)} a card is no payment card`, () => {
    const { end, asked } = sellWith(tag, undefined);
    assert.deepEqual([reasonOf(end), asked], ['data-missing', undefined]);
  });
}

for (const { tag, value, reason } of [
  { tag: Tag.applicationPan, value: '41111111111f', reason: 'data-wrong' },
  { tag: Tag.applicationPan, value: '41111111111111a1', reason: 'data-wrong' },
  { tag: Tag.applicationPan, value: '41111111111111111111', reason: 'data-wrong' },
  // Another number than in the equivalent of the stripe.
  { tag: Tag.applicationPan, value: '4111111111111112', reason: 'data-wrong' },
  { tag: Tag.track2Equivalent, value: '4111111111111111ffff', reason: 'data-wrong' },
  { tag: Tag.track2Equivalent, value: '4111111111111111d291220112345678901234567890', reason: 'data-wrong' },
  { tag: Tag.applicationExpirationDate, value: '291331', reason: 'data-wrong' },
  { tag: Tag.applicationExpirationDate, value: '2912', reason: 'data-wrong' },
  { tag: Tag.applicationEffectiveDate, value: '260230ff', reason: 'data-wrong' },
  { tag: Tag.panSequenceNumber, value: '0a', reason: 'data-wrong' },
  { tag: Tag.panSequenceNumber, value: '0001', reason: 'data-wrong' },
  { tag: Tag.cdol1, value: '9f', reason: 'card-unintelligible' },
  { tag: Tag.cdol2, value: '5afd', reason: 'card-unintelligible' },
]) {
  test(`a card with ${value} in ${tag.toString(16)} is refused before its bank is asked`, () => {
    const { end, asked } = sellWith(tag, value);
    assert.deepEqual([reasonOf(end), asked], [reason, undefined]);
  });
}

test('a card without a sequence number, and one without the equivalent of a stripe, pay', () => {
  const whole = new EmvTestCard({ ...ISSUE, sequence: undefined });
  const { end, asked } = walk(whole);
  assert.deepEqual([end.outcome, asked?.sequence], ['approved', undefined]);
  const without = sellWith(Tag.track2Equivalent, undefined);
  assert.deepEqual([without.end.outcome, without.asked?.track2], ['approved', undefined]);
});

const TVR = Tag.terminalVerificationResults;

for (const { what, tag, value, results } of [
  // No off-line authentication, and above the floor limit of zero: so it is for every good card.
  { what: 'nothing else', tag: Tag.applicationVersion, value: '0001', results: '8000008000' },
  { what: 'that the versions differ', tag: Tag.applicationVersion, value: '0002', results: '8080008000' },
  { what: 'that it has expired', tag: Tag.applicationExpirationDate, value: '260301', results: '8040008000' },
  {
    what: 'nothing of a card on its last day',
    tag: Tag.applicationExpirationDate,
    value: '260302',
    results: '8000008000',
  },
  {
    what: 'that it expired in the last century',
    tag: Tag.applicationExpirationDate,
    value: '991231',
    results: '8040008000',
  },
  { what: 'that it is not yet in effect', tag: Tag.applicationEffectiveDate, value: '260303', results: '8020008000' },
  {
    what: 'nothing of a card on its first day',
    tag: Tag.applicationEffectiveDate,
    value: '260302',
    results: '8000008000',
  },
]) {
  test(`the bank is told ${what}, with ${value} in ${tag.toString(16)}`, () => {
    assert.equal(inField55(sellWith(tag, value).asked, TVR), results);
  });
}

const OPEN_TERMINAL: EmvTerminal = {
  ...TERMINAL,
  applications: TERMINAL.applications.map((application) => ({ ...application, denial: new Uint8Array(5) })),
};
for (const { usage, country, allowed } of [
  { usage: '2100', country: 410, allowed: true },
  { usage: '2000', country: 410, allowed: false },
  { usage: '1100', country: 410, allowed: false },
  { usage: '1100', country: 978, allowed: true },
  { usage: '2100', country: 978, allowed: false },
]) {
  test(`a card with usage ${usage} of country 410 ${allowed ? 'may' : 'may not'} pay in ${country}`, () => {
    const terminal = { ...OPEN_TERMINAL, country };
    const { asked } = sellWith(Tag.applicationUsageControl, usage, terminal);
    assert.equal(inField55(asked, TVR), allowed ? '8000008000' : '8010008000');
    // A terminal that denies it does not ask.
    const denied = sellWith(Tag.applicationUsageControl, usage, { ...TERMINAL, country });
    assert.equal(denied.asked === undefined, !allowed);
    if (!allowed) {
      assert.deepEqual(denied.end, {
        ...{ outcome: 'declined', by: 'terminal', reverse: false },
        sentence: 'The card may not pay here, or not any more: use another one.',
      });
    }
  });
}

test('a card without usage control, or without the country of its issuer, is not judged by it', () => {
  assert.equal(inField55(sellWith(Tag.applicationUsageControl, undefined).asked, TVR), '8000008000');
  assert.equal(inField55(sellWith(Tag.issuerCountryCode, undefined).asked, TVR), '8000008000');
});

test('a card is told of the terminal whatever its list asks for', () => {
  const { card, program } = begun();
  const list = '9b029f21035f36019f1c089f4005' + '9a039f350195059f3303df810102';
  const { commands } = walk(card, { program: withObject(program, Tag.cdol1, fromHex(list)) });
  const told = toHex(commands.find(([, ins]) => ins === INS.generate)?.subarray(5, -1) ?? new Uint8Array(0));
  // TSI, time, exponent, terminal, its other capabilities; day, kind, TVR, capabilities, and what nobody knows.
  assert.equal(told, `4800${'131109'}00${'5741545430303031'}4000001000${'260302'}24${'8000008000'}200800${'0000'}`);
});

test('a list of denials that is too short denies by what it has', () => {
  assert.equal(sellWith(Tag.issuerActionDenial, '7f').end.outcome, 'approved');
  const { end } = sellWith(Tag.issuerActionDenial, '80');
  assert.equal(end.outcome === 'declined' && end.by, 'terminal');
});

test('what the issuer of the card denies is not asked for', () => {
  const { end, asked } = sellWith(Tag.issuerActionDenial, '0000008000');
  assert.deepEqual([end.outcome === 'declined' && end.by, asked], ['terminal', undefined]);
  assert.equal(sellWith(Tag.issuerActionDenial, '7fffff7fff').end.outcome, 'approved');
});

// Amounts X = 5,000 and Y = 4,999 before the rules; the sale is one of 5,000 in currency 410.
const XY = '0000138800001387';
for (const { what, list, results, verification } of [
  { what: 'no list', list: undefined, results: '3f0000', verification: 'a000008000' },
  { what: 'no rules', list: XY, results: '3f0000', verification: '8000808000' },
  { what: 'no verification, always', list: `${XY}1f00`, results: '1f0002', verification: '8000008000' },
  { what: 'no verification, where the terminal can', list: `${XY}1f03`, results: '1f0302', verification: '8000008000' },
  { what: 'a PIN, and nothing after it', list: `${XY}0100`, results: '010001', verification: '8000908000' },
  { what: 'a PIN, else none', list: `${XY}42001f00`, results: '1f0002', verification: '8000108000' },
  {
    what: 'a PIN where the terminal can, else none',
    list: `${XY}01031f00`,
    results: '1f0002',
    verification: '8000008000',
  },
  { what: 'a signature, else nothing', list: `${XY}1e00`, results: '1e0001', verification: '8000808000' },
  { what: 'a signature, else none', list: `${XY}5e001f00`, results: '1f0002', verification: '8000008000' },
  { what: 'what nobody knows, else none', list: `${XY}60001f00`, results: '1f0002', verification: '8000408000' },
  { what: 'a failure', list: `${XY}40001f00`, results: '400001', verification: '8000808000' },
  { what: 'cash alone', list: `${XY}1f011f041f05`, results: '3f0000', verification: '8000808000' },
  { what: 'no cash', list: `${XY}1f02`, results: '1f0202', verification: '8000008000' },
  { what: 'a condition that nobody knows', list: `${XY}1f0a`, results: '3f0000', verification: '8000808000' },
  { what: 'below X', list: `${XY}1f06`, results: '3f0000', verification: '8000808000' },
  { what: 'above X', list: `${XY}1f07`, results: '3f0000', verification: '8000808000' },
  { what: 'below Y', list: `${XY}1f08`, results: '3f0000', verification: '8000808000' },
  { what: 'above Y', list: `${XY}1f09`, results: '1f0902', verification: '8000008000' },
  { what: 'half a rule', list: `${XY}1f`, results: '3f0000', verification: '8000808000' },
]) {
  test(`a card that wants ${what} is told so to its bank`, () => {
    const { card, program } = begun();
    const withCurrency = withObject(program, Tag.applicationCurrencyCode, fromHex('0410'));
    const { asked } = walk(card, {
      terminal: OPEN_TERMINAL,
      program: withObject(withCurrency, Tag.cvmList, list === undefined ? undefined : fromHex(list)),
    });
    assert.deepEqual([inField55(asked, Tag.cvmResults), inField55(asked, TVR)], [results, verification]);
  });
}

test('amounts count in the currency of the card alone, below and above', () => {
  const wanting = (list: string, currency: string, amount: number) => {
    const { card, program } = begun();
    const withCurrency = withObject(program, Tag.applicationCurrencyCode, fromHex(currency));
    const { asked } = walk(card, {
      sale: { ...SALE, amount },
      program: withObject(withCurrency, Tag.cvmList, fromHex(list)),
    });
    return inField55(asked, Tag.cvmResults);
  };
  assert.equal(wanting(`${XY}1f06`, '0410', 4_999), '1f0602');
  assert.equal(wanting(`${XY}1f06`, '0978', 4_999), '3f0000');
  assert.equal(wanting(`${XY}1f07`, '0410', 5_001), '1f0702');
  assert.equal(wanting(`${XY}1f08`, '0410', 4_998), '1f0802');
});

test('a card that wants its holder verified by nobody is not asked for a list', () => {
  const { card, program } = begun();
  const options = changed(program, ([, ins]) =>
    ins === INS.options ? concat(encodeTlv(0x80, fromHex('00000801010010010200')), fromHex('9000')) : undefined,
  );
  // The profile is signed: the card has another in mind, so its bank finds the cryptogram wrong; what counts here is what it is told.
  const { asked } = walk(card, { program: options });
  assert.deepEqual([inField55(asked, Tag.cvmResults), inField55(asked, TVR)], ['3f0000', '8000008000']);
});

test('what the terminal knows is the terminal’s: a card that brings it is not heard', () => {
  const { card, program } = begun();
  const { asked, end } = walk(card, { program: withObject(program, Tag.amountAuthorised, fromHex('000000000001')) });
  assert.deepEqual([end.outcome, inField55(asked, Tag.amountAuthorised)], ['approved', '000000005000']);
});

test('the bank is told the sale as it is, in field 55', () => {
  const { asked } = walk(new EmvTestCard(ISSUE));
  const told = Object.entries({
    dedicatedFileName: 'f05741545450415931',
    transactionDate: '260302',
    transactionType: '00',
    transactionCurrencyCode: '0410',
    amountAuthorised: '000000005000',
    amountOther: '000000000000',
    terminalApplicationVersion: '0001',
    terminalCountryCode: '0410',
    terminalCapabilities: '200800',
    terminalType: '24',
    unpredictableNumber: 'a1b2c3d4',
    transactionSequenceCounter: '00000007',
    applicationTransactionCounter: '0001',
    cryptogramInformation: '80',
  } satisfies Partial<Record<keyof typeof Tag, string>>);
  for (const [name, value] of told) assert.equal(inField55(asked, Tag[name as keyof typeof Tag]), value, name);
  const attended = walk(new EmvTestCard(ISSUE), { terminal: { ...TERMINAL, type: 'attended' } });
  assert.equal(inField55(attended.asked, Tag.terminalType), '21');
  assert.ok(!toHex(asked?.data ?? new Uint8Array(0)).includes(ISSUE.pan));
});
