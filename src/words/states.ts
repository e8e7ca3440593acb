import type { Language } from './language.ts';
import type { MeterState } from './meter-state.ts';

/** What a state looks like wherever it is shown. Shape and word stand beside the colour: nobody needs to see colours. */
export interface StateShape {
  readonly shape:
    | 'disc'
    | 'three-quarter-ring'
    | 'dashed-ring'
    | 'ring'
    | 'barred-ring'
    | 'triangle'
    | 'hatched'
    | 'snow';
  /** On a nearly white ground, and on a nearly black one. Each has a contrast of at least 3 to its ground. */
  readonly light: string;
  readonly dark: string;
}

/** From the palette of Okabe and Ito, darkened or lightened for the ground: told apart with any kind of eye. */
export const STATE_SHAPES: Readonly<Record<MeterState | 'stale', StateShape>> = {
  supplied: { shape: 'disc', light: '#007a5e', dark: '#2bc49d' },
  low: { shape: 'three-quarter-ring', light: '#a86400', dark: '#f0a830' },
  'last-token': { shape: 'three-quarter-ring', light: '#a86400', dark: '#f0a830' },
  emergency: { shape: 'dashed-ring', light: '#a86400', dark: '#f0a830' },
  off: { shape: 'ring', light: '#47525d', dark: '#a3b0bd' },
  blocked: { shape: 'barred-ring', light: '#0063b1', dark: '#5fb2f2' },
  tampered: { shape: 'triangle', light: '#b0207c', dark: '#f07abf' },
  frozen: { shape: 'snow', light: '#b0207c', dark: '#f07abf' },
  dark: { shape: 'hatched', light: '#6b7075', dark: '#8d949b' },
  stale: { shape: 'hatched', light: '#6b7075', dark: '#8d949b' },
};

/** Value on its way: the one bright colour. */
export const IN_FLIGHT_LOOK = { light: '#6a2be8', dark: '#b08cff' } as const;

export const STATE_WORDS: Readonly<Record<Language, Readonly<Record<MeterState | 'stale', string>>>> = {
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
