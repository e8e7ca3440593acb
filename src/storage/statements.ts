import {
  type AccountSum,
  CHECK_MINUTES_KEPT,
  type CheckMinute,
  type CheckMinuteQuery,
  type CheckSum,
  type ControlCommand,
  type DayProfile,
  type FactName,
  type Knowledge,
  type LedgerSum,
  type Line,
  type LineKnowledge,
  type LineSuspicion,
  type Meter,
  type MeterEvent,
  type MeterQuery,
  type MeterStateRow,
  type MeterToSell,
  type MeterTotals,
  type NumberedEvent,
  type NumberedOrder,
  type Order,
  type OutstandingRow,
  type PageQuery,
  type Posting,
  type ProfileQuery,
  type Purse,
  type StoreTransaction,
  type Subscriber,
  type TariffQuery,
  type TariffVersion,
  type TimedSum,
  type Work,
} from '../host/ports.ts';
import { assert, type Milliseconds, type Svpmsn } from '../units/index.ts';
import type { Rows } from './rows.ts';
import { SqlShelves } from './sql-shelves.ts';
import { type SqlRow, type SqlValue, type Table, table } from './table.ts';
import {
  checkMinutes,
  commands,
  type EventRow,
  events,
  facts,
  knowledge,
  lines,
  linesOfUnits,
  meters,
  orders,
  outstanding,
  postings,
  profiles,
  purses,
  subscribers,
  suspicions,
  tariffs,
  totals,
  work,
} from './tables.ts';

const metersToSell = table<MeterToSell>(
  `(SELECT meters.svpmsn, local_unit, enrolled_at, state, "freeze" FROM meters
    JOIN purses ON purses.svpmsn = meters.svpmsn) AS meters_to_sell`,
  ['svpmsn'],
  { svpmsn: 'number', localUnit: 'number', enrolledAt: 'number', state: 'text', freeze: 'text?' },
);

/** The store's methods as statements on one connection of either engine; the caller holds the transaction. */
export class SqlStatements extends SqlShelves implements StoreTransaction {
  readonly #connection: Rows;

  constructor(connection: Rows) {
    super(connection);
    this.#connection = connection;
  }

