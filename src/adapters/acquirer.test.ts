import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { answering, CARD, Client, listenRaw, openBench, payment } from './acquirer/bench.testing.ts';
import { Acquirer, IN_FLIGHT_MAX } from './acquirer.ts';
import { encodeMessage, frameMessage } from './iso8583.ts';

/** Of a chip, as far as an acquirer looks. */
const CHIP = Uint8Array.of(0x9f, 0x36, 2, 0, 1);
/** The default of the client. */
const ANSWER_MS = 30_000;

test('a payment is held when it is authorised, and the money is the utility’s when it is captured', async (t) => {
  const { acquiring, client } = await openBench(t);
  const { books } = acquiring.simulator;
  const authorised = await client.port.authorise(payment(1), CARD);
  assert.deepEqual(authorised, { outcome: 'approved', approval: '000001', shown: '**** 1111' });
  assert.deepEqual(books.payments(), [
    {
      terminal: 'WATT0001',
      reference: '606104000001',
      trace: 1,
      amount: 5000,
      currency: 410,
      state: 'held',
      response: '00',
      approval: '000001',
    },
  ]);
  assert.deepEqual(await client.port.capture(payment(1), '000001'), { outcome: 'done' });
  assert.equal(books.payments()[0]?.state, 'captured');
  assert.equal(books.usedOf(CARD.pan), 5000);
});

test('a payment that is reversed costs nothing, however often each is asked for', async (t) => {
  const { acquiring, client } = await openBench(t);
  for (let n = 0; n < 2; n++) {
    assert.equal((await client.port.authorise(payment(1), CARD)).outcome, 'approved');
    assert.equal(acquiring.simulator.books.usedOf(CARD.pan), 5000);
  }
  for (let n = 0; n < 2; n++) {
    assert.deepEqual(await client.port.reverse(payment(1), '000001'), { outcome: 'done' });
    assert.equal(acquiring.simulator.books.usedOf(CARD.pan), 0);
  }
  const [capture, authorisation] = [
    await client.port.capture(payment(1), '000001'),
    await client.port.authorise(payment(1), CARD),
  ];
  assert.equal(capture.outcome, 'refused');
  assert.equal(authorisation.outcome, 'declined');
  assert.equal(acquiring.simulator.books.payments().length, 1);
});

for (const { pan, amount, reason, code } of [
  { pan: '4000000000009995', amount: 1, reason: 'funds', code: '51' },
  { pan: '4111111111111111', amount: 100_001, reason: 'funds', code: '51' },
  { pan: '4242424242424242', amount: 10_001, reason: 'limit', code: '61' },
  { pan: '4000000000000069', amount: 1, reason: 'instrument', code: '54' },
  { pan: '4000000000009979', amount: 1, reason: 'instrument', code: '43' },
  { pan: '4000000000000002', amount: 1, reason: 'refused', code: '05' },
  { pan: '4012888888881881', amount: 1, reason: 'instrument', code: '14' },
] as const) {
  test(`code ${code} declines ${amount} for the reason ${reason}, and holds nothing`, async (t) => {
    const { acquiring, client } = await openBench(t);
    const declined = await client.port.authorise(payment(1, amount), { ...CARD, pan });
    assert.ok(declined.outcome === 'declined');
    assert.equal(declined.reason, reason);
    assert.match(declined.sentence, new RegExp(`^The card was declined: .*\\(code ${code}\\)\\.$`));
    assert.equal(acquiring.simulator.books.usedOf(pan), 0);
    assert.equal(acquiring.simulator.books.payments()[0]?.state, 'declined');
    // Just below the limit the same card pays.
    if (amount === 1) return;
    assert.equal((await client.port.authorise(payment(2, amount - 1), { ...CARD, pan })).outcome, 'approved');
  });
}

