import { concat, toHex } from '../bytes/index.ts';
import type { Svpmsn } from '../units/index.ts';
import type { CardMaster } from './card-issue.ts';
import { CARD_KEY_LABEL, CardKey, cardKeyContext, type NamedCardKey } from './card-key.ts';
import { kdfInput } from './cmac.ts';
import { CHECK_TEXT, KeyStoreError, masterKeysOf, type SoftwareKeyStore, type UtilityKeys } from './key-store.ts';
import { type KeyName, keyBytesOf, keyNameFromByte, keyNameText, type Purpose, suiteOf } from './names.ts';
import type { KeyToken } from './ports.ts';
import { isTripleDes, TERMINAL_KEY_LABEL, TerminalKey, terminalKeyBlocks, terminalKeyContext } from './terminal-key.ts';
import type { TransportKey } from './transport-key.ts';

/**
 * Master keys in a hardware token, which never leave it: keys of meters and cards are derived inside, and pass through
 * this process's memory. The utility's number and the secrets that are no KH come from its keyring.
 */
export class TokenKeyStore implements UtilityKeys {
  readonly #rest: SoftwareKeyStore;
  readonly #token: KeyToken;
  readonly #labels: ReadonlySet<string>;

  /** @param rest the keyring beside the token; what KH it may hold are not looked at */
  static async open(rest: SoftwareKeyStore, token: KeyToken): Promise<TokenKeyStore> {
    return new TokenKeyStore(rest, token, new Set(await token.labels()));
  }

  private constructor(rest: SoftwareKeyStore, token: KeyToken, labels: ReadonlySet<string>) {
    this.#rest = rest;
    this.#token = token;
    this.#labels = labels;
  }

  get utility(): number {
    return this.#rest.utility;
  }

  /** Of the KH that the token holds of this utility, in their order. */
  names(): KeyName[] {
    return Array.from({ length: 256 }, (_, n) => keyNameFromByte(n)).filter((n) =>
      this.#labels.has(labelOf(this.utility, n)),
    );
  }

  async terminalKey<P extends Purpose>(n: KeyName<P>, svpmsn: Svpmsn): Promise<TerminalKey<P>> {
    const label = this.#held(n);
    const context = terminalKeyContext(n, svpmsn, this.utility);
    if (isTripleDes(suiteOf(n))) {
      return new TerminalKey(n, svpmsn, await this.#token.encrypt(label, terminalKeyBlocks(svpmsn)));
    }
    return new TerminalKey(n, svpmsn, await this.#derived(n, label, TERMINAL_KEY_LABEL, context));
  }

  async cardKey(card: NamedCardKey): Promise<CardKey> {
    const { utility, n, csn, scope } = card;
    if (utility !== this.utility) {
      throw new KeyStoreError(
        'no-such-key',
        `The key store is that of utility ${this.utility}: value of utility ${utility} is loaded by its own host.`,
      );
    }
    return new CardKey(n, csn, scope, await this.#derived(n, this.#held(n), CARD_KEY_LABEL, cardKeyContext(card)));
  }

  async cardMaster(): Promise<CardMaster> {
    throw new KeyStoreError(
      'not-given-out',
      'The master keys are in a token, which gives none out: make master cards before keys move there.',
    );
  }

  async checkValue(n: KeyName): Promise<string> {
    const label = this.#held(n);
    const made = isTripleDes(suiteOf(n)) ? this.#token.encrypt(label, CHECK_TEXT) : this.#token.cmac(label, CHECK_TEXT);
    return toHex((await made).subarray(0, 3));
  }

  transportKey(localUnit: number): Promise<TransportKey> {
    return this.#rest.transportKey(localUnit);
  }

  transportKeyOf(localUnit: number): Uint8Array {
    return this.#rest.transportKeyOf(localUnit);
  }

  webhookKey(): Uint8Array {
    return this.#rest.webhookKey();
  }

  bookSecret(): Uint8Array {
    return this.#rest.bookSecret();
  }

  /** SP 800-108 §4.1, with the token's CMAC. */
  async #derived(n: KeyName, label: string, use: string, context: Uint8Array): Promise<Uint8Array> {
    const length = keyBytesOf(suiteOf(n));
    const parts: Uint8Array[] = [];
    for (let i = 1; (i - 1) * 16 < length; i++) {
      const input = kdfInput(length, use, context);
      input[0] = i;
      parts.push(await this.#token.cmac(label, input));
    }
    return concat(...parts);
  }

  #held(n: KeyName): string {
    const label = labelOf(this.utility, n);
    if (this.#labels.has(label)) return label;
    throw new KeyStoreError(
      'no-such-key',
      `The token has no key of ${keyNameText(n)}: add that generation, or move the keyring's keys there.`,
    );
  }
}

/**
 * Puts those KH of a keyring into a token that it does not hold yet, and compares all of them there by check value.
 * @returns the names of those that differ: nothing was put in their place
 */
export async function moveToToken(keys: SoftwareKeyStore, token: KeyToken): Promise<KeyName[]> {
  const { utility, keys: masters } = masterKeysOf(keys);
  const held = new Set(await token.labels());
  for (const [n, bytes] of masters) {
    const label = labelOf(utility, n);
    if (held.has(label)) continue;
    await token.put({ label, type: isTripleDes(suiteOf(n)) ? 'triple-des' : 'aes', bytes });
  }
  const moved = await TokenKeyStore.open(keys, token);
  const differing: KeyName[] = [];
  for (const n of masters.keys()) {
    if ((await moved.checkValue(n)) !== (await keys.checkValue(n))) differing.push(n);
  }
  return differing;
}

/** `wattpurse 1 value aes128 generation 0`: what a key is called in a token. */
const labelOf = (utility: number, n: KeyName): string => `wattpurse ${utility} ${keyNameText(n)}`;
