import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PaymentPort, PaymentRequest } from '../host/index.ts';
import { CARD, payment } from './acquirer/bench.testing.ts';
import { systemTimers, type Timers } from './acquirer/timers.ts';
import { Acquirer } from './acquirer.ts';
import { ACQUIRER_FAULTS, type AcquirerFault, AcquirerSimulator, testCards } from './acquirer-simulator.ts';

/** Short, so that a run of many faults ends; that an answer is slower than this is one fault more. */
const TIMES = { answerMs: 30, connectMs: 200, idleMs: 5_000, retryMs: { least: 1, most: 8 } };
const LATE_MS = 45;
const LIMIT = 12_000;
/** Far more than there are faults. */
const TRIES_MAX = 100;

interface Sale {
  readonly pan: string;
  readonly amount: number;
  /** Whether the value reaches its meter. */
  readonly stored: boolean;
}

type Outcome = 'captured' | 'reversed' | 'declined';

/** What the host does with a payment: nothing is captured unless it was approved, and nothing ends as unknown. */
async function sell(port: () => PaymentPort, request: PaymentRequest, { pan, stored }: Sale): Promise<Outcome> {
  const authorised = await port().authorise(request, { ...CARD, pan });
  if (authorised.outcome === 'declined') return 'declined';
  const approval = authorised.outcome === 'approved' ? authorised.approval : undefined;
  for (let tries = 0; ; tries++) {
    assert.ok(tries < TRIES_MAX, 'it never ends');
    const ended =
      stored && approval !== undefined
        ? await port().capture(request, approval)
        : await port().reverse(request, approval);
    assert.notEqual(ended.outcome, 'refused', 'sentence' in ended ? ended.sentence : '');
    if (ended.outcome === 'done') return stored && approval !== undefined ? 'captured' : 'reversed';
  }
}

/** What is late has come when nothing waits any more. */
class CountingTimers implements Timers {
  waiting = 0;

  after(ms: number, act: () => void): () => void {
    this.waiting++;
    const cancel = systemTimers.after(ms, () => {
      this.waiting--;
      act();
    });
    return cancel;
  }
}

const sales: fc.Arbitrary<Sale[]> = fc.array(
  fc.record({
    pan: fc.oneof(fc.constant(CARD.pan), fc.constantFrom(...testCards(LIMIT).map(({ pan }) => pan))),
    amount: fc.integer({ min: 1, max: LIMIT }),
    stored: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);
const faults: fc.Arbitrary<(AcquirerFault | undefined)[]> = fc.array(
  fc.option(fc.constantFrom(...ACQUIRER_FAULTS), { nil: undefined, freq: 2 }),
  { maxLength: 30 },
);

test('payments under every fault end in exactly one outcome, and both sides have the same', async () => {
  const ended = new Set<Outcome>();
  const struck = new Set<AcquirerFault>();
  await fc.assert(
    fc.asyncProperty(sales, faults, fc.nat({ max: 29 }), async (wanted, toStrike, breaks) => {
      const timers = new CountingTimers();
      const next = [...toStrike];
      let decided = 0;
      const simulator = new AcquirerSimulator(
        {
          cards: testCards(LIMIT),
          lateMs: LATE_MS,
          faultOf: ({ type }) => {
            const fault = type === '0800' ? undefined : next.shift();
            if (fault !== undefined) struck.add(fault);
            return fault;
          },
        },
        {
          timers,
          hear: () => {
            if (++decided % 30 === breaks) simulator.dropConnections();
          },
        },
      );
      const port = await simulator.listen(0, '127.0.0.1');
      // Two processes of one host: a payment that one began may be ended by the other.
      const settings = {
        host: '127.0.0.1',
        port,
        institution: '4201',
        terminal: 'WATT0001',
        merchant: 'WATTPURSE',
        zone: 'UTC',
      };
      const clients = [new Acquirer({ ...settings, ...TIMES }), new Acquirer({ ...settings, ...TIMES })];
      let turn = 0;
      const either = () => clients[turn++ % 2] as Acquirer;
      try {
        const outcomes = await Promise.all(wanted.map((sale, n) => sell(either, payment(n + 1, sale.amount), sale)));
        while (timers.waiting > 0) await new Promise((resolve) => setTimeout(resolve, 5));

        for (const outcome of outcomes) ended.add(outcome);
        const used = new Map<string, number>();
        const books = simulator.books.payments();
        assert.equal(books.length, wanted.length);
        for (const [n, { pan, amount }] of wanted.entries()) {
          const booked = books.filter(({ trace }) => trace === n + 1);
          assert.equal(booked.length, 1);
          const [{ state = 'held' } = {}] = booked;
          // A decline that was not heard is reversed, and stays a decline there.
          const ours = state === 'declined' && outcomes[n] === 'reversed' ? 'declined' : outcomes[n];
          assert.equal(state, ours);
          if (state === 'captured') used.set(pan, (used.get(pan) ?? 0) + amount);
        }
        for (const { pan, limit } of testCards(LIMIT)) {
          assert.equal(simulator.books.usedOf(pan), used.get(pan) ?? 0);
          assert.ok(simulator.books.usedOf(pan) <= limit);
        }
      } finally {
        await Promise.all(clients.map((client) => client.close()));
        await simulator.close();
      }
    }),
    { numRuns: 100 },
  );
  assert.equal(ended.size, 3);
  assert.deepEqual([...struck].sort(), [...ACQUIRER_FAULTS].sort());
});