test('an answer that is lost is unknown, and the reversal gives back what was held', async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.faults['0100'] = ['answer-lost'];
  const asked = client.port.authorise(payment(1), CARD);
  assert.equal((await acquiring.decision('0100')).response, '00');
  client.timers.pass(ANSWER_MS - 1);
  assert.equal(acquiring.simulator.books.usedOf(CARD.pan), 5000);
  client.timers.pass(1);
  const unknown = await asked;
  assert.deepEqual(unknown, {
    outcome: 'unknown',
    sentence: 'The acquirer did not answer in time: nobody knows yet whether it was done.',
  });
  assert.deepEqual(await client.port.reverse(payment(1), undefined), { outcome: 'done' });
  assert.equal(acquiring.simulator.books.usedOf(CARD.pan), 0);
});

test('an authorisation whose answer was lost is repeated as 0101, and is one payment', async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.faults['0100'] = ['answer-lost'];
  const asked = client.port.authorise(payment(1), CARD);
  await acquiring.decision('0100');
  client.timers.pass(ANSWER_MS);
  assert.equal((await asked).outcome, 'unknown');
  assert.equal((await client.port.authorise(payment(1), CARD)).outcome, 'approved');
  await acquiring.decision('0101');
  assert.equal(acquiring.simulator.books.usedOf(CARD.pan), 5000);
});

test('an approval that comes late leads to nothing', async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.faults['0100'] = ['answer-late'];
  const asked = client.port.authorise(payment(1), CARD);
  await acquiring.decision('0100');
  client.timers.pass(ANSWER_MS);
  assert.equal((await asked).outcome, 'unknown');
  acquiring.timers.pass(40_000);
  const { sentence } = await client.heard('answer-unexpected');
  assert.equal(sentence, 'A 0110 with trace 1 answers nothing that waits: it came late, or twice.');
  assert.equal(acquiring.simulator.books.payments()[0]?.state, 'held');
  assert.deepEqual(await client.port.reverse(payment(1), undefined), { outcome: 'done' });
});

test('an answer that comes twice is taken once', async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.faults['0100'] = ['answer-doubled'];
  assert.equal((await client.port.authorise(payment(1), CARD)).outcome, 'approved');
  await client.heard('answer-unexpected');
  assert.equal((await client.port.authorise(payment(2), CARD)).outcome, 'approved');
});

test('an answer that cannot be read is passed over, and the payments beside it go on', async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.faults['0100'] = ['answer-garbled', undefined];
  const [garbled, beside] = [client.port.authorise(payment(1), CARD), client.port.authorise(payment(2), CARD)];
  assert.equal((await beside).outcome, 'approved');
  await client.heard('message-unreadable');
  client.timers.pass(ANSWER_MS);
  assert.equal((await garbled).outcome, 'unknown');
});

test('a connection that breaks in the middle of an answer makes what was sent unknown at once, and comes back', async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.faults['0100'] = ['answer-cut'];
  assert.equal((await client.port.authorise(payment(1), CARD)).outcome, 'unknown');
  const reversed = client.port.reverse(payment(1), undefined);
  client.timers.pass(1_000);
  await client.heard('signed-on');
  assert.deepEqual(await reversed, { outcome: 'done' });
  assert.equal(acquiring.simulator.books.payments()[0]?.state, 'reversed');
});

test('a reversal that arrives before what it reverses wins', async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.faults['0100'] = ['request-held'];
  const asked = client.port.authorise(payment(1), CARD);
  await acquiring.decision('0800');
  while (acquiring.timers.waits.length === 0) await new Promise((resolve) => setImmediate(resolve));
  client.timers.pass(ANSWER_MS);
  assert.equal((await asked).outcome, 'unknown');
  assert.deepEqual(await client.port.reverse(payment(1), undefined), { outcome: 'done' });
  acquiring.timers.pass(40_000);
  assert.equal((await acquiring.decision('0100')).response, '21');
  await client.heard('answer-unexpected');
  assert.equal(acquiring.simulator.books.usedOf(CARD.pan), 0);
});

