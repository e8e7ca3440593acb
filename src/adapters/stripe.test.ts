import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { Instrument, PaymentRequest } from '../host/index.ts';
import { TERMS, Till } from '../host/payments.testing.ts';
import { made, Rig } from '../host/rig.testing.ts';
import { milliseconds } from '../units/index.ts';
import { CallbackServer } from './callback-server.ts';
import { moneyOf, PAYMENT_FIELD, readStripeEvent, type StripeNotice, StripePayments } from './stripe.ts';
import {
  STRIPE_FAULTS,
  type STRIPE_METHODS,
  type StripeCall,
  type StripeFault,
  StripeSimulator,
  signatureOf,
} from './stripe-simulator.ts';

const BEGUN = Date.UTC(2026, 2, 2, 6, 30);
const MINUTE = 60_000;
const SECRET = 'whsec_told';
const opened: { close(): Promise<void> }[] = [];
after(() => Promise.all(opened.map((each) => each.close())));

/** Stripe, and hosts one after the other that ask it and are told by it. */
class Bench {
  clock = { ms: BEGUN };
  faults: Partial<Record<StripeCall, (StripeFault | undefined)[]>> = {};
  notice: (notice: StripeNotice) => Promise<void> = async (notice) => void this.noticed.push(notice);
  readonly asked: StripeCall[] = [];
  readonly heard: string[] = [];
  readonly noticed: StripeNotice[] = [];
  readonly simulator = new StripeSimulator({
    ...{ secretKey: 'sk_test', webhookSecret: SECRET, now: () => this.clock.ms },
    faultOf: (call) => {
      this.asked.push(call);
      return this.faults[call]?.shift();
    },
  });
  readonly callbacks = new CallbackServer((_path, body, headers) => this.port.take(body, headers['stripe-signature']));
  #port: StripePayments | undefined;
  #open: (() => StripePayments) | undefined;

  static async open(more: { requestMs?: number; retries?: number; secretKey?: string } = {}): Promise<Bench> {
    const bench = new Bench();
    opened.push(bench.simulator, bench.callbacks);
    const url = `http://127.0.0.1:${await bench.simulator.listen(0)}`;
    bench.simulator.webhookUrl = `http://127.0.0.1:${await bench.callbacks.listen(0, '127.0.0.1')}/stripe`;
    bench.#open = () =>
      new StripePayments(
        { secretKey: 'sk_test', webhookSecret: SECRET, url, retries: 0, ...more },
        {
          now: () => bench.clock.ms,
          hear: (sentence) => bench.heard.push(sentence),
          notice: (notice) => bench.notice(notice),
        },
      );
    return bench;
  }

  get port(): StripePayments {
    this.#port ??= this.#open?.() ?? assert.fail();
    return this.#port;
  }

  /** As after the end of a process: nothing that was in its memory is there. */
  restart(): void {
    this.#port = undefined;
  }

  /** Posted as an event of Stripe, signed as it is told to be. */
  async post(body: string, signature: string | undefined): Promise<number> {
    const headers = signature === undefined ? {} : { 'stripe-signature': signature };
    return (await fetch(this.simulator.webhookUrl ?? '', { method: 'POST', body, headers })).status;
  }
}

const payment = (more: Partial<PaymentRequest> = {}): PaymentRequest => ({
  ...{ id: 'a', trace: 1, at: milliseconds(BEGUN), amount: 50_000, currency: 410 },
  ...more,
});
const token = (name: keyof typeof STRIPE_METHODS | string = 'pm_card_visa'): Instrument => ({
  type: 'token',
  token: name,
});
const HELD = { held: 50_000, taken: 0 };
const TAKEN = { held: 0, taken: 50_000 };
const NOTHING = { held: 0, taken: 0 };

