import type { Meter } from '../../meter/index.ts';
import { EventKind, RelayReason } from '../../records/index.ts';
import type { Svpmsn } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Happening } from '../options.ts';
import type { Utility } from '../utility.ts';
import type { Checker, Findings } from './checker.ts';

/** No policy lends more beyond its emergency credit, in whatever hours nothing is cut. */
const FRIENDLY_TOKENS_MAX = 10_000;
/** More than came in the last minutes. */
const EVENTS_MAX = 1_000;
/** Reasons that neither credit nor time takes away: only a command does. */
const HELD = RelayReason.command | RelayReason.tamper;

/** The relay as it stands in the house, against what the meter says of it: I18, I19 and I22. */
export class Relays implements Checker {
  readonly watches = ['I18', 'I19', 'I22'] as const;
  readonly #findings: Findings;
  readonly #houses = new Map<Svpmsn, House>();
  /** Reasons that must outlive the power, and whether the last step was cut short, so that it may be half done. */
  readonly #held = new Map<Svpmsn, number>();
  readonly #startedAt = new Map<Svpmsn, number>();
  /** Houses that were fed behind their open relay a minute before the end. */
  readonly #fed = new Set<Svpmsn>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  heard(house: House): void {
    this.#look(house);
  }

  minute(house: House): void {
    this.#look(house);
  }

  started(house: House): void {
    const { svpmsn } = house;
    const before = this.#held.get(svpmsn);
    this.#startedAt.set(svpmsn, this.#findings.now);
    if (before !== undefined && !house.cutAtWork) {
      this.#findings.hold(
        'I18',
        svpmsn,
        reasonsHeld(house) === before,
        () => `reasons ${before} held its relay before the outage, and ${reasonsHeld(house)} after it`,
      );
    }
    this.#look(house);
  }

  happened(happening: Happening): void {
    if (happening.what !== 'cut-off') return;
    const { svpmsn } = happening;
    const house = this.#houses.get(svpmsn);
    // One that starts without credit has nobody to warn any more: its relay stays as the outage left it.
    if (house === undefined || this.#startedAt.get(svpmsn) === this.#findings.now) return;
    this.#findings.hold(
      'I19',
      svpmsn,
      house.buzzing || house.meter.purseClosed,
      () => 'its relay opened for lack of credit, and no buzzer had sounded',
    );
  }

  fed({ svpmsn }: House): void {
    this.#fed.add(svpmsn);
  }

  /** Voltage behind an open relay was known at the host within the minute. */
  async healed({ host }: Utility): Promise<void> {
    const events = await host.events({ limit: EVENTS_MAX });
    const known = new Set(events.filter(({ kind }) => kind === EventKind.voltageWhileOpenBegun).map((e) => e.svpmsn));
    for (const svpmsn of this.#fed) {
      const sentence = () => 'voltage behind its open relay is not known at the host after a minute';
      this.#findings.hold('I22', svpmsn, known.has(svpmsn), sentence);
    }
  }

  #look(house: House): void {
    const { svpmsn, meter, balance } = house;
    this.#houses.set(svpmsn, house);
    this.#held.set(svpmsn, reasonsHeld(house));
    const [supply] = meter.supplies;
    if (supply === undefined || house.frozen) return;
    const { reasons } = supply.relay;
    this.#findings.hold(
      'I18',
      svpmsn,
      house.latchOpen === (reasons !== 0),
      () => `its relay is ${house.latchOpen ? 'open' : 'closed'}, and its reasons are ${reasons}`,
    );
    const lastUnit = meter.stored === 0 && meter.exchanger.tank === 0 && balance > 0;
    this.#findings.hold(
      'I19',
      svpmsn,
      !lastUnit || house.buzzing || meter.purseClosed,
      () => `its last ${balance} tokens are in the exchanger, and no buzzer sounds`,
    );
    const { emergencyCredit, friendlyHours, noCutOnWeekends, noCutOnHolidays } = meter.policy;
    const humane = friendlyHours !== null || noCutOnWeekends || noCutOnHolidays;
    const limit = emergencyCredit + (humane ? FRIENDLY_TOKENS_MAX : 0);
    const open = (reasons & RelayReason.noCredit) !== 0;
    // Who is cut has had all that is lent at any hour.
    const nothingLeft = balance === 0 && (meter.owed >= emergencyCredit || lendsNothing(meter));
    this.#findings.hold(
      'I18',
      svpmsn,
      open ? nothingLeft : balance > 0 || meter.owed < limit,
      () => `its relay is ${open ? 'open' : 'not open'} for lack of credit with ${balance} left and ${meter.owed} owed`,
    );
  }
}

/** The SAM has refused a loan, or there is nobody to lend to. */
const lendsNothing = ({ lendingRefused, purseClosed, dismantled }: Meter): boolean =>
  lendingRefused || purseClosed || dismantled;

const reasonsHeld = ({ meter }: House): number =>
  meter.supplies.reduce((all, { relay }) => all | (relay.reasons & HELD), 0);
