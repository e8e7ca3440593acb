import { toHex } from '../bytes/index.ts';
import { assert, type Randomness, type Svpmsn } from '../units/index.ts';
import { AesKey } from './aes.ts';
import { CardMaster } from './card-issue.ts';
import { type CardKey, type CardKeyScope, deriveCardKey, type NamedCardKey } from './card-key.ts';
import { cmac, kdf } from './cmac.ts';
import {
  GENERATION_MAX,
  generationOf,
  type KeyName,
  keyBytesOf,
  keyName,
  keyNameFromByte,
  keyNameText,
  PURPOSE_NAMES,
  Purpose,
  purposeOf,
  SUITE_NAMES,
  Suite,
  suiteOf,
} from './names.ts';
import { deriveTerminalKey, type TerminalKey } from './terminal-key.ts';
import {
  deriveTransportKey,
  deriveWebhookKey,
  TRANSPORT_KEY_BYTES,
  type TransportKey,
  transportKeyBytes,
} from './transport-key.ts';
import { halvesEqual, TripleDesKey } from './triple-des.ts';

/**
 * Where the host's master keys live: a file, or a hardware token behind PKCS#11. KH never leaves it, and KH differs
 * for every n. A call that the store cannot serve rejects with a KeyStoreError.
 */
export interface KeyStore {
  /** KT of one terminal. Rejects with `no-such-key` when the store has no KH of that name. */
  terminalKey<P extends Purpose>(n: KeyName<P>, svpmsn: Svpmsn): Promise<TerminalKey<P>>;
  /**
   * KC of one region of a purse card, or, with scope 0, of the card as a whole. Rejects with `no-such-key` when the
   * store has no KH of that name of that utility.
   */
  cardKey(card: NamedCardKey): Promise<CardKey>;
  /** What monitoring keys are wrapped under on their way to a local unit: area unit × 256 + local unit, u16. */
  transportKey(localUnit: number): Promise<TransportKey>;
  /** Six hex digits that tell two KH of one name apart and reveal neither. */
  checkValue(n: KeyName): Promise<string>;
}

/** A key store with all that a host asks its keyring for, its own secrets too. */
export interface UtilityKeys extends KeyStore {
  /** u16. */
  readonly utility: number;
  transportKeyOf(localUnit: number): Uint8Array;
  cardMaster(suite: Suite, scope: CardKeyScope): Promise<CardMaster>;
  webhookKey(): Uint8Array;
  bookSecret(): Uint8Array;
}

export type KeyStoreFailure = 'no-such-key' | 'generations-used-up' | 'not-given-out';

/** What a key store cannot do, in one sentence. */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError';
  readonly reason: KeyStoreFailure;

  constructor(reason: KeyStoreFailure, sentence: string) {
    super(sentence);
    this.reason = reason;
  }
}

/** What a software key store is: the utility's number (u16, part of every AES KT) and one KH for each name. */
export interface MasterKeys {
  readonly utility: number;
  readonly keys: ReadonlyMap<KeyName, Uint8Array>;
  /** 32 bytes, from which the transport keys of all local units come; drawn where absent. */
  readonly transport?: Uint8Array;
}

/** For the sealed file alone: the master keys of a store. */
export let masterKeysOf: (store: SoftwareKeyStore) => Required<MasterKeys>;

/** Master keys in this process's memory, from a sealed file: for a small utility, simulations and tests. */
export class SoftwareKeyStore implements UtilityKeys {
  readonly #utility: number;
  readonly #keys = new Map<KeyName, Uint8Array>();
  readonly #transport = new Uint8Array(TRANSPORT_KEY_BYTES);
  readonly #randomness: Randomness;