test('money is held, captured once the value is stored, and given back when it is not', async () => {
  const bench = await Bench.open();
  const { port, simulator } = bench;
  const approved = await port.authorise(payment(), token());
  assert.deepEqual(approved, { outcome: 'approved', approval: 'pi_1', shown: '**** 4242' });
  assert.deepEqual(simulator.moneyOf('a'), HELD);
  for (let i = 0; i < 2; i++) assert.deepEqual(await port.capture(payment(), 'pi_1'), { outcome: 'done' });
  assert.deepEqual(simulator.moneyOf('a'), TAKEN);
  for (let i = 0; i < 2; i++) assert.deepEqual(await port.reverse(payment(), 'pi_1'), { outcome: 'done' });
  assert.deepEqual(simulator.moneyOf('a'), NOTHING, 'what was captured is refunded');
  await port.authorise(payment({ id: 'b' }), token());
  for (let i = 0; i < 2; i++) assert.deepEqual(await port.reverse(payment({ id: 'b' }), 'pi_2'), { outcome: 'done' });
  assert.deepEqual(simulator.moneyOf('b'), NOTHING);
  assert.equal(simulator.intents[1]?.status, 'canceled', 'a hold is let go, and no refund is made of it');
});

test('a payment that is asked for twice is one, at once and after a restart', async () => {
  const bench = await Bench.open();
  const twice = await Promise.all([1, 2].map(() => bench.port.authorise(payment(), token())));
  bench.restart();
  const again = await bench.port.authorise(payment(), token());
  for (const answer of [...twice, again]) assert.deepEqual(answer, twice[0]);
  assert.equal(bench.simulator.intents.length, 1);
  const other = await bench.port.authorise(payment(), token('pm_card_chargeDeclined'));
  assert.equal(other.outcome, 'unknown', 'the same payment with another card is not judged by what was asked before');
  assert.deepEqual(bench.simulator.moneyOf('a'), HELD);
});

test('who cannot pay is declined with a reason, and what Stripe cannot take is not asked for', async () => {
  const bench = await Bench.open();
  bench.simulator.webhookUrl = undefined;
  const answers: readonly (readonly [Instrument, Partial<PaymentRequest>, string, number])[] = [
    [token('pm_card_chargeDeclined'), {}, 'refused', 2],
    [token('pm_card_chargeDeclinedInsufficientFunds'), {}, 'funds', 2],
    [token('pm_card_chargeDeclinedExpiredCard'), {}, 'instrument', 2],
    [token('pm_card_chargeDeclinedProcessingError'), {}, 'not-served', 2],
    [token('pm_card_authenticationRequired'), {}, 'refused', 2],
    [token('pm_none'), {}, 'instrument', 3],
    [token('cus_missing/pm_card_visa'), {}, 'instrument', 2],
    [token(), { amount: 49 }, 'limit', 1],
    [token('4242'), {}, 'instrument', 0],
    [{ type: 'wallet', number: '254712345678' }, {}, 'not-served', 0],
    [token(), { currency: 999 }, 'not-served', 0],
    [token(), { currency: 414, amount: 5_005 }, 'not-served', 0],
  ];
  for (const [i, [instrument, more, reason, asked]] of answers.entries()) {
    const before = bench.asked.length;
    const answer = await bench.port.authorise(payment({ id: `p${i}`, ...more }), instrument);
    assert.equal('reason' in answer ? answer.reason : answer.outcome, reason, JSON.stringify(instrument));
    assert.ok('sentence' in answer && !/pm_none|4242|cus_missing/.test(answer.sentence), 'no token is told on');
    assert.equal(bench.asked.length - before, asked, JSON.stringify(instrument));
    assert.deepEqual(bench.simulator.moneyOf(`p${i}`), NOTHING);
  }
  const wrong = await Bench.open({ secretKey: 'sk_wrong' });
  assert.equal((await wrong.port.authorise(payment(), token())).outcome, 'declined');
});

test('a payment method of a customer is confirmed in his name', async () => {
  const bench = await Bench.open();
  assert.equal((await bench.port.authorise(payment(), token('cus_1/pm_card_visa'))).outcome, 'approved');
  assert.equal(bench.simulator.intents[0]?.customer, 'cus_1');
});

