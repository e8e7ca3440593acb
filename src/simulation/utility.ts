import type { Traffic } from '../concentrator/index.ts';
import { type KeyStore, Suite } from '../crypto/index.ts';
import { type HostFailure, type HostPorts, type HostServices, METERS_PER_LOCAL_UNIT_MAX } from '../host/index.ts';
import { blankMemory } from '../meter/index.ts';
import { milliseconds, milliwattHours, type Svpmsn, svpmsnText } from '../units/index.ts';
import { equip, found, placeOfHouse, svpmsnOfHouse, zoneMinutes } from './founding.ts';
import { Grid } from './grid.ts';
import { Hosts } from './hosts.ts';
import { House, type HouseEvent } from './house.ts';
import { createHousehold, FAMILY_HOME } from './household.ts';
import { drawKeys } from './keys.ts';
import type { Happening, HeapBytes, UtilityOptions } from './options.ts';
import { Outages, type Place } from './outages.ts';
import { Buyer } from './people.ts';
import { type SeededRandom, seededRandom } from './random.ts';
import { Transformer } from './transformer.ts';
import { VirtualTime } from './virtual-time.ts';

const TICK_MS = 1_000;
const MINUTE_MS = 60_000;
const MINUTES_PER_HOUR = 60;
/** Heat in the transformer and the cables. */
const TECHNICAL_LOSS = 1.02;
const DRIFT_PPM_MAX = 20;
const NEAREST_M = 50;
const FARTHEST_M = 1_250;
const CUT_MS_MAX = 10 * MINUTE_MS;

/**
 * A whole utility in one process, on virtual time: a host with its store, an area unit, transformers with their local
 * units and power lines, meters in houses with people in them. All of it is the code that runs in the field; time,
 * randomness, the air and the habits of people come from one seed.
 */
export class Utility {
  readonly time: VirtualTime;
  readonly hosts: Hosts;
  readonly houses: House[] = [];
  readonly options: UtilityOptions;
  readonly counts = { cutOffs: 0, reconnections: 0, sales: 0, transfers: 0 };
  readonly #random: SeededRandom;
  readonly #grid: Grid;
  readonly #outages: Outages;
  readonly #buyers: Buyer[] = [];
  readonly #keys: KeyStore;
  readonly #houseOf = new Map<Svpmsn, House>();
  #selling = true;
  #idle = false;
  #orders = 0;

