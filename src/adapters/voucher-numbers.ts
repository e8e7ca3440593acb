import { createHmac } from 'node:crypto';
import type { VoucherNumbers } from '../host/index.ts';

/**
 * Numbers of vouchers under a key of their own: of fifteen digits all could be tried by whoever has the books, if a plain
 * hash stood there.
 * @param secret 32 bytes that all hosts of the utility share, and nobody else has
 */
export function voucherNumbers(secret: Uint8Array): VoucherNumbers {
  const key = createHmac('sha256', secret).update('numbers of vouchers').digest();
  return { hashOf: (number) => createHmac('sha256', key).update(number).digest('hex') };
}
