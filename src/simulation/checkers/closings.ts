import type { Closing, HostServices, Posting } from '../../host/index.ts';
import { daysOfMonth } from '../../tariff/index.ts';
import type { Utility } from '../utility.ts';
import type { Checker, Findings } from './checker.ts';

const PAGE = 1_000;

/** I30, as far as a life shows it of settlement: a closed month ends with what the lines of the ledger sum to. */
export class Closings implements Checker {
  readonly watches = ['I30'] as const;
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  async healed({ host }: Utility): Promise<void> {
    const closings = await host.periods();
    const [newest] = closings;
    if (newest === undefined) return;
    const postings = await postedBefore(edgesOf(newest).at(-1) ?? 0, host);
    for (const closing of closings) {
      const { month, inputs } = closing;
      const [begin = {}, ...days] = edgesOf(closing).map((edge) => sumsBefore(edge, postings));
      this.#same(`${month} begins with`, { ...inputs.begin }, begin);
      this.#same(`${month} ends with`, { ...inputs.end }, days.at(-1) ?? {});
      days.forEach(({ inFlight = '', purses = '' }, day) => {
        const deferred = { deferred: String(BigInt(inFlight) + BigInt(purses)) };
        this.#same(`day ${day + 1} of ${month} ends with`, { deferred: inputs.balances[day] ?? '' }, deferred);
      });
      const closed = await host.period(month);
      const faults = 'reason' in closed ? [closed.sentence] : closed.faults;
      this.#findings.hold('I30', undefined, faults.length === 0, () => faults.join(' '));
    }
  }

  #same(what: string, closed: Sums, posted: Sums): void {
    for (const [name, amount] of Object.entries(posted)) {
      const sentence = () => `${what} ${name} ${closed[name]}, and the lines of the ledger come to ${amount}`;
      this.#findings.hold('I30', undefined, closed[name] === amount, sentence);
    }
  }
}

/** Decimal texts by name. */
type Sums = Readonly<Record<string, string>>;

/** When each day of a closed month began, and when the next month did. */
function edgesOf({ month, inputs }: Closing): readonly number[] {
  const [year, monthOfYear] = month.split('-').map(Number);
  return daysOfMonth(inputs.zone, Number(year) * 12 + Number(monthOfYear) - 1);
}

async function postedBefore(edge: number, host: HostServices): Promise<readonly Posting[]> {
  const postings: Posting[] = [];
  for (let before: number | undefined; ; ) {
    const page = await host.postings({ limit: PAGE, ...(before === undefined ? {} : { before }) });
    postings.push(...page.filter(({ at }) => at < edge));
    before = page.at(-1)?.sequence;
    if (page.length < PAGE) return postings;
  }
}

function sumsBefore(edge: number, postings: readonly Posting[]): Sums {
  const sums = new Map<string, bigint>();
  for (const { at, kind, lines } of postings) {
    if (at >= edge) continue;
    for (const { account, amount } of lines) {
      for (const key of [account, `${kind} ${account}`]) sums.set(key, (sums.get(key) ?? 0n) + amount);
    }
  }
  const debit = (key: string) => String(sums.get(key) ?? 0n);
  const credit = (key: string) => String(-(sums.get(key) ?? 0n));
  return {
    issued: credit('sold prepaid'),
    stored: credit('stored value-in-meters'),
    refunded: debit('refunded prepaid'),
    spent: credit('spent energy-revenue'),
    inFlight: credit('prepaid'),
    purses: credit('value-in-meters'),
    owed: debit('emergency-credit'),
    fees: credit('fees'),
    tax: credit('tax'),
    fixedCharges: credit('fixed-charges'),
  };
}
