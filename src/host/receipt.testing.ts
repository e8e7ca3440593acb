import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { toBase64url } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';
import { csn, type Milliseconds, milliseconds, type Randomness, svpmsn, tokens } from '../units/index.ts';
import type { WholeReceipt } from './receipt-document.ts';
import type { ReceiptKeys, ReceiptSigner } from './receipt-port.ts';

/** RFC 8037 appendix A.1: a key that everybody knows. */
export const KNOWN_KEY = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
};

const privateKey = createPrivateKey({ key: KNOWN_KEY, format: 'jwk' });
const publicKey = createPublicKey(privateKey);

export const KNOWN_KID = '2026-1';

/** A compact JWS by node:crypto, with whatever header. */
export function jwsBy(header: object, payload: Uint8Array): string {
  const signed = `${toBase64url(Buffer.from(JSON.stringify(header)))}.${toBase64url(payload)}`;
  return `${signed}.${toBase64url(sign(null, Buffer.from(signed), privateKey))}`;
}

export const knownSigner = (kid = KNOWN_KID): ReceiptSigner => ({
  sign: async (payload, typ) => jwsBy({ alg: 'EdDSA', kid, typ }, payload),
});

/** The known key under one name. */
export const knownKeys = (kid = KNOWN_KID, expiresAt?: Milliseconds): ReceiptKeys => ({
  find: (asked) => (asked === kid ? { expiresAt, signed: async (jws) => isSigned(jws) } : undefined),
});

function isSigned(jws: string): boolean {
  const at = jws.lastIndexOf('.');
  return verify(null, Buffer.from(jws.slice(0, at)), publicKey, Buffer.from(jws.slice(at + 1), 'base64url'));
}

/** The same bytes for the same seed. */
export function drawnFrom(seed: string): Randomness {
  let drawn = 0;
  return {
    fill: (bytes) => {
      for (let i = 0; i < bytes.length; i++) bytes[i] = sha256(Buffer.from(`${seed} ${drawn++}`))[0] as number;
    },
  };
}

export const ISSUED_AT = milliseconds(Date.UTC(2026, 2, 2, 0, 5, 15, 213));

/** A trade that was paid by card and is in its meter; no two numbers have the same. */
export function tradeOf(number: number): WholeReceipt {
  const at = milliseconds(ISSUED_AT - 4_213);
  const total = 33_000 + number;
  return {
    head: {
      number: `2026-${String(number).padStart(8, '0')}`,
      utility: { name: '한빛에너지', registration: '123-45-67890' },
      zone: 'Asia/Seoul',
      issuedAt: ISSUED_AT,
      currency: 'KRW',
      exponent: 0,
      total,
      state: 'stored',
      corrects: `2026-S${String(number).padStart(7, '0')}`,
    },
    order: {
      id: `web-7f3a90c2-${number}`,
      meter: svpmsn(0x0a1b2c),
      tokens: tokens(25_000 + number),
      lines: [
        { kind: 'energy', amount: 25_000 + number, label: undefined },
        { kind: 'fixed-charge', amount: 2_000, label: undefined },
        { kind: 'tax', amount: 3_000, label: 'VAT 10 %' },
        { kind: 'arrears', amount: 2_500, label: undefined },
        { kind: 'fee', amount: 500, label: 'Kiosk' },
      ],
      orderedAt: at,
      settledAt: ISSUED_AT,
      counter: 17,
    },
    payment: { method: 'card', shown: '**** 1234', approval: '30412277', paid: total, paidAt: at },
  };
}

/** A sale to a card that was paid in cash and waits for it; no two numbers have the same. */
export function cardTradeOf(number: number): WholeReceipt {
  const { head, payment } = tradeOf(number);
  const at = milliseconds(ISSUED_AT - 4_213);
  const total = 11_000 + number;
  return {
    head: { ...head, number: `C00112233445566${number}-1`, total, state: 'sold', corrects: undefined },
    order: {
      id: `till-2c81-${number}`,
      card: { number: csn('04a1b2c3d4e5f6'), region: 'gas', provider: '서울도시가스' },
      tokens: tokens(10_000 + number),
      lines: [
        { kind: 'value', amount: 10_000 + number, label: undefined },
        { kind: 'tax', amount: 1_000, label: 'VAT 10 %' },
      ],
      orderedAt: at,
      settledAt: undefined,
      counter: undefined,
    },
    payment: { ...payment, method: 'cash', shown: undefined, approval: undefined, paid: total },
  };
}
