import type { Language } from './language.ts';

/** Of a household that leaves a meter, and of one that comes. */
export interface MovingWords {
  readonly title: string;
  readonly waiting: string;
  /** Where no host answers. */
  readonly withNetwork: string;
  /** `{}`: who. */
  readonly nobodyMoved: string;
  readonly nobodyLives: string;
  /** Instead of the name of whoever lives there. */
  readonly unoccupied: string;
  /** Of its purse: as long as nobody comes, or of a dead meter. */
  readonly closedUntil: string;
  readonly closedForGood: string;
  readonly moveOut: string;
  readonly moveOutNote: string;
  readonly next: string;
  readonly nextNote: string;
  readonly dead: string;
  readonly deadNote: string;
  readonly moveIn: string;
  readonly moveInNote: string;
  readonly subscriber: string;
  /** `{}`: since when. */
  readonly living: string;
  readonly leaving: string;
  readonly left: string;
  readonly balance: string;
  /** `{}`: when the meter had told it. */
  readonly proved: string;
  readonly lastProved: string;
  readonly energy: string;
  /** `{}`: when the meter had told it. */
  readonly energyBefore: string;
  readonly energyAwaited: string;
  readonly owed: string;
  readonly settled: string;
  readonly carried: string;
  readonly refund: string;
  readonly paidOut: string;
  readonly payOut: string;
  readonly method: string;
  readonly methods: Readonly<Record<'cash' | 'bank-transfer', string>>;
  readonly stays: string;
  /** `{}`: from when, and until when. */
  readonly stay: string;
  readonly dues: string;
  readonly takePayment: string;
  readonly takePaymentNote: string;
  /** `{}`: all that is owed. */
  readonly tooMuch: string;
  readonly nothingPaid: string;
  readonly referenceHint: Readonly<Record<'cash' | 'bank-transfer', string>>;
  /** `{}`: how much, and who paid it. */
  readonly paymentTaken: string;
  readonly sure: string;
}

