/**
 * A payment by card, from its authorisation to the money: `node examples/card-payment.ts`. It starts an acquirer of its
 * own; with a port, as in `node examples/card-payment.ts 8583`, it asks the one that `wattpurse acquirer` started.
 */
import { Acquirer } from '../src/adapters/acquirer.ts';
import { AcquirerSimulator, testCards } from '../src/adapters/acquirer-simulator.ts';
import { milliseconds } from '../src/units/index.ts';

const simulator = new AcquirerSimulator({ cards: testCards(100_000), lateMs: 40_000, faultOf: () => undefined });
const [port = await simulator.listen(0, '127.0.0.1')] = process.argv.slice(2).map(Number);
const acquirer = new Acquirer({
  host: '127.0.0.1',
  port,
  institution: '4201',
  terminal: 'WATT0001',
  merchant: 'WATTPURSE SEOUL',
  zone: 'Asia/Seoul',
});

// A trace is given once a day.
const begun = Date.now();
const trace = 1 + (Math.floor(begun / 1000) % 999_999);
const payment = { id: `payment-${trace}`, trace, at: milliseconds(begun), amount: 5000, currency: 410 };
const answer = await acquirer.authorise(payment, { type: 'card', pan: '4111111111111111', expiry: '2912' });
console.log(answer);
if (answer.outcome === 'approved') {
  // Between these two the value is stored in the meter. If it never is, `reverse` takes the place of `capture`.
  console.log(await acquirer.capture(payment, answer.approval));
} else if (answer.outcome === 'unknown') {
  console.log(await acquirer.reverse(payment, undefined));
}

await acquirer.close();
await simulator.close();
