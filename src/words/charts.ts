import type { Language } from './language.ts';

const balance = {
  balance: 'Balance',
  owed: 'Emergency credit',
  stored: 'Value stored',
  label: 'Balance over time: from {} to {}, with {} purchases that arrived.',
} as const;

const load = {
  label: 'Load by minute, a row for each of {} days: {} in all, {} minutes not known.',
  none: 'not told',
  uncertain: 'not measured by itself',
  at: '{}, {}',
  step: 'price {} %',
  less: 'less',
  more: 'more',
  steps: 'The line under each day is the price: the higher, the dearer.',
  missing: 'not told by the meter yet',
  keys: 'Point at a minute to read it, or move with the arrow keys.',
  dayLabel: 'Load of {} by minute: at most {}.',
  power: 'Load',
  price: 'Price',
} as const;

type Of<T> = Readonly<Record<keyof T, string>>;

/** Of the chart of a balance. */
export const BALANCE_WORDS: Readonly<Record<Language, Of<typeof balance>>> = {
  en: balance,
  ko: {
    balance: '잔액',
    owed: '비상 크레딧',
    stored: '충전 완료',
    label: '시간별 잔액: {}에서 {}(으)로, 그 사이 충전 {}건.',
  },
};

/** Of the charts of a load. */
export const LOAD_WORDS: Readonly<Record<Language, Of<typeof load>>> = {
  en: load,
  ko: {
    label: '분 단위 부하, {}일 동안 하루 한 줄: 모두 {}, 모르는 시간 {}분.',
    none: '전달되지 않음',
    uncertain: '따로 재지 않은 값',
    at: '{} {}',
    step: '요금 {}%',
    less: '적음',
    more: '많음',
    steps: '날짜마다 아래의 선이 요금입니다. 높을수록 비쌉니다.',
    missing: '계량기가 아직 전하지 않음',
    keys: '가리키거나 화살표 키로 움직이면 그 분의 값을 읽을 수 있습니다.',
    dayLabel: '{}의 분 단위 부하: 최대 {}.',
    power: '부하',
    price: '요금',
  },
};
