import type { Suite } from '../crypto/index.ts';
import { METERS_PER_LOCAL_UNIT_MAX, type Store } from '../host/index.ts';
import { type LineConditions, PERFECT_CONDITIONS, powerLine } from '../line/index.ts';
import { DEFAULT_SUPPLY_POLICY, ENERGY_MISSING } from '../records/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { MINUTES_PER_DAY, milliseconds, type Svpmsn } from '../units/index.ts';
import { equip } from './founding.ts';
import { drawKeys } from './keys.ts';
import type { HeapBytes, HouseMemory, UtilityOptions } from './options.ts';
import { MemoryPages, PagedMemory } from './paged-memory.ts';
import { seededRandom } from './random.ts';
import { type Story, tell } from './story.ts';
import type { Transformer } from './transformer.ts';
import { Utility } from './utility.ts';

export interface FleetOptions {
  readonly seed: number | string;
  /** 1 to 65,536: as many as one area has. */
  readonly meters: number;
  readonly suite: Suite;
  /** Of each power line, 1,200 to 128,000. */
  readonly bitsPerSecond: number;
  /** Share of the frames that are not heard, 0 to 0.5; a line that works otherwise. */
  readonly frameLoss: number;
  /** A house whose meter left another utility's workshop: nothing of it may succeed. */
  readonly strangerHouse?: number;
  readonly store: Store;
  /** Processor time of this process in milliseconds. */
  readonly processorMs: () => number;
  /** What was lived is weighed by it at the end; not at all where it is absent. */
  readonly heapBytes?: HeapBytes;
  /** Told at each sample. */
  readonly onSample?: (sample: FleetSample) => void;
}

/** How far a fleet is at an instant of its time. */
export interface FleetSample {
  /** Minutes since the beginning. */
  readonly minute: number;
  /** Orders that were sold, and of these stored. */
  readonly sold: number;
  readonly stored: number;
  /** Meters that hold the day's new tariff, and whose day profile came. */
  readonly withTariff: number;
  readonly withProfile: number;
  /** Of all lines since the beginning. */
  readonly airtimeMs: number;
  readonly retries: number;
  readonly processorMs: number;
}

/** Bytes of this process's memory at the end, measured by letting go of one part after the other. */
export interface FleetHeap {
  /** All meters: their memories, and what they hold while they run. */
  readonly meters: number;
  /** Of these: what was written of their profiles, whose rings have room for one complete week and the running day. */
  readonly profiles: number;
  /** Local units with what they know of their meters, lines, and the meters' modems. */
  readonly lines: number;
  /** What stands around the meters: loads, people, what checks the meters. */
  readonly homes: number;
  /** The store with all that the host has of meters and value, and the host. */
  readonly books: number;
}

/** A meter of which something that was to be done was not. */
export interface FleetFailure {
  readonly meter: Svpmsn;
  readonly what: readonly ('value' | 'tariff' | 'profile')[];
}

export interface FleetReport {
  readonly meters: number;
  readonly localUnits: number;
  readonly story: Story;
  readonly failures: readonly FleetFailure[];
  /** Minutes of the day that the host has, and those of them that a meter marked as not recorded. */
  readonly minutes: number;
  readonly minutesMarked: number;
  /** Of one line, from midnight until its last profile had come: seconds on the air. */
  readonly collectionSeconds: { readonly mean: number; readonly longest: number };
  /** From a sale to its value in the meter, seconds: while all were sold at once, and while profiles were collected. */
  readonly firstSales: Percentiles;
  readonly salesAtNight: Percentiles;
  readonly samples: readonly FleetSample[];
  /** Where it was weighed. */
  readonly heap?: FleetHeap;
}

export interface Percentiles {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
}