  static {
    masterKeysOf = (store) => ({ utility: store.#utility, keys: store.#keys, transport: store.#transport });
  }

  /** @throws RangeError when the utility or a key has the wrong size, a KH is weak, or two names share one */
  constructor(master: MasterKeys, randomness: Randomness) {
    if (!Number.isInteger(master.utility) || master.utility < 0 || master.utility > 0xffff) {
      throw new RangeError(`a utility number is 0 to 65535, not ${master.utility}`);
    }
    this.#utility = master.utility;
    this.#randomness = randomness;
    for (const [n, kh] of master.keys) {
      const fault = this.#faultOf(n, kh);
      if (fault !== undefined) throw new RangeError(fault);
      this.#keys.set(n, new Uint8Array(kh));
    }
    const { transport } = master;
    if (transport === undefined) randomness.fill(this.#transport);
    else if (transport.length === TRANSPORT_KEY_BYTES) this.#transport.set(transport);
    else throw new RangeError(`the master of transport is ${TRANSPORT_KEY_BYTES} bytes, not ${transport.length}`);
  }

  get utility(): number {
    return this.#utility;
  }

  async terminalKey<P extends Purpose>(n: KeyName<P>, svpmsn: Svpmsn): Promise<TerminalKey<P>> {
    return deriveTerminalKey(this.#masterKey(n), n, svpmsn, this.#utility);
  }

  async cardKey({ utility, n, csn, scope }: NamedCardKey): Promise<CardKey> {
    if (utility !== this.#utility) {
      throw new KeyStoreError(
        'no-such-key',
        `The key store is that of utility ${this.#utility}: value of utility ${utility} is loaded by its own host.`,
      );
    }
    return deriveCardKey(this.#masterKey(n), n, csn, scope, utility);
  }

  async transportKey(localUnit: number): Promise<TransportKey> {
    return deriveTransportKey(this.#transport, localUnit, this.#utility);
  }

  /** 32 bytes that a local unit is built with. They open the monitoring keys of its own meters, and nothing else. */
  transportKeyOf(localUnit: number): Uint8Array {
    return transportKeyBytes(this.#transport, localUnit, this.#utility);
  }

  /**
   * The newest KH of purpose value, for a master card that issues cards (scope 0) or opens one region of them.
   * @throws RangeError for a suite that no card serves
   */
  async cardMaster(suite: Suite, scope: CardKeyScope): Promise<CardMaster> {
    const n = keyName(Purpose.value, suite, Math.max(0, this.#lastGeneration(Purpose.value, suite)));
    return new CardMaster(n, scope, this.#utility, this.#masterKey(n));
  }

  /** 32 bytes, from which the secrets of webhooks are derived: as old as the keyring, and the same at all its hosts. */
  webhookKey(): Uint8Array {
    return deriveWebhookKey(this.#transport, this.#utility);
  }

  /** 32 bytes, from which the keys that seal the books come: hosts that share a keyring share them. */
  bookSecret(): Uint8Array {
    return kdf(new AesKey(this.#transport), 'BOOK', Uint8Array.of(this.#utility >>> 8, this.#utility));
  }

  /** 16 bytes that only this keyring gives for such a text: what lies beside it and was put in its place by another shows. */
  custodyTag(text: Uint8Array): Uint8Array {
    return cmac(
      new AesKey(kdf(new AesKey(this.#transport), 'CUST', Uint8Array.of(this.#utility >>> 8, this.#utility))),
      text,
    );
  }

  /** Of the KH that it holds, in their order. */
  names(): KeyName[] {
    return [...this.#keys.keys()].sort((a, b) => a - b);
  }

  /**
   * Makes the KH of the next generation and returns its name. Rejects with `generations-used-up` after the last.
   * @param last of those that are elsewhere
   */
  async addGeneration<P extends Purpose>(purpose: P, suite: Suite, last = -1): Promise<KeyName<P>> {
    const generation = Math.max(last, this.#lastGeneration(purpose, suite)) + 1;
    if (generation > GENERATION_MAX) {
      throw new KeyStoreError(
        'generations-used-up',
        `The ${PURPOSE_NAMES[purpose]} keys of ${SUITE_NAMES[suite]} have used all ${GENERATION_MAX + 1} generations: ` +
          'change to another suite.',
      );
    }
    const n = keyName(purpose, suite, generation);
    assert(!this.#keys.has(n), 'a new generation takes no name that has a key');
    const kh = new Uint8Array(keyBytesOf(suite));
    do this.#randomness.fill(kh);
    while (this.#faultOf(n, kh) !== undefined);
    this.#keys.set(n, kh);
    return n;
  }

  /**
   * The first three bytes of a MAC over a text that no KT is derived from. The usual block of zeros would give
   * away three bytes of KT of meter 000000 in the triple-DES suites.
   */
  async checkValue(n: KeyName): Promise<string> {
    const kh = this.#masterKey(n);
    if (suiteOf(n) === Suite.aes128 || suiteOf(n) === Suite.aes256) {
      return toHex(cmac(new AesKey(kh), CHECK_TEXT).subarray(0, 3));
    }
    const block = new Uint8Array(8);
    new TripleDesKey(kh).encryptBlock(CHECK_TEXT, 0, block, 0);
    return toHex(block.subarray(0, 3));
  }

  /** -1 where there is none. */
  #lastGeneration(purpose: Purpose, suite: Suite): number {
    let last = -1;
    for (const n of this.#keys.keys()) {
      if (purposeOf(n) === purpose && suiteOf(n) === suite) last = Math.max(last, generationOf(n));
    }
    return last;
  }

  #masterKey(n: KeyName): Uint8Array {
    const kh = this.#keys.get(n);
    if (kh !== undefined) return kh;
    throw new KeyStoreError(
      'no-such-key',
      `The key store has no key of ${keyNameText(n)}: add that generation, or restore the keyring that holds it.`,
    );
  }

  #faultOf(n: KeyName, kh: Uint8Array): string | undefined {
    const size = keyBytesOf(suiteOf(keyNameFromByte(n)));
    if (kh.length !== size) return `KH of ${keyNameText(n)} is ${size} bytes, not ${kh.length}`;
    if (suiteOf(n) <= Suite.tripleDesXo && halvesEqual(kh)) return `KH of ${keyNameText(n)} has two equal halves`;
    for (const [other, taken] of this.#keys) {
      if (other !== n && sameButParity(taken, kh)) return `KH of ${keyNameText(n)} is also KH of ${keyNameText(other)}`;
    }
    return undefined;
  }
}

/** ASCII "CHECK KH": eight bytes, unlike any X of the triple-DES derivation and any first byte of the AES one. */
export const CHECK_TEXT = Uint8Array.of(0x43, 0x48, 0x45, 0x43, 0x4b, 0x20, 0x4b, 0x48);

function sameButParity(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return (difference & 0xfe) === 0;
}
