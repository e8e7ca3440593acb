import { fill } from './fill.ts';
import { LANGUAGES, type Language } from './language.ts';

/** By what somebody pays who calls. */
export type PhoneWayName = 'card-kept' | 'bank-kept' | 'wallet-kept' | 'wallet' | 'card' | 'voucher';

/** What a caller hears, sentence by sentence: what changes from call to call is a sentence of its own where it can be. */
export interface PhoneWords {
  readonly welcome: string;
  readonly chooseLanguage: string;
  readonly hostAway: string;
  readonly keyMeter: string;
  readonly meterWrong: string;
  readonly keyPin: string;
  readonly keyPinOrBuy: string;
  readonly pinWrong: string;
  readonly meterUnknown: string;
  readonly forMeter: string;
  readonly menuBalance: string;
  readonly menuBuy: string;
  readonly menuCheap: string;
  readonly menuEmergency: string;
  readonly menuPerson: string;
  readonly hint: string;
  readonly hashEnds: string;
  readonly keyWrong: string;
  readonly tooManyWrong: string;
  readonly silent: string;
  readonly goodbye: string;
  readonly balance: string;
  readonly balanceUnknown: string;
  readonly daysLeft: string;
  readonly hoursLeft: string;
  readonly daysUnknown: string;
  readonly supplyOff: string;
  readonly cheapNow: string;
  readonly cheapAt: string;
  readonly cheapTomorrow: string;
  readonly cheapNone: string;
  readonly cheapUnknown: string;
  readonly emergencyUsed: string;
  readonly emergencyRule: string;
  readonly emergencyNone: string;
  readonly usualAmount: string;
  readonly otherAmount: string;
  readonly keyAmount: string;
  readonly amountWrong: string;
  readonly noWay: string;
  readonly way: string;
  readonly ways: Readonly<Record<PhoneWayName, string>>;
  readonly keyCard: string;
  readonly cardWrong: string;
  readonly keyExpiry: string;
  readonly expiryWrong: string;
  readonly notSold: string;
  readonly confirm: string;
  readonly confirmValue: string;
  readonly confirmKeys: string;
  readonly notBought: string;
  readonly asking: string;
  readonly confirmThere: string;
  readonly waiting: string;
  readonly onItsWay: string;
  readonly stored: string;
  readonly approval: string;
  readonly approvalEnd: string;
  readonly declined: string;
  readonly moneyBack: string;
  readonly unclear: string;
  readonly callBackHere: string;
  readonly callBackElsewhere: string;
  readonly keyNumber: string;
  readonly numberWrong: string;
  readonly willCallBack: string;
  readonly toPerson: string;
  readonly more: string;
  readonly waitForPerson: string;
  readonly callBackInstead: string;
  readonly nobodyFree: string;
  readonly talkEnded: string;
  readonly menuVoucher: string;
  readonly keyVoucher: string;
  readonly voucherWrong: string;
  readonly voucherRefused: string;
}

