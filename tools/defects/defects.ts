import type { FaultKind } from '../../src/simulation/index.ts';
import { CARD_DEFECTS } from './card-defects.ts';

/** One rule broken in one place. */
export interface Defect {
  /** The rule or promise of docs/concepts.md that it breaks. */
  readonly rule: string;
  /** The promises as whose breach it may show; `stopped` for an assertion of the code itself. */
  readonly by: readonly string[];
  readonly what: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly right: string;
  readonly wrong: string;
  readonly suite?: 'aes128' | '3des-xo';
  /** Of the first life that is tried, where others show it late or not: one with a bank, one that loses much; 1 where absent. */
  readonly seed?: number;
  /** When a life ends and is healed, where fewer transfers than usual show it. */
  readonly transfers?: number;
  /** It takes whole days to show: so many, of so few meters and one host that they fit into a minute. */
  readonly days?: number;
  /** Faults that would leave no whole day to look at. */
  readonly without?: readonly FaultKind[];
  /** Where the books lie; in memory where absent. */
  readonly store?: 'sqlite';
  /** It is seen by living the same life twice. */
  readonly twice?: boolean;
}

/** Of a database that is replaced, of a damaged memory and of a clock that jumps no day is left that is known whole. */
const SPOILS_DAYS: readonly FaultKind[] = [
  ...(['store-restored', 'store-long-restored', 'write-lost', 'bit-rotted', 'memory-rolled-back'] as const),
  ...([
    'memory-pasted',
    'meter-cloned',
    'clock-jumped',
    'monitoring-stolen',
    'address-taken',
    'address-moved',
  ] as const),
];

/** Where nobody steals and the power holds, a day is honest and whole. */
const THIEVES: readonly FaultKind[] = [
  ...(['line-tapped', 'meter-bypassed', 'power-failed', 'power-cut', 'power-cut-before-minute'] as const),
  ...(['local-unit-restarted', 'local-unit-parted', 'area-unit-parted'] as const),
];

