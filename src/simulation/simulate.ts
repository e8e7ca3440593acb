import type { KeyStore, Suite } from '../crypto/index.ts';
import { sha256Hex } from '../crypto/index.ts';
import { checkVouchers, type ReceiptKeys, type ReceiptSigner, StoreError } from '../host/index.ts';
import { DEFAULT_SUPPLY_POLICY, RelayAction } from '../records/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { type Svpmsn, svpmsnText, tokens } from '../units/index.ts';
import { Bank } from './bank.ts';
import { BankPayers } from './bank-payers.ts';
import { CardPeople } from './cards/card-people.ts';
import { Checkers, type Promised, type Violation } from './checkers/index.ts';
import { type Circumstances, drawCircumstances } from './circumstances.ts';
import {
  byKind,
  drawRates,
  FAULT_KINDS,
  type FaultKind,
  type FaultRates,
  Faults,
  type Strike,
  strikeText,
} from './faults.ts';
import { drawFormerTariff, formerlyUsed } from './former-use.ts';
import { GivenUp } from './given-up.ts';
import { chipKeys, drawKeysTold } from './keys.ts';
import type { LoadSource } from './loads.ts';
import { Misfortunes } from './misfortunes.ts';
import { Movers } from './movers.ts';
import { exchangeInWords, messageInWords, strickenInWords, tornInWords } from './narrator.ts';
import { Office } from './office.ts';
import type { Happening } from './options.ts';
import { Payers, SIMULATED_TERMS } from './payers.ts';
import { type SeededRandom, seededRandom } from './random.ts';
import type { SimulatedStore } from './simulated-store.ts';
import { Trace } from './trace.ts';
import type { Transformer } from './transformer.ts';
import { Utility } from './utility.ts';
import { VoucherPeople } from './voucher-people.ts';

export interface SimulationOptions {
  readonly seed: number | string;
  readonly meters: number;
  readonly localUnits: number;
  readonly hosts: number;
  readonly suite: Suite;
  /** It ends when so many credits are in meters, or so many minutes are over, whichever comes first; then it is healed. */
  readonly transfers: number;
  readonly minutes?: number;
  /** Nobody does anything for more than a year after the last fault: what is pending then waits. */
  readonly years?: boolean;
  readonly openStore: () => SimulatedStore | Promise<SimulatedStore>;
  /** Who signs receipts, and how they are proved; without them none is signed. */
  readonly receipts?: { readonly signer: ReceiptSigner; readonly keys: ReceiptKeys };
  /** Faults that stay away. */
  readonly without?: ReadonlySet<FaultKind>;
  /** Of all strikes that the seed draws, those that come; all of them where absent. */
  readonly only?: readonly Strike[];
  /** Is told of every strike that comes. */
  readonly onStrike?: (strike: Strike) => void;
  /** Takes every line of the trace. */
  readonly trace?: (line: string) => void;
}

export interface Simulation extends Circumstances {
  readonly seed: number | string;
  readonly rates: FaultRates;
  readonly transfers: number;
  /** Purse cards that were issued, loads that put value on one, debits that meters without a line credited, and those released. */
  readonly cards: Readonly<Record<'cards' | 'loads' | 'takings' | 'releases', number>>;
  /** Households that came to a meter, left one, and had another mounted in its place. */
  readonly moves: Readonly<Record<'coming' | 'going' | 'replacing', number>>;
  /** That people bought, and that paid in two meters because books were put back. */
  readonly vouchers: Readonly<Record<'bought' | 'twice', number>>;
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** Strikes that were drawn and stayed away: they had nothing to hit, or too many meters were damaged for good. */
  readonly spared: Readonly<Record<FaultKind, number>>;
  readonly checks: number;
  /** How often each promise was looked at. */
  readonly checksOf: Readonly<Partial<Record<Promised, number>>>;
  readonly violations: readonly Violation[];
  /** Meters with damage that no rule undoes, or frozen for a person to decide. */
  readonly flagged: number;
  /** The same seed gives the same (I29). */
  readonly traceHash: string;
  readonly virtualSeconds: number;
  /** After so many of these no fault struck any more; undefined where it went wrong before. */
  readonly healedAfterSeconds?: number | undefined;
}

/** A store that is full or away is asked again with the next minute. */
function unlessStoreFails(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}

/** Whose receipts they are. */
const UTILITY = { name: 'A utility', registration: undefined };