/** A Monday, at midnight UTC. */
const BEGINS_MS = Date.UTC(2026, 2, 2);
const MINUTE_MS = 60_000;
const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;
/** While something is on its way to meters, and while nothing is. */
const SAMPLE_MINUTES = 5;
const QUIET_SAMPLE_MINUTES = 30;
const TARIFF_AT_MINUTE = 6 * 60;
/** Each meter is polled so often; a complete day comes with the first poll behind midnight. */
const ROUND_MS = 2 * 60 * MINUTE_MS;
/** What was begun has so long behind midnight to come to its end. */
const NIGHT_MINUTES = 6 * 60;
/** While profiles are collected somebody buys on every line, so often. */
const NIGHT_SALE_MINUTES = 15;
const NIGHT_SALE = 50;
const FIRST_SALE = { from: 2_000, to: 8_000 };
const TARIFF = 'standard';
/** So often memories that have become alike are made one. */
const SHARING_MINUTES = 6 * 60;

/**
 * A day of a whole area: value is sold to every meter at midnight, the tariff is changed for all at six, everybody lives,
 * and in the night behind it each meter's profile of the day is collected while some buy. All of it is the code that
 * runs in the field, over encoded frames and the real suites, on virtual time.
 */
export async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const fleet = new Fleet(options);
  await fleet.open();
  await fleet.live();
  const report = await fleet.report();
  const { heapBytes } = options;
  return heapBytes === undefined ? report : { ...report, heap: await fleet.weigh(heapBytes) };
}