test('money goes out in the smallest unit that Stripe has of it', () => {
  const cases: readonly (readonly [number, number, ReturnType<typeof moneyOf>])[] = [
    [410, 5_000, { currency: 'krw', amount: 5_000 }],
    [392, 1, { currency: 'jpy', amount: 1 }],
    [978, 1_999, { currency: 'eur', amount: 1_999 }],
    [8, 100, { currency: 'all', amount: 100 }],
    [352, 5, { currency: 'isk', amount: 500 }],
    [800, 4_000_000, { currency: 'ugx', amount: 400_000_000 }],
    [969, 30_700, { currency: 'mga', amount: 307 }],
    [969, 30_750, undefined],
    [414, 5_120, { currency: 'kwd', amount: 5_120 }],
    [414, 5_124, undefined],
    [0, 100, undefined],
  ];
  for (const [currency, amount, money] of cases) assert.deepEqual(moneyOf({ currency, amount }), money);
});

test('an answer that is lost leaves nobody paid: whoever gives it back finds the intent, or makes it and cancels it', async () => {
  const calls = ['make', 'update', 'confirm'] as const;
  const lost = ['request-lost', 'request-late', 'answer-lost', 'answer-garbled', 'server-error', 'server-error-after'];
  for (const call of calls) {
    for (const fault of lost as StripeFault[]) {
      const bench = await Bench.open();
      bench.faults = { [call]: [fault] };
      const unanswered = await bench.port.authorise(payment(), token('cus_1/pm_card_visa'));
      assert.equal(unanswered.outcome, 'unknown', `${call} ${fault}`);
      bench.restart();
      let tries = 0;
      while ((await bench.port.reverse(payment(), undefined)).outcome !== 'done') {
        assert.ok(call === 'make' && /server-error/.test(fault), `${call} ${fault}: only an answer kept so long waits`);
        bench.clock.ms += 5 * MINUTE;
        tries += 1;
        assert.ok(tries <= 2, `${call} ${fault}`);
      }
      bench.simulator.deliver();
      assert.deepEqual(bench.simulator.moneyOf('a'), NOTHING, `${call} ${fault}`);
      assert.ok(bench.simulator.intents.length <= 1, 'there was never a second one');
    }
  }
});

test('a reversal that comes first stands: what is asked for afterwards takes no money', async () => {
  const bench = await Bench.open();
  assert.deepEqual(await bench.port.reverse(payment(), undefined), { outcome: 'done' });
  assert.equal((await bench.port.authorise(payment(), token())).outcome, 'declined');
  assert.deepEqual(bench.simulator.moneyOf('a'), NOTHING);
});

test('what nobody heard the end of is found in the list a week later, page by page, and not made anew', async () => {
  const bench = await Bench.open();
  bench.faults = { confirm: [undefined, 'answer-lost'] };
  await bench.port.authorise(payment({ id: 'other' }), token());
  await bench.port.authorise(payment(), token());
  for (let i = 0; i < 7; i++) await bench.port.authorise(payment({ id: `after${i}` }), token());
  bench.clock.ms += 6 * 24 * 60 * MINUTE;
  bench.faults = { list: ['answer-lost', undefined, 'server-error'] };
  for (let i = 0; i < 2; i++) assert.equal((await bench.port.reverse(payment(), undefined)).outcome, 'unknown');
  assert.deepEqual(bench.simulator.moneyOf('a'), HELD);
  assert.deepEqual(await bench.port.reverse(payment(), undefined), { outcome: 'done' });
  assert.deepEqual([bench.simulator.moneyOf('a'), bench.simulator.moneyOf('other')], [NOTHING, HELD]);
  assert.deepEqual(await bench.port.reverse(payment({ id: 'never' }), undefined), { outcome: 'done' });
  assert.equal(bench.simulator.intents.length, 9);
});

