import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PaymentPort, PaymentRequest } from '../host/index.ts';
import { CARD, HandTimers, payment } from './acquirer/bench.testing.ts';
import { Acquirer } from './acquirer.ts';
import { ACQUIRER_FAULTS, type AcquirerFault, AcquirerSimulator, testCards } from './acquirer-simulator.ts';

const ANSWER_MS = 30_000;
const LATE_MS = 40_000;
const LIMIT = 12_000;
/** Far more than there are faults. */
const TRIES_MAX = 200;

/** Faults after which no answer comes by itself. */
const SILENT: readonly AcquirerFault[] = ['answer-lost', 'answer-late', 'answer-garbled', 'request-held'];

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

/** After some turns of the loop, in which sockets may say something. */
function soon(turns: number, act: () => void): void {
  if (turns === 0) act();
  else setImmediate(() => soon(turns - 1, act));
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

/** No time passes by itself: a fault is what lets it pass, some turns later, for everything that waits just then. */
const turns = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 8 });

test('payments under every fault end in exactly one outcome, and both sides have the same', async () => {
  const struck = new Set<AcquirerFault>();
  const ended = new Set<Outcome>();
  await fc.assert(
    fc.asyncProperty(sales, faults, turns, fc.nat({ max: 29 }), async (wanted, toStrike, waits, breaks) => {
      const [ours, theirs] = [new HandTimers(), new HandTimers()];
      const next = [...toStrike];
      let [decided, strikes] = [0, 0];
      const strike = (fault: AcquirerFault) => {
        struck.add(fault);
        const wait = waits[strikes++ % waits.length] as number;
        if (SILENT.includes(fault)) soon(1 + wait, () => ours.pass(ANSWER_MS));
        if (fault === 'answer-late' || fault === 'request-held') soon(1 + 2 * wait, () => theirs.pass(LATE_MS));
      };
      const simulator = new AcquirerSimulator(
        {
          cards: testCards(LIMIT),
          lateMs: LATE_MS,
          faultOf: ({ type }) => {
            const fault = type === '0800' ? undefined : next.shift();
            if (fault !== undefined) strike(fault);
            return fault;
          },
        },
        {
          timers: theirs,
          hear: () => {
            if (++decided % 30 === breaks) simulator.dropConnections();
          },
        },
      );
      const port = await simulator.listen(0, '127.0.0.1');
      const settings = { host: '127.0.0.1', port, institution: '4201', terminal: 'WATT0001', merchant: 'WATTPURSE' };
      const retryMs = { least: 1, most: 1 };
      const open = () =>
        new Acquirer(
          { ...settings, zone: 'UTC', answerMs: ANSWER_MS, retryMs },
          {
            timers: ours,
            hear: ({ type }) => {
              if (type === 'connection-lost') soon(1, () => ours.pass(retryMs.most));
            },
          },
        );
      // Two processes of one host: a payment that one began may be ended by the other.
      const clients = [open(), open()];
      let turn = 0;
      const either = () => clients[turn++ % 2] as Acquirer;
      try {
        const outcomes = await Promise.all(wanted.map((sale, n) => sell(either, payment(n + 1, sale.amount), sale)));
        // What is late, and was asked before it was given up, comes now at the latest.
        theirs.pass(LATE_MS);

        for (const outcome of outcomes) ended.add(outcome);
        const used = new Map<string, number>();
        const books = simulator.books.payments();
        assert.equal(books.length, wanted.length);
        for (const [n, { pan, amount }] of wanted.entries()) {
          const booked = books.filter(({ trace }) => trace === n + 1);
          assert.equal(booked.length, 1);
          const [{ state = 'held' } = {}] = booked;
          // A decline that was not heard is reversed, and stays a decline there.
          assert.equal(state, state === 'declined' && outcomes[n] === 'reversed' ? 'declined' : outcomes[n]);
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
    { numRuns: 400 },
  );
  assert.equal(ended.size, 3);
  assert.deepEqual([...struck].sort(), [...ACQUIRER_FAULTS].sort());
});
