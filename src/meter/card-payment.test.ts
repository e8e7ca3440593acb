import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex } from '../bytes/index.ts';
import { bankOf, ISSUES, SALE } from '../card/emv/bench.testing.ts';
import { type EmvAuthorisation, EmvTestCard, TEST_APPLICATION } from '../card/index.ts';
import { Purpose, Suite } from '../crypto/index.ts';
import { Command } from '../exchange/index.ts';
import {
  AttentionReason,
  type CardPaymentBegin,
  CardPaymentEnd,
  type CardPaymentStanding,
  type CardToBank,
  decodeCardPaymentTold,
  EventKind,
  encodeCardPaymentCommand,
  isRecordFailure,
  Result,
} from '../records/index.ts';
import { type Bench, command, createBench, keyOf, STRICT_POLICY } from './board.testing.ts';
import { insert, pull, cardWith as purseCard } from './card-slot.testing.ts';
import { eventsFrom } from './event-log.ts';
import { cardPaymentOf, displayOf, type Key, pressKey, stepCardInserted, stepCardResponse, stepTime } from './index.ts';
import { FrozenReason } from './purse.ts';
import { freeze } from './purse-journal.ts';

const AMOUNT = SALE.amount;
const REFERENCE = fromHex('0102030405060708');
const BEGIN: CardPaymentBegin = {
  ...{ op: 'begin', reference: REFERENCE, unpredictable: SALE.unpredictable, counter: 7, exponent: 0 },
  ...{ date: SALE.date, time: SALE.time, currency: SALE.currency, country: 410, identification: 'SLOT0001' },
  applications: [{ aid: TEST_APPLICATION, isPartial: false, version: 1, denial: new Uint8Array(5) }],
};

type Hand = Parameters<typeof insert>[1];

/** A payment card in a hand; what it is asked and what it says can be changed on the way. */
function payCard(
  issue = ISSUES[0] as (typeof ISSUES)[number],
  change: (command: Uint8Array, response: Uint8Array) => Uint8Array = (_, response) => response,
): Hand {
  const card = new EmvTestCard(issue);
  let program = card.chip.begin();
  return {
    send: (bytes: Uint8Array) => change(bytes, program(bytes)),
    pull: () => {
      program = card.chip.begin();
    },
  } as unknown as Hand;
}

const press = (bench: Bench, keys: string): void => {
  for (const key of keys) pressKey(bench.meter, key as Key, bench.now, bench.out);
};

/** Carries what waits for the card. */
function carry(bench: Bench, hand: Hand): number {
  let carried = 0;
  for (let next = bench.out.commands.shift(); next !== undefined; next = bench.out.commands.shift()) {
    carried += 1;
    bench.now += 50;
    stepCardResponse(bench.meter, hand.send(next), bench.now, bench.out);
  }
  return carried;
}

function ask(bench: Bench, body = encodeCardPaymentCommand(BEGIN), suite: Suite = Suite.aes128): CardPaymentStanding {
  const told = decodeCardPaymentTold(command(bench, Command.cardPayment, body, keyOf(Purpose.control, suite)));
  assert.ok(!isRecordFailure(told) && told.head.result === Result.done);
  return told.payment;
}

/** In, the amount, and as far as its bank. */
function toBank(bench: Bench, hand: Hand): CardToBank {
  insert(bench, hand);
  press(bench, `${AMOUNT}#`);
  assert.equal(ask(bench).state, 'working');
  carry(bench, hand);
  const standing = ask(bench);
  assert.ok(standing.state === 'bank-wanted', standing.state);
  return standing.card;
}

const answerOf = (said: EmvAuthorisation, reference = REFERENCE): Uint8Array =>
  encodeCardPaymentCommand(
    said.type === 'unanswered'
      ? { op: 'answer', reference, outcome: 'unanswered', code: '00', data: new Uint8Array(0) }
      : { op: 'answer', reference, outcome: said.type, code: said.code, data: said.data ?? new Uint8Array(0) },
  );

const asCard = ({ pan, expiry, sequence, track2, data }: CardToBank) => ({ pan, expiry, sequence, track2, data });
const events = ({ meter }: Bench) =>
  eventsFrom(meter, 1, 255)
    .filter(({ kind }) => kind === EventKind.cardPaymentAsked || kind === EventKind.cardPaymentEnded)
    .map(({ kind, value, detail }) => [kind, value, detail]);

