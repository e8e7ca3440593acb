import { BAND_BYTES, ENERGY_MISSING, MINUTES_PER_DAY } from '../records/index.ts';
import { assert, type Milliseconds, type Svpmsn } from '../units/index.ts';
import { assertBalanced } from './ledger.ts';
import { summed, summedByAccount, summedByStretch, summedByTime } from './memory-ledger.ts';
import { MemoryShelves } from './memory-shelves.ts';
import { Index, pageOf, Table } from './memory-table.ts';
import {
  CHECK_MINUTES_KEPT,
  type CheckMinuteQuery,
  type DayProfile,
  type FactName,
  type MeterQuery,
  type MeterStateRow,
  type MeterToSell,
  type PageQuery,
  type ProfileQuery,
  type Store,
  StoreError,
  type StoreReads,
  type StoreTransaction,
  type TariffQuery,
} from './ports.ts';
import type {
  CheckMinute,
  ControlCommand,
  Knowledge,
  LineKnowledge,
  LineSuspicion,
  Meter,
  MeterEvent,
  MeterTotals,
  NumberedOrder,
  Order,
  OutstandingRow,
  Posting,
  Purse,
  Subscriber,
  TariffVersion,
  Work,
} from './types.ts';

/**
 * A store in this process's memory: for simulations and tests. It keeps the same contract as those on disk, and
 * dies with the process. Transactions run one after the other; a rejected one is undone change by change.
 */
