import type { Language } from './language.ts';

/** How a meter stands, as far as the operator knows, the most urgent first. One list for pages, paper and terminal. */
export const METER_STATES = [
  /** No value goes to it before a person has looked. */
  'frozen',
  /** Its seal is broken, or energy goes past it. */
  'tampered',
  /** Nobody knows: it said that its power went, was never heard, or not for long. */
  'dark',
  /** Its relay is open for want of credit. */
  'off',
  /** Its relay is open for another reason. */
  'blocked',
  'emergency',
  'last-token',
  'low',
  'supplied',
] as const;
export type MeterState = (typeof METER_STATES)[number];

/** Why a meter stands as it does, as a code: `REASON_WORDS` has a sentence for each. */
export const STATE_REASONS = [
  ...(['meter-behind-host', 'gap-longer-than-ring', 'amount-differs', 'meter-frozen', 'txid-twice'] as const),
  'closing-forgotten',
  ...(['voltage-while-open', 'cover-opened', 'bypass', 'magnetic-field', 'keys-erased', 'tamper'] as const),
  ...(['events-missing', 'events-changed'] as const),
  ...(['last-gasp', 'never-heard', 'silent'] as const),
  ...(['credit-exhausted', 'purse-closed', 'nobody-lives', 'over-current', 'by-command', 'load-limit'] as const),
  'awaits-key',
] as const;
export type StateReason = (typeof STATE_REASONS)[number];

/** A state, or that what is known of it is old. */
export type ShownState = MeterState | 'stale';

/** What a state looks like wherever it is shown. Shape and word stand beside the colour: nobody needs to see colours. */
export interface StateLook {
  readonly shape:
    | 'disc'
    | 'three-quarter-ring'
    | 'quarter-ring'
    | 'dashed-ring'
    | 'ring'
    | 'barred-ring'
    | 'triangle'
    | 'hatched'
    | 'snow';
  /** The same on a terminal, one column wide. */
  readonly character: string;
  readonly tone: Tone;
  /** Where twelve columns are all there is. */
  readonly short: string;
}

/** A colour goes by the state that is first thought of with it; theme.css has it as `--state-…`. */
export type Tone = 'supplied' | 'low' | 'off' | 'blocked' | 'tampered' | 'dark';

interface Colour {
  /** On a nearly white ground, and on a nearly black one. Each has a contrast of at least 3 to its ground. */
  readonly light: string;
  readonly dark: string;
  /** Of the 256 colours of a terminal. */
  readonly terminal: number;
}

/** From the palette of Okabe and Ito, darkened or lightened for the ground: told apart with any kind of eye. */
export const TONES: Readonly<Record<Tone, Colour>> = {
  supplied: { light: '#007a5e', dark: '#2bc49d', terminal: 43 },
  low: { light: '#a86400', dark: '#f0a830', terminal: 214 },
  off: { light: '#47525d', dark: '#a3b0bd', terminal: 245 },
  blocked: { light: '#0063b1', dark: '#5fb2f2', terminal: 75 },
  tampered: { light: '#b0207c', dark: '#f07abf', terminal: 170 },
  dark: { light: '#6b7075', dark: '#8d949b', terminal: 245 },
};

export const STATE_LOOKS: Readonly<Record<ShownState, StateLook>> = {
  frozen: { shape: 'snow', character: '■', tone: 'tampered', short: 'frozen' },
  tampered: { shape: 'triangle', character: '▲', tone: 'tampered', short: 'tampered' },
  dark: { shape: 'hatched', character: '×', tone: 'dark', short: 'no power' },
  off: { shape: 'ring', character: '○', tone: 'off', short: 'cut off' },
  blocked: { shape: 'barred-ring', character: '⊖', tone: 'blocked', short: 'blocked' },
  emergency: { shape: 'dashed-ring', character: '◌', tone: 'low', short: 'emergency' },
  'last-token': { shape: 'quarter-ring', character: '◔', tone: 'low', short: 'last token' },
  low: { shape: 'three-quarter-ring', character: '◕', tone: 'low', short: 'low' },
  supplied: { shape: 'disc', character: '●', tone: 'supplied', short: 'supplied' },
  stale: { shape: 'hatched', character: '▨', tone: 'dark', short: 'stale' },
};

export const STATE_WORDS: Readonly<Record<Language, Readonly<Record<ShownState, string>>>> = {
  en: {
    supplied: 'Supplied',
    low: 'Low balance',
    'last-token': 'Last token',
    emergency: 'Emergency credit',
    off: 'Off, no credit',
    blocked: 'Switched off',
    tampered: 'Tampered',
    frozen: 'Frozen',
    dark: 'Not answering',
    stale: 'Not heard lately',
  },
  ko: {
    supplied: '공급 중',
    low: '잔액 부족',
    'last-token': '마지막 토큰',
    emergency: '비상 크레딧',
    off: '차단됨(잔액 없음)',
    blocked: '스위치 꺼짐',
    tampered: '조작 감지',
    frozen: '동결됨',
    dark: '응답 없음',
    stale: '최근 소식 없음',
  },
};

