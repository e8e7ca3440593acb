import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bench, payment, SECRET, token } from './stripe/bench.testing.ts';
import { readStripeEvent } from './stripe.ts';
import { signatureOf } from './stripe-simulator.ts';

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
  const [ours] = bench.simulator.intents;
  assert.ok(ours !== undefined);
  bench.simulator.intents.push({ ...ours, id: 'pi_foreign', metadata: {}, status: 'requires_capture' });
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
