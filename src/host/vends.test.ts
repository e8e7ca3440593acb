import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertNever, svpmsn } from '../units/index.ts';
import { checkBooks } from './book-check.ts';
import { MemoryStore } from './memory.ts';
import type { Office } from './office.ts';
import { made, Rig } from './rig.testing.ts';
import { differenceOf } from './shifts.ts';
import type { HostFailure, Person } from './types.ts';
import { vendFindings } from './vend-check.testing.ts';
import type { VendView } from './vends.ts';

const REFERENCES = ['a', 'b', 'c', 'd'];
const METER = 3;
const PAID_IN = 2_000;
const OPENING = 50;

/** What a terminal does, and whether it hears the answer. */
type Step =
  | { readonly type: 'vend' | 'confirm' | 'reverse' | 'give-up'; readonly reference: number; readonly heard: boolean }
  | { readonly type: 'time' | 'next-shift' };

const onReference = (type: 'vend' | 'confirm' | 'reverse' | 'give-up'): fc.Arbitrary<Step> =>
  fc.record({ type: fc.constant(type), reference: fc.nat(REFERENCES.length - 1), heard: fc.boolean() });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: onReference('vend') },
  { weight: 2, arbitrary: onReference('confirm') },
  { weight: 3, arbitrary: onReference('reverse') },
  { weight: 2, arbitrary: onReference('give-up') },
  { weight: 4, arbitrary: fc.constant({ type: 'time' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'next-shift' as const }) },
);

/** A terminal asks again for the same. */
const paidOf = (reference: number): number => 300 + 200 * reference;

const CLERK: Person = {
  ...{ id: 'clerk', name: 'Clerk', role: 'agent', subscriber: undefined, password: '' },
  ...{ oneTimeUntil: undefined, locked: false, createdAt: 0 as Person['createdAt'] },
};

class Terminal {
  readonly rig: Rig;
  /** What the customer was told, by reference. */
  readonly told = new Map<number, string>();
  readonly confirmed = new Set<number>();
  /** Cash that the shifts which are closed took in, less what they gave back. */
  cash = 0n;
  #acts = 0;

  constructor(rig: Rig) {
    this.rig = rig;
  }

  office(): Office {
    const request = String(++this.#acts);
    const at = this.rig.clock.now();
    return this.rig.host.by({ at, by: CLERK.id, role: 'agent', action: 'test', subject: '', detail: '', request });
  }

  async do(step: Step): Promise<void> {
    switch (step.type) {
      case 'time':
        return this.rig.settle(3_000);
      case 'next-shift':
        await this.closeShift();
        return this.openShift();
      case 'vend':
        return this.#hear(step, await this.#vend(step.reference));
      case 'confirm':
        return this.#hear(step, await this.office().confirmVend(REFERENCES[step.reference] as string));
      case 'reverse':
        return this.#hear(step, await this.#reverse(step.reference));
      case 'give-up':
        // It is reversed while the request is still on its way, and that comes after all.
        this.#hear(step, await this.#reverse(step.reference));
        await this.#vend(step.reference);
        return;
      default:
        assertNever(step);
    }
  }

  #vend(reference: number): Promise<VendView | HostFailure> {
    const named = { reference: REFERENCES[reference] as string, meter: METER };
    return this.office().vend({ ...named, paid: paidOf(reference), method: 'cash' });
  }
  #reverse(reference: number): Promise<VendView | HostFailure> {
    return this.office().reverseVend({ reference: REFERENCES[reference] as string, meter: METER });
  }

  /** What was told as the end stays so, whatever comes after it. */
  #hear(
    { reference, heard }: { readonly reference: number; readonly heard: boolean },
    answer: VendView | HostFailure,
  ): void {
    if (!heard || 'reason' in answer) return;
    const before = this.told.get(reference);
    if (before !== undefined) assert.equal(answer.outcome, before);
    if (answer.vend.confirmedAt !== undefined) this.confirmed.add(reference);
    if (answer.outcome === 'stored' || answer.outcome === 'reversed') this.told.set(reference, answer.outcome);
  }

  async openShift(): Promise<void> {
    made(await this.office().openShift({ id: `shift ${this.#acts}`, opening: OPENING }));
  }

  async closeShift(): Promise<void> {
    const shift = made(await this.office().closeShift(OPENING));
    this.cash -= differenceOf(shift) as bigint;
  }
}

