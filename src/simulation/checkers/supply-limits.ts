import { RelayReason, type SupplyPolicy } from '../../records/index.ts';
import type { Svpmsn } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Happening } from '../options.ts';
import { MAINS_VOLTS } from '../supply-voltage.ts';
import type { Checker, Findings } from './checker.ts';

/** What is asked for is measured each minute. */
const LATE_MS = 90_000;
/** A load limit opens the relay for a minute; then it is closed by the next look, or by the one after that. */
const PAUSE_MAX_MS = 150_000;

const LIMITED = { load: RelayReason.loadLimit, overCurrent: RelayReason.overCurrent } as const;
type Limit = keyof typeof LIMITED;
const LIMITS = Object.keys(LIMITED) as Limit[];

/** A house as it was when it was last looked at. */
interface Seen {
  readonly watts: number;
  readonly policy: SupplyPolicy;
  readonly reasons: number;
  /** Since when it asks for more than the policy allows, and is given it. */
  readonly exceededSince: Readonly<Partial<Record<Limit, number>>>;
  /** Since when a load limit holds its relay open. */
  readonly pausedSince?: number;
}

/** What the supply policy says of load and current, against what the household asks for: I18. */
export class SupplyLimitsKept implements Checker {
  readonly watches = ['I18'] as const;
  readonly #findings: Findings;
  readonly #seen = new Map<Svpmsn, Seen>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** What was counted before the power went counts no longer; what held the relay may hold it still. */
  started({ svpmsn }: House): void {
    this.#beginAnew(svpmsn);
  }

  /** It may open and close between two looks. */
  happened(happening: Happening): void {
    if (happening.what === 'relay-closed' || happening.what === 'relay-opened') this.#beginAnew(happening.svpmsn);
  }

  #beginAnew(svpmsn: Svpmsn): void {
    const seen = this.#seen.get(svpmsn);
    if (seen === undefined) return;
    const { watts, policy, reasons } = seen;
    this.#seen.set(svpmsn, { watts, policy, reasons, exceededSince: {} });
  }

  minute(house: House): void {
    const { svpmsn, meter, watts } = house;
    const [supply] = meter.supplies;
    if (supply === undefined || house.frozen) {
      this.#seen.delete(svpmsn);
      return;
    }
    const { policy } = meter;
    const { reasons } = supply.relay;
    const seen = this.#seen.get(svpmsn);
    for (const limit of LIMITS) {
      const isNew = seen !== undefined && (reasons & ~seen.reasons & LIMITED[limit]) !== 0;
      if (!isNew) continue;
      const asked = Math.max(watts, seen.watts);
      const allowed = [seen.policy, policy].some((each) => isBeyond(each, limit, asked));
      this.#findings.hold('I18', svpmsn, allowed, () => `its ${limit} limit tripped at ${asked} W`);
    }
    const { now } = this.#findings;
    const before = seen?.policy.version === policy.version ? seen.exceededSince : {};
    const exceededSince: Partial<Record<Limit, number>> = {};
    for (const limit of LIMITS) {
      if (reasons !== 0 || !isBeyond(policy, limit, watts)) continue;
      const since = before[limit] ?? now;
      exceededSince[limit] = since;
      const delayMs = 1000 * (policy.supplies[0]?.[limit]?.delaySeconds ?? 0);
      this.#findings.hold(
        'I18',
        svpmsn,
        now - since <= delayMs + LATE_MS,
        () =>
          `its relay is closed, and for ${(now - since) / 1000} s it was asked for ${watts} W beyond its ${limit} limit`,
      );
    }
    const pausedSince = reasons & RelayReason.loadLimit ? (seen?.pausedSince ?? now) : undefined;
    this.#findings.hold(
      'I18',
      svpmsn,
      now - (pausedSince ?? now) <= PAUSE_MAX_MS,
      () => 'its load limit holds its relay open for minutes',
    );
    this.#seen.set(svpmsn, {
      watts,
      policy,
      reasons,
      exceededSince,
      ...(pausedSince !== undefined && { pausedSince }),
    });
  }
}

function isBeyond(policy: SupplyPolicy, limit: Limit, watts: number): boolean {
  const [limits] = policy.supplies;
  return limit === 'load'
    ? limits?.load != null && watts > limits.load.watts
    : limits?.overCurrent != null && Math.round((10 * watts) / MAINS_VOLTS) > limits.overCurrent.deciAmperes;
}