  /** `where` is all that follows the table's name. */
  async #all<R>(table: Table<R>, where: string, ...values: SqlValue[]): Promise<R[]> {
    return (await this.#connection.found(table, where, values)).map(table.row);
  }
  async #one<R>(table: Table<R>, where: string, ...values: SqlValue[]): Promise<R | undefined> {
    return (await this.#all(table, where, ...values))[0];
  }
  async #ofKeys<R>(table: Table<R>, keys: readonly SqlValue[], column?: string): Promise<(R | undefined)[]> {
    const found = await this.#connection.ofKeys(table, keys, column);
    return found.map((row) => (row === undefined ? undefined : table.row(row)));
  }
  async #put<R>(table: Table<R>, rows: readonly R[]): Promise<void> {
    await this.#connection.put(table, rows.map(table.values));
  }
  async #add<R>(table: Table<R>, rows: readonly R[]): Promise<void> {
    await this.#connection.add(table, rows.map(table.values));
  }
  async #change<R>(table: Table<R>, where: string, values: readonly SqlValue[], to: (row: R) => R): Promise<void> {
    await this.#connection.change(table, where, values, (row) => table.values(to(table.row(row))));
  }
  async #number(sql: string, ...values: SqlValue[]): Promise<number> {
    const [row] = await this.#connection.all(sql, values);
    return Number(row?.[0] ?? 0);
  }

  async subscriber(id: string) {
    return this.#one(subscribers, 'WHERE id = ?', id);
  }
  async subscribers({ after = '', limit = NO_LIMIT }: { readonly after?: string; readonly limit?: number } = {}) {
    return this.#all(subscribers, 'WHERE id > ? ORDER BY id LIMIT ?', after, limit);
  }
  putSubscriber(subscriber: Subscriber) {
    return this.#put(subscribers, [subscriber]);
  }

  metersOf(ids: readonly Svpmsn[]) {
    return this.#ofKeys(meters, ids);
  }
  async meters({ localUnit, tariff, subscriber, after = -1, limit = NO_LIMIT }: MeterQuery = {}) {
    const where = ['svpmsn > ?'];
    const values: SqlValue[] = [after];
    if (localUnit !== undefined) where.push('local_unit = ?') && values.push(localUnit);
    if (tariff !== undefined) where.push('tariff = ?') && values.push(tariff);
    if (subscriber !== undefined) where.push('subscriber = ?') && values.push(subscriber);
    return this.#all(meters, `WHERE ${where.join(' AND ')} ORDER BY svpmsn LIMIT ?`, ...values, limit);
  }
  async meterStates({ localUnit }: { readonly localUnit?: number } = {}) {
    const [where, values] = localUnit === undefined ? ['', []] : ['WHERE m.local_unit = ?', [localUnit]];
    const sql = `SELECT m.svpmsn, m.local_unit, m.modem_address, p.state, p.freeze, k.balance, k.flags, k.alarms, k.heard_at
      FROM meters m JOIN purses p ON p.svpmsn = m.svpmsn LEFT JOIN knowledge k ON k.svpmsn = m.svpmsn
      ${where} ORDER BY m.local_unit, m.modem_address`;
    return (await this.#connection.all(sql, values)).map(meterState);
  }
  meterCount() {
    return this.#number('SELECT count(*) FROM meters');
  }
  putMeter(meter: Meter) {
    return this.#put(meters, [meter]);
  }

  pursesOf(ids: readonly Svpmsn[]) {
    return this.#ofKeys(purses, ids);
  }
  async metersToSell(ids: readonly Svpmsn[]) {
    const found = await this.#connection.joined(metersToSell, ids);
    return found.map((row) => (row === undefined ? undefined : metersToSell.row(row)));
  }
  putPurse(purse: Purse) {
    return this.#put(purses, [purse]);
  }

  outstanding(id: Svpmsn) {
    return this.#one(outstanding, 'WHERE svpmsn = ?', id);
  }
  putOutstanding(row: OutstandingRow) {
    return this.#put(outstanding, [row]);
  }
  async deleteOutstanding(id: Svpmsn) {
    await this.#connection.remove(outstanding, 'WHERE svpmsn = ?', [id]);
  }

  ordersOf(ids: readonly string[]) {
    return this.#ofKeys(orders, ids);
  }
  async anyFound() {
    return (await this.#number("SELECT count(*) FROM (SELECT 1 FROM orders WHERE state = 'found' LIMIT 1) AS one")) > 0;
  }
  foundOf(source: string) {
    const where = "WHERE state = 'found' AND substr(source, 1, ?) = ? ORDER BY sequence";
    return this.#all(orders, where, source.length, source);
  }
  ordersOfTxid(txids: readonly string[]) {
    return this.#ofKeys(orders, txids, '"txid"');
  }
  nextWaiting(id: Svpmsn) {
    return this.#one(orders, "WHERE svpmsn = ? AND state = 'waiting' ORDER BY sequence LIMIT 1", id);
  }
  nextWithdrawn(id: Svpmsn) {
    const where = "WHERE svpmsn = ? AND state = 'voiding' AND counter IS NULL ORDER BY sequence LIMIT 1";
    return this.#one(orders, where, id);
  }
  orders(query: PageQuery): Promise<NumberedOrder[]> {
    return this.#page(orders, 'sequence', query);
  }
  unsettledOrders() {
    // Each has an index that holds nothing else.
    return this.#number(`SELECT (SELECT count(*) FROM outstanding) + (SELECT count(*) FROM orders WHERE state = 'waiting')
      + (SELECT count(*) FROM orders WHERE state = 'voiding' AND counter IS NULL)`);
  }
  async oldestUnsettled() {
    const sql = `SELECT min(ordered_at) FROM (
      SELECT min(ordered_at) AS ordered_at FROM orders WHERE id IN (SELECT "order" FROM outstanding)
      UNION ALL SELECT min(ordered_at) FROM orders WHERE state = 'waiting'
      UNION ALL SELECT min(ordered_at) FROM orders WHERE state = 'voiding' AND counter IS NULL) AS oldest`;
    const [row] = await this.#connection.all(sql);
    return row?.[0] == null ? undefined : (Number(row[0]) as Milliseconds);
  }
  async addOrders(added: readonly Order[]) {
    const first = await this.#connection.nextNumbers('orders', added.length);
    const numbered = added.map((order, i): NumberedOrder => ({ ...order, sequence: first + i }));
    await this.#add(orders, numbered);
    return numbered;
  }
  async putOrder({ id, amount, state, why, counter, settledAt }: Order) {
    await this.#change(orders, 'WHERE id = ?', [id], (order) => ({ ...order, amount, state, why, counter, settledAt }));
  }
  async claimOrder(found: string, { id, amount, source, state, why, orderedAt, settledAt }: Order) {
    const claimed = { id, amount, source, state, why, orderedAt, settledAt };
    await this.#change(orders, 'WHERE id = ?', [found], (order) => ({ ...order, ...claimed }));
  }

  workOf(ids: readonly Svpmsn[]) {
    return this.#ofKeys(work, ids);
  }
  async dueUnits(now: Milliseconds) {
    const sql = 'SELECT DISTINCT local_unit FROM work WHERE due_at <= ? ORDER BY local_unit';
    return (await this.#connection.all(sql, [now])).map(([unit]) => Number(unit));
  }
  claimDueWork(query: { readonly localUnit: number; readonly now: Milliseconds; readonly limit: number }) {
    const where = `WHERE local_unit = ? AND due_at <= ? ORDER BY lane, due_at, svpmsn LIMIT ? ${this.#connection.claiming}`;
    return this.#all(work, where, query.localUnit, query.now, query.limit);
  }
  leasedCount(query: { readonly localUnit: number; readonly now: Milliseconds }) {
    const sql = 'SELECT count(*) FROM work WHERE local_unit = ? AND due_at > ? AND leased = 1';
    return this.#number(sql, query.localUnit, query.now);
  }
  putWork(rows: readonly Work[]) {
    return this.#put(work, rows);
  }
  async deleteWork(id: Svpmsn) {
    await this.#connection.remove(work, 'WHERE svpmsn = ?', [id]);
  }
  async releaseAllWork(now: Milliseconds) {
    await this.#change(work, '', [], (row) => ({ ...row, dueAt: now, attempts: 0, leased: false }));
  }

  async releaseLeases({ now, but }: { readonly now: Milliseconds; readonly but: ReadonlySet<Svpmsn> }) {
    const leased = await this.#all(work, 'WHERE leased = 1');
    const released = leased.filter(({ svpmsn }) => !but.has(svpmsn));
    if (released.length > 0) await this.putWork(released.map((row) => ({ ...row, dueAt: now, leased: false })));
  }

  commands(id: Svpmsn) {
    return this.#all(commands, 'WHERE svpmsn = ? ORDER BY slot', id);
  }
  command(id: Svpmsn, slot: string) {
    return this.#one(commands, 'WHERE svpmsn = ? AND slot = ?', id, slot);
  }
  nextCommand(id: Svpmsn) {
    return this.#one(commands, "WHERE svpmsn = ? AND state = 'waiting' ORDER BY sequence LIMIT 1", id);
  }
  commandsAwaiting() {
    return this.#all(commands, "WHERE state = 'awaiting-local-unit' ORDER BY sequence");
  }
  lastCommandSequence() {
    return this.#number('SELECT max(sequence) FROM commands');
  }
  putCommand(command: ControlCommand) {
    return this.#put(commands, [command]);
  }

  tariffs() {
    return this.#all(tariffs, 'WHERE version IN (SELECT max(version) FROM tariffs GROUP BY name) ORDER BY name');
  }
  tariffVersions({ name, before = Number.MAX_SAFE_INTEGER, limit = NO_LIMIT }: TariffQuery) {
    return this.#all(tariffs, 'WHERE name = ? AND version < ? ORDER BY version DESC LIMIT ?', name, before, limit);
  }
  tariff(name: string, at: number = Number.MAX_SAFE_INTEGER) {
    return this.#one(tariffs, 'WHERE name = ? AND valid_from <= ? ORDER BY version DESC LIMIT 1', name, at);
  }
  lastTariffVersion() {
    return this.#number('SELECT max(version) FROM tariffs');
  }
  tariffEdition({ name, version }: Pick<TariffVersion, 'name' | 'version'>) {
    return this.#number('SELECT count(*) FROM tariffs WHERE name = ? AND version <= ?', name, version);
  }
  tariffsOf(versions: readonly number[]) {
    return this.#ofKeys(tariffs, versions);
  }
  addTariff(version: TariffVersion) {
    return this.#add(tariffs, [version]);
  }

  async post(added: readonly Posting[]) {
    added.forEach(assertBalanced);
    const first = await this.#connection.nextNumbers('postings', added.length);
    await this.#connection.post(
      added.map(({ kind, at, svpmsn, order }, i) => postings.values({ sequence: first + i, kind, at, svpmsn, order })),
      added.map(({ lines: its }, i) =>
        its.map(({ account, amount }, place) => lines.values({ posting: first + i, place, account, amount })),
      ),
    );
  }
  async ledgerSums(after: number) {
    const sql = `SELECT kind, account, svpmsn, CAST(sum(amount) AS BIGINT) FROM lines JOIN postings ON sequence = posting
      WHERE posting > ? GROUP BY svpmsn, kind, account ORDER BY COALESCE(svpmsn, -1), kind, account`;
    const sums = (await this.#connection.all(sql, [after])).map(ledgerSum);
    return { last: await this.#number('SELECT max(sequence) FROM postings'), sums };
  }
  async accountSums(after: number) {
    const sql = `SELECT account, CAST(sum(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS BIGINT),
        CAST(sum(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS BIGINT), count(*)
      FROM lines WHERE posting > ? GROUP BY account ORDER BY account`;
    const sums = (await this.#connection.all(sql, [after])).map(accountSum);
    return { last: await this.#number('SELECT max(sequence) FROM postings'), sums };
  }
  async ledgerOf(id: Svpmsn, before: Milliseconds) {
    const sql = `SELECT kind, account, svpmsn, CAST(sum(amount) AS BIGINT) FROM lines JOIN postings ON sequence = posting
      WHERE svpmsn = ? AND "at" < ? GROUP BY svpmsn, kind, account ORDER BY kind, account`;
    return (await this.#connection.all(sql, [id, before])).map(ledgerSum);
  }
  async ledgerByTime(edges: readonly Milliseconds[]) {
    const stretches = edges.map((_, i) => `WHEN "at" < ? THEN ${i}`).join(' ');
    const sql = `SELECT kind, account, stretch, CAST(sum(amount) AS BIGINT) FROM lines JOIN
        (SELECT sequence, kind, CASE ${stretches} END AS stretch FROM postings WHERE "at" < ?) AS timed
        ON sequence = posting
      GROUP BY stretch, kind, account ORDER BY stretch, kind, account`;
    const values = [...edges, edges.at(-1) as Milliseconds];
    return (await this.#connection.all(sql, values)).map(timedSum);
  }
  async postings(query: PageQuery) {
    const found = await this.#page(postings, 'sequence', query);
    const [newest, oldest] = [found[0], found.at(-1)];
    if (newest === undefined || oldest === undefined) return [];
    const { svpmsn } = query;
    const own = `SELECT sequence FROM postings WHERE sequence BETWEEN ? AND ?${svpmsn === undefined ? '' : ' AND svpmsn = ?'}`;
    const values = [oldest.sequence, newest.sequence, ...(svpmsn === undefined ? [] : [svpmsn])];
    const all = await this.#all(lines, `WHERE posting IN (${own}) ORDER BY posting, place`, ...values);
    const ofPostings = Map.groupBy(all, ({ posting }) => posting);
    return found.map((posting) => ({
      ...posting,
      lines: (ofPostings.get(posting.sequence) ?? []).map(({ account, amount }): Line => ({ account, amount })),
    }));
  }

  knowledgeOf(ids: readonly Svpmsn[]) {
    return this.#ofKeys(knowledge, ids);
  }
  putKnowledge(row: Knowledge) {
    return this.#put(knowledge, [row]);
  }
  async events(query: PageQuery) {
    return (await this.#page(events, 'number', query)).map(meterEvent);
  }
  async addEvents(added: readonly MeterEvent[]) {
    const before = new Set<string>();
    for (const { svpmsn, sequence } of added) {
      const sql = 'SELECT event FROM events WHERE svpmsn = ? AND event = ?';
      if ((await this.#connection.all(sql, [svpmsn, sequence])).length > 0) before.add(`${svpmsn} ${sequence}`);
    }
    const others = added.filter(({ svpmsn, sequence }) => {
      const key = `${svpmsn} ${sequence}`;
      return !before.has(key) && before.add(key);
    });
    const first = await this.#connection.nextNumbers('events', others.length);
    const rows = others.map(
      ({ sequence, ...event }, i): EventRow => ({ ...event, event: sequence, number: first + i }),
    );
    await this.#add(events, rows);
    return others;
  }
  async profiles({ svpmsn, supply, fromDay, toDay }: ProfileQuery) {
    const where = 'WHERE svpmsn = ? AND supply = ? AND day BETWEEN ? AND ? ORDER BY day';
    const found = await this.#all(profiles, where, svpmsn, supply, fromDay, toDay);
    return found.map(({ svpmsn: _, ...profile }): DayProfile => profile);
  }
  putProfile(svpmsn: Svpmsn, profile: DayProfile) {
    return this.#put(profiles, [{ svpmsn, ...profile }]);
  }
  totals(id: Svpmsn) {
    return this.#all(totals, 'WHERE svpmsn = ? ORDER BY supply', id);
  }
  putTotals(row: MeterTotals) {
    return this.#put(totals, [row]);
  }

  lines() {
    return this.#all(linesOfUnits, 'ORDER BY local_unit');
  }
  line(localUnit: number) {
    return this.#one(linesOfUnits, 'WHERE local_unit = ?', localUnit);
  }
  putLine(line: LineKnowledge) {
    return this.#put(linesOfUnits, [line]);
  }
  suspicions(localUnit: number) {
    return this.#all(suspicions, 'WHERE local_unit = ? ORDER BY kind, address, svpmsn', localUnit);
  }
  putSuspicions(rows: readonly LineSuspicion[]) {
    return this.#put(suspicions, rows);
  }
  async deleteSuspicions(rows: readonly LineSuspicion[]) {
    const where = 'WHERE local_unit = ? AND kind = ? AND address = ? AND svpmsn = ?';
    for (const { localUnit, kind, address, svpmsn } of rows) {
      await this.#connection.remove(suspicions, where, [localUnit, kind, address, svpmsn]);
    }
  }
  async checkMinutes({ localUnit, from, to }: CheckMinuteQuery) {
    const where = 'WHERE local_unit = ? AND slot BETWEEN ? AND ? AND minute BETWEEN ? AND ? ORDER BY slot';
    const oldest = Math.max(from, to - CHECK_MINUTES_KEPT + 1);
    const found: CheckMinute[] = [];
    for (const [low, high] of slotRanges(oldest, to)) {
      const rows = await this.#all(checkMinutes, where, localUnit, low, high, oldest, to);
      for (const { slot: _, ...minute } of rows) found.push(minute);
    }
    return found;
  }
  async checkSums(edges: readonly number[]) {
    const [first, end] = [edges[0] as number, edges.at(-1) as number];
    const stretches = edges.slice(1).map((_, i) => `WHEN minute < ? THEN ${i}`);
    const slots = slotRanges(first, end - 1);
    const inSlots = slots.map(() => 'slot BETWEEN ? AND ?').join(' OR ');
    // By the key of the rings: nothing that is older is touched.
    const sql = `SELECT CASE ${stretches.join(' ')} END AS stretch, count(*), CAST(sum(energy) AS BIGINT) FROM check_minutes
      WHERE local_unit IN (SELECT local_unit FROM lines_of_units) AND (${inSlots}) AND minute >= ? AND minute < ?
      GROUP BY stretch ORDER BY stretch`;
    return (await this.#connection.all(sql, [...edges.slice(1), ...slots.flat(), first, end])).map(
      ([stretch, minutes, energy]): CheckSum => ({
        stretch: Number(stretch),
        minutes: Number(minutes),
        energy: energy as bigint,
      }),
    );
  }
  async putCheckMinute(row: CheckMinute) {
    const slot = row.minute % CHECK_MINUTES_KEPT;
    const there = await this.#one(checkMinutes, 'WHERE local_unit = ? AND slot = ?', row.localUnit, slot);
    const replaces = there === undefined || row.minute > there.minute;
    if (!replaces && (row.minute < there.minute || row.energy <= there.energy)) return;
    await this.#put(checkMinutes, [{ ...row, slot }]);
  }

  async fact(name: FactName) {
    return (await this.#one(facts, 'WHERE name = ?', name))?.value;
  }
  setFact(name: FactName, value: number) {
    return this.#put(facts, [{ name, value }]);
  }

  /** The newest first. */
  #page<R>(table: Table<R>, number: string, { svpmsn, before, limit }: PageQuery): Promise<R[]> {
    const where = ['1 = 1'];
    const values: SqlValue[] = [];
    if (svpmsn !== undefined) where.push('svpmsn = ?') && values.push(svpmsn);
    if (before !== undefined) where.push(`${number} < ?`) && values.push(before);
    return this.#all(table, `WHERE ${where.join(' AND ')} ORDER BY ${number} DESC LIMIT ?`, ...values, limit);
  }
}

/** Where minutes from one to another stand in a ring; the last is included. */
function slotRanges(from: number, to: number): (readonly [number, number])[] {
  const [first, last] = [from % CHECK_MINUTES_KEPT, to % CHECK_MINUTES_KEPT];
  if (first <= last) return [[first, last]];
  return [
    [first, CHECK_MINUTES_KEPT - 1],
    [0, last],
  ];
}

/** Of rows: more than any table has. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

function assertBalanced({ kind, svpmsn, lines }: Posting): void {
  const sum = lines.reduce((all, { amount }) => all + amount, 0n);
  assert(sum === 0n, `a posting sums to zero (${kind} of ${svpmsn ?? 'no meter'}: ${sum})`);
}

const ledgerSum = ([kind, account, svpmsn, amount]: SqlRow): LedgerSum => ({
  kind: kind as LedgerSum['kind'],
  account: account as LedgerSum['account'],
  svpmsn: svpmsn === null ? undefined : (Number(svpmsn) as Svpmsn),
  amount: amount as bigint,
});

const meterState = ([svpmsn, unit, address, state, freeze, balance, flags, alarms, heardAt]: SqlRow): MeterStateRow =>
  ({
    svpmsn: Number(svpmsn),
    localUnit: Number(unit),
    modemAddress: Number(address),
    state,
    freeze: freeze ?? undefined,
    balance: numberOf(balance),
    flags: numberOf(flags),
    alarms: numberOf(alarms),
    heardAt: numberOf(heardAt),
  }) as MeterStateRow;
const numberOf = (value: SqlValue | undefined): number | undefined => (value == null ? undefined : Number(value));

const accountSum = ([account, debit, credit, count]: SqlRow): AccountSum => ({
  account: account as AccountSum['account'],
  debit: debit as bigint,
  credit: credit as bigint,
  lines: Number(count),
});

const timedSum = ([kind, account, stretch, amount]: SqlRow): TimedSum => ({
  kind: kind as TimedSum['kind'],
  account: account as TimedSum['account'],
  stretch: Number(stretch),
  amount: amount as bigint,
});

const meterEvent = ({ event, ...rest }: EventRow): NumberedEvent => ({
  ...rest,
  sequence: event,
});
