import type {
  Agent,
  BookFinding,
  BookVerifier,
  CardOrder,
  CardPurse,
  Closing,
  Head,
  IssuedReceipt,
  LedgerSum,
  Numbered,
  OfflineMeter,
  Purse,
  Remittance,
  RowKeys,
  SoldVend,
} from '../host/ports.ts';
import { ChainAudit } from './audit-chain.ts';
import { Findings } from './audit-findings.ts';
import { auditHeads, type ReadHead, verifiedHead } from './audit-heads.ts';
import type { BookSource } from './book-source.ts';
import { COMMIT_FACT, commitsOf, type Marked } from './commit-mark.ts';
import { headDigest } from './heads.ts';
import { stateDigest } from './lane.ts';
import { type FoundLane, lanesOf, SEALED } from './lanes.ts';
import { RowSealer, TAINTED, TableSum } from './row-seal.ts';
import type { SqlRow, Table, TableShape } from './table.ts';
import {
  agents,
  cardOrders,
  cardPurses,
  closings,
  facts,
  lines,
  offlineMeters,
  postings,
  purses,
  receipts,
  remittances,
  vends,
  vouchers,
} from './tables.ts';
import { auditVends } from './vend-audit.ts';
import { auditVouchers, type VoucherFaults } from './voucher-audit.ts';

/** What an audit of the ledger knows from outside of the database. */
export interface LedgerKnowledge {
  readonly verifier: BookVerifier;
  /** Without them what came after the last head is read and not proved. */
  readonly rowKeys: RowKeys | undefined;
  /** Heads that were kept elsewhere. */
  readonly kept: readonly Numbered<Head>[];
  /** What is wrong with a sale by an agent, in one clause. */
  readonly vend: (sold: SoldVend) => string | undefined;
  /** The same of vouchers. */
  readonly vouchers: VoucherFaults;
}

export interface LedgerAudit {
  readonly postings: number;
  readonly lines: number;
  readonly heads: number;
  /** Heads that were signed over an older copy, Unix milliseconds of each. */
  readonly restoredAt: readonly number[];
  readonly sums: readonly LedgerSum[];
  /** As they were at the instant of the ledger: a host may go on with the books. */
  readonly purses: readonly Purse[];
  readonly agents: readonly Agent[];
  readonly closings: readonly Closing[];
  readonly remittances: readonly Remittance[];
  readonly cards: {
    readonly purses: readonly CardPurse[];
    readonly orders: readonly CardOrder[];
    readonly meters: readonly OfflineMeter[];
  };
  readonly findings: readonly BookFinding[];
}

/** What an audit of the other tables knows. */
export interface RowsKnowledge {
  /** Without them rows are read and not proved. */
  readonly rowKeys: RowKeys | undefined;
  /** What is wrong with a receipt, in one clause. */
  readonly receipt: (receipt: IssuedReceipt) => Promise<string | undefined>;
  /** What stands beside a database of SQLite. */
  readonly mark: Marked | undefined;
}

export interface RowsAudit {
  readonly rows: number;
  /** Whether each of them was proved. */
  readonly rowsProved: boolean;
  readonly receipts: number;
  readonly findings: readonly BookFinding[];
}

