import type { Language } from './language.ts';

type Kind =
  | 'void'
  | 'manual-credit'
  | 'key-change'
  | 'revival'
  | CardKind
  | 'remittance'
  | 'remittance-reversal'
  | VoucherKind;
type VoucherKind = 'voucher-batch' | 'voucher-void';
type CardKind = 'card-credit' | 'card-void' | 'card-closing' | 'card-release' | 'card-recovery';

/** Of what takes two people. */
export interface ApprovalWords {
  readonly note: string;
  readonly waitingFor: string;
  readonly waiting: string;
  readonly noneWaiting: string;
  readonly all: string;
  readonly allWaiting: string;
  readonly none: string;
  readonly kinds: Readonly<Record<Kind, string>>;
  readonly asks: Readonly<Record<Kind, string>>;
  readonly purposes: Readonly<Record<'value' | 'control', string>>;
  readonly said: {
    readonly void: string;
    readonly credit: string;
    readonly key: string;
    readonly revive: string;
    readonly pay: string;
    readonly unpay: string;
    readonly vouchers: string;
    readonly voidVouchers: string;
  };
  /** `{}` is the sale, or the card; of what is given, the amount and the card. */
  readonly saidOfCards: Readonly<Record<CardKind, string>>;
  readonly why: string;
  readonly whyHint: string;
  readonly askedBy: string;
  readonly by: string;
  readonly when: string;
  readonly state: string;
  readonly states: Readonly<Record<'waiting' | 'approved' | 'refused', string>>;
  readonly decidedBy: string;
  readonly decide: string;
  readonly approve: string;
  readonly refuse: string;
  readonly withdraw: string;
  readonly own: string;
  readonly decideWhy: string;
  readonly decideHint: string;
  readonly ask: string;
  readonly askIt: string;
  readonly what: string;
  readonly order: string;
  readonly orderHint: string;
  readonly meter: string;
  readonly meterHint: string;
  readonly amount: string;
  readonly purpose: string;
}

