import type { Language } from './language.ts';

type PaymentState =
  | 'asked'
  | 'pending'
  | 'approved'
  | 'capturing'
  | 'captured'
  | 'reversing'
  | 'reversed'
  | 'declined'
  | 'returned'
  | 'stuck';

/** Of money that others take for the utility, and of those who are told about it. */
export interface PaymentWords {
  readonly note: string;
  readonly unsettled: string;
  readonly unsettledWaiting: string;
  readonly noneUnsettled: string;
  readonly allPayments: string;
  readonly waiting: string;
  readonly none: string;
  readonly when: string;
  readonly meter: string;
  readonly card: string;
  readonly paidFor: string;
  readonly port: string;
  readonly method: string;
  readonly paid: string;
  readonly state: string;
  readonly states: Readonly<Record<PaymentState, string>>;
  readonly means: Readonly<Record<PaymentState, string>>;
  /** Where it is another thing than for a meter. */
  readonly meansForCard: Readonly<Record<'approved' | 'capturing' | 'captured' | 'returned', string>>;
  readonly cancel: string;
  readonly cancelAsk: string;
  readonly cancelAskCard: string;
  readonly title: string;
  readonly approval: string;
  readonly shown: string;
  readonly why: string;
  readonly history: string;
  readonly asked: string;
  readonly ordered: string;
  readonly stored: string;
  readonly storedOnCard: string;
  readonly refunded: string;
  readonly sale: string;
  readonly noSale: string;
  readonly webhooks: string;
  readonly webhooksWaiting: string;
  readonly noWebhooks: string;
  readonly address: string;
  readonly events: string;
  readonly undelivered: string;
  readonly givenUp: string;
  readonly retry: string;
  readonly retried: string;
}