for (const { what, first, again, done } of [
  {
    what: 'reversal',
    first: '0420',
    again: '0421',
    done: (client: Client) => client.port.reverse(payment(1), '000001'),
  },
  {
    what: 'completion',
    first: '0220',
    again: '0221',
    done: (client: Client) => client.port.capture(payment(1), '000001'),
  },
] as const) {
  test(`a ${what} without an answer is told again as ${again}, until it is answered`, async (t) => {
    const { acquiring, client } = await openBench(t);
    await client.port.authorise(payment(1), CARD);
    acquiring.faults[first] = ['answer-lost'];
    acquiring.faults[again] = ['answer-lost'];
    for (const type of [first, again]) {
      const told = done(client);
      await acquiring.decision(type);
      client.timers.pass(ANSWER_MS);
      assert.equal((await told).outcome, 'unknown');
    }
    assert.deepEqual(await done(client), { outcome: 'done' });
    // What was answered begins anew: who asks once more asks for the first time.
    assert.deepEqual(await done(client), { outcome: 'done' });
    const told = acquiring.decided.all.map(({ type }) => type).filter((type) => type !== '0800' && type !== '0100');
    assert.deepEqual(told, [first, again, again, first]);
  });
}

test('what an earlier process asked for is reversed by a later one', async (t) => {
  const { acquiring, client, port } = await openBench(t);
  await client.port.authorise(payment(1), CARD);
  await client.port.close();
  const later = new Client(t, { port });
  assert.deepEqual(await later.port.reverse(payment(1), undefined), { outcome: 'done' });
  assert.equal(acquiring.simulator.books.usedOf(CARD.pan), 0);
});

test('many payments are on their way at once, and are answered in any order', async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.faults['0100'] = ['answer-late'];
  const [slow, ...quick] = [1, 2, 3, 4, 5, 6, 7, 8].map((trace) => client.port.authorise(payment(trace), CARD));
  for (const answer of await Promise.all(quick)) assert.equal(answer.outcome, 'approved');
  acquiring.timers.pass(40_000);
  assert.equal((await slow)?.outcome, 'approved');
});

test('a call that comes while the same one waits gets the same answer', async (t) => {
  const { acquiring, client } = await openBench(t);
  const [first, second] = [client.port.authorise(payment(1), CARD), client.port.authorise(payment(1), CARD)];
  assert.deepEqual(await first, await second);
  assert.equal(acquiring.decided.all.filter(({ type }) => type === '0100').length, 1);
});

test('a payment waits for a connection as long as for an answer, and then was never sent', async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.simulator.dropConnections();
  await client.heard('connection-lost');
  const [early, late] = [client.port.authorise(payment(1), CARD), client.port.capture(payment(2), '000002')];
  client.timers.pass(999);
  client.timers.pass(1);
  await client.heard('signed-on');
  assert.equal((await early).outcome, 'approved');
  assert.equal((await late).outcome, 'refused');

  acquiring.simulator.dropConnections();
  await client.heard('connection-lost');
  await acquiring.simulator.close();
  const waiting = client.port.authorise(payment(3), CARD);
  client.timers.pass(ANSWER_MS);
  assert.equal((await waiting).outcome, 'unknown');
  assert.equal(acquiring.simulator.books.payments().length, 1);
});

test('attempts to connect are 1, 2, 4 and so on up to 60 seconds apart', async (t) => {
  // A port on which nobody listens.
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const client = new Client(t, { port });
  const waits: number[] = [];
  for (let attempt = 0; attempt < 9; attempt++) {
    await client.heard('connection-lost');
    const [wait = 0] = client.timers.waits;
    waits.push(wait);
    client.timers.pass(wait);
  }
  assert.deepEqual(
    waits,
    [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => 1000 * seconds),
  );
  assert.match(client.said.all[0]?.sentence ?? '', /^There is no connection to the acquirer \(ECONNREFUSED\): /);
});

test('after silence an echo is asked for, and without an answer the connection is made anew', async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.faults['0800'] = [undefined, 'answer-lost'];
  const echo = async () => {
    client.timers.pass(60_000);
    await acquiring.decision('0800');
  };
  await acquiring.decision('0800');
  await echo();
  // Once it is answered the silence begins anew.
  client.timers.pass(1);
  while (client.timers.waits[0] !== 60_000) await new Promise((resolve) => setImmediate(resolve));
  await echo();
  client.timers.pass(60_000);
  const { sentence } = await client.heard('connection-lost');
  assert.match(sentence, /\(it did not answer an echo\)/);
  client.timers.pass(1_000);
  await client.heard('signed-on');
});

