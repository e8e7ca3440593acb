import assert from 'node:assert/strict';
import { toHex } from '../../src/bytes/index.ts';
import { deriveTerminalKey, exportTerminalKey, keyName, Purpose, type TerminalKey } from '../../src/crypto/index.ts';
import {
  Command,
  decodeValueReceipt,
  encodeValueCommand,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  txidOf,
  ValueOp,
} from '../../src/exchange/index.ts';
import { BENCH_UNIX_MS, masterKey, STRICT_POLICY } from '../../src/meter/board.testing.ts';
import { levelsOf } from '../../src/meter/index.ts';
import { RelayReason, type SupplyPolicy } from '../../src/records/index.ts';
import { tokens } from '../../src/units/index.ts';
import type { Street, StreetMeter } from './street.ts';

/** What the key holders of one meter have asked for. Nothing in it is read from the meter or from the host. */
export interface Asked {
  readonly sold: Map<string, number>;
  readonly takenBack: Set<string>;
  policy: Omit<SupplyPolicy, 'version'>;
  unitCharge: number;
  relayOpen: boolean;
  /** Of the monitoring key: the only one that is rotated. */
  generation: number;
}

export function nothingAsked(unitCharge: number): Asked {
  const { version: _, ...policy } = STRICT_POLICY;
  return { sold: new Map(), takenBack: new Set(), policy, unitCharge, relayOpen: false, generation: 0 };
}

/** The key of a meter as the utility derives it. */
export function keyFrom({ id, suite }: StreetMeter, purpose: Purpose, generation = 0): TerminalKey {
  const n = keyName(purpose, suite, generation);
  return deriveTerminalKey(masterKey(n), n, id, 1);
}

/** What no frame may change but one that a key holder asked for: compared before and after every burst. */
export function guarded({ bench: { meter } }: StreetMeter): string {
  const { lastCounter, credited, balance, owed, closed, drawNumber, floors, frozen } = meter.svm.purse;
  const purse = `${lastCounter} ${credited} ${balance} ${owed} ${closed} ${drawNumber} ${floors.join()} ${frozen}`;
  const supply = meter.supplies[0] as (typeof meter.supplies)[number];
  const tables = supply.tables.map((table) => table?.version).join();
  const { clockOffsetMs, slewSpent } = meter.kept;
  const rules = `${meter.policy.version} ${tables} ${supply.relay.reasons} ${meter.dismantled} ${meter.exchanger.tokens}`;
  return `${purse} | ${rules} | ${clockOffsetMs} ${slewSpent} | ${[...meter.sam.keys.keys()].join()}`;
}

/** Whether meter, host and books are, whole, what was asked for; both are at rest. */
export async function assertAsAsked(street: Street, meter: StreetMeter, asked: Asked, what: string): Promise<void> {
  const orders = await ordersOf(street, asked, what);
  const stored = orders.filter(({ state }) => state === 'stored');
  const sum = (of: readonly { readonly amount: number }[]) => of.reduce((total, { amount }) => total + amount, 0);
  const { bench } = meter;
  const levels = levelsOf(bench.meter);
  assert.equal(levels.credited, sum(stored), `${what}: the purse has what was sold`);
  assert.equal(levels.stored + levels.out + levels.used, levels.credited, `${what}: and lost none of it`);
  assert.deepEqual([levels.owed, levels.closed, levels.frozen], [0, 0, 0], what);
  assert.equal(bench.meter.svm.purse.lastCounter, orders.length, `${what}: one TC an order`);
  assertReceipts(street, meter, orders, what);
  const { version: _, ...policy } = bench.meter.policy;
  assert.deepEqual(policy, asked.policy, `${what}: the policy is the last that was sent`);
  const supply = bench.meter.supplies[0] as (typeof bench.meter.supplies)[number];
  const newest = supply.tables.reduce((a, b) => ((b?.version ?? 0) > (a?.version ?? 0) ? b : a));
  assert.equal(newest?.unitCharge, asked.unitCharge, `${what}: the table is the last that was sent`);
  const reasons =
    (asked.relayOpen ? RelayReason.command : 0) | (levels.stored + levels.out === 0 ? RelayReason.noCredit : 0);
  assert.equal(supply.relay.reasons, reasons, `${what}: the relay is as commanded`);
  const clockError = Math.abs(bench.meter.kept.clockOffsetMs - BENCH_UNIX_MS);
  assert.ok(clockError <= 1000 && bench.meter.kept.slewSpent === 0, `${what}: the clock is off by ${clockError} ms`);
  const held = [...bench.meter.sam.keys.values()].map((key) => `${key.n} ${toHex(exportTerminalKey(key))}`).sort();
  const due = Object.values(Purpose)
    .map((purpose) => keyFrom(meter, purpose, purpose === Purpose.monitoring ? asked.generation : 0))
    .map((key) => `${key.n} ${toHex(exportTerminalKey(key))}`);
  assert.deepEqual(held, due.sort(), `${what}: the keys are those of the utility`);
  await assertBooks(
    street,
    meter,
    { sold: [...asked.sold.values()].reduce((total, amount) => total + amount, 0), stored: sum(stored) },
    what,
  );
}