export const DEFECTS: readonly Defect[] = [
  {
    rule: 'X1',
    by: ['stopped'],
    what: 'the outstanding row is not stored before M1 leaves',
    file: 'src/host/jobs.ts',
    right: '      await tx.putOutstanding(row);\n',
    wrong: '',
  },
  {
    rule: 'X2',
    by: ['I28', 'I4', 'stopped'],
    what: 'every order of a meter has the same TXID',
    file: 'src/exchange/value.ts',
    right: 'sha256Hex(orderId).slice(0, 2 * TXID_BYTES);',
    wrong: 'sha256Hex(orderId.slice(0, 7)).slice(0, 2 * TXID_BYTES);',
  },
  {
    rule: 'X3',
    by: ['I1', 'stopped'],
    what: 'a TC that was applied before is applied again',
    file: 'src/meter/svm.ts',
    right: 'if (op === ValueOp.query || named.counter <= lastCounter) {',
    wrong: 'if (op === ValueOp.query) {',
  },
  {
    rule: 'X4',
    by: ['I28', 'I10'],
    what: 'an old TC is answered as if it were a gap',
    file: 'src/meter/svm.ts',
    right: '    return kept === undefined ? statusOnly(ValueResult.gap) : told(kept);',
    wrong: '    return kept === undefined || named.counter !== 0 ? statusOnly(ValueResult.gap) : told(kept);',
  },
  {
    rule: 'X5',
    by: ['I3'],
    what: 'a transaction out of its turn is applied',
    file: 'src/meter/svm.ts',
    right: '  if (named.counter > lastCounter + 1) return statusOnly(ValueResult.gap); // X5\n',
    wrong: '',
  },
  {
    rule: 'X6',
    by: ['I14'],
    what: 'the random number of a session is used again',
    file: 'src/exchange/suite-aes.ts',
    right: '  randomness.fill(nm);\n',
    wrong: '',
  },
  {
    rule: 'X6',
    by: ['I14'],
    what: 'a session that a later one ended takes its M3',
    file: 'src/exchange/terminal-side.ts',
    right: '  while (sessions.length >= (options.labSessions ?? 1)) sessions.shift();',
    wrong: '  while (sessions.length >= (options.labSessions ?? 8)) sessions.shift();',
  },
  {
    rule: 'X7',
    by: ['I5', 'I10'],
    what: 'any receipt of its TC is believed to be one’s own',
    file: 'src/exchange/account.ts',
    right: 'if (outstanding === undefined || !equalBytes(outstanding.txid, receipt.txid)) {',
    wrong: 'if (outstanding === undefined) {',
  },
  {
    rule: 'X8',
    by: ['I6', 'stopped'],
    what: 'an order that is on its way is given back at once',
    file: 'src/host/vending.ts',
    right: "const voiding: Order = { ...order, state: 'voiding' };",
    wrong: "const voiding: Order = { ...order, state: 'refunded' };",
  },
  {
    rule: 'X9',
    by: ['I10', 'I6'],
    what: 'after a restore nobody is asked',
    file: 'src/host/host.ts',
    right: "if ((await tx.fact('restored')) === 1) {",
    wrong: "if ((await tx.fact('restored')) === 2) {",
  },
  {
    rule: 'X10',
    by: ['I28'],
    what: 'a meter that says it is frozen is asked again and again',
    file: 'src/exchange/account.ts',
    right: "  if (receipt.result === ValueResult.frozen) return { type: 'freeze', doubt: 'meter-frozen' };",
    wrong: "  if (receipt.result === ValueResult.frozen) return { type: 'nothing-new' };",
  },
  {
    rule: 'X10',
    by: ['I10', 'I28'],
    what: 'a meter that lacks what was confirmed, because a clone has it, is asked again and again',
    file: 'src/exchange/account.ts',
    right: "    if (receipt.counter < account.lastCounter) return { type: 'freeze', doubt: 'meter-behind-host' };\n",
    wrong: '',
    suite: '3des-xo',
  },
  {
    rule: 'X11',
    by: ['I28', 'I9'],
    what: 'a receipt is booked, and what it settled stays outstanding',
    file: 'src/host/receipts.ts',
    right:
      '      await tx.deleteOutstanding(purse.svpmsn);\n      await settle(tx, purse, outstanding, judgement, now);',
    wrong: '      await settle(tx, purse, outstanding, judgement, now);',
  },
  {
    rule: 'X12',
    by: ['I20', 'I2', 'stopped'],
    what: 'a draw leaves the purse as it was',
    file: 'src/meter/svm.ts',
    right: 'balance: purse.balance - granted, drawNumber',
    wrong: 'balance: purse.balance, drawNumber',
  },
  {
    rule: 'X13',
    by: ['I13'],
    seed: 2,
    what: 'the ring of use rows has two rows',
    file: 'src/meter/purse-journal.ts',
    right: 'export const USE_ROWS = 32;',
    wrong: 'export const USE_ROWS = 2;',
  },
  {
    rule: 'I1',
    by: ['I1', 'stopped'],
    what: 'a credit counts one token more',
    file: 'src/meter/svm.ts',
    right: '        credited: purse.credited + named.amount,',
    wrong: '        credited: purse.credited + named.amount + 1,',
  },
  {
    rule: 'I2',
    by: ['I2', 'stopped'],
    what: 'emergency credit is repaid and yet owed',
    file: 'src/meter/svm.ts',
    right: '        owed: purse.owed - repaid,\n',
    wrong: '',
  },
  {
    rule: 'I3',
    by: ['I3', 'stopped'],
    what: 'a void takes two places in the count',
    file: 'src/meter/svm.ts',
    right: '  commit(svm, { ...changed, lastCounter: receipt.counter }, row);',
    wrong: '  commit(svm, { ...changed, lastCounter: receipt.counter + (op === ValueOp.void ? 1 : 0) }, row);',
  },
  {
    rule: 'I4',
    by: ['I4'],
    what: 'an order that is stored waits for its turn again',
    file: 'src/host/receipts.ts',
    right: "      await tx.putOrder({ ...order, ...settled, state: 'stored' });",
    wrong: "      await tx.putOrder({ ...order, ...settled, state: 'waiting' });",
  },
  {
    rule: 'I5',
    by: ['I5', 'I10', 'stopped'],
    what: 'an order is booked as stored when the meter was silent',
    file: 'src/exchange/account.ts',
    right: "  if (receipt.counter !== account.lastCounter + 1) return { type: 'nothing-new' };",
    wrong:
      "  if (receipt.counter !== account.lastCounter + 1) return { type: 'stored', amount: outstanding?.amount ?? tokens(0) };",
  },
  {
    rule: 'I6',
    by: ['I8', 'I28', 'I11'],
    what: 'a void is refunded before its receipt',
    file: 'src/host/vending.ts',
    right: '      await tx.putOutstanding(voidRow(outstanding));\n',
    wrong:
      '      await tx.putOutstanding(voidRow(outstanding));\n      await refundUnsent(tx, { ...order, counter: undefined }, now);\n',
  },
  {
    rule: 'I7',
    by: ['I7', 'I8', 'I28', 'stopped'],
    what: 'of two sales of a meter in one second the second is lost',
    file: 'src/host/vending.ts',
    right: '  const added = orders.size === 0 ? [] : await tx.addOrders([...orders.values()]);',
    wrong:
      '  const added = now % 7 === 0 ? [...orders.values()].map((order) => ({ ...order, number: 1 }))' +
      ' : await tx.addOrders([...orders.values()]);',
  },
  {
    rule: 'I7',
    by: ['I7', 'I28'],
    what: 'a payer is told of a refund that is in no books',
    file: 'src/host/vending.ts',
    right: '      const refunded = await refundUnsent(tx, order, now);\n',
    wrong: "      const refunded = { ...order, state: 'refunded' } as const;\n",
  },
  {
    rule: 'I30',
    by: ['I30'],
    what: 'of what becomes of a sale no receipt is issued',
    file: 'src/host/receipts.ts',
    right: '  await receiptIsDue(tx, order);\n  await orderEnded',
    wrong: '  await orderEnded',
  },
  {
    rule: 'I30',
    by: ['I30'],
    what: 'a month ends with what it began with',
    // It begins on the eve of a month.
    seed: 3,
    transfers: 1_500,
    file: 'src/host/settlement.ts',
    right: '    end: decimals(days.at(-1) as BookSums),\n',
    wrong: '    end: decimals(begin),\n',
  },
  {
    rule: 'I8',
    by: ['I8', 'I28'],
    what: 'a refund is not posted',
    file: 'src/host/receipts.ts',
    right: "      if (order.op === 'credit') await tx.post(await refundOf(tx, order, now));\n",
    wrong: '',
  },
  {
    rule: 'I8',
    by: ['I8'],
    what: 'what a refund had recovered is not due again',
    file: 'src/host/receipts.ts',
    right: '  if (trade !== undefined && dues !== undefined) await tx.dues.put([settleDues(dues, trade, -1n)]);\n',
    wrong: '',
  },
  {
    rule: 'I9',
    by: ['I9', 'stopped'],
    what: 'the next transaction does not wait for the one before',
    file: 'src/host/jobs.ts',
    right: "    if (outstanding !== undefined) return { type: 'value', row: outstanding };\n",
    wrong: '',
  },
  {
    rule: 'I10',
    by: ['I10'],
    what: 'a meter of which nothing is damaged is frozen',
    file: 'src/exchange/account.ts',
    right: '    if (receipt.counter < account.lastCounter) return',
    wrong: '    if (receipt.counter <= account.lastCounter) return',
  },
  {
    rule: 'I11',
    by: ['I11'],
    what: 'what is stored can be taken back',
    file: 'src/host/vending.ts',
    right: "    case 'stored':\n    case 'closed':\n    case 'found':",
    wrong:
      "    case 'stored':\n      await tx.putOrder({ ...order, state: 'refunded' });\n      return order;\n    case 'closed':\n    case 'found':",
  },
  {
    rule: 'I12',
    by: ['I12', 'stopped'],
    what: 'the slot in use is written over',
    file: 'src/meter/purse-journal.ts',
    right: '  const slot = (journal.slot + 1) % PURSE_SLOTS;',
    wrong: '  const slot = journal.slot;',
  },
  {
    rule: 'I12',
    by: ['I13', 'I1', 'I3', 'I12', 'stopped'],
    what: 'an older memory is believed',
    file: 'src/meter/purse-journal.ts',
    right: '  const newest = known === undefined ? undefined : newestCommit(journal, known, records);\n',
    wrong:
      '  const last = records.toSorted((a, b) => b.purse.sequence - a.purse.sequence)[0];\n  const newest =\n    known === undefined ? undefined : (newestCommit(journal, known, records) ?? (last && { record: last, row: undefined }));\n',
  },
  {
    rule: 'I13',
    by: ['I12', 'I13'],
    what: 'a use row has the number of the record that it follows',
    file: 'src/meter/purse-journal.ts',
    right: '  purse.sequence = sequence;\n',
    wrong: '',
  },
  {
    rule: 'I13',
    by: ['I13', 'I12'],
    what: 'a record has the number of the use row before it',
    file: 'src/meter/purse-journal.ts',
    right: '    sequence: purse.sequence + 1,\n    used:',
    wrong: '    sequence: purse.sequence,\n    used:',
  },
  {
    rule: 'I14',
    by: ['I14'],
    what: 'a meter draws the same random number for each session',
    file: 'src/exchange/suite-xo.ts',
    right: '  randomness.fill(r3);\n',
    wrong: '',
    suite: '3des-xo',
  },
  {
    rule: 'I15',
    by: ['I15'],
    what: 'lack of credit is taken for a command',
    file: 'src/meter/relay.ts',
    right: '  for (const supply of meter.supplies) setReason(meter, supply, RelayReason.noCredit, true, out);',
    wrong: '  for (const supply of meter.supplies) setReason(meter, supply, RelayReason.command, true, out);',
  },
  {
    rule: 'I15',
    by: ['I15'],
    what: 'a key that has worked ends older ones of other purposes',
    file: 'src/meter/sam.ts',
    right: '    if (old >> 4 === n >> 4 && (old & 0x0f) < (n & 0x0f)) {\n',
    wrong: '    if ((old & 0x0f) < (n & 0x0f)) {\n',
  },
  {
    rule: 'I16',
    by: ['I16'],
    what: 'a key of any purpose carries any command',
    file: 'src/exchange/command.ts',
    right: '  if (h === Command.keyChange) return true;',
    wrong: '  if (h >= Command.valueStore) return true;',
  },
  {
    rule: 'I17',
    by: ['I17'],
    what: 'a credit forgets the floors',
    file: 'src/meter/svm.ts',
    right: '        owed: purse.owed - repaid,\n',
    wrong: '        owed: purse.owed - repaid,\n        floors: new Uint8Array(8),\n',
  },
  {
    rule: 'I18',
    by: ['I18'],
    what: 'the latch does not follow its reasons',
    file: 'src/meter/relay.ts',
    right: '  if (event !== undefined) writeEvent(meter, event);\n  driveLatch(meter, supply, out);',
    wrong: '  if (event !== undefined) writeEvent(meter, event);',
  },
  {
    rule: 'I18',
    by: ['I18'],
    what: 'an outage forgets why a relay is open',
    // Relays are opened by command in it, and their power goes.
    seed: 2,
    file: 'src/meter/start.ts',
    right: '      reasons: kept.reasons[index - 1] ?? 0,',
    wrong: '      reasons: 0,',
  },
  {
    rule: 'I18',
    by: ['I18'],
    what: 'who has emergency credit left is cut off',
    file: 'src/meter/exchanger.ts',
    right: '  const credit = meter.stored > 0 || hasCredit(meter);\n',
    wrong: '  const credit = meter.stored > 0 || (hasCredit(meter) && due > 0);\n',
  },
  {
    rule: 'I19',
    by: ['I19'],
    what: 'with the last token the buzzer sounds for three seconds',
    file: 'src/meter/warnings.ts',
    right: '  out.buzzer(Number.POSITIVE_INFINITY);',
    wrong: '  out.buzzer(3);',
  },
  {
    rule: 'I19',
    by: ['I19'],
    what: 'nobody is warned when the last unit goes into the exchanger',
    file: 'src/meter/exchanger.ts',
    right: '  exchanger.tokens += unit;\n  warnIfLastUnit(meter, out);\n',
    wrong: '  exchanger.tokens += unit;\n  if (unit > 100) warnIfLastUnit(meter, out);\n',
  },
  {
    rule: 'I20',
    by: ['I20', 'I8'],
    what: 'a power cut forgets what was carried below a token and adds a token',
    file: 'src/meter/start.ts',
    right: '  meter.accrual.remainder = meter.svm.remainder;',
    wrong: '  meter.accrual.remainder = 99_999_999_999;',
  },
  {
    rule: 'I20',
    by: ['I20'],
    what: 'a Monday has the prices of a Sunday, to whoever charges',
    file: 'src/tariff/rate.ts',
    right: '  const type = listed(table.holidays, day) ? HOLIDAY_TYPE : dayOfWeek(day);',
    wrong: '  const type = listed(table.holidays, day) ? HOLIDAY_TYPE : dayOfWeek(day) || 6;',
  },
  {
    rule: 'I20',
    by: ['I20'],
    what: 'a thousandth of a token is dropped with each token that is due, to whoever charges',
    file: 'src/tariff/charge.ts',
    right: '    accrual.remainder = units - due * CHARGE_UNITS_PER_TOKEN;\n    return due as Tokens;',
    wrong:
      '    accrual.remainder = Math.max(0, units - due * CHARGE_UNITS_PER_TOKEN - 100_000_000);\n    return due as Tokens;',
  },
  {
    rule: 'I21',
    by: ['I21'],
    what: 'a loss is written down and nobody is told',
    file: 'src/host/energy-balancing.ts',
    right: "  if (verdict === 'loss') await raiseLoss(tx, row, now);\n",
    wrong: '',
    ...{ days: 2, seed: 3, without: SPOILS_DAYS },
  },
  {
    rule: 'I21',
    by: ['I21'],
    what: 'the sum of the meters leaves one out',
    file: 'src/analysis/energy-balance.ts',
    right: '  for (const { supplies, clockOffsetMs = CLOCK_UNTOLD_MS } of meters) {',
    wrong: '  for (const { supplies, clockOffsetMs = CLOCK_UNTOLD_MS } of meters.slice(1)) {',
    ...{ days: 2, seed: 4, without: [...SPOILS_DAYS, ...THIEVES] },
  },
  {
    rule: 'I22',
    by: ['I22'],
    what: 'nobody is called when voltage comes behind an open relay',
    file: 'src/meter/output-voltage.ts',
    right: '  meter.attention |= AttentionReason.voltageWhileOpen;\n',
    wrong: '',
  },
  {
    rule: 'I22',
    by: ['I22'],
    what: 'a local unit forgets a monitoring key as soon as it has the next',
    file: 'src/concentrator/monitoring-keys.ts',
    right: '    ring.add(key);\n',
    wrong: '    ring.add(key);\n    forgetOlderKeys(meter, key, ring);\n',
  },
  {
    rule: 'I22',
    by: ['I22'],
    what: 'a meter is given a monitoring key before its local unit',
    file: 'src/host/key-change.ts',
    right: "  ...(purpose === 'monitoring' && { state: 'awaiting-local-unit' as const }),\n",
    wrong: '',
  },
  ...CARD_DEFECTS,
  {
    rule: 'I26',
    by: ['I26'],
    what: 'monitoring moves the clock as far as it likes',
    file: 'src/meter/clock.ts',
    right: '  if (spent + Math.abs(seconds) > SLEW_SECONDS_MAX) return Result.slewSpent;\n',
    wrong: '',
  },
  {
    rule: 'I26',
    by: ['I26'],
    what: 'after an outage a meter goes by the older of its two policies',
    // Policies are ordered in it of meters whose power goes.
    seed: 2,
    file: 'src/meter/lost-memory.ts',
    right: 'policy.version > newest.version',
    wrong: 'policy.version < newest.version',
  },
  {
    rule: 'I27',
    by: ['I27', 'I20'],
    what: 'the profile loses what a power cut kept for it',
    file: 'src/meter/start.ts',
    right: '    writeMinute(memory.nvm, place, (lastUse as MinuteOfUse).minute, energy, bands);',
    wrong: '    if (energy > 70_000) writeMinute(memory.nvm, place, (lastUse as MinuteOfUse).minute, energy, bands);',
  },
  {
    rule: 'I27',
    by: ['I27', 'I20'],
    what: 'minutes without power keep what the ring had of them eight days ago',
    file: 'src/meter/start.ts',
    right: '  if (darkMinutes > 0) markMissing(meter, meter.highestMinute + 1, minute);',
    wrong: '  if (darkMinutes > 999) markMissing(meter, meter.highestMinute + 1, minute);',
  },
  {
    rule: 'I27',
    by: ['I27'],
    what: 'minutes that a clock is set past are not marked',
    file: 'src/meter/minutes.ts',
    right: '  if (minute > from + 1) markMissing(',
    wrong: '  if (minute > from + 999) markMissing(',
  },
  {
    rule: 'I28',
    by: ['I28'],
    what: 'what was not answered is never tried again',
    seed: 106,
    transfers: 1_500,
    file: 'src/host/work.ts',
    right: 'const dueAt = (now + backOff(',
    wrong: 'const dueAt = (now + 1e9 + backOff(',
  },
  {
    rule: 'I28',
    by: ['I28'],
    what: 'no local unit is handed the monitoring key that its meter is to be given',
    file: 'src/host/key-handing.ts',
    right: '    if (changes.length === 0) return;\n',
    wrong: '    if (changes.length >= 0) return;\n',
  },
  {
    rule: 'I28',
    by: ['I28'],
    what: 'a monitoring key that was changed is never ended',
    file: 'src/host/control.ts',
    right: 'if (row.slot === CHANGE_OF_MONITORING) await queueCommand(',
    wrong: 'if (row.slot === CHANGE_OF_MONITORING && now < 0) await queueCommand(',
  },
  {
    rule: 'I29',
    by: ['I29'],
    what: 'chance is not that of the seed',
    file: 'src/host/work.ts',
    right: '  const jitter = ((bytes[0] as number) << 8) | (bytes[1] as number);',
    wrong: '  const jitter = Math.floor(performance.now() * 1000) & 0xffff;',
    twice: true,
  },
  {
    rule: 'I31',
    by: ['I31'],
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
    rule: 'I31',
    by: ['I31'],
    what: 'a key stands in hex in a row that the same transaction deletes again',
    file: 'src/host/dispatch.ts',
    right: '      const meaning = await settleAnswer(tx, exchange, answer, now);\n',
    wrong:
      "      const { exportTerminalKey } = await import('../crypto/index.ts');\n" +
      "      const id = 'under ' + Buffer.from(exportTerminalKey(exchange.session.key)).toString('hex');\n" +
      '      await tx.attempts.put([{ id, wrong: 1, at: 0 } as never]);\n' +
      '      await tx.attempts.delete([id]);\n' +
      '      const meaning = await settleAnswer(tx, exchange, answer, now);\n',
  },
  {
    rule: 'I32',
    by: ['I32'],
    what: 'a host that runs knows books that are in no store',
    file: 'src/host/host.ts',
    right: "      instantReserved = (await tx.fact('instant-reserved')) ?? 0;",
    wrong:
      "      instantReserved = (await tx.fact('instant-reserved')) ?? 0;\n      for (const each of await tx.meters()) await tx.putMeter({ ...each, tariff: undefined });",
  },
  {
    rule: 'I33',
    by: ['I33'],
    what: 'money is taken while its value is on its way',
    seed: 3,
    file: 'src/host/payments.ts',
    right: "    if (order?.state === 'stored') return { ...payment, state: 'capturing', attempts: 0 };",
    wrong:
      "    if (order !== undefined && order.state !== 'refunded') return { ...payment, state: 'capturing', attempts: 0 };",
  },
  {
    rule: 'I33',
    by: ['I33'],
    what: 'an approval that comes after the money was given back sells once more',
    seed: 3,
    file: 'src/host/payments.ts',
    right: "    if (payment.state !== 'asked' && payment.state !== 'pending') return payment;",
    wrong: "    if (payment.state === 'captured') return payment;",
  },
  {
    rule: 'I34',
    by: ['I34'],
    what: 'what a transaction wrote that was undone stays in the sums of the seals',
    transfers: 100,
    store: 'sqlite',
    file: 'src/storage/sqlite.ts',
    right: '      lane?.undo();\n',
    wrong: '',
  },
];
