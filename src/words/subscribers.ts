import type { Language } from './language.ts';

/** Of the people who buy: who they are, their meters, and what they owe. */
export interface SubscriberWords {
  readonly note: string;
  readonly search: string;
  readonly searchHint: string;
  readonly waiting: string;
  readonly none: string;
  readonly nobody: string;
  readonly id: string;
  readonly name: string;
  readonly contact: string;
  readonly noContact: string;
  readonly add: string;
  readonly idHint: string;
  readonly meters: string;
  readonly metersWaiting: string;
  readonly noMeters: string;
  readonly meter: string;
  readonly balance: string;
  readonly heard: string;
  readonly never: string;
  readonly purse: Readonly<Record<'open' | 'closing' | 'closed' | 'frozen', string>>;
  readonly tariff: string;
  readonly enrol: string;
  readonly number: string;
  readonly numberHint: string;
  readonly localUnit: string;
  readonly localUnitHint: string;
  readonly modem: string;
  readonly modemHint: string;
  readonly suite: string;
  readonly supplies: string;
  readonly usual: string;
  readonly dues: string;
  readonly arrears: string;
  readonly fixedCharge: string;
  readonly debt: string;
  readonly debtHint: string;
  readonly amount: string;
  readonly reference: string;
  readonly book: string;
  readonly contract: string;
  readonly noContract: string;
  readonly contractOf: string;
  readonly threshold: string;
  readonly transfer: string;
  readonly port: string;
  readonly account: Readonly<Record<'mandate' | 'token', string>>;
  readonly accountKind: string;
  readonly perDay: string;
  readonly perMonth: string;
  readonly transfers: string;
  readonly agreed: string;
  readonly agree: string;
  readonly end: string;
  readonly endAsk: string;
  readonly noPorts: string;
  readonly people: string;
  readonly noPeople: string;
  readonly login: string;
  readonly sell: string;
}

export const SUBSCRIBER_WORDS: Readonly<Record<Language, SubscriberWords>> = {
  en: {
    note: 'Who buys energy here, and for which meters.',
    search: 'Search',
    searchHint: 'Name, id or contact',
    waiting: 'Reading the subscribers …',
    none: 'There are no subscribers yet.',
    nobody: 'No subscriber has “{}” in name, id or contact.',
    id: 'Id',
    name: 'Name',
    contact: 'Contact',
    noContact: 'no contact',
    add: 'Add a subscriber',
    idHint: 'It stays: choose one that your papers have, such as a customer number.',
    meters: 'Meters',
    metersWaiting: 'Reading the meters …',
    noMeters: 'No meter.',
    meter: 'Meter',
    balance: 'Left',
    heard: 'Heard',
    never: 'never',
    purse: { open: 'Takes value', closing: 'Being closed', closed: 'Closed', frozen: 'Frozen' },
    tariff: 'Tariff',
    enrol: 'Enrol a meter',
    number: 'Number of the meter',
    numberHint: 'The six characters on the meter',
    localUnit: 'Local unit',
    localUnitHint: 'Area unit × 256 + local unit',
    modem: 'Address of its modem',
    modemHint: '0 to 255, on its line',
    suite: 'Suite',
    supplies: 'Supplies',
    usual: 'The usual one',
    dues: 'Dues',
    arrears: 'Arrears',
    fixedCharge: 'Fixed charge due',
    debt: 'Book a debt',
    debtHint: 'It is recovered from later payments, as the terms say.',
    amount: 'Amount',
    reference: 'Reference',
    book: 'Book it',
    contract: 'Automatic transfer',
    noContract: 'None: the meter is paid for by hand.',
    contractOf: 'Automatic transfer for {}',
    threshold: 'When the balance falls to',
    transfer: 'So much is paid',
    port: 'Through',
    account: { mandate: 'a mandate', token: 'a stored account' },
    accountKind: 'From',
    perDay: 'At most a day',
    perMonth: 'At most a month',
    transfers: 'Transfers so far',
    agreed: 'Agreed',
    agree: 'Agree',
    end: 'End it',
    endAsk: 'What was begun goes on; nothing new begins.',
    noPorts: 'No payment service is connected here that could transfer anything.',
    people: 'People who log in',
    noPeople: 'Nobody logs in as this subscriber.',
    login: 'Login',
    sell: 'Sell',
  },
  ko: {
    note: '전력을 구매하는 분들과 그 계량기입니다.',
    search: '검색',
    searchHint: '이름, 가입자 번호 또는 연락처',
    waiting: '가입자 목록을 읽는 중 …',
    none: '아직 가입자가 없습니다.',
    nobody: '이름, 번호, 연락처에 “{}”이(가) 들어 있는 가입자가 없습니다.',
    id: '가입자 번호',
    name: '이름',
    contact: '연락처',
    noContact: '연락처 없음',
    add: '가입자 추가',
    idHint: '나중에 바꿀 수 없으니 고객 번호처럼 서류에 쓰는 번호로 정하세요.',
    meters: '계량기',
    metersWaiting: '계량기를 읽는 중 …',
    noMeters: '계량기가 없습니다.',
    meter: '계량기',
    balance: '잔액',
    heard: '최근 응답',
    never: '없음',
    purse: { open: '충전 가능', closing: '닫는 중', closed: '닫힘', frozen: '동결됨' },
    tariff: '요금제',
    enrol: '계량기 등록',
    number: '계량기 번호',
    numberHint: '계량기에 적힌 여섯 글자',
    localUnit: '지역 장치',
    localUnitHint: '구역 장치 × 256 + 지역 장치',
    modem: '모뎀 주소',
    modemHint: '회선에서 0~255',
    suite: '암호 방식',
    supplies: '공급 수',
    usual: '기본 요금제',
    dues: '미납 내역',
    arrears: '미납금',
    fixedCharge: '납부할 기본요금',
    debt: '미납금 등록',
    debtHint: '약관에 따라 앞으로의 결제에서 조금씩 회수됩니다.',
    amount: '금액',
    reference: '참조',
    book: '등록',
    contract: '자동 충전',
    noContract: '자동 충전 계약이 없습니다.',
    contractOf: '{} 자동 충전',
    threshold: '잔액이 이 금액까지 줄면',
    transfer: '이만큼 결제',
    port: '결제 서비스',
    account: { mandate: '자동이체 동의', token: '등록된 계정' },
    accountKind: '출금 방식',
    perDay: '하루 한도',
    perMonth: '한 달 한도',
    transfers: '지금까지 횟수',
    agreed: '계약일',
    agree: '계약하기',
    end: '해지',
    endAsk: '이미 시작된 결제는 그대로 진행되며 새로 시작되지는 않습니다.',
    noPorts: '자동 충전에 쓸 수 있는 결제 서비스가 연결되어 있지 않습니다.',
    people: '로그인하는 사람',
    noPeople: '이 가입자로 로그인하는 사람이 없습니다.',
    login: '아이디',
    sell: '판매',
  },
};
