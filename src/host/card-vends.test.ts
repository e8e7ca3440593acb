import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CardRig } from './card-rig.testing.ts';
import { CardKiosk } from './card-vends.testing.ts';
import { made } from './rig.testing.ts';
import type { HostFailure } from './types.ts';
import type { VendView } from './vends.ts';

const REFERENCES = ['a', 'b', 'c', 'd'];
const paidOf = (reference: number): number => 300 + 200 * reference;

/** What a terminal does and whether it hears the answer, and how far the card comes in a reader. */
type Step =
  | { readonly type: 'vend' | 'confirm' | 'reverse' | 'give-up'; readonly reference: number; readonly heard: boolean }
  | { readonly type: 'loaded' | 'pulled-before' | 'pulled-after' };

const onReference = (type: 'vend' | 'confirm' | 'reverse' | 'give-up'): fc.Arbitrary<Step> =>
  fc.record({ type: fc.constant(type), reference: fc.nat(REFERENCES.length - 1), heard: fc.boolean() });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: onReference('vend') },
  { weight: 2, arbitrary: onReference('confirm') },
  { weight: 3, arbitrary: onReference('reverse') },
  { weight: 2, arbitrary: onReference('give-up') },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constantFrom('loaded' as const, 'pulled-before' as const, 'pulled-after' as const),
    }),
  },
);

class Terminal {
  readonly kiosk: CardKiosk;
  readonly told = new Map<number, string>();
  readonly confirmed = new Set<number>();

  constructor(kiosk: CardKiosk) {
    this.kiosk = kiosk;
  }

  async do(step: Step): Promise<void> {
    if (!('reference' in step)) return this.#card(step.type);
    const { type, reference } = step;
    const named = REFERENCES[reference] as string;
    if (type === 'vend') return this.#hear(step, await this.kiosk.vend(named, paidOf(reference)));
    if (type === 'confirm') return this.#hear(step, await this.kiosk.confirm(named));
    this.#hear(step, await this.kiosk.reverse(named));
    // It is reversed while the request is still on its way, and that comes after all.
    if (type === 'give-up') await this.kiosk.vend(named, paidOf(reference));
  }

  async #card(type: 'loaded' | 'pulled-before' | 'pulled-after'): Promise<void> {
    const { rig } = this.kiosk;
    if (type === 'loaded') {
      await rig.exchange();
      return;
    }
    const { exchange, frame } = await rig.begin();
    if (type === 'pulled-before') return;
    const third = made(await rig.desk.receive(exchange, rig.pass(rig.hand(), frame)));
    if (third.type === 'send') rig.pass(rig.hand(), third.frame);
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
}

test('whatever answers are lost and whenever the card is pulled, a vend for a card has one outcome', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 0, max: 2_000 }),
      async (steps, basisPoints) => {
        const rig = await CardRig.open();
        const kiosk = await CardKiosk.open(rig, basisPoints);
        const terminal = new Terminal(kiosk);
        for (const each of steps) {
          await terminal.do(each);
          assert.ok((await kiosk.float()) >= 0n, 'a float is never overdrawn');
        }
        await rig.serve();
        let [stored, commission] = [0n, 0n];
        for (const [i, reference] of REFERENCES.entries()) {
          const view = await kiosk.view(reference);
          const outcome = 'reason' in view ? 'unknown' : view.outcome;
          assert.ok(['unknown', 'stored', 'reversed'].includes(outcome), `${reference} comes to an end: ${outcome}`);
          if (terminal.confirmed.has(i)) assert.equal(outcome, 'stored', reference);
          if (terminal.told.has(i)) assert.equal(outcome, terminal.told.get(i), reference);
          if (outcome !== 'stored') continue;
          stored += BigInt(paidOf(i));
          commission += (BigInt(paidOf(i)) * BigInt(basisPoints)) / 10_000n;
        }
        await kiosk.agrees({ stored, commission });
      },
    ),
    { numRuns: 100 },
  );
});
