import { X509Certificate } from 'node:crypto';
import type { Certificates } from '../adapters/framed-tcp.ts';

/** Until when a certificate is good, in Unix seconds. What cannot be read is refused by TLS itself, in its own words. */
export function expiryOf({ certificate }: Certificates): number | undefined {
  try {
    return new X509Certificate(certificate).validToDate.getTime() / 1000;
  } catch {
    return undefined;
  }
}
