import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { Acquiring, Client, payment } from '../../src/adapters/acquirer/bench.testing.ts';
import { listenBetween, type Segment } from '../../src/adapters/acquirer/capture.testing.ts';
import { InProcessSlot } from '../../src/adapters/in-process-card.ts';
import { decodeMessage, type Message, MessageStream } from '../../src/adapters/iso8583.ts';
import { fromHex, toHex } from '../../src/bytes/index.ts';
import { bankOf, ISSUE, ISSUES, SALE, TERMINAL } from '../../src/card/emv/bench.testing.ts';
import {
  ContactSlot,
  type EmvAuthorisation,
  type EmvCardData,
  type EmvEnd,
  EmvIssuer,
  EmvTestCard,
  METER_SLOT,
  runEmv,
  type TestCardIssue,
  testIssuerKey,
} from '../../src/card/index.ts';
import type { Authorisation, Instrument, PaymentRequest } from '../../src/host/index.ts';

const LIMIT = 100_000;

/** An acquirer whose bank issued the test cards, its client, and what goes between them. */
async function open(t: TestContext) {
  const cards = [ISSUE.pan, '6799998900000200019'].map((pan) => ({ pan, limit: LIMIT, once: LIMIT }));
  const acquiring = new Acquiring({ cards, issuer: new EmvIssuer(testIssuerKey()) });
  t.after(() => acquiring.simulator.close());
  const port = await acquiring.simulator.listen(0, '127.0.0.1');
  const segments: Segment[] = [];
  const client = new Client(t, { port: await listenBetween(t, port, segments) });
  await client.heard('signed-on');
  return { acquiring, client, segments };
}

const instrumentOf = ({ pan, expiry, sequence, track2, data }: EmvCardData): Instrument => ({
  ...{ type: 'card', pan, expiry },
  chip: { data, ...(sequence !== undefined && { sequence }), ...(track2 !== undefined && { track2 }) },
});

function authorisedBy(answer: Authorisation): EmvAuthorisation {
  if (answer.outcome !== 'approved' && answer.outcome !== 'declined') return { type: 'unanswered' };
  const { code, data } = answer.chip ?? assert.fail('a chip is answered');
  return { type: answer.outcome, code, data };
}

/** A sale by chip up to the end of its money: what the card says decides whether it is captured. */
async function sell(
  { client }: { readonly client: Client },
  card: EmvTestCard,
  asked: PaymentRequest,
  hear: (answer: Authorisation, instrument: Instrument) => void = () => undefined,
): Promise<EmvEnd> {
  const slot = new InProcessSlot();
  slot.insert(card.chip);
  const session = await slot.open();
  assert.ok(!('reason' in session));
  let approval: string | undefined;
  const end = await runEmv(session, TERMINAL, { ...SALE, amount: asked.amount }, async (read) => {
    const instrument = instrumentOf(read);
    const answer = await client.port.authorise(asked, instrument);
    hear(answer, instrument);
    if (answer.outcome === 'approved') approval = answer.approval;
    return authorisedBy(answer);
  });
  if (end.outcome === 'approved') await client.port.capture(asked, approval ?? '');
  else if (end.reverse) await client.port.reverse(asked, approval);
  return end;
}

const messagesIn = (segments: readonly Segment[]): Message[] =>
  segments.flatMap(({ bytes }) => {
    const read = new MessageStream().push(bytes);
    assert.ok(!('reason' in read));
    return read.map((each) => decodeMessage(each) as Message);
  });

for (const issue of ISSUES) {
  const { pan, version, authentication, format } = issue;
  test(`a chip of ${pan.length} digits pays by version ${version} and ${authentication}, format ${format}`, async (t) => {
    const bench = await open(t);
    assert.equal((await sell(bench, new EmvTestCard(issue), payment(1))).outcome, 'approved');
    assert.equal(bench.acquiring.simulator.books.payments()[0]?.state, 'captured');
    const [, , request, answer] = messagesIn(bench.segments);
    assert.ok(request?.type === '0100' && answer?.type === '0110' && answer.chip !== undefined);
    assert.deepEqual([request.entryMode, request.sequence, request.track2], ['052', 1, `${pan}=2912201`]);
    assert.deepEqual(toHex(answer.chip).slice(0, 4), version === 10 ? '910a' : '9108');
  });
}

/** By its instruction, as T=0 has to know it: ISO/IEC 7816-3 §12.1.1. */
const CASES: Readonly<Record<number, 2 | 3 | 4>> = { 164: 4, 178: 2, 168: 4, 174: 4, 130: 3 };

