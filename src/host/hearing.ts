import type { BackhaulMessage, Collect } from '../backhaul/index.ts';
import { decodeUseAnswer } from '../records/index.ts';
import { assertNever, type Milliseconds, type Svpmsn, UNIX_MS_MAX } from '../units/index.ts';
import type { CardPipe } from './card-pipe.ts';
import type { Dispatcher } from './dispatch.ts';
import type { KeyHanding } from './key-handing.ts';
import { addressMap, takeCheckMinute, takeHealth, takeMapAnswer } from './lines.ts';
import { takeAttention, takePoll, type Use } from './monitoring.ts';
import { type HostPorts, StoreError, type StoreTransaction } from './ports.ts';
import type { HostCounters, HostSettings, Said } from './services.ts';
import type { SlotPayments } from './slot-payments.ts';

const ROUND_MS = 3_600_000;
/** A meter tells whole seconds, so that its clock is known to one. */
const SLEW_ABOVE_MS = 2_000;

/** Days that are unpacked in one turn. */
const UNPACKED_AT_ONCE = 32;

/** What only tells something: nobody waits for an answer, so that many are kept in one step. */
type Report = Extract<BackhaulMessage, { type: 'poll-result' | 'attention' | 'line-health' | 'check-meter' }>;

/** What became of a report. */
interface Kept {
  readonly stray: boolean;
  readonly faults: number;
  /** What the books lack by it. */
  readonly missing?: Collect | undefined;
  readonly called?: Svpmsn | undefined;
  /** Something may be due on its line. */
  readonly wakes: boolean;
}

const KEPT: Kept = { stray: false, faults: 0, wakes: false };
const STRAY: Kept = { ...KEPT, stray: true };

/** Who does what a message asks for. */
interface Hearers {
  readonly dispatcher: Dispatcher;
  readonly pipe: CardPipe;
  readonly handing: KeyHanding;
  readonly slots: SlotPayments;
}

/** What local units say to the host, and what they are told when they come. */
export class Hearing {
  readonly #ports: HostPorts;
  readonly #zone: string;
  readonly #roundMs: number;
  readonly #counters: HostCounters;
  readonly #hearers: Hearers;
  readonly #collectedAt = new Map<Svpmsn, Milliseconds>();

  constructor(ports: HostPorts, { zone, roundMs = ROUND_MS }: HostSettings, counters: HostCounters, hearers: Hearers) {
    this.#ports = ports;
    this.#zone = zone;
    this.#roundMs = roundMs;
    this.#counters = counters;
    this.#hearers = hearers;
  }

  get roundMs(): number {
    return this.#roundMs;
  }

  /**
   * Much at once: exchanges go on first, those of one line in the order in which they were heard, and all reports are
   * kept in one durable step behind them.
   */
  async hearAll(said: readonly Said[]): Promise<void> {
    const reports: (Said & { readonly message: Report })[] = [];
    const others = new Map<number, Said[]>();
    for (const one of said) {
      if (isReport(one)) reports.push(one);
      else {
        const ofLine = others.get(one.localUnit);
        if (ofLine === undefined) others.set(one.localUnit, [one]);
        else ofLine.push(one);
      }
    }
    const lines = [...others.values()].map(async (ofLine) => {
      for (const { localUnit, message } of ofLine) await this.hear(localUnit, message);
    });
    for (const end of await Promise.allSettled(lines)) if (end.status === 'rejected') throw end.reason;
    if (reports.length > 0) await this.#takeReports(reports);
  }

  async hear(localUnit: number, message: BackhaulMessage): Promise<void> {
    const { store, clock, grid } = this.#ports;
    const { dispatcher, pipe, handing } = this.#hearers;
    switch (message.type) {
      case 'carried':
        return pipe.carried(localUnit, message) ? undefined : dispatcher.carried(localUnit, message);
      case 'poll-result':
      case 'attention':
      case 'line-health':
      case 'check-meter':
        return this.#takeReports([{ localUnit, message }]);
      case 'hello':
        // A local unit that came up knows neither its meters, nor the time, nor its round; an area unit has no meters.
        if (message.kind !== 'local-unit') return;
        await this.sendAddressMap(localUnit);
        grid.send(localUnit, { type: 'time', unixMs: Math.min(clock.now(), UNIX_MS_MAX) });
        await this.sendPollPlan(localUnit);
        return dispatcher.lineCame(localUnit);
      case 'address-map-answer': {
        const newer = await store.transaction((tx) => takeMapAnswer(tx, localUnit, message, clock.now()));
        if (newer !== undefined) grid.send(localUnit, newer);
        return;
      }
      case 'monitoring-keys-wanted':
        return handing.wanted(localUnit, message.svpmsns);
      case 'monitoring-keys-answer':
        await handing.answered(localUnit, message);
        return dispatcher.dispatch(localUnit);
      case 'hello-refused':
      case 'voice':
        // It concerns whoever keeps the connection.
        return;
      case 'carry':
      case 'address-map':
      case 'monitoring-keys':
      case 'time':
      case 'poll-plan':
      case 'collect':
        // These only travel downwards.
        return;
      default:
        assertNever(message);
    }
  }