test('whoever asks too slowly does not confirm: the list may have been looked at', async () => {
  const bench = await Bench.open();
  bench.clock.ms += 10 * MINUTE;
  assert.equal((await bench.port.authorise(payment(), token())).outcome, 'unknown');
  assert.deepEqual(bench.asked, ['make']);
  bench.clock.ms -= 1;
  assert.equal((await bench.port.authorise(payment(), token())).outcome, 'approved');
});

test('another amount under the name of a payment is a person’s, and stays where it is', async () => {
  const bench = await Bench.open();
  await bench.port.authorise(payment(), token());
  const other = payment({ amount: 60_000 });
  assert.equal((await bench.port.authorise(other, token())).outcome, 'unknown');
  assert.equal((await bench.port.reverse(other, undefined)).outcome, 'unknown');
  bench.clock.ms += 10 * MINUTE;
  const completion = await bench.port.reverse(other, undefined);
  assert.match('sentence' in completion ? completion.sentence : '', /another amount/);
  assert.equal(completion.outcome, 'refused');
  assert.deepEqual(bench.simulator.moneyOf('a'), HELD);
});

test('a capture whose answer is lost is done when it is asked for again; a hold that ended is a person’s', async () => {
  for (const fault of STRIPE_FAULTS.filter((each) => !/^webhook|slow$|reset$/.test(each))) {
    const bench = await Bench.open();
    await bench.port.authorise(payment(), token());
    bench.faults = { capture: [fault, undefined], retrieve: [] };
    assert.equal((await bench.port.capture(payment(), 'pi_1')).outcome, 'unknown', fault);
    assert.deepEqual(await bench.port.capture(payment(), 'pi_1'), { outcome: 'done' }, fault);
    bench.simulator.deliver();
    assert.deepEqual(bench.simulator.moneyOf('a'), TAKEN, fault);
  }
  const bench = await Bench.open();
  await bench.port.authorise(payment(), token());
  bench.clock.ms += 8 * 24 * 60 * MINUTE;
  const late = await bench.port.capture(payment(), 'pi_1');
  assert.equal(late.outcome, 'refused');
  assert.match('sentence' in late ? late.sentence : '', /no longer holds the money/);
  assert.deepEqual(await bench.port.reverse(payment(), 'pi_1'), { outcome: 'done' });
  for (const completion of [
    await bench.port.capture(payment(), 'pi_99'),
    await bench.port.reverse(payment(), 'pi_99'),
  ]) {
    assert.equal(completion.outcome, 'refused', 'what Stripe does not know');
  }
});

test('a server that says nothing is not waited for', async () => {
  const bench = await Bench.open({ requestMs: 50 });
  bench.faults = { confirm: ['answer-slow'] };
  assert.equal((await bench.port.authorise(payment(), token())).outcome, 'unknown');
});

test('a request that was not answered goes once more under its key, and is done once', async () => {
  const bench = await Bench.open({ retries: 1 });
  bench.simulator.webhookUrl = undefined;
  bench.faults = { make: ['answer-reset'], confirm: ['answer-reset'] };
  assert.equal((await bench.port.authorise(payment(), token())).outcome, 'approved');
  assert.deepEqual([bench.simulator.intents.length, bench.asked], [1, ['make', 'make', 'confirm', 'confirm']]);
});

test('what was pending is told by an event, and by no event that Stripe did not sign', async () => {
  for (const method of ['pm_card_pending', 'pm_card_requiresAction']) {
    const bench = await Bench.open();
    const answer = await bench.port.authorise(payment(), token(method));
    assert.deepEqual(answer, { outcome: 'pending', shown: '**** 4242' });
    const [intent] = bench.simulator.intents;
    assert.ok(intent !== undefined);
    await bench.simulator.told();
    assert.equal(bench.noticed.length, 0, 'that it is under way says nothing');
    bench.simulator.decide(intent, method === 'pm_card_pending' ? undefined : 'expired_card');
    await bench.simulator.told();
    const approved = { outcome: 'approved', approval: 'pi_1', shown: '**** 4242' };
    const outcomes = bench.noticed.map(({ id, outcome }) => [id, 'reason' in outcome ? outcome.reason : outcome]);
    assert.deepEqual(outcomes, [['a', method === 'pm_card_pending' ? approved : 'instrument']]);
  }
});

