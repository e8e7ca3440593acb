import type { Language } from './language.ts';

/** Of a kiosk, where nobody stands by to help. */
export interface KioskWords {
  readonly title: string;
  readonly enter: string;
  readonly where: string;
  readonly typed: string;
  readonly back: string;
  readonly clear: string;
  readonly next: string;
  readonly startAgain: string;
  readonly hasCard: string;
  readonly hasVoucher: string;
  readonly enterVoucher: string;
  readonly whereVoucher: string;
  readonly enterCard: string;
  readonly whereCard: string;
  /** Of cards that people have in a demo, where no reader stands. */
  readonly hold: string;
  /** Where a reader stands at the kiosk. */
  readonly insertCard: string;
  readonly insertToLoad: string;
  readonly insertBankCard: string;
  readonly changeCards: string;
  readonly notPaid: string;
  readonly paymentNumber: string;
  /** `{}` is the number of the meter. */
  readonly onItsWay: string;
  readonly boughtForCard: string;
  readonly lookingCard: string;
  readonly yourCard: string;
  readonly noRegions: string;
  readonly cardRefuses: string;
  readonly looking: string;
  readonly yours: string;
  readonly yes: string;
  readonly no: string;
  readonly howMuch: string;
  readonly otherAmount: string;
  readonly pay: string;
  readonly insert: string;
  readonly insertForCard: string;
  readonly ways: Readonly<Record<'cash' | 'card', string>>;
  readonly reading: string;
  /** `{}` is the card. */
  readonly paidBy: string;
  readonly declined: string;
  readonly selling: string;
  readonly thanks: string;
  readonly keep: string;
  readonly loading: string;
  readonly loaded: string;
  readonly takenHome: string;
  readonly scan: string;
  readonly print: string;
  readonly another: string;
  readonly returns: string;
  readonly refuses: string;
  readonly closed: string;
}

