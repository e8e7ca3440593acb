import type { Suite } from '../crypto/index.ts';
import { type Store, StoreError } from '../host/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../records/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { type Svpmsn, svpmsnText, tokens } from '../units/index.ts';
import { audit } from './audit.ts';
import { drawRates, type FaultKind, type FaultRates, Faults } from './faults.ts';
import { FaultyMemory } from './faulty-memory.ts';
import type { House } from './house.ts';
import type { LoadSource } from './loads.ts';
import { HostKilled } from './mortal-store.ts';
import type { HouseMemory } from './options.ts';
import { type SeededRandom, seededRandom } from './random.ts';
import { Trace } from './trace.ts';
import { Utility } from './utility.ts';
import { type Violation, Witness } from './witness.ts';

export interface SimulationOptions {
  readonly seed: number | string;
  readonly meters: number;
  readonly localUnits: number;
  readonly hosts: number;
  readonly suite: Suite;
  /** It ends when so many credits are in meters. */
  readonly transfers: number;
  readonly openStore: () => SimulatedStore;
  /** Faults that stay away. */
  readonly without?: ReadonlySet<FaultKind>;
  /** Takes every line of the trace. */
  readonly trace?: (line: string) => void;
}

/** A store, and how a copy of it as it is now is made. */
export interface SimulatedStore {
  readonly store: Store;
  backUp(): Promise<SimulatedStore>;
}

export interface Simulation {
  readonly seed: number | string;
  readonly rates: FaultRates;
  readonly transfers: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly checks: number;
  readonly violations: readonly Violation[];
  /** Meters with damage that no rule undoes, or frozen for a person to decide. */
  readonly flagged: number;
  /** The same seed gives the same (I29). */
  readonly traceHash: string;
  readonly virtualSeconds: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const STARTS_MS = Date.UTC(2026, 2, 2);
/** I28: so many minutes without a fault settle everything, from any state. */
const HEALING_MINUTES = 10;

/**
 * One life of a small utility under every fault that the seed draws, and then its healing. All of it is the real
 * code; a witness beside it sees what was paid, what is in the purses and what the books say.
 */
export async function simulate(options: SimulationOptions): Promise<Simulation> {
  const world = new World(options);
  await world.open();
  await world.suffer();
  await world.heal();
  return world.result();
}

class World {
  readonly #options: SimulationOptions;
  readonly #random: SeededRandom;
  readonly #faults: Faults;
  readonly #witness: Witness;
  readonly #trace: Trace;
  readonly #memories: FaultyMemory[] = [];
  /** What the boards' memories held an hour ago at most. */
  readonly #images = new Map<House, Uint8Array>();
  readonly #tills: SeededRandom;
  #utility: Utility | undefined;
  #store: SimulatedStore;
  /** A copy of the database that will take its place. */
  #backup: Backup | undefined;
  #minutes = 0;
  #transfers = 0;
  #lastStoredAt = STARTS_MS;
  /** What people paid, in the order in which they did: the payment provider's own list. */
  readonly #payments: Payment[] = [];
  /** Payments whose till does not know what became of them. */
  #unsure: Payment[] = [];

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    const rates = drawRates(this.#random.fork('rates'), options.without);
    this.#trace = new Trace(options.trace);
    this.#faults = new Faults(rates, this.#random.fork('faults'), (kind) => this.#say(`fault: ${kind}`));
    this.#witness = new Witness(
      () => this.#now,
      (text) => this.#say(text),
    );
    this.#tills = this.#random.fork('tills');
    this.#store = options.openStore();
  }

