import type { Language } from './language.ts';

type Stop = 'sold' | 'travelling' | 'stored';

/** What is said of how far a sale came. */
export type SaleStep =
  | 'paying'
  | 'waiting'
  | 'travelling'
  | 'stored'
  | 'voiding'
  | 'refunded'
  | 'full'
  | 'declined'
  | 'lost';

/** Of a sale, at a counter, in a shop or at a kiosk: what it is made of, and how far it came. */
export interface SellingWords {
  readonly made: string;
  readonly paid: string;
  readonly arrearsAdded: string;
  readonly stops: Readonly<Record<Stop, string>>;
  readonly steps: Readonly<Record<SaleStep, string>>;
  /** The same where the value goes to a purse card, as far as it is said otherwise. */
  readonly onCard: {
    readonly stops: Readonly<Record<Stop, string>>;
    readonly steps: Readonly<Partial<Record<SaleStep, string>>>;
  };
  readonly silent: string;
  readonly safe: string;
  readonly travel: string;
  readonly find: string;
  readonly findHint: string;
  readonly finding: string;
  readonly foundNone: string;
  readonly noMeter: string;
  readonly other: string;
  readonly meter: string;
  readonly subscriber: string;
  readonly balance: string;
  readonly owes: string;
  readonly frozen: string;
  readonly closed: string;
  readonly amount: string;
  readonly method: string;
  readonly here: string;
  readonly ask: string;
  readonly quoting: string;
  readonly quoteHint: string;
  readonly quote: string;
  readonly sell: string;
  readonly sellPlain: string;
  readonly sale: string;
  readonly again: string;
  readonly another: string;
  readonly print: string;
  readonly receipt: string;
  readonly noReceipt: string;
  readonly save: string;
  readonly soldAt: string;
  readonly storedAt: string;
  readonly order: string;
  readonly id: string;
  readonly payOut: string;
  readonly paidOut: string;
  readonly takeBack: string;
  readonly payment: string;
  readonly instrument: Readonly<Record<'pan' | 'expiry' | 'wallet' | 'mandate' | 'token', string>>;
  readonly instrumentHint: string;
  readonly seePayment: string;
  readonly note: string;
}