async function openTerminal(seed: number, commissionBasisPoints: number): Promise<Terminal> {
  const rig = new Rig(new MemoryStore(), { seed });
  await rig.host.start();
  await rig.enrol(METER);
  await rig.store.transaction((tx) => tx.people.put([CLERK]));
  const terminal = new Terminal(rig);
  const office = terminal.office();
  made(await office.addAgent({ id: 'kiosk', name: 'Kiosk', commissionBasisPoints }));
  made(await office.addAgentMember({ id: CLERK.id, agent: 'kiosk' }));
  const slip = { agent: 'kiosk', direction: 'pay-in', method: 'cash', reference: 'slip 1' } as const;
  made(await office.moveFloat({ ...slip, amount: PAID_IN }));
  await terminal.openShift();
  return terminal;
}

test('whatever answers are lost, a vend has one outcome: float, commission, till, books and meter agree on it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 0, max: 2_000 }),
      fc.option(fc.record({ oneIn: fc.integer({ min: 3, max: 12 }) }), { nil: undefined }),
      fc.nat(1_000),
      async (steps, commissionBasisPoints, faults, seed) => {
        const terminal = await openTerminal(seed, commissionBasisPoints);
        const { rig } = terminal;
        rig.faults = faults;
        for (const each of steps) {
          await terminal.do(each);
          assert.ok(made(await rig.host.agent('kiosk')).balance >= 0n, 'a float is never overdrawn');
        }
        rig.faults = undefined;
        await rig.settle();
        await terminal.closeShift();
        await agrees(terminal, commissionBasisPoints);
      },
    ),
    { numRuns: 400 },
  );
});

async function agrees({ rig, told, confirmed, cash }: Terminal, commissionBasisPoints: number): Promise<void> {
  const { host } = rig;
  let stored = 0n;
  let commission = 0n;
  for (const [i, reference] of REFERENCES.entries()) {
    const view = await host.vend({ agent: 'kiosk', reference });
    const outcome = 'reason' in view ? 'unknown' : view.outcome;
    assert.ok(['unknown', 'stored', 'reversed'].includes(outcome), `${reference} comes to an end: ${outcome}`);
    if (confirmed.has(i)) assert.equal(outcome, 'stored', reference);
    if (told.has(i)) assert.equal(outcome, told.get(i), reference);
    if (outcome !== 'stored') continue;
    stored += BigInt(paidOf(i));
    commission += (BigInt(paidOf(i)) * BigInt(commissionBasisPoints)) / 10_000n;
  }
  const { balance } = made(await host.agent('kiosk'));
  assert.equal(balance, BigInt(PAID_IN) - stored + commission, 'the float');
  const lines = (await host.postings({ limit: 1_000 })).flatMap((posting) => posting.lines);
  const accounts = ['float:kiosk', 'commissions', 'refunds-payable', 'cash'].map((name) =>
    lines.filter(({ account }) => account === name).reduce((sum, { amount }) => sum + amount, 0n),
  );
  assert.deepEqual(accounts, [-balance, commission, 0n, BigInt(PAID_IN)], 'the ledger');
  const agents = await host.agents({ limit: 9 });
  const { sums } = await rig.store.read((tx) => tx.ledgerSums(0));
  assert.deepEqual((await checkBooks(sums, { purses: [], agents })).findings, []);
  assert.deepEqual(await rig.store.read(vendFindings), []);
  assert.equal(cash, stored, 'the tills');
  const books = await host.books();
  assert.deepEqual([books.balanced, books.stored, books.inFlight], [true, stored, 0n]);
  assert.equal(BigInt(rig.meters.get(svpmsn(METER))?.credited ?? 0), stored, 'the meter');
}
