import { assert, type Svpmsn, U24_MAX } from '../units/index.ts';
import { type KeyName, keyNameText, PURPOSE_NAMES, type Purpose, purposeOf } from './names.ts';
import { nameOf, type TerminalKey } from './terminal-key.ts';

/**
 * Terminal keys of one purpose and no other. A local unit is built with a ring of monitoring keys: it can read
 * logs and nothing more, whatever is handed to it.
 */
export class KeyRing<P extends Purpose> {
  readonly #purpose: P;
  readonly #keys = new Map<number, TerminalKey<P>>();

  /** @throws RangeError when the purpose is none */
  constructor(purpose: P) {
    if (PURPOSE_NAMES[purpose] === undefined) throw new RangeError(`a purpose is 0 to 3, not ${purpose}`);
    this.#purpose = purpose;
  }

  get purpose(): P {
    return this.#purpose;
  }

  get size(): number {
    return this.#keys.size;
  }

  /**
   * Adds the key, in place of one of the same name and terminal.
   * @throws TypeError for a key of another purpose, or something that is no TerminalKey: that is a bug of the caller
   */
  add(key: TerminalKey<P>): void {
    const n = nameOf(key);
    if (n === undefined) throw new TypeError('a key ring holds terminal keys, and this is none');
    if (purposeOf(n) !== this.#purpose) {
      throw new TypeError(`a ring of ${PURPOSE_NAMES[this.#purpose]} keys refuses a key of ${keyNameText(n)}`);
    }
    this.#keys.set(place(n, key.svpmsn), key);
  }

  /** The key of that name and terminal; `undefined` when the ring has none, as for every name of another purpose. */
  get(n: KeyName, svpmsn: Svpmsn): TerminalKey<P> | undefined {
    const key = this.#keys.get(place(n, svpmsn));
    assert(
      key === undefined || (nameOf(key) === n && key.svpmsn === svpmsn),
      'a ring gives the key that was asked for',
    );
    return key;
  }

  /** Forgets a key: below the floor, or of a terminal that left. Returns whether it was there. */
  delete(n: KeyName, svpmsn: Svpmsn): boolean {
    return this.#keys.delete(place(n, svpmsn));
  }
}

const place = (n: KeyName, svpmsn: Svpmsn): number => n * (U24_MAX + 1) + svpmsn;
