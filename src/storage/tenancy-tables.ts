import type { Tenancy } from '../host/ports.ts';
import { table } from './table.ts';

export const tenancies = table<Tenancy>('tenancies', ['id'], {
  id: 'text',
  svpmsn: 'number',
  subscriber: 'text',
  movedInAt: 'number',
  state: 'text',
  askedAt: 'number?',
  next: 'number?',
  closedBefore: 'bigint',
  closings: 'number',
  repayments: 'number',
  leftAt: 'number?',
  reading: 'text?',
  readAt: 'number?',
  balance: 'bigint?',
  owed: 'bigint?',
  register: 'number?',
  registerAt: 'number?',
  settled: 'bigint?',
  carried: 'number?',
  refund: 'bigint?',
  paidOutAt: 'number?',
});
