import type { PaymentPortJson } from '../../api/index.ts';

/** What a payment service is given to take money from; nothing of it is kept. */
export type InstrumentKind = 'card' | 'wallet' | 'mandate' | 'token';

/** What pays through a port, by how its money comes in. */
export function kindOf(method: PaymentPortJson['method']): InstrumentKind {
  switch (method) {
    case 'card':
      return 'card';
    case 'wallet':
      return 'wallet';
    case 'direct-debit':
    case 'bank-transfer':
      return 'mandate';
    default:
      return 'token';
  }
}

/** @param expiry of a card, YYMM */
export function instrumentOf(kind: InstrumentKind, typed: string, expiry: string): object {
  const digits = typed.replace(/[\s-]/g, '');
  switch (kind) {
    case 'card':
      // A payment service that holds the card gives a token in the place of its number.
      return /^\d+$/.test(digits) ? { type: 'card', pan: digits, expiry } : { type: 'token', token: typed.trim() };
    case 'wallet':
      return { type: 'wallet', number: digits.replace(/^\+/, '') };
    case 'mandate':
      return { type: 'mandate', reference: typed.trim() };
    case 'token':
      return { type: 'token', token: typed.trim() };
  }
}
