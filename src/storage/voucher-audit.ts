import type { Order, VoucherTrade, VoucherUsed } from '../host/ports.ts';
import type { Findings } from './audit-findings.ts';
import type { BookSource } from './book-source.ts';
import type { SqlRow, Table, TableShape } from './table.ts';
import { orders, payments, trades, vouchers } from './tables.ts';

/** What is wrong with a voucher, or with a sale that one paid, in one clause. */
export interface VoucherFaults {
  /** Value that was found in a meter, before all others. */
  readonly found: (order: Order) => void;
  readonly voucherFault: (used: VoucherUsed) => string | undefined;
  readonly tradeFault: (sold: VoucherTrade) => string | undefined;
}

/** Each voucher beside its payment and its sale, and each sale by a voucher beside it: none is kept. */
export async function auditVouchers(source: BookSource, faults: VoucherFaults, findings: Findings): Promise<void> {
  await each(source, FOUND, orders.name, findings, (next) => {
    const order = next(orders);
    if (order !== undefined) faults.found(order);
    return undefined;
  });
  await each(source, USED, vouchers.name, findings, (next) => {
    const used = { voucher: next(vouchers), payment: next(payments), trade: next(trades), order: next(orders) };
    return faults.voucherFault(used as VoucherUsed);
  });
  await each(source, SOLD, trades.name, findings, (next) => {
    const sold = { trade: next(trades), order: next(orders), voucher: next(vouchers) };
    return faults.tradeFault(sold as VoucherTrade);
  });
}

/** Reads rows of several tables that stand beside each other. @param fault takes them one after the other */
async function each(
  source: BookSource,
  sql: string,
  name: string,
  findings: Findings,
  fault: (next: <R>(table: Table<R>) => R | undefined) => string | undefined,
): Promise<void> {
  for await (const page of source.pages(sql)) {
    for (const values of page) {
      const id = String(values[0]);
      try {
        const wrong = fault(reader(values));
        if (wrong !== undefined) findings.add(name, id, wrong);
      } catch (error) {
        findings.add(name, id, `it cannot be read: ${(error as Error).message}`);
      }
    }
  }
}

/** The first column of each is its id, and nothing where there is no such row. */
function reader(values: SqlRow): <R>(table: Table<R>) => R | undefined {
  let at = 0;
  return ({ columns, row }) => {
    const own = values.slice(at, at + columns.length);
    at += columns.length;
    return own[0] === null ? undefined : row(own);
  };
}

const columnsOf = (name: string, { columns }: TableShape): string =>
  columns.map((column) => `${name}.${column.name}`).join(', ');

/** Of a sale that a payment became. */
const PREFIX = 'payment:';

const FOUND = `SELECT ${columnsOf('o', orders)} FROM orders o WHERE o.state = 'found'`;

const USED = `
SELECT ${columnsOf('v', vouchers)}, ${columnsOf('p', payments)}, ${columnsOf('t', trades)}, ${columnsOf('o', orders)}
FROM vouchers v
LEFT JOIN payments p ON p.id = v.payment
LEFT JOIN trades t ON t.id = '${PREFIX}' || v.payment
LEFT JOIN orders o ON o.id = '${PREFIX}' || v.payment`;

const SOLD = `
SELECT ${columnsOf('t', trades)}, ${columnsOf('o', orders)}, ${columnsOf('v', vouchers)}
FROM trades t
LEFT JOIN orders o ON o.id = t.id
LEFT JOIN vouchers v ON v.payment = substr(t.id, ${PREFIX.length + 1})
WHERE t.method = 'voucher'`;
