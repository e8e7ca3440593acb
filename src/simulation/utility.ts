import { BACKHAUL_VERSION, type BackhaulMessage, decodeEnvelope, encodeEnvelope } from '../backhaul/index.ts';
import { AreaUnit, type AreaUnitInput, type AreaUnitOutput, type Traffic } from '../concentrator/index.ts';
import {
  type KeyName,
  KeyRing,
  type KeyStore,
  keyBytesOf,
  keyName,
  Purpose,
  SoftwareKeyStore,
  Suite,
  type TerminalKey,
} from '../crypto/index.ts';
import { createHost, type HostServices, METERS_PER_LOCAL_UNIT_MAX, type Store } from '../host/index.ts';
import { type Carrier, type LineConditions, PERFECT_CONDITIONS, powerLine } from '../line/index.ts';
import { blankMemory, type MeterMemory, personalise } from '../meter/index.ts';
import type { SupplyPolicy } from '../records/index.ts';
import { compileTariff, offsetTable, type TariffDefinition } from '../tariff/index.ts';
import {
  milliseconds,
  milliwattHours,
  modemAddress,
  type Svpmsn,
  svpmsn,
  svpmsnText,
  unixSeconds,
} from '../units/index.ts';
import { House, type HouseEvent } from './house.ts';
import { createHousehold, FAMILY_HOME } from './household.ts';
import type { LoadSource } from './loads.ts';
import { Buyer } from './people.ts';
import { type SeededRandom, seededRandom } from './random.ts';
import { Transformer } from './transformer.ts';
import { VirtualTime } from './virtual-time.ts';

/** What happens in a utility that a watcher would want to see, in the order in which it happened. */
export interface Happening {
  readonly at: number;
  readonly svpmsn: Svpmsn;
  readonly what: HouseEvent | 'bought' | 'attention';
  readonly amount?: number;
}

export interface UtilityOptions {
  readonly seed: number | string;
  readonly meters: number;
  readonly localUnits: number;
  readonly suite: Suite;
  readonly store: Store;
  /** The utility's master keys; drawn from the seed where absent. */
  readonly keys?: KeyStore;
  /** Unix milliseconds at which business begins, or goes on. */
  readonly startMs: number;
  /** IANA name; one without daylight saving, because a load model knows local minutes only. */
  readonly zone: string;
  readonly tariff: TariffDefinition;
  readonly policy: SupplyPolicy;
  /** Tokens that each meter is sold at its beginning: a range. */
  readonly firstSale: { readonly from: number; readonly to: number };
  /** How often a local unit goes round its meters. */
  readonly roundMs: number;
  readonly carrier?: Carrier;
  readonly conditions?: LineConditions;
  /** Houses stand from 50 m to here from their transformer. */
  readonly farthestM?: number;
  /** Oscillators of meters are off by at most so many parts per million. */
  readonly driftPpmMax?: number;
  /** Loads by house, repeated in turn; the household model where absent. */
  readonly loads?: readonly ((house: number) => LoadSource)[];
  /** Memories that outlive this process, by house. */
  readonly memoryOf?: (house: number) => HouseMemory;
  readonly onHappening?: (happening: Happening) => void;
}

/** The memories of one meter, and whether its workshop was done with it. */
export interface HouseMemory {
  readonly memory: MeterMemory;
  readonly personalised: boolean;
  /** The workshop is done: from now on the meter is what its memories say. */
  markPersonalised(): void;
}

/** One way over IP, host to area unit and area unit to local unit. */
const BACKHAUL_MS = 20;
const TICK_MS = 1_000;
const MINUTE_MS = 60_000;
/** Heat in the transformer and the cables. */
const TECHNICAL_LOSS = 1.02;
/** Number of the first meter; they differ in all three bytes. */
const FIRST_SVPMSN = 0x0a1b2c;
const SVPMSN_STEP = 7;
const UTILITY_NUMBER = 1;
const PURPOSES = [Purpose.value, Purpose.control, Purpose.monitoring, Purpose.maintenance] as const;
const DRIFT_PPM_MAX = 20;
const NEAREST_M = 50;
const FARTHEST_M = 1_250;

export const svpmsnOfHouse = (house: number): Svpmsn => svpmsn(FIRST_SVPMSN + house * SVPMSN_STEP);

/**
 * A whole utility in one process, on virtual time: a host with its store, an area unit, transformers with their local
 * units and power lines, meters in houses with people in them. All of it is the code that runs in the field; time,
 * randomness, the air and the habits of people come from one seed.
 */