export const KIOSK_WORDS: Readonly<Record<Language, KioskWords>> = {
  en: {
    title: 'Buy value',
    enter: 'Key in the number of your meter',
    where: 'It has six characters and stands on the front of the meter.',
    typed: 'Number so far',
    back: 'Back one',
    clear: 'Clear',
    next: 'Go on',
    startAgain: 'Start again',
    hasCard: 'Buy for a card',
    hasVoucher: 'I have a voucher',
    enterVoucher: 'Key in the number of your voucher',
    whereVoucher: 'It has sixteen digits.',
    enterCard: 'Key in the number of your card',
    whereCard: 'It has fourteen characters and is printed on the card.',
    hold: 'Hold a card of this demo to the reader',
    insertCard: 'Or put your card into the reader.',
    insertToLoad: 'Put your card into the reader: the value is loaded onto it there.',
    insertBankCard: 'Put your bank card into the reader and leave it there …',
    changeCards: 'Put your bank card into the reader in place of your own card, and leave it there …',
    notPaid:
      'Your card did not pay: nothing was sold, and what was held goes back to you. Put it in again, or pay in another way.',
    paymentNumber: 'Number of your payment: keep it until the value has arrived',
    onItsWay: 'The value is on its way to meter {}.',
    boughtForCard: 'The value for card {} is bought.',
    lookingCard: 'Looking for your card …',
    yourCard: 'Is this your card? Then choose what you buy.',
    noRegions: 'This card carries nothing that could be bought.',
    cardRefuses: 'takes no value at the moment',
    looking: 'Looking for your meter …',
    yours: 'Is this your meter?',
    yes: 'Yes, it is',
    no: 'No',
    howMuch: 'How much?',
    otherAmount: 'Or key in another amount',
    pay: 'How do you pay?',
    insert: 'You pay {} for meter {}.',
    insertForCard: 'You pay {} for {} on card {}.',
    ways: { cash: 'Put in cash', card: 'Hold up a bank card' },
    reading: 'Leave your bank card in the reader …',
    paidBy: 'Paid with {}.',
    declined: 'Your bank did not agree: nothing was taken and nothing was sold. Pay in another way, or less.',
    selling: 'Selling …',
    thanks: 'Thank you',
    keep: 'Keep this number until the value has arrived',
    loading: 'Leave your card in the reader …',
    loaded: 'The value is on your card. Take it with you.',
    takenHome: 'In this demo its owner puts it into the meter at home now.',
    scan: 'Or take a picture: the code is the signed receipt.',
    print: 'Print the receipt',
    another: 'Done',
    returns: 'This screen starts again in {}.',
    refuses: 'This meter takes no value at the moment. Do not pay; ask your utility.',
    closed: 'This kiosk is closed.',
  },
  ko: {
    title: '충전',
    enter: '계량기 번호를 눌러 주세요',
    where: '계량기 앞면에 적힌 여섯 글자입니다.',
    typed: '입력한 번호',
    back: '지우기',
    clear: '모두 지우기',
    next: '다음',
    startAgain: '처음으로',
    hasCard: '카드 충전',
    hasVoucher: '충전권이 있습니다',
    enterVoucher: '충전권 번호를 눌러 주세요',
    whereVoucher: '숫자 열여섯 자리입니다.',
    enterCard: '카드 번호를 눌러 주세요',
    whereCard: '카드에 인쇄된 열네 글자입니다.',
    hold: '이 시연의 카드를 판독기에 대기',
    insertCard: '또는 카드를 판독기에 넣으세요.',
    insertToLoad: '카드를 판독기에 넣으면 바로 충전됩니다.',
    insertBankCard: '은행 카드를 판독기에 넣고 그대로 두세요 …',
    changeCards: '충전 카드를 빼고 은행 카드를 판독기에 넣은 뒤 그대로 두세요 …',
    notPaid:
      '카드로 결제되지 않았습니다. 판매된 것은 없으며 보류된 돈은 돌아갑니다. 카드를 다시 넣거나 다른 방법으로 결제해 주세요.',
    paymentNumber: '결제 번호: 충전이 끝날 때까지 보관하세요',
    onItsWay: '계량기 {}(으)로 보내는 중입니다.',
    boughtForCard: '카드 {} 충전 금액을 결제했습니다.',
    lookingCard: '카드를 찾는 중 …',
    yourCard: '고객님의 카드가 맞으면 살 것을 고르세요.',
    noRegions: '이 카드로는 살 수 있는 것이 없습니다.',
    cardRefuses: '지금은 충전할 수 없음',
    looking: '계량기를 찾는 중 …',
    yours: '고객님의 계량기가 맞습니까?',
    yes: '예, 맞습니다',
    no: '아니요',
    howMuch: '얼마를 충전할까요?',
    otherAmount: '다른 금액을 누르세요',
    pay: '무엇으로 결제할까요?',
    insert: '결제 금액 {}, 계량기 {}',
    insertForCard: '결제 금액 {}, {}, 카드 {}',
    ways: { cash: '현금 넣기', card: '은행 카드 대기' },
    reading: '은행 카드를 판독기에 그대로 두세요 …',
    paidBy: '{} 카드로 결제했습니다.',
    declined:
      '은행이 승인하지 않았습니다. 빠져나간 돈도 판매된 것도 없습니다. 다른 방법이나 더 적은 금액으로 결제해 주세요.',
    selling: '판매하는 중 …',
    thanks: '감사합니다',
    keep: '충전이 끝날 때까지 이 번호를 보관하세요',
    loading: '카드를 판독기에 그대로 두세요 …',
    loaded: '카드에 충전되었습니다. 카드를 가져가세요.',
    takenHome: '이 시연에서는 카드 주인이 지금 집의 계량기에 꽂습니다.',
    scan: '사진으로 찍어도 됩니다. 이 코드가 서명된 영수증입니다.',
    print: '영수증 인쇄',
    another: '완료',
    returns: '{} 뒤에 처음 화면으로 돌아갑니다.',
    refuses: '지금은 충전할 수 없는 계량기입니다. 결제하지 말고 전력 사업자에게 문의해 주세요.',
    closed: '운영이 종료된 무인 충전기입니다.',
  },
};
