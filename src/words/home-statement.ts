import type { Language } from './language.ts';

type Entry = 'sold' | 'stored' | 'refunded' | 'found' | 'from-card' | 'closed' | 'debt' | 'paid-out' | 'returned';
type Difference = 'used-before' | 'not-told-yet' | 'without-minutes' | 'fractions' | 'unexplained';

/** Of the page that explains a month, day by day. */
export interface HomeStatementWords {
  readonly waiting: string;
  readonly before: string;
  readonly after: string;
  readonly month: string;
  readonly opening: string;
  readonly topUps: string;
  readonly spent: string;
  readonly closing: string;
  readonly closingToday: string;
  readonly alsoOwed: Readonly<Record<'inFlight' | 'emergencyCredit' | 'arrears' | 'refunds', string>>;
  readonly used: string;
  readonly differences: Readonly<Record<Difference, string>>;
  readonly download: string;
  readonly forms: Readonly<Record<'pdf' | 'csv' | 'espi', string>>;
  readonly days: string;
  readonly dayNone: string;
  readonly dayPart: string;
  readonly dayToday: string;
  readonly dayWaiting: string;
  readonly steps: string;
  readonly energy: string;
  readonly price: string;
  readonly tokens: string;
  readonly stepsNone: string;
  readonly surcharge: string;
  readonly noTariff: string;
  readonly carried: string;
  readonly missing: string;
  readonly uncertain: string;
  readonly hours: string;
  readonly hour: string;
  readonly hourMissing: string;
  readonly movements: string;
  readonly entries: Readonly<Record<Entry, string>>;
  readonly repaid: string;
  readonly recovered: string;
  readonly dayEnd: string;
  readonly dayEmergency: string;
}

export const HOME_STATEMENT_WORDS: Readonly<Record<Language, HomeStatementWords>> = {
  en: {
    waiting: 'Explaining the month, minute by minute …',
    before: 'The month before',
    after: 'The month after',
    month: 'The month in one line',
    opening: 'At the start',
    topUps: 'Put in',
    spent: 'Spent',
    closing: 'At the end',
    closingToday: 'By today',
    alsoOwed: {
      inFlight: 'On its way to the meter: {}.',
      emergencyCredit: 'Emergency credit to pay back: {}.',
      arrears: 'Arrears from before: {}.',
      refunds: 'To be given back to you: {}.',
    },
    used: 'Used by the minutes: {} for {}. From that to what was spent:',
    differences: {
      'used-before': 'used before, told by the meter in this month',
      'not-told-yet': 'used, and not told by the meter yet',
      'without-minutes': 'spent in minutes that are not known',
      fractions: 'parts of a token',
      unexplained: 'not explained: ask your utility',
    },
    download: 'Take it with you',
    forms: { pdf: 'PDF', csv: 'CSV', espi: 'Green Button' },
    days: 'Day by day',
    dayNone: 'its minutes are not known',
    dayPart: 'known in part',
    dayToday: 'today, so far',
    dayWaiting: 'Explaining the day …',
    steps: 'Energy × price = value',
    energy: 'Energy',
    price: 'Price of a kWh',
    tokens: 'Value',
    stepsNone: 'Nothing is known yet of what was used. The meter is asked for its minutes after the day is over.',
    surcharge: 'with {} for phase angle',
    noTariff: 'before the first tariff',
    carried: 'In the month it counts {}: parts of a token are carried from day to day.',
    missing: '{} minutes are not known, and nothing is guessed for them.',
    uncertain: '{} minutes are uncertain: the clock of the meter was put right in them.',
    hours: 'Hour by hour',
    hour: '{}: {}',
    hourMissing: '{}: {} minutes not known',
    movements: 'What came and went',
    entries: {
      sold: 'Bought',
      stored: 'Arrived in the meter',
      refunded: 'Given back',
      found: 'Found in the meter',
      'from-card': 'Came from a card',
      closed: 'Taken out of the meter',
      debt: 'Put on your arrears',
      'paid-out': 'Paid out to you',
      returned: 'Payment taken back',
    },
    repaid: 'of it {} for emergency credit',
    recovered: '{} for arrears',
    dayEnd: 'In the meter when the day ended: {}.',
    dayEmergency: 'Emergency credit then: {}.',
  },
  ko: {
    waiting: '한 달을 분 단위로 풀이하는 중 …',
    before: '지난달',
    after: '다음 달',
    month: '한 줄로 보는 한 달',
    opening: '시작할 때',
    topUps: '충전',
    spent: '사용',
    closing: '끝날 때',
    closingToday: '오늘까지',
    alsoOwed: {
      inFlight: '계량기로 전송 중: {}.',
      emergencyCredit: '갚을 비상 크레딧: {}.',
      arrears: '이전 미납금: {}.',
      refunds: '돌려받을 금액: {}.',
    },
    used: '분 단위로 확인된 사용: {}, {}. 실제로 차감된 금액과의 차이:',
    differences: {
      'used-before': '전에 쓰고 이번 달에 계량기가 알려 온 몫',
      'not-told-yet': '썼지만 계량기가 아직 알려 오지 않은 몫',
      'without-minutes': '확인되지 않은 시간에 쓴 몫',
      fractions: '1토큰 미만의 끝수',
      unexplained: '설명되지 않음: 전력 회사에 문의하세요',
    },
    download: '내려받기',
    forms: { pdf: 'PDF', csv: 'CSV', espi: 'Green Button' },
    days: '날짜별',
    dayNone: '사용 기록이 아직 없음',
    dayPart: '일부만 확인됨',
    dayToday: '오늘, 지금까지',
    dayWaiting: '하루를 풀이하는 중 …',
    steps: '사용량 × 단가 = 금액',
    energy: '사용량',
    price: 'kWh당 단가',
    tokens: '금액',
    stepsNone: '아직 확인된 사용량이 없습니다. 하루가 끝난 뒤 계량기에 기록을 묻습니다.',
    surcharge: '위상각 할증 {} 포함',
    noTariff: '첫 요금제 이전',
    carried: '한 달 안에서는 {}(으)로 셉니다. 1토큰 미만의 끝수는 다음 날로 넘어갑니다.',
    missing: '{}분은 알 수 없으며, 추측하지 않았습니다.',
    uncertain: '{}분은 확실하지 않습니다. 그때 계량기의 시계를 맞추었습니다.',
    hours: '시간별',
    hour: '{}: {}',
    hourMissing: '{}: {}분 알 수 없음',
    movements: '들어오고 나간 금액',
    entries: {
      sold: '구매',
      stored: '계량기에 도착',
      refunded: '환불',
      found: '계량기에서 발견',
      'from-card': '카드에서 받음',
      closed: '계량기에서 회수',
      debt: '미납금에 추가',
      'paid-out': '회원님께 지급',
      returned: '결제 반환',
    },
    repaid: '이 중 {}은(는) 비상 크레딧 상환',
    recovered: '{}은(는) 미납금',
    dayEnd: '하루가 끝날 때 잔액: {}.',
    dayEmergency: '그때 비상 크레딧: {}.',
  },
};
