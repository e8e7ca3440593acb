import type { Language } from './language.ts';

const accounts = {
  cash: 'Cash',
  card: 'Card payments',
  'bank-transfer': 'Bank transfers',
  'direct-debit': 'Direct debits',
  wallet: 'Mobile wallets',
  'payment-service': 'Payment services',
  voucher: 'Vouchers sold, not redeemed',
  'vouchers-lapsed': 'Vouchers that expired',
  prepaid: 'Sold, on its way to meters',
  'value-in-meters': 'Value in meters',
  'refunds-payable': 'Refunds to be paid out',
  'closed-purses': 'Left in closed purses',
  'found-in-meters': 'Found in meters, never sold',
  'emergency-credit': 'Emergency credit, not paid yet',
  'energy-revenue': 'Energy, step not told yet',
  'fixed-charges': 'Charges by the month',
  fees: 'Fees',
  tax: 'Tax',
  arrears: 'Arrears',
  'debts-taken-over': 'Debts taken over',
  commissions: 'Commissions',
  goodwill: 'Value given',
  'value-moved': 'Moved out of closed purses',
  'cash-differences': 'Differences of tills',
  'energy-bought': 'Energy bought',
  seller: 'Owed to the seller',
} as const;

const accountsOf = {
  'energy-revenue': 'Energy at {}%',
  float: 'Float of {}',
  'prepaid-cards': 'Sold, not on the card yet: {}',
  'value-on-cards': 'Value on cards: {}',
  'value-in-offline-meters': 'Value in meters without a line: {}',
  'offline-revenue': 'Spent in meters without a line: {}',
  'cards-payable': 'To be given back: {}',
  'found-on-cards': 'Found on cards, never sold: {}',
  'card-fees': 'Fees of cards: {}',
  'card-tax': 'Tax of cards: {}',
} as const;

const kinds = {
  sold: 'Sold',
  stored: 'Stored in the meter',
  refunded: 'Refunded',
  found: 'Found in the meter',
  'from-card': 'Taken from cards by a meter',
  closed: 'Purse closed',
  spent: 'Energy used',
  divided: 'Energy put to its steps',
  debt: 'Arrears booked',
  'paid-out': 'Refund paid out',
  returned: 'Payment taken back',
  float: 'Float moved',
  commission: 'Commission',
  'cash-up': 'Till counted',
  'dues-paid': 'Dues paid without a meter',
  bought: 'Month closed with the seller',
  'vouchers-sold': 'Vouchers sold',
  'vouchers-void': 'Vouchers made void',
  'card-sold': 'Sold to a card',
  'card-stored': 'Loaded on the card',
  'card-refunded': 'Sale to a card refunded',
  'card-found': 'Found on a card',
  'card-closed': 'Taken off a card',
  'card-handed': 'From card to meter',
  'card-recovered': 'Given to the next card',
  'card-spent': 'Used in a meter without a line',
  'card-paid-out': 'Paid out to a card holder',
} as const;

/** An account of the ledger that is there once. */
export type AccountWord = keyof typeof accounts;
/** What stands before the colon in the name of an account that is there for each of many. */
export type AccountOfWord = keyof typeof accountsOf;
/** What a posting books. */
export type PostingWord = keyof typeof kinds;

/** What people read of the ledger. */
export interface LedgerWords {
  readonly accounts: Readonly<Record<AccountWord, string>>;
  /** `{}` is the percentage of the step, the agent or the provider. */
  readonly accountsOf: Readonly<Record<AccountOfWord, string>>;
  readonly kinds: Readonly<Record<PostingWord, string>>;
}

export const LEDGER_WORDS: Readonly<Record<Language, LedgerWords>> = {
  en: { accounts, accountsOf, kinds },
  ko: {
    accounts: {
      cash: '현금',
      card: '카드 결제',
      'bank-transfer': '계좌 이체',
      'direct-debit': '자동 출금',
      wallet: '모바일 지갑',
      'payment-service': '결제 서비스',
      voucher: '팔린 미사용 충전권',
      'vouchers-lapsed': '기한이 지난 충전권',
      prepaid: '판매됨, 계량기로 가는 중',
      'value-in-meters': '계량기 안의 금액',
      'refunds-payable': '지급할 환불금',
      'closed-purses': '닫힌 지갑에 남은 금액',
      'found-in-meters': '판 적 없이 계량기에서 발견',
      'emergency-credit': '아직 갚지 않은 비상 크레딧',
      'energy-revenue': '전력 매출(단계 미확인)',
      'fixed-charges': '월 기본료',
      fees: '수수료',
      tax: '세금',
      arrears: '미납금',
      'debts-taken-over': '넘겨받은 채무',
      commissions: '판매 수수료',
      goodwill: '무상 지급',
      'value-moved': '닫힌 지갑에서 옮긴 금액',
      'cash-differences': '금전함 차액',
      'energy-bought': '사들인 전력',
      seller: '판매 사업자에게 줄 금액',
    },
    accountsOf: {
      'energy-revenue': '전력 매출({}%)',
      float: '예치금: {}',
      'prepaid-cards': '판매됨, 아직 카드에 없음: {}',
      'value-on-cards': '카드 안의 금액: {}',
      'value-in-offline-meters': '회선 없는 계량기 안의 금액: {}',
      'offline-revenue': '회선 없는 계량기에서 사용: {}',
      'cards-payable': '돌려줄 금액: {}',
      'found-on-cards': '판 적 없이 카드에서 발견: {}',
      'card-fees': '카드 수수료: {}',
      'card-tax': '카드 세금: {}',
    },
    kinds: {
      sold: '판매',
      stored: '계량기에 저장',
      refunded: '환불',
      found: '계량기에서 발견',
      'from-card': '계량기가 카드에서 받음',
      closed: '지갑 닫음',
      spent: '전기 사용',
      divided: '요금 단계별 배분',
      debt: '미납금 기장',
      'paid-out': '환불금 지급',
      returned: '결제 반환',
      float: '예치금 이동',
      commission: '판매 수수료',
      'cash-up': '금전함 계수',
      'dues-paid': '계량기 없는 미납금 납부',
      bought: '월 정산 마감',
      'vouchers-sold': '충전권 판매',
      'vouchers-void': '충전권 무효 처리',
      'card-sold': '카드에 판매',
      'card-stored': '카드에 충전',
      'card-refunded': '카드 판매 환불',
      'card-found': '카드에서 발견',
      'card-closed': '카드에서 회수',
      'card-handed': '카드에서 계량기로',
      'card-recovered': '새 카드로 이전',
      'card-spent': '회선 없는 계량기에서 사용',
      'card-paid-out': '카드 소지자에게 지급',
    },
  },
};
