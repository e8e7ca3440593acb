import type { Call } from './call-state.ts';
import type { OfferedWay } from './types.ts';

/** More keys than these has no menu: 0 is for a person. */
const WAYS_MAX = 9;

/**
 * The ways to pay that a caller has here: what the utility keeps for the household, the mobile money of the telephone
 * that calls, and a card whose number is keyed. What is kept names no person who pays: it wants the PIN.
 */
export function waysOf({ who, ways, begun: { from } }: Call): OfferedWay[] {
  const kept = (who?.access?.means ?? []).flatMap(({ port, account }): OfferedWay[] => {
    const method = ways.find(({ name }) => name === port)?.method;
    if (method === undefined || method === 'voucher') return [];
    const name = method === 'wallet' ? 'wallet-kept' : account.type === 'mandate' ? 'bank-kept' : 'card-kept';
    return [{ name, port, method, instrument: account }];
  });
  const others = ways.flatMap(({ name: port, method }): OfferedWay[] => {
    if (method === 'wallet' && from !== undefined) {
      return [{ name: 'wallet', port, method, instrument: { type: 'wallet', number: from } }];
    }
    return method === 'card' ? [{ name: 'card', port, method, instrument: undefined }] : [];
  });
  return [...kept, ...others].slice(0, WAYS_MAX);
}

/** Whoever has a voucher says its number alone: what is paid stands on it. Nothing where nobody takes any. */
export function voucherWay({ ways }: Pick<Call, 'ways'>): Omit<OfferedWay, 'instrument'> | undefined {
  const found = ways.find(({ method }) => method === 'voucher');
  return found && { name: 'voucher', port: found.name, method: found.method };
}

export const isKept = ({ name }: OfferedWay): boolean =>
  name === 'card-kept' || name === 'bank-kept' || name === 'wallet-kept';

/** ISO/IEC 7812-1, annex B: 12 to 19 digits with a good check digit. */
export function isCardNumber(digits: string): boolean {
  if (!/^\d{12,19}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const weighed = Number(digit) * (place % 2 === 0 ? 1 : 2);
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return sum % 10 === 0;
}

/** `0529`, as it stands on a card, is 2905; nothing for what is no month and year. */
export function expiryOf(digits: string): string | undefined {
  const [, month = '', year = ''] = digits.match(/^(0[1-9]|1[0-2])(\d\d)$/) ?? [];
  return month === '' ? undefined : `${year}${month}`;
}