export class Utility {
  readonly time: VirtualTime;
  readonly host: HostServices;
  readonly houses: House[] = [];
  readonly transformers: Transformer[] = [];
  readonly options: UtilityOptions;
  readonly counts = { cutOffs: 0, reconnections: 0, sales: 0, transfers: 0 };
  readonly #random: SeededRandom;
  readonly #area: AreaUnit;
  readonly #buyers: Buyer[] = [];
  readonly #keys: KeyStore;
  readonly #houseOf = new Map<Svpmsn, House>();
  #selling = true;
  #orders = 0;

  private constructor(options: UtilityOptions) {
    this.options = options;
    this.#random = seededRandom(options.seed);
    this.time = new VirtualTime(milliseconds(options.startMs));
    this.#keys = options.keys ?? drawKeys(options.suite, this.#random.fork('master keys'));
    const { time } = this;
    this.host = createHost(
      {
        store: options.store,
        keys: this.#keys,
        clock: { now: () => time.now },
        randomness: this.#random.fork(`host ${options.startMs}`),
        grid: { send: (localUnit, message) => this.#tell(localUnit, message) },
      },
      { zone: options.zone, metersMax: METERS_PER_LOCAL_UNIT_MAX * 256 },
    );
    this.#area = new AreaUnit(0);
  }

  /** Builds the utility, or takes it up again where its store and memories left it. */
  static async open(options: UtilityOptions): Promise<Utility> {
    const utility = new Utility(options);
    await utility.#begin();
    return utility;
  }

  /** Lives until an instant of the business clock. */
  runUntil(unixMs: number): Promise<void> {
    return this.time.runUntil(unixMs);
  }

  /** Nobody buys any more: what was sold may arrive. */
  closeTheTills(): void {
    this.#selling = false;
  }

  /** Orders that are neither stored nor refunded yet, in tokens. */
  async inFlight(): Promise<bigint> {
    return (await this.host.books()).inFlight;
  }

  house(id: Svpmsn): House | undefined {
    return this.#houseOf.get(id);
  }

  /** A purchase at the kiosk, in cash. */
  async buy(house: House, amount: number): Promise<void> {
    await this.#sell(house, amount, `${this.options.seed}-${this.time.now}-${this.#orders++}`);
  }

  async #sell(house: House, amount: number, orderId: string): Promise<void> {
    orThrow(await this.host.sell({ meter: house.svpmsn, amount, orderId, source: 'cash' }));
    this.counts.sales += 1;
    this.#tellWatcher({ at: this.time.now, svpmsn: house.svpmsn, what: 'bought', amount });
  }

  traffic(): Traffic {
    const sum = { frames: 0, bytes: 0, airtimeMs: 0, retries: 0, garbled: 0 };
    for (const { localUnit } of this.transformers) {
      const { traffic } = localUnit;
      for (const key of Object.keys(sum) as (keyof Traffic)[]) sum[key] += traffic[key];
    }
    return sum;
  }