export const SELLING_WORDS: Readonly<Record<Language, SellingWords>> = {
  en: {
    made: 'What it is made of',
    paid: 'Paid',
    arrearsAdded: 'Put on arrears',
    stops: { sold: 'Sold', travelling: 'On its way', stored: 'In the meter' },
    steps: {
      paying: 'Waiting for the payment',
      waiting: 'Sold. It waits for its turn on the line.',
      travelling: 'On its way to the meter.',
      stored: 'The meter has it and has said so.',
      voiding: 'Being taken back: the meter is asked whether it has it.',
      refunded: 'Taken back: it is not in the meter.',
      full: 'Not stored: the purse of the meter has no room for it. The money is owed to who paid.',
      declined: 'The payment was not made. Nothing was sold.',
      lost: 'It went down with the card, and is given to the next one.',
    },
    onCard: {
      stops: { sold: 'Sold', travelling: 'On its way', stored: 'On the card' },
      steps: {
        waiting: 'Sold. It comes onto the card when the card is next in a meter with a line, or at a counter.',
        travelling: 'On its way onto the card.',
        stored: 'The card has it and has said so.',
        voiding: 'Being taken back: the card is asked whether it has it.',
        refunded: 'Taken back: it is not on the card.',
        full: 'Not loaded: the card has no room for it. The money is owed to who paid.',
      },
    },
    silent: 'The meter has not answered for {}.',
    safe: 'The sale is safe and will arrive when it does. You need not wait here.',
    travel: 'How far the value came',
    find: 'Meter or subscriber',
    findHint: 'Six characters from the meter, or a name',
    finding: 'Looking for it …',
    foundNone: 'No meter and no subscriber is called that. Look at the number on the meter.',
    noMeter: 'There is no meter for {} yet.',
    other: 'Another meter',
    meter: 'Meter',
    subscriber: 'Subscriber',
    balance: 'Left in the meter',
    owes: 'Owed from before',
    frozen: 'This meter is frozen: it takes no value until somebody has looked at it.',
    closed: 'This meter is closed: it takes no value.',
    amount: 'What is paid',
    method: 'Paid by',
    here: 'Taken here',
    ask: 'Asked of a payment service',
    quoting: 'Computing what it is made of …',
    quoteHint: 'Name a meter and an amount, and you see what the payment is made of before anything is sold.',
    quote: 'The sale',
    sell: 'Sell for {}',
    sellPlain: 'Sell',
    sale: 'Sale to {}',
    again: 'Sell again to this meter',
    another: 'Next customer',
    print: 'Print',
    receipt: 'Receipt',
    noReceipt: 'No signed receipt yet. What stands above is the sale as the books have it.',
    save: 'Save',
    soldAt: 'Sold',
    storedAt: 'Stored',
    order: 'Number of the sale',
    id: 'Id',
    payOut: 'Give {} back in cash',
    paidOut: 'Given back',
    takeBack: 'Ask to take it back',
    payment: 'Payment',
    instrument: {
      pan: 'Number of the card',
      expiry: 'Valid until (YYMM)',
      wallet: 'Telephone number',
      mandate: 'Reference of the mandate',
      token: 'Token of the payment service',
    },
    instrumentHint: 'It goes to the payment service and is kept nowhere.',
    seePayment: 'See the payment',
    note: 'Value for a meter, for money.',
  },
  ko: {
    made: '결제 금액의 내역',
    paid: '결제 금액',
    arrearsAdded: '미납금에 더함',
    stops: { sold: '판매됨', travelling: '전송 중', stored: '계량기에 저장됨' },
    steps: {
      paying: '결제를 기다리고 있습니다.',
      waiting: '판매되었습니다. 전송 차례를 기다리고 있습니다.',
      travelling: '계량기로 전송하고 있습니다.',
      stored: '계량기가 받았다고 확인했습니다.',
      voiding: '취소하는 중입니다. 계량기에 저장되었는지 확인하고 있습니다.',
      refunded: '취소되었습니다. 계량기에 저장되지 않았습니다.',
      full: '계량기에 더 담을 수 없어 저장하지 못했습니다. 결제하신 금액을 돌려드려야 합니다.',
      declined: '결제가 이루어지지 않았습니다. 판매된 것은 없습니다.',
      lost: '카드와 함께 사라졌으며, 다음 카드에 넣어 드립니다.',
    },
    onCard: {
      stops: { sold: '판매됨', travelling: '전송 중', stored: '카드에 들어감' },
      steps: {
        waiting: '판매되었습니다. 통신선 있는 계량기나 창구에서 카드를 꽂으면 들어갑니다.',
        travelling: '카드에 넣고 있습니다.',
        stored: '카드가 받았다고 확인했습니다.',
        voiding: '취소하는 중입니다. 카드에 들어갔는지 확인하고 있습니다.',
        refunded: '취소되었습니다. 카드에 들어가지 않았습니다.',
        full: '카드에 더 담을 수 없어 넣지 못했습니다. 결제하신 금액을 돌려드려야 합니다.',
      },
    },
    silent: '계량기가 {} 동안 응답하지 않았습니다.',
    safe: '판매 내역은 안전하며, 계량기가 응답하는 대로 저장됩니다. 여기서 기다리지 않으셔도 됩니다.',
    travel: '전송 진행 상황',
    find: '계량기 또는 가입자',
    findHint: '계량기에 적힌 여섯 글자 또는 이름',
    finding: '찾는 중 …',
    foundNone: '그런 계량기나 가입자가 없습니다. 계량기에 적힌 번호를 확인해 주세요.',
    noMeter: '{}님에게는 아직 계량기가 없습니다.',
    other: '다른 계량기',
    meter: '계량기',
    subscriber: '가입자',
    balance: '계량기 잔액',
    owes: '이전 미납금',
    frozen: '동결된 계량기입니다. 담당자가 확인하기 전에는 충전할 수 없습니다.',
    closed: '닫힌 계량기입니다. 지금은 충전할 수 없습니다.',
    amount: '결제 금액',
    method: '결제 수단',
    here: '여기서 받음',
    ask: '결제 서비스에 요청',
    quoting: '내역을 계산하는 중 …',
    quoteHint: '계량기와 금액을 정하면 판매하기 전에 결제 금액의 내역을 보여 드립니다.',
    quote: '판매 내역',
    sell: '{} 판매하기',
    sellPlain: '판매하기',
    sale: '{} 판매',
    again: '이 계량기에 더 판매',
    another: '다음 손님',
    print: '인쇄',
    receipt: '영수증',
    noReceipt: '서명된 영수증이 아직 없습니다. 위의 내용은 장부에 적힌 판매 내역입니다.',
    save: '저장',
    soldAt: '판매 시각',
    storedAt: '저장 시각',
    order: '판매 번호',
    id: '식별 번호',
    payOut: '현금 {} 돌려주기',
    paidOut: '돌려준 시각',
    takeBack: '판매 취소 요청',
    payment: '결제',
    instrument: {
      pan: '카드 번호',
      expiry: '유효 기간(YYMM)',
      wallet: '전화번호',
      mandate: '자동이체 동의 번호',
      token: '결제 서비스 토큰',
    },
    instrumentHint: '결제 서비스에만 전달되며 어디에도 저장되지 않습니다.',
    seePayment: '결제 보기',
    note: '돈을 받고 계량기에 충전합니다.',
  },
};
