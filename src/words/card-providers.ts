import type { Language } from './language.ts';

/** Of those for whom cards carry value, and the terms of their tickets. */
export interface CardProviderWords {
  readonly providers: string;
  readonly waiting: string;
  readonly none: string;
  readonly add: string;
  readonly addHint: string;
  readonly name: string;
  readonly region: string;
  readonly utility: string;
  readonly utilityHint: string;
  readonly utilityWrong: string;
  readonly account: string;
  readonly accountHint: string;
  readonly limit: string;
  readonly limitHint: string;
  readonly days: string;
  readonly daysWrong: string;
  readonly daysOf: string;
  readonly since: string;
  readonly change: string;
  readonly changeTitle: string;
  readonly changeHint: string;
  readonly save: string;
  readonly charges: string;
  /** `{}` is the provider. */
  readonly chargesTitle: string;
  readonly chargesHint: string;
  readonly chargesWaiting: string;
  readonly noCharges: string;
  readonly chargeFrom: string;
  readonly charge: string;
  readonly chargeHint: string;
  readonly chargeWrong: string;
  readonly publishCharge: string;
}

export const CARD_PROVIDER_WORDS: Readonly<Record<Language, CardProviderWords>> = {
  en: {
    providers: 'Providers',
    waiting: 'Reading the providers …',
    none: 'No provider yet. Add the first one, and cards can carry its value.',
    add: 'Add a provider',
    addHint:
      'It says whose the value in one region of cards is. Cards and meters without a line are written down under it.',
    name: 'Name',
    region: 'For',
    utility: 'Number of the utility',
    utilityHint: '0 to 65,535, as its master keys have it',
    utilityWrong: 'A whole number from 0 to 65,535',
    account: 'Account',
    accountHint: 'Where what was sold in its name is paid to',
    limit: 'Limit of a ticket',
    limitHint: 'The most that one meter takes from one card under it. It is what a lost or copied card can cost.',
    days: 'Days of a ticket',
    daysWrong: 'A whole number from 1 to 3,660',
    daysOf: '{} days',
    since: 'Added',
    change: 'Change',
    changeTitle: 'Tickets of {}',
    changeHint: 'Tickets that are issued from now on have these terms. Those that are on cards keep theirs.',
    save: 'Change the terms',
    charges: 'Unit charge',
    chargesTitle: 'Unit charge of {}',
    chargesHint: 'By it a receipt says what the value on a card buys. What was sold keeps its worth.',
    chargesWaiting: 'Reading the unit charges …',
    noCharges: 'No unit charge yet: receipts say the value alone.',
    chargeFrom: 'From',
    charge: 'Unit charge',
    chargeHint: 'For one m³ of gas or water, one kWh of heat or electricity',
    chargeWrong: 'An amount of money above zero, to a thousandth of its smallest unit',
    publishCharge: 'Let it hold from now on',
  },
  ko: {
    providers: '공급자',
    waiting: '공급자 목록을 읽는 중 …',
    none: '아직 공급자가 없습니다. 첫 공급자를 추가하면 카드가 그 금액을 나를 수 있습니다.',
    add: '공급자 추가',
    addHint:
      '카드의 한 용도에 담긴 금액이 누구의 것인지 정합니다. 카드와 통신선 없는 계량기는 그 공급자 아래에 등록합니다.',
    name: '이름',
    region: '용도',
    utility: '사업자 번호',
    utilityHint: '마스터 키에 있는 대로 0~65,535',
    utilityWrong: '0부터 65,535까지의 정수를 적어 주세요',
    account: '계좌',
    accountHint: '이 이름으로 판매한 돈을 보낼 곳',
    limit: '티켓 한도',
    limitHint:
      '티켓 한 장으로 계량기 하나가 카드 하나에서 가져갈 수 있는 최대 금액입니다. 카드를 잃어버리거나 복제당했을 때 생길 수 있는 손실입니다.',
    days: '티켓 기간(일)',
    daysWrong: '1부터 3,660까지의 정수를 적어 주세요',
    daysOf: '{}일',
    since: '추가한 때',
    change: '변경',
    changeTitle: '{}의 티켓',
    changeHint: '이제부터 발급하는 티켓에 적용합니다. 이미 카드에 있는 티켓은 그대로입니다.',
    save: '조건 변경',
    charges: '단가',
    chargesTitle: '{} 단가',
    chargesHint: '영수증은 이 단가로 카드 금액이 얼마만큼의 사용량인지 알려 줍니다. 이미 판매한 것은 그대로입니다.',
    chargesWaiting: '단가를 읽는 중 …',
    noCharges: '아직 단가가 없습니다. 영수증에는 금액만 표시됩니다.',
    chargeFrom: '적용 시작',
    charge: '단가',
    chargeHint: '가스나 물 1 m³, 열이나 전기 1 kWh의 값',
    chargeWrong: '0보다 큰 금액을 최소 단위의 천분의 일까지 입력하십시오',
    publishCharge: '지금부터 적용',
  },
};
