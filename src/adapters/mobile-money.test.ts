import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { Instrument, PaymentRequest } from '../host/index.ts';
import { TERMS, Till } from '../host/payments.testing.ts';
import { made, Rig } from '../host/rig.testing.ts';
import { milliseconds } from '../units/index.ts';
import { CallbackServer } from './callback-server.ts';
import {
  moment,
  PATHS,
  readPushResult,
  readReversalResult,
  readTransactions,
  referenceOf,
  timestamp,
} from './mobile-money/messages.ts';
import { MobileMoney, type MobileMoneySettings } from './mobile-money.ts';
import { MOBILE_MONEY_FAULTS, type MobileMoneyFault, MobileMoneySimulator } from './mobile-money-simulator.ts';

const BEGUN = Date.UTC(2026, 2, 2, 6, 30);
const MINUTE = 60_000;
const opened: { close(): Promise<void> }[] = [];
after(() => Promise.all(opened.map((each) => each.close())));

/** M-Pesa, and hosts one after the other that ask it; time passes where somebody waits, and is none to wait for. */
class Bench {
  clock = { ms: BEGUN };
  faults: Partial<Record<string, (MobileMoneyFault | undefined)[]>> = {};
  readonly asked: string[] = [];
  readonly heard: string[] = [];
  readonly simulator: MobileMoneySimulator;
  #port: MobileMoney | undefined;
  readonly #callbacks = new CallbackServer((path, body) => this.port.take(path.slice('/mm'.length), body));
  #settings: MobileMoneySettings | undefined;

  private constructor(balance?: number) {
    this.simulator = new MobileMoneySimulator({
      ...{ consumerKey: 'key', consumerSecret: 'secret', shortCode: '174379', passKey: 'pass', now: () => this.ms },
      ...(balance !== undefined && { balance }),
      faultOf: (path) => {
        this.asked.push(path);
        return this.faults[path]?.shift();
      },
    });
  }

  static async open(more: Partial<MobileMoneySettings> = {}, balance?: number): Promise<Bench> {
    const bench = new Bench(balance);
    opened.push({
      close: async () => {
        await bench.simulator.close();
        await bench.#callbacks.close();
      },
    });
    bench.#settings = {
      ...{ url: `http://127.0.0.1:${await bench.simulator.listen(0)}`, consumerKey: 'key', consumerSecret: 'secret' },
      ...{ shortCode: '174379', passKey: 'pass', initiator: 'api', securityCredential: 'sealed' },
      callbackUrl: `http://127.0.0.1:${await bench.#callbacks.listen(0, '127.0.0.1')}/mm`,
      callbackKey: new Uint8Array(32).fill(9),
      ...more,
    };
    return bench;
  }

  get ms(): number {
    return this.clock.ms;
  }
  set ms(ms: number) {
    this.clock.ms = ms;
  }
  get port(): MobileMoney {
    this.#port ??= new MobileMoney(this.#settings as MobileMoneySettings, {
      now: () => this.ms,
      hear: (sentence) => this.heard.push(sentence),
      wait: async (ms) => {
        // What is under way arrives before time passes.
        await new Promise(setImmediate);
        await this.simulator.called();
        this.ms += ms;
        this.simulator.decide();
      },
    });
    return this.#port;
  }
  get callbackUrl(): string {
    return (this.#settings as MobileMoneySettings).callbackUrl;
  }

  /** As after the end of a process: nothing that was in its memory is there. */
  restart(): void {
    this.#port = undefined;
  }
}

const payment = (more: Partial<PaymentRequest> = {}): PaymentRequest => ({
  ...{ id: 'a', trace: 1, at: milliseconds(BEGUN), amount: 50_000, currency: 404 },
  ...more,
});
const wallet = (number = '254712345678'): Instrument => ({ type: 'wallet', number });
const post = (url: string, body: unknown) =>
  fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

test('a payer confirms, and the receipt is the approval; a capture has nothing left to do', async () => {
  const bench = await Bench.open();
  const approved = await bench.port.authorise(payment(), wallet());
  assert.deepEqual(approved, { outcome: 'approved', approval: 'LGR0000000', shown: 'M-Pesa …678' });
  assert.deepEqual(await bench.port.capture(), { outcome: 'done' });
  assert.equal(bench.simulator.held(referenceOf(payment())), 500);
  assert.deepEqual(bench.asked, [PATHS.token, PATHS.push, PATHS.query]);
});

