/**
 * A payment by Stripe, and one that goes back: `node examples/stripe.ts`. It starts a Stripe of its own, which tells here
 * what became of a payment that was pending.
 */

import { CallbackServer } from '../src/adapters/callback-server.ts';
import { StripePayments } from '../src/adapters/stripe.ts';
import { StripeSimulator } from '../src/adapters/stripe-simulator.ts';
import { milliseconds } from '../src/units/index.ts';

const account = { secretKey: 'sk_test', webhookSecret: 'whsec_test' };
const simulator = new StripeSimulator({ ...account, now: Date.now });
const stripe = new StripePayments(
  { ...account, url: `http://127.0.0.1:${await simulator.listen(0)}` },
  { now: Date.now, hear: console.log, notice: async ({ id, outcome }) => console.log(id, outcome.outcome) },
);
const callbacks = new CallbackServer((_path, body, headers) => stripe.take(body, headers['stripe-signature']));
simulator.webhookUrl = `http://127.0.0.1:${await callbacks.listen(0, '127.0.0.1')}`;

// 5,000 won.
const at = milliseconds(Date.now());
const payment = (trace: number) => ({ id: `payment-${trace}`, trace, at, amount: 5_000, currency: 410 });
const pending = await stripe.authorise(payment(1), { type: 'token', token: 'cus_kim/pm_card_pending' });
console.log(pending);
const [intent] = simulator.intents;
if (intent !== undefined) simulator.decide(intent);
await simulator.told();
// The value is in the meter.
if (intent !== undefined) console.log(await stripe.capture(payment(1), intent.id));
await simulator.told();
// Nobody knows whether this one was asked for: it never will be.
console.log(await stripe.reverse(payment(2), undefined));
console.log(await stripe.authorise(payment(2), { type: 'token', token: 'pm_card_visa' }));

await simulator.close();
await callbacks.close();
