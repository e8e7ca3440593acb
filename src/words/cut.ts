import type { Language } from './language.ts';

const en = {
  waiting: 'Gathering what is known of the cuts …',
  never: 'This meter was never cut off, as far as these books know.',
  which: 'Cuts, the newest first',
  headline: 'Supply {} went off: {}',
  toMeter: 'Meter {}',
  older: 'Older cuts',
  sixHours: 'The six hours before',
  chart: 'The six hours before the cut: load by minute, price, balance, and {} notices.',
  load: 'Load',
  price: 'Price',
  balance: 'Balance in the books',
  cutHere: 'cut',
  used: 'Used in six hours',
  cost: 'which cost {} tokens',
  unknownMinutes: '{} of 360 minutes are not known',
  noMinutes: 'The minutes before the cut are not known.',
  moment: 'When it was cut',
  purse: 'Balance',
  owed: 'Emergency credit used',
  inFlight: 'On its way',
  booksAt: 'as the books had it, last moved {}',
  notices: 'What the meter had told before',
  noNotices: 'The meter told no notice before this cut.',
  heardLater: 'heard {}',
  rules: 'The rule that let it happen',
  rulesUnknown: 'Which rules the meter had is not known.',
  rulesVersion: 'The meter went by rules {}, and these books do not know what it says: it came with the meter.',
  emergency: 'Emergency credit up to',
  lowAt: 'Notice of low balance at',
  friendly: 'Never cut between',
  friendlyNone: 'No hours in which it is never cut',
  friendlyKept: 'The cut was outside of them.',
  friendlyBroken: 'The cut was within them: it was not for want of credit, or the clock of the meter was wrong.',
  weekends: 'Never cut on weekends',
  holidays: 'Never cut on holidays',
  yes: 'yes',
  no: 'no',
  ended: 'What ended it',
  lasted: 'It lasted {}.',
  notEnded: 'Nothing in the books says that it ended.',
  order: 'Order {}',
  unknown: 'What is not known',
  allKnown: 'Nothing is missing: all of it is told by the meter and the books.',
} as const;

const reasons = {
  'no-credit': 'its credit was used up',
  'over-current': 'the current was too high',
  tamper: 'it noticed tampering',
  command: 'somebody ordered it off',
  'load-limit': 'the load was above its limit',
  'awaits-key': 'it waits for a key press',
} as const;

const notices = {
  'low-balance': 'Low balance: the buzzer sounded',
  'last-token': 'Last token: the buzzer sounded until credit came',
  'emergency-credit-begun': 'Emergency credit began',
  'cut-deferred': 'The cut was put off to the end of the friendly hours',
  'value-requested': 'Somebody asked for value at the keypad',
} as const;

const ends = {
  credit: 'Credit came, and the relay closed.',
  command: 'Somebody ordered it on.',
  're-closed': 'It closed by itself, as its rules say.',
  'key-press': 'Somebody pressed the key at the meter.',
  'emergency-credit': 'Emergency credit began.',
  unknown: 'It closed; why is not known.',
} as const;

const unknown = {
  time: 'When exactly it happened: the clock of the meter was not set.',
  balance: 'The balance at that moment.',
  minutes: 'All or some of the minutes before: the meter has not told its load profile of them.',
  rules: 'What the rules of the meter said.',
  notices: 'Whether the meter gave notice: its older events were not collected.',
  end: 'Whether and how it ended.',
} as const;

type Of<T> = Readonly<Record<keyof T, string>>;

/** Of the page that explains a cut. */
export interface CutWords extends Of<typeof en> {
  readonly reasons: Of<typeof reasons>;
  readonly noticesOf: Of<typeof notices>;
  readonly ends: Of<typeof ends>;
  readonly unknownOf: Of<typeof unknown>;
}

