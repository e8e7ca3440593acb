import { RelayReason, type SupplyPolicy } from '../../records/index.ts';
import type { Svpmsn } from '../../units/index.ts';
import { type House, MAINS_VOLTS } from '../house.ts';
import type { Happening } from '../options.ts';
import type { Checker, Findings } from './checker.ts';

/** A minute until the limit is first looked at, and one until the relay is. */
const LATE_SECONDS = 120;
/** A load limit opens the relay for a minute; then it is closed by the next look, or by the one after that. */
const PAUSED_MINUTES_MAX = 3;

const LIMITED = { load: RelayReason.loadLimit, overCurrent: RelayReason.overCurrent } as const;
type Limit = keyof typeof LIMITED;
const LIMITS = Object.keys(LIMITED) as Limit[];

/** A house as it was when it was last looked at, and for how many minutes it has been so. */
interface Seen {
  readonly watts: number;
  readonly policy: SupplyPolicy;
  readonly reasons: number;
  /** In which it asked for more than the policy allows, and was given it. */
  readonly exceeded: Readonly<Record<Limit, number>>;
  readonly paused: number;
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
    const seen = this.#seen.get(svpmsn);
    if (seen !== undefined) this.#seen.set(svpmsn, { ...seen, exceeded: NEVER, paused: 0 });
  }

  /** Closed between two looks, it may be open again in the next. */
  happened(happening: Happening): void {
    if (happening.what !== 'relay-closed') return;
    const { svpmsn } = happening;
    const seen = this.#seen.get(svpmsn);
    if (seen !== undefined) this.#seen.set(svpmsn, { ...seen, paused: 0 });
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
    const isSame = seen?.policy.version === policy.version;
    const count = (limit: Limit) =>
      reasons === 0 && isBeyond(policy, limit, watts) ? (isSame ? seen.exceeded[limit] : 0) + 1 : 0;
    const exceeded = { load: count('load'), overCurrent: count('overCurrent') };
    for (const limit of LIMITS) {
      const delay = policy.supplies[0]?.[limit]?.delaySeconds ?? 0;
      this.#findings.hold(
        'I18',
        svpmsn,
        exceeded[limit] * 60 <= delay + LATE_SECONDS,
        () =>
          `its relay is closed, and for ${exceeded[limit]} minutes it was asked for ${watts} W beyond its ${limit} limit`,
      );
    }
    const paused = reasons & RelayReason.loadLimit ? (seen?.paused ?? 0) + 1 : 0;
    this.#findings.hold(
      'I18',
      svpmsn,
      paused <= PAUSED_MINUTES_MAX,
      () => `its load limit has held its relay open for ${paused} minutes`,
    );
    this.#seen.set(svpmsn, { watts, policy, reasons, exceeded, paused });
  }
}

const NEVER = { load: 0, overCurrent: 0 } as const;

function isBeyond(policy: SupplyPolicy, limit: Limit, watts: number): boolean {
  const [limits] = policy.supplies;
  return limit === 'load'
    ? limits?.load != null && watts > limits.load.watts
    : limits?.overCurrent != null && Math.round((10 * watts) / MAINS_VOLTS) > limits.overCurrent.deciAmperes;
}
