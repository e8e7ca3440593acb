import type { Defect } from './defects.ts';

/** Rules broken where people buy vouchers. In the lives of these seeds they do. */
export const VOUCHER_DEFECTS: readonly Defect[] = [
  {
    rule: 'I37',
    by: ['I37'],
    what: 'a voucher whose value is in a meter is not redeemed',
    seed: 8,
    file: 'src/host/voucher-paying.ts',
    right: '        await tx.vouchers.put([{ ...voucher, redeemedAt: this.#ports.clock.now() }]);\n',
    wrong: '',
  },
  {
    rule: 'I37',
    by: ['I37'],
    what: 'one that was paid with and never arrived is good for nothing any more',
    seed: 31,
    file: 'src/host/voucher-names.ts',
    right: '    if (there !== undefined && isOver(there)) continue;\n',
    wrong: '',
  },
  {
    rule: 'I37',
    by: ['I37'],
    what: 'what was taken back is not owed to whoever has the voucher',
    seed: 8,
    file: 'src/host/payment-sale.ts',
    right: '  await tx.post([paidOut(trade.method, trade.paid, { at: now, svpmsn: trade.svpmsn, order: orderId })]);',
    wrong:
      "  if (trade.method !== 'voucher') await tx.post([paidOut(trade.method, trade.paid, { at: now, svpmsn: trade.svpmsn, order: orderId })]);",
  },
  {
    rule: 'I37',
    by: ['I37'],
    what: 'an order that waits leaves although another meter told that it has the value of its voucher',
    seed: 2039,
    file: 'src/host/jobs.ts',
    right: 'if (order === undefined || !(await isPaidElsewhere(tx, order))) return order;',
    wrong: 'if (order === undefined || (await isPaidElsewhere(tx, order)) !== undefined) return order;',
  },
  {
    rule: 'I37',
    by: ['I10'],
    what: 'a meter is frozen that has the value of a voucher which the books sold to another',
    seed: 2039,
    file: 'src/host/voucher-names.ts',
    right: "  if ((await tx.fact('restored-at')) === undefined) return undefined;\n",
    wrong: "  if (tx !== undefined || (await tx.fact('restored-at')) === undefined) return undefined;\n",
  },
];