  async open(): Promise<void> {
    const { seed, meters, localUnits, hosts, suite } = this.#options;
    this.#utility = await Utility.open({
      seed,
      meters,
      localUnits,
      suite,
      store: this.#store.store,
      hosts,
      faults: this.#faults,
      startMs: STARTS_MS,
      zone: 'Asia/Seoul',
      tariff: DEFAULT_TARIFF,
      policy: { ...DEFAULT_SUPPLY_POLICY, emergencyCredit: tokens(20), lowBalance: tokens(100) },
      firstSale: { from: 1, to: 300 },
      roundMs: 15 * MINUTE_MS,
      outages: false,
      loads: [(house) => heavyLoad(this.#random.fork(`load ${house}`))],
      memoryOf: (house) => this.#memoryOf(house),
      onCommit: (rows) => this.#witness.committed(rows),
      onMeterHeard: (house) => this.#witness.seen(house),
      onMeterStart: (house) => this.#started(house),
      onHappening: (happening) => {
        const { what } = happening;
        if (what === 'stored') {
          this.#transfers += 1;
          this.#lastStoredAt = happening.at;
        }
        const meter = 'svpmsn' in happening ? svpmsnText(happening.svpmsn) : `unit ${happening.localUnit}`;
        const amount = 'amount' in happening && happening.amount !== undefined ? ` ${happening.amount}` : '';
        this.#say(`${meter} ${what}${amount}`);
      },
    });
    this.#utility.closeTheTills();
  }