for (const issue of ISSUES) {
  const { pan, version, authentication, format } = issue;
  test(`a card with a number of ${pan.length} digits, version ${version}, ${authentication}, format ${format}, pays what was keyed in`, () => {
    const bench = createBench();
    const hand = payCard(issue);
    const card = toBank(bench, hand);
    assert.equal(card.pan, pan);
    assert.equal(ask(bench, answerOf(bankOf()(asCard(card)))).state, 'working');
    carry(bench, hand);
    const ended = { state: 'ended', reference: REFERENCE, amount: AMOUNT, end: CardPaymentEnd.approved };
    assert.deepEqual(ask(bench), ended);
    assert.deepEqual(ask(bench), ended, 'as often as it is asked');
    assert.equal(displayOf(bench.meter).text, 'PAID');
    assert.deepEqual(events(bench), [
      [EventKind.cardPaymentAsked, AMOUNT, 0],
      [EventKind.cardPaymentEnded, AMOUNT, CardPaymentEnd.approved],
    ]);
  });
}

test('an answer for another payment, one that was given before, and one that nobody waits for change nothing', () => {
  const bench = createBench();
  const hand = payCard();
  assert.equal(ask(bench, answerOf({ type: 'approved', code: '00', data: undefined })).state, 'none');
  const card = toBank(bench, hand);
  const good = answerOf(bankOf()(asCard(card)));
  for (let bit = 0; bit < 64; bit++) {
    const other = good.slice();
    other[1 + (bit >> 3)] = (other[1 + (bit >> 3)] as number) ^ (1 << (bit & 7));
    assert.equal(ask(bench, other).state, 'bank-wanted');
  }
  // Another beginning: it has begun already, under its own reference.
  const again = encodeCardPaymentCommand({ ...BEGIN, reference: fromHex('ffffffffffffffff') });
  assert.deepEqual(ask(bench, again).state, 'bank-wanted');
  ask(bench, good);
  assert.equal(ask(bench, good).state, 'working');
  assert.equal(bench.out.commands.length, 1, 'the card is asked once');
  carry(bench, hand);
  assert.equal(ask(bench, answerOf({ type: 'unanswered' })).state, 'ended');
  assert.equal(cardPaymentOf(bench.meter), 'approved');
});

test('how a payment ended is told to whoever still has its answer, though another amount was keyed in, until that begins', () => {
  const bench = createBench();
  const hand = payCard();
  const good = answerOf(bankOf()(asCard(toBank(bench, hand))));
  ask(bench, good);
  carry(bench, hand);
  const ended = { state: 'ended', reference: REFERENCE, amount: AMOUNT, end: CardPaymentEnd.approved };
  press(bench, '55#');
  assert.deepEqual([ask(bench, good), ask(bench, good)], [ended, ended], 'as often as it is asked');
  // That nobody came for what was keyed in then changes nothing of it.
  bench.now += 120_000;
  stepTime(bench.meter, bench.now, bench.out);
  press(bench, '66#');
  assert.deepEqual(ask(bench, good), ended);
  const other = answerOf({ type: 'unanswered' }, fromHex('0102030405060709'));
  assert.equal(ask(bench, other).state, 'none', 'another has not been there');
  const reference = fromHex('1112131415161718');
  const working = ask(bench, encodeCardPaymentCommand({ ...BEGIN, reference }));
  assert.deepEqual(working, { state: 'working', reference, amount: 66 });
  assert.deepEqual(ask(bench, good), working);
});

test('what the bank did not say to this chip is no payment: every changed bit of its answer is refused by the card', () => {
  for (let bit = 0; bit < 64; bit += 5) {
    const bench = createBench();
    const hand = payCard(
      ISSUES.find(({ authentication, version }) => authentication === 'own-command' && version === 10),
    );
    const said = bankOf()(asCard(toBank(bench, hand)));
    assert.ok(said.type === 'approved' && said.data !== undefined);
    const data = said.data.slice();
    const at = data.length - 10 + (bit >> 3);
    data[at] = (data[at] as number) ^ (1 << (bit & 7));
    ask(bench, answerOf({ ...said, data }));
    carry(bench, hand);
    assert.equal(cardPaymentOf(bench.meter), 'declined', `bit ${bit}`);
  }
});

