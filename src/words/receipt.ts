import type { Language } from './language.ts';

type TradeWord = 'sold' | 'stored' | 'refunded';

/** The words of a receipt for people. `{}` stands where a number or a name goes. */
export interface ReceiptWords {
  readonly title: string;
  readonly number: string;
  readonly issued: string;
  readonly registration: string;
  readonly replaces: string;
  readonly state: string;
  /** By where the value goes; where the order is withheld, nobody can say. */
  readonly states: Readonly<Record<'meter' | 'card' | 'withheld', Readonly<Record<TradeWord, string>>>>;
  readonly order: string;
  readonly orderId: string;
  readonly meter: string;
  readonly card: string;
  readonly ordered: string;
  readonly stored: string;
  readonly refunded: string;
  readonly counters: Readonly<Record<'meter' | 'card', string>>;
  readonly value: string;
  readonly provider: string;
  readonly tokens: string;
  readonly lines: Readonly<Record<'energy' | 'fixed-charge' | 'tax' | 'arrears' | 'fee' | 'value', string>>;
  readonly total: string;
  readonly payment: string;
  readonly method: string;
  readonly methods: Readonly<
    Record<'cash' | 'card' | 'bank-transfer' | 'direct-debit' | 'wallet' | 'payment-service' | 'voucher', string>
  >;
  readonly instrument: string;
  readonly approval: string;
  readonly paidAt: string;
  readonly paid: string;
  readonly orderWithheld: string;
  readonly paymentWithheld: string;
  /** Under the QR code; `{}` is the name of the key. */
  readonly proof: string;
  readonly proofTooLong: string;
}

export const RECEIPT_WORDS: Readonly<Record<Language, ReceiptWords>> = {
  en: {
    title: 'Receipt',
    number: 'Receipt number',
    issued: 'Issued',
    registration: 'Registration',
    replaces: 'Replaces receipt',
    state: 'State',
    states: {
      meter: { sold: 'Sold, on its way to the meter', stored: 'Stored in the meter', refunded: 'Refunded' },
      card: { sold: 'Sold, waiting for the card', stored: 'Loaded on the card', refunded: 'Refunded' },
      withheld: { sold: 'Sold, on its way', stored: 'Stored', refunded: 'Refunded' },
    },
    order: 'Order',
    orderId: 'Order number',
    meter: 'Meter',
    card: 'Value card',
    ordered: 'Ordered',
    stored: 'Stored',
    refunded: 'Refunded',
    counters: { meter: 'Meter transaction', card: 'Card transaction' },
    value: 'Value for energy',
    provider: 'Provider',
    tokens: '{} tokens',
    lines: {
      energy: 'Energy',
      'fixed-charge': 'Fixed charge',
      tax: 'Tax',
      arrears: 'Arrears',
      fee: 'Fee',
      value: 'Value',
    },
    total: 'Total',
    payment: 'Payment',
    method: 'Paid by',
    methods: {
      cash: 'Cash',
      card: 'Card',
      'bank-transfer': 'Bank transfer',
      'direct-debit': 'Direct debit',
      wallet: 'Mobile wallet',
      'payment-service': 'Payment service',
      voucher: 'Voucher',
    },
    instrument: 'Number',
    approval: 'Approval number',
    paidAt: 'Paid on',
    paid: 'Paid',
    orderWithheld: 'The order is not shown. The signature still covers it.',
    paymentWithheld: 'The payment is not shown. The signature still covers it.',
    proof:
      'The code holds this receipt, signed with key {}. Save its text as a file; "wattpurse receipt verify FILE --keys KEYS" proves it without a network.',
    proofTooLong: 'This receipt is too long for a code. It is attached to this document, signed with key {}.',
  },
  ko: {
    title: '영수증',
    number: '영수증 번호',
    issued: '발행 일시',
    registration: '등록 번호',
    replaces: '대체하는 영수증',
    state: '상태',
    states: {
      meter: { sold: '판매됨, 계량기로 전송 중', stored: '계량기에 저장됨', refunded: '환불됨' },
      card: { sold: '판매됨, 카드를 기다리는 중', stored: '카드에 충전됨', refunded: '환불됨' },
      withheld: { sold: '판매됨, 전송 중', stored: '저장됨', refunded: '환불됨' },
    },
    order: '주문',
    orderId: '주문 번호',
    meter: '계량기',
    card: '충전 카드',
    ordered: '주문 일시',
    stored: '저장 일시',
    refunded: '환불 일시',
    counters: { meter: '계량기 거래 번호', card: '카드 거래 번호' },
    value: '전력 충전액',
    provider: '공급자',
    tokens: '{} 토큰',
    lines: {
      energy: '전력',
      'fixed-charge': '기본요금',
      tax: '세금',
      arrears: '미납금',
      fee: '수수료',
      value: '충전액',
    },
    total: '합계',
    payment: '결제',
    method: '결제 수단',
    methods: {
      cash: '현금',
      card: '카드',
      'bank-transfer': '계좌 이체',
      'direct-debit': '자동 이체',
      wallet: '모바일 지갑',
      'payment-service': '간편 결제',
      voucher: '충전권',
    },
    instrument: '번호',
    approval: '승인 번호',
    paidAt: '결제 일시',
    paid: '결제 금액',
    orderWithheld: '주문 내용은 표시하지 않았습니다. 서명은 그 내용까지 보증합니다.',
    paymentWithheld: '결제 내용은 표시하지 않았습니다. 서명은 그 내용까지 보증합니다.',
    proof:
      '이 코드에는 키 {}(으)로 서명된 영수증이 들어 있습니다. 코드의 글자를 파일로 저장하면 "wattpurse receipt verify FILE --keys KEYS"로 네트워크 없이 확인할 수 있습니다.',
    proofTooLong: '영수증이 길어 코드에 담을 수 없습니다. 키 {}(으)로 서명된 영수증이 이 문서에 첨부되어 있습니다.',
  },
};
