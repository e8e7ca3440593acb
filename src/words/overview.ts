import type { Language } from './language.ts';

/** Of the overview. */
export interface OverviewWords {
  readonly note: string;
  readonly waiting: string;
  readonly books: string;
  readonly balanced: string;
  readonly unbalanced: string;
  readonly issued: string;
  readonly stored: string;
  readonly spent: string;
  readonly inFlight: string;
  readonly refunded: string;
  readonly owed: string;
  readonly purses: string;
  readonly found: string;
  readonly fromCards: string;
  readonly closed: string;
  readonly today: string;
  readonly toBooks: string;
  readonly meters: string;
  readonly metersCount: string;
  readonly stale: string;
  readonly energy: string;
  readonly energyToday: string;
  readonly energyHour: string;
  readonly before: string;
  readonly noEnergy: string;
  readonly alarms: string;
  readonly noAlarms: string;
  readonly alarmKinds: Readonly<Record<'frozen' | 'tampered' | 'dark' | 'suspicion', string>>;
  readonly since: string;
  readonly moreAlarms: string;
  readonly line: string;
  readonly lines: string;
  readonly linesWell: string;
  readonly silent: string;
  readonly mapRefused: string;
  readonly suspicions: string;
  readonly frames: string;
  readonly garbled: string;
  readonly orders: string;
  readonly ordersNone: string;
  readonly oldest: string;
  readonly cards: string;
  readonly cardsAsTold: string;
  readonly toCards: string;
  readonly provider: string;
  readonly cardsInFlight: string;
  readonly onCards: string;
  readonly inMeters: string;
}

export const OVERVIEW_WORDS: Readonly<Record<Language, OverviewWords>> = {
  en: {
    note: 'Everything at one glance, as the books and the meters last told it.',
    waiting: 'Adding up the books …',
    books: 'Books',
    balanced: 'balanced',
    unbalanced: 'not balanced: look at the books now',
    issued: 'Issued',
    stored: 'Stored in meters',
    spent: 'Spent',
    inFlight: 'On its way',
    refunded: 'Refunded',
    owed: 'Emergency credit owed',
    purses: 'In purses',
    found: 'Found',
    fromCards: 'From cards',
    closed: 'Closed',
    today: 'today {}',
    toBooks: 'The rows that make these sums',
    meters: 'Meters',
    metersCount: 'Meters: {}',
    stale: 'not heard lately: {}',
    energy: 'Energy through the transformers',
    energyToday: 'Today',
    energyHour: 'This hour',
    before: 'the same time yesterday {}',
    noEnergy: 'No check meter has told anything since yesterday.',
    alarms: 'Alarms',
    noAlarms: 'Nothing needs you.',
    alarmKinds: {
      frozen: 'Purse frozen',
      tampered: 'Seal or terminals',
      dark: 'Does not answer',
      suspicion: 'Energy is missing on the line',
    },
    since: 'since',
    moreAlarms: 'and {} more',
    line: 'Local unit {}',
    lines: 'Lines',
    linesWell: 'Every local unit tells of itself.',
    silent: 'silent: {}',
    mapRefused: 'address map refused: {}',
    suspicions: 'suspicions: {}',
    frames: 'frames {}, sent again {}',
    garbled: 'garbled {}',
    orders: 'Sales on their way',
    ordersNone: 'Every sale is in its meter.',
    oldest: 'The oldest was sold {} ago. It is safe, and arrives when its meter answers.',
    cards: 'Value on cards',
    cardsAsTold: 'as cards and meters last told',
    toCards: 'Cards and meters without a line',
    provider: 'Provider',
    cardsInFlight: 'Sold, not loaded',
    onCards: 'On cards',
    inMeters: 'In meters',
  },
  ko: {
    note: '장부와 계량기가 마지막으로 알린 내용을 한눈에 보여 줍니다.',
    waiting: '장부를 합산하는 중 …',
    books: '장부',
    balanced: '일치함',
    unbalanced: '일치하지 않음: 지금 장부를 확인하세요',
    issued: '발행',
    stored: '계량기에 저장',
    spent: '사용',
    inFlight: '전송 중',
    refunded: '환불',
    owed: '비상 크레딧 미상환',
    purses: '지갑 잔액',
    found: '발견',
    fromCards: '카드에서 받음',
    closed: '폐쇄',
    today: '오늘 {}',
    toBooks: '합계를 이루는 항목 보기',
    meters: '계량기',
    metersCount: '계량기 {}대',
    stale: '최근 소식 없음 {}대',
    energy: '변압기를 지난 전력량',
    energyToday: '오늘',
    energyHour: '이번 시간',
    before: '어제 같은 시각 {}',
    noEnergy: '어제부터 소식을 알린 검침용 계량기가 없습니다.',
    alarms: '경보',
    noAlarms: '확인할 일이 없습니다.',
    alarmKinds: {
      frozen: '지갑 동결',
      tampered: '봉인 또는 단자 이상',
      dark: '응답 없음',
      suspicion: '선로에서 전력이 새고 있음',
    },
    since: '발생',
    moreAlarms: '외 {}건',
    line: '지역 장치 {}',
    lines: '선로',
    linesWell: '모든 지역 장치가 상태를 알리고 있습니다.',
    silent: '소식 없음 {}',
    mapRefused: '주소표 거부 {}',
    suspicions: '의심 {}건',
    frames: '프레임 {}, 재전송 {}',
    garbled: '깨짐 {}',
    orders: '전송 중인 판매',
    ordersNone: '판매한 금액이 모두 계량기에 들어갔습니다.',
    oldest: '가장 오래된 판매는 {} 전입니다. 안전하게 보관되며 계량기가 응답하면 도착합니다.',
    cards: '카드에 있는 금액',
    cardsAsTold: '카드와 계량기가 마지막으로 알린 값',
    toCards: '카드와 통신선 없는 계량기',
    provider: '공급자',
    cardsInFlight: '판매 후 미충전',
    onCards: '카드에 있음',
    inMeters: '계량기에 있음',
  },
};