/** Proves heads, lanes, chains and postings. It reads each once, and keeps sums, purses, agents and cards alone. */
export async function auditLedger(
  source: BookSource,
  { verifier, rowKeys, kept, vend, vouchers: faults }: LedgerKnowledge,
): Promise<LedgerAudit> {
  const findings = new Findings();
  const heads = await readable(findings, 'heads', [], () => auditHeads(source, verifier, findings));
  const lanes = await readable(findings, 'lanes', [], () => readLanes(source, rowKeys, findings));
  // With their own keys the sums of rows say how many heads there must be.
  if (heads.length === 0 && lanes.length === 0) {
    findings.add('heads', undefined, 'there is none: nobody has signed these books');
  }
  checkKept(heads, { kept, verifier }, findings);
  const chain = new ChainAudit(findings);
  for (const { number, said } of heads) {
    for (const { id, postings: count, tip } of said?.lanes ?? []) {
      chain.promise(id, { postings: count, tip, by: `head ${number}` });
    }
  }
  for (const { id, state } of lanes) {
    if (state === undefined) continue;
    const tip = Buffer.from(state.tip).toString('hex');
    chain.promise(id, { postings: state.postings, tip, by: 'the state of that lane' });
    checkAgainstHead(id, state, heads.at(-1), findings);
  }
  const nothing = { postings: 0, lines: 0, sums: [] };
  const ledger = await readable(findings, `${postings.name} and ${lines.name}`, nothing, () => chain.read(source));
  const held = {
    purses: await readable(findings, purses.name, [], () => allOf(source, purses, findings)),
    agents: await readable(findings, agents.name, [], () => allOf(source, agents, findings)),
    closings: await readable(findings, closings.name, [], () => allOf(source, closings, findings)),
    remittances: await readable(findings, remittances.name, [], () => allOf(source, remittances, findings)),
    cards: {
      purses: await readable(findings, cardPurses.name, [], () => allOf(source, cardPurses, findings)),
      orders: await readable(findings, cardOrders.name, [], () => allOf(source, cardOrders, findings)),
      meters: await readable(findings, offlineMeters.name, [], () => allOf(source, offlineMeters, findings)),
    },
  };
  await readable(findings, vends.name, undefined, () => auditVends(source, vend, findings));
  await readable(findings, vouchers.name, undefined, () => auditVouchers(source, faults, findings));
  const restoredAt = heads.flatMap(({ said }) => (said?.restored === true ? [said.at] : []));
  return { ...ledger, heads: heads.length, restoredAt, ...held, findings: findings.list() };
}

/** A row that cannot be read is named, and the others are read. */
async function allOf<R>(
  source: BookSource,
  { list, name, row, keyPlaces }: Table<R>,
  findings: Findings,
): Promise<readonly R[]> {
  const found: R[] = [];
  for await (const page of source.pages(`SELECT ${list} FROM ${name}`)) {
    for (const values of page) {
      try {
        found.push(row(values));
      } catch (error) {
        const named = keyPlaces.map((place) => String(values[place])).join(' ');
        findings.add(name, named, `it cannot be read: ${(error as Error).message}`);
      }
    }
  }
  return found;
}

/** What cannot be read at all is a finding too. */
async function readable<T>(findings: Findings, table: string, otherwise: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    findings.add(table, undefined, `it cannot be read: ${(error as Error).message}`);
    return otherwise;
  }
}

async function readLanes(
  source: BookSource,
  keys: RowKeys | undefined,
  findings: Findings,
): Promise<readonly FoundLane[]> {
  if (keys === undefined) return [];
  const lanes = await lanesOf(source, keys);
  if (lanes.length === 0) findings.add('lanes', undefined, 'there is none: these books were never sealed');
  for (const { id, state } of lanes) {
    if (state === undefined) findings.add('lanes', String(id), 'its state was not sealed with the key of these books');
  }
  return lanes;
}

/** Whoever has the keys of rows, and not the one that signs, cannot get past the last head. */
function checkAgainstHead(
  id: number,
  state: NonNullable<FoundLane['state']>,
  head: ReadHead | undefined,
  findings: Findings,
): void {
  const said = head?.said?.lanes.find((lane) => lane.id === id);
  if (head === undefined || said === undefined) return;
  if (state.commits < said.commits) {
    const what = `it is behind head ${head.number}: ${said.commits - state.commits} transactions are gone`;
    findings.add('lanes', String(id), what);
  } else if (state.commits === said.commits && stateDigest(state) !== said.state) {
    findings.add('lanes', String(id), `it is not the one that head ${head.number} names`);
  }
}

