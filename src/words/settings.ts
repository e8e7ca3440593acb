import type { Language } from './language.ts';

type Method = 'cash' | 'card' | 'bank-transfer' | 'direct-debit' | 'wallet' | 'payment-service' | 'voucher';

/** Of the page of settings: terms, webhooks, and what runs here. */
export interface SettingsWords {
  readonly note: string;
  readonly waiting: string;
  readonly terms: string;
  readonly termsNote: string;
  readonly currency: string;
  readonly exponent: string;
  readonly tax: string;
  /** Beside its figure, which has its own sign. */
  readonly taxRate: string;
  readonly fixed: string;
  readonly recovery: string;
  readonly recoveryRate: string;
  readonly recoveryNote: string;
  readonly fees: string;
  readonly feeFixed: string;
  readonly feeShare: string;
  readonly noFee: string;
  readonly methods: Readonly<Record<Method, string>>;
  readonly percentWrong: string;
  readonly publish: string;
  readonly published: string;
  readonly change: string;
  readonly webhooks: string;
  readonly webhooksNote: string;
  readonly noWebhooks: string;
  readonly add: string;
  readonly id: string;
  readonly url: string;
  readonly events: string;
  readonly waitingCount: string;
  readonly givenUp: string;
  readonly deliveries: string;
  readonly noDeliveries: string;
  readonly event: string;
  readonly since: string;
  readonly tries: string;
  readonly lastAnswer: string;
  readonly notTried: string;
  readonly nextTry: string;
  readonly leftOut: string;
  readonly retry: string;
  readonly retried: string;
  readonly acts: string;
  readonly remove: string;
  readonly removeSure: string;
  readonly about: string;
  readonly version: string;
  readonly health: string;
  readonly ready: string;
  readonly notReady: string;
  readonly zone: string;
  readonly reference: string;
  readonly referenceLink: string;
  readonly audit: string;
}

export const SETTINGS_WORDS: Readonly<Record<Language, SettingsWords>> = {
  en: {
    note: 'What becomes of a payment, who outside is told of it, and what runs here.',
    waiting: 'Reading the settings …',
    terms: 'Terms',
    termsNote: 'New terms hold for what is paid from when they are published; what was sold before keeps its own.',
    currency: 'Currency',
    exponent: 'Its minor unit has {} decimals.',
    tax: 'Tax, %',
    taxRate: 'Tax',
    fixed: 'Fixed charge a month',
    recovery: 'Recovered from a payment at most, %',
    recoveryRate: 'Recovered from a payment at most',
    recoveryNote: 'Of what is paid, at most so much goes to arrears; the rest is energy.',
    fees: 'Fees by payment',
    feeFixed: 'Fixed',
    feeShare: 'Share, %',
    noFee: 'none',
    methods: {
      cash: 'Cash',
      card: 'Card',
      'bank-transfer': 'Bank transfer',
      'direct-debit': 'Direct debit',
      wallet: 'Wallet',
      'payment-service': 'Payment service',
      voucher: 'Voucher',
    },
    percentWrong: 'A percentage such as 19 or 7.25',
    publish: 'Publish terms',
    published: 'The terms are published and hold from now on.',
    change: 'Change the terms',
    webhooks: 'Webhooks',
    webhooksNote: 'Addresses outside that are told what happens, until they take it.',
    noWebhooks: 'Nobody outside is told of anything.',
    add: 'Add a webhook',
    id: 'Id',
    url: 'Address',
    events: 'Told of',
    waitingCount: 'Not taken yet',
    givenUp: 'Given up',
    deliveries: 'What {} has not taken',
    noDeliveries: 'It has taken everything.',
    event: 'Event',
    since: 'Happened',
    tries: 'Tries',
    lastAnswer: 'Last answer',
    notTried: 'Not tried yet',
    nextTry: 'Next try',
    leftOut: '{} more are newer.',
    retry: 'Tell again',
    retried: '{} events are told again.',
    acts: 'What you can do',
    remove: 'Delete',
    removeSure: 'Delete, and forget what it was to be told',
    about: 'About',
    version: 'Version',
    health: 'Health',
    ready: 'It can serve',
    notReady: 'It cannot serve',
    zone: 'Time zone',
    reference: 'HTTP API',
    referenceLink: 'Read and try it',
    audit: 'Who did what',
  },
  ko: {
    note: '결제를 어떻게 나누는지, 밖의 누구에게 알리는지, 무엇이 돌고 있는지 보여 줍니다.',
    waiting: '설정을 읽는 중 …',
    terms: '판매 조건',
    termsNote: '새 조건은 공표한 때부터의 결제에 적용됩니다. 그 전에 판 것은 그대로입니다.',
    currency: '통화',
    exponent: '최소 단위는 소수점 아래 {}자리입니다.',
    tax: '세율(%)',
    taxRate: '세율',
    fixed: '월 기본료',
    recovery: '결제에서 미수금으로 가져갈 최대 비율(%)',
    recoveryRate: '결제에서 미수금으로 가져갈 최대 비율',
    recoveryNote: '결제 금액 중 이 비율까지만 미수금에 쓰고 나머지는 전기가 됩니다.',
    fees: '결제 수단별 수수료',
    feeFixed: '정액',
    feeShare: '비율(%)',
    noFee: '없음',
    methods: {
      cash: '현금',
      card: '카드',
      'bank-transfer': '계좌 이체',
      'direct-debit': '자동 이체',
      wallet: '전자 지갑',
      'payment-service': '결제 서비스',
      voucher: '충전권',
    },
    percentWrong: '19 또는 7.25처럼 적어 주세요',
    publish: '조건 공표',
    published: '조건을 공표했습니다. 지금부터 적용됩니다.',
    change: '조건 바꾸기',
    webhooks: '웹훅',
    webhooksNote: '일어난 일을 받아 갈 때까지 알려 주는 외부 주소입니다.',
    noWebhooks: '외부에 알리는 곳이 없습니다.',
    add: '웹훅 추가',
    id: '이름',
    url: '주소',
    events: '알릴 일',
    waitingCount: '아직 못 받음',
    givenUp: '포기함',
    deliveries: '{}에서 아직 받지 못한 것',
    noDeliveries: '모두 받았습니다.',
    event: '사건',
    since: '일어난 때',
    tries: '시도',
    lastAnswer: '마지막 응답',
    notTried: '아직 시도하지 않음',
    nextTry: '다음 시도',
    leftOut: '이보다 새로운 것이 {}건 더 있습니다.',
    retry: '다시 알리기',
    retried: '{}건을 다시 알립니다.',
    acts: '할 수 있는 일',
    remove: '지우기',
    removeSure: '지우고, 알릴 것도 잊기',
    about: '정보',
    version: '버전',
    health: '상태',
    ready: '정상',
    notReady: '서비스할 수 없음',
    zone: '시간대',
    reference: 'HTTP API',
    referenceLink: '읽고 시험해 보기',
    audit: '누가 무엇을 했는지',
  },
};
