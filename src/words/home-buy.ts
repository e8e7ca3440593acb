import type { Language } from './language.ts';

/** Of the page on which a subscriber buys value. */
export interface HomeBuyWords {
  readonly amount: string;
  readonly quick: string;
  readonly quoteTitle: string;
  readonly quoteNone: string;
  readonly quoteWaiting: string;
  readonly stillOwed: string;
  readonly payWith: string;
  readonly noPort: string;
  readonly noPortNext: string;
  readonly card: string;
  readonly expiry: string;
  readonly expiryHint: string;
  readonly expiryWrong: string;
  readonly wallet: string;
  readonly walletHint: string;
  readonly mandate: string;
  readonly token: string;
  readonly demoPurse: string;
  readonly demoPurseUse: string;
  readonly notKept: string;
  readonly pay: string;
  readonly again: string;
  readonly askedWaiting: string;
  readonly failed: Readonly<Record<'declined' | 'reversed' | 'returned' | 'stuck', string>>;
  readonly failedNext: Readonly<Record<'declined' | 'reversed' | 'returned' | 'stuck', string>>;
  readonly leave: string;
  readonly cancel: string;
  readonly buyAgain: string;
  readonly toMeter: string;
  readonly approval: string;
}

export const HOME_BUY_WORDS: Readonly<Record<Language, HomeBuyWords>> = {
  en: {
    amount: 'How much do you pay?',
    quick: 'Usual amounts',
    quoteTitle: 'What you get',
    quoteNone: 'Choose an amount, and you see here what becomes of it.',
    quoteWaiting: 'Reckoning what becomes of it …',
    stillOwed: 'You still owe {} afterwards.',
    payWith: 'Pay by',
    noPort: 'Nobody takes payments over the network for your utility yet.',
    noPortNext: 'Buy at its counter or in a shop: the number of your meter is {}.',
    card: 'Card number',
    expiry: 'Good until',
    expiryHint: 'MM/YY, as on the card',
    expiryWrong: 'Write month and year, such as 05/29.',
    wallet: 'Telephone number of your wallet',
    walletHint: 'With the code of the country. You confirm on your telephone.',
    mandate: 'Reference of your mandate',
    token: 'Reference of your payment method',
    demoPurse: 'This is a demo, and takes no real money.',
    demoPurseUse: 'Use {}',
    notKept: 'What you write here goes to whoever takes the payment, and is kept nowhere here.',
    pay: 'Pay {}',
    again: 'Ask again',
    askedWaiting: 'Looking for your payment …',
    failed: {
      declined: 'The payment was declined.',
      reversed: 'The payment was given back.',
      returned: 'The payment was taken back by whoever paid.',
      stuck: 'Somebody at your utility has to look at this payment.',
    },
    failedNext: {
      declined: 'No money was taken. Try another way to pay or another amount.',
      reversed: 'The value is not in the meter, and the money is yours again.',
      returned: 'Your utility will be in touch with you.',
      stuck: 'Your money is accounted for. Do not pay again for the same.',
    },
    leave: 'You can leave this page: it goes on without you.',
    cancel: 'Cancel the payment',
    buyAgain: 'Buy again',
    toMeter: 'To your meter',
    approval: 'Approval {}',
  },
  ko: {
    amount: '얼마를 결제하시겠어요?',
    quick: '자주 쓰는 금액',
    quoteTitle: '충전 내용',
    quoteNone: '금액을 고르면 어떻게 쓰이는지 여기에 보여 드립니다.',
    quoteWaiting: '계산하는 중 …',
    stillOwed: '결제 후에도 {}이(가) 미납으로 남습니다.',
    payWith: '결제 방법',
    noPort: '아직 온라인으로 결제를 받는 곳이 없습니다.',
    noPortNext: '창구나 판매점에서 충전해 주세요. 계량기 번호는 {}입니다.',
    card: '카드 번호',
    expiry: '유효 기간',
    expiryHint: '카드에 적힌 대로 월/년',
    expiryWrong: '05/29처럼 월과 연도를 입력해 주세요.',
    wallet: '지갑 전화번호',
    walletHint: '국가 번호부터 입력해 주세요. 확인은 전화기에서 합니다.',
    mandate: '출금 동의 번호',
    token: '결제 수단 번호',
    demoPurse: '데모이므로 실제 돈은 받지 않습니다.',
    demoPurseUse: '{} 쓰기',
    notKept: '입력한 내용은 결제를 처리하는 곳으로만 전달되며 여기에는 남지 않습니다.',
    pay: '{} 결제하기',
    again: '다시 묻기',
    askedWaiting: '결제 내용을 찾는 중 …',
    failed: {
      declined: '결제가 거절되었습니다.',
      reversed: '결제 금액을 돌려드렸습니다.',
      returned: '결제한 쪽에서 금액을 되찾아 갔습니다.',
      stuck: '전력 회사에서 이 결제를 확인해야 합니다.',
    },
    failedNext: {
      declined: '돈은 빠져나가지 않았습니다. 다른 결제 방법이나 다른 금액으로 해 보세요.',
      reversed: '계량기에는 충전되지 않았고, 돈은 다시 회원님 것입니다.',
      returned: '전력 회사에서 연락드립니다.',
      stuck: '돈은 기록되어 있습니다. 같은 건을 다시 결제하지 마세요.',
    },
    leave: '이 페이지를 떠나도 계속 진행됩니다.',
    cancel: '결제 취소',
    buyAgain: '더 충전하기',
    toMeter: '내 계량기로',
    approval: '승인 번호 {}',
  },
};