const YEAR_DAYS = 366;
const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** I28: so many minutes without a fault settle everything, from any state. */
const HEALING_MINUTES = 10;
/** A round is longer than that: somebody asks after each meter. */
const POLLED_IN_MINUTE = 6;

/** An assertion of the code under test failed, or something else of it threw: its own error, with the life until then. */
export class LifeStopped extends Error {
  override readonly name = 'LifeStopped';
  readonly lived: Simulation;

  constructor(cause: unknown, lived: Simulation) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    if (cause instanceof Error && cause.stack !== undefined) this.stack = cause.stack;
    this.lived = lived;
  }

  /** The line of the code that threw, or that asserted. */
  get where(): string {
    const frames = (this.stack ?? '').split('\n').filter((line) => /^\s+at (?!assert(Never)? )/.test(line));
    return frames[0]?.trim() ?? this.message;
  }
}

/**
 * One life of a small utility under every fault that the seed draws, and then its healing. All of it is the real
 * code; a witness beside it sees what was paid, what is in the purses and what the books say.
 *
 * @throws LifeStopped when the code does
 */
export async function simulate(options: SimulationOptions): Promise<Simulation> {
  const world = new World(options, await options.openStore());
  try {
    await world.open();
    await world.suffer();
    if (options.years) world.rest();
    await world.heal();
  } catch (error) {
    throw new LifeStopped(error, world.result());
  }
  return world.result();
}

class World {
  readonly #options: SimulationOptions;
  readonly #random: SeededRandom;
  readonly #faults: Faults;
  readonly #checkers: Checkers;
  readonly #payers: Payers;
  /** In a share of lives people pay through a bank as well. */
  readonly #bank: Bank | undefined;
  #bankPayers: BankPayers | undefined;
  #cardPeople: CardPeople | undefined;
  /** In a share of lives households move. */
  readonly #areMoving: boolean;
  #movers: Movers | undefined;
  /** In a share of the others people buy vouchers. */
  readonly #areVouchers: boolean;
  #voucherPeople: VoucherPeople | undefined;
  readonly #givenUp: GivenUp;
  readonly #misfortunes: Misfortunes;
  readonly #office: Office;
  readonly #trace: Trace;
  #utility: Utility | undefined;
  #store: SimulatedStore;
  /** A copy of the database that will take its place. */
  #backup: Backup | undefined;
  #transfers = 0;
  readonly #circumstances: Circumstances;
  #lastStoredAt: number;
  #restedSeconds = 0;
  #healedAfterSeconds: number | undefined;

