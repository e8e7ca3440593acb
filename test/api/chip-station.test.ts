import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { InProcessSlot } from '../../src/adapters/in-process-card.ts';
import { ISSUE, TERMINAL } from '../../src/card/emv/bench.testing.ts';
import { type CardSession, EmvTestCard } from '../../src/card/index.ts';
import { CardHost, type PaymentWish } from '../../src/cli/card-host.ts';
import { payByChip } from '../../src/cli/card-pay.ts';
import { CannotGoOn } from '../../src/cli/failure.ts';
import { made } from '../../src/host/rig.testing.ts';
import { Region } from '../../src/units/index.ts';
import { ChipWorld, LIMIT } from './chip-world.ts';
import { CARD, purseIn } from './kiosk-world.ts';
import { KIMS_METER } from './world.ts';

const GENERATE_AC = 0xae;

/** A host, and a reader with a payment card. */
async function station(t: TestContext, scopes?: readonly string[]) {
  const chips = await ChipWorld.open(scopes);
  t.after(() => chips.close());
  const { world, simulator, url } = chips;
  process.env.WATTPURSE_API_KEY = chips.key;
  const card = new EmvTestCard(ISSUE);

  /** @param pulledAt the command whose answer nobody hears, or where the host asks the card's bank */
  const pay = async (wish: Partial<PaymentWish> = {}, pulledAt: number | 'bank' = Number.POSITIVE_INFINITY) => {
    const slot = new InProcessSlot();
    slot.insert({ atr: card.chip.atr, begin: card.chip.begin });
    const session = (await slot.open()) as CardSession;
    let commands = 0;
    const transmit: CardSession['transmit'] = async (command) => {
      const answer = await session.transmit(command);
      // What comes next waits for an answer of the network, and for this.
      if (pulledAt === 'bank' && command[1] === GENERATE_AC) setImmediate(() => slot.pull());
      return commands++ === pulledAt ? { reason: 'card-removed', sentence: 'The card was pulled.' } : answer;
    };
    const asked = { to: { meter: KIMS_METER }, paid: 5_000, port: 'acquirer', ...wish };
    const told = await payByChip({ ...session, transmit }, CardHost.at(url), TERMINAL, asked);
    await chips.settle();
    const last = told.payment && (await world.host.payment(told.payment.id));
    return { ...told, commands, state: last !== undefined && 'state' in last ? last.state : undefined };
  };
  return { world, simulator, pay };
}

test('a chip in a reader pays at a host over HTTP, and the value is in the meter', async (t) => {
  const { world, simulator, pay } = await station(t);
  const { isPaid, payment, sentence } = await pay();
  assert.ok(isPaid && payment !== undefined);
  assert.equal(
    sentence,
    `Paid 5000 by **** 1111, approval ${payment.approval}: the value is on its way to meter ${KIMS_METER} (payment ${payment.id}).`,
  );
  assert.equal((await world.host.books()).stored, 5_000n);
  assert.equal(simulator.books.usedOf(ISSUE.pan), 5_000);
  // The same card pays again: its counter goes on, and the payment is another.
  const again = await pay({ paid: 700 });
  assert.ok(again.isPaid && again.payment?.id !== payment.id);
  assert.equal((await world.host.books()).stored, 5_700n);
});

test('a chip buys for a purse card, and the value waits for it', async (t) => {
  const { world, simulator, pay } = await station(t);
  const purse = await purseIn(world);
  const { isPaid, payment, sentence, state } = await pay({ to: { card: CARD, region: 'gas' } });
  assert.ok(isPaid && payment !== undefined);
  assert.equal(
    sentence,
    `Paid 5000 by **** 1111, approval ${payment.approval}: the value waits for card ${CARD} (gas) (payment ${payment.id}).`,
  );
  assert.equal(state, 'captured');
  assert.equal(simulator.books.usedOf(ISSUE.pan), 5_000);
  assert.equal(made(await world.host.cardOrder(`payment:${payment.id}`)).state, 'waiting');
  assert.equal(purse.card.regions.get(Region.gas)?.purse?.balance, 0);
  await assert.rejects(pay({ to: { card: CARD, region: 'water' } }), /has no region 3/);
  assert.equal(simulator.books.usedOf(ISSUE.pan), 5_000);
});

test('what its bank declines, and what the host refuses, is not paid and says why', async (t) => {
  const { world, simulator, pay } = await station(t);
  const declined = await pay({ paid: LIMIT + 1 });
  assert.deepEqual([declined.isPaid, declined.payment?.state], [false, 'declined']);
  assert.match(declined.sentence, /bank/i);
  for (const [wish, said] of [
    [{ to: { meter: '00ffff' } }, /00ffff/],
    [{ port: 'nobody' }, /nobody/],
  ] as const) {
    await assert.rejects(pay(wish), (error: Error) => error instanceof CannotGoOn && said.test(error.message));
  }
  assert.equal((await world.host.books()).issued, 0n);
  assert.equal(simulator.books.usedOf(ISSUE.pan), 0);
});

test('a key that may not read the terms, and one that may not pay, are refused by name, and nothing is held', async (t) => {
  for (const scopes of [['payments:write'], ['tariffs:read']]) {
    const { simulator, pay } = await station(t, scopes);
    await assert.rejects(pay(), (error: Error) => error instanceof CannotGoOn && /^[A-Z].*\.$/.test(error.message));
    assert.equal(simulator.books.usedOf(ISSUE.pan), 0);
  }
});

test('a card that is pulled at any command has paid once or nothing, and what was held goes back', async (t) => {
  const { world, simulator, pay } = await station(t);
  const states = new Set<string | undefined>();
  for (let pulledAt = 0; ; pulledAt++) {
    const { isPaid, state, commands, sentence } = await pay({}, pulledAt);
    if (isPaid) {
      assert.equal(commands, pulledAt, 'no command was left to pull it at');
      break;
    }
    assert.match(sentence, /^[A-Z].*\.$/);
    assert.equal(simulator.books.usedOf(ISSUE.pan), 0, `command ${pulledAt}`);
    assert.equal((await world.host.books()).issued, 0n, `command ${pulledAt}`);
    states.add(state);
  }
  assert.deepEqual([...states], [undefined, 'reversed']);
  assert.equal((await world.host.books()).stored, 5_000n);
});

test('a card that is pulled while its bank is asked has paid nothing, though the bank approves', async (t) => {
  const { world, simulator, pay } = await station(t);
  const { isPaid, state, payment } = await pay({}, 'bank');
  assert.deepEqual([isPaid, state, payment?.approval !== undefined], [false, 'reversed', true]);
  assert.deepEqual([simulator.books.usedOf(ISSUE.pan), (await world.host.books()).issued], [0, 0n]);
});
