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
  step: 'price {}%',
  less: 'less',
  more: 'more',
  steps: 'The line under each day is the price: the higher, the dearer.',
  missing: 'not told by the meter yet',
  keys: 'Point at a minute to read it, or move with the arrow keys.',
  dayLabel: 'Load of {} by minute: at most {}.',
  power: 'Load',
  price: 'Price',
} as const;

const readings = {
  title: 'Readings that are marked',
  none: 'All readings of these days are as they should be.',
  when: 'When',
  why: 'Why',
  held: 'Held for it',
  estimated: 'estimated {}',
  notEstimated: 'nothing known to estimate from',
  asTold: 'as told',
  note: 'An estimate is used for balances and forecasts. It is charged to nobody.',
  more: 'And {} more.',
  missing: 'The meter recorded nothing.',
  untimed: 'The energy stands in other minutes: the clock was moved.',
  impossible: 'More than the meter can measure.',
  differs: 'The meter told another value before; the newer one is kept.',
  doubled: 'Another supply of the line told the very same day.',
} as const;

const voltage = {
  title: 'Voltage',
  label: 'Voltage by quarter of an hour over {} days: from {} to {}.',
  lowest: 'Lowest quarter of an hour',
  highest: 'Highest quarter of an hour',
  none: 'not told',
  impossible: 'No voltage that a meter can have measured.',
  note: 'Means of a quarter of an hour, which come with the end of their day. Short dips and rises are among the events.',
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

/** Of the chart of a voltage. */
export const VOLTAGE_WORDS: Readonly<Record<Language, Of<typeof voltage>>> = {
  en: voltage,
  ko: {
    title: '전압',
    label: '{}일 동안 15분마다의 전압: {}에서 {}까지.',
    lowest: '가장 낮은 15분',
    highest: '가장 높은 15분',
    none: '전달되지 않음',
    impossible: '계량기가 잴 수 없는 전압입니다.',
    note: '15분 평균이며, 하루가 끝나면 전해집니다. 짧은 전압 강하와 상승은 이벤트에 있습니다.',
  },
};

/** Of readings that validation marked; a reason goes by its code. */
export const READING_WORDS: Readonly<Record<Language, Of<typeof readings>>> = {
  en: readings,
  ko: {
    title: '표시가 붙은 검침값',
    none: '이 기간의 검침값은 모두 정상입니다.',
    when: '시각',
    why: '이유',
    held: '대신 쓰는 값',
    estimated: '추정 {}',
    notEstimated: '추정할 근거가 없음',
    asTold: '전해진 값 그대로',
    note: '추정값은 수지와 예측에만 쓰이며, 누구에게도 청구되지 않습니다.',
    more: '그 밖에 {}건.',
    missing: '계량기가 기록하지 않았습니다.',
    untimed: '시계가 바뀌어 다른 분에 합쳐졌습니다.',
    impossible: '계량기가 잴 수 있는 값보다 큽니다.',
    differs: '전에 전한 값과 다릅니다. 새 값을 씁니다.',
    doubled: '같은 선로의 다른 공급이 똑같은 하루를 전했습니다.',
  },
};