  private constructor(options: UtilityOptions) {
    this.options = options;
    this.#random = seededRandom(options.seed);
    this.time = new VirtualTime(milliseconds(options.startMs));
    this.#keys = options.keys ?? drawKeys(options.suite, this.#random.fork('master keys'));
    const { time } = this;
    this.#grid = new Grid({
      time,
      random: this.#random,
      carrier: options.carrier,
      conditions: options.conditions,
      faults: options.faults,
      hear: (envelope) => {
        options.onMessage?.('host', envelope.localUnit, envelope.message);
        return this.hosts.handle({ type: 'grid', ...envelope });
      },
    });
    this.hosts = new Hosts({
      workers: options.hosts ?? 1,
      ports: {
        store: options.store,
        keys: this.#keys,
        clock: { now: () => time.now },
        grid: this.#toldOf(this.#grid),
        ...(options.payments && { payments: options.payments }),
        ...(options.slotTerminal && { slotTerminal: options.slotTerminal }),
        ...(options.watcher && { watcher: options.watcher }),
        ...(options.exchanges && { exchanges: options.exchanges }),
        ...(options.interphones && { interphones: options.interphones }),
        ...(options.receipts && { receipts: options.receipts }),
        ...(options.books && { books: options.books }),
      },
      ...(options.vouchers && { vouchers: options.vouchers }),
      settings: {
        ...{ zone: options.zone, metersMax: METERS_PER_LOCAL_UNIT_MAX * 256, roundMs: options.roundMs },
        ...(options.rotation && { rotation: options.rotation }),
      },
      time,
      random: this.#random.fork(`hosts ${options.startMs}`),
      ...(options.faults && { faults: options.faults }),
      ...(options.onCommit && { onCommit: options.onCommit }),
      onStart: () => this.#grid.reconnectHost(),
    });
    this.#outages = new Outages({
      houses: this.houses,
      transformers: this.transformers,
      random: this.#random.fork(`outages ${options.startMs}`),
      tell: (place, what) =>
        this.#tellWatcher(
          place instanceof Transformer
            ? { at: time.now, localUnit: place.id, what }
            : { at: time.now, svpmsn: place.svpmsn, what },
        ),
    });
  }

  /** Builds the utility, or takes it up again where its store and memories left it. */
  static async open(options: UtilityOptions): Promise<Utility> {
    const utility = new Utility(options);
    await utility.#begin();
    return utility;
  }

  /** One that is alive. */
  get host(): HostServices {
    return this.hosts.services;
  }

  get grid(): Grid {
    return this.#grid;
  }

  get transformers(): readonly Transformer[] {
    return this.#grid.transformers;
  }

  /** Lives until an instant of the business clock. */
  runUntil(unixMs: number): Promise<void> {
    return this.time.runUntil(unixMs);
  }

  /** Nobody buys any more: what was sold may arrive. */
  closeTheTills(): void {
    this.#selling = false;
  }

  /** Everybody has switched off and nobody buys while `work` looks: no purse moves but for what is under way. */
  async whileIdle<T>(work: () => Promise<T>): Promise<T> {
    this.#setIdle(true);
    try {
      return await work();
    } finally {
      this.#setIdle(false);
    }
  }

  #setIdle(idle: boolean): void {
    this.#idle = idle;
    for (const house of this.houses) house.idle = idle;
  }

  /** Orders that are neither stored nor refunded yet, in tokens. */
  async inFlight(): Promise<bigint> {
    return (await this.host.books()).inFlight;
  }

  house(id: Svpmsn): House | undefined {
    return this.#houseOf.get(id);
  }

  /** A purchase at the kiosk, in cash. Returns why, where the host refuses it; the watcher is told either way. */
  buy(house: House, amount: number): Promise<HostFailure | undefined> {
    return this.#sell(house, amount, `${this.options.seed}-${this.time.now}-${this.#orders++}`);
  }

  async #sell(house: House, amount: number, orderId: string): Promise<HostFailure | undefined> {
    const { svpmsn } = house;
    const answer = await (this.options.forMoney === true
      ? this.host.purchase({ meter: svpmsn, paid: amount, method: 'cash', orderId })
      : this.host.sell({ meter: svpmsn, amount, orderId, source: 'cash' }));
    const at = this.time.now;
    if ('reason' in answer) {
      this.#tellWatcher({ at, svpmsn, what: 'refused', amount, sentence: answer.sentence });
      return answer;
    }
    this.counts.sales += 1;
    this.#tellWatcher({ at, svpmsn, what: 'bought', amount });
    return undefined;
  }

  /** The local unit polls this meter next. */
  poll({ svpmsn, localUnit }: House): void {
    this.#grid.send(localUnit, { type: 'collect', svpmsn, eventsFrom: 0, use: new Uint8Array() });
  }

  /** The power fails in a house or on a whole transformer, until it is given back or the time is over. */
  powerFails(place: Place, lastsMs?: number): void {
    this.#outages.begin(place, this.time.now, lastsMs);
  }

  powerReturns(place: Place): void {
    this.#outages.end(place, this.time.now);
  }

  traffic(): Traffic {
    return this.#grid.traffic();
  }

  /** Whoever listens hears what a host says. */
  #toldOf(grid: Grid): HostPorts['grid'] {
    const { onMessage } = this.options;
    if (onMessage === undefined) return grid;
    return {
      send: (localUnit, message) => {
        onMessage('local-unit', localUnit, message);
        grid.send(localUnit, message);
      },
    };
  }

  async #begin(): Promise<void> {
    const { options, host } = this;
    await this.hosts.start();
    await found(host, options);
    const units = Array.from({ length: options.localUnits }, (_, localUnit) => this.#keys.transportKey(localUnit));
    this.#grid.build(await Promise.all(units));
    for (let house = 0; house < options.meters; house++) await this.#buildHouse(house);
    this.#grid.connect();
    await this.#sellFirst();
    this.#startTicking();
  }

  async #buildHouse(number: number): Promise<void> {
    const { options, time } = this;
    const id = svpmsnOfHouse(number);
    const random = this.#random.fork(`house ${number}`);
    const kept = options.memoryOf?.(number);
    const memory = kept?.memory ?? blankMemory();
    if (kept?.personalised !== true) {
      await equip(memory, number, { options, keys: this.#keys, random: random.fork('workshop') });
      kept?.markPersonalised();
    }
    const drift = options.driftPpmMax ?? DRIFT_PPM_MAX;
    const load = options.loads?.[number % options.loads.length]?.(number);
    const house: House = new House(
      {
        svpmsn: id,
        ...placeOfHouse(number, options),
        memory,
        load: load ?? createHousehold(FAMILY_HOME, random.fork('load')),
        random,
        zoneMinutes: zoneMinutes(options.zone, options.startMs),
        clockDriftPpm: random.below(2 * drift + 1) - drift,
        ...(options.suite === Suite.tripleDes ? { labSessions: 1 } : {}),
        later: (delayMs, run) => time.after(delayMs, () => run(time.now)),
        onEvent: (_, event, amount) => this.#onHouse(id, event, amount),
        onAttention: (_, frame) => this.#onAttention(house, frame),
        onPowerCut: () =>
          this.#outages.cut(house, time.now, 1_000 + random.fork(`cut at ${time.now}`).below(CUT_MS_MAX)),
        onHeard: (_, request, answer) => options.onMeterHeard?.(house, request, answer),
        onStart: () => options.onMeterStart?.(house),
      },
      time.now,
    );
    this.houses.push(house);
    this.#houseOf.set(id, house);
    this.#buyers.push(new Buyer(random.fork('people')));
    const transformer = this.transformers[house.localUnit] as Transformer;
    transformer.attach(house, NEAREST_M + random.below((options.farthestM ?? FARTHEST_M) - NEAREST_M));
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

  /** The power is away everywhere, and nobody does anything, for so long. */
  rest(ms: number): void {
    const { time, transformers } = this;
    for (const transformer of transformers) this.#outages.begin(transformer, time.now);
    time.leap(ms);
    for (const transformer of transformers) this.#outages.end(transformer, time.now);
  }

  /**
   * Takes the utility apart and weighs each part by the memory that is free once it is gone. Nobody lives in it any
   * more; what is left in this object, its hosts for one, goes with the object.
   */
  async dismantle(heapBytes: HeapBytes): Promise<{ meters: number; lines: number; homes: number }> {
    const whole = await heapBytes();
    this.time.forget();
    this.#scrapMeters();
    const withoutMeters = await heapBytes();
    this.#grid.transformers.length = 0;
    const withoutLines = await heapBytes();
    this.houses.length = 0;
    this.#houseOf.clear();
    this.#buyers.length = 0;
    const withoutHomes = await heapBytes();
    return {
      meters: whole - withoutMeters,
      lines: withoutMeters - withoutLines,
      homes: withoutLines - withoutHomes,
    };
  }

  /** In a function of its own, whose variables are gone when it ends. */
  #scrapMeters(): void {
    for (const house of this.houses) house.scrapMeter();
  }

  #startTicking(): void {
    const { time } = this;
    const tick = async () => {
      time.after(TICK_MS, tick);
      await this.hosts.handle({ type: 'tick' });
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
      const transformer = this.transformers[unit] as Transformer;
      const tapped = (transformer.tappedWatts * 1000) / MINUTES_PER_HOUR;
      transformer.measure(milliwattHours(Math.round((energy + tapped) * TECHNICAL_LOSS)));
    }
    this.#outages.minute(now);
    if (this.#idle) return;
    if (this.options.outages !== false) this.#outages.draw(now);
    if (this.#selling) await this.#goShopping(now);
  }

  async #goShopping(now: number): Promise<void> {
    for (const [i, house] of this.houses.entries()) {
      // Without power the display shows nobody what is left.
      if (house.dark) continue;
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