export const PAYMENT_WORDS: Readonly<Record<Language, PaymentWords>> = {
  en: {
    note: 'Money that payment services take for you. It is kept once its value is in the meter, and goes back when it never will be.',
    unsettled: 'Not settled yet',
    unsettledWaiting: 'Reading what is not settled …',
    noneUnsettled: 'Every payment has come to its end.',
    allPayments: 'All payments',
    waiting: 'Reading the payments …',
    none: 'No payment service has taken any money yet. Cash is in the tills, not here.',
    when: 'When',
    meter: 'Meter',
    card: 'Card',
    paidFor: 'For',
    port: 'Through',
    method: 'Paid by',
    paid: 'Paid',
    state: 'State',
    states: {
      asked: 'Asked',
      pending: 'Customer is asked',
      approved: 'Held',
      capturing: 'Being kept',
      captured: 'Kept',
      reversing: 'Going back',
      reversed: 'Given back',
      declined: 'Declined',
      returned: 'Returned',
      stuck: 'Stuck',
    },
    means: {
      asked: 'The payment service was asked and has not answered yet.',
      pending: 'The customer has to agree, on their telephone or at their bank.',
      approved: 'The value is sold. The money is held until the meter has it.',
      capturing: 'The value is in the meter. The payment service is asked for the money.',
      captured: 'The value is in the meter and the money is yours.',
      reversing: 'Nothing was sold for it, so the money is going back to who paid.',
      reversed: 'The money is back with who paid.',
      declined: 'The payment service refused. Nothing was sold.',
      returned: 'The bank took the money back after the value was sold: the meter owes it as arrears.',
      stuck: 'The payment service answers neither yes nor no. Call it; what it says is taken in by itself.',
    },
    meansForCard: {
      approved: 'The value is sold to the card. The payment service is asked for the money next.',
      capturing: 'The value is sold to the card. The payment service is asked for the money.',
      captured: 'The value is sold to the card and the money is yours.',
      returned: 'The bank took the money back after the value was sold: whoever has the card owes it as arrears.',
    },
    cancel: 'Cancel it',
    cancelAsk: 'Cancel {} for meter {}? Whatever is answered later, the money goes back.',
    cancelAskCard: 'Cancel {} for card {}? Whatever is answered later, the money goes back.',
    title: 'Payment of {}',
    approval: 'Approval number',
    shown: 'Paid with',
    why: 'Reason',
    history: 'What happened',
    asked: 'The payment service was asked',
    ordered: 'The value was sold',
    stored: 'The meter stored the value',
    storedOnCard: 'The value is on the card',
    refunded: 'The sale was taken back',
    sale: 'See the sale',
    noSale: 'Nothing is sold for it yet.',
    webhooks: 'Who is told',
    webhooksWaiting: 'Reading who is told …',
    noWebhooks: 'Nobody outside is told of payments.',
    address: 'Address',
    events: 'Of what',
    undelivered: 'Waiting',
    givenUp: 'Given up',
    retry: 'Tell again',
    retried: 'Told again: {}',
  },
  ko: {
    note: '결제 서비스가 대신 받는 돈입니다. 충전액이 계량기에 저장되면 확정되고, 저장될 수 없으면 돌려줍니다.',
    unsettled: '아직 끝나지 않은 결제',
    unsettledWaiting: '끝나지 않은 결제를 읽는 중 …',
    noneUnsettled: '모든 결제가 마무리되었습니다.',
    allPayments: '전체 결제',
    waiting: '결제 목록을 읽는 중 …',
    none: '결제 서비스로 받은 돈이 아직 없습니다. 현금은 금전함에서 볼 수 있습니다.',
    when: '시각',
    meter: '계량기',
    card: '카드',
    paidFor: '충전 대상',
    port: '결제 서비스',
    method: '결제 수단',
    paid: '결제 금액',
    state: '상태',
    states: {
      asked: '요청함',
      pending: '고객 확인 중',
      approved: '승인됨',
      capturing: '확정하는 중',
      captured: '확정됨',
      reversing: '되돌리는 중',
      reversed: '돌려줌',
      declined: '거절됨',
      returned: '반환됨',
      stuck: '멈춤',
    },
    means: {
      asked: '결제 서비스에 요청했고 아직 답이 없습니다.',
      pending: '고객이 전화기나 은행에서 동의해야 합니다.',
      approved: '충전액이 판매되었습니다. 계량기에 저장될 때까지 결제 금액을 잡아 둡니다.',
      capturing: '충전액이 계량기에 저장되어 결제 서비스에 확정을 요청했습니다.',
      captured: '충전액이 계량기에 저장되었고 결제도 확정되었습니다.',
      reversing: '판매된 것이 없어 결제하신 분께 돌려주고 있습니다.',
      reversed: '결제하신 분께 돌려주었습니다.',
      declined: '결제 서비스가 거절했습니다. 판매된 것은 없습니다.',
      returned: '판매한 뒤 은행이 돈을 되가져갔습니다. 계량기의 미납금으로 남아 있습니다.',
      stuck: '결제 서비스가 승인도 거절도 하지 않습니다. 결제 서비스에 문의해 주세요. 답이 오면 저절로 반영됩니다.',
    },
    meansForCard: {
      approved: '충전액을 카드에 판매했고, 이제 결제 서비스에 확정을 요청합니다.',
      capturing: '충전액을 카드에 판매하고 결제 서비스에 확정을 요청했습니다.',
      captured: '충전액을 카드에 판매했고 결제도 확정되었습니다.',
      returned: '판매한 뒤 은행이 돈을 되가져갔습니다. 카드 가입자의 미납금으로 남아 있습니다.',
    },
    cancel: '결제 취소',
    cancelAsk: '결제 금액 {}, 계량기 {}의 결제를 취소할까요? 나중에 어떤 답이 오더라도 돈은 되돌아갑니다.',
    cancelAskCard: '결제 금액 {}, 카드 {}의 결제를 취소할까요? 나중에 어떤 답이 오더라도 돈은 되돌아갑니다.',
    title: '{} 결제',
    approval: '승인 번호',
    shown: '결제 수단',
    why: '사유',
    history: '진행 내역',
    asked: '결제 서비스에 요청함',
    ordered: '충전액을 판매함',
    stored: '계량기에 저장됨',
    storedOnCard: '카드에 저장됨',
    refunded: '판매가 취소됨',
    sale: '판매 보기',
    noSale: '아직 판매된 것이 없습니다.',
    webhooks: '알림 받는 곳',
    webhooksWaiting: '알림 받는 곳을 읽는 중 …',
    noWebhooks: '외부로 보내는 알림이 없습니다.',
    address: '주소',
    events: '알림 종류',
    undelivered: '대기 중',
    givenUp: '포기함',
    retry: '다시 보내기',
    retried: '다시 보낸 알림: {}',
  },
};