/** A head that was kept elsewhere is one of these, or the books say themselves that they were put back. */
function checkKept(
  heads: readonly ReadHead[],
  { kept, verifier }: Pick<LedgerKnowledge, 'kept' | 'verifier'>,
  findings: Findings,
): void {
  const known = new Set(heads.map(headDigest));
  for (const head of kept) {
    const said = verifiedHead(head, verifier);
    if (typeof said === 'string') findings.add('kept heads', String(head.number), said);
    if (typeof said === 'string' || known.has(headDigest(head))) continue;
    const isExplained = heads.some((each) => each.said?.restored === true && each.number <= said.number);
    if (isExplained) continue;
    const what =
      said.number > heads.length
        ? 'the books end before it: a tail was deleted, or an older copy was put back and no host has started on it'
        : 'it is not among the heads of these books: they are another branch';
    findings.add('kept heads', String(said.number), what);
  }
}

/** Proves each row of the tables that bear seals, and that there are all of them. It keeps none. */
export async function auditRows(source: BookSource, knowledge: RowsKnowledge): Promise<RowsAudit> {
  const findings = new Findings();
  const sealer = knowledge.rowKeys && new RowSealer(knowledge.rowKeys.rows);
  // What is wrong with a lane is told where the ledger is proved; with one missing nothing is known of the sums.
  const lanes = await readLanes(source, knowledge.rowKeys, new Findings()).catch(() => []);
  const sumsKnown = lanes.length > 0 && lanes.every(({ state }) => state !== undefined);
  let rows = 0;
  let receiptCount = 0;
  for (const table of SEALED) {
    const sum = new TableSum();
    await readable(findings, table.name, undefined, async () => {
      for await (const page of source.pages(`SELECT ${table.sealed.list} FROM ${table.name}`)) {
        for (const row of page) {
          rows += 1;
          if (sealer !== undefined) checkSeal(table, row, sealer, sum, findings);
          if (table !== receipts) continue;
          receiptCount += 1;
          const receipt = receipts.row(row);
          const wrong = await knowledge.receipt(receipt);
          if (wrong !== undefined) findings.add('receipts', receipt.id, wrong);
        }
      }
      if (sumsKnown) checkSum(table, sum, lanes, findings);
    });
  }
  await readable(findings, facts.name, undefined, () => checkMark(source, knowledge, findings));
  return { rows, rowsProved: sealer !== undefined, receipts: receiptCount, findings: findings.list() };
}

async function checkMark(source: BookSource, { mark }: RowsKnowledge, findings: Findings): Promise<void> {
  if (mark === undefined) return;
  if (mark.database !== '') {
    const what =
      'the mark beside the database says that the books went on in PostgreSQL: these are what they were before';
    findings.add(facts.name, COMMIT_FACT, what);
    return;
  }
  const commits = await commitsOf(source, mark);
  if (mark.position <= commits) return;
  const what = `the mark beside the database names transaction ${mark.position}, and the books end with ${commits}`;
  findings.add(facts.name, COMMIT_FACT, `${what}: a tail was deleted, or an older copy was put back`);
}

function checkSeal(table: TableShape, row: SqlRow, sealer: RowSealer, sum: TableSum, findings: Findings): void {
  const seal = sealer.seal(table, row);
  sum.add(sealer.share);
  const stored = row[table.columns.length];
  if (stored !== null && Number(stored) === seal) return;
  const what =
    stored === null
      ? 'no host wrote it'
      : Number(stored) === TAINTED
        ? 'somebody else had changed it before the host wrote it again'
        : 'it is not what the host wrote';
  findings.add(table.name, table.keyPlaces.map((place) => row[place]).join(' '), what);
}

function checkSum({ name }: TableShape, found: TableSum, lanes: readonly FoundLane[], findings: Findings): void {
  const sum = new TableSum();
  for (const { state } of lanes) {
    const own = state?.sums.get(name);
    if (own !== undefined) sum.join(own);
  }
  if (sum.equals(found)) return;
  const missing = sum.count - found.count;
  const [much, verb] = Math.abs(missing) === 1 ? ['1 row', 'was'] : [`${Math.abs(missing)} rows`, 'were'];
  const what =
    missing === 0
      ? 'its rows are not the ones that the host left: a row was changed, or put back to what it was before'
      : `${much} ${verb} ${missing > 0 ? 'deleted' : 'added'} by somebody else`;
  findings.add(name, undefined, what);
}