export const PHONE_WORDS: Readonly<Record<Language, PhoneWords>> = {
  en: {
    welcome: 'Welcome to your electricity account.',
    chooseLanguage: 'For English, press 1.',
    hostAway: 'We cannot reach your account at the moment. Nothing was bought. Please call again later.',
    keyMeter: 'Key in the nine digits of your meter.',
    meterWrong: 'That is no meter number.',
    keyPin: 'Key in your PIN.',
    keyPinOrBuy: 'Key in your PIN. Without one, press hash alone: you can then buy for this meter.',
    pinWrong: 'Meter and PIN do not belong together, or too many were tried.',
    meterUnknown: 'There is no such meter here.',
    forMeter: 'Meter {}.',
    menuBalance: 'For your balance, press 1.',
    menuBuy: 'To buy, press 2.',
    menuCheap: 'For cheap hours, press 3.',
    menuEmergency: 'For emergency credit, press 4.',
    menuPerson: 'To speak with a person, press 0.',
    hint: 'Hash repeats, star goes back.',
    hashEnds: 'Then press hash.',
    keyWrong: 'That is none of the choices.',
    tooManyWrong: 'That was wrong three times. Please call again.',
    silent: 'We hear nothing from you. Please call again.',
    goodbye: 'Goodbye.',
    balance: 'Your balance is {}.',
    balanceUnknown: 'Your meter has not told its balance yet.',
    daysLeft: 'At your usual use it is enough for about {} days.',
    hoursLeft: 'At your usual use it is enough for about {} hours.',
    daysUnknown: 'How long it lasts cannot be said yet.',
    supplyOff: 'Your supply is off.',
    cheapNow: 'It is cheap now, until {}.',
    cheapAt: 'It is cheap again today from {} to {}.',
    cheapTomorrow: 'It is cheap again tomorrow from {} to {}.',
    cheapNone: 'Every hour costs the same today and tomorrow.',
    cheapUnknown: 'Your meter has no tariff yet.',
    emergencyUsed: 'You have used {} of emergency credit. What you buy next pays it back first.',
    emergencyRule: 'When your balance is used up, your meter lends you {} by itself.',
    emergencyNone: 'Your meter lends no emergency credit.',
    usualAmount: 'For {}, press 1.',
    otherAmount: 'For another amount, press 2.',
    keyAmount: 'Key in the amount in whole {}.',
    amountWrong: 'That amount is not possible.',
    noWay: 'Nobody takes payments by telephone for your utility yet.',
    way: 'By {}, press {}.',
    ways: {
      'card-kept': 'your card',
      'bank-kept': 'your bank account',
      'wallet-kept': 'your mobile money',
      wallet: 'the mobile money of this telephone',
      card: 'another card',
      voucher: 'your voucher',
    },
    keyCard: 'Key in the card number.',
    cardWrong: 'That is no card number.',
    keyExpiry: 'Key in month and year until which it is good, four digits.',
    expiryWrong: 'That is no month and year.',
    notSold: 'That cannot be bought now: {}',
    confirm: 'You pay {} by {} for meter {}.',
    confirmValue: '{} of it goes into the meter.',
    confirmKeys: 'To pay, press 1. If not, press 2.',
    notBought: 'Nothing was bought.',
    asking: 'One moment, please.',
    confirmThere: 'Please confirm the payment on your telephone.',
    waiting: 'Please stay on the line, or hang up: it goes on without you.',
    onItsWay: 'It is paid, and the value is on its way to the meter. You can hang up: it goes on without you.',
    stored: '{} is in the meter.',
    approval: 'Your approval number is {}.',
    approvalEnd: 'Your approval number ends with {}.',
    declined: 'The payment was declined. No money was taken.',
    moneyBack: 'The value did not come into the meter, and your money goes back to you.',
    unclear:
      'It is not clear yet what became of your payment. Do not pay again: you get the value, or your money goes back.',
    callBackHere: 'To be called back on this number, press 1.',
    callBackElsewhere: 'For another number, press 2.',
    keyNumber: 'Key in the number with the code of its country.',
    numberWrong: 'That is no telephone number.',
    willCallBack: 'Somebody will call you back.',
    toPerson: 'You are being connected.',
    more: 'For the menu, press 1.',
    waitForPerson: 'Please stay on the line: somebody speaks with you in a moment.',
    callBackInstead: 'To be called back instead, press 1.',
    nobodyFree: 'Nobody is free to speak with you at the moment.',
    talkEnded: 'Thank you for speaking with us.',
    menuVoucher: 'To use a voucher, press 5.',
    keyVoucher: 'Key in the sixteen digits of your voucher.',
    voucherWrong: 'That is no number of a voucher.',
    voucherRefused:
      'Nothing can be paid with that: no voucher has this number, it is used or has expired, or too many were tried.',
  },
  ko: {
    welcome: '전기 요금 안내 전화입니다.',
    chooseLanguage: '한국어는 2번을 눌러 주세요.',
    hostAway: '지금은 계정을 조회할 수 없습니다. 구매된 것은 없습니다. 나중에 다시 걸어 주세요.',
    keyMeter: '계량기 번호 아홉 자리를 눌러 주세요.',
    meterWrong: '계량기 번호가 아닙니다.',
    keyPin: '비밀번호를 눌러 주세요.',
    keyPinOrBuy: '비밀번호를 눌러 주세요. 비밀번호가 없으면 우물 정자만 누르세요. 이 계량기에 충전할 수 있습니다.',
    pinWrong: '계량기와 비밀번호가 맞지 않거나 너무 여러 번 시도했습니다.',
    meterUnknown: '그런 계량기는 없습니다.',
    forMeter: '계량기 {}.',
    menuBalance: '잔액은 1번.',
    menuBuy: '충전은 2번.',
    menuCheap: '싼 시간대는 3번.',
    menuEmergency: '비상 크레딧은 4번.',
    menuPerson: '상담원 연결은 0번.',
    hint: '다시 들으려면 우물 정자, 뒤로 가려면 별표를 눌러 주세요.',
    hashEnds: '다 누르신 다음 우물 정자를 눌러 주세요.',
    keyWrong: '없는 번호입니다.',
    tooManyWrong: '세 번 잘못 누르셨습니다. 다시 걸어 주세요.',
    silent: '입력이 없습니다. 다시 걸어 주세요.',
    goodbye: '감사합니다.',
    balance: '잔액은 {}입니다.',
    balanceUnknown: '계량기가 아직 잔액을 알려 오지 않았습니다.',
    daysLeft: '지금처럼 쓰면 약 {}일 쓸 수 있습니다.',
    hoursLeft: '지금처럼 쓰면 약 {}시간 쓸 수 있습니다.',
    daysUnknown: '얼마나 쓸 수 있는지는 아직 알 수 없습니다.',
    supplyOff: '전기가 차단되어 있습니다.',
    cheapNow: '지금은 싼 시간대이며 {}까지입니다.',
    cheapAt: '오늘 {}부터 {}까지 다시 쌉니다.',
    cheapTomorrow: '내일 {}부터 {}까지 다시 쌉니다.',
    cheapNone: '오늘과 내일은 모든 시간대의 요금이 같습니다.',
    cheapUnknown: '아직 요금제가 없습니다.',
    emergencyUsed: '비상 크레딧 {}을 사용했습니다. 다음 충전에서 먼저 갚습니다.',
    emergencyRule: '잔액을 다 쓰면 계량기가 스스로 {}을 빌려줍니다.',
    emergencyNone: '이 계량기에는 비상 크레딧이 없습니다.',
    usualAmount: '{}은 1번.',
    otherAmount: '다른 금액은 2번.',
    keyAmount: '금액을 {} 단위로 눌러 주세요.',
    amountWrong: '그 금액은 안 됩니다.',
    noWay: '아직 전화로 결제를 받는 곳이 없습니다.',
    way: '{}, {}번.',
    ways: {
      'card-kept': '등록된 카드',
      'bank-kept': '등록된 은행 계좌',
      'wallet-kept': '등록된 모바일 지갑',
      wallet: '이 전화의 모바일 지갑',
      card: '다른 카드',
      voucher: '충전권',
    },
    keyCard: '카드 번호를 눌러 주세요.',
    cardWrong: '카드 번호가 아닙니다.',
    keyExpiry: '유효 기간의 월과 연도 네 자리를 눌러 주세요.',
    expiryWrong: '월과 연도가 아닙니다.',
    notSold: '지금은 구매할 수 없습니다: {}',
    confirm: '{}을 결제합니다. 결제 방법: {}. 계량기: {}.',
    confirmValue: '그중 {}이 계량기에 충전됩니다.',
    confirmKeys: '결제하려면 1번, 아니면 2번을 눌러 주세요.',
    notBought: '구매하지 않았습니다.',
    asking: '잠시 기다려 주세요.',
    confirmThere: '전화기에서 결제를 확인해 주세요.',
    waiting: '기다리시거나 끊으셔도 됩니다. 끊어도 계속 진행됩니다.',
    onItsWay: '결제되었고 계량기로 보내는 중입니다. 끊으셔도 계속 진행됩니다.',
    stored: '{}이 계량기에 충전되었습니다.',
    approval: '승인 번호는 {}입니다.',
    approvalEnd: '승인 번호 끝자리는 {}입니다.',
    declined: '결제가 거절되었습니다. 돈은 빠져나가지 않았습니다.',
    moneyBack: '계량기에 충전되지 않았고, 돈은 돌려드립니다.',
    unclear: '결제 결과를 아직 알 수 없습니다. 다시 결제하지 마세요. 충전되거나 돈을 돌려드립니다.',
    callBackHere: '이 번호로 다시 전화를 받으려면 1번.',
    callBackElsewhere: '다른 번호는 2번.',
    keyNumber: '국가 번호부터 전화번호를 눌러 주세요.',
    numberWrong: '전화번호가 아닙니다.',
    willCallBack: '상담원이 다시 전화드립니다.',
    toPerson: '상담원에게 연결합니다.',
    more: '메뉴는 1번을 눌러 주세요.',
    waitForPerson: '잠시만 기다려 주세요. 곧 상담원이 받습니다.',
    callBackInstead: '대신 다시 전화를 받으려면 1번.',
    nobodyFree: '지금은 통화할 수 있는 상담원이 없습니다.',
    talkEnded: '통화해 주셔서 감사합니다.',
    menuVoucher: '충전권 사용은 5번.',
    keyVoucher: '충전권 번호 열여섯 자리를 눌러 주세요.',
    voucherWrong: '충전권 번호가 아닙니다.',
    voucherRefused:
      '쓸 수 없는 번호입니다. 없는 번호이거나, 이미 사용했거나, 기한이 지났거나, 너무 여러 번 시도했습니다.',
  },
};

