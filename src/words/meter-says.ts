import type { Language } from './language.ts';

const flags = {
  relayOpen: 'Shut off',
  creditExhausted: 'No credit',
  overCurrent: 'Current too high',
  tamper: 'Tampered with',
  byCommand: 'Shut off by command',
  loadLimit: 'Load above its limit',
  emergencyCredit: 'Runs on emergency credit',
  clockUnset: 'Clock not set',
  eventsWaiting: 'More events in its memory',
  lowBalance: 'Low balance',
  lastToken: 'Last token',
  cardInserted: 'A card was in it',
} as const;

export type FlagName = keyof typeof flags;

/** What a meter says of itself whenever it is asked, by the name of the flag. */
export const FLAG_WORDS: Readonly<Record<Language, Readonly<Record<FlagName, string>>>> = {
  en: flags,
  ko: {
    relayOpen: '차단됨',
    creditExhausted: '잔액 없음',
    overCurrent: '과전류',
    tamper: '조작 감지',
    byCommand: '명령으로 차단됨',
    loadLimit: '부하 한도 초과',
    emergencyCredit: '비상 크레딧 사용 중',
    clockUnset: '시계가 맞춰지지 않음',
    eventsWaiting: '메모리에 사건이 더 있음',
    lowBalance: '잔액 부족',
    lastToken: '마지막 토큰',
    cardInserted: '카드가 꽂혀 있었음',
  },
};

const calls = {
  voltageWhileOpen: 'voltage behind an open relay',
  coverOpened: 'its cover was opened',
  bypass: 'energy goes past it',
  magneticField: 'a magnet is near it',
  lastGasp: 'its power has failed',
  valueRequested: 'somebody asks for value, or calls',
  lowBalance: 'the balance is low',
  lastToken: 'the last token is in use',
  creditExhausted: 'the credit is gone',
  overCurrent: 'too much current',
  reverseEnergy: 'energy flows backwards',
  memoryDamaged: 'a memory is damaged',
  foreignModem: 'a foreign modem speaks on its line',
  cardInserted: 'a card is in its slot',
  clockJumped: 'its clock jumped or was lost',
  profileGap: 'minutes of its profile are missing',
} as const;

export type CallName = keyof typeof calls;

/** What a meter calls its local unit for, by the name of the reason. */
export const CALL_WORDS: Readonly<Record<Language, Readonly<Record<CallName, string>>>> = {
  en: calls,
  ko: {
    voltageWhileOpen: '열린 릴레이 뒤에 전압이 있음',
    coverOpened: '덮개가 열렸음',
    bypass: '계량기를 거치지 않는 전기가 있음',
    magneticField: '가까이에 자석이 있음',
    lastGasp: '정전됨',
    valueRequested: '충전 요청 또는 통화',
    lowBalance: '잔액 부족',
    lastToken: '마지막 토큰 사용 중',
    creditExhausted: '잔액 없음',
    overCurrent: '과전류',
    reverseEnergy: '전기가 거꾸로 흐름',
    memoryDamaged: '메모리 손상',
    foreignModem: '낯선 모뎀이 통신함',
    cardInserted: '카드가 꽂혀 있음',
    clockJumped: '시계가 크게 바뀌었거나 시각을 잃음',
    profileGap: '사용 기록에 빠진 분이 있음',
  },
};

const commands = {
  'mode-table': 'Send the tariff',
  'mode-table-next': 'Send the tariff that comes next',
  'clock-set': 'Set the clock',
  'clock-slew': 'Adjust the clock',
  switch: 'Switch the relay',
  'clear-tamper': 'Clear tampering',
  'clear-over-current': 'Clear too high current',
  'supply-policy': 'Send the supply rules',
  'hot-list': 'Tell of blocked cards',
  interphone: 'Speak by the interphone',
  'card-payment': 'Go on with a payment by card',
  'key-value': 'Change the key of value',
  'key-control': 'Change the key of control',
  'key-monitoring': 'Change the key of monitoring',
  'key-monitoring-proof': 'Prove the new key of monitoring',
  'key-monitoring-search': 'Look for its key of monitoring',
} as const;

export type CommandName = keyof typeof commands;

export type RelayName = 'switch' | 'clear-tamper' | 'clear-over-current';

/** Where a command stands at the host, of which only the later is sent: one for each that has a name here. */
export type CommandSlot =
  | `relay-${number}-${RelayName}`
  | `mode-table-${number}`
  | `mode-table-${number}-next`
  | Exclude<CommandName, RelayName | 'mode-table' | 'mode-table-next'>;

interface CommandWords {
  readonly names: Readonly<Record<CommandName, string>>;
  /** Of which circuit, in a meter that has several. */
  readonly supply: string;
}

/** What a meter was ordered, by what of two orders only the later is sent. */
export const COMMAND_WORDS: Readonly<Record<Language, CommandWords>> = {
  en: { names: commands, supply: '{}, supply {}' },
  ko: {
    names: {
      'mode-table': '요금제 전송',
      'mode-table-next': '다음 요금제 전송',
      'clock-set': '시계 맞추기',
      'clock-slew': '시계 조정',
      switch: '릴레이 조작',
      'clear-tamper': '조작 표시 해제',
      'clear-over-current': '과전류 해제',
      'supply-policy': '공급 규칙 전송',
      'hot-list': '정지된 카드 알리기',
      interphone: '인터폰으로 말하기',
      'card-payment': '카드 결제 진행',
      'key-value': '금액 키 교체',
      'key-control': '제어 키 교체',
      'key-monitoring': '감시 키 교체',
      'key-monitoring-proof': '새 감시 키 확인',
      'key-monitoring-search': '감시 키 찾기',
    },
    supply: '{}, 회로 {}',
  },
};