/** Each reason as one sentence, for whoever asks why. */
export const REASON_WORDS: Readonly<Record<Language, Readonly<Record<StateReason, string>>>> = {
  en: {
    'meter-behind-host': 'The meter remembers less than the books: value waits until a person has looked.',
    'gap-longer-than-ring': 'The meter has gone on further than its receipts reach back.',
    'amount-differs': 'A receipt names another amount than was ordered.',
    'meter-frozen': 'The meter itself holds its value back.',
    'txid-twice': 'One transaction came back under two counters.',
    'closing-forgotten':
      'Its purse was closed for a move that these books, put back from a copy, do not have: ask for the move again.',
    'voltage-while-open': 'There is voltage behind the open relay: energy comes from elsewhere.',
    'cover-opened': 'The cover of the terminals was opened.',
    bypass: 'The terminals are bridged: energy goes past the meter.',
    'magnetic-field': 'A strong magnet is near the meter.',
    'keys-erased': 'Its keys are erased: what is sold waits until it is given new ones.',
    'events-missing': 'Some of its events never came: it had more than it can keep, or they were taken away.',
    'events-changed': 'Its events are not those that it wrote: somebody changed them.',
    tamper: 'It noticed tampering, and waits for a person to clear it.',
    'last-gasp': 'With its last strength it told that its power went.',
    'never-heard': 'It was never heard.',
    silent: 'It does not answer any more.',
    'credit-exhausted': 'Its credit is used up.',
    'purse-closed': 'Its purse was closed for good.',
    'nobody-lives': 'Nobody lives there: its purse stays closed until somebody moves in.',
    'over-current': 'The current was too high.',
    'by-command': 'Somebody ordered the relay open.',
    'load-limit': 'The load was above its limit.',
    'awaits-key': 'It may be on again: somebody has to press a key at the meter.',
  },
  ko: {
    'meter-behind-host': '계량기의 기록이 장부보다 뒤처져 있어, 담당자가 확인할 때까지 충전을 보류합니다.',
    'gap-longer-than-ring': '계량기가 보관한 영수 기록보다 더 많은 거래가 지나갔습니다.',
    'amount-differs': '영수 기록의 금액이 주문한 금액과 다릅니다.',
    'meter-frozen': '계량기가 스스로 잔액을 묶어 두었습니다.',
    'txid-twice': '한 거래가 서로 다른 번호로 두 번 돌아왔습니다.',
    'closing-forgotten': '백업에서 되돌린 장부에 없는 이사로 계량기 지갑이 닫혔습니다. 그 이사를 다시 요청하세요.',
    'voltage-while-open': '열린 릴레이 뒤쪽에 전압이 있습니다. 다른 곳에서 전기가 들어옵니다.',
    'cover-opened': '단자 덮개가 열렸습니다.',
    bypass: '단자가 이어져 전기가 계량기를 거치지 않고 흐릅니다.',
    'magnetic-field': '계량기 가까이에 강한 자석이 있습니다.',
    'keys-erased': '키가 지워졌습니다. 새 키를 받을 때까지 판매한 금액은 기다립니다.',
    'events-missing': '일부 사건 기록이 오지 않았습니다. 보관 한도를 넘었거나 누군가 지웠습니다.',
    'events-changed': '사건 기록이 계량기가 쓴 것과 다릅니다. 누군가 바꾸었습니다.',
    tamper: '조작을 감지했으며, 담당자의 해제를 기다립니다.',
    'last-gasp': '전원이 끊긴다는 마지막 신호를 보냈습니다.',
    'never-heard': '아직 한 번도 응답하지 않았습니다.',
    silent: '더 이상 응답하지 않습니다.',
    'credit-exhausted': '잔액을 모두 썼습니다.',
    'purse-closed': '이 계량기의 지갑은 완전히 닫혔습니다.',
    'nobody-lives': '아무도 살지 않아 누군가 입주할 때까지 지갑이 닫혀 있습니다.',
    'over-current': '전류가 너무 높았습니다.',
    'by-command': '명령으로 릴레이를 열었습니다.',
    'load-limit': '부하가 한도를 넘었습니다.',
    'awaits-key': '다시 켤 수 있습니다. 계량기의 버튼을 눌러야 합니다.',
  },
};

/** Value on its way: the one bright colour. */
export const IN_FLIGHT_LOOK = { light: '#6a2be8', dark: '#b08cff', terminal: 226 } as const;