  async sendAddressMap(localUnit: number): Promise<void> {
    const { store, grid } = this.#ports;
    grid.send(localUnit, await store.read((tx) => addressMap(tx, localUnit)));
  }

  async sendPollPlan(localUnit: number): Promise<void> {
    const { store, grid } = this.#ports;
    const supplies = await store.read(async (tx) => (await tx.meters({ localUnit })).map((meter) => meter.supplies));
    grid.send(localUnit, {
      type: 'poll-plan',
      roundMs: this.#roundMs,
      profiles: true,
      supplies: Math.max(1, ...supplies),
      tableVersion: 0,
      slewAboveMs: SLEW_ABOVE_MS,
    });
  }

  /** One durable step; where it fails for another reason than the store, each report alone, so that a bug is nobody else's. */
  async #takeReports(reports: readonly (Said & { readonly message: Report })[]): Promise<void> {
    let taken: readonly Kept[];
    try {
      const uses = await this.#unpacked(reports);
      taken = await this.#ports.store.transaction(async (tx) => {
        const kept: Kept[] = [];
        for (const report of reports) kept.push(await this.#keep(tx, report, uses.get(report.message)));
        return kept;
      });
    } catch (error) {
      if (error instanceof StoreError || reports.length === 1) throw error;
      const alone = reports.map((report) => () => this.#takeReports([report]));
      return allOrTheFirstError(alone);
    }
    const awake = new Set<number>();
    taken.forEach(({ stray, faults, missing, called, wakes }, i) => {
      const { localUnit } = reports[i] as Said;
      if (stray) this.#counters.strayMessages += 1;
      this.#counters.recordsNotUnderstood += faults;
      if (missing !== undefined) this.#collect(localUnit, missing);
      if (called !== undefined) this.#ports.interphones?.called(called);
      if (wakes) awake.add(localUnit);
    });
    for (const localUnit of awake) await this.#hearers.dispatcher.dispatch(localUnit);
  }

  /**
   * What meters told of their use, before the step begins: to unpack a day takes longer than to keep it, and whoever
   * pays meanwhile has their turn.
   */
  async #unpacked(reports: readonly { readonly message: Report }[]): Promise<ReadonlyMap<Report, Use>> {
    const uses = new Map<Report, Use>();
    for (const { message } of reports) {
      if (message.type !== 'poll-result' || message.use === undefined) continue;
      uses.set(message, decodeUseAnswer(message.use));
      if (uses.size % UNPACKED_AT_ONCE === 0) await this.#ports.gather?.();
    }
    return uses;
  }

  async #keep(
    tx: StoreTransaction,
    { localUnit, message }: Said & { readonly message: Report },
    use: Use | undefined,
  ): Promise<Kept> {
    const now = this.#ports.clock.now();
    switch (message.type) {
      case 'poll-result': {
        const { slots } = this.#hearers;
        const taken = await takePoll(tx, localUnit, { poll: message, use, zone: this.#zone, slots }, now);
        return taken === undefined ? STRAY : { stray: false, ...taken, wakes: true };
      }
      case 'attention':
        return (await takeAttention(tx, localUnit, message, now)) ? { ...KEPT, wakes: true } : STRAY;
      case 'line-health':
        await takeHealth(tx, localUnit, message, now);
        return KEPT;
      case 'check-meter':
        return (await takeCheckMinute(tx, localUnit, message, now)) ? KEPT : { ...KEPT, faults: 1 };
      default:
        return assertNever(message);
    }
  }

  /** At most once a round for each meter: one that cannot give what it says it has does not keep its line busy. */
  #collect(localUnit: number, missing: Collect): void {
    const now = this.#ports.clock.now();
    if (now < (this.#collectedAt.get(missing.svpmsn) ?? -Infinity) + this.#roundMs) return;
    this.#collectedAt.set(missing.svpmsn, now);
    this.#ports.grid.send(localUnit, missing);
  }
}

/** Each is done whatever becomes of those before it. */
async function allOrTheFirstError(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

function isReport(said: Said): said is Said & { readonly message: Report } {
  const { type } = said.message;
  return type === 'poll-result' || type === 'attention' || type === 'line-health' || type === 'check-meter';
}
