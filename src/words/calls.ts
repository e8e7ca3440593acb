import type { Language } from './language.ts';

type CallCarrier = 'sip' | 'hosted' | 'ussd' | 'chat' | 'meter';
type CallState = 'live' | 'ended' | 'wants-person';
type CallStep =
  | 'begun'
  | 'language-chosen'
  | 'identified-by-number'
  | 'identified-by-pin'
  | 'identification-refused'
  | 'balance-told'
  | 'cheap-hours-told'
  | 'emergency-told'
  | 'amount-chosen'
  | 'means-chosen'
  | 'voucher-refused'
  | 'quoted'
  | 'confirmed'
  | 'not-confirmed'
  | 'paid'
  | 'payment-refused'
  | 'payment-unclear'
  | 'value-stored'
  | 'money-back'
  | 'person-wanted'
  | 'person-awaited'
  | 'person-came'
  | 'person-left'
  | 'nobody-came'
  | 'host-failed'
  | 'too-many-wrong'
  | 'silent'
  | 'hung-up'
  | 'broken-off'
  | 'ended';

/** Of calls by telephone, as those see them who work at the utility. */
export interface PhoneCallWords {
  readonly calls: string;
  readonly note: string;
  readonly waitingFor: string;
  readonly waitingForNobody: string;
  readonly live: string;
  readonly noneLive: string;
  readonly all: string;
  readonly none: string;
  readonly waiting: string;
  readonly when: string;
  readonly from: string;
  readonly withheld: string;
  readonly meter: string;
  readonly guest: string;
  readonly carrier: string;
  readonly carriers: Readonly<Record<CallCarrier, string>>;
  readonly language: string;
  readonly state: string;
  readonly states: Readonly<Record<CallState, string>>;
  readonly lastStep: string;
  readonly length: string;
  readonly goesOn: string;
  readonly callBack: string;
  readonly calledBack: string;
  readonly title: string;
  readonly facts: string;
  readonly stepsTitle: string;
  readonly stepsNote: string;
  readonly payment: string;
  readonly open: string;
  readonly steps: Readonly<Record<CallStep, string>>;
}