export const MOVING_WORDS: Readonly<Record<Language, MovingWords>> = {
  en: {
    title: 'Who lives there',
    waiting: 'Reading who lived there …',
    withNetwork: 'Who lived there is known only with network.',
    nobodyMoved: '{} has lived here since the meter was commissioned.',
    nobodyLives: 'Nobody lives there now.',
    unoccupied: 'Nobody lives there',
    closedUntil: 'The purse is closed until somebody moves in.',
    closedForGood: 'The meter was given up as dead and its purse is closed for good: mount another one.',
    moveOut: 'Move out',
    moveOutNote:
      'What is on its way is taken back, the meter is switched off and says what was left. That is theirs who leave, and what they owe goes with them. A meter without a line is given to the next household on its own page.',
    next: 'Their next meter',
    nextNote: 'One that they have already: what is left goes there. Left empty, it is paid out.',
    dead: 'The meter is dead',
    deadNote:
      'It does not answer and never will: the balance last proved is theirs, and nobody can use this meter again.',
    moveIn: 'Move in',
    moveInNote: 'They begin with nothing in the meter and nothing owed but what they owe themselves.',
    subscriber: 'Id of the subscriber who comes',
    living: 'Lives there since {}',
    leaving: 'Leaves; waits for the last reading, asked for {}',
    left: 'Left {}',
    balance: 'Left in the purse',
    proved: 'told by the meter {}',
    lastProved: 'last proved {}, the meter is dead',
    energy: 'Energy register',
    energyBefore: 'told {}, before the last reading',
    energyAwaited: 'told {}, before the last reading; a newer one is asked for and comes later',
    owed: 'Emergency credit, now arrears',
    settled: 'Paid what was due',
    carried: 'Went to meter {}',
    refund: 'To be paid out',
    paidOut: 'Paid out {}',
    payOut: 'Pay out',
    method: 'How',
    methods: { cash: 'Cash', 'bank-transfer': 'Bank transfer' },
    stays: 'Meters that they left',
    stay: '{} to {}',
    dues: 'Owed without a meter',
    takePayment: 'Take a payment',
    takePaymentNote: 'All of it or a part; charges are paid with their tax, and first.',
    tooMuch: '{} is owed: take no more.',
    nothingPaid: 'Nothing is no payment: write what was given.',
    referenceHint: {
      cash: 'The number of the slip that they are given, or a word of your own: it stands in the books.',
      'bank-transfer': 'As the transfer is named on the statement of the bank: it stands in the books.',
    },
    paymentTaken: '{} was taken from {} and stands in the books.',
    sure: 'Sure?',
  },
  ko: {
    title: '거주 세대',
    waiting: '거주 내역을 읽는 중 …',
    withNetwork: '거주 내역은 네트워크가 있어야 볼 수 있습니다.',
    nobodyMoved: '계량기를 등록할 때부터 {} 세대가 살고 있습니다.',
    nobodyLives: '지금은 아무도 살지 않습니다.',
    unoccupied: '거주자 없음',
    closedUntil: '누군가 입주할 때까지 지갑이 닫혀 있습니다.',
    closedForGood: '고장으로 처리되어 지갑이 완전히 닫혔습니다. 다른 계량기를 설치하세요.',
    moveOut: '퇴거 처리',
    moveOutNote:
      '전송 중인 충전은 취소되고, 계량기는 차단된 뒤 남은 금액을 알려 줍니다. 남은 금액은 퇴거하는 세대의 것이며, 미납금도 그 세대를 따라갑니다. 통신선 없는 계량기는 각 계량기 화면에서 다음 가구에 넘기세요.',
    next: '옮겨 갈 계량기',
    nextNote: '이미 그 세대에 등록된 계량기입니다. 비워 두면 남은 금액을 지급합니다.',
    dead: '계량기 고장',
    deadNote:
      '응답하지 않고 앞으로도 하지 않을 때입니다. 마지막으로 확인된 잔액을 인정하며, 이 계량기는 다시 쓸 수 없습니다.',
    moveIn: '입주 처리',
    moveInNote: '계량기 잔액과 미납금 없이 시작합니다. 본인의 이전 미납금만 따라옵니다.',
    subscriber: '입주하는 가입자 번호',
    living: '{}부터 거주',
    leaving: '퇴거 중, {}에 요청한 최종 검침을 기다림',
    left: '{}에 퇴거',
    balance: '지갑에 남은 금액',
    proved: '{}에 계량기가 알림',
    lastProved: '{}에 마지막으로 확인됨, 계량기 고장',
    energy: '누적 전력량',
    energyBefore: '{}에 알림, 최종 검침 전',
    energyAwaited: '{}에 알림, 최종 검침 전. 새 값을 요청했으며 나중에 들어옵니다',
    owed: '비상 크레딧, 미납금으로 전환',
    settled: '미납금으로 납부',
    carried: '계량기 {}(으)로 이동',
    refund: '지급할 금액',
    paidOut: '{}에 지급함',
    payOut: '지급',
    method: '지급 방법',
    methods: { cash: '현금', 'bank-transfer': '계좌 이체' },
    stays: '퇴거한 계량기',
    stay: '{} ~ {}',
    dues: '계량기 없는 미납금',
    takePayment: '납부 받기',
    takePaymentNote: '전액 또는 일부를 받습니다. 고정 요금을 세금과 함께 먼저 납부합니다.',
    tooMuch: '미납금은 {}입니다. 그보다 많이 받을 수 없습니다.',
    nothingPaid: '0은 납부할 수 없습니다. 받은 금액을 적으세요.',
    referenceHint: {
      cash: '건네준 영수증 번호나 직접 정한 이름입니다. 장부에 남습니다.',
      'bank-transfer': '은행 거래 내역에 적힌 이체 이름입니다. 장부에 남습니다.',
    },
    paymentTaken: '{}을(를) {}에게서 받아 장부에 적었습니다.',
    sure: '확실합니까?',
  },
};
