/**
 * A payment from a telephone, and one that goes back: `node examples/mobile-money.ts`. It starts an M-Pesa of its own,
 * which calls back here.
 */

import { CallbackServer } from '../src/adapters/callback-server.ts';
import { MobileMoney } from '../src/adapters/mobile-money.ts';
import { MobileMoneySimulator } from '../src/adapters/mobile-money-simulator.ts';
import { milliseconds } from '../src/units/index.ts';

const account = { consumerKey: 'key', consumerSecret: 'secret', shortCode: '174379', passKey: 'pass' };
const simulator = new MobileMoneySimulator({ ...account, now: Date.now });
const callbacks = new CallbackServer((path, body) => mobileMoney.take(path, body));
const mobileMoney: MobileMoney = new MobileMoney({
  ...account,
  url: `http://127.0.0.1:${await simulator.listen(0)}`,
  initiator: 'api',
  securityCredential: 'as M-Pesa wants it sealed',
  callbackUrl: `http://127.0.0.1:${await callbacks.listen(0, '127.0.0.1')}`,
  callbackKey: new Uint8Array(32).fill(1),
  pollMs: 500,
  requestMs: 1_000,
});

// 250 shillings. A trace is given once a day.
const begun = Date.now();
const payment = (trace: number) => ({
  ...{ id: `payment-${trace}`, trace, at: milliseconds(begun), amount: 25_000, currency: 404 },
});
const answer = await mobileMoney.authorise(payment(1), { type: 'wallet', number: '254712345678' });
console.log(answer);
console.log(await mobileMoney.authorise(payment(2), { type: 'wallet', number: '254712345002' }));
// The money is taken. If its value never comes to the meter, it goes back.
if (answer.outcome === 'approved') console.log(await mobileMoney.reverse(payment(1), answer.approval));

await simulator.close();
await callbacks.close();
