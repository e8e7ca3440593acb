import type { Defect } from './defects.ts';

/** Rules broken where households move. In the lives of these seeds they do. */
export const MOVING_DEFECTS: readonly Defect[] = [
  {
    rule: 'I35',
    by: ['I35'],
    what: 'what was left goes on to the next meter, and is to be paid out as well',
    seed: 4,
    file: 'src/host/leaving.ts',
    right: 'refund: balance - carried - settled,',
    wrong: 'refund: balance - settled,',
  },
  {
    rule: 'I35',
    by: ['I35'],
    what: 'who left is paid out a second time',
    seed: 4,
    file: 'src/host/moving.ts',
    right: '  if (tenancy.paidOutAt !== undefined) return tenancy;\n',
    wrong: '',
  },
  {
    rule: 'I35',
    by: ['I35'],
    what: 'who leaves gets what those before them had left',
    seed: 4,
    file: 'src/host/leaving.ts',
    right: 'const balance = purse.closed - tenancy.closedBefore;',
    wrong: 'const balance = purse.closed;',
  },
  {
    rule: 'I35',
    by: ['I35'],
    what: 'who comes repays what was lent to those before them',
    seed: 17,
    file: 'src/host/leaving.ts',
    right: '  if (purse.owed > 0n) return repay(tx, leaving, now);\n',
    wrong: '',
  },
  {
    rule: 'I36',
    by: ['I36', 'I35'],
    what: 'what a household owes stays at its meter as well',
    seed: 27,
    file: 'src/host/moved-value.ts',
    right: '{ ...owed, arrears: 0n, fixedCharge: 0n },',
    wrong: '{ ...owed, fixedCharge: 0n },',
  },
  {
    rule: 'I36',
    by: ['I36'],
    what: 'what somebody who left owes again is owed by whoever has the meter',
    seed: 48,
    file: 'src/host/owing.ts',
    right:
      "const to = gone === undefined && isThere ? here : await owesAt(tx, gone?.subscriber ?? meter?.subscriber ?? '');",
    wrong: "const to = isThere || gone !== undefined ? here : await owesAt(tx, meter?.subscriber ?? '');",
  },
  {
    rule: 'I36',
    by: ['I36'],
    what: 'who left is told of what others buy there',
    seed: 4,
    file: 'src/host/stay.ts',
    right: 'stays.set(subscriber, { subscriber, from, until: endOf(tenancy) });',
    wrong: 'stays.set(subscriber, { subscriber, from, until: undefined });',
  },
];
