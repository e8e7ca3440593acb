import type { SoldVend } from '../host/ports.ts';
import type { Findings } from './audit-findings.ts';
import type { BookSource } from './book-source.ts';
import type { SqlRow, Table, TableShape } from './table.ts';
import { cardOrders, cardPurses, orders, trades, vends } from './tables.ts';

/**
 * Each sale by an agent, beside the rows that tell of the same sale: none is kept.
 * @param fault what is wrong with one, in one clause
 */
export async function auditVends(
  source: BookSource,
  fault: (sold: SoldVend) => string | undefined,
  findings: Findings,
): Promise<void> {
  for await (const page of source.pages(SOLD)) {
    for (const values of page) {
      try {
        const sold = soldOf(values);
        const wrong = fault(sold);
        if (wrong !== undefined) findings.add(vends.name, sold.vend.id, wrong);
      } catch (error) {
        findings.add(vends.name, String(values[0]), `it cannot be read: ${(error as Error).message}`);
      }
    }
  }
  for (const { name } of [orders, cardOrders]) {
    for await (const page of source.pages(untoldIn(name))) {
      for (const [id] of page) findings.add(name, String(id), 'an agent sold it, and no vend tells of it');
    }
  }
}

const columnsOf = (name: string, { columns }: TableShape): string =>
  columns.map((column) => `${name}.${column.name}`).join(', ');

const PARTS = [
  ['v', vends],
  ['o', orders],
  ['t', trades],
  ['c', cardOrders],
  ['p', cardPurses],
] as const;

const SOLD = `
SELECT ${PARTS.map(([name, part]) => columnsOf(name, part)).join(', ')} FROM vends v
LEFT JOIN orders o ON o.id = v.id
LEFT JOIN trades t ON t.id = v.id
LEFT JOIN card_orders c ON c.id = v.id
LEFT JOIN card_purses p ON p.id = v.purse`;

/** Whatever begins with `vend:` is an order of a vend. */
const untoldIn = (table: string): string =>
  `SELECT o.id FROM ${table} o LEFT JOIN vends v ON v.id = o.id WHERE o.id >= 'vend:' AND o.id < 'vend;' AND v.id IS NULL`;

function soldOf(values: SqlRow): SoldVend {
  let at = 0;
  /** The first column of each is its id, and nothing where there is no such row. */
  const next = <R>({ columns, row }: Table<R>): R | undefined => {
    const own = values.slice(at, at + columns.length);
    at += columns.length;
    return own[0] === null ? undefined : row(own);
  };
  return {
    vend: next(vends) as SoldVend['vend'],
    order: next(orders),
    trade: next(trades),
    cardOrder: next(cardOrders),
    region: next(cardPurses),
  };
}