test('pulled at any command, the payment has ended for the host, and only a card that gave TC has paid', () => {
  const whole = (() => {
    const bench = createBench();
    const hand = payCard();
    const card = toBank(bench, hand);
    ask(bench, answerOf(bankOf()(asCard(card))));
    return carry(bench, hand);
  })();
  assert.ok(whole > 0);
  for (let at = 0; at < whole; at++) {
    const bench = createBench();
    const hand = payCard();
    ask(bench, answerOf(bankOf()(asCard(toBank(bench, hand)))));
    for (let i = 0; i < at; i++) {
      const next = bench.out.commands.shift() as Uint8Array;
      stepCardResponse(bench.meter, hand.send(next), bench.now, bench.out);
    }
    pull(bench, hand);
    const standing = ask(bench);
    assert.ok(standing.state === 'ended' && standing.end === CardPaymentEnd.cardPulled, `at ${at}`);
  }
  const bench = createBench();
  const hand = payCard();
  toBank(bench, hand);
  pull(bench, hand);
  const standing = ask(bench);
  assert.ok(standing.state === 'ended' && standing.end === CardPaymentEnd.cardPulled, 'while its bank is asked');
});

test('whatever a card answers, and wherever, a meter ends the payment, and takes the next card', () => {
  for (let at = 0; at < 9; at++) {
    for (const said of ['', '90', '6a82', '9000', '6985', 'ffffffffffff9000', '6f0284009000', '7081ff009000']) {
      const bench = createBench();
      let asked = 0;
      const bad = payCard(undefined, (bytes, response) =>
        bytes[1] !== 0xa4 || asked > 0 ? (asked++ === at ? fromHex(said) : response) : response,
      );
      insert(bench, bad);
      press(bench, `${AMOUNT}#`);
      ask(bench);
      carry(bench, bad);
      const standing = ask(bench);
      assert.ok(['bank-wanted', 'ended'].includes(standing.state), `${said} at ${at}: ${standing.state}`);
      pull(bench, bad);
      toBank(bench, payCard());
    }
  }
});

test('nobody is waited for without end: a host that does not call, and a bank that does not answer', () => {
  const bench = createBench();
  const hand = payCard();
  insert(bench, hand);
  press(bench, `${AMOUNT}#`);
  const pass = (ms: number) => {
    bench.now += ms;
    stepTime(bench.meter, bench.now, bench.out);
  };
  pass(119_999);
  assert.equal(cardPaymentOf(bench.meter), 'awaiting-host');
  pass(1);
  assert.equal(cardPaymentOf(bench.meter), 'unanswered');
  assert.equal(ask(bench).state, 'none', 'it never began');
  pull(bench, hand);
  const card = toBank(bench, hand);
  pass(119_000);
  assert.equal(cardPaymentOf(bench.meter), 'awaiting-bank');
  pass(1_000);
  carry(bench, hand);
  assert.deepEqual(ask(bench), {
    ...{ state: 'ended', reference: REFERENCE, amount: AMOUNT, end: CardPaymentEnd.unanswered },
  });
  assert.equal(ask(bench, answerOf(bankOf()(asCard(card)))).state, 'ended', 'what comes then is too late');
  assert.equal(cardPaymentOf(bench.meter), 'unanswered');
});

test('a meter that is stepped only when it asked for it says in time that nobody answered', () => {
  for (const waits of ['awaiting-host', 'awaiting-bank']) {
    const bench = createBench();
    const hand = payCard();
    if (waits === 'awaiting-bank') toBank(bench, hand);
    else {
      insert(bench, hand);
      press(bench, `${AMOUNT}#`);
    }
    assert.equal(cardPaymentOf(bench.meter), waits);
    for (const heard of [...bench.out.heard].filter((each) => each.startsWith('wake '))) {
      bench.now = Math.max(bench.now, Number(heard.slice(5)));
      stepTime(bench.meter, bench.now, bench.out);
      carry(bench, hand);
    }
    assert.equal(cardPaymentOf(bench.meter), 'unanswered', waits);
  }
});

test('an amount that is keyed in first is what the card pays; without one it asks the utility as ever', () => {
  const bench = createBench();
  const hand = payCard();
  press(bench, '700');
  insert(bench, hand);
  assert.equal(cardPaymentOf(bench.meter), 'awaiting-host');
  assert.deepEqual(events(bench), [[EventKind.cardPaymentAsked, 700, 0]]);
  pull(bench, hand);
  insert(bench, hand);
  press(bench, '#');
  press(bench, '0#');
  assert.equal(cardPaymentOf(bench.meter), 'awaiting-amount');
  const asked = eventsFrom(bench.meter, 1, 255).filter(({ kind }) => kind === EventKind.valueRequested);
  assert.deepEqual(
    asked.map(({ value }) => value),
    [0, 0],
  );
});