test('the acquirer’s own echo is answered', async (t) => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const port = await listenRaw(t, (message, socket) => {
    if (message.type === '0810') resolve(message);
    const answer = answering({})(message);
    if (message.type === '0800') {
      socket.write(frameMessage(encodeMessage(answer as never)));
      return { type: '0800', transmitted: '0302041110', trace: 77, network: '301' };
    }
    return undefined;
  });
  new Client(t, { port });
  const answered = await promise;
  assert.deepEqual(answered, { type: '0810', transmitted: '0302041110', trace: 77, network: '301', response: '00' });
});

test('a sign-on that is refused, or not answered, is tried again', async (t) => {
  const responses = ['58', undefined, '00'];
  const port = await listenRaw(t, (message) => {
    const response = responses.shift();
    return response === undefined
      ? undefined
      : answering({})(message) && ({ ...answering({})(message), response } as never);
  });
  const client = new Client(t, { port });
  const { sentence } = await client.heard('sign-on-refused');
  assert.equal(sentence, 'The acquirer refuses the sign-on (code 58): look at the settings.');
  await client.heard('connection-lost');
  client.timers.pass(1_000);
  while (responses.length > 1) await new Promise((resolve) => setImmediate(resolve));
  client.timers.pass(10_000);
  assert.match((await client.heard('connection-lost')).sentence, /nobody answered the sign-on in time/);
  client.timers.pass(2_000);
  await client.heard('signed-on');
});

for (const { what, change } of [
  { what: 'without an approval number', change: { approval: '' } },
  { what: 'of another amount', change: { amount: 4999 } },
  { what: 'in another currency', change: { currency: 840 } },
  { what: 'in part (code 10)', change: { response: '10' } },
  { what: 'that is still being decided (code 09)', change: { response: '09' } },
  { what: 'of a trace that was there before (code 94)', change: { response: '94' } },
  { what: 'with a code of no table', change: { response: 'Q7' } },
  { what: 'as a completion', change: { type: '0230' } },
]) {
  test(`an approval ${what} is nothing to sell on: the payment has to be reversed`, async (t) => {
    const port = await listenRaw(t, answering(change));
    const client = new Client(t, { port });
    const asked = client.port.authorise(payment(1), CARD);
    if ('type' in change) {
      await client.heard('answer-unexpected');
      client.timers.pass(ANSWER_MS);
    }
    const answer = await asked;
    assert.ok(answer.outcome === 'unknown');
    assert.match(answer.sentence, /^The acquirer[^\n]*\.$/);
    const right = new Client(t, { port: await listenRaw(t, answering({})) });
    assert.equal((await right.port.authorise(payment(1), CARD)).outcome, 'approved');
  });
}

for (const { what, change } of [
  { what: 'another trace', change: { trace: 2 } },
  { what: 'the reference of another day', change: { reference: '606204000001' } },
  { what: 'another terminal', change: { terminal: 'WATT0002' } },
]) {
  test(`an answer with ${what} is not the answer`, async (t) => {
    const client = new Client(t, { port: await listenRaw(t, answering(change)) });
    const asked = client.port.authorise(payment(1), CARD);
    await client.heard('answer-unexpected');
    client.timers.pass(ANSWER_MS);
    assert.equal((await asked).outcome, 'unknown');
  });
}

for (const { code, capture, reverse, reverseApproved } of [
  { code: '00', capture: 'done', reverse: 'done', reverseApproved: 'done' },
  { code: '25', capture: 'refused', reverse: 'done', reverseApproved: 'refused' },
  { code: '21', capture: 'refused', reverse: 'done', reverseApproved: 'refused' },
  { code: '91', capture: 'unknown', reverse: 'unknown', reverseApproved: 'unknown' },
  { code: '96', capture: 'unknown', reverse: 'unknown', reverseApproved: 'unknown' },
  { code: '12', capture: 'refused', reverse: 'refused', reverseApproved: 'refused' },
  { code: '94', capture: 'refused', reverse: 'refused', reverseApproved: 'refused' },
  { code: 'Q7', capture: 'refused', reverse: 'refused', reverseApproved: 'refused' },
] as const) {
  test(`code ${code} makes a completion ${capture}, a reversal ${reverse}, and ${reverseApproved} where it was approved`, async (t) => {
    const { port } = new Client(t, { port: await listenRaw(t, answering({ response: code })) });
    assert.equal((await port.capture(payment(1), '000001')).outcome, capture);
    assert.equal((await port.reverse(payment(1), undefined)).outcome, reverse);
    assert.equal((await port.reverse(payment(1), '000001')).outcome, reverseApproved);
  });
}

