import type { StoreReads } from './ports.ts';
import { VendCheck } from './vend-check.ts';

/** What is wrong with the sales by agents in a store, as an audit would tell it. */
export async function vendFindings(tx: StoreReads): Promise<string[]> {
  const check = new VendCheck();
  const faults: string[] = [];
  const vends = await tx.vends.page({ limit: 999 });
  const ids = vends.map(({ id }) => id);
  const [orders, trades, cardOrders] = [await tx.ordersOf(ids), await tx.trades.of(ids), await tx.cardOrders.of(ids)];
  const regions = await tx.cardPurses.of(vends.map(({ purse }) => purse ?? ''));
  for (const [i, vend] of vends.entries()) {
    const beside = { order: orders[i], trade: trades[i], cardOrder: cardOrders[i], region: regions[i] };
    const fault = check.fault({ vend, ...beside });
    if (fault !== undefined) faults.push(`vends ${vend.id}: ${fault}`);
  }
  const { sums } = await tx.ledgerSums(0);
  return [...faults, ...check.findings(sums).map(({ table, row, what }) => `${table} ${row}: ${what}`)];
}