  get #now(): number {
    return this.#utility?.time.now ?? STARTS_MS;
  }

  #say(text: string): void {
    this.#trace.say(this.#now, text);
  }

  get #living(): Utility {
    if (this.#utility === undefined) throw new Error('a simulation is opened first');
    return this.#utility;
  }

  /** Faults strike until enough was transferred. */
  async suffer(): Promise<void> {
    const utility = this.#living;
    this.#faults.active = true;
    let nextMinute = utility.time.now + MINUTE_MS;
    while (this.#transfers < this.#options.transfers) {
      await this.#pay();
      await utility.runUntil(utility.time.now + SECOND_MS);
      if (utility.time.now < nextMinute) continue;
      nextMinute += MINUTE_MS;
      await this.#strikeMinute();
      if (utility.time.now < this.#lastStoredAt + SILENCE_MS) continue;
      this.#witness.note('I28', undefined, `no credit has arrived for ${SILENCE_MS / MINUTE_MS} minutes`);
      return;
    }
  }

  /** No fault strikes any more; ten minutes later everything is settled, and the audit finds nothing. */
  async heal(): Promise<void> {
    const utility = this.#living;
    this.#faults.active = false;
    for (const memory of this.#memories) memory.restore();
    await utility.hosts.heal();
    for (const [id, transformer] of utility.transformers.entries()) {
      transformer.cut = false;
      utility.grid.reconnect(id);
    }
    for (const house of utility.houses) utility.powerReturns(house);
    for (const payment of this.#unsure.splice(0)) await this.#notify(payment);
    await utility.runUntil(utility.time.now + HEALING_MINUTES * MINUTE_MS);
    for (const house of utility.houses) this.#witness.inspected(house);
    await this.#allSettled();
    await this.#everyPaymentKnown();
    const { findings } = await audit(utility);
    for (const { svpmsn, sentence } of findings) {
      if (svpmsn === undefined || !this.#witness.flagged.has(svpmsn))
        this.#witness.note('I8', undefined, sentence.slice(0, -1));
    }
  }

  result(): Simulation {
    const utility = this.#living;
    return {
      seed: this.#options.seed,
      rates: this.#faults.rates,
      transfers: this.#transfers,
      faults: this.#faults.counts,
      checks: this.#witness.checks,
      violations: this.#witness.violations,
      flagged: this.#witness.flagged.size,
      traceHash: this.#trace.hash,
      virtualSeconds: (utility.time.now - STARTS_MS) / SECOND_MS,
    };
  }

  /** Somebody pays, about as often as the lines can carry it, and nobody twice before the first has come. */
  async #pay(): Promise<void> {
    const { houses, transformers, time } = this.#living;
    const unsure = this.#unsure;
    this.#unsure = [];
    for (const payment of unsure) await this.#notify(payment);
    for (const { id } of transformers) {
      if (!this.#tills.chance(PAYMENTS_A_SECOND)) continue;
      const own = houses.filter(({ localUnit }) => localUnit === id);
      const house = own[this.#tills.below(own.length)] as House;
      const amount = 1 + this.#tills.below(AMOUNT_MAX);
      if (this.#witness.openOrders(house.svpmsn) >= OPEN_ORDERS_MAX) continue;
      const reversed = this.#faults.strikes('payment-reversed');
      const payment = {
        orderId: `order ${this.#payments.length}`,
        svpmsn: house.svpmsn,
        amount,
        at: time.now,
        reversed,
      };
      this.#payments.push(payment);
      await this.#notify(payment);
      if (this.#faults.strikes('payment-doubled')) await this.#notify(payment);
    }
  }

  /** The payment provider tells a host, again and again until it answers. */
  async #notify(payment: Payment): Promise<void> {
    const { orderId, svpmsn, amount, reversed } = payment;
    const { host } = this.#living;
    try {
      const answer = await host.sell({ meter: svpmsn, amount, orderId, source: 'cash' });
      if ('reason' in answer && answer.reason === 'store-failed')
        throw new StoreError({ reason: 'store-failed', sentence: answer.sentence });
      if (reversed) await host.voidOrder(orderId);
    } catch (error) {
      if (!(error instanceof HostKilled) && !(error instanceof StoreError)) throw error;
      this.#unsure.push(payment);
    }
  }

  /** The database is put back from a copy, and what the payment provider knows since then is told again (X9). */
  async #restore(backup: Backup): Promise<void> {
    this.#backup = undefined;
    this.#store = backup.store;
    await this.#store.store.transaction((tx) => tx.setFact('restored', 1));
    this.#witness.storeRestored();
    await this.#living.hosts.replaceStore(this.#store.store);
    // Some time passes before the provider is asked, and people go on paying.
    const asked = this.#payments.filter(({ at }) => at >= backup.at);
    const { time } = this.#living;
    time.after(this.#faults.below('store-restored', ASKED_WITHIN_MS), async () => {
      for (const payment of asked) await this.#notify(payment);
    });
  }

  async #strikeMinute(): Promise<void> {
    const utility = this.#living;
    const faults = this.#faults;
    for (const [i, house] of utility.houses.entries()) {
      const memory = this.#memories[i] as FaultyMemory;
      if (faults.strikes('power-failed')) utility.powerFails(house, MINUTE_MS * (1 + faults.below('power-failed', 20)));
      if (!house.dark && faults.strikes('power-cut')) {
        memory.bytesLeft = faults.below('power-cut', CUT_WITHIN_BYTES);
        memory.cutByte = faults.below('power-cut', 2) === 0 ? 'old' : 'garbage';
      }
      if (faults.strikes('write-lost')) {
        memory.losesNextWrite = true;
        this.#witness.flagged.add(house.svpmsn);
      }
      if (faults.strikes('bit-rotted')) {
        const { bytes } = memory.nvm;
        const bit = faults.below('bit-rotted', 8 * bytes.length);
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        this.#witness.flagged.add(house.svpmsn);
      }
      if (faults.strikes('power-cut-before-minute')) {
        const { time } = utility;
        time.at(Math.ceil((time.now + 1) / MINUTE_MS) * MINUTE_MS - SECOND_MS, () => house.cutPower());
      }
      const earlier = this.#images.get(house);
      if (earlier !== undefined && faults.strikes('memory-rolled-back')) {
        house.cutPower();
        memory.nvm.bytes.set(earlier);
        this.#witness.flagged.add(house.svpmsn);
      }
      this.#witness.inspected(house);
    }
    for (const [id, transformer] of utility.transformers.entries()) {
      if (faults.strikes('local-unit-restarted')) {
        transformer.restartLocalUnit();
        utility.grid.reconnect(id);
      }
      if (faults.strikes('backhaul-cut')) utility.grid.reconnect(id);
    }
    if (faults.strikes('area-unit-restarted')) utility.grid.restartAreaUnit();
    if (faults.rates['memory-rolled-back'] > 0 && this.#minutes++ % 60 === 0) {
      for (const house of utility.houses) this.#images.set(house, house.memory.nvm.bytes.slice());
    }
    if (this.#backup === undefined && faults.strikes('store-restored')) {
      const restoredAfterMs = (1 + faults.below('store-restored', RESTORED_WITHIN_MINUTES)) * MINUTE_MS;
      this.#backup = {
        at: utility.time.now,
        restoredAt: utility.time.now + restoredAfterMs,
        store: await this.#store.backUp(),
      };
    }
    if (this.#backup !== undefined && utility.time.now >= this.#backup.restoredAt) await this.#restore(this.#backup);
  }

  /** I28: nothing is in flight any more, but to a meter that was frozen with a reason for a person to decide. */
  async #allSettled(): Promise<void> {
    const { host } = this.#living;
    const frozen = new Set(
      (await host.meters()).filter((v) => v.purse.freeze !== undefined).map((v) => v.meter.svpmsn),
    );
    for (const { svpmsn, inFlight } of (await host.books()).meters) {
      if (frozen.has(svpmsn)) this.#witness.flagged.add(svpmsn);
      if (inFlight === 0n || this.#witness.flagged.has(svpmsn)) continue;
      const sentence = `${inFlight} tokens are still in flight ${HEALING_MINUTES} minutes after the last fault`;
      this.#witness.note('I28', svpmsn, sentence);
    }
  }

  /** I7: each payment is in its meter and booked as stored, or it was given back. */
  async #everyPaymentKnown(): Promise<void> {
    const { host } = this.#living;
    for (const { orderId, svpmsn } of this.#payments) {
      if (this.#witness.flagged.has(svpmsn)) continue;
      const order = await host.order(orderId);
      if ('reason' in order) {
        this.#witness.note('I7', svpmsn, `${orderId} was paid, and the books do not know it`);
        continue;
      }
      const inMeter = this.#witness.isCredited(order.txid);
      const agrees = order.state === 'stored' ? inMeter : order.state === 'refunded' && !inMeter;
      if (!agrees) {
        const where = inMeter ? 'in the meter' : 'not in the meter';
        this.#witness.note('I7', svpmsn, `${orderId} is ${order.state} in the books and ${where}`);
      }
    }
  }

  #memoryOf(house: number): HouseMemory {
    const memory = new FaultyMemory();
    this.#memories[house] = memory;
    return { memory, personalised: false, markPersonalised: () => undefined };
  }

  #started(house: House): void {
    const at = this.#living.houses.indexOf(house);
    this.#memories[at]?.restore();
    const fault = house.secondMeter.started(house.meter);
    if (house.frozen) {
      if (!this.#witness.flagged.has(house.svpmsn)) {
        this.#witness.note('I12', house.svpmsn, 'its purse froze, and nothing in its memories was damaged');
        this.#witness.flagged.add(house.svpmsn);
      }
      return;
    }
    if (fault !== undefined && !this.#witness.flagged.has(house.svpmsn)) {
      this.#witness.note('I20', house.svpmsn, fault.slice(0, -1));
    }
    this.#witness.seen(house);
    this.#witness.inspected(house);
  }
}

interface Backup {
  readonly at: number;
  readonly restoredAt: number;
  readonly store: SimulatedStore;
}

interface Payment {
  readonly orderId: string;
  readonly svpmsn: Svpmsn;
  readonly amount: number;
  readonly at: number;
  readonly reversed: boolean;
}

const OPEN_ORDERS_MAX = 2;
/** No meter has more transactions in that time than it keeps receipts of. */
const RESTORED_WITHIN_MINUTES = 4;
/** The payment provider is asked so soon after a restore. */
const ASKED_WITHIN_MS = 60_000;
/** Nothing arrived for so long: it never will. */
const SILENCE_MS = 12 * 60 * MINUTE_MS;
const PAYMENTS_A_SECOND = 0.3;
const AMOUNT_MAX = 500;
/** More than a minute's writes and a credit's together. */
const CUT_WITHIN_BYTES = 600;

/** Kilowatts all day, so that purses run empty in the time that payments take to fill them. */
function heavyLoad(random: SeededRandom): LoadSource {
  const milliwattHours = 1000 * (20 + random.below(400));
  return {
    fillDay(_, out) {
      out.fill(milliwattHours);
    },
  };
}
