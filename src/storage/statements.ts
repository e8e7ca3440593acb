import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import {
  CHECK_MINUTES_KEPT,
  type CheckMinute,
  type CheckMinuteQuery,
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
  type MeterTotals,
  type NumberedOrder,
  type Order,
  type OutstandingRow,
  type PageQuery,
  type Posting,
  type ProfileQuery,
  type Purse,
  type StoreTransaction,
  type Subscriber,
  type TariffVersion,
  type Work,
} from '../host/ports.ts';
import type { Milliseconds, Svpmsn } from '../units/index.ts';
import { energiesOf, energyBytes, mapping } from './rows.ts';

const subscriberRow = mapping<Subscriber>({ id: 'text', name: 'text', contact: 'text' });
const meterRow = mapping<Meter>({
  svpmsn: 'number',
  subscriber: 'text',
  localUnit: 'number',
  modemAddress: 'number',
  suite: 'number',
  supplies: 'number',
  tariff: 'text?',
  enrolledAt: 'number',
  valueGeneration: 'number',
  controlGeneration: 'number',
  monitoringGeneration: 'number',
});
const purseRow = mapping<Purse>({
  svpmsn: 'number',
  state: 'text',
  lastCounter: 'number',
  queryWanted: 'boolean',
  freeze: 'text?',
  frozenAt: 'number?',
  credited: 'bigint',
  closed: 'bigint',
  spent: 'bigint',
  owed: 'bigint',
  bookedAt: 'number',
  reportedAt: 'number',
});
const orderRow = mapping<Order>({
  id: 'text',
  svpmsn: 'number',
  op: 'text',
  amount: 'number',
  source: 'text',
  txid: 'text',
  state: 'text',
  why: 'text?',
  counter: 'number?',
  orderedAt: 'number',
  settledAt: 'number?',
});
const outstandingRow = mapping<OutstandingRow>({
  svpmsn: 'number',
  counter: 'number',
  order: 'text',
  txid: 'text',
  amount: 'number',
  op: 'text',
});
const workRow = mapping<Work>({
  svpmsn: 'number',
  localUnit: 'number',
  lane: 'number',
  dueAt: 'number',
  attempts: 'number',
  leased: 'boolean',
});
const commandRow = mapping<ControlCommand>({
  svpmsn: 'number',
  slot: 'text',
  sequence: 'number',
  h: 'number',
  body: 'bytes',
  version: 'number',
  state: 'text',
  result: 'number?',
  orderedAt: 'number',
  settledAt: 'number?',
});
const tariffRow = mapping<TariffVersion>({
  version: 'number',
  name: 'text',
  definition: 'json',
  validFrom: 'number',
  publishedAt: 'number',
});
const postingRow = mapping<Omit<Posting, 'lines'>>({ kind: 'text', at: 'number', svpmsn: 'number', order: 'text?' });
const knowledgeRow = mapping<Knowledge>({
  svpmsn: 'number',
  heardAt: 'number?',
  balance: 'number?',
  balanceAt: 'number?',
  flags: 'number?',
  flagsAt: 'number?',
  infoAt: 'number?',
  owed: 'number?',
  clockOffsetMs: 'number?',
  tableVersion: 'number?',
  lastDay: 'number?',
  nextEvent: 'number?',
  policyAt: 'number?',
  policyVersion: 'number?',
  nextTableVersion: 'number?',
  profileDay: 'number?',
  eventsBefore: 'number?',
  attentionAt: 'number?',
  attention: 'number?',
});
const eventRow = mapping<Omit<MeterEvent, 'sequence'> & { readonly event: number }>({
  svpmsn: 'number',
  event: 'number',
  time: 'number',
  kind: 'number',
  supply: 'number',
  detail: 'number',
  value: 'number',
  heardAt: 'number',
});
const lineRow = mapping<LineKnowledge>({
  localUnit: 'number',
  healthAt: 'number?',
  health: 'json?',
  checkedAt: 'number?',
  mapRefusedAt: 'number?',
  mapRefusal: 'text?',
});
const suspicionRow = mapping<LineSuspicion>({
  localUnit: 'number',
  kind: 'text',
  address: 'number',
  svpmsn: 'number',
  sinceMs: 'number',
  namedAt: 'number',
});
const checkMinuteRow = mapping<CheckMinute & { readonly slot: number }>({
  localUnit: 'number',
  slot: 'number',
  minute: 'number',
  energy: 'number',
});
const totalsRow = mapping<MeterTotals>({ svpmsn: 'number', supply: 'number', at: 'number', body: 'bytes' });