test('what is no card is declined, and nothing is sent', async (t) => {
  const { acquiring, client } = await openBench(t);
  for (const instrument of [
    { type: 'wallet', number: '821012345678' },
    { type: 'mandate', reference: 'M-1' },
    { type: 'token', token: 'pm_1' },
    { ...CARD, pan: '4111 1111 1111 1111' },
    { ...CARD, expiry: '12/29' },
    { ...CARD, chip: { data: new Uint8Array(256) } },
    { ...CARD, chip: { data: new Uint8Array(0) } },
    { ...CARD, chip: { data: CHIP, sequence: 100 } },
    { ...CARD, chip: { data: CHIP, sequence: -1 } },
    { ...CARD, chip: { data: CHIP, track2: CARD.pan } },
    { ...CARD, chip: { data: CHIP, track2: `${CARD.pan}=${'2'.repeat(21)}` } },
  ] as const) {
    const { outcome } = await client.port.authorise(payment(1), instrument);
    assert.equal(outcome, 'declined');
  }
  assert.deepEqual(acquiring.simulator.books.payments(), []);
});

test('the number of a card is in no event and no sentence', async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.faults['0100'] = ['answer-lost', 'answer-late', 'answer-doubled', 'answer-garbled', undefined];
  const asked = [1, 2, 3, 4, 5].map((trace) => client.port.authorise(payment(trace), CARD));
  await asked[4];
  await client.heard('message-unreadable');
  client.timers.pass(ANSWER_MS);
  acquiring.timers.pass(40_000);
  acquiring.simulator.dropConnections();
  await client.heard('connection-lost');
  const told = JSON.stringify([client.said.all, acquiring.decided.all, await Promise.all(asked)]);
  assert.doesNotMatch(told, /411111/);
  assert.match(told, /\*{4} 1111/);
});

test('what is on its way when the client closes is unknown, and it closes once for all', async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.faults['0100'] = ['answer-lost'];
  const asked = client.port.authorise(payment(1), CARD);
  await acquiring.decision('0100');
  await client.port.close();
  assert.equal((await asked).outcome, 'unknown');
  await client.port.close();
  assert.deepEqual(client.timers.waits, []);
});

test(`${IN_FLIGHT_MAX} payments are on their way at once, and one more is unknown at once`, async (t) => {
  const { acquiring, client } = await openBench(t);
  acquiring.faults['0100'] = Array(IN_FLIGHT_MAX).fill('answer-lost');
  const asked = Array.from({ length: IN_FLIGHT_MAX }, (_, n) => client.port.authorise(payment(n + 1), CARD));
  const above = await client.port.authorise(payment(IN_FLIGHT_MAX + 1), CARD);
  assert.ok(above.outcome === 'unknown');
  assert.match(above.sentence, /^More than 1000 payments are on their way/);
  client.timers.pass(ANSWER_MS);
  for (const answer of await Promise.all(asked)) assert.equal(answer.outcome, 'unknown');
  assert.equal((await client.port.authorise(payment(IN_FLIGHT_MAX + 1), CARD)).outcome, 'declined');
});

test('settings that no message can hold are refused at the beginning', () => {
  const right = { host: '127.0.0.1', port: 1, institution: '1', terminal: 'T', merchant: 'M', zone: 'UTC' };
  for (const wrong of [
    { institution: '' },
    { institution: '123456789012' },
    { institution: 'A' },
    { terminal: '' },
    { terminal: '123456789' },
    { terminal: 'T ' },
    { merchant: '1234567890123456' },
    { merchant: '서울' },
    { port: 0 },
    { port: 65_536 },
    { zone: 'Nowhere/Land' },
  ]) {
    assert.throws(() => new Acquirer({ ...right, ...wrong }), RangeError);
  }
});
