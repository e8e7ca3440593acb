import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectPkcs11 } from '../adapters/pkcs11.ts';
import type { KeyToken } from '../crypto/index.ts';
import { TOKEN_FILE } from './folder-files.ts';
import { WrongUse } from './usage.ts';
import { writeWhole } from './write-whole.ts';

/** Where the PIN of a token comes from. */
export const TOKEN_PIN_VARIABLE = 'WATTPURSE_TOKEN_PIN';

/** Where the master keys of a host are, if they are in no file. */
export interface TokenAt {
  /** Path of the PKCS#11 library. */
  readonly module: string;
  /** Of the token. */
  readonly label: string;
}

/** @throws WrongUse */
export function tokenOf(data: string): TokenAt | undefined {
  const path = join(data, TOKEN_FILE);
  if (!existsSync(path)) return undefined;
  try {
    const { version, module, label } = JSON.parse(readFileSync(path, 'utf8'));
    if (version === 1 && typeof module === 'string' && typeof label === 'string') return { module, label };
  } catch {
    // What it says is no JSON.
  }
  throw new WrongUse(`${path} is not what this version wrote: put the file back from a copy.`);
}

export const writeToken = (data: string, { module, label }: TokenAt): void =>
  writeWhole(join(data, TOKEN_FILE), `${JSON.stringify({ version: 1, module, label })}\n`);

/** @throws WrongUse without a PIN @throws KeyTokenError */
export function openToken(at: TokenAt): Promise<KeyToken> {
  const pin = process.env[TOKEN_PIN_VARIABLE] ?? '';
  if (pin === '') {
    throw new WrongUse(`The master keys are in token "${at.label}": give its PIN as ${TOKEN_PIN_VARIABLE}.`);
  }
  return connectPkcs11({ ...at, pin });
}