test('an event is believed for its occasion alone: forged, old or about somebody else it changes nothing', async () => {
  const bench = await Bench.open();
  await bench.port.authorise(payment(), token('pm_card_pending'));
  await bench.simulator.told();
  const event = (id: string, type = 'payment_intent.amount_capturable_updated') =>
    JSON.stringify({ object: 'event', type, data: { object: { id, status: 'requires_capture' } } });
  const body = event('pi_1');
  const good = signatureOf(body, SECRET, bench.clock.ms);
  for (const signature of [undefined, '', good.replace(/.$/, (last) => (last === '0' ? '1' : '0'))]) {
    assert.equal(await bench.post(body, signature), 404, signature);
  }
  assert.equal(await bench.post(`${body} `, good), 404);
  assert.equal(await bench.post(body, signatureOf(body, 'whsec_other', bench.clock.ms)), 404);
  assert.equal(await bench.post(body, signatureOf(body, SECRET, bench.clock.ms - 301_000)), 404);
  assert.equal(await bench.post('{', signatureOf('{', SECRET, bench.clock.ms)), 404);
  assert.match(bench.heard.join(), /did not sign/);
  // Signed, and still only an occasion to ask: it is pending.
  assert.equal(await bench.post(body, good), 200);
  for (const other of [event('pi_77'), event('pi_1', 'payment_intent.created'), '{}']) {
    assert.equal(await bench.post(other, signatureOf(other, SECRET, bench.clock.ms)), 200);
  }
  assert.deepEqual(bench.noticed, []);
  bench.simulator.intents.push({ ...(bench.simulator.intents[0] ?? assert.fail()), id: 'pi_foreign', metadata: {} });
  const foreign = event('pi_foreign');
  assert.equal(await bench.post(foreign, signatureOf(foreign, SECRET, bench.clock.ms)), 200);
  assert.deepEqual(bench.noticed, [], 'others may sell by the same account');
});

test('an event whose end cannot be asked or stored is told again', async () => {
  const bench = await Bench.open();
  await bench.port.authorise(payment(), token());
  await bench.simulator.told();
  bench.noticed.splice(0);
  const body = JSON.stringify({ type: 'payment_intent.amount_capturable_updated', data: { object: { id: 'pi_1' } } });
  const signature = signatureOf(body, SECRET, bench.clock.ms);
  bench.faults = { retrieve: ['request-lost'] };
  assert.equal(await bench.post(body, signature), 503);
  bench.notice = () => Promise.reject(new Error('the store is away'));
  assert.equal(await bench.post(body, signature), 503);
  bench.notice = async (notice) => void bench.noticed.push(notice);
  assert.deepEqual([await bench.post(body, signature), bench.noticed.length], [200, 1]);
});

test('a dispute and a refund by a person are told; a bank that only asks, and a part of it, are for people', async () => {
  const bench = await Bench.open();
  await bench.port.authorise(payment(), token());
  await bench.port.capture(payment(), 'pi_1');
  await bench.simulator.told();
  bench.noticed.splice(0);
  const intent = bench.simulator.intents[0] ?? assert.fail();
  bench.simulator.dispute(intent, 'warning_needs_response');
  await bench.simulator.told();
  assert.deepEqual([bench.noticed.length, bench.heard.length], [0, 1]);
  const part = JSON.stringify({ type: 'charge.refunded', data: { object: { payment_intent: 'pi_1' } } });
  assert.equal(await bench.post(part, signatureOf(part, SECRET, bench.clock.ms)), 200);
  assert.match(bench.heard[1] ?? '', /charge\.refunded for pi_1, of which not all is gone/);
  intent.disputed = false;
  const untrue = JSON.stringify({ type: 'charge.dispute.created', data: { object: { payment_intent: 'pi_1' } } });
  assert.equal(await bench.post(untrue, signatureOf(untrue, SECRET, bench.clock.ms)), 200);
  assert.equal(bench.noticed.length, 0, 'a dispute of which Stripe knows nothing when it is asked');
  bench.simulator.dispute(intent);
  await bench.simulator.told();
  bench.simulator.refund(intent);
  await bench.simulator.told();
  const outcomes = bench.noticed.map(({ id, outcome }) => [id, outcome.outcome]);
  assert.deepEqual(outcomes, [
    ['a', 'returned'],
    ['a', 'returned'],
  ]);
});