class Fleet {
  readonly #options: FleetOptions;
  readonly #localUnits: number;
  readonly #samples: FleetSample[] = [];
  /** Of orders under way: when each was sold. A meter has them one after the other. */
  readonly #soldAt = new Map<Svpmsn, number[]>();
  readonly #delays = { first: [] as number[], night: [] as number[] };
  #utility!: Utility;
  /** Of all meters' memories. */
  #pages = new MemoryPages();
  #tariffVersion = Number.POSITIVE_INFINITY;
  #sold = 0;
  #stored = 0;
  /** Of each line: what it had carried at midnight, and when its last profile had come. */
  readonly #airtimeAtMidnight: number[] = [];
  readonly #collected = new Map<number, number>();

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#localUnits = Math.ceil(options.meters / METERS_PER_LOCAL_UNIT_MAX);
  }

  async open(): Promise<void> {
    const { seed, meters, suite, bitsPerSecond, frameLoss, store, strangerHouse } = this.#options;
    const conditions: LineConditions = { ...PERFECT_CONDITIONS, frameLost: frameLoss };
    const setting: UtilityOptions = {
      ...{ seed, meters, localUnits: this.#localUnits, suite, store, conditions, zone: 'UTC', outages: false },
      ...{ startMs: BEGINS_MS, tariff: DEFAULT_TARIFF, policy: DEFAULT_SUPPLY_POLICY, firstSale: FIRST_SALE },
      ...{ roundMs: ROUND_MS, carrier: powerLine(bitsPerSecond) },
      onHappening: (happening) => {
        if (!('svpmsn' in happening)) return;
        if (happening.what === 'bought') this.#bought(happening.svpmsn, happening.at);
        if (happening.what === 'stored') this.#arrived(happening.svpmsn, happening.at);
      },
    };
    this.#pages.beginSharing();
    const stranger = strangerHouse === undefined ? undefined : await this.#strangersMemory(setting, strangerHouse);
    this.#utility = await Utility.open({
      ...setting,
      memoryOf: (house) => (house === strangerHouse && stranger !== undefined ? stranger : this.#newMemory()),
    });
    this.#pages.endSharing();
  }

  /** The day, and the night behind it. */
  async live(): Promise<void> {
    const utility = this.#utility;
    await this.#sample();
    for (let minute = 0; minute < MINUTES_PER_DAY; ) {
      if (minute === TARIFF_AT_MINUTE) await this.#changeTariff();
      if (minute % SHARING_MINUTES === 0) this.#sharePages();
      // Both divide the hour, so that no change of the tariff is passed over.
      minute += this.#isQuiet() && minute % QUIET_SAMPLE_MINUTES === 0 ? QUIET_SAMPLE_MINUTES : SAMPLE_MINUTES;
      await utility.runUntil(BEGINS_MS + minute * MINUTE_MS);
      await this.#sample();
    }
    utility.closeTheTills();
    for (const transformer of utility.transformers) this.#airtimeAtMidnight.push(onTheAirMs(transformer));
    for (let minute = 0; minute < NIGHT_MINUTES && !this.#isDone(); minute++) {
      if (minute % NIGHT_SALE_MINUTES === 0) await this.#sellAtNight(minute);
      // By the minute: what a line carries behind its last profile is not counted for long.
      await utility.runUntil(BEGINS_MS + DAY_MS + (minute + 1) * MINUTE_MS);
      await this.#sample();
    }
  }

  async report(): Promise<FleetReport> {
    const { meters, store } = this.#options;
    const utility = this.#utility;
    const failures = await this.#failures();
    let [minutes, marked] = [0, 0];
    const day = BEGINS_MS / DAY_MS;
    for (const { svpmsn } of utility.houses) {
      const [profile] = await store.read((tx) => tx.profiles({ svpmsn, supply: 1, fromDay: day, toDay: day }));
      if (profile === undefined) continue;
      minutes += profile.energies.length;
      for (const energy of profile.energies) marked += Number(energy === ENERGY_MISSING);
    }
    const collection = [...this.#collected.values()].map((ms) => ms / 1000);
    return {
      ...{ meters, localUnits: this.#localUnits, failures, minutes, minutesMarked: marked, samples: this.#samples },
      collectionSeconds: {
        mean: collection.reduce((sum, seconds) => sum + seconds, 0) / Math.max(1, collection.length),
        longest: Math.max(0, ...collection),
      },
      firstSales: percentiles(this.#delays.first),
      salesAtNight: percentiles(this.#delays.night),
      story: await tell(utility),
    };
  }

  /** What was lived is gone afterwards, the store too. */
  async weigh(heapBytes: HeapBytes): Promise<FleetHeap> {
    const { store } = this.#options;
    const profiles = this.#memories().reduce((sum, memory) => sum + memory.profileBytes, 0);
    // From now on the meters alone hold them.
    this.#pages = undefined as never;
    const parts = await this.#utility.dismantle(heapBytes);
    const before = await heapBytes();
    this.#utility = undefined as never;
    await store.close();
    return { ...parts, profiles, books: before - (await heapBytes()) };
  }

  /** Keys of nobody that this utility knows. */
  async #strangersMemory(setting: UtilityOptions, house: number): Promise<HouseMemory> {
    const random = seededRandom(`${setting.seed}, a stranger`);
    const { memory } = this.#newMemory();
    const keys = drawKeys(setting.suite, random.fork('master keys'));
    await equip(memory, house, { options: setting, keys, random: random.fork('workshop') });
    return { memory, personalised: true, markPersonalised: () => undefined };
  }

  #newMemory(): HouseMemory {
    const memory = this.#pages.newMemory();
    return { memory, personalised: false, markPersonalised: () => memory.share() };
  }

  #memories(): PagedMemory[] {
    return this.#utility.houses.flatMap(({ memory }) => (memory instanceof PagedMemory ? [memory] : []));
  }

  #sharePages(): void {
    this.#pages.beginSharing();
    for (const memory of this.#memories()) memory.share();
    this.#pages.endSharing();
  }

  async #changeTariff(): Promise<void> {
    const dearer = { ...DEFAULT_TARIFF, unitCharge: DEFAULT_TARIFF.unitCharge + 1_000 };
    const from = milliseconds(this.#utility.time.now);
    const published = await this.#utility.host.publishTariff(TARIFF, dearer, from);
    if ('reason' in published) throw new Error(published.sentence);
    this.#tariffVersion = published.version;
  }

  /** One household of each line, another one each time. */
  async #sellAtNight(minute: number): Promise<void> {
    const { houses } = this.#utility;
    for (let first = 0; first < houses.length; first += METERS_PER_LOCAL_UNIT_MAX) {
      const place = first + (minute % METERS_PER_LOCAL_UNIT_MAX);
      const house = houses[Math.min(place, houses.length - 1)];
      if (house !== undefined) await this.#utility.buy(house, NIGHT_SALE);
    }
  }

  #bought(meter: Svpmsn, at: number): void {
    this.#sold += 1;
    const sold = this.#soldAt.get(meter);
    if (sold === undefined) this.#soldAt.set(meter, [at]);
    else sold.push(at);
  }

  #arrived(meter: Svpmsn, at: number): void {
    this.#stored += 1;
    const soldAt = this.#soldAt.get(meter)?.shift();
    if (soldAt === undefined) return;
    if (soldAt === BEGINS_MS) this.#delays.first.push((at - soldAt) / 1000);
    if (soldAt >= BEGINS_MS + DAY_MS) this.#delays.night.push((at - soldAt) / 1000);
  }

  /** Everything that was to come by day has come. */
  #isQuiet(): boolean {
    const last = this.#samples.at(-1);
    const isSettled = last !== undefined && last.sold - last.stored <= this.#options.meters - this.#expected;
    const hasTariff = this.#tariffVersion === Number.POSITIVE_INFINITY || (last?.withTariff ?? 0) >= this.#expected;
    return isSettled && hasTariff;
  }

  #isDone(): boolean {
    return this.#isQuiet() && (this.#samples.at(-1)?.withProfile ?? 0) >= this.#expected;
  }

  /** Meters of which everything should succeed. */
  get #expected(): number {
    return this.#options.meters - (this.#options.strangerHouse === undefined ? 0 : 1);
  }

  /** Of which nothing is waited for. */
  get #stranger(): Svpmsn | undefined {
    const { strangerHouse } = this.#options;
    return strangerHouse === undefined ? undefined : this.#utility.houses[strangerHouse]?.svpmsn;
  }

  async #sample(): Promise<void> {
    const utility = this.#utility;
    const { airtimeMs, retries } = utility.traffic();
    const midnight = (BEGINS_MS + DAY_MS) / DAY_MS;
    let [withTariff, withProfile] = [0, 0];
    const lacking = new Set<number>();
    for (const { meter, known } of await utility.host.meters()) {
      if ((known?.tableVersion ?? 0) >= this.#tariffVersion) withTariff += 1;
      if ((known?.profileDay ?? 0) >= midnight - 1) withProfile += 1;
      else if (meter.svpmsn !== this.#stranger) lacking.add(meter.localUnit);
    }
    for (const transformer of utility.transformers) {
      const { id } = transformer;
      const before = this.#airtimeAtMidnight[id];
      if (before === undefined || this.#collected.has(id) || lacking.has(id)) continue;
      this.#collected.set(id, onTheAirMs(transformer) - before);
    }
    const minute = (utility.time.now - BEGINS_MS) / MINUTE_MS;
    const processorMs = this.#options.processorMs();
    const sample: FleetSample = {
      ...{ minute, sold: this.#sold, stored: this.#stored, withTariff, withProfile },
      ...{ airtimeMs, retries, processorMs },
    };
    this.#samples.push(sample);
    this.#options.onSample?.(sample);
  }

  async #failures(): Promise<FleetFailure[]> {
    const failures: FleetFailure[] = [];
    for (const { meter, known } of await this.#utility.host.meters()) {
      const what: FleetFailure['what'][number][] = [];
      if ((this.#soldAt.get(meter.svpmsn)?.length ?? 0) > 0) what.push('value');
      if ((known?.tableVersion ?? 0) < this.#tariffVersion) what.push('tariff');
      if ((known?.profileDay ?? 0) < BEGINS_MS / DAY_MS) what.push('profile');
      if (what.length > 0) failures.push({ meter: meter.svpmsn, what });
    }
    return failures;
  }
}

/** By the line itself: frames that were lost on their way too, of which a local unit knows nothing. */
const onTheAirMs = ({ channel }: Transformer): number => channel.totals.airtimeMicroseconds / 1000;

function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, median: at(0.5), p99: at(0.99) };
}
