import type { Language } from './language.ts';

/** Of what is paid to the seller and to providers of cards, and comes from them. */
export interface RemittanceWords {
  readonly title: string;
  readonly waiting: string;
  readonly payee: string;
  readonly seller: string;
  readonly owed: string;
  readonly paid: string;
  readonly due: string;
  /** What an entry of the list is, by its direction. */
  readonly directions: Readonly<Record<'paid' | 'received', string>>;
  readonly pay: string;
  /** `{}` is the payee. */
  readonly payTitle: string;
  readonly payNote: string;
  readonly receive: string;
  /** `{}` is the payee. */
  readonly receiveTitle: string;
  readonly receiveNote: string;
  readonly amount: string;
  readonly method: string;
  readonly paidOn: string;
  readonly reference: string;
  readonly referenceHint: string;
  readonly why: string;
  readonly whyHint: string;
  readonly asked: string;
  readonly history: string;
  /** `{}` is the payee. */
  readonly historyOf: string;
  readonly none: string;
  readonly by: string;
  readonly when: string;
  readonly takeBack: string;
  /** `{}` is the reference. */
  readonly takeBackTitle: string;
  readonly takeBackNote: string;
  readonly takenBack: string;
}

export const REMITTANCE_WORDS: Readonly<Record<Language, RemittanceWords>> = {
  en: {
    title: 'What is due to others',
    waiting: 'Reading what is due …',
    payee: 'To',
    seller: 'Seller of the energy',
    owed: 'Owed so far',
    paid: 'Paid of it',
    due: 'Due',
    directions: { paid: 'Paid', received: 'Received' },
    pay: 'Pay',
    payTitle: 'Pay {}',
    payNote: 'Another person decides. Then it stands in the books, and what is due is less by it.',
    receive: 'Receive',
    receiveTitle: 'From {}',
    receiveNote: 'What came back from whoever was paid too much. It stands in the books at once.',
    amount: 'Amount',
    method: 'Paid by',
    paidOn: 'Day',
    reference: 'Reference',
    referenceHint: 'As the bank or the slip has it',
    why: 'Why',
    whyHint: 'It stands in the books and in the audit log',
    asked: 'Asked for. Another person decides.',
    history: 'Payments',
    historyOf: 'Payments: {}',
    none: 'Nothing was paid yet.',
    by: 'Booked by',
    when: 'Booked',
    takeBack: 'Take back',
    takeBackTitle: 'Take back {}',
    takeBackNote: 'A counter-entry for what never happened, or came back. Another person decides.',
    takenBack: 'taken back',
  },
  ko: {
    title: '다른 곳에 지급할 금액',
    waiting: '지급할 금액을 읽는 중 …',
    payee: '받는 곳',
    seller: '전력 판매자',
    owed: '지금까지 지급할 총액',
    paid: '지급한 금액',
    due: '남은 금액',
    directions: { paid: '지급', received: '수령' },
    pay: '지급',
    payTitle: '{}에 지급',
    payNote: '다른 사람이 승인해야 합니다. 승인되면 장부에 기록되고 남은 금액이 그만큼 줄어듭니다.',
    receive: '수령',
    receiveTitle: '{}에서 수령',
    receiveNote: '너무 많이 지급한 곳에서 돌려받은 금액입니다. 곧바로 장부에 기록됩니다.',
    amount: '금액',
    method: '지급 방법',
    paidOn: '날짜',
    reference: '참조 번호',
    referenceHint: '은행 기록이나 전표에 적힌 대로',
    why: '이유',
    whyHint: '장부와 감사 기록에 남습니다',
    asked: '요청했습니다. 다른 사람이 결정합니다.',
    history: '지급 내역',
    historyOf: '지급 내역: {}',
    none: '아직 지급한 내역이 없습니다.',
    by: '기록한 사람',
    when: '기록 시각',
    takeBack: '되돌리기',
    takeBackTitle: '{} 되돌리기',
    takeBackNote: '실제로 없었거나 돌아온 지급을 반대 기입합니다. 다른 사람이 결정합니다.',
    takenBack: '되돌림',
  },
};