test('who is impatient while a card pays asks the utility for nothing, and the card for nothing more', () => {
  const requests = (bench: Bench) =>
    eventsFrom(bench.meter, 1, 255).filter(({ kind }) => kind === EventKind.valueRequested);
  const bench = createBench();
  const hand = payCard();
  insert(bench, hand);
  press(bench, `${AMOUNT}#`);
  press(bench, '#55#');
  ask(bench);
  press(bench, '66#');
  carry(bench, hand);
  press(bench, '77#');
  const wanted = ask(bench);
  assert.ok(wanted.state === 'bank-wanted' && wanted.amount === AMOUNT);
  assert.deepEqual([requests(bench), events(bench).length], [[], 1]);
  ask(bench, answerOf(bankOf()(asCard(wanted.card))));
  carry(bench, hand);
  assert.equal(cardPaymentOf(bench.meter), 'approved');
  press(bench, '#');
  assert.equal(requests(bench).length, 1, 'afterwards it asks as ever');
});

test('a purse card is asked for no money, nor any card by a meter that takes no value, or has no line', () => {
  const open = createBench();
  insert(open, purseCard(50));
  press(open, `${AMOUNT}#`);
  assert.deepEqual([cardPaymentOf(open.meter), ask(open).state], ['none', 'none']);

  const frozen = createBench();
  insert(frozen, payCard());
  freeze(frozen.meter.svm, FrozenReason.memoryEdited);
  frozen.meter.frozen = FrozenReason.memoryEdited;
  press(frozen, `${AMOUNT}#`);
  assert.deepEqual(events(frozen), []);

  const silent = createBench({ policy: STRICT_POLICY });
  // No answer at all: it is no card that could be spoken to.
  stepCardInserted(silent.meter, silent.now, silent.out);
  carry(silent, { send: () => new Uint8Array(0) } as unknown as Hand);
  press(silent, `${AMOUNT}#`);
  assert.deepEqual([cardPaymentOf(silent.meter), events(silent)], ['none', []]);
});

test('nothing of a payment or its card is in a memory that outlives the power', () => {
  const bench = createBench();
  const { pan } = toBank(bench, payCard());
  for (const { bytes } of Object.values(bench.memory)) {
    for (const secret of [pan, toHex(REFERENCE)]) assert.ok(!toHex(bytes).includes(secret), secret);
  }
});

test('what is no body of the command is said to be none', () => {
  const bench = createBench();
  for (const hex of ['', '00', '03', '01', toHex(encodeCardPaymentCommand(BEGIN)).slice(0, -2)]) {
    const told = decodeCardPaymentTold(command(bench, Command.cardPayment, fromHex(hex)));
    assert.ok(!isRecordFailure(told) && told.head.result === Result.bodyNotUnderstood, hex);
  }
});

const pass = (bench: Bench, ms: number): void => {
  bench.now += ms;
  stepTime(bench.meter, bench.now, bench.out);
};

const shown = ({ meter }: Bench): string => {
  const { text, unit } = displayOf(meter);
  return `${text} ${unit}`.trim();
};

test('what somebody keyed and never ended is not the beginning of what the next one keys', () => {
  const bench = createBench();
  const hand = payCard();
  insert(bench, hand);
  press(bench, '500');
  pass(bench, 59_999);
  assert.equal(shown(bench), '500', 'whoever looks for a coin is waited for');
  pass(bench, 1);
  assert.equal(shown(bench), 'PAY');
  press(bench, '500#');
  assert.deepEqual(events(bench), [[EventKind.cardPaymentAsked, 500, 0]]);

  const unstepped = createBench();
  insert(unstepped, payCard());
  press(unstepped, '500');
  unstepped.now += 60_000;
  press(unstepped, '500#');
  assert.deepEqual(events(unstepped), [[EventKind.cardPaymentAsked, 500, 0]], 'though nothing happened between');
});