export const APPROVAL_WORDS: Readonly<Record<Language, ApprovalWords>> = {
  en: {
    note: 'What takes four eyes: one person asks, another decides within a day.',
    waitingFor: 'Waiting for a decision',
    waiting: 'Reading what waits …',
    noneWaiting: 'Nothing waits for a decision.',
    all: 'Everything that was asked',
    allWaiting: 'Reading what was asked …',
    none: 'Nobody has asked for anything yet.',
    kinds: {
      void: 'Take a sale back',
      'manual-credit': 'Give value',
      'key-change': 'Change a key',
      revival: 'Revive a meter',
      'card-credit': 'Give value to a card',
      'card-void': 'Take a sale to a card back',
      'card-closing': 'Take all off a card',
      'card-release': 'End what is pending',
      'card-recovery': 'Give a card’s value to the next',
      remittance: 'Pay what is due',
      'remittance-reversal': 'Take a payment back',
      'voucher-batch': 'Make vouchers',
      'voucher-void': 'Make vouchers void',
    },
    asks: {
      void: 'The sale is refunded if its value is not in the meter.',
      'manual-credit': 'The meter gets value that nobody paid for.',
      'key-change': 'The meter gets its next key over the line.',
      revival: 'Its tamper alarm is cleared as soon as two custodians have given it its keys.',
      'card-credit': 'The card gets value that nobody paid for, when it is next read.',
      'card-void': 'The sale is refunded if its value is not on the card.',
      'card-closing':
        'All that is left in the region is taken off when the card is next read, and is then to be paid out.',
      'card-release': 'Look at the meter first: if it has credited the amount, the customer has the value already.',
      'card-recovery': 'The card in its place gets what no meter can take from the old one any more.',
      remittance: 'The payment is booked against what is due to the seller or the provider.',
      'remittance-reversal': 'A counter-entry is booked, and the amount is due again.',
      'voucher-batch': 'Their numbers can be printed once, and are worth nothing before they are sold.',
      'voucher-void': 'They pay with nothing any more. What was paid for them goes back, unless they have expired.',
    },
    purposes: { value: 'value', control: 'control' },
    said: {
      void: 'Take back sale {}',
      credit: 'Give {} to meter {}',
      key: 'Give meter {} its next key of {}',
      revive: 'Revive meter {}',
      pay: 'Pay {} to {} under {}',
      unpay: 'Take payment {} back',
      vouchers: 'Make {} vouchers {} of {} each',
      voidVouchers: 'Make vouchers {} to {} of {} void',
    },
    saidOfCards: {
      'card-credit': 'Give {} to card {}',
      'card-void': 'Take back sale {} to a card',
      'card-closing': 'Take all off card {}',
      'card-release': 'End what is pending on card {}',
      'card-recovery': 'Give the value of card {} to the next',
    },
    why: 'Reason',
    whyHint: 'Whoever decides reads it, and the audit log keeps it.',
    askedBy: 'Asked by',
    by: '{} by {}',
    when: 'When',
    state: 'State',
    states: { waiting: 'Waiting', approved: 'Approved', refused: 'Refused' },
    decidedBy: 'Decided by',
    decide: 'Decide',
    approve: 'Approve and do it',
    refuse: 'Refuse',
    withdraw: 'Withdraw',
    own: 'You asked for this: somebody else has to approve it. You may withdraw it.',
    decideWhy: 'Why you decide so',
    decideHint: 'The audit log keeps it.',
    ask: 'Ask for something',
    askIt: 'Ask for it',
    what: 'What',
    order: 'Sale',
    orderHint: 'Its id, as the page of the sale has it',
    meter: 'Meter',
    meterHint: 'The six characters on the meter',
    amount: 'Value',
    purpose: 'Key of',
  },
  ko: {
    note: '두 사람의 확인이 필요한 일입니다. 한 사람이 요청하면 하루 안에 다른 사람이 결정합니다.',
    waitingFor: '결정을 기다리는 요청',
    waiting: '기다리는 요청을 읽는 중 …',
    noneWaiting: '결정을 기다리는 요청이 없습니다.',
    all: '전체 요청',
    allWaiting: '요청 목록을 읽는 중 …',
    none: '아직 요청이 없습니다.',
    kinds: {
      void: '판매 취소',
      'manual-credit': '무상 충전',
      'key-change': '키 교체',
      revival: '계량기 되살리기',
      'card-credit': '카드 무상 충전',
      'card-void': '카드 판매 취소',
      'card-closing': '카드 전액 회수',
      'card-release': '보류 금액 종료',
      'card-recovery': '새 카드로 금액 이전',
      remittance: '정산 대금 지급',
      'remittance-reversal': '지급 취소',
      'voucher-batch': '충전권 발행',
      'voucher-void': '충전권 무효 처리',
    },
    asks: {
      void: '아직 계량기에 저장되지 않았으면 판매를 취소하고 환불합니다.',
      'manual-credit': '결제 없이 계량기에 충전합니다.',
      'key-change': '회선을 통해 계량기에 다음 키를 보냅니다.',
      revival: '보관자 두 사람이 키를 넣어 주면 바로 개봉 경보를 해제합니다.',
      'card-credit': '다음에 카드를 읽을 때 결제 없이 카드에 충전합니다.',
      'card-void': '아직 카드에 충전되지 않았으면 판매를 취소하고 환불합니다.',
      'card-closing': '다음에 카드를 읽을 때 남은 금액을 모두 회수하며, 그 뒤에 지급합니다.',
      'card-release': '먼저 계량기를 확인하세요. 금액이 이미 들어갔다면 고객은 금액을 받은 것입니다.',
      'card-recovery': '더는 계량기가 가져갈 수 없는 금액을 새 카드로 옮깁니다.',
      remittance: '판매자나 공급자에게 줄 금액에서 지급한 것으로 기장합니다.',
      'remittance-reversal': '반대 분개를 기장하며, 그 금액은 다시 줄 금액이 됩니다.',
      'voucher-batch': '번호는 한 번만 인쇄할 수 있으며, 팔기 전에는 쓸 수 없습니다.',
      'voucher-void': '더는 쓸 수 없습니다. 받은 돈은 돌려주지만, 유효 기한이 지난 것은 돌려주지 않습니다.',
    },
    purposes: { value: '충전', control: '제어' },
    said: {
      void: '판매 {} 취소',
      credit: '{} 충전, 계량기 {}',
      key: '계량기 {}의 {} 키 교체',
      revive: '계량기 {} 되살리기',
      pay: '{} 지급, 받는 곳 {}, 번호 {}',
      unpay: '지급 {} 취소',
      vouchers: '충전권 {}장, 묶음 {}, 각 {}',
      voidVouchers: '충전권 {}부터 {}까지, 묶음 {} 무효',
    },
    saidOfCards: {
      'card-credit': '{} 충전, 카드 {}',
      'card-void': '카드 판매 {} 취소',
      'card-closing': '카드 {} 전액 회수',
      'card-release': '카드 {} 보류 금액 종료',
      'card-recovery': '카드 {} 금액을 새 카드로 이전',
    },
    why: '사유',
    whyHint: '결정하는 사람이 읽고 감사 기록에 남습니다.',
    askedBy: '요청한 사람',
    by: '{}, {}',
    when: '시각',
    state: '상태',
    states: { waiting: '대기 중', approved: '승인됨', refused: '거절됨' },
    decidedBy: '결정한 사람',
    decide: '결정',
    approve: '승인하고 실행',
    refuse: '거절',
    withdraw: '요청 철회',
    own: '직접 요청하신 일이므로 다른 사람이 승인해야 합니다. 철회는 할 수 있습니다.',
    decideWhy: '결정 사유',
    decideHint: '감사 기록에 남습니다.',
    ask: '새 요청',
    askIt: '요청하기',
    what: '요청 내용',
    order: '판매',
    orderHint: '판매 페이지에 있는 번호',
    meter: '계량기',
    meterHint: '계량기에 적힌 여섯 글자',
    amount: '충전액',
    purpose: '키 종류',
  },
};
