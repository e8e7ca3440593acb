import type { Language } from './language.ts';

/** Of what is found by those who look at a meter. */
export interface InspectionWords {
  readonly title: string;
  readonly waiting: string;
  readonly none: string;
  readonly write: string;
  readonly found: string;
  readonly findings: Readonly<
    Record<'in-order' | 'seal-broken' | 'cover-open' | 'wire-around' | 'damaged' | 'not-reached', string>
  >;
  readonly note: string;
  /** `{}`: when, and who. */
  readonly by: string;
  readonly written: string;
  /** Beside a meter that is suspected: `{}` is what was found, when, and by whom. */
  readonly last: string;
}

export const INSPECTION_WORDS: Readonly<Record<Language, InspectionWords>> = {
  en: {
    title: 'Inspections',
    waiting: 'Reading what was found at it …',
    none: 'Nobody has written down an inspection yet.',
    write: 'Write an inspection',
    found: 'What you found',
    findings: {
      'in-order': 'In order',
      'seal-broken': 'Seal broken',
      'cover-open': 'Cover was open',
      'wire-around': 'Wires around the meter',
      damaged: 'Damaged',
      'not-reached': 'Not reached',
    },
    note: 'What you saw there',
    by: '{}, by {}',
    written: 'The inspection is written down.',
    last: 'Inspected: {}; {}, by {}',
  },
  ko: {
    title: '점검',
    waiting: '점검 내역을 읽는 중 …',
    none: '아직 적힌 점검이 없습니다.',
    write: '점검 적기',
    found: '점검 결과',
    findings: {
      'in-order': '이상 없음',
      'seal-broken': '봉인 파손',
      'cover-open': '덮개 열림',
      'wire-around': '계량기 우회 배선',
      damaged: '파손',
      'not-reached': '접근 못 함',
    },
    note: '현장에서 본 것',
    by: '{}, {}',
    written: '점검을 적었습니다.',
    last: '점검: {} ({}, {})',
  },
};