export class MemoryStore implements Store {
  #tables = new Tables();
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const { undo } = this.#tables;
      undo.length = 0;
      try {
        return await work(this.#tables);
      } catch (error) {
        while (undo.length > 0) undo.pop()?.();
        throw error;
      }
    });
  }

  read<T>(work: (tx: StoreReads) => Promise<T>): Promise<T> {
    return this.#inTurn(() => work(this.#tables));
  }

  /** A store of its own with all that this one holds now: what a back-up is. */
  async copy(): Promise<MemoryStore> {
    const copy = new MemoryStore();
    copy.#tables = await this.#inTurn(async () => this.#tables.copy());
    return copy;
  }

  /** Nothing of what it held is left. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#tables = new Tables();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      if (this.#closed) throw new StoreError({ reason: 'store-closed', sentence: 'The store is closed.' });
      return work();
    });
    // What it came to belongs to whoever asked, and is not kept here.
    this.#last = turn.then(ignore, ignore);
    return turn;
  }
}

class Tables extends MemoryShelves implements StoreTransaction {
  readonly #subscribers = new Table<string, Subscriber>(this.undo);
  readonly #unitOfMeter = new Index<number, Svpmsn>();
  readonly #tariffOfMeter = new Index<string, Svpmsn>();
  readonly #subscriberOfMeter = new Index<string, Svpmsn>();
  readonly #meters = new Table<Svpmsn, Meter>(this.undo, (before, after) => {
    const key = (after ?? before)?.svpmsn as Svpmsn;
    this.#unitOfMeter.move(key, before?.localUnit, after?.localUnit);
    this.#tariffOfMeter.move(key, before?.tariff, after?.tariff);
    this.#subscriberOfMeter.move(key, before?.subscriber, after?.subscriber);
  });
  readonly #purses = new Table<Svpmsn, Purse>(this.undo);
  readonly #outstanding = new Table<Svpmsn, OutstandingRow>(this.undo);
  readonly #byTxid = new Map<string, string>();
  readonly #byCounter = new Map<string, string>();
  readonly #waiting = new Index<Svpmsn, string>();
  readonly #withdrawn = new Index<Svpmsn, string>();
  readonly #found = new Set<string>();
  readonly #orderList: string[] = [];
  readonly #orders = new Table<string, NumberedOrder>(this.undo, (before, after) => this.#orderMoved(before, after));
  readonly #unitOfWork = new Index<number, Svpmsn>();
  readonly #work = new Table<Svpmsn, Work>(this.undo, (before, after) =>
    this.#unitOfWork.move((after ?? before)?.svpmsn as Svpmsn, before?.localUnit, after?.localUnit),
  );
  readonly #commands = new Table<Svpmsn, readonly ControlCommand[]>(this.undo);
  readonly #facts = new Table<FactName | 'last-command', number>(this.undo);
  readonly #tariffs: TariffVersion[] = [];
  readonly #ledger: Posting[] = [];
  readonly #knowledge = new Table<Svpmsn, Knowledge>(this.undo);
  readonly #eventKeys = new Table<string, true>(this.undo);
  readonly #events: MeterEvent[] = [];
  /** Their numbers, the oldest first. */
  readonly #eventsOfMeter = new Table<Svpmsn, readonly number[]>(this.undo);
  readonly #profiles = new Table<string, DayProfile>(this.undo);
  readonly #totals = new Table<Svpmsn, readonly MeterTotals[]>(this.undo);
  readonly #lines = new Table<number, LineKnowledge>(this.undo);
  readonly #suspicionOfUnit = new Index<number, string>();
  readonly #suspicions = new Table<string, LineSuspicion>(this.undo, (before, after) =>
    this.#suspicionOfUnit.move(suspicionKey((after ?? before) as LineSuspicion), before?.localUnit, after?.localUnit),
  );
  readonly #checkMinutes = new Table<string, CheckMinute>(this.undo);

  #orderMoved(before: NumberedOrder | undefined, after: NumberedOrder | undefined): void {
    const id = (after ?? before)?.id as string;
    const waits = (order: NumberedOrder | undefined) => (order?.state === 'waiting' ? order.svpmsn : undefined);
    const withdrawn = (order: NumberedOrder | undefined) =>
      order?.state === 'voiding' && order.counter === undefined ? order.svpmsn : undefined;
    this.#waiting.move(id, waits(before), waits(after));
    this.#withdrawn.move(id, withdrawn(before), withdrawn(after));
    if (before !== undefined) {
      this.#byTxid.delete(before.txid);
      if (before.counter !== undefined) this.#byCounter.delete(`${before.svpmsn} ${before.counter}`);
    }
    if (after?.state === 'found') this.#found.add(id);
    else this.#found.delete(id);
    if (after !== undefined) {
      this.#byTxid.set(after.txid, id);
      if (after.counter !== undefined) this.#byCounter.set(`${after.svpmsn} ${after.counter}`, id);
    }
  }

  /** Rows are never changed in place, so that a copy shares them. */
  copy(): Tables {
    const copy = new Tables();
    const fill = <K, R>(table: Table<K, R>, { rows }: Table<K, R>) => {
      for (const [key, row] of rows) table.put(key, row);
    };
    fill(copy.#subscribers, this.#subscribers);
    fill(copy.#meters, this.#meters);
    fill(copy.#purses, this.#purses);
    fill(copy.#outstanding, this.#outstanding);
    fill(copy.#orders, this.#orders);
    fill(copy.#work, this.#work);
    fill(copy.#commands, this.#commands);
    fill(copy.#facts, this.#facts);
    fill(copy.#knowledge, this.#knowledge);
    fill(copy.#eventKeys, this.#eventKeys);
    fill(copy.#eventsOfMeter, this.#eventsOfMeter);
    fill(copy.#profiles, this.#profiles);
    fill(copy.#totals, this.#totals);
    fill(copy.#lines, this.#lines);
    fill(copy.#suspicions, this.#suspicions);
    fill(copy.#checkMinutes, this.#checkMinutes);
    for (const id of this.#orderList) copy.#orderList.push(id);
    for (const version of this.#tariffs) copy.#tariffs.push(version);
    for (const posting of this.#ledger) copy.#ledger.push(posting);
    for (const event of this.#events) copy.#events.push(event);
    copy.fillShelves(this);
    copy.undo.length = 0;
    return copy;
  }

  #append<R>(list: R[], row: R): void {
    list.push(row);
    this.undo.push(() => list.pop());
  }

  async subscriber(id: string) {
    return this.#subscribers.get(id);
  }
  async subscribers({ after, limit }: { readonly after?: string; readonly limit?: number } = {}) {
    const wanted = [...this.#subscribers.rows.values()].filter(({ id }) => after === undefined || id > after);
    return wanted.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
  }
  async putSubscriber(subscriber: Subscriber) {
    this.#subscribers.put(subscriber.id, subscriber);
  }

  async metersOf(ids: readonly Svpmsn[]) {
    return ids.map((id) => this.#meters.get(id));
  }
  async meters({ localUnit, tariff, subscriber, after, limit }: MeterQuery = {}) {
    const keys =
      localUnit !== undefined
        ? this.#unitOfMeter.keys(localUnit)
        : subscriber !== undefined
          ? this.#subscriberOfMeter.keys(subscriber)
          : tariff !== undefined
            ? this.#tariffOfMeter.keys(tariff)
            : this.#meters.rows.keys();
    return [...keys]
      .filter((key) => after === undefined || key > after)
      .sort((a, b) => a - b)
      .map((key) => this.#meters.get(key) as Meter)
      .filter((meter) => tariff === undefined || meter.tariff === tariff)
      .filter((meter) => subscriber === undefined || meter.subscriber === subscriber)
      .slice(0, limit);
  }
  async meterStates({ localUnit }: { readonly localUnit?: number } = {}) {
    const rows = (await this.meters(localUnit === undefined ? {} : { localUnit })).map((meter): MeterStateRow => {
      const { svpmsn, modemAddress } = meter;
      const { state, freeze } = this.#purses.get(svpmsn) as Purse;
      const { balance, flags, alarms, heardAt } = this.#knowledge.get(svpmsn) ?? {};
      return { svpmsn, localUnit: meter.localUnit, modemAddress, state, freeze, balance, flags, alarms, heardAt };
    });
    return rows.sort((a, b) => a.localUnit - b.localUnit || a.modemAddress - b.modemAddress);
  }
  async meterCount() {
    return this.#meters.rows.size;
  }
  async putMeter(meter: Meter) {
    this.#meters.put(meter.svpmsn, meter);
  }

  async pursesOf(ids: readonly Svpmsn[]) {
    return ids.map((id) => this.#purses.get(id));
  }
  async metersToSell(ids: readonly Svpmsn[]) {
    return ids.map((id): MeterToSell | undefined => {
      const [meter, purse] = [this.#meters.get(id), this.#purses.get(id)];
      if (meter === undefined || purse === undefined) return undefined;
      const { svpmsn, localUnit, enrolledAt } = meter;
      return { svpmsn, localUnit, enrolledAt, state: purse.state, freeze: purse.freeze };
    });
  }
  async putPurse(purse: Purse) {
    this.#purses.put(purse.svpmsn, purse);
  }
  async outstanding(id: Svpmsn) {
    return this.#outstanding.get(id);
  }
  async putOutstanding(row: OutstandingRow) {
    this.#outstanding.put(row.svpmsn, row);
  }
  async deleteOutstanding(id: Svpmsn) {
    this.#outstanding.delete(id);
  }

  async ordersOf(ids: readonly string[]) {
    return ids.map((id) => this.#orders.get(id));
  }
  async anyFound() {
    return this.#found.size > 0;
  }
  async foundOf(source: string) {
    const found = [...this.#found].flatMap((id) => this.#orders.get(id) ?? []);
    return found.filter((order) => order.source.startsWith(source)).sort((a, b) => a.sequence - b.sequence);
  }
  async ordersOfTxid(txids: readonly string[]) {
    return txids.map((txid) => this.#orders.get(this.#byTxid.get(txid) ?? ''));
  }
  async nextWaiting(id: Svpmsn) {
    return this.#oldest(this.#waiting.keys(id));
  }
  async nextWithdrawn(id: Svpmsn) {
    return this.#oldest(this.#withdrawn.keys(id));
  }
  #oldest(keys: Iterable<string>): NumberedOrder | undefined {
    let first: NumberedOrder | undefined;
    for (const key of keys) {
      const order = this.#orders.get(key) as NumberedOrder;
      if (first === undefined || order.sequence < first.sequence) first = order;
    }
    return first;
  }
  async orders(query: PageQuery) {
    return pageOf(this.#orderList, query, (id) => this.#orders.get(id) as NumberedOrder);
  }
  async unsettledOrders() {
    return this.#unsettled().length;
  }
  async oldestUnsettled() {
    let oldest: Milliseconds | undefined;
    for (const { orderedAt } of this.#unsettled()) if (oldest === undefined || orderedAt < oldest) oldest = orderedAt;
    return oldest;
  }
  #unsettled(): Order[] {
    const isUnsettled = ({ state }: Order) => state === 'waiting' || state === 'outstanding' || state === 'voiding';
    return [...this.#orders.rows.values()].filter(isUnsettled);
  }
  async addOrders(orders: readonly Order[]) {
    return orders.map((order) => {
      assert(this.#orders.get(order.id) === undefined, `order ${order.id} is new`);
      this.#assertUnique(order);
      this.#append(this.#orderList, order.id);
      const added = numbered(order, this.#orderList.length);
      this.#orders.put(order.id, added);
      return added;
    });
  }
  async putOrder(order: Order) {
    const before = this.#orders.get(order.id);
    assert(before !== undefined, `order ${order.id} is in the books`);
    this.#assertUnique(order);
    this.#orders.put(order.id, numbered(order, before.sequence));
  }
  async claimOrder(found: string, order: Order) {
    const before = this.#orders.get(found);
    assert(before !== undefined && before.txid === order.txid, `order ${found} is in the books`);
    assert(this.#orders.get(order.id) === undefined, `order ${order.id} is new`);
    const place = before.sequence - 1;
    this.#orders.delete(found);
    this.#orders.put(order.id, numbered(order, before.sequence));
    this.#orderList[place] = order.id;
    this.undo.push(() => {
      this.#orderList[place] = found;
    });
  }
  #assertUnique({ id, svpmsn, txid, counter }: Order): void {
    assert((this.#byTxid.get(txid) ?? id) === id, `no two orders have TXID ${txid}`);
    if (counter === undefined) return;
    assert((this.#byCounter.get(`${svpmsn} ${counter}`) ?? id) === id, `no two orders have TC ${counter} of one meter`);
  }

  async workOf(ids: readonly Svpmsn[]) {
    return ids.map((id) => this.#work.get(id));
  }
  async dueUnits(now: Milliseconds) {
    const units = this.#unitOfWork.values().filter((unit) => {
      for (const key of this.#unitOfWork.keys(unit)) if ((this.#work.get(key) as Work).dueAt <= now) return true;
      return false;
    });
    return units.sort((a, b) => a - b);
  }
  async claimDueWork(query: { readonly localUnit: number; readonly now: Milliseconds; readonly limit: number }) {
    return this.#workOn(query.localUnit)
      .filter(({ dueAt }) => dueAt <= query.now)
      .sort((a, b) => a.lane - b.lane || a.dueAt - b.dueAt || a.svpmsn - b.svpmsn)
      .slice(0, query.limit);
  }
  async leasedCount(query: { readonly localUnit: number; readonly now: Milliseconds }) {
    return this.#workOn(query.localUnit).filter(({ leased, dueAt }) => leased && dueAt > query.now).length;
  }
  #workOn(localUnit: number): Work[] {
    return [...this.#unitOfWork.keys(localUnit)].map((key) => this.#work.get(key) as Work);
  }
  async putWork(rows: readonly Work[]) {
    for (const row of rows) this.#work.put(row.svpmsn, row);
  }
  async deleteWork(id: Svpmsn) {
    this.#work.delete(id);
  }
  async releaseAllWork(now: Milliseconds) {
    for (const row of [...this.#work.rows.values()]) {
      this.#work.put(row.svpmsn, { ...row, dueAt: now, attempts: 0, leased: false });
    }
  }

  async releaseLeases({ now, but }: { readonly now: Milliseconds; readonly but: ReadonlySet<Svpmsn> }) {
    for (const row of [...this.#work.rows.values()]) {
      if (row.leased && !but.has(row.svpmsn)) this.#work.put(row.svpmsn, { ...row, dueAt: now, leased: false });
    }
  }

  async commands(id: Svpmsn) {
    return [...(this.#commands.get(id) ?? [])].sort((a, b) => (a.slot < b.slot ? -1 : 1));
  }
  async command(id: Svpmsn, slot: string) {
    return this.#commands.get(id)?.find((command) => command.slot === slot);
  }
  async nextCommand(id: Svpmsn) {
    let first: ControlCommand | undefined;
    for (const row of this.#commands.get(id) ?? []) {
      if (row.state === 'waiting' && (first === undefined || row.sequence < first.sequence)) first = row;
    }
    return first;
  }
  async commandsAwaiting() {
    const awaiting = [...this.#commands.rows.values()].flat().filter(({ state }) => state === 'awaiting-local-unit');
    return awaiting.sort((a, b) => a.sequence - b.sequence);
  }
  async lastCommandSequence() {
    return this.#facts.get('last-command') ?? 0;
  }
  async putCommand(command: ControlCommand) {
    const others = (this.#commands.get(command.svpmsn) ?? []).filter(({ slot }) => slot !== command.slot);
    this.#commands.put(command.svpmsn, [...others, { ...command, body: command.body.slice() }]);
    if (command.sequence > (this.#facts.get('last-command') ?? 0)) this.#facts.put('last-command', command.sequence);
  }

  async tariffs() {
    const latest = new Map(this.#tariffs.map((version) => [version.name, version]));
    return [...latest.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  async tariffVersions({ name, before = Number.POSITIVE_INFINITY, limit = Number.POSITIVE_INFINITY }: TariffQuery) {
    const found = this.#tariffs.filter((each) => each.name === name && each.version < before);
    return found.reverse().slice(0, limit);
  }
  async tariff(name: string, at = Number.POSITIVE_INFINITY) {
    return this.#tariffs.findLast((version) => version.name === name && version.validFrom <= at);
  }
  async lastTariffVersion() {
    return this.#tariffs.at(-1)?.version ?? 0;
  }
  async tariffEdition({ name, version }: Pick<TariffVersion, 'name' | 'version'>) {
    return this.#tariffs.filter((each) => each.name === name && each.version <= version).length;
  }
  async tariffsOf(versions: readonly number[]) {
    return versions.map((each) => this.#tariffs.find(({ version }) => version === each));
  }
  async addTariff(version: TariffVersion) {
    assert(version.version > (this.#tariffs.at(-1)?.version ?? 0), 'tariff versions rise');
    this.#append(this.#tariffs, version);
  }

  async post(postings: readonly Posting[]) {
    for (const posting of postings) {
      assertBalanced(posting);
      this.#append(this.#ledger, posting);
    }
  }
  async ledgerSums(after: number) {
    return { last: this.#ledger.length, sums: summed(this.#ledger.slice(after)) };
  }
  async accountSums(after: number) {
    return { last: this.#ledger.length, sums: summedByAccount(this.#ledger.slice(after)) };
  }
  async ledgerOf(id: Svpmsn, before: Milliseconds) {
    return summed(this.#ledger.filter(({ svpmsn, at }) => svpmsn === id && at < before));
  }
  async ledgerByTime(edges: readonly Milliseconds[]) {
    return summedByTime(this.#ledger, edges);
  }
  async postings(query: PageQuery) {
    return pageOf(this.#ledger, query, (posting, i) => ({ ...posting, sequence: i }));
  }

  async knowledgeOf(ids: readonly Svpmsn[]) {
    return ids.map((id) => this.#knowledge.get(id));
  }
  async putKnowledge(knowledge: Knowledge) {
    this.#knowledge.put(knowledge.svpmsn, knowledge);
  }
  async events(query: PageQuery) {
    const { svpmsn, before = Number.POSITIVE_INFINITY, limit } = query;
    if (svpmsn === undefined) return pageOf(this.#events, query, (event, i) => ({ ...event, number: i }));
    const numbers = (this.#eventsOfMeter.get(svpmsn) ?? []).filter((number) => number < before);
    return numbers
      .toReversed()
      .slice(0, limit)
      .map((number) => ({ ...(this.#events[number - 1] as MeterEvent), number }));
  }
  async addEvents(events: readonly MeterEvent[]) {
    return events.filter((event) => {
      const key = `${event.svpmsn} ${event.sequence}`;
      if (this.#eventKeys.get(key)) return false;
      this.#eventKeys.put(key, true);
      this.#append(this.#events, event);
      const { svpmsn } = event;
      this.#eventsOfMeter.put(svpmsn, [...(this.#eventsOfMeter.get(svpmsn) ?? []), this.#events.length]);
      return true;
    });
  }
  async profiles({ svpmsn, supply, fromDay, toDay }: ProfileQuery) {
    const found: DayProfile[] = [];
    for (let day = fromDay; day <= toDay; day++) {
      const profile = this.#profiles.get(`${svpmsn} ${supply} ${day}`);
      if (profile !== undefined) found.push(profile);
    }
    return found;
  }
  async putProfile(id: Svpmsn, { day, supply, energies, bands }: DayProfile) {
    const kept = isBlank(energies, bands) ? BLANK_DAY : { energies: energies.slice(), bands: bands.slice() };
    this.#profiles.put(`${id} ${supply} ${day}`, { day, supply, ...kept });
  }
  async totals(id: Svpmsn) {
    return [...(this.#totals.get(id) ?? [])].sort((a, b) => a.supply - b.supply);
  }
  async putTotals(totals: MeterTotals) {
    const others = (this.#totals.get(totals.svpmsn) ?? []).filter(({ supply }) => supply !== totals.supply);
    this.#totals.put(totals.svpmsn, [...others, { ...totals, body: totals.body.slice() }]);
  }

  async lines() {
    return [...this.#lines.rows.values()].sort((a, b) => a.localUnit - b.localUnit);
  }
  async line(localUnit: number) {
    return this.#lines.get(localUnit);
  }
  async putLine(line: LineKnowledge) {
    this.#lines.put(line.localUnit, line);
  }
  async suspicions(localUnit: number) {
    const keys = [...this.#suspicionOfUnit.keys(localUnit)];
    return keys.map((key) => this.#suspicions.get(key) as LineSuspicion).sort(bySuspicion);
  }
  async putSuspicions(rows: readonly LineSuspicion[]) {
    for (const row of rows) this.#suspicions.put(suspicionKey(row), row);
  }
  async deleteSuspicions(rows: readonly LineSuspicion[]) {
    for (const row of rows) this.#suspicions.delete(suspicionKey(row));
  }
  async checkMinutes({ localUnit, from, to }: CheckMinuteQuery) {
    const found: CheckMinute[] = [];
    for (let minute = Math.max(from, to - CHECK_MINUTES_KEPT + 1); minute <= to; minute++) {
      const row = this.#checkMinutes.get(checkKey(localUnit, minute));
      if (row?.minute === minute) found.push(row);
    }
    return found;
  }
  async checkSums(edges: readonly number[]) {
    return summedByStretch([...this.#checkMinutes.rows.values()], edges);
  }
  async putCheckMinute(row: CheckMinute) {
    const key = checkKey(row.localUnit, row.minute);
    const there = this.#checkMinutes.get(key);
    const replaces = there === undefined || row.minute > there.minute;
    if (replaces || (row.minute === there.minute && row.energy > there.energy)) this.#checkMinutes.put(key, row);
  }

  async fact(name: FactName) {
    return this.#facts.get(name);
  }
  async setFact(name: FactName, value: number) {
    this.#facts.put(name, value);
  }
}

/** A meter tells of days before its first too, all of whose minutes are marked: one day stands for them all. */
const BLANK_DAY = {
  energies: new Uint16Array(MINUTES_PER_DAY).fill(ENERGY_MISSING),
  bands: new Uint8Array(BAND_BYTES),
};

const isBlank = (energies: Uint16Array, bands: Uint8Array): boolean =>
  energies.length === MINUTES_PER_DAY &&
  energies.every((energy) => energy === ENERGY_MISSING) &&
  bands.every((band) => band === 0);

const ignore = (): void => undefined;

const checkKey = (localUnit: number, minute: number): string => `${localUnit} ${minute % CHECK_MINUTES_KEPT}`;

const suspicionKey = ({ localUnit, kind, address, svpmsn }: LineSuspicion): string =>
  `${localUnit} ${kind} ${address} ${svpmsn}`;

function bySuspicion(a: LineSuspicion, b: LineSuspicion): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return a.address - b.address || a.svpmsn - b.svpmsn;
}

const numbered = (order: Order, sequence: number): NumberedOrder => ({ ...order, sequence });