test('a payment that is asked for twice is one, and what was paid goes back once', async () => {
  const bench = await Bench.open();
  const [first, second] = await Promise.all([1, 2].map(() => bench.port.authorise(payment(), wallet())));
  assert.deepEqual([first, bench.simulator.paid.length], [second, 1]);
  const reversed = await Promise.all([1, 2].map(() => bench.port.reverse(payment(), 'LGR0000000')));
  assert.deepEqual(reversed, [{ outcome: 'done' }, { outcome: 'done' }]);
  assert.equal(bench.asked.filter((path) => path === PATHS.reversal).length, 1);
  bench.restart();
  assert.deepEqual(await bench.port.reverse(payment(), 'LGR0000000'), { outcome: 'done' }, 'it was before');
  assert.equal(bench.simulator.held(referenceOf(payment())), 0);
});

test('who has no money, cancels, or gives a wrong PIN is declined; who is silent is not believed to be', async () => {
  const bench = await Bench.open();
  const outcomes: [string, string | undefined][] = [];
  for (const [i, last] of ['001', '002', '003', '004'].entries()) {
    const answer = await bench.port.authorise(payment({ id: last, trace: i + 1 }), wallet(`254712345${last}`));
    outcomes.push([answer.outcome, 'reason' in answer ? answer.reason : undefined]);
  }
  assert.deepEqual(outcomes, [
    ['declined', 'funds'],
    ['declined', 'refused'],
    ['declined', 'instrument'],
    ['unknown', undefined],
  ]);
  assert.equal(bench.simulator.paid.length, 0);
});

test('what M-Pesa cannot take is not asked for', async () => {
  const bench = await Bench.open();
  const refused: readonly (readonly [Partial<PaymentRequest>, Instrument, string])[] = [
    [{ amount: 50_050 }, wallet(), 'not-served'],
    [{ currency: 978 }, wallet(), 'not-served'],
    [{ amount: 25_000_100 }, wallet(), 'limit'],
    [{}, wallet('4712345678'), 'instrument'],
    [{}, wallet('2547123456789'), 'instrument'],
    [{}, { type: 'token', token: 'x' }, 'not-served'],
  ];
  for (const [i, [more, instrument, reason]] of refused.entries()) {
    const answer = await bench.port.authorise(payment({ id: `p${i}`, ...more }), instrument);
    assert.equal('reason' in answer ? answer.reason : answer.outcome, reason);
  }
  assert.deepEqual(bench.asked, []);
  const wrong = await Bench.open({ consumerSecret: 'wrong' });
  assert.equal((await wrong.port.authorise(payment(), wallet())).outcome, 'declined');
  assert.deepEqual(wrong.asked, [PATHS.token], 'without a token nothing is asked for');
});

test('a token that is no longer good is asked for anew, and the request goes once', async () => {
  const bench = await Bench.open();
  assert.equal((await bench.port.authorise(payment(), wallet())).outcome, 'approved');
  bench.simulator.forgetToken();
  assert.equal((await bench.port.authorise(payment({ id: 'b', trace: 2 }), wallet())).outcome, 'approved');
  bench.ms += 3_599_000;
  assert.equal((await bench.port.authorise(payment({ id: 'c', trace: 3 }), wallet())).outcome, 'approved');
  assert.deepEqual([bench.simulator.paid.length, bench.asked.filter((path) => path === PATHS.token).length], [3, 3]);
});

test('a callback that was lost is made up for by asking, and its receipt stands in the list', async () => {
  const bench = await Bench.open();
  for (let i = 0; i < 7; i++) await bench.port.authorise(payment({ id: `before${i}`, trace: 100 + i }), wallet());
  bench.faults = { [PATHS.push]: ['callback-lost'], [PATHS.query]: ['answer-lost', 'server-error'] };
  const approved = await bench.port.authorise(payment(), wallet());
  assert.deepEqual([approved.outcome, 'approval' in approved && approved.approval], ['approved', 'LGR0000007']);
});

