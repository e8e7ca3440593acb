import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { HostFailure, PasswordHash } from '../host/index.ts';
import { Turns } from './turns.ts';

const compute: (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer> = promisify(argon2);

/** 19 MiB, 2 passes, 1 lane: what OWASP asks for at the least. RFC 9106 §4 has more for those who have the memory. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const TAG_BYTES = 32;
const SALT_BYTES = 16;
const VERSION = 0x13;

/** At once, so that nobody who tries passwords takes the memory of the host: 2 × 19 MiB, and two of the four threads that files and names need too. */
const AT_ONCE = 2;
/** Whoever comes after so many is told to come again: they would wait for seconds. */
const WAITING_MAX = 64;

/** Argon2id, RFC 9106, by Node's own OpenSSL. */
export class Argon2 implements PasswordHash {
  readonly #waitingMax: number;
  readonly #turns = new Turns(AT_ONCE);

  constructor({ waitingMax = WAITING_MAX }: { readonly waitingMax?: number } = {}) {
    this.#waitingMax = waitingMax;
  }

  hash(password: string): Promise<string | HostFailure> {
    return this.#inTurn(async () => {
      const salt = randomBytes(SALT_BYTES);
      return phcText(salt, await tagOf(password, salt));
    });
  }

  verify(password: string, hash: string): Promise<boolean | HostFailure> {
    return this.#inTurn(async () => {
      const { salt, tag } = parsePhc(hash);
      return timingSafeEqual(await tagOf(password, salt), tag);
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T | HostFailure> {
    if (this.#turns.taken && this.#turns.waiting >= this.#waitingMax) return BUSY;
    return this.#turns.take(work);
  }
}

const BUSY: HostFailure = {
  reason: 'log-in-busy',
  sentence: 'Too many log in at this moment: try again in some seconds.',
};

const tagOf = (password: string, salt: Uint8Array): Promise<Buffer> =>
  compute('argon2id', {
    message: password,
    nonce: salt,
    parallelism: LANES,
    tagLength: TAG_BYTES,
    memory: MEMORY_KIB,
    passes: PASSES,
  });

const PARAMETERS = `$argon2id$v=${VERSION}$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$`;

/** PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`, in base64 without padding. */
const phcText = (salt: Uint8Array, tag: Uint8Array): string => `${PARAMETERS}${base64(salt)}$${base64(tag)}`;

/** @throws Error for what this program did not write: its parameters are the ones above, and no row makes it work harder */
function parsePhc(text: string): { readonly salt: Uint8Array; readonly tag: Uint8Array } {
  const [salt = '', tag = ''] = text.startsWith(PARAMETERS) ? text.slice(PARAMETERS.length).split('$') : [];
  const bytes = { salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') };
  if (bytes.salt.length !== SALT_BYTES || bytes.tag.length !== TAG_BYTES) throw new Error('a stored password is none');
  return bytes;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
