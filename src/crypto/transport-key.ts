import { concat } from '../bytes/index.ts';
import { assert, type Svpmsn, U16_MAX } from '../units/index.ts';
import { AesKey, unwrapKey, wrapKey } from './aes.ts';
import { kdf } from './cmac.ts';
import { type KeyName, keyBytesOf, Purpose, purposeOf, suiteOf } from './names.ts';
import { exportTerminalKey, nameOf, type TerminalKey, terminalKeyFromBytes } from './terminal-key.ts';

/** Of a transport key, and of the master that they are derived from: no shorter than any key that they wrap. */
export const TRANSPORT_KEY_BYTES = 32;

/**
 * What the host shares with one local unit, so that monitoring keys can travel between them. Each is wrapped (RFC 3394)
 * under a key of its own, into which its name and its terminal go: no wrapped key passes for another.
 */
export class TransportKey {
  readonly #key: AesKey;

  /** @throws RangeError when it is not 32 bytes */
  constructor(bytes: Uint8Array) {
    if (bytes.length !== TRANSPORT_KEY_BYTES) {
      throw new RangeError(`a transport key is ${TRANSPORT_KEY_BYTES} bytes, not ${bytes.length}`);
    }
    this.#key = new AesKey(bytes);
  }

  /**
   * 24 bytes, or 40 for a key of aes256.
   * @throws TypeError for a key of another purpose: none but monitoring leaves the host
   */
  wrap(key: TerminalKey<typeof Purpose.monitoring>): Uint8Array {
    const n = nameOf(key);
    if (n === undefined || purposeOf(n) !== Purpose.monitoring) {
      throw new TypeError('monitoring keys travel to a local unit, and no others');
    }
    return wrapKey(this.#wrapping(n, key.svpmsn), exportTerminalKey(key));
  }

  /** The key of that name and terminal; `undefined` when these bytes are not that key, wrapped for this local unit. */
  unwrap(
    n: KeyName<typeof Purpose.monitoring>,
    svpmsn: Svpmsn,
    wrapped: Uint8Array,
  ): TerminalKey<typeof Purpose.monitoring> | undefined {
    const bytes = unwrapKey(this.#wrapping(n, svpmsn), wrapped);
    return bytes?.length === keyBytesOf(suiteOf(n)) ? terminalKeyFromBytes(n, svpmsn, bytes) : undefined;
  }

  #wrapping(n: KeyName, svpmsn: Svpmsn): AesKey {
    return new AesKey(kdf(this.#key, 'WRAP', Uint8Array.of(n, svpmsn >>> 16, svpmsn >>> 8, svpmsn)));
  }
}

/**
 * The transport key of one local unit, from the master that all of a utility are derived from.
 * @param master 32 bytes
 * @param localUnit area unit × 256 + local unit, u16
 * @param utility u16
 */
export const deriveTransportKey = (master: Uint8Array, localUnit: number, utility: number): TransportKey =>
  new TransportKey(transportKeyBytes(master, localUnit, utility));

/** The same as bytes, which are for that local unit and for nobody else. */
export const transportKeyBytes = (master: Uint8Array, localUnit: number, utility: number): Uint8Array =>
  kdf(new AesKey(master), 'TRAN', concat(u16(localUnit), u16(utility)));

/** From the same master, under a label of its own: what says who speaks to addresses outside opens no key. */
export const deriveWebhookKey = (master: Uint8Array, utility: number): Uint8Array =>
  kdf(new AesKey(master), 'HOOK', u16(utility));

function u16(value: number): Uint8Array {
  assert(
    value >= 0 && value <= U16_MAX,
    'the number of a unit is two bytes: with more, two would share a transport key',
  );
  return Uint8Array.of(value >>> 8, value);
}
