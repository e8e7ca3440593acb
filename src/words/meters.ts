import type { Language } from './language.ts';

const en = {
  note: 'The most urgent first: frozen, tampered, not answering, off, low.',
  waiting: 'Reading the meters …',
  search: 'Search',
  searchHint: 'Number, subscriber or name',
  localUnit: 'Local unit',
  anyLocalUnit: 'All local units',
  state: 'State',
  all: 'All',
  empty: 'No meter is enrolled yet.',
  none: 'No meter fits what is asked for.',
  clear: 'Show all',
  table: 'Meters, the most urgent first',
  number: 'Meter',
  why: 'Why',
  balance: 'Balance',
  owed: 'Emergency credit',
  subscriber: 'Subscriber',
  tariff: 'Tariff',
  heard: 'Heard',
  never: 'never yet',
} as const;

/** Of the list of meters. */
export type MetersWords = Readonly<Record<keyof typeof en, string>>;

export const METERS_WORDS: Readonly<Record<Language, MetersWords>> = {
  en,
  ko: {
    note: '급한 순서대로 보여 줍니다: 동결, 조작, 응답 없음, 차단, 잔액 부족.',
    waiting: '계량기를 읽는 중 …',
    search: '찾기',
    searchHint: '번호, 가입자 번호 또는 이름',
    localUnit: '지역 장치',
    anyLocalUnit: '모든 지역 장치',
    state: '상태',
    all: '전체',
    empty: '등록된 계량기가 아직 없습니다.',
    none: '조건에 맞는 계량기가 없습니다.',
    clear: '전체 보기',
    table: '계량기 목록, 급한 순서',
    number: '계량기',
    why: '이유',
    balance: '잔액',
    owed: '비상 크레딧',
    subscriber: '가입자',
    tariff: '요금제',
    heard: '마지막 소식',
    never: '아직 없음',
  },
};