export const CUT_WORDS: Readonly<Record<Language, CutWords>> = {
  en: { ...en, reasons, noticesOf: notices, ends, unknownOf: unknown },
  ko: {
    waiting: '차단에 관해 알려진 것을 모으는 중 …',
    never: '장부에 따르면 이 계량기는 차단된 적이 없습니다.',
    which: '차단 목록, 최근 순서',
    headline: '{}번 회로가 꺼졌습니다: {}',
    toMeter: '계량기 {}',
    older: '이전 차단',
    sixHours: '직전 여섯 시간',
    chart: '차단 직전 여섯 시간: 분 단위 부하, 요금, 잔액, 알림 {}건.',
    load: '부하',
    price: '요금',
    balance: '장부상 잔액',
    cutHere: '차단',
    used: '여섯 시간 사용량',
    cost: '{}토큰어치',
    unknownMinutes: '360분 가운데 {}분은 알 수 없음',
    noMinutes: '차단 전의 분 단위 기록을 알 수 없습니다.',
    moment: '차단된 순간',
    purse: '잔액',
    owed: '사용한 비상 크레딧',
    inFlight: '전송 중',
    booksAt: '장부 기준, 마지막 변동 {}',
    notices: '그전에 계량기가 알린 것',
    noNotices: '이 차단 전에 계량기가 알린 것이 없습니다.',
    heardLater: '전해진 때: {}',
    rules: '차단을 허용한 규칙',
    rulesUnknown: '계량기가 어떤 규칙을 따랐는지 알 수 없습니다.',
    rulesVersion: '계량기가 따른 규칙은 {}입니다. 출고될 때 들어 있던 규칙이라 장부는 내용을 모릅니다.',
    emergency: '비상 크레딧 한도',
    lowAt: '잔액 부족 알림 기준',
    friendly: '차단하지 않는 시간',
    friendlyNone: '차단하지 않는 시간이 정해져 있지 않음',
    friendlyKept: '차단은 그 시간 밖에 있었습니다.',
    friendlyBroken: '차단이 그 시간 안에 있었습니다. 잔액 때문이 아니었거나 계량기 시계가 틀렸습니다.',
    weekends: '주말에는 차단하지 않음',
    holidays: '공휴일에는 차단하지 않음',
    yes: '예',
    no: '아니요',
    ended: '어떻게 끝났나요',
    lasted: '{} 동안 이어졌습니다.',
    notEnded: '끝났다는 기록이 장부에 없습니다.',
    order: '주문 {}',
    unknown: '알 수 없는 것',
    allKnown: '빠진 것이 없습니다. 모두 계량기와 장부가 알려 줍니다.',
    reasons: {
      'no-credit': '잔액을 모두 썼습니다',
      'over-current': '전류가 너무 높았습니다',
      tamper: '조작을 감지했습니다',
      command: '명령으로 꺼졌습니다',
      'load-limit': '부하가 한도를 넘었습니다',
      'awaits-key': '버튼을 눌러야 켜집니다',
    },
    noticesOf: {
      'low-balance': '잔액 부족: 부저가 울렸습니다',
      'last-token': '마지막 토큰: 충전될 때까지 부저가 울렸습니다',
      'emergency-credit-begun': '비상 크레딧이 시작되었습니다',
      'cut-deferred': '배려 시간이 끝날 때까지 차단을 미뤘습니다',
      'value-requested': '키패드로 금액을 요청했습니다',
    },
    ends: {
      credit: '금액이 들어와 릴레이가 닫혔습니다.',
      command: '명령으로 켜졌습니다.',
      're-closed': '규칙에 따라 스스로 닫혔습니다.',
      'key-press': '계량기의 버튼을 눌렀습니다.',
      'emergency-credit': '비상 크레딧이 시작되었습니다.',
      unknown: '닫혔지만 이유는 알 수 없습니다.',
    },
    unknownOf: {
      time: '정확한 시각: 계량기의 시계가 맞춰져 있지 않았습니다.',
      balance: '그 순간의 잔액.',
      minutes: '그전의 분 단위 기록 전부 또는 일부: 계량기가 아직 전하지 않았습니다.',
      rules: '계량기 규칙의 내용.',
      notices: '계량기가 미리 알렸는지: 오래된 이벤트가 모이지 않았습니다.',
      end: '끝났는지, 어떻게 끝났는지.',
    },
  },
};