  constructor(options: SimulationOptions, store: SimulatedStore) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#circumstances = drawCircumstances(this.#random.fork('circumstances'));
    this.#lastStoredAt = this.#circumstances.startMs;
    this.#trace = new Trace(options.trace, (line) => this.#checkers.traced(line));
    const say = (text: string) => this.#trace.say(this.#now, text);
    this.#faults = new Faults({
      rates: drawRates(this.#random.fork('rates'), awayIn(options)),
      random: this.#random.fork('faults'),
      only: options.only && byKind(options.only),
      onStrike: (strike, stricken) => {
        this.#trace.say(this.#now, `fault: ${strikeText(strike)}`, () => strickenInWords(stricken));
        options.onStrike?.(strike);
      },
    });
    this.#areMoving = this.#random.fork('who lives where').chance(MOVING_SHARE);
    this.#areVouchers = !this.#areMoving && this.#random.fork('who buys vouchers').chance(VOUCHER_SHARE);
    this.#office = new Office(this.#random.fork('office'));
    this.#payers = new Payers(this.#random.fork('tills'), this.#faults, { areMoving: this.#areMoving });
    const bank = this.#random.fork('bank');
    this.#bank = bank.chance(BANK_SHARE) ? this.#openBank(bank, say) : undefined;
    this.#checkers = new Checkers({
      areMoving: this.#areMoving,
      isHeldUp: (svpmsn) => this.#movers?.isHeldUp(svpmsn) === true,
      now: () => this.#now,
      say,
      payments: this.#payers.payments,
      cardPayments: () => this.#cardPeople?.payments ?? [],
      book: this.#bank?.book ?? new Map(),
      receiptKeys: options.receipts?.keys,
      ringOf: ({ localUnit }) => (this.#living.transformers[localUnit] as Transformer).keys,
      auditBooks: () => this.#store.sealed?.audit(),
      auditVouchers: () => this.#store.store.read(checkVouchers),
    });
    this.#givenUp = new GivenUp(options.meters);
    this.#misfortunes = new Misfortunes(this.#faults, this.#givenUp, {
      damaged: (svpmsn) => void this.#checkers.findings.flagged.add(svpmsn),
      torn: (svpmsn, torn) => this.#trace.aside(this.#now, () => tornInWords(svpmsn, torn)),
      foreign: ({ svpmsn }, credit) => {
        say(`other books: ${svpmsnText(svpmsn)} TC ${credit.counter}`);
        this.#checkers.foreign(svpmsn, credit);
      },
      knowsForeign: (house) => this.#checkers.foreignUnfound(house.svpmsn) || this.#movers?.hasEnded(house) === true,
      stolen: (localUnit, watts) => {
        say(`stolen on line ${localUnit}: ${watts} W`);
        this.#checkers.stolen(localUnit);
      },
      clones: {
        appeared: (clone) => {
          say(`clone: ${svpmsnText(clone.svpmsn)} TC ${clone.meter.svm.purse.lastCounter}`);
          this.#checkers.cloned(clone);
        },
        heard: (clone) => this.#checkers.clonedHeard(clone),
      },
    });
    this.#store = store;
  }

  #openBank(random: SeededRandom, say: (text: string) => void): Bank {
    return new Bank({
      random,
      faults: this.#faults,
      now: () => this.#now,
      after: (delayMs, run) => this.#living.time.after(delayMs, run),
      onMoved: (entry, before, by) => {
        say(`bank: ${entry.id} of ${entry.amount} is ${entry.state}`);
        this.#checkers.moved(entry, before, by);
        this.#bankPayers?.moved(entry);
      },
      onNotice: async (notice) => this.#bankPayers?.notice(notice),
    });
  }

  async open(): Promise<void> {
    const { seed, meters, localUnits, hosts, suite, receipts } = this.#options;
    const checkers = this.#checkers;
    const keys = drawKeysTold(suite, this.#random.fork('master keys'), (key) => checkers.key(key));
    this.#utility = await Utility.open({
      seed,
      meters,
      localUnits,
      suite,
      keys,
      store: this.#store.store,
      hosts,
      faults: this.#faults,
      ...this.#circumstances,
      tariff: DEFAULT_TARIFF,
      former: drawFormerTariff(this.#random.fork('former tariff'), this.#circumstances.startMs),
      policy: { ...DEFAULT_SUPPLY_POLICY, emergencyCredit: tokens(20), lowBalance: tokens(100) },
      firstSale: { from: 1, to: 300 },
      roundMs: 15 * MINUTE_MS,
      outages: false,
      loads: [(house) => heavyLoad(this.#random.fork(`load ${house}`))],
      memoryOf: (house) => ({
        memory: this.#misfortunes.memoryOf(house),
        personalised: false,
        markPersonalised: () => undefined,
      }),
      ...(this.#bank && { payments: this.#bank.ways }),
      ...(this.#areVouchers && { vouchers: { hashOf: (number) => sha256Hex(`${seed} ${number}`) } }),
      ...(receipts && { receipts: { signer: receipts.signer, utility: UTILITY } }),
      // Hosts look for a head in whatever store, so that a life is the same in all.
      books: { signHead: async (occasion) => this.#store.sealed?.heads.signHead(occasion) },
      onCommit: (rows) => checkers.committed(rows),
      onMeterHeard: (house, request, answer) => {
        this.#trace.aside(this.#now, () => exchangeInWords(house.svpmsn, request, answer));
        checkers.heard(house, request, answer);
      },
      onMessage: (to, localUnit, message) => {
        if (message.type === 'carry') checkers.sent(message.svpmsn, message.frames);
        this.#trace.aside(this.#now, () => {
          const way = to === 'host' ? `unit ${localUnit} to host` : `host to unit ${localUnit}`;
          return `${way}: ${messageInWords(message)}`;
        });
      },
      onMeterStart: (house) => {
        this.#misfortunes.supplied(this.#living.houses.indexOf(house));
        checkers.started(house);
      },
      onHappening: (happening) => this.#happened(happening),
    });
    const minute = Math.floor(this.#circumstances.startMs / MINUTE_MS);
    for (const { memory } of this.#utility.houses) {
      formerlyUsed(memory, minute);
      for (const key of chipKeys(memory)) checkers.key(key);
    }
    this.#utility.closeTheTills();
    await this.#utility.host.publishTerms(SIMULATED_TERMS);
    await this.#office.open(this.#utility);
    if (receipts !== undefined) this.#signReceipts();
    this.#openMoving();
    await this.#openCards(keys);
    await this.#openVouchers();
    if (this.#bank === undefined) return;
    const random = this.#random.fork('bank payers');
    this.#bankPayers = new BankPayers(this.#utility, {
      ...{ random, faults: this.#faults, bank: this.#bank, isMoving: (svpmsn) => this.#movers?.isMoving(svpmsn) },
    });
    await this.#bankPayers.open();
  }

  #openMoving(): void {
    if (!this.#areMoving) return;
    this.#movers = new Movers(this.#living, {
      ...{ random: this.#random.fork('moves'), faults: this.#faults, givenUp: this.#givenUp },
      hooks: {
        say: (text) => this.#trace.say(this.#now, text),
        givenUp: (svpmsn) => void this.#checkers.findings.flagged.add(svpmsn),
      },
    });
  }

  async #openVouchers(): Promise<void> {
    if (!this.#areVouchers) return;
    this.#voucherPeople = new VoucherPeople(this.#living, {
      ...{ random: this.#random.fork('vouchers'), faults: this.#faults, settles: this.#bank === undefined },
      onSold: (voucher) => this.#checkers.vouchers.sold(voucher),
    });
    await this.#voucherPeople.open();
  }

  async #openCards(keys: KeyStore): Promise<void> {
    const say = (text: string) => this.#trace.say(this.#now, text);
    const { cards } = this.#checkers;
    this.#cardPeople = new CardPeople(this.#living, {
      ...{ random: this.#random.fork('cards'), faults: this.#faults, keys },
      homeOf: this.#movers && ((person) => this.#movers?.homeOf(person)),
      hooks: {
        issued: (card, home) => cards.issued(card, home),
        built: (meter, home) => cards.built(meter, home),
        cardStepped: (card) => cards.cardStepped(card),
        meterStepped: (meter) => cards.meterStepped(meter),
        cloned: (csn) => cards.cloned(csn),
        say,
      },
    });
    await this.#cardPeople.open();
  }

  /** One of the hosts that run signs what is due, once a minute. */
  #signReceipts(): void {
    const { time, hosts } = this.#living;
    time.after(MINUTE_MS, async () => {
      this.#signReceipts();
      await hosts.running[0]?.((services) => services.issueReceipts().catch(unlessStoreFails));
    });
  }

  get #now(): number {
    return this.#utility?.time.now ?? this.#circumstances.startMs;
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
    const { violations } = this.#checkers.findings;
    const { transfers, minutes = Number.POSITIVE_INFINITY } = this.#options;
    const endsAt = utility.time.now + minutes * MINUTE_MS;
    while (this.#transfers < transfers && utility.time.now < endsAt && violations.length === 0) {
      const throughBank = async (svpmsn: Svpmsn, amount: number) =>
        (await this.#bankPayers?.pays(svpmsn, amount)) ?? false;
      const openOrders = (svpmsn: Svpmsn) => this.#checkers.openOrders(svpmsn);
      await this.#payers.second(utility, openOrders, throughBank);
      await this.#voucherPeople?.second(openOrders);
      await utility.runUntil(utility.time.now + SECOND_MS);
      await this.#restoreStore();
      if (utility.time.now < nextMinute) continue;
      nextMinute += MINUTE_MS;
      this.#misfortunes.minute(utility);
      await this.#office.minute(utility);
      await this.#movers?.minute();
      await this.#voucherPeople?.minute();
      await this.#cardPeople?.minute();
      this.#checkMinute(utility);
      await this.#copyStore();
      if (utility.time.now < this.#lastStoredAt + SILENCE_MS) continue;
      const sentence = `no credit has arrived for ${SILENCE_MS / MINUTE_MS} minutes`;
      this.#checkers.findings.broken('I28', undefined, sentence);
      return;
    }
  }

  /** More than a year goes by before anybody comes back, and everything is left as it is. */
  rest(): void {
    if (this.#checkers.findings.violations.length > 0) return;
    const days = YEAR_DAYS + this.#random.fork('years').below(YEAR_DAYS);
    this.#cardPeople?.rest();
    this.#restedSeconds = (days * DAY_MS) / SECOND_MS;
    this.#living.rest(days * DAY_MS);
    this.#trace.say(this.#now, `${days} days have gone by`);
  }

  /** No fault strikes any more; ten minutes later everything is settled, and the audit finds nothing. */
  async heal(): Promise<void> {
    const utility = this.#living;
    // What follows from a broken promise says little about its cause.
    if (this.#checkers.findings.violations.length > 0) return;
    this.#faults.active = false;
    this.#healedAfterSeconds = this.#seconds - this.#restedSeconds;
    await utility.hosts.heal();
    this.#misfortunes.heal(utility);
    await this.#bank?.heal();
    await this.#bankPayers?.heal();
    await this.#payers.tellAgain(utility);
    await this.#movers?.heal();
    await this.#cardPeople?.heal();
    await this.#office.closeMonth(utility);
    for (const { svpmsn } of utility.houses) {
      // What other books did, or a clone, is found with the next sale.
      if (this.#checkers.foreignUnfound(svpmsn) || this.#checkers.wasCloned(svpmsn))
        await this.#payers.pay(utility, svpmsn, 1);
    }
    const [first] = utility.houses;
    await utility.host.command(first?.svpmsn ?? 0, { type: 'relay', supply: 1, action: RelayAction.open });
    for (let minute = 1; minute < HEALING_MINUTES; minute++) {
      if (minute === POLLED_IN_MINUTE) for (const house of utility.houses) utility.poll(house);
      for (const house of this.#movers?.left ?? []) utility.poll(house);
      await utility.runUntil(utility.time.now + MINUTE_MS);
      await this.#movers?.minute();
      await this.#voucherPeople?.minute();
      this.#checkMinute(utility);
    }
    this.#feedBehindRelays(utility);
    await utility.runUntil(utility.time.now + MINUTE_MS);
    await this.#checkers.healed(utility);
  }

  #checkMinute({ houses }: Utility): void {
    for (const house of houses) if (!house.dark) this.#checkers.minute(house);
  }

  /** On each line somebody brings voltage to the wires behind an open relay. */
  #feedBehindRelays({ transformers, houses, time }: Utility): void {
    for (const { id } of transformers) {
      const house = houses.find(({ localUnit, relayOpen, frozen }) => localUnit === id && relayOpen && !frozen);
      if (house === undefined) continue;
      house.tamper('output-voltage', true, time.now, MAINS_MILLIVOLTS);
      this.#checkers.fed(house);
    }
  }

  result(): Simulation {
    const { violations, checks, flagged } = this.#checkers.findings;
    return {
      seed: this.#options.seed,
      rates: this.#faults.rates,
      transfers: this.#transfers,
      cards: { ...this.#checkers.cards.counts },
      vouchers: this.#checkers.vouchers.counts,
      moves: this.#movers?.counts ?? { coming: 0, going: 0, replacing: 0 },
      faults: this.#faults.counts,
      spared: this.#faults.spared,
      checks: [...checks.values()].reduce((sum, count) => sum + count, 0),
      checksOf: Object.fromEntries(checks),
      violations,
      flagged: flagged.size,
      traceHash: this.#trace.hash,
      ...this.#circumstances,
      virtualSeconds: this.#seconds,
      healedAfterSeconds: this.#healedAfterSeconds,
    };
  }

  get #seconds(): number {
    return (this.#now - this.#circumstances.startMs) / SECOND_MS;
  }

  #happened(happening: Happening): void {
    const { what } = happening;
    if (what === 'stored') {
      this.#transfers += 1;
      this.#lastStoredAt = happening.at;
    }
    const meter = 'svpmsn' in happening ? svpmsnText(happening.svpmsn) : `unit ${happening.localUnit}`;
    const amount = 'amount' in happening && happening.amount !== undefined ? ` ${happening.amount}` : '';
    this.#trace.say(this.#now, `${meter} ${what}${amount}`);
    this.#checkers.happened(happening);
  }

  /** Once in a while somebody copies the database. */
  async #copyStore(): Promise<void> {
    const { now } = this.#living.time;
    let kind: (typeof RESTORES)[number] | undefined;
    for (const each of RESTORES) {
      const possible = this.#backup === undefined && kind === undefined;
      if (this.#faults.strikes(each, undefined, possible)) kind = each;
    }
    if (kind === undefined) return;
    const isOld = kind === 'store-long-restored';
    const minutes = 1 + this.#faults.below(kind, isOld ? OLD_WITHIN_MINUTES : RESTORED_WITHIN_MINUTES);
    const at = Math.min(this.#payers.knownBefore(now), this.#cardPeople?.knownBefore(now) ?? now);
    const booked = await this.#bookedCounters();
    const restoredAt = now + minutes * MINUTE_MS;
    const restore = await this.#store.backUp();
    this.#checkers.storeCopied();
    this.#backup = { at, isOld, restoredAt, booked, beyondReceipts: new Set(), restore };
  }

  async #bookedCounters(): Promise<ReadonlyMap<Svpmsn, number>> {
    const ids = this.#living.houses.map(({ svpmsn }) => svpmsn);
    const purses = await this.#store.store.read((tx) => tx.pursesOf(ids));
    return new Map(ids.map((id, i) => [id, purses[i]?.lastCounter ?? 0]));
  }

  /** The meters that have about as many transactions that the copy does not know as they keep receipts of (X10). */
  #forgottenBy({ booked }: Backup): readonly Svpmsn[] {
    const counters = [...booked].filter(([id, counter]) => this.#checkers.lastCounter(id) - counter >= FORGOTTEN_MAX);
    return counters.map(([svpmsn]) => svpmsn);
  }

  /** Some minutes later the copy is all that is left. */
  async #restoreStore(): Promise<void> {
    const { time, hosts } = this.#living;
    const backup = this.#backup;
    if (backup === undefined) return;
    const forgotten = this.#forgottenBy(backup);
    const mayForget = backup.isOld ? this.#givenUp.mayTake(forgotten) : forgotten.length === 0;
    for (const svpmsn of mayForget ? forgotten : []) {
      this.#givenUp.take(svpmsn);
      backup.beyondReceipts.add(svpmsn);
    }
    if (time.now < backup.restoredAt && mayForget) return;
    this.#backup = undefined;
    // What such a meter has and the books lack, nobody can read back: its value may stand still.
    for (const svpmsn of backup.beyondReceipts) this.#checkers.findings.flagged.add(svpmsn);
    this.#trace.say(time.now, 'the database is replaced by its older copy');
    this.#store = await backup.restore();
    this.#checkers.storeRestored();
    await hosts.replaceStore(this.#store.store);
    await this.#bankPayers?.reconcile(backup.at);
    this.#payers.reconcile(this.#living, backup.at);
    await this.#voucherPeople?.reconcile(backup.at);
    this.#misfortunes.storeRestored(this.#living);
    this.#movers?.storeRestored();
    this.#cardPeople?.storeRestored(backup.at);
  }
}

/** The kinds of which no strike comes. */
function awayIn({ without = new Set(), only }: SimulationOptions): ReadonlySet<FaultKind> {
  if (only === undefined) return without;
  const named = byKind(only);
  return new Set(FAULT_KINDS.filter((kind) => without.has(kind) || !named.has(kind)));
}

interface Backup {
  /** What was paid before this stands in it. */
  readonly at: number;
  readonly restoredAt: number;
  /** It is put back although it forgets more than meters keep receipts of. */
  readonly isOld: boolean;
  /** The last TC of each meter in it. */
  readonly booked: ReadonlyMap<Svpmsn, number>;
  /** Meters of which an old one forgets more than they keep receipts of; they are given up. */
  readonly beyondReceipts: Set<Svpmsn>;
  readonly restore: () => Promise<SimulatedStore>;
}

const BANK_SHARE = 1 / 2;
const MOVING_SHARE = 1 / 4;
const VOUCHER_SHARE = 1 / 3;
const MAINS_MILLIVOLTS = 230_000;
const RESTORES = ['store-restored', 'store-long-restored'] as const;
const RESTORED_WITHIN_MINUTES = 4;
const OLD_WITHIN_MINUTES = 45;
/** With those under way when it is put back, and those of the second that it is looked at, fewer than a meter keeps receipts of. */
const FORGOTTEN_MAX = 12;
/** Nothing arrived for so long: it never will. */
const SILENCE_MS = 12 * 60 * MINUTE_MS;

/** Kilowatts all day, so that purses run empty in the time that payments take to fill them. */
function heavyLoad(random: SeededRandom): LoadSource {
  const milliwattHours = 1000 * (20 + random.below(400));
  return {
    fillDay(_, out) {
      out.fill(milliwattHours);
    },
  };
}