test('an answer that was lost is found in what was paid, and goes back; where nothing is, only time makes sure', async () => {
  const bench = await Bench.open();
  bench.faults = { [PATHS.push]: ['answer-lost', 'request-lost'] };
  bench.port.take = () => false;
  assert.equal((await bench.port.authorise(payment(), wallet())).outcome, 'unknown');
  assert.equal((await bench.port.authorise(payment({ id: 'b', trace: 2 }), wallet())).outcome, 'unknown');
  bench.restart();
  assert.deepEqual(await bench.port.reverse(payment(), undefined), { outcome: 'done' });
  assert.equal(bench.simulator.held(referenceOf(payment())), 0);
  const never = payment({ id: 'b', trace: 2 });
  assert.equal((await bench.port.reverse(never, undefined)).outcome, 'unknown');
  bench.ms = BEGUN + 30 * MINUTE - 1;
  assert.equal((await bench.port.reverse(never, undefined)).outcome, 'unknown');
  bench.ms += 1;
  assert.deepEqual(await bench.port.reverse(never, undefined), { outcome: 'done' });
  bench.ms = BEGUN + 48 * 60 * MINUTE;
  assert.equal((await bench.port.reverse(never, undefined)).outcome, 'refused', 'M-Pesa lists it no more');
});

test('a payer who confirms late has paid, and gets it back', async () => {
  const bench = await Bench.open();
  bench.faults = { [PATHS.push]: ['payer-late'] };
  assert.equal((await bench.port.authorise(payment(), wallet())).outcome, 'unknown');
  assert.equal((await bench.port.reverse(payment(), undefined)).outcome, 'unknown');
  bench.ms += 5 * MINUTE;
  assert.deepEqual(await bench.port.reverse(payment(), undefined), { outcome: 'done' });
  assert.deepEqual([bench.simulator.paid.length, bench.simulator.held(referenceOf(payment()))], [1, 0]);
});

test('a callback that somebody made up is refused, and one to the right address credits nothing that was not paid', async () => {
  const bench = await Bench.open();
  const success = (checkout: string) => ({
    Body: {
      stkCallback: {
        ...{ CheckoutRequestID: checkout, ResultCode: 0 },
        CallbackMetadata: {
          Item: [
            { Name: 'Amount', Value: 500 },
            { Name: 'MpesaReceiptNumber', Value: 'FORGED0000' },
          ],
        },
      },
    },
  });
  const take = bench.port.take.bind(bench.port);
  let address = '';
  bench.port.take = (path, body) => {
    address = path;
    // Whoever knows the address says that it was paid, before M-Pesa says that it was not.
    assert.equal(take(path, JSON.stringify(success('ws_CO_other'))), false, 'it speaks of another prompt');
    assert.equal(take(path, JSON.stringify(success('ws_CO_1'))), true);
    return take(path, body);
  };
  const answer = await bench.port.authorise(payment(), wallet('254712345002'));
  assert.equal(answer.outcome, 'declined');
  assert.match(bench.heard.join(), /another prompt/);
  assert.match(address, /^\/push\/[\w-]{32}$/);
  bench.port.take = take;
  for (const path of [
    address,
    '/push/',
    `/push/${'A'.repeat(32)}`,
    `/reversal/${'A'.repeat(32)}`,
    '/',
    `/late/${'A'.repeat(32)}`,
  ]) {
    assert.equal((await post(`${bench.callbackUrl}${path}`, success('ws_CO_1'))).status, 404, path);
  }
  assert.equal((await fetch(`${bench.callbackUrl}${address}`)).status, 404);
  await assert.rejects(post(`${bench.callbackUrl}${address}`, 'x'.repeat(100_000)));
});