test('an event is read for its type and intent, and anything else is none', () => {
  const event = (type: unknown, object: unknown) => readStripeEvent({ type, data: { object } });
  assert.deepEqual(event('payment_intent.succeeded', { id: 'pi_1' }), {
    ...{ about: 'payment', type: 'payment_intent.succeeded', intent: 'pi_1' },
  });
  assert.equal(event('charge.dispute.created', { payment_intent: 'pi_1', status: 'lost' })?.about, 'disputed');
  assert.equal(event('charge.dispute.created', { payment_intent: 'pi_1', status: 'warning_closed' })?.about, 'to-look');
  assert.equal(event('refund.failed', { payment_intent: 'pi_1' })?.about, 'to-look');
  for (const none of [
    event('payment_intent.succeeded', { payment_intent: 'pi_1' }),
    event('payment_intent.succeeded', { id: 'pi_1/../../customers' }),
    event('charge.refunded', { id: 'pi_1', payment_intent: null }),
    event('constructor', { id: 'pi_1' }),
    event(7, { id: 'pi_1' }),
    event('payment_intent.succeeded', null),
    readStripeEvent(null),
    readStripeEvent('payment_intent.succeeded'),
  ]) {
    assert.equal(none, undefined);
  }
});

/** The library asks again by itself when a connection was reset, half a second later: that has its own test. */
const DRAWN = STRIPE_FAULTS.filter((fault) => fault !== 'answer-reset');
const CALLS = ['make', 'update', 'confirm', 'capture', 'cancel', 'refund', 'retrieve', 'list'] as const;
const faults = fc.dictionary(
  fc.constantFrom(...CALLS),
  fc.array(fc.option(fc.constantFrom(...DRAWN), { nil: undefined, freq: 2 }), { maxLength: 6 }),
);
const sales = fc.array(
  fc.record({
    method: fc.constantFrom(
      'pm_card_visa',
      'cus_1/pm_card_visa',
      'pm_card_chargeDeclined',
      'pm_card_pending',
      'pm_none',
    ),
    amount: fc.integer({ min: 40, max: 90_000 }),
    stored: fc.boolean(),
    turns: fc.array(fc.constantFrom('restart', 'deliver', 'decide', 'nothing'), { maxLength: 4 }),
    minutes: fc.constantFrom(1, 4, 15, 24 * 60),
  }),
  { minLength: 1, maxLength: 4 },
);