for (const [protocol, atr] of [
  ['T=0', '3b00'],
  ['T=1', '3b80800101'],
] as const) {
  for (const authentication of ['own-command', 'with-cryptogram'] as const) {
    test(`a chip pays over the contacts of a slot, by ${protocol}, answered ${authentication}`, async () => {
      const card = new EmvTestCard({ ...ISSUE, authentication });
      const slot = new ContactSlot(METER_SLOT);
      slot.insert({
        ...{ atr: fromHex(atr), begin: card.chip.begin },
        caseOf: ([, instruction = 0]) => CASES[instruction],
        workCycles: () => 10_000,
      });
      const session = await slot.open();
      assert.ok(!('reason' in session));
      const end = await runEmv(session, TERMINAL, SALE, async (read) => bankOf()(read));
      assert.equal(end.outcome, 'approved', JSON.stringify(end));
      // A kiosk is waited at: at 9,600 bit/s it is over in seconds.
      assert.ok(slot.wire.microseconds < 5_000_000, `${slot.wire.microseconds}`);
    });
  }
}

test('a chip whose bank declines has cost nothing, and has heard it from its bank', async (t) => {
  const bench = await open(t);
  const end = await sell(bench, new EmvTestCard(ISSUE), payment(1, LIMIT + 1), (answer) => {
    assert.ok(answer.outcome === 'declined' && answer.reason === 'funds');
    assert.deepEqual([answer.chip?.code, answer.chip?.data?.length], ['51', 10]);
  });
  assert.deepEqual(end.outcome === 'declined' && [end.by, end.reverse], ['bank', false]);
  assert.equal(bench.acquiring.simulator.books.usedOf(ISSUE.pan), 0);
  assert.equal((await sell(bench, new EmvTestCard({ ...ISSUE, sequence: 2 }), payment(2, LIMIT))).outcome, 'approved');
});

test('a cryptogram that is another’s, or was there before, is refused and holds nothing', async (t) => {
  const bench = await open(t);
  const read: Instrument[] = [];
  const card = new EmvTestCard(ISSUE);
  await sell(bench, card, payment(1), (_, instrument) => read.push(instrument));
  const [instrument] = read;
  assert.ok(instrument?.type === 'card' && instrument.chip !== undefined);
  const used = bench.acquiring.simulator.books.usedOf(ISSUE.pan);
  const { chip } = instrument;
  const forged = { ...chip, data: chip.data.map((byte, at) => (at === 3 ? byte ^ 1 : byte)) };
  for (const [trace, other] of [chip, forged, { ...chip, sequence: 2 }].entries()) {
    const answer = await bench.client.port.authorise(payment(10 + trace), { ...instrument, chip: other });
    assert.deepEqual(answer, {
      ...{ outcome: 'declined', reason: 'refused', chip: { code: '63' } },
      sentence: 'The card was declined: its bank finds that it is not safe (code 63).',
    });
  }
  // Of another amount than the chip signed.
  assert.equal((await bench.client.port.authorise(payment(20, 1), instrument)).outcome, 'declined');
  assert.equal(bench.acquiring.simulator.books.usedOf(ISSUE.pan), used);
  assert.equal((await sell(bench, card, payment(21))).outcome, 'approved');
});

test('an authorisation that is repeated is answered as before, to the chip too', async (t) => {
  const bench = await open(t);
  bench.acquiring.faults['0100'] = ['answer-lost'];
  const card = new EmvTestCard(ISSUE);
  const answers: Authorisation[] = [];
  const slot = new InProcessSlot();
  slot.insert(card.chip);
  const session = await slot.open();
  assert.ok(!('reason' in session));
  const end = await runEmv(session, TERMINAL, SALE, async (read) => {
    const lost = bench.client.port.authorise(payment(1), instrumentOf(read));
    await bench.acquiring.decision('0100');
    bench.client.timers.pass(30_000);
    answers.push(await lost, await bench.client.port.authorise(payment(1), instrumentOf(read)));
    return authorisedBy(answers[1] as Authorisation);
  });
  assert.deepEqual([answers[0]?.outcome, answers[1]?.outcome, end.outcome], ['unknown', 'approved', 'approved']);
  assert.equal(bench.acquiring.simulator.books.usedOf(ISSUE.pan), 5_000);
});

