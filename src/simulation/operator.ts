import type { HostServices, MeterEvent, MeterView } from '../host/index.ts';
import { EventKind, MeterFlag } from '../records/index.ts';
import type { Svpmsn } from '../units/index.ts';

/**
 * How a meter stands, the most urgent first: its value is frozen · its seal is broken · open for lack of credit · open
 * for another reason · on emergency credit · low · silent for long, or never heard · supplied.
 */
export type MeterStanding = 'frozen' | 'tamper' | 'off' | 'blocked' | 'emergency' | 'low' | 'stale' | 'supplied';

/** What begins an alarm that stands until its other event ends it. */
const ALARMS: ReadonlyMap<number, { readonly alarm: string; readonly on: boolean }> = new Map([
  [EventKind.coverOpened, { alarm: 'cover', on: true }],
  [EventKind.coverClosed, { alarm: 'cover', on: false }],
  [EventKind.bypassBegun, { alarm: 'bypass', on: true }],
  [EventKind.bypassEnded, { alarm: 'bypass', on: false }],
  [EventKind.voltageWhileOpenBegun, { alarm: 'voltage', on: true }],
  [EventKind.voltageWhileOpenEnded, { alarm: 'voltage', on: false }],
  [EventKind.magneticFieldBegun, { alarm: 'field', on: true }],
  [EventKind.magneticFieldEnded, { alarm: 'field', on: false }],
  [EventKind.valueFrozen, { alarm: 'frozen', on: true }],
]);

const EVENTS_A_PAGE = 200;
const RELAY_HELD = MeterFlag.overCurrent | MeterFlag.byCommand | MeterFlag.loadLimit;

/**
 * What the operator at the host can know of each meter, and nothing else: flags and events as polls, alarms and
 * receipts brought them. A theft that no meter has told is not in it, nor a cut that no poll has found yet.
 */
export class OperatorView {
  readonly #host: HostServices;
  readonly #staleAfterMs: number;
  readonly #alarms = new Map<Svpmsn, Set<string>>();
  #seen = 0;

  constructor(host: HostServices, options: { readonly staleAfterMs: number }) {
    this.#host = host;
    this.#staleAfterMs = options.staleAfterMs;
  }

  /** All meters of the host. Events are read once: a call costs what came since the last. */
  async standings(): Promise<ReadonlyMap<Svpmsn, MeterStanding>> {
    for (const event of await this.#newEvents()) this.#hear(event);
    const views = await this.#host.meters();
    return new Map(views.map((view) => [view.meter.svpmsn, this.#standing(view)]));
  }

  /** The oldest first. */
  async #newEvents(): Promise<MeterEvent[]> {
    const fresh: (MeterEvent & { readonly number: number })[] = [];
    for (;;) {
      const before = fresh.at(-1)?.number;
      const page = await this.#host.events({ limit: EVENTS_A_PAGE, ...(before === undefined ? {} : { before }) });
      const unseen = page.filter(({ number }) => number > this.#seen);
      fresh.push(...unseen);
      if (unseen.length < EVENTS_A_PAGE) break;
    }
    this.#seen = fresh[0]?.number ?? this.#seen;
    return fresh.reverse();
  }

  #hear({ svpmsn, kind }: MeterEvent): void {
    const change = ALARMS.get(kind);
    if (change === undefined) return;
    const standing = this.#alarms.get(svpmsn) ?? new Set();
    this.#alarms.set(svpmsn, standing);
    if (change.on) standing.add(change.alarm);
    else standing.delete(change.alarm);
  }

  #standing({ meter, purse, known, age }: MeterView): MeterStanding {
    const alarms = this.#alarms.get(meter.svpmsn) ?? new Set();
    const flags = known?.flags ?? 0;
    const has = (flag: number) => (flags & flag) !== 0;
    if (purse.freeze !== undefined || alarms.has('frozen')) return 'frozen';
    if (alarms.size > 0 || has(MeterFlag.tamper)) return 'tamper';
    if (has(MeterFlag.relayOpen)) return has(RELAY_HELD) ? 'blocked' : 'off';
    if (has(MeterFlag.emergencyCredit)) return 'emergency';
    if (has(MeterFlag.lowBalance)) return 'low';
    return age.heard === undefined || age.heard > this.#staleAfterMs ? 'stale' : 'supplied';
  }
}