test('a card that is pulled takes with it what was keyed, and one that comes too late is asked for nothing', () => {
  const bench = createBench();
  const hand = payCard();
  insert(bench, hand);
  press(bench, '500');
  pull(bench, hand);
  assert.equal(displayOf(bench.meter).page, 'balance');
  assert.equal(displayOf(bench.meter).text, '0');
  insert(bench, hand);
  assert.equal(cardPaymentOf(bench.meter), 'awaiting-amount');
  pull(bench, hand);
  press(bench, '500');
  bench.now += 60_000;
  insert(bench, hand);
  assert.equal(cardPaymentOf(bench.meter), 'awaiting-amount');
  press(bench, '500');
  // Another is put in, and nobody saw the slot empty.
  insert(bench, hand);
  assert.equal(cardPaymentOf(bench.meter), 'awaiting-amount');
  assert.deepEqual(events(bench), []);
});

test('what is keyed while a card pays is not there when it has paid', () => {
  const bench = createBench();
  const hand = payCard();
  const card = toBank(bench, hand);
  press(bench, '55');
  ask(bench, answerOf(bankOf()(asCard(card))));
  carry(bench, hand);
  assert.equal(shown(bench), 'PAID');
  press(bench, '66#');
  assert.deepEqual(events(bench).at(-1), [EventKind.cardPaymentAsked, 66, 0]);
});

test('more digits than anybody pays are no amount: nothing is paid of them, and one taken back makes them one again', () => {
  const bench = createBench();
  insert(bench, payCard());
  press(bench, '1234567890');
  assert.equal(shown(bench), '--');
  press(bench, '1#');
  assert.deepEqual(
    [shown(bench), events(bench), bench.meter.attention & AttentionReason.valueRequested],
    ['PAY', [], 0],
  );
  press(bench, '1234567890**#');
  assert.deepEqual(events(bench), [[EventKind.cardPaymentAsked, 12_345_678, 0]]);
});

const EURO = { currency: 978, exponent: 2 };

test('from its beginning until its bank has answered the display shows what is paid as money, and LINE in turn', () => {
  const bench = createBench();
  const hand = payCard();
  insert(bench, hand);
  press(bench, '500500#');
  assert.equal(shown(bench), 'CALL');
  ask(bench, encodeCardPaymentCommand({ ...BEGIN, ...EURO }));
  assert.equal(bench.out.commands.length, 1, 'the card was not asked yet');
  assert.equal(shown(bench), '5005.00 EUR');
  carry(bench, hand);
  assert.equal(shown(bench), '5005.00 EUR');
  pass(bench, 3_000);
  assert.equal(shown(bench), 'LINE');
  pass(bench, 3_000);
  assert.equal(shown(bench), '5005.00 EUR');
  pull(bench, hand);
  const standing = ask(bench);
  assert.ok(
    standing.state === 'ended' && standing.end === CardPaymentEnd.cardPulled,
    'who sees it and pulls pays nothing',
  );
});

test('a meter that was told the currency shows money while it is keyed, and one that was not shows digits', () => {
  const bench = createBench();
  const hand = payCard();
  const begins = (terms: Pick<CardPaymentBegin, 'currency' | 'exponent'>) => {
    insert(bench, hand);
    press(bench, '5#');
    ask(bench, encodeCardPaymentCommand({ ...BEGIN, ...terms }));
    pull(bench, hand);
    insert(bench, hand);
  };
  insert(bench, hand);
  press(bench, '5');
  assert.equal(shown(bench), '5');
  for (const [terms, keyed] of [
    [EURO, { 5: '0.05', 50: '0.50', 500: '5.00', 500500: '5005.00' }],
    [
      { currency: 410, exponent: 0 },
      { 5: '5', 500: '500' },
    ],
    [
      { currency: 48, exponent: 3 },
      { 5: '0.005', 5005: '5.005' },
    ],
    [{ currency: 999, exponent: 2 }, { 5: '0.05' }],
  ] as const) {
    begins(terms);
    const letters = ({ 978: 'EUR', 410: 'KRW', 48: 'BHD', 999: '' } as const)[terms.currency];
    for (const [digits, money] of Object.entries(keyed)) {
      press(bench, digits);
      assert.equal(shown(bench), `${money} ${letters}`.trim());
      press(bench, '*'.repeat(digits.length));
    }
  }
  pull(bench, hand);
  press(bench, '500');
  assert.equal(shown(bench), '500 tokens', 'without a card it is a request of tokens');
});