test('the receipt of a callback that speaks of another amount, or of failure, is not believed: the list is', async () => {
  for (const change of [{ amount: 499 }, { code: 1032 }]) {
    const bench = await Bench.open();
    const take = bench.port.take.bind(bench.port);
    bench.port.take = (path, body) => {
      const wrong = JSON.parse(body);
      const { stkCallback } = wrong.Body;
      if ('code' in change) stkCallback.ResultCode = change.code;
      else stkCallback.CallbackMetadata.Item[0].Value = change.amount;
      stkCallback.CallbackMetadata.Item[1].Value = 'FORGED0000';
      return take(path, JSON.stringify(wrong)) && take(path, body);
    };
    const answer = await bench.port.authorise(payment(), wallet());
    assert.deepEqual('approval' in answer && answer.approval, 'LGR0000000');
  }
});

test('a reversal whose result comes late is done when it is asked for again, and what M-Pesa refuses is a person’s', async () => {
  const bench = await Bench.open();
  await bench.port.authorise(payment(), wallet());
  bench.faults = { [PATHS.reversal]: ['callback-lost', 'answer-lost', undefined] };
  assert.equal((await bench.port.reverse(payment(), 'LGR0000000')).outcome, 'unknown');
  assert.equal((await bench.port.reverse(payment(), 'LGR0000000')).outcome, 'unknown');
  await bench.simulator.called();
  const before = bench.asked.length;
  assert.deepEqual(await bench.port.reverse(payment(), 'LGR0000000'), { outcome: 'done' });
  assert.equal(bench.asked.length, before, 'what was said meanwhile is not asked for again');
  const refused = await bench.port.reverse(payment({ id: 'z' }), 'NEVER00000');
  assert.match('sentence' in refused ? refused.sentence : '', /does not give it back: .* \(code R000002\)\. Ask it\.$/);
});

test('a server that says nothing is not waited for, and a redirect is not followed', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.startsWith(PATHS.token)) response.end('{"access_token":"t","expires_in":"3599"}');
    else if (request.url === PATHS.transactions) response.writeHead(307, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
  const bench = await Bench.open({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requestMs: 50 });
  assert.equal((await bench.port.authorise(payment(), wallet())).outcome, 'unknown');
  assert.equal((await bench.port.reverse(payment(), undefined)).outcome, 'unknown');
  assert.ok(!asked.includes('/elsewhere'));
});

test('callbacks and lists are read for what money hangs on, and anything else is none', () => {
  const callback = (result: object) => JSON.stringify({ Body: { stkCallback: result } });
  const items = (...Item: object[]) => ({ CheckoutRequestID: 'c', ResultCode: 0, CallbackMetadata: { Item } });
  const amount = (Value: unknown) => readPushResult(callback(items({ Name: 'Amount', Value })))?.amount;
  assert.deepEqual([1, '1', '1.00', 1.5, '1.05', 0, -1, '', null, '99999999999', 1e21].map(amount), [
    ...[1, 1, 1, undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined],
  ]);
  const receipt = (Value: unknown) => readPushResult(callback(items({ Name: 'MpesaReceiptNumber', Value })))?.receipt;
  assert.deepEqual(['LGR7OWQX0R', 'lgr', '', 7, undefined].map(receipt), ['LGR7OWQX0R', ...Array(4).fill(undefined)]);
  const failed = readPushResult(callback({ CheckoutRequestID: 'c', ResultCode: 1032 }));
  assert.deepEqual(failed, { checkout: 'c', code: '1032', receipt: undefined, amount: undefined });
  for (const none of ['', '[]', 'null', '{}', callback({}), callback({ ResultCode: 0 }), '{"Body":1}']) {
    assert.equal(readPushResult(none), undefined, none);
  }
  assert.deepEqual(readReversalResult('{"Result":{"ResultCode":0}}'), { code: '0', words: '' });
  assert.equal(readReversalResult('{"Result":{}}'), undefined);
  const row = { transactionId: 'LGR7OWQX0R', billreference: 'WP1', amount: '5.00' };
  const listed = [{ receipt: 'LGR7OWQX0R', reference: 'WP1', amount: 5 }];
  for (const Response of [[row], [[row]], [[row, { ...row, amount: 'x' }]]]) {
    assert.deepEqual(readTransactions({ Response }), listed);
  }
  assert.equal(readTransactions({ errorCode: '1' }), undefined);
});

