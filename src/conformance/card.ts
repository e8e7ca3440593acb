import { CardBench, type CardBenchSettings } from './card-bench.ts';
import { CARD_REPORT_CHECKS, CARD_TICKET_CHECKS } from './card-bring-checks.ts';
import { CARD_FORM_CHECKS } from './card-form-checks.ts';
import { CARD_LOAD_CHECKS } from './card-load-checks.ts';
import { CARD_PROOF_CHECKS } from './card-proof-checks.ts';
import { CARD_TAKE_CHECKS } from './card-take-checks.ts';
import { type Check, type CheckReport, type ConformanceReport, isWanted, runChecks } from './check.ts';

/** Of each region of the card. */
const REGION_CHECKS: readonly Check<CardBench>[] = [
  ...CARD_LOAD_CHECKS,
  ...CARD_TICKET_CHECKS,
  ...CARD_TAKE_CHECKS,
  ...CARD_REPORT_CHECKS,
];

/** Of a card with one region; those of selection, form and proof are made once, whatever the regions. */
export const CARD_CHECKS: readonly Check<CardBench>[] = [...CARD_FORM_CHECKS, ...CARD_PROOF_CHECKS, ...REGION_CHECKS];

export interface CardTest extends CardBenchSettings {
  /** Beginnings of the names of checks that are wanted; none: all. */
  readonly only: readonly string[];
}

/**
 * Holds a subscriber's card to the protocol, command by command, in the place of its provider's host and of meters: it
 * is loaded, spent and emptied, and takes tickets for meters that there are not. The power goes between commands.
 *
 * @returns what was found; the names of the checks bear the region, as `region-2 load.credit`
 */
export async function testCard(test: CardTest, told: (report: CheckReport) => void): Promise<ConformanceReport> {
  const checks: Check<undefined>[] = [];
  const benches: CardBench[] = [];
  for (const [index, key] of test.regions.entries()) {
    const bench = new CardBench(test, key);
    benches.push(bench);
    const all = index === 0 ? CARD_CHECKS : REGION_CHECKS;
    for (const check of all.filter(isWanted(test.only))) {
      checks.push({
        ...check,
        id: `region-${key.scope} ${check.id}`,
        run: async () => {
          // A card is in one slot: what another bench holds is over when this one gives power.
          await bench.fresh();
          await check.run(bench);
        },
      });
    }
  }
  try {
    return await runChecks('card', checks, undefined, told);
  } finally {
    for (const bench of benches) await bench.end();
  }
}
