import type { Language } from './language.ts';

/** Of a till: its shift, and what was counted in it. */
export interface TillWords {
  readonly note: string;
  readonly waiting: string;
  readonly none: string;
  readonly opening: string;
  readonly openingHint: string;
  readonly open: string;
  readonly since: string;
  readonly taken: string;
  readonly paidOut: string;
  readonly expected: string;
  readonly close: string;
  readonly closeTitle: string;
  readonly count: string;
  readonly countHint: string;
  readonly pieces: string;
  readonly counted: string;
  readonly wrongCount: string;
  readonly difference: string;
  readonly balance: Readonly<Record<'even' | 'short' | 'over', string>>;
  readonly done: string;
  readonly ofAgent: string;
  readonly posted: string;
  readonly sell: string;
}

export const TILL_WORDS: Readonly<Record<Language, TillWords>> = {
  en: {
    note: 'Cash that you take and give back is counted in your shift.',
    waiting: 'Looking whether your shift is open …',
    none: 'You have no shift open. Count what is in the till and open one.',
    opening: 'Cash in the till',
    openingHint: 'What is there before you sell anything',
    open: 'Open the shift',
    since: 'Open since',
    taken: 'Taken',
    paidOut: 'Given back',
    expected: 'Should be in the till',
    close: 'Count and close',
    closeTitle: 'Count the till',
    count: 'How many of each',
    countHint: 'Leave empty what is not there.',
    pieces: 'Pieces of {}',
    counted: 'Counted',
    wrongCount: 'Write whole numbers of notes and coins.',
    difference: 'Difference',
    balance: {
      even: 'The till is right.',
      short: '{} is missing.',
      over: '{} is too much.',
    },
    done: 'The shift is closed.',
    ofAgent: 'It is the cash of {}: no account of the utility changes.',
    posted: 'The books of the utility have it as a difference of cash.',
    sell: 'Sell',
  },
  ko: {
    note: '받은 현금과 돌려준 현금이 근무별로 집계됩니다.',
    waiting: '진행 중인 근무를 확인하는 중 …',
    none: '시작한 근무가 없습니다. 금전함의 현금을 센 다음 근무를 시작하세요.',
    opening: '금전함의 현금',
    openingHint: '판매를 시작하기 전에 들어 있는 금액',
    open: '근무 시작',
    since: '시작 시각',
    taken: '받은 금액',
    paidOut: '돌려준 금액',
    expected: '금전함에 있어야 할 금액',
    close: '세고 마감하기',
    closeTitle: '금전함 세기',
    count: '종류별 개수',
    countHint: '없는 것은 비워 두세요.',
    pieces: '{} 개수',
    counted: '센 금액',
    wrongCount: '지폐와 동전의 개수를 정수로 적어 주세요.',
    difference: '차액',
    balance: {
      even: '금액이 맞습니다.',
      short: '{} 모자랍니다.',
      over: '{} 남습니다.',
    },
    done: '근무가 마감되었습니다.',
    ofAgent: '{}의 현금이므로 사업자의 장부는 바뀌지 않습니다.',
    posted: '현금 차액으로 사업자의 장부에 적혔습니다.',
    sell: '판매하기',
  },
};
