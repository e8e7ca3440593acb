import type { Language } from './language.ts';

/** What every form says when it cannot go on. */
export interface FormWords {
  readonly away: string;
  readonly reused: string;
  readonly money: string;
  /** Beside a field that has to be filled in, and one that takes something else. */
  readonly missing: string;
  readonly wrong: string;
  /** Of a day of any year. */
  readonly month: string;
  readonly day: string;
}

export const FORM_WORDS: Readonly<Record<Language, FormWords>> = {
  en: {
    away: 'The host does not answer. What you typed is kept here: press again, and it is done once even if the first press arrived.',
    reused: 'An earlier press was done already, with other contents. Look at what it did before you press again.',
    money: 'An amount such as 20 or 12.50',
    missing: 'Fill this in.',
    wrong: 'Write it in another way: the field does not take it as it is.',
    month: 'Month',
    day: 'Day',
  },
  ko: {
    away: '호스트가 응답하지 않습니다. 입력하신 내용은 그대로 있으니 다시 눌러 주세요. 앞서 누른 것이 전달되었더라도 한 번만 처리됩니다.',
    reused: '앞서 누른 것이 다른 내용으로 이미 처리되었습니다. 다시 누르기 전에 그 결과를 확인해 주세요.',
    money: '20 또는 12.50처럼 금액을 적어 주세요',
    missing: '이 칸을 채워 주세요.',
    wrong: '적은 형식이 맞지 않습니다. 다르게 적어 주세요.',
    month: '월',
    day: '일',
  },
};
