import type { Quantity } from '../units/index.ts';

/** The four suites of the exchange, by their number in n. */
export const Suite = { tripleDes: 0, tripleDesXo: 1, aes128: 2, aes256: 3 } as const;
export type Suite = (typeof Suite)[keyof typeof Suite];

/** How a suite is written for people, by its number. */
export const SUITE_NAMES = ['3des', '3des-xo', 'aes128', 'aes256'] as const;

/** What a key may be used for. A key of one purpose opens nothing of another. */
export const Purpose = { value: 0, control: 1, monitoring: 2, maintenance: 3 } as const;
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

export const PURPOSE_NAMES = ['value', 'control', 'monitoring', 'maintenance'] as const;

/** Generations are 4 bits: at most 15 rotations per purpose and suite. */
export const GENERATION_MAX = 15;

declare const named: unique symbol;
/** The byte n that names a key: purpose in bits 7..6, suite in 5..4, generation in 3..0. Every byte is one. */
export type KeyName<P extends Purpose = Purpose> = Quantity<'key name'> & { readonly [named]: P };

/** @throws RangeError when a part is out of its range */
export function keyName<P extends Purpose>(purpose: P, suite: Suite, generation: number): KeyName<P> {
  if (!isTwoBits(purpose)) throw new RangeError(`a purpose is 0 to 3, not ${purpose}`);
  if (!isTwoBits(suite)) throw new RangeError(`a suite is 0 to 3, not ${suite}`);
  if (!Number.isInteger(generation) || generation < 0 || generation > GENERATION_MAX) {
    throw new RangeError(`a generation is 0 to ${GENERATION_MAX}, not ${generation}`);
  }
  return ((purpose << 6) | (suite << 4) | generation) as KeyName<P>;
}

/** The key name that a header byte carries. @throws RangeError when it is no byte */
export function keyNameFromByte(byte: number): KeyName {
  if (!Number.isInteger(byte) || byte < 0 || byte > 0xff) throw new RangeError(`a key name is one byte, not ${byte}`);
  return byte as KeyName;
}

/** Bits 7..6 of n. */
export const purposeOf = <P extends Purpose>(n: KeyName<P>): P => ((n >>> 6) & 3) as P;
/** Bits 5..4 of n. */
export const suiteOf = (n: KeyName): Suite => ((n >>> 4) & 3) as Suite;
/** Bits 3..0 of n. */
export const generationOf = (n: KeyName): number => n & 15;

/** Narrows a name that came off the line to the one purpose that a party serves. */
export const hasPurpose = <P extends Purpose>(n: KeyName, purpose: P): n is KeyName<P> => purposeOf(n) === purpose;

/** `monitoring aes128 generation 3`: how a key is named to a person. */
export const keyNameText = (n: KeyName): string =>
  `${PURPOSE_NAMES[purposeOf(n)]} ${SUITE_NAMES[suiteOf(n)]} generation ${generationOf(n)}`;

/** `aes128` and the others; `undefined` for what is none. */
export const suiteByName = (text: string): Suite | undefined => numberOf(SUITE_NAMES, text) as Suite | undefined;

/** Bytes of KH and KT (and of every session key) in a suite. */
export const keyBytesOf = (suite: Suite): 16 | 32 => (suite === Suite.aes256 ? 32 : 16);

function numberOf(names: readonly string[], text: string): number | undefined {
  const at = names.indexOf(text);
  return at < 0 ? undefined : at;
}

const isTwoBits = (value: number): boolean => value === (value & 3);