  async #begin(): Promise<void> {
    const { options, host } = this;
    await host.start();
    await this.#found();
    const rings = Array.from({ length: options.localUnits }, () => new KeyRing(Purpose.monitoring));
    for (let house = 0; house < options.meters; house++) {
      const unit = this.#unitOf(house);
      (rings[unit] as KeyRing<typeof Purpose.monitoring>).add(
        await this.#key(Purpose.monitoring, svpmsnOfHouse(house)),
      );
    }
    this.#buildGrid(rings);
    for (let house = 0; house < options.meters; house++) await this.#buildHouse(house);
    this.#connect();
    await this.#sellFirst();
    this.#startTicking();
  }

  /**
   * Subscribers, tariff and meters, as an operator would enter them on the first day. A first day that was cut short
   * goes on where it stopped.
   */
  async #found(): Promise<void> {
    const { options, host } = this;
    const known = new Set((await host.meters()).map(({ meter }) => meter.svpmsn));
    if (known.size === 0) {
      orThrow(await host.publishTariff('standard', options.tariff, milliseconds(options.startMs)));
    }
    for (let house = 0; house < options.meters; house++) {
      if (known.has(svpmsnOfHouse(house))) continue;
      const id = `house-${house + 1}`;
      orThrow(await host.addSubscriber({ id, name: `House ${house + 1}`, contact: '' }), 'subscriber-known');
      orThrow(
        await host.enrol({
          svpmsn: svpmsnOfHouse(house),
          subscriber: id,
          localUnit: this.#unitOf(house),
          modemAddress: this.#addressOf(house),
          suite: options.suite,
          tariff: 'standard',
        }),
      );
    }
  }

  /** One order for each meter, whose id is the meter's: it is given once, on the first day. */
  async #sellFirst(): Promise<void> {
    const { from, to } = this.options.firstSale;
    const random = this.#random.fork('first sales');
    for (const house of this.houses) {
      const amount = from + random.below(Math.max(1, to - from + 1));
      const orderId = `first-${svpmsnText(house.svpmsn)}`;
      if ('reason' in (await this.host.order(orderId))) await this.#sell(house, amount, orderId);
    }
  }

  #buildGrid(rings: readonly KeyRing<typeof Purpose.monitoring>[]): void {
    const { options } = this;
    for (const [id, keys] of rings.entries()) {
      this.transformers.push(
        new Transformer({
          id,
          time: this.time,
          carrier: options.carrier ?? powerLine(),
          conditions: options.conditions ?? PERFECT_CONDITIONS,
          random: this.#random.fork(`transformer ${id}`),
          keys,
          say: (bytes) =>
            this.time.after(BACKHAUL_MS, () => this.#stepArea({ type: 'message', connection: id, bytes })),
        }),
      );
    }
    for (const [i, transformer] of this.transformers.entries()) {
      const next = this.transformers[(i + 1) % this.transformers.length];
      if (next !== transformer) transformer.neighbour = next;
    }
  }

  async #buildHouse(number: number): Promise<void> {
    const { options, time } = this;
    const id = svpmsnOfHouse(number);
    const random = this.#random.fork(`house ${number}`);
    const kept = options.memoryOf?.(number);
    const memory = kept?.memory ?? blankMemory();
    if (kept?.personalised !== true) {
      await this.#personalise(memory, id, random);
      kept?.markPersonalised();
    }
    const drift = options.driftPpmMax ?? DRIFT_PPM_MAX;
    const load = options.loads?.[number % options.loads.length]?.(number);
    const house: House = new House(
      {
        svpmsn: id,
        address: modemAddress(this.#addressOf(number)),
        localUnit: this.#unitOf(number),
        memory,
        load: load ?? createHousehold(FAMILY_HOME, random.fork('load')),
        random,
        zoneMinutes: zoneMinutes(options.zone, options.startMs),
        clockDriftPpm: random.below(2 * drift + 1) - drift,
        ...(options.suite === Suite.tripleDes ? { labSessions: 1 } : {}),
        onEvent: (_, event, amount) => this.#onHouse(id, event, amount),
        onAttention: (_, frame) => this.#onAttention(house, frame),
      },
      time.now,
    );
    this.houses.push(house);
    this.#houseOf.set(id, house);
    this.#buyers.push(new Buyer(random.fork('people')));
    const transformer = this.transformers[house.localUnit] as Transformer;
    transformer.attach(house, NEAREST_M + random.below((options.farthestM ?? FARTHEST_M) - NEAREST_M));
  }

  async #personalise(memory: MeterMemory, id: Svpmsn, random: SeededRandom): Promise<void> {
    const { options } = this;
    const offsets = offsetTable(options.zone, new Date(options.startMs).getUTCFullYear(), 2);
    if ('reason' in offsets) throw new Error(offsets.sentence);
    const first = compileTariff(options.tariff, { supply: 1, version: 0, validFrom: unixSeconds(0), offsets });
    if ('reason' in first) throw new Error(first.sentence);
    const keys = await Promise.all(PURPOSES.map((purpose) => this.#key(purpose, id)));
    const unixMs = options.startMs;
    personalise(
      memory,
      { svpmsn: id, keys, tables: [first], policy: options.policy, unixMs, now: unixMs },
      random.fork('workshop'),
    );
  }

  #key<P extends Purpose>(purpose: P, id: Svpmsn): Promise<TerminalKey<P>> {
    return this.#keys.terminalKey(keyName(purpose, this.options.suite, 0), id);
  }

  #unitOf(house: number): number {
    return Math.floor(house / Math.ceil(this.options.meters / this.options.localUnits));
  }

  #addressOf(house: number): number {
    return house % Math.ceil(this.options.meters / this.options.localUnits);
  }

  // What travels between host, area unit and local units.

  #connect(): void {
    const { now } = this.time;
    this.#stepArea({ type: 'up', connection: 'host' });
    this.#fromHost({ localUnit: 0, message: { type: 'hello', version: BACKHAUL_VERSION, kind: 'host', id: 1 } });
    for (const [id, transformer] of this.transformers.entries()) {
      this.#stepArea({ type: 'up', connection: id });
      transformer.step({ type: 'backhaul-up', now });
    }
    for (const id of this.transformers.keys()) {
      this.#tell(id, { type: 'time', unixMs: now });
      this.#tell(id, {
        type: 'poll-plan',
        roundMs: this.options.roundMs,
        profiles: true,
        supplies: 1,
        tableVersion: 0,
        slewAboveMs: 2_000,
      });
    }
  }

  #tell(localUnit: number, message: BackhaulMessage): void {
    this.#fromHost({ localUnit, message });
  }

  #fromHost(envelope: Parameters<typeof encodeEnvelope>[0]): void {
    const bytes = encodeEnvelope(envelope);
    this.time.after(BACKHAUL_MS, () => this.#stepArea({ type: 'message', connection: 'host', bytes }));
  }

  #stepArea(input: DistributiveOmit<AreaUnitInput, 'now'>): void {
    const outputs: AreaUnitOutput[] = [];
    this.#area.step({ ...input, now: this.time.now }, outputs);
    for (const output of outputs) {
      if (output.type === 'close') throw new Error(output.sentence);
      const { bytes, connection } = output;
      if (connection === 'host') this.time.after(BACKHAUL_MS, () => this.#hostHears(bytes));
      else {
        const transformer = this.transformers[connection] as Transformer;
        this.time.after(BACKHAUL_MS, () => transformer.step({ type: 'backhaul', now: this.time.now, bytes }));
      }
    }
  }

  async #hostHears(bytes: Uint8Array): Promise<void> {
    const envelope = decodeEnvelope(bytes);
    if ('reason' in envelope) throw new Error(`an area unit said what cannot be decoded: ${envelope.reason}`);
    await this.host.handle({ type: 'grid', ...envelope });
  }

  // What happens by itself.

  #startTicking(): void {
    const { time } = this;
    const tick = async () => {
      time.after(TICK_MS, tick);
      await this.host.handle({ type: 'tick' });
    };
    time.after(TICK_MS, tick);
    const minute = async () => {
      time.after(MINUTE_MS, minute);
      await this.#minute();
    };
    time.at(Math.ceil((time.now + 1) / MINUTE_MS) * MINUTE_MS, minute);
  }

  async #minute(): Promise<void> {
    const { now } = this.time;
    const drawn = new Array<number>(this.transformers.length).fill(0);
    for (const house of this.houses) drawn[house.localUnit] = (drawn[house.localUnit] as number) + house.minute(now);
    for (const [unit, energy] of drawn.entries()) {
      (this.transformers[unit] as Transformer).measure(milliwattHours(Math.round(energy * TECHNICAL_LOSS)));
    }
    if (!this.#selling) return;
    for (const [i, house] of this.houses.entries()) {
      const amount = (this.#buyers[i] as Buyer).look(house, now);
      if (amount !== undefined) await this.buy(house, amount);
    }
  }

  #onHouse(id: Svpmsn, event: HouseEvent, amount?: number): void {
    if (event === 'stored') this.counts.transfers += 1;
    if (event === 'cut-off') this.counts.cutOffs += 1;
    if (event === 'reconnected') this.counts.reconnections += 1;
    this.#tellWatcher({ at: this.time.now, svpmsn: id, what: event, ...(amount === undefined ? {} : { amount }) });
  }

  #onAttention(house: House, frame: Uint8Array): void {
    this.transformers[house.localUnit]?.callAttention(house, frame);
    this.#tellWatcher({ at: this.time.now, svpmsn: house.svpmsn, what: 'attention' });
  }

  #tellWatcher(happening: Happening): void {
    this.options.onHappening?.(happening);
  }
}

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;

function drawKeys(suite: Suite, random: SeededRandom): KeyStore {
  const keys = new Map<KeyName, Uint8Array>();
  for (const purpose of PURPOSES) {
    const key = new Uint8Array(keyBytesOf(suite));
    random.fork(purpose).fill(key);
    keys.set(keyName(purpose, suite, 0), key);
  }
  return new SoftwareKeyStore({ utility: UTILITY_NUMBER, keys }, random);
}

function zoneMinutes(zone: string, unixMs: number): number {
  const offsets = offsetTable(zone, new Date(unixMs).getUTCFullYear(), 1);
  if ('reason' in offsets) throw new Error(offsets.sentence);
  return offsets[0]?.minutes ?? 0;
}

/** A utility that its own operator refuses cannot go on. */
function orThrow(answer: object, but?: string): void {
  if ('sentence' in answer && 'reason' in answer && answer.reason !== but) throw new Error(String(answer.sentence));
}