test('an approval that was lost, or that comes without what the card can believe, is given back', async (t) => {
  const bench = await open(t);
  bench.acquiring.faults['0100'] = ['answer-garbled'];
  const selling = sell(bench, new EmvTestCard(ISSUE), payment(1));
  await bench.client.heard('message-unreadable');
  bench.client.timers.pass(30_000);
  const end = await selling;
  assert.deepEqual(end.outcome === 'declined' && [end.by, end.reverse], ['bank', true]);
  assert.deepEqual(
    bench.acquiring.simulator.books.payments().map(({ state }) => state),
    ['reversed'],
  );
  // An acquirer that knows the card's number, and whose bank is not the card's.
  const foreign = new EmvTestCard({ ...ISSUE, version: 10 });
  const slot = new InProcessSlot();
  slot.insert(foreign.chip);
  const session = await slot.open();
  assert.ok(!('reason' in session));
  const believed = await runEmv(session, TERMINAL, SALE, async (read) => {
    const answer = bankOf()(read) as Extract<EmvAuthorisation, { code: string }>;
    return { ...answer, data: undefined };
  });
  assert.deepEqual(believed.outcome === 'declined' && [believed.by, believed.reverse], ['card', true]);
});

for (const issue of [
  ISSUE,
  { ...ISSUE, version: 10, authentication: 'own-command' },
] as const satisfies TestCardIssue[]) {
  test(`a card that is pulled at any command is paid with once or not at all (${issue.authentication})`, async (t) => {
    const bench = await open(t);
    const { books } = bench.acquiring.simulator;
    const card = new EmvTestCard(issue);
    let trace = 0;
    const ends: string[] = [];
    for (let commands = 0; ; commands++) {
      const slot = new InProcessSlot();
      let sent = 0;
      slot.insert({
        atr: card.chip.atr,
        begin: () => {
          const program = card.chip.begin();
          return (command) => {
            if (sent++ === commands) slot.pull();
            return program(command);
          };
        },
      });
      const session = await slot.open();
      assert.ok(!('reason' in session));
      const pulled = { ...session, transmit: pullingAt(session.transmit, () => sent > commands) };
      trace += 1;
      const asked = payment(trace);
      let approval: string | undefined;
      const end = await runEmv(pulled, TERMINAL, SALE, async (read) => {
        const answer = await bench.client.port.authorise(asked, instrumentOf(read));
        if (answer.outcome === 'approved') approval = answer.approval;
        return authorisedBy(answer);
      });
      if (end.outcome === 'approved') await bench.client.port.capture(asked, approval ?? '');
      else if (end.reverse) await bench.client.port.reverse(asked, approval);
      ends.push(end.outcome);
      if (end.outcome === 'approved') break;
      const booked = books.payments().find((each) => each.trace === trace);
      assert.ok(booked === undefined || booked.state === 'reversed', `command ${commands}: ${booked?.state}`);
      assert.equal(booked === undefined, !(end.outcome === 'failed' && end.reverse));
      assert.equal(books.usedOf(issue.pan), 0, `command ${commands}`);
    }
    assert.equal(books.usedOf(issue.pan), SALE.amount);
    assert.ok(ends.length > 8 && ends.filter((end) => end === 'approved').length === 1);
  });
}

/** The answer to the command at which it is pulled is lost too. */
const pullingAt =
  (transmit: (command: Uint8Array) => Promise<Uint8Array | { reason: string }>, isGone: () => boolean) =>
  async (command: Uint8Array) => {
    const heard = await transmit(command);
    return isGone() ? ({ reason: 'card-removed', sentence: 'The card was pulled.' } as const) : (heard as Uint8Array);
  };

test('the number of a card with a chip goes out in the authorisation alone, and stands nowhere else', async (t) => {
  for (const pan of [ISSUE.pan, '6799998900000200019']) {
    const bench = await open(t);
    const told: unknown[] = [];
    const end = await sell(bench, new EmvTestCard({ ...ISSUE, pan }), payment(1), (answer) => told.push(answer));
    told.push(end, bench.client.said.all, bench.acquiring.decided.all, bench.acquiring.simulator.books.payments());
    told.push(bench.client.port);
    const text = inspect(told, { depth: 20, maxArrayLength: null });
    assert.ok(!text.includes(pan.slice(0, 12)), text);
    assert.match(text, new RegExp(`\\*{4} ${pan.slice(-4)}`));
    for (const { bytes } of bench.segments) {
      const isRequest = Buffer.from(bytes).includes('0100', 2, 'latin1') && Buffer.from(bytes).indexOf('0100') === 2;
      const count = Buffer.from(bytes).toString('latin1').split(pan).length - 1;
      // Fields 2 and 35.
      assert.equal(count, isRequest ? 2 : 0);
      assert.ok(isRequest || !toHex(bytes).includes(pan));
    }
  }
});