/** A sentence that a voice says. */
export type PromptName = { [N in keyof PhoneWords]: PhoneWords[N] extends string ? N : never }[keyof PhoneWords];

/** The catalogue as the voice of a meter counts it, from 0 on: a number is never given to another. */
export const PROMPTS: readonly PromptName[] = [
  ...(['welcome', 'chooseLanguage', 'hostAway', 'keyMeter', 'meterWrong', 'keyPin'] as const),
  ...(['keyPinOrBuy', 'pinWrong', 'meterUnknown', 'forMeter', 'menuBalance', 'menuBuy'] as const),
  ...(['menuCheap', 'menuEmergency', 'menuPerson', 'hint', 'hashEnds', 'keyWrong'] as const),
  ...(['tooManyWrong', 'silent', 'goodbye', 'balance', 'balanceUnknown', 'daysLeft'] as const),
  ...(['hoursLeft', 'daysUnknown', 'supplyOff', 'cheapNow', 'cheapAt', 'cheapTomorrow'] as const),
  ...(['cheapNone', 'cheapUnknown', 'emergencyUsed', 'emergencyRule', 'emergencyNone', 'usualAmount'] as const),
  ...(['otherAmount', 'keyAmount', 'amountWrong', 'noWay', 'way', 'keyCard'] as const),
  ...(['cardWrong', 'keyExpiry', 'expiryWrong', 'notSold', 'confirm', 'confirmValue'] as const),
  ...(['confirmKeys', 'notBought', 'asking', 'confirmThere', 'waiting', 'onItsWay'] as const),
  ...(['stored', 'approval', 'approvalEnd', 'declined', 'moneyBack', 'unclear'] as const),
  ...(['callBackHere', 'callBackElsewhere', 'keyNumber', 'numberWrong', 'willCallBack', 'toPerson'] as const),
  ...(['more', 'waitForPerson', 'callBackInstead', 'nobodyFree', 'talkEnded', 'menuVoucher'] as const),
  ...(['keyVoucher', 'voucherWrong', 'voucherRefused'] as const),
];

/** What a voice says by the number of a sentence, its language and what is told in it; nothing where it has none such. */
export function promptText(prompt: {
  readonly number: number;
  readonly language: number;
  readonly values: readonly string[];
}): string | undefined {
  const [name, language] = [PROMPTS[prompt.number], LANGUAGES[prompt.language]];
  return name === undefined || language === undefined ? undefined : fill(PHONE_WORDS[language][name], ...prompt.values);
}