interface Settled {
  readonly id: string;
  readonly amount: number;
  readonly state: string;
  readonly counter: number;
}

async function ordersOf(street: Street, asked: Asked, what: string): Promise<Settled[]> {
  const orders: Settled[] = [];
  const rows = await street.store.read((tx) => tx.ordersOf([...asked.sold.keys()]));
  for (const [i, [id, amount]] of [...asked.sold].entries()) {
    const order = rows[i];
    assert.ok(order !== undefined && order.amount === amount, what);
    const { state, counter = 0 } = order;
    const may = asked.takenBack.has(id) ? ['stored', 'refunded'] : ['stored'];
    assert.ok(may.includes(state), `${what}: ${id} is ${state}`);
    orders.push({ id, amount, state, counter });
  }
  // An order that was taken back before it left has no TC.
  return orders.filter(({ counter, state }) => counter > 0 || state === 'stored');
}

/** The receipts that the meter still keeps, asked for under the value key by somebody else than the host. */
function assertReceipts(street: Street, meter: StreetMeter, orders: readonly Settled[], what: string): void {
  const newest = orders.toSorted((a, b) => b.counter - a.counter).slice(0, 4);
  for (const { id, amount, state, counter } of newest) {
    const query = { op: ValueOp.query, counter, txid: new Uint8Array(8), amount: tokens(0) };
    const session = openHostSession(keyFrom(meter, Purpose.value), Command.receiptQuery, street.randomness);
    const answer = exchangedQuietly(street, meter, session, encodeValueCommand(meter.suite, query));
    assert.ok(answer !== undefined, `${what}: the meter answers a query`);
    const receipt = decodeValueReceipt(meter.suite, meter.id, answer);
    assert.ok(!('reason' in receipt), what);
    assert.equal(toHex(receipt.txid), toHex(txidOf(id)), `${what}: TC ${counter} is of ${id}`);
    assert.equal(receipt.amount, state === 'stored' ? amount : 0, `${what}: TC ${counter}`);
  }
}

/** One exchange with nobody between. */
export function exchangedQuietly(
  street: Street,
  meter: StreetMeter,
  session: HostSession,
  body: Uint8Array,
): Uint8Array | undefined {
  // However long the last wrong tag made the meter wait, and whosever session it keeps.
  street.now += 61_000;
  const [second] = street.said(meter, [hostFirst(session)]);
  if (second === undefined || hostReceive(session, second).type !== 'status') return undefined;
  const [fourth] = street.said(meter, hostCommand(session, body));
  const outcome = fourth === undefined ? undefined : hostReceive(session, fourth);
  return outcome?.type === 'answer' ? outcome.answer : undefined;
}

async function assertBooks(
  street: Street,
  { id }: StreetMeter,
  { sold, stored }: { readonly sold: number; readonly stored: number },
  what: string,
): Promise<void> {
  const books = await street.host.books();
  const own = books.meters.find(({ svpmsn }) => svpmsn === id);
  assert.ok(books.balanced, `${what}: the books balance`);
  assert.equal(own?.stored ?? 0n, BigInt(stored), `${what}: the books have what is in the purse`);
  assert.deepEqual([own?.inFlight ?? 0n, own?.found ?? 0n, own?.closed ?? 0n], [0n, 0n, 0n], what);
  assert.equal(own?.issued ?? 0n, BigInt(sold), `${what}: the books have what was sold`);
  assert.equal((own?.issued ?? 0n) - (own?.refunded ?? 0n), BigInt(stored), `${what}: money came back for the rest`);
}
