import { existsSync } from 'node:fs';
import type * as Pkcs11 from 'pkcs11js';
import type { Attribute, Handle, PKCS11 } from 'pkcs11js';
import { type KeyForToken, type KeyToken, KeyTokenError } from '../crypto/ports.ts';

export interface Pkcs11Settings {
  /** The token's own library, as /usr/lib/softhsm/libsofthsm2.so. */
  readonly module: string;
  /** Of the token. */
  readonly label: string;
  /** Of its user. */
  readonly pin: string;
  /** The driver; tests name one that is not installed. */
  readonly driver?: string;
}

type Driver = typeof Pkcs11;

const DRIVER = 'pkcs11js';
const CMAC_BYTES = 16;
const LABELS_AT_ONCE = 64;

/** A key of DES whose bytes have odd parity: it enciphers as before, and tokens that look for it take it. */
const withParity = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.map((byte) => byte ^ (onesOf(byte) % 2 === 0 ? 1 : 0)));

function onesOf(byte: number): number {
  let ones = 0;
  for (let rest = byte; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
}

/**
 * A token behind PKCS#11 (OASIS 2.40), by the package `pkcs11js`, which is compiled where it is installed. It asks one
 * thing at a time.
 * @throws KeyTokenError
 */
export async function connectPkcs11(settings: Pkcs11Settings): Promise<KeyToken> {
  const { module, label, pin } = settings;
  const driver = await load(settings.driver ?? DRIVER);
  if (driver === undefined) {
    throw new KeyTokenError(
      'driver-missing',
      'A token needs the package pkcs11js: run npm install pkcs11js on a machine with a C++ compiler, make and Python.',
    );
  }
  const pkcs11 = new driver.PKCS11();
  const end = begin(pkcs11, driver, module);
  const slot = pkcs11.C_GetSlotList(true).find((each) => pkcs11.C_GetTokenInfo(each).label.trim() === label);
  if (slot === undefined) {
    end();
    throw new KeyTokenError(
      'token-missing',
      `${module} has no token named "${label}": connect it, or name another with --label.`,
    );
  }
  try {
    const session = pkcs11.C_OpenSession(slot, driver.CKF_SERIAL_SESSION | driver.CKF_RW_SESSION);
    logIn(pkcs11, driver, session, { label, pin });
    return new Pkcs11Token(pkcs11, driver, session, label, end);
  } catch (error) {
    end();
    throw inSentence(error, label);
  }
}

/** @returns what ends it again */
function begin(pkcs11: PKCS11, driver: Driver, module: string): () => void {
  const missing = (why: string) =>
    new KeyTokenError(
      'module-missing',
      `The PKCS#11 module ${module} ${why}: install what came with the token, or name its module.`,
    );
  if (!existsSync(module)) throw missing('is not there');
  try {
    pkcs11.load(module);
  } catch {
    throw missing('is no library of this machine');
  }
  try {
    pkcs11.C_Initialize();
  } catch (error) {
    // Somebody in this process has it open, and ends it.
    if (codeOf(error) === driver.CKR_CRYPTOKI_ALREADY_INITIALIZED) return () => pkcs11.close();
    pkcs11.close();
    throw missing(`does not begin (${nameOf(error)})`);
  }
  return () => {
    pkcs11.C_Finalize();
    pkcs11.close();
  };
}

function logIn(pkcs11: PKCS11, driver: Driver, session: Handle, { label, pin }: { label: string; pin: string }): void {
  try {
    pkcs11.C_Login(session, driver.CKU_USER, pin);
  } catch (error) {
    const code = codeOf(error);
    if (code === driver.CKR_USER_ALREADY_LOGGED_IN) return;
    if (code === driver.CKR_PIN_LOCKED) {
      throw new KeyTokenError(
        'pin-wrong',
        `The PIN of token "${label}" is locked: its security officer gives it a new one.`,
      );
    }
    if (code === driver.CKR_PIN_INCORRECT || code === driver.CKR_PIN_LEN_RANGE || code === driver.CKR_PIN_INVALID) {
      throw new KeyTokenError(
        'pin-wrong',
        `The PIN is not that of token "${label}": give the right one, because after some wrong ones it locks itself.`,
      );
    }
    throw error;
  }
}

class Pkcs11Token implements KeyToken {
  readonly #pkcs11: PKCS11;
  readonly #driver: Driver;
  readonly #session: Handle;
  readonly #name: string;
  readonly #found = new Map<string, Handle>();
  /** Ends when what was asked before has been answered: a session does one thing at a time. */
  #last: Promise<unknown> = Promise.resolve();

  readonly #end: () => void;

  constructor(pkcs11: PKCS11, driver: Driver, session: Handle, name: string, end: () => void) {
    this.#pkcs11 = pkcs11;
    this.#driver = driver;
    this.#session = session;
    this.#name = name;
    this.#end = end;
  }

  labels(): Promise<readonly string[]> {
    return this.#inTurn(() =>
      this.#search([]).map((handle) => {
        const [attribute] = this.#pkcs11.C_GetAttributeValue(this.#session, handle, [{ type: this.#driver.CKA_LABEL }]);
        return Buffer.from(attribute?.value as Buffer).toString('utf8');
      }),
    );
  }

  put({ label, type, bytes }: KeyForToken): Promise<void> {
    const { CKO_SECRET_KEY, CKK_AES, CKK_DES2, ...driver } = this.#driver;
    const isAes = type === 'aes';
    return this.#inTurn(() => {
      this.#pkcs11.C_CreateObject(this.#session, [
        { type: driver.CKA_CLASS, value: CKO_SECRET_KEY },
        { type: driver.CKA_KEY_TYPE, value: isAes ? CKK_AES : CKK_DES2 },
        { type: driver.CKA_LABEL, value: label },
        { type: driver.CKA_TOKEN, value: true },
        { type: driver.CKA_PRIVATE, value: true },
        { type: driver.CKA_SENSITIVE, value: true },
        { type: driver.CKA_EXTRACTABLE, value: false },
        { type: driver.CKA_SIGN, value: isAes },
        { type: driver.CKA_ENCRYPT, value: !isAes },
        { type: driver.CKA_DECRYPT, value: false },
        { type: driver.CKA_WRAP, value: false },
        { type: driver.CKA_UNWRAP, value: false },
        { type: driver.CKA_DERIVE, value: false },
        { type: driver.CKA_VALUE, value: isAes ? Buffer.from(bytes) : withParity(bytes) },
      ] as Attribute[]);
    });
  }

  cmac(label: string, message: Uint8Array): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      this.#pkcs11.C_SignInit(this.#session, { mechanism: this.#driver.CKM_AES_CMAC }, this.#key(label));
      const made = this.#pkcs11.C_SignAsync(this.#session, Buffer.from(message), Buffer.alloc(CMAC_BYTES));
      return new Uint8Array(await made);
    });
  }

  encrypt(label: string, blocks: Uint8Array): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      this.#pkcs11.C_EncryptInit(this.#session, { mechanism: this.#driver.CKM_DES3_ECB }, this.#key(label));
      const made = this.#pkcs11.C_EncryptAsync(this.#session, Buffer.from(blocks), Buffer.alloc(blocks.length));
      return new Uint8Array(await made);
    });
  }

  close(): void {
    this.#pkcs11.C_CloseSession(this.#session);
    this.#end();
  }

  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(work).catch((error: unknown) => {
      throw inSentence(error, this.#name);
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** A key that anybody with the PIN could read out is used for nothing. */
  #key(label: string): Handle {
    const known = this.#found.get(label);
    if (known !== undefined) return known;
    const [handle, ...others] = this.#search([{ type: this.#driver.CKA_LABEL, value: label }]);
    if (handle === undefined || others.length > 0) {
      const how = handle === undefined ? 'no key' : `${others.length + 1} keys`;
      throw new KeyTokenError('failed', `Token "${this.#name}" has ${how} named "${label}": it takes one.`);
    }
    const { CKA_SENSITIVE, CKA_EXTRACTABLE } = this.#driver;
    const asked = [{ type: CKA_SENSITIVE }, { type: CKA_EXTRACTABLE }];
    const [sensitive, extractable] = this.#pkcs11.C_GetAttributeValue(this.#session, handle, asked);
    if (!isOf(sensitive, 1) || !isOf(extractable, 0)) {
      throw new KeyTokenError(
        'key-open',
        `The key "${label}" of token "${this.#name}" can be read out: delete it there, and let "wattpurse keys token" put it in.`,
      );
    }
    this.#found.set(label, handle);
    return handle;
  }

  #search(template: readonly Attribute[]): Handle[] {
    const { CKA_CLASS, CKO_SECRET_KEY } = this.#driver;
    this.#pkcs11.C_FindObjectsInit(this.#session, [{ type: CKA_CLASS, value: CKO_SECRET_KEY }, ...template]);
    const found: Handle[] = [];
    for (;;) {
      const more = this.#pkcs11.C_FindObjects(this.#session, LABELS_AT_ONCE);
      found.push(...more);
      if (more.length < LABELS_AT_ONCE) break;
    }
    this.#pkcs11.C_FindObjectsFinal(this.#session);
    return found;
  }
}

const isOf = (attribute: Attribute | undefined, bool: 0 | 1): boolean =>
  Buffer.isBuffer(attribute?.value) && attribute.value[0] === bool;

async function load(driver: string): Promise<Driver | undefined> {
  try {
    const loaded = await import(driver);
    return (loaded.default ?? loaded) as Driver;
  } catch {
    return undefined;
  }
}

function inSentence(error: unknown, label: string): unknown {
  if (error instanceof KeyTokenError || codeOf(error) === undefined) return error;
  return new KeyTokenError(
    'failed',
    `Token "${label}" does not serve (${nameOf(error)}): see that it is connected, and begin again.`,
  );
}

/** A return value of PKCS#11, where the driver threw it. */
const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;

/** `CKR_DEVICE_REMOVED` */
const nameOf = (error: unknown): string => /CKR_\w+/.exec(String(error))?.[0] ?? 'no reason is given';