test('time is told by the clocks of Kenya, and no two payments of a century have one reference', () => {
  assert.equal(moment(BEGUN + 999), '2026-03-02 09:30:00');
  assert.equal(timestamp(BEGUN), '20260302093000');
  const reference = (at: number, trace: number) => referenceOf({ at: milliseconds(at), trace });
  assert.equal(reference(BEGUN, 123), 'WP0FTU000123');
  assert.equal(reference(BEGUN, 999_999).length, 12);
  assert.notEqual(reference(BEGUN, 1), reference(BEGUN + 86_400_000, 1));
});

const faults = fc.dictionary(
  fc.constantFrom(...Object.values(PATHS)),
  fc.array(fc.option(fc.constantFrom(...MOBILE_MONEY_FAULTS), { nil: undefined, freq: 2 }), { maxLength: 6 }),
);
const sales = fc.array(
  fc.record({
    number: fc.constantFrom('254712345678', '254712345001', '254712345002', '254712345004'),
    shillings: fc.integer({ min: 1, max: 900 }),
    stored: fc.boolean(),
    restarts: fc.array(fc.boolean(), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 4 },
);

test('whatever is lost, doubled, forged or late: a payment is captured and held, or nothing of it is', async () => {
  await fc.assert(
    fc.asyncProperty(faults, sales, async (drawn, sold) => {
      const bench = await Bench.open({}, 2_000);
      bench.faults = structuredClone(drawn);
      const ends: { request: PaymentRequest; captured: boolean }[] = [];
      for (const [i, { number, shillings, stored, restarts }] of sold.entries()) {
        const request = payment({
          ...{ id: `p${i}`, trace: i + 1, amount: shillings * 100, at: milliseconds(bench.ms) },
        });
        const answer = await bench.port.authorise(request, wallet(number));
        const approval = answer.outcome === 'approved' ? answer.approval : undefined;
        const captured = approval !== undefined && stored;
        ends.push({ request, captured });
        if (answer.outcome === 'declined') continue;
        for (let tries = 0, ended = false; !ended; tries++) {
          assert.ok(tries < 60, 'it never ends');
          if (restarts[tries] === true) bench.restart();
          const completion = captured ? await bench.port.capture() : await bench.port.reverse(request, approval);
          assert.notEqual(completion.outcome, 'refused');
          ended = completion.outcome === 'done';
          bench.ms += MINUTE;
        }
      }
      bench.ms += 60 * MINUTE;
      bench.simulator.decide();
      for (const { request, captured } of ends) {
        const held = bench.simulator.held(referenceOf(request));
        assert.equal(held * 100, captured ? request.amount : 0, request.id);
      }
    }),
    { numRuns: 40 },
  );
});

test('a host sells for it: what is stored stays paid, and what nobody heard the end of goes back', async () => {
  const bench = await Bench.open();
  const ways = new Map([['mpesa', { method: 'wallet' as const, port: bench.port }]]);
  const rig = new Rig(new Till().rig.store, { payments: ways });
  bench.clock = rig.clock;
  made(await rig.host.publishTerms({ ...TERMS, currency: { code: 'KES', number: 404, exponent: 2 } }));
  await rig.enrol(0);
  const pay = async (id: string, number = '254712345678') =>
    made(await rig.host.pay({ id, meter: 0, paid: 50_000, port: 'mpesa', instrument: wallet(number) }));
  assert.equal((await pay('p')).state, 'approved');
  assert.equal((await pay('cancelled', '254712345002')).state, 'declined');
  bench.faults = { [PATHS.push]: ['payer-late'], [PATHS.reversal]: ['callback-lost', 'answer-lost'] };
  assert.equal((await pay('late')).state, 'reversing');
  for (let i = 0; i < 40; i++) {
    await rig.host.settlePayments();
    await rig.settle(60_000);
    rig.clock.ms += 150_000;
  }
  const states = await Promise.all(['p', 'late'].map(async (id) => made(await rig.host.payment(id)).state));
  assert.deepEqual(states, ['captured', 'reversed']);
  assert.deepEqual(
    [bench.simulator.paid.length, bench.simulator.paid.filter(({ reversed }) => reversed).length],
    [2, 1],
  );
  const { balanced, issued, stored } = await rig.host.books();
  assert.deepEqual([balanced, issued], [true, stored]);
});
