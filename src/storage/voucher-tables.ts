import type { Voucher, VoucherBatch } from '../host/ports.ts';
import { table } from './table.ts';

export const voucherBatches = table<VoucherBatch>('voucher_batches', ['id'], {
  id: 'text',
  count: 'number',
  value: 'number',
  expiresAt: 'number',
  by: 'text',
  approvedAt: 'number',
  printedAt: 'number?',
});
export const vouchers = table<Voucher>('vouchers', ['id'], {
  id: 'text',
  hash: 'text',
  batch: 'text',
  value: 'number',
  expiresAt: 'number',
  state: 'text',
  soldAt: 'number?',
  agent: 'text?',
  method: 'text?',
  paid: 'number',
  payment: 'text?',
  redeemedAt: 'number?',
});