export const PHONE_CALL_WORDS: Readonly<Record<Language, PhoneCallWords>> = {
  en: {
    calls: 'Calls',
    note: 'Who calls, and what becomes of it, step by step. No digit that somebody keyed is kept: no card number and no PIN.',
    waitingFor: 'Wait to be called back',
    waitingForNobody: 'Nobody waits to be called back.',
    live: 'On the line now',
    noneLive: 'Nobody is on the line.',
    all: 'All calls',
    none: 'Nobody has called yet.',
    waiting: 'Reading the calls …',
    when: 'Begun',
    from: 'From',
    withheld: 'number withheld',
    meter: 'Meter',
    guest: 'not known yet',
    carrier: 'By',
    carriers: { sip: 'telephone (SIP)', hosted: 'hosted voice', ussd: 'USSD', chat: 'text', meter: 'the meter itself' },
    language: 'Language',
    state: 'State',
    states: { live: 'on the line', ended: 'ended', 'wants-person': 'wants a person' },
    lastStep: 'Last step',
    length: 'Length',
    goesOn: 'goes on',
    callBack: 'Call back at',
    calledBack: 'Called back',
    title: 'Call from {}',
    facts: 'The call',
    stepsTitle: 'Step by step',
    stepsNote: 'What was asked and done. Digits are never kept.',
    payment: 'see the payment',
    open: 'See this call',
    steps: {
      begun: 'Answered',
      'language-chosen': 'Chose a language',
      'identified-by-number': 'Known by the calling number',
      'identified-by-pin': 'Known by meter and PIN',
      'identification-refused': 'Meter and PIN did not belong together',
      'balance-told': 'Heard the balance',
      'cheap-hours-told': 'Heard the cheap hours',
      'emergency-told': 'Heard about emergency credit',
      'amount-chosen': 'Chose an amount',
      'means-chosen': 'Chose how to pay',
      'voucher-refused': 'Said a voucher that pays nothing',
      quoted: 'Heard the price',
      confirmed: 'Confirmed the purchase',
      'not-confirmed': 'Did not confirm: nothing was bought',
      paid: 'The payment was begun',
      'payment-refused': 'The payment was declined: no money was taken',
      'payment-unclear': 'The payment was unclear when the call ended',
      'value-stored': 'The value is in the meter, and the caller heard it',
      'money-back': 'The money goes back',
      'person-wanted': 'Wants to speak with a person',
      'person-awaited': 'Waits for a person',
      'person-came': 'Spoke with a person',
      'person-left': 'The person ended the conversation',
      'nobody-came': 'Nobody came to speak with them',
      'host-failed': 'The books could not be reached',
      'too-many-wrong': 'Ended after three wrong entries',
      silent: 'Ended after long silence',
      'hung-up': 'Hung up',
      'broken-off': 'Broken off: the host stopped during the call',
      ended: 'Ended',
    },
  },
  ko: {
    calls: '통화',
    note: '누가 전화했고 어떻게 되었는지 단계별로 봅니다. 누른 숫자는 카드 번호도 비밀번호도 남기지 않습니다.',
    waitingFor: '회신을 기다리는 통화',
    waitingForNobody: '회신을 기다리는 사람이 없습니다.',
    live: '지금 통화 중',
    noneLive: '통화 중인 사람이 없습니다.',
    all: '모든 통화',
    none: '아직 걸려 온 전화가 없습니다.',
    waiting: '통화를 읽는 중 …',
    when: '시작',
    from: '발신 번호',
    withheld: '발신 번호 제한',
    meter: '계량기',
    guest: '아직 모름',
    carrier: '방법',
    carriers: { sip: '전화(SIP)', hosted: '음성 서비스', ussd: 'USSD', chat: '문자', meter: '계량기' },
    language: '언어',
    state: '상태',
    states: { live: '통화 중', ended: '끝남', 'wants-person': '상담원 요청' },
    lastStep: '마지막 단계',
    length: '길이',
    goesOn: '계속 중',
    callBack: '회신 번호',
    calledBack: '회신했음',
    title: '{} 통화',
    facts: '통화',
    stepsTitle: '단계별 기록',
    stepsNote: '묻고 한 일만 남습니다. 숫자는 절대 남기지 않습니다.',
    payment: '결제 보기',
    open: '이 통화 보기',
    steps: {
      begun: '연결됨',
      'language-chosen': '언어 선택',
      'identified-by-number': '발신 번호로 확인',
      'identified-by-pin': '계량기 번호와 비밀번호로 확인',
      'identification-refused': '계량기 번호와 비밀번호가 맞지 않음',
      'balance-told': '잔액 안내',
      'cheap-hours-told': '저렴한 시간대 안내',
      'emergency-told': '비상 사용 안내',
      'amount-chosen': '금액 선택',
      'means-chosen': '결제 방법 선택',
      'voucher-refused': '쓸 수 없는 충전권 번호',
      quoted: '가격 안내',
      confirmed: '구매 확인',
      'not-confirmed': '확인하지 않음: 구매 없음',
      paid: '결제 시작',
      'payment-refused': '결제 거절: 돈이 나가지 않음',
      'payment-unclear': '통화가 끝날 때 결제 결과가 불분명',
      'value-stored': '계량기에 충전 완료를 안내',
      'money-back': '돈을 돌려줌',
      'person-wanted': '상담원 연결 요청',
      'person-awaited': '상담원을 기다림',
      'person-came': '상담원과 통화',
      'person-left': '상담원이 통화를 마침',
      'nobody-came': '받은 상담원이 없음',
      'host-failed': '장부에 연결할 수 없음',
      'too-many-wrong': '세 번 잘못 눌러 종료',
      silent: '응답이 없어 종료',
      'hung-up': '전화를 끊음',
      'broken-off': '끊김: 통화 중 호스트가 멈춤',
      ended: '종료',
    },
  },
};