type Values = readonly SQLOutputValue[];

/** The store's methods as prepared statements on one connection; the caller holds the transaction. */
export class SqliteStatements implements StoreTransaction {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Each statement is prepared once. Integers come as bigints, because a u64 does not fit a number. */
  #statement(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setReadBigInts(true);
      statement.setReturnArrays(true);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }

  /** How many rows it changed. */
  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  #one<R>(row: (values: Values) => R, sql: string, ...values: SQLInputValue[]): R | undefined {
    const found = this.#statement(sql).get(...values) as unknown as Values | undefined;
    return found === undefined ? undefined : row(found);
  }

  #all<R>(row: (values: Values) => R, sql: string, ...values: SQLInputValue[]): R[] {
    return (this.#statement(sql).all(...values) as unknown as Values[]).map(row);
  }

  #number(sql: string, ...values: SQLInputValue[]): number {
    return this.#one(([value]) => Number(value), sql, ...values) ?? 0;
  }

  /** Rows that were changed on this connection, ever. */
  changes(): number {
    return this.#number('SELECT total_changes()');
  }
  /** Transactions that changed something; 0 before the first. */
  lastCommit(): number {
    return this.#number("SELECT value FROM facts WHERE name = 'commit'");
  }
  /** Inside a transaction: its number. */
  countCommit(): number {
    this.#run(
      "INSERT INTO facts (name, value) VALUES ('commit', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1",
    );
    return this.lastCommit();
  }
  /** Inside a transaction: goes on counting where the books were, and leaves word for the host. */
  noteRestored(commit: number): void {
    const sql = 'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value';
    this.#run(sql, 'commit', commit + 1);
    this.#run(sql, 'restored', 1);
  }

  async subscriber(id: string) {
    return this.#one(subscriberRow.row, `SELECT ${subscriberRow.list} FROM subscribers WHERE id = ?`, id);
  }
  async subscribers() {
    return this.#all(subscriberRow.row, `SELECT ${subscriberRow.list} FROM subscribers ORDER BY id`);
  }
  async putSubscriber(subscriber: Subscriber) {
    const { list, marks, updates, values } = subscriberRow;
    const sql = `INSERT INTO subscribers (${list}) VALUES (${marks}) ON CONFLICT (id) DO UPDATE SET ${updates}`;
    this.#run(sql, ...values(subscriber));
  }

  async metersOf(ids: readonly Svpmsn[]) {
    const sql = `SELECT ${meterRow.list} FROM meters WHERE svpmsn = ?`;
    return ids.map((id) => this.#one(meterRow.row, sql, id));
  }
  async meters(of: { readonly localUnit?: number; readonly tariff?: string } = {}) {
    const where: string[] = [];
    const values: SQLInputValue[] = [];
    if (of.localUnit !== undefined) where.push('local_unit = ?') && values.push(of.localUnit);
    if (of.tariff !== undefined) where.push('tariff = ?') && values.push(of.tariff);
    const filter = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
    return this.#all(meterRow.row, `SELECT ${meterRow.list} FROM meters ${filter} ORDER BY svpmsn`, ...values);
  }
  async meterCount() {
    return this.#number('SELECT count(*) FROM meters');
  }
  async putMeter(meter: Meter) {
    const { list, marks, updates, values } = meterRow;
    const sql = `INSERT INTO meters (${list}) VALUES (${marks}) ON CONFLICT (svpmsn) DO UPDATE SET ${updates}`;
    this.#run(sql, ...values(meter));
  }

  async pursesOf(ids: readonly Svpmsn[]) {
    const sql = `SELECT ${purseRow.list} FROM purses WHERE svpmsn = ?`;
    return ids.map((id) => this.#one(purseRow.row, sql, id));
  }
  async putPurse(purse: Purse) {
    const { list, marks, updates, values } = purseRow;
    const sql = `INSERT INTO purses (${list}) VALUES (${marks}) ON CONFLICT (svpmsn) DO UPDATE SET ${updates}`;
    this.#run(sql, ...values(purse));
  }

  async outstanding(id: Svpmsn) {
    return this.#one(outstandingRow.row, `SELECT ${outstandingRow.list} FROM outstanding WHERE svpmsn = ?`, id);
  }
  async putOutstanding(row: OutstandingRow) {
    const { list, marks, updates, values } = outstandingRow;
    const sql = `INSERT INTO outstanding (${list}) VALUES (${marks}) ON CONFLICT (svpmsn) DO UPDATE SET ${updates}`;
    this.#run(sql, ...values(row));
  }
  async deleteOutstanding(id: Svpmsn) {
    this.#run('DELETE FROM outstanding WHERE svpmsn = ?', id);
  }

  async ordersOf(ids: readonly string[]) {
    const sql = `${SELECT_ORDERS} WHERE id = ?`;
    return ids.map((id) => this.#one(numberedOrder, sql, id));
  }
  async orderOfTxid(txid: string) {
    return this.#one(numberedOrder, `${SELECT_ORDERS} WHERE txid = ?`, txid);
  }
  async nextWaiting(id: Svpmsn) {
    const sql = `${SELECT_ORDERS} WHERE svpmsn = ? AND state = 'waiting' ORDER BY sequence LIMIT 1`;
    return this.#one(numberedOrder, sql, id);
  }
  async nextWithdrawn(id: Svpmsn) {
    const sql = `${SELECT_ORDERS} WHERE svpmsn = ? AND state = 'voiding' AND counter IS NULL ORDER BY sequence LIMIT 1`;
    return this.#one(numberedOrder, sql, id);
  }
  async orders({ svpmsn, before, limit }: PageQuery) {
    const { filter, values } = paged('sequence', svpmsn, before);
    return this.#all(numberedOrder, `${SELECT_ORDERS} ${filter} ORDER BY sequence DESC LIMIT ?`, ...values, limit);
  }
  async addOrders(orders: readonly Order[]) {
    const sql = `INSERT INTO orders (${orderRow.list}) VALUES (${orderRow.marks})`;
    for (const order of orders) this.#run(sql, ...orderRow.values(order));
  }
  async putOrder(order: Order) {
    const { id, amount, state, why, counter, settledAt } = order;
    const sql = 'UPDATE orders SET amount = ?, state = ?, why = ?, counter = ?, settled_at = ? WHERE id = ?';
    this.#run(sql, amount, state, why ?? null, counter ?? null, settledAt ?? null, id);
  }

  async claimOrder(found: string, { id, amount, source, state, why, orderedAt, settledAt }: Order) {
    const sql =
      'UPDATE orders SET id = ?, amount = ?, source = ?, state = ?, why = ?, ordered_at = ?, settled_at = ? WHERE id = ?';
    this.#run(sql, id, amount, source, state, why ?? null, orderedAt, settledAt ?? null, found);
  }

  async workOf(ids: readonly Svpmsn[]) {
    const sql = `SELECT ${workRow.list} FROM work WHERE svpmsn = ?`;
    return ids.map((id) => this.#one(workRow.row, sql, id));
  }
  async dueUnits(now: Milliseconds) {
    const sql = 'SELECT DISTINCT local_unit FROM work WHERE due_at <= ? ORDER BY local_unit';
    return this.#all(([unit]) => Number(unit), sql, now);
  }
  async dueWork(query: { readonly localUnit: number; readonly now: Milliseconds; readonly limit: number }) {
    const sql = `SELECT ${workRow.list} FROM work WHERE local_unit = ? AND due_at <= ? ORDER BY lane, due_at, svpmsn LIMIT ?`;
    return this.#all(workRow.row, sql, query.localUnit, query.now, query.limit);
  }
  async leasedCount(query: { readonly localUnit: number; readonly now: Milliseconds }) {
    const sql = 'SELECT count(*) FROM work WHERE local_unit = ? AND due_at > ? AND leased = 1';
    return this.#number(sql, query.localUnit, query.now);
  }
  async putWork(rows: readonly Work[]) {
    const { list, marks, updates, values } = workRow;
    const sql = `INSERT INTO work (${list}) VALUES (${marks}) ON CONFLICT (svpmsn) DO UPDATE SET ${updates}`;
    for (const row of rows) this.#run(sql, ...values(row));
  }
  async deleteWork(id: Svpmsn) {
    this.#run('DELETE FROM work WHERE svpmsn = ?', id);
  }
  async releaseAllWork(now: Milliseconds) {
    this.#run('UPDATE work SET due_at = ?, attempts = 0, leased = 0', now);
  }

  async commands(id: Svpmsn) {
    return this.#all(commandRow.row, `SELECT ${commandRow.list} FROM commands WHERE svpmsn = ? ORDER BY slot`, id);
  }
  async command(id: Svpmsn, slot: string) {
    const sql = `SELECT ${commandRow.list} FROM commands WHERE svpmsn = ? AND slot = ?`;
    return this.#one(commandRow.row, sql, id, slot);
  }
  async nextCommand(id: Svpmsn) {
    const sql = `SELECT ${commandRow.list} FROM commands WHERE svpmsn = ? AND state = 'waiting' ORDER BY sequence LIMIT 1`;
    return this.#one(commandRow.row, sql, id);
  }
  async commandsAwaiting() {
    const sql = `SELECT ${commandRow.list} FROM commands WHERE state = 'awaiting-local-unit' ORDER BY sequence`;
    return this.#all(commandRow.row, sql);
  }
  async lastCommandSequence() {
    return this.#number('SELECT max(sequence) FROM commands');
  }
  async putCommand(command: ControlCommand) {
    const { list, marks, updates, values } = commandRow;
    const sql = `INSERT INTO commands (${list}) VALUES (${marks}) ON CONFLICT (svpmsn, slot) DO UPDATE SET ${updates}`;
    this.#run(sql, ...values(command));
  }

  async tariffs() {
    const latest = 'SELECT max(version) FROM tariffs GROUP BY name';
    return this.#all(tariffRow.row, `SELECT ${tariffRow.list} FROM tariffs WHERE version IN (${latest}) ORDER BY name`);
  }
  async tariff(name: string, at = Number.POSITIVE_INFINITY) {
    const sql = `SELECT ${tariffRow.list} FROM tariffs WHERE name = ? AND valid_from <= ? ORDER BY version DESC LIMIT 1`;
    return this.#one(tariffRow.row, sql, name, at);
  }
  async lastTariffVersion() {
    return this.#number('SELECT max(version) FROM tariffs');
  }
  async addTariff(version: TariffVersion) {
    this.#run(`INSERT INTO tariffs (${tariffRow.list}) VALUES (${tariffRow.marks})`, ...tariffRow.values(version));
  }

  async post(postings: readonly Posting[]) {
    const insert = this.#statement(`INSERT INTO postings (${postingRow.list}) VALUES (${postingRow.marks})`);
    const line = this.#statement('INSERT INTO lines (posting, place, account, amount) VALUES (?, ?, ?, ?)');
    for (const posting of postings) {
      let sum = 0n;
      const { lastInsertRowid } = insert.run(...postingRow.values(posting));
      posting.lines.forEach(({ account, amount }, place) => {
        sum += amount;
        line.run(lastInsertRowid, place, account, amount);
      });
      if (sum !== 0n) throw new Error(`a posting sums to zero (${posting.kind} of ${posting.svpmsn}: ${sum})`);
    }
  }
  async ledgerSums(after: number) {
    const sql = `SELECT kind, account, svpmsn, sum(amount) FROM lines JOIN postings ON sequence = posting
      WHERE posting > ? GROUP BY svpmsn, kind, account ORDER BY svpmsn, kind, account`;
    const sums = this.#all(ledgerSum, sql, after);
    return { last: this.#number('SELECT max(sequence) FROM postings'), sums };
  }
  async postings({ svpmsn, before, limit }: PageQuery) {
    const { filter, values } = paged('sequence', svpmsn, before);
    const sql = `SELECT ${postingRow.list}, sequence FROM postings ${filter} ORDER BY sequence DESC LIMIT ?`;
    const lines = 'SELECT account, amount FROM lines WHERE posting = ? ORDER BY place';
    return this.#all((row) => ({ ...postingRow.row(row), sequence: Number(row.at(-1)) }), sql, ...values, limit).map(
      (posting) => ({ ...posting, lines: this.#all(ledgerLine, lines, posting.sequence) }),
    );
  }

  async knowledgeOf(ids: readonly Svpmsn[]) {
    const sql = `SELECT ${knowledgeRow.list} FROM knowledge WHERE svpmsn = ?`;
    return ids.map((id) => this.#one(knowledgeRow.row, sql, id));
  }
  async putKnowledge(knowledge: Knowledge) {
    const { list, marks, updates, values } = knowledgeRow;
    const sql = `INSERT INTO knowledge (${list}) VALUES (${marks}) ON CONFLICT (svpmsn) DO UPDATE SET ${updates}`;
    this.#run(sql, ...values(knowledge));
  }
  async events({ svpmsn, before, limit }: PageQuery) {
    const { filter, values } = paged('number', svpmsn, before);
    const sql = `SELECT ${eventRow.list}, number FROM events ${filter} ORDER BY number DESC LIMIT ?`;
    return this.#all(numberedEvent, sql, ...values, limit);
  }
  async addEvents(events: readonly MeterEvent[]) {
    const sql = `INSERT INTO events (${eventRow.list}) VALUES (${eventRow.marks}) ON CONFLICT (svpmsn, event) DO NOTHING`;
    return events.filter(
      ({ sequence, ...event }) => this.#run(sql, ...eventRow.values({ ...event, event: sequence })) > 0,
    );
  }
  async profiles({ svpmsn, supply, fromDay, toDay }: ProfileQuery) {
    const sql = `SELECT day, energies, bands FROM profiles
      WHERE svpmsn = ? AND supply = ? AND day BETWEEN ? AND ? ORDER BY day`;
    const row = ([day, energies, bands]: Values): DayProfile => ({
      day: Number(day),
      supply,
      energies: energiesOf(energies as Uint8Array),
      bands: bands as Uint8Array,
    });
    return this.#all(row, sql, svpmsn, supply, fromDay, toDay);
  }
  async putProfile(id: Svpmsn, { day, supply, energies, bands }: DayProfile) {
    const sql = `INSERT INTO profiles (svpmsn, supply, day, energies, bands) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (svpmsn, supply, day) DO UPDATE SET energies = excluded.energies, bands = excluded.bands`;
    this.#run(sql, id, supply, day, energyBytes(energies), bands);
  }
  async totals(id: Svpmsn) {
    return this.#all(totalsRow.row, `SELECT ${totalsRow.list} FROM totals WHERE svpmsn = ? ORDER BY supply`, id);
  }
  async putTotals(totals: MeterTotals) {
    const { list, marks, updates, values } = totalsRow;
    const sql = `INSERT INTO totals (${list}) VALUES (${marks}) ON CONFLICT (svpmsn, supply) DO UPDATE SET ${updates}`;
    this.#run(sql, ...values(totals));
  }

  async lines() {
    return this.#all(lineRow.row, `SELECT ${lineRow.list} FROM lines_of_units ORDER BY local_unit`);
  }
  async line(localUnit: number) {
    return this.#one(lineRow.row, `SELECT ${lineRow.list} FROM lines_of_units WHERE local_unit = ?`, localUnit);
  }
  async putLine(line: LineKnowledge) {
    const { list, marks, updates, values } = lineRow;
    const sql = `INSERT INTO lines_of_units (${list}) VALUES (${marks}) ON CONFLICT (local_unit) DO UPDATE SET ${updates}`;
    this.#run(sql, ...values(line));
  }
  async suspicions(localUnit: number) {
    const sql = `SELECT ${suspicionRow.list} FROM suspicions WHERE local_unit = ? ORDER BY kind, address, svpmsn`;
    return this.#all(suspicionRow.row, sql, localUnit);
  }
  async putSuspicions(rows: readonly LineSuspicion[]) {
    const { list, marks, updates, values } = suspicionRow;
    const sql = `INSERT INTO suspicions (${list}) VALUES (${marks})
      ON CONFLICT (local_unit, kind, address, svpmsn) DO UPDATE SET ${updates}`;
    for (const row of rows) this.#run(sql, ...values(row));
  }
  async deleteSuspicions(rows: readonly LineSuspicion[]) {
    const sql = 'DELETE FROM suspicions WHERE local_unit = ? AND kind = ? AND address = ? AND svpmsn = ?';
    for (const { localUnit, kind, address, svpmsn } of rows) this.#run(sql, localUnit, kind, address, svpmsn);
  }
  async checkMinutes({ localUnit, from, to }: CheckMinuteQuery) {
    const sql = `SELECT ${checkMinuteRow.list} FROM check_minutes
      WHERE local_unit = ? AND slot BETWEEN ? AND ? AND minute BETWEEN ? AND ? ORDER BY slot`;
    const oldest = Math.max(from, to - CHECK_MINUTES_KEPT + 1);
    const [first, last] = [oldest % CHECK_MINUTES_KEPT, to % CHECK_MINUTES_KEPT];
    const slots =
      first <= last
        ? [[first, last]]
        : [
            [first, CHECK_MINUTES_KEPT - 1],
            [0, last],
          ];
    return slots.flatMap(([low, high]) =>
      this.#all(checkMinute, sql, localUnit, low as number, high as number, oldest, to),
    );
  }
  async putCheckMinute(row: CheckMinute) {
    const { list, marks, updates, values } = checkMinuteRow;
    const sql = `INSERT INTO check_minutes (${list}) VALUES (${marks}) ON CONFLICT (local_unit, slot) DO UPDATE
      SET ${updates} WHERE (excluded.minute, excluded.energy) > (minute, energy)`;
    this.#run(sql, ...values({ ...row, slot: row.minute % CHECK_MINUTES_KEPT }));
  }

  async fact(name: FactName) {
    return this.#one(([value]) => Number(value), 'SELECT value FROM facts WHERE name = ?', name);
  }
  async setFact(name: FactName, value: number) {
    const sql = 'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value';
    this.#run(sql, name, value);
  }
}

const SELECT_ORDERS = `SELECT ${orderRow.list}, sequence FROM orders`;

const numberedOrder = (values: Values): NumberedOrder => ({ ...orderRow.row(values), sequence: Number(values.at(-1)) });

function checkMinute(values: Values): CheckMinute {
  const { slot: _, ...minute } = checkMinuteRow.row(values);
  return minute;
}

const ledgerSum = ([kind, account, svpmsn, amount]: Values): LedgerSum => ({
  kind: kind as LedgerSum['kind'],
  account: account as LedgerSum['account'],
  svpmsn: Number(svpmsn) as Svpmsn,
  amount: amount as bigint,
});

const ledgerLine = ([account, amount]: Values): Line => ({
  account: account as Line['account'],
  amount: amount as bigint,
});

function numberedEvent(values: Values): MeterEvent & { readonly number: number } {
  const { event, ...rest } = eventRow.row(values);
  return { ...rest, sequence: event, number: Number(values.at(-1)) };
}

function paged(column: string, svpmsn: Svpmsn | undefined, before: number | undefined) {
  const where = ['1 = 1'];
  const values: SQLInputValue[] = [];
  if (svpmsn !== undefined) where.push('svpmsn = ?') && values.push(svpmsn);
  if (before !== undefined) where.push(`${column} < ?`) && values.push(before);
  return { filter: `WHERE ${where.join(' AND ')}`, values };
}
