import { decimalText } from '../../format.ts';
import { useLocale } from '../../locale.tsx';
import { useSession } from '../../session.tsx';

/** A unit charge has three digits more than money has. */
export const CHARGE_DIGITS = 3;

/** Milli-tokens as money, without the noughts behind: `€0.25` of 25000 where a token is a cent. */
export function useCharge(): (milliTokens: string) => string {
  const { language } = useLocale();
  const { code, exponent } = useSession().utility.currency;
  const format = new Intl.NumberFormat(language === 'en' ? 'en-GB' : 'ko-KR', {
    ...{ style: 'currency', currency: code, currencyDisplay: 'narrowSymbol' },
    ...{ minimumFractionDigits: exponent, maximumFractionDigits: exponent + CHARGE_DIGITS },
  });
  return (milliTokens) =>
    format.format(decimalText(milliTokens, exponent + CHARGE_DIGITS) as Intl.StringNumericLiteral);
}
