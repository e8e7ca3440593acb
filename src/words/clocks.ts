import type { Language } from './language.ts';

/** Of what people do in a demo, whose utility has another clock than they. */
export interface ClockWords {
  readonly wall: string;
  /** `{}` is the time of the utility. */
  readonly note: string;
}

export const CLOCK_WORDS: Readonly<Record<Language, ClockWords>> = {
  en: {
    wall: 'When, by the wall clock',
    note: 'People act by the clock on the wall. The utility of this demo has a clock of its own, and there it is {}.',
  },
  ko: {
    wall: '시각(벽시계)',
    note: '사람이 한 일은 벽시계 시각으로 적습니다. 이 데모의 사업자는 자기 시계를 쓰며 지금 {}입니다.',
  },
};
