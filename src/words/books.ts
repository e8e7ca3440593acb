import type { Language } from './language.ts';

type Group = 'value' | 'money' | 'revenue' | 'owed' | 'given';

/** Of the page of books and audit. */
export interface BooksWords {
  readonly note: string;
  readonly waiting: string;
  readonly tabs: Readonly<Record<'accounts' | 'postings' | 'heads' | 'audit' | 'prove', string>>;
  readonly totals: Readonly<
    Record<
      | 'issued'
      | 'stored'
      | 'inFlight'
      | 'refunded'
      | 'found'
      | 'fromCards'
      | 'owed'
      | 'spent'
      | 'valueInMeters'
      | 'closed',
      string
    >
  >;
  readonly holds: string;
  readonly fails: string;
  readonly balanced: string;
  readonly notBalanced: string;
  readonly groups: Readonly<Record<Group, string>>;
  readonly account: string;
  readonly debit: string;
  readonly credit: string;
  readonly balance: string;
  readonly lines: string;
  readonly sum: string;
  readonly upTo: string;
  readonly noAccounts: string;
  readonly posting: string;
  readonly kind: string;
  readonly at: string;
  readonly meter: string;
  readonly order: string;
  readonly amount: string;
  readonly filterAccount: string;
  readonly filterMeter: string;
  readonly filter: string;
  readonly clear: string;
  readonly noPostings: string;
  readonly searching: string;
  readonly postingTitle: string;
  readonly sumsToZero: string;
  readonly heads: string;
  readonly headsNote: string;
  readonly noHeads: string;
  readonly number: string;
  readonly key: string;
  readonly postings: string;
  readonly restored: string;
  readonly signature: string;
  readonly auditNote: string;
  readonly noAudit: string;
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
  readonly prove: string;
  readonly proveKeyring: string;
  readonly provePublished: string;
  readonly proveNot: string;
  readonly exportNote: string;
}

