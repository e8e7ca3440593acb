/** One rule broken in one place. */
export interface Defect {
  /** The rule or promise of docs/concepts.md that it breaks. */
  readonly rule: string;
  readonly what: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly right: string;
  readonly wrong: string;
  readonly suite?: 'aes128' | '3des-xo';
}

export const DEFECTS: readonly Defect[] = [
  {
    rule: 'X1',
    what: 'the outstanding row is not stored before M1 leaves',
    file: 'src/host/dispatch.ts',
    right: '      await tx.putOutstanding(row);\n',
    wrong: '',
  },
  {
    rule: 'X2',
    what: 'every order of a meter has the same TXID',
    file: 'src/exchange/value.ts',
    right: 'sha256(new TextEncoder().encode(orderId)).slice(0, TXID_BYTES);',
    wrong: 'sha256(new TextEncoder().encode(orderId.slice(0, 7))).slice(0, TXID_BYTES);',
  },
  {
    rule: 'X3',
    what: 'a TC that was applied before is applied again',
    file: 'src/meter/svm.ts',
    right: 'if (op === ValueOp.query || named.counter <= lastCounter) {',
    wrong: 'if (op === ValueOp.query) {',
  },
  {
    rule: 'X4',
    what: 'an old TC is answered as if it were a gap',
    file: 'src/meter/svm.ts',
    right: '    return kept === undefined ? statusOnly(ValueResult.gap) : told(kept);',
    wrong: '    return kept === undefined || named.counter !== 0 ? statusOnly(ValueResult.gap) : told(kept);',
  },
  {
    rule: 'X7',
    what: 'any receipt of its TC is believed to be one’s own',
    file: 'src/exchange/account.ts',
    right: 'if (outstanding === undefined || !equalBytes(outstanding.txid, receipt.txid)) {',
    wrong: 'if (outstanding === undefined) {',
  },
  {
    rule: 'X8',
    what: 'an order that is on its way is given back at once',
    file: 'src/host/vending.ts',
    right: "const voiding: Order = { ...order, state: 'voiding' };",
    wrong: "const voiding: Order = { ...order, state: 'refunded' };",
  },
  {
    rule: 'X9',
    what: 'after a restore nobody is asked',
    file: 'src/host/host.ts',
    right: "if ((await tx.fact('restored')) === 1) {",
    wrong: "if ((await tx.fact('restored')) === 2) {",
  },
  {
    rule: 'X12',
    what: 'a draw leaves the purse as it was',
    file: 'src/meter/svm.ts',
    right: 'balance: purse.balance - granted, drawNumber',
    wrong: 'balance: purse.balance, drawNumber',
  },
  {
    rule: 'I2',
    what: 'emergency credit is repaid and yet owed',
    file: 'src/meter/svm.ts',
    right: '        owed: purse.owed - repaid,\n',
    wrong: '',
  },
  {
    rule: 'I5',
    what: 'an order is booked as stored when the meter was silent',
    file: 'src/exchange/account.ts',
    right: "  if (receipt.counter !== account.lastCounter + 1) return { type: 'nothing-new' };",
    wrong:
      "  if (receipt.counter !== account.lastCounter + 1) return { type: 'stored', amount: outstanding?.amount ?? tokens(0) };",
  },
  {
    rule: 'I8',
    what: 'a refund is not posted',
    file: 'src/host/receipts.ts',
    right: "      if (order.op === 'credit') await tx.post([move('refunded', BigInt(order.amount), occasion)]);\n",
    wrong: '',
  },
  {
    rule: 'I12',
    what: 'the slot in use is written over',
    file: 'src/meter/purse-journal.ts',
    right: '  const slot = (journal.slot + 1) % PURSE_SLOTS;',
    wrong: '  const slot = journal.slot;',
  },
  {
    rule: 'I28',
    what: 'what was not answered is never tried again',
    file: 'src/host/work.ts',
    right: 'const dueAt = (now + backOff(',
    wrong: 'const dueAt = (now + 1e9 + backOff(',
  },
];
