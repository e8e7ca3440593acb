import type { Language } from './language.ts';

/** What a household is told by a message to its telephone; `{}` is the meter's number, then what there is. */
export interface SmsWords {
  readonly stored: string;
  readonly low: string;
  readonly lastToken: string;
  readonly hoursLeft: string;
  readonly usedUp: string;
}

export const SMS_WORDS: Readonly<Record<Language, SmsWords>> = {
  en: {
    stored: 'Meter {}: {} is in the meter.',
    low: 'Meter {}: only {} is left. Buy before it is used up.',
    lastToken: 'Meter {}: the last {} is being used. Buy now, or the supply is cut off.',
    hoursLeft: 'Meter {}: {} is left, enough for about {} hours. Buy now to keep the supply.',
    usedUp: 'Meter {}: everything is used up, and the supply is cut off soon. Buy now to keep it.',
  },
  ko: {
    stored: '계량기 {}: {} 충전되었습니다.',
    low: '계량기 {}: 잔액 {}. 떨어지기 전에 충전하세요.',
    lastToken: '계량기 {}: 마지막 {} 사용 중. 지금 충전하지 않으면 전기가 끊깁니다.',
    hoursLeft: '계량기 {}: 잔액 {}, 약 {}시간 사용 가능. 지금 충전하세요.',
    usedUp: '계량기 {}: 잔액이 없어 곧 전기가 끊깁니다. 지금 충전하세요.',
  },
};