test('whatever is lost, doubled, forged or late: a payment is captured once, or nothing of it is held', async () => {
  await fc.assert(
    fc.asyncProperty(faults, sales, async (drawn, sold) => {
      const bench = await Bench.open({ requestMs: 200 });
      bench.faults = structuredClone(drawn);
      const ends: { request: PaymentRequest; captured: boolean }[] = [];
      for (const [i, { method, amount, stored, turns, minutes }] of sold.entries()) {
        const request = payment({ id: `p${i}`, trace: i + 1, amount, at: milliseconds(bench.clock.ms) });
        const answer = await bench.port.authorise(request, token(method));
        const approval = answer.outcome === 'approved' ? answer.approval : undefined;
        let captured = approval !== undefined && stored;
        if (answer.outcome !== 'declined') {
          for (let tries = 0, ended = false; !ended; tries++) {
            assert.ok(tries < 60, 'it never ends');
            if (turns[tries] === 'restart') bench.restart();
            if (turns[tries] === 'deliver') bench.simulator.deliver();
            if (turns[tries] === 'decide') for (const intent of bench.simulator.intents) bench.simulator.decide(intent);
            const completion = await (captured
              ? bench.port.capture(request, approval ?? '')
              : bench.port.reverse(request, approval));
            ended = completion.outcome !== 'unknown';
            if (completion.outcome !== 'refused') bench.clock.ms += minutes * MINUTE;
            else {
              // Only a hold that ended by itself: nothing was taken.
              assert.ok(captured && bench.clock.ms - request.at > 7 * 24 * 60 * MINUTE, JSON.stringify(completion));
              captured = false;
            }
          }
        }
        ends.push({ request, captured });
      }
      for (let i = 0; i < 2; i++) {
        bench.simulator.deliver();
        for (const intent of bench.simulator.intents) bench.simulator.decide(intent);
      }
      await bench.simulator.told();
      for (const { request, captured } of ends) {
        const money = bench.simulator.moneyOf(request.id);
        assert.deepEqual(money, { held: 0, taken: captured ? request.amount : 0 }, request.id);
      }
      const known = new Set(ends.map(({ request }) => request.id));
      for (const { id } of bench.noticed) assert.ok(known.has(id));
    }),
    { numRuns: 60 },
  );
});

test('a host sells for it: what is stored is captured, what nobody heard the end of goes back, and events change no end', async () => {
  const bench = await Bench.open();
  const ways = new Map([['stripe', { method: 'card' as const, port: bench.port }]]);
  const rig = new Rig(new Till().rig.store, { payments: ways });
  bench.clock = rig.clock;
  bench.notice = async (notice) => void (await rig.host.paymentNotice({ port: 'stripe', ...notice }));
  made(await rig.host.publishTerms({ ...TERMS, currency: { code: 'KRW', number: 410, exponent: 0 } }));
  await rig.enrol(0);
  const pay = async (id: string, method = 'pm_card_visa') =>
    made(await rig.host.pay({ id, meter: 0, paid: 50_000, port: 'stripe', instrument: token(method) }));
  const settled = async () => {
    for (let i = 0; i < 30; i++) {
      await rig.host.settlePayments();
      await rig.settle(60_000);
      // What is told arrives while its signature is young.
      await bench.simulator.told();
      rig.clock.ms += 150_000;
    }
  };
  bench.faults = {
    confirm: ['webhook-doubled', 'answer-lost', 'request-late'],
    capture: ['answer-lost', 'server-error'],
  };
  assert.equal((await pay('paid')).state, 'approved');
  await pay('unheard');
  await pay('late');
  assert.equal((await pay('declined', 'pm_card_chargeDeclined')).state, 'declined');
  assert.equal((await pay('pending', 'pm_card_pending')).state, 'pending');
  await settled();
  bench.simulator.deliver();
  for (const intent of bench.simulator.intents) bench.simulator.decide(intent);
  await settled();
  const state = async (id: string) => made(await rig.host.payment(id)).state;
  const heard = await state('unheard');
  const isHeard = heard === 'captured';
  assert.ok(isHeard || heard === 'reversed', heard);
  const ends = await Promise.all(['paid', 'late', 'declined', 'pending'].map(state));
  assert.deepEqual(ends, ['captured', 'reversed', 'declined', 'captured']);
  for (const [id, taken] of [
    ['paid', 50_000],
    ['unheard', isHeard ? 50_000 : 0],
    ['late', 0],
    ['pending', 50_000],
  ] as const) {
    assert.deepEqual(bench.simulator.moneyOf(id), { held: 0, taken }, id);
  }
  bench.simulator.dispute(
    bench.simulator.intents.find(({ metadata }) => metadata[PAYMENT_FIELD] === 'paid') ?? assert.fail(),
  );
  await bench.simulator.told();
  assert.equal(await state('paid'), 'returned');
  const { balanced, issued, stored } = await rig.host.books();
  assert.deepEqual([balanced, issued], [true, stored]);
});