export const BOOKS_WORDS: Readonly<Record<Language, BooksWords>> = {
  en: {
    note: 'Every token that was ever sold, and where it is now.',
    waiting: 'Reading the books …',
    tabs: {
      accounts: 'Accounts',
      postings: 'Postings',
      heads: 'Signed heads',
      audit: 'Audit log',
      prove: 'Prove it yourself',
    },
    totals: {
      issued: 'issued',
      stored: 'stored',
      inFlight: 'on its way',
      refunded: 'refunded',
      found: 'found',
      fromCards: 'from cards',
      owed: 'owed',
      spent: 'spent',
      valueInMeters: 'in purses',
      closed: 'closed',
    },
    holds: 'It holds, to the token.',
    fails: 'It does not hold. Nothing was lost by looking: run an audit, it names the row.',
    balanced: 'The books balance',
    notBalanced: 'The books do not balance',
    groups: {
      value: 'Value',
      money: 'Money',
      revenue: 'Revenue and tax',
      owed: 'Owed by and to others',
      given: 'Given and differing',
    },
    account: 'Account',
    debit: 'Debit',
    credit: 'Credit',
    balance: 'Debit less credit',
    lines: 'Lines',
    sum: 'In all',
    upTo: 'Up to posting {}.',
    noAccounts: 'Nothing was posted yet: the first sale is the first posting.',
    posting: 'Posting',
    kind: 'What',
    at: 'When',
    meter: 'Meter',
    order: 'Order',
    amount: 'Amount',
    filterAccount: 'Only of an account',
    filterMeter: 'Only of a meter',
    filter: 'Show',
    clear: 'Show all',
    noPostings: 'No posting is like that.',
    searching: 'Older postings were not looked at yet: show more to go on.',
    postingTitle: 'Posting {}',
    sumsToZero: 'Its lines sum to zero.',
    heads: 'Signed heads',
    headsNote:
      'What the books were on each day, signed. Keep the newest elsewhere, and no older copy can pass for the books.',
    noHeads: 'These books are not signed.',
    number: 'Number',
    key: 'Key',
    postings: 'Postings',
    restored: 'after a restore',
    signature: 'Signature',
    auditNote: 'Who did what, and when. Nothing changes or deletes an entry.',
    noAudit: 'Nobody has changed anything yet.',
    by: 'Who',
    action: 'What',
    subject: 'About',
    detail: 'Detail',
    prove:
      'An audit reads the books as they lie, without this host, and proves that each posting is there and nothing else.',
    proveKeyring: 'With the folder’s own keyring, every row of every table:',
    provePublished: 'With the published key alone, the ledger up to the last signed head:',
    proveNot: 'It does not prove that what was written was true: receipts of meters, the till and the bank do.',
    exportNote: 'The ledger as CSV, for a spreadsheet or another program:',
  },
  ko: {
    note: '지금까지 판 모든 토큰이 지금 어디에 있는지 보여 줍니다.',
    waiting: '장부를 읽는 중 …',
    tabs: {
      accounts: '계정',
      postings: '분개',
      heads: '서명된 머리',
      audit: '감사 기록',
      prove: '직접 검증하기',
    },
    totals: {
      issued: '발행',
      stored: '저장',
      inFlight: '전송 중',
      refunded: '환불',
      found: '발견',
      fromCards: '카드에서 받음',
      owed: '비상 크레딧 미상환',
      spent: '사용',
      valueInMeters: '지갑 잔액',
      closed: '폐쇄',
    },
    holds: '한 토큰까지 맞습니다.',
    fails: '맞지 않습니다. 보는 것만으로 잃는 것은 없습니다. 감사를 실행하면 어느 행인지 알려 줍니다.',
    balanced: '장부가 맞습니다',
    notBalanced: '장부가 맞지 않습니다',
    groups: {
      value: '가치',
      money: '돈',
      revenue: '수입과 세금',
      owed: '받을 것과 줄 것',
      given: '무상 지급과 차액',
    },
    account: '계정',
    debit: '차변',
    credit: '대변',
    balance: '차변 − 대변',
    lines: '줄 수',
    sum: '합계',
    upTo: '분개 {}까지.',
    noAccounts: '아직 분개가 없습니다. 첫 판매가 첫 분개가 됩니다.',
    posting: '분개',
    kind: '종류',
    at: '시각',
    meter: '계량기',
    order: '주문',
    amount: '금액',
    filterAccount: '이 계정만',
    filterMeter: '이 계량기만',
    filter: '보기',
    clear: '모두 보기',
    noPostings: '조건에 맞는 분개가 없습니다.',
    searching: '더 오래된 분개는 아직 살펴보지 않았습니다. 더 보기를 눌러 이어 가세요.',
    postingTitle: '분개 {}',
    sumsToZero: '모든 줄을 더하면 0입니다.',
    heads: '서명된 머리',
    headsNote:
      '그날의 장부를 서명해 둔 것입니다. 가장 새로운 것을 다른 곳에 보관하면 옛 사본이 장부 행세를 할 수 없습니다.',
    noHeads: '서명되지 않은 장부입니다.',
    number: '번호',
    key: '키',
    postings: '분개 수',
    restored: '복원 후',
    signature: '서명',
    auditNote: '누가 언제 무엇을 했는지의 기록입니다. 고치거나 지울 수 없습니다.',
    noAudit: '아직 아무도 바꾼 것이 없습니다.',
    by: '누가',
    action: '무엇을',
    subject: '대상',
    detail: '내용',
    prove: '감사는 이 호스트 없이 장부를 있는 그대로 읽어, 모든 분개가 있고 그 밖의 것은 없음을 증명합니다.',
    proveKeyring: '폴더의 키로 모든 표의 모든 행을 검증합니다.',
    provePublished: '공개된 키만으로 마지막 서명까지의 원장을 검증합니다.',
    proveNot: '적힌 내용이 사실인지까지 증명하지는 않습니다. 그것은 계량기 영수증과 금전함, 은행이 말해 줍니다.',
    exportNote: '원장을 표 계산이나 다른 프로그램을 위해 CSV로 내보냅니다.',
  },
};
