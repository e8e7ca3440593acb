import type { PaymentPortJson } from '../../../api/index.ts';

/** What has to be typed for each way to pay. */
export type InstrumentKind = 'card' | 'wallet' | 'mandate' | 'token';

export function kindOf(method: PaymentPortJson['method']): InstrumentKind {
  switch (method) {
    case 'card':
    case 'wallet':
      return method;
    case 'direct-debit':
    case 'bank-transfer':
      return 'mandate';
    default:
      return 'token';
  }
}

/** What pays, as the API takes it, of what was typed; undefined while an expiry is none. */
export function instrumentOf(kind: InstrumentKind, text: string, expiry: string): object | undefined {
  switch (kind) {
    case 'card': {
      const good = expiryOf(expiry);
      return good === undefined ? undefined : { type: kind, pan: text.replace(/[\s-]/g, ''), expiry: good };
    }
    case 'wallet':
      return { type: kind, number: text.replace(/[\s+()-]/g, '') };
    case 'mandate':
      return { type: kind, reference: text.trim() };
    case 'token':
      return { type: kind, token: text.trim() };
  }
}

/** `2905` of `05/29`. */
export function expiryOf(text: string): string | undefined {
  const [, month, year] = /^\s*(0[1-9]|1[0-2])\s*\/?\s*(?:20)?(\d{2})\s*$/.exec(text) ?? [];
  return month === undefined || year === undefined ? undefined : year + month;
}
