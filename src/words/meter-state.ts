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

/** What a state looks like everywhere: colour is never alone, a shape and a word stand beside it. */
export interface StateLook {
  readonly shape: string;
  readonly word: string;
  readonly tone: 'teal' | 'amber' | 'slate' | 'blue' | 'magenta' | 'grey';
}

export const STATE_LOOKS: Readonly<Record<MeterState, StateLook>> = {
  frozen: { shape: '■', word: 'frozen', tone: 'magenta' },
  tampered: { shape: '▲', word: 'tampered', tone: 'magenta' },
  dark: { shape: '×', word: 'no power', tone: 'grey' },
  off: { shape: '○', word: 'cut off', tone: 'slate' },
  blocked: { shape: '⊖', word: 'blocked', tone: 'blue' },
  emergency: { shape: '◌', word: 'emergency', tone: 'amber' },
  'last-token': { shape: '◔', word: 'last token', tone: 'amber' },
  low: { shape: '◕', word: 'low', tone: 'amber' },
  supplied: { shape: '●', word: 'supplied', tone: 'teal' },
};

/** Why a meter stands as it does, as a code: a page has a sentence for each. */
export const STATE_REASONS = [
  ...(['meter-behind-host', 'gap-longer-than-ring', 'amount-differs', 'meter-frozen', 'txid-twice'] as const),
  ...(['voltage-while-open', 'cover-opened', 'bypass', 'magnetic-field', 'tamper'] as const),
  ...(['last-gasp', 'never-heard', 'silent'] as const),
  ...(['credit-exhausted', 'purse-closed', 'over-current', 'by-command', 'load-limit', 'awaits-key'] as const),
] as const;
export type StateReason = (typeof STATE_REASONS)[number];
