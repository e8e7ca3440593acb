import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Instrument, PaymentRequest } from '../host/index.ts';
import { TERMS, Till } from '../host/payments.testing.ts';
import { made, Rig } from '../host/rig.testing.ts';
import { milliseconds } from '../units/index.ts';
import { LoopbackServer } from './loopback-server.ts';
import { BEGUN, Bench, closing, MINUTE, payment, SECRET, token } from './stripe/bench.testing.ts';
import { authorisationOf } from './stripe/outcomes.ts';
import { moneyOf, PAYMENT_FIELD, StripePayments } from './stripe.ts';
import { STRIPE_FAULTS, type StripeFault } from './stripe-simulator.ts';

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

type Intent = Parameters<typeof authorisationOf>[0];

test('an answer is judged by its state and amount, and one that says neither is not sold on', () => {
  const intent = (more: object) =>
    authorisationOf({ ...{ id: 'pi_1', amount: 500, amount_capturable: 500, amount_received: 0 }, ...more } as Intent);
  const outcomes: readonly (readonly [object, string])[] = [
    [{ status: 'requires_capture' }, 'approved'],
    [{ status: 'requires_capture', amount_capturable: 499 }, 'unknown'],
    [{ status: 'requires_capture', amount_capturable: undefined }, 'unknown'],
    [{ status: 'succeeded', amount_received: 500 }, 'approved'],
    [{ status: 'succeeded' }, 'unknown'],
    [{ status: 'processing' }, 'pending'],
    [{ status: 'canceled' }, 'declined'],
    [{ status: 'requires_payment_method', last_payment_error: { code: 'card_declined' } }, 'declined'],
    [{ status: 'requires_payment_method', last_payment_error: null }, 'unknown'],
    [{ status: 'requires_confirmation' }, 'unknown'],
    [{}, 'unknown'],
  ];
  for (const [more, outcome] of outcomes) assert.equal(intent(more).outcome, outcome, JSON.stringify(more));
  for (const [last4, shown] of [
    ['4242', '**** 4242'],
    ['42424242', 'Stripe'],
    [4242, 'Stripe'],
  ]) {
    const answer = intent({ status: 'requires_capture', payment_method: { card: { last4 } } });
    assert.equal('shown' in answer && answer.shown, shown);
  }
});

/** A Stripe that says what it is told to say, by path. */
async function saying(answers: Readonly<Record<string, readonly [number, object]>>): Promise<StripePayments> {
  const server = new LoopbackServer(async (request, response) => {
    const [status, body] = answers[request.url ?? ''] ?? assert.fail(request.url);
    response.writeHead(status).end(JSON.stringify(body));
  });
  closing(server);
  const url = `http://127.0.0.1:${await server.listen(0)}`;
  return new StripePayments(
    { secretKey: 'sk_test', webhookSecret: SECRET, url, retries: 0 },
    { now: () => BEGUN, hear: () => undefined, notice: async () => undefined },
  );
}

test('an intent of another amount or currency than was asked for is not confirmed', async () => {
  for (const [amount, currency] of [
    [50_001, 'krw'],
    [50_000, 'usd'],
  ]) {
    const held = { id: 'pi_1', status: 'requires_capture', amount: 50_000, amount_capturable: 50_000 };
    const port = await saying({
      '/v1/payment_intents': [200, { id: 'pi_1', amount, currency }],
      '/v1/payment_intents/pi_1/confirm': [200, held],
    });
    assert.equal((await port.authorise(payment(), token())).outcome, 'unknown');
  }
});

test('a refund that is under way is done; one that the bank does not take, or of a disputed payment, is a person’s', async () => {
  const refunds: readonly (readonly [number, object, string])[] = [
    [200, { status: 'pending' }, 'done'],
    [200, { status: 'failed' }, 'refused'],
    [200, { status: 'canceled' }, 'refused'],
    [400, { error: { type: 'invalid_request_error', code: 'charge_already_refunded' } }, 'done'],
    [400, { error: { type: 'invalid_request_error', code: 'charge_disputed' } }, 'refused'],
    [400, { error: { type: 'invalid_request_error', code: 'balance_insufficient' } }, 'unknown'],
    [402, { error: { type: 'invalid_request_error' } }, 'unknown'],
  ];
  for (const [status, refund, outcome] of refunds) {
    const moved = { error: { type: 'invalid_request_error', code: 'payment_intent_unexpected_state' } };
    const port = await saying({
      '/v1/payment_intents/pi_1/cancel': [400, moved],
      '/v1/payment_intents/pi_1': [200, { id: 'pi_1', status: 'succeeded' }],
      '/v1/refunds': [status, refund],
    });
    assert.equal((await port.reverse(payment(), 'pi_1')).outcome, outcome, JSON.stringify(refund));
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
