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
  /** It is seen by living the same life twice. */
  readonly twice?: boolean;
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
    rule: 'X5',
    what: 'a transaction out of its turn is applied',
    file: 'src/meter/svm.ts',
    right: '  if (named.counter > lastCounter + 1) return statusOnly(ValueResult.gap); // X5\n',
    wrong: '',
  },
  {
    rule: 'X6',
    what: 'the random number of a session is used again',
    file: 'src/exchange/suite-aes.ts',
    right: '  randomness.fill(nm);\n',
    wrong: '',
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
    rule: 'X10',
    what: 'a meter that says it is frozen is asked again and again',
    file: 'src/exchange/account.ts',
    right: "  if (receipt.result === ValueResult.frozen) return { type: 'freeze', doubt: 'meter-frozen' };",
    wrong: "  if (receipt.result === ValueResult.frozen) return { type: 'nothing-new' };",
  },
  {
    rule: 'X11',
    what: 'a receipt is booked, and what it settled stays outstanding',
    file: 'src/host/receipts.ts',
    right:
      '      await tx.deleteOutstanding(purse.svpmsn);\n      await settle(tx, purse, outstanding, judgement, now);',
    wrong: '      await settle(tx, purse, outstanding, judgement, now);',
  },
  {
    rule: 'X12',
    what: 'a draw leaves the purse as it was',
    file: 'src/meter/svm.ts',
    right: 'balance: purse.balance - granted, drawNumber',
    wrong: 'balance: purse.balance, drawNumber',
  },
  {
    rule: 'X13',
    what: 'the ring of use rows has two rows',
    file: 'src/meter/purse-journal.ts',
    right: 'export const USE_ROWS = 32;',
    wrong: 'export const USE_ROWS = 2;',
  },
  {
    rule: 'I1',
    what: 'a credit counts one token more',
    file: 'src/meter/svm.ts',
    right: '        credited: purse.credited + named.amount,',
    wrong: '        credited: purse.credited + named.amount + 1,',
  },
  {
    rule: 'I2',
    what: 'emergency credit is repaid and yet owed',
    file: 'src/meter/svm.ts',
    right: '        owed: purse.owed - repaid,\n',
    wrong: '',
  },
  {
    rule: 'I3',
    what: 'a void takes two places in the count',
    file: 'src/meter/svm.ts',
    right: '  commit(svm, { ...changed, lastCounter: receipt.counter }, row);',
    wrong: '  commit(svm, { ...changed, lastCounter: receipt.counter + (op === ValueOp.void ? 1 : 0) }, row);',
  },
  {
    rule: 'I4',
    what: 'an order that is stored waits for its turn again',
    file: 'src/host/receipts.ts',
    right: "      await tx.putOrder({ ...order, ...settled, state: 'stored' });",
    wrong: "      await tx.putOrder({ ...order, ...settled, state: 'waiting' });",
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
    rule: 'I6',
    what: 'a void is refunded before its receipt',
    file: 'src/host/vending.ts',
    right: '      await tx.putOutstanding(voidRow(outstanding));\n',
    wrong:
      "      await tx.putOutstanding(voidRow(outstanding));\n      await tx.post([move('refunded', BigInt(order.amount), { at: now, svpmsn: order.svpmsn, order: orderId })]);\n",
  },
  {
    rule: 'I7',
    what: 'of two sales of a meter in one second the second is lost',
    file: 'src/host/vending.ts',
    right: '  if (orders.size > 0) await tx.addOrders([...orders.values()]);',
    wrong: '  if (orders.size > 0 && now % 7 !== 0) await tx.addOrders([...orders.values()]);',
  },
  {
    rule: 'I8',
    what: 'a refund is not posted',
    file: 'src/host/receipts.ts',
    right: "      if (order.op === 'credit') await tx.post([move('refunded', BigInt(order.amount), occasion)]);\n",
    wrong: '',
  },
  {
    rule: 'I9',
    what: 'the next transaction does not wait for the one before',
    file: 'src/host/dispatch.ts',
    right: "    if (outstanding !== undefined) return { type: 'value', row: outstanding };\n",
    wrong: '',
  },
  {
    rule: 'I10',
    what: 'a meter of which nothing is damaged is frozen',
    file: 'src/exchange/account.ts',
    right: '    if (receipt.counter < account.lastCounter) return',
    wrong: '    if (receipt.counter <= account.lastCounter) return',
  },
  {
    rule: 'I11',
    what: 'what is stored can be taken back',
    file: 'src/host/vending.ts',
    right: "    case 'stored':\n    case 'closed':\n    case 'found':",
    wrong:
      "    case 'stored':\n      await tx.putOrder({ ...order, state: 'refunded' });\n      return order;\n    case 'closed':\n    case 'found':",
  },
  {
    rule: 'I12',
    what: 'the slot in use is written over',
    file: 'src/meter/purse-journal.ts',
    right: '  const slot = (journal.slot + 1) % PURSE_SLOTS;',
    wrong: '  const slot = journal.slot;',
  },
  {
    rule: 'I13',
    what: 'a use row has the number of the record that it follows',
    file: 'src/meter/purse-journal.ts',
    right: '  purse.sequence = sequence;\n',
    wrong: '',
  },
  {
    rule: 'I14',
    what: 'a meter draws the same random number for each session',
    file: 'src/exchange/suite-xo.ts',
    right: '  randomness.fill(r3);\n',
    wrong: '',
    suite: '3des-xo',
  },
  {
    rule: 'I15',
    what: 'lack of credit is taken for a command',
    file: 'src/meter/relay.ts',
    right: '  for (const supply of meter.supplies) setReason(meter, supply, RelayReason.noCredit, true, out);',
    wrong: '  for (const supply of meter.supplies) setReason(meter, supply, RelayReason.command, true, out);',
  },
  {
    rule: 'I16',
    what: 'a key of any purpose carries any command',
    file: 'src/exchange/command.ts',
    right: '  if (h === Command.keyChange) return true;',
    wrong: '  if (h >= Command.valueStore) return true;',
  },
  {
    rule: 'I17',
    what: 'a credit forgets the floors',
    file: 'src/meter/svm.ts',
    right: '        owed: purse.owed - repaid,\n',
    wrong: '        owed: purse.owed - repaid,\n        floors: new Uint8Array(8),\n',
  },
  {
    rule: 'I18',
    what: 'the latch does not follow its reasons',
    file: 'src/meter/relay.ts',
    right: '  if (event !== undefined) writeEvent(meter, event);\n  driveLatch(meter, supply, out);',
    wrong: '  if (event !== undefined) writeEvent(meter, event);',
  },
  {
    rule: 'I19',
    what: 'with the last token the buzzer sounds for three seconds',
    file: 'src/meter/warnings.ts',
    right: '  out.buzzer(Number.POSITIVE_INFINITY);',
    wrong: '  out.buzzer(3);',
  },
  {
    rule: 'I20',
    what: 'a power cut forgets what was carried below a token and adds a token',
    file: 'src/meter/start.ts',
    right: '  meter.accrual.remainder = meter.svm.remainder;',
    wrong: '  meter.accrual.remainder = 99_999_999_999;',
  },
  {
    rule: 'I22',
    what: 'nobody is called when voltage comes behind an open relay',
    file: 'src/meter/output-voltage.ts',
    right: '  meter.attention |= AttentionReason.voltageWhileOpen;\n',
    wrong: '',
  },
  {
    rule: 'I26',
    what: 'monitoring moves the clock as far as it likes',
    file: 'src/meter/clock.ts',
    right: '  if (spent + Math.abs(seconds) > SLEW_SECONDS_MAX) return Result.slewSpent;\n',
    wrong: '',
  },
  {
    rule: 'I27',
    what: 'the profile loses what a power cut kept for it',
    file: 'src/meter/start.ts',
    right: '    writeMinute(memory.nvm, place, (lastUse as MinuteOfUse).minute, energy, bands);',
    wrong: '    if (energy > 70_000) writeMinute(memory.nvm, place, (lastUse as MinuteOfUse).minute, energy, bands);',
  },
  {
    rule: 'I28',
    what: 'what was not answered is never tried again',
    file: 'src/host/work.ts',
    right: 'const dueAt = (now + backOff(',
    wrong: 'const dueAt = (now + 1e9 + backOff(',
  },
  {
    rule: 'I29',
    what: 'chance is not that of the seed',
    file: 'src/host/work.ts',
    right: '  const jitter = ((bytes[0] as number) << 8) | (bytes[1] as number);',
    wrong: '  const jitter = Math.floor(performance.now() * 1000) & 0xffff;',
    twice: true,
  },
  {
    rule: 'I31',
    what: 'a key stands in the row of its change',
    file: 'src/host/dispatch.ts',
    right: '      await bookKey(tx, meter.svpmsn, exchange.session.key.n);\n',
    wrong:
      '      await bookKey(tx, meter.svpmsn, exchange.session.key.n);\n' +
      "      const { exportTerminalKey } = await import('../crypto/index.ts');\n" +
      '      const leak = { svpmsn: meter.svpmsn, slot: "leak", h: 0x2f, version: 0, sequence: 1, state: "done" };\n' +
      '      const body = exportTerminalKey(exchange.session.key);\n' +
      '      await tx.putCommand({ ...leak, body, result: undefined, orderedAt: 0, settledAt: 0 } as never);\n',
  },
  {
    rule: 'I32',
    what: 'a host that runs knows books that are in no store',
    file: 'src/host/host.ts',
    right: "      instantReserved = (await tx.fact('instant-reserved')) ?? 0;",
    wrong:
      "      instantReserved = (await tx.fact('instant-reserved')) ?? 0;\n      for (const each of await tx.meters()) await tx.putMeter({ ...each, tariff: undefined });",
  },
];
