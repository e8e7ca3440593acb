import type { Defect } from './defects.ts';

/** Rules broken in purse cards, in the meters that take from them, and at the host's desk for them. */
export const CARD_DEFECTS: readonly Defect[] = [
  {
    rule: 'I23',
    by: ['I23'],
    what: 'a card keeps a token of what it gives to a meter',
    file: 'src/card/spending.ts',
    right: 'const changed = { balance: tokens(balance - amount), debitCounter',
    wrong: 'const changed = { balance: tokens(balance - amount + 1), debitCounter',
  },
  {
    rule: 'I23',
    by: ['I23'],
    what: 'a card forgets what it holds when it is loaded',
    file: 'src/card/loading.ts',
    right: 'changed: { balance: tokens(balance + amount), loaded',
    wrong: 'changed: { balance: tokens(amount), loaded',
  },
  {
    rule: 'I24',
    by: ['I24'],
    what: 'a meter acknowledges a debit before it has credited it',
    file: 'src/card/take-value.ts',
    right: "  taking.state = { name: 'awaiting-credit-stored', met, record };\n  const row = {",
    wrong: '  if (record.amount > 0) return confirm(taking, met, record, record.amount);\n  const row = {',
  },
  {
    rule: 'I25',
    by: ['I25'],
    what: 'a meter takes from a card whose ticket is of an epoch that is past',
    // Cards are lost in it.
    seed: 207,
    file: 'src/card/take-value.ts',
    right: "  if (ticket.epoch < meter.epoch) return refused(taking, 'epoch-past');\n",
    wrong: '',
  },
  {
    rule: 'X1',
    by: ['I15', 'stopped'],
    what: 'the order of a card has no LTC before M1 leaves',
    file: 'src/host/card-desk.ts',
    right: "  await tx.cardOrders.put([{ ...order, state: 'outstanding', counter: purse.lastCounter + 1 }]);\n",
    wrong: '',
  },
  {
    rule: 'I5',
    by: ['I5'],
    what: 'what a card says was voided is booked as loaded',
    // Many payments are taken back in it.
    seed: 126,
    file: 'src/host/card-receipts.ts',
    right: '      await refund(tx, { ...settled, why: settlement.why }, now);\n',
    wrong: "      await tx.cardOrders.put([{ ...settled, state: 'stored' }]);\n",
  },
  {
    rule: 'I5',
    by: ['I5'],
    what: 'the receipt of a card is booked twice',
    file: 'src/host/card-receipts.ts',
    right: 'await tx.cardPurses.put([{ ...next, credited: purse.credited + amount }]);',
    wrong: 'await tx.cardPurses.put([{ ...next, credited: purse.credited + 2n * amount }]);',
  },
  {
    rule: 'I8',
    by: ['I8'],
    what: 'a load of a card is posted twice',
    file: 'src/host/card-receipts.ts',
    right: "await tx.post(cardMove('card-stored', amount, occasion));",
    wrong: "await tx.post(cardMove('card-stored', 2n * amount, occasion));",
    transfers: 300,
  },
  {
    rule: 'I9',
    by: ['I9', 'I15', 'stopped'],
    what: 'the next order of a card does not wait for the one before',
    file: 'src/host/card-desk.ts',
    right: "  if (purse.outstanding !== undefined) return { ...of, job: { type: 'order', id: purse.outstanding } };\n",
    wrong: '',
  },
];
