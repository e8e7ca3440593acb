import type { Language } from './language.ts';

/** Of a shop or a kiosk that sells out of a float. */
export interface VendWords {
  readonly note: string;
  readonly float: string;
  readonly commission: string;
  readonly number: string;
  readonly numberHint: string;
  readonly region: string;
  readonly whose: string;
  readonly due: string;
  readonly fixedDue: string;
  readonly dueHint: string;
  readonly refusesValue: string;
  readonly cardRefuses: string;
  readonly sales: string;
  readonly salesWaiting: string;
  readonly noSales: string;
  readonly at: string;
  /** Where the value goes. */
  readonly place: string;
  readonly card: string;
  readonly paid: string;
  readonly earned: string;
  readonly outcome: string;
  readonly outcomes: Readonly<Record<'sold' | 'stored' | 'reversing' | 'reversed', string>>;
  readonly onCard: string;
  readonly reference: string;
  readonly title: string;
  readonly confirm: string;
  readonly confirmHint: string;
  readonly confirmed: string;
  readonly reverse: string;
  readonly reverseAsk: string;
  readonly reversedAt: string;
  readonly waiting: string;
  readonly closed: string;
}

export const VEND_WORDS: Readonly<Record<Language, VendWords>> = {
  en: {
    note: 'You sell for {}, out of its float.',
    float: 'Left in the float',
    commission: 'Commission',
    number: 'Number of the meter or card',
    numberHint: 'Six characters on a meter, fourteen on a purse card',
    region: 'What it is for',
    whose: 'Ask the customer whether this is theirs',
    due: 'Owed from before',
    fixedDue: 'Fixed charge due',
    dueHint: 'Part of what is paid goes to this. You see each line once it is sold.',
    refusesValue: 'This meter takes no value at the moment. Send the customer to the utility; take no money.',
    cardRefuses: 'This card takes no such value at the moment. Send the customer to the utility; take no money.',
    sales: 'What you sold',
    salesWaiting: 'Reading what you sold …',
    noSales: 'Nothing was sold here yet.',
    at: 'When',
    place: 'Meter or card',
    card: 'card {} · {}',
    paid: 'Paid',
    earned: 'Commission',
    outcome: 'Where it is',
    outcomes: { sold: 'On its way', stored: 'In the meter', reversing: 'Being taken back', reversed: 'Taken back' },
    onCard: 'On the card',
    reference: 'Reference',
    title: 'Sale to {}',
    confirm: 'The customer has the receipt',
    confirmHint: 'After that you cannot take it back any more.',
    confirmed: 'Confirmed',
    reverse: 'Take it back',
    reverseAsk: 'Take {} back from {}? It works only while the value is not there yet.',
    reversedAt: 'Taken back',
    waiting: 'Asking what became of the sale …',
    closed: 'This agent is closed and sells no more.',
  },
  ko: {
    note: '{}의 예치금으로 판매합니다.',
    float: '남은 예치금',
    commission: '수수료',
    number: '계량기 또는 카드 번호',
    numberHint: '계량기는 여섯 글자, 카드는 열네 글자',
    region: '용도',
    whose: '손님의 것이 맞는지 확인해 주세요',
    due: '이전 미납금',
    fixedDue: '납부할 기본요금',
    dueHint: '결제 금액의 일부가 여기에 쓰입니다. 판매 후 항목별 내역을 보여 드립니다.',
    refusesValue: '지금은 충전할 수 없는 계량기입니다. 돈을 받지 말고 전력 사업자에게 문의하도록 안내해 주세요.',
    cardRefuses: '지금은 이 용도로 충전할 수 없는 카드입니다. 돈을 받지 말고 전력 사업자에게 문의하도록 안내해 주세요.',
    sales: '판매 내역',
    salesWaiting: '판매 내역을 읽는 중 …',
    noSales: '아직 판매한 내역이 없습니다.',
    at: '시각',
    place: '계량기 또는 카드',
    card: '카드 {} · {}',
    paid: '결제 금액',
    earned: '수수료',
    outcome: '상태',
    outcomes: { sold: '전송 중', stored: '계량기에 저장됨', reversing: '취소하는 중', reversed: '취소됨' },
    onCard: '카드에 들어감',
    reference: '참조 번호',
    title: '{} 판매',
    confirm: '손님이 영수증을 받았습니다',
    confirmHint: '확인하면 더 이상 취소할 수 없습니다.',
    confirmed: '확인한 시각',
    reverse: '판매 취소',
    reverseAsk: '판매 금액 {}, {}의 판매를 취소할까요? 아직 저장되지 않았을 때만 취소됩니다.',
    reversedAt: '취소한 시각',
    waiting: '판매 결과를 확인하는 중 …',
    closed: '영업이 종료된 판매점이라 더 이상 판매할 수 없습니다.',
  },
};
