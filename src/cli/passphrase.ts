import { secretIn } from './secret.ts';

export const PASSPHRASE_VARIABLE = 'WATTPURSE_PASSPHRASE';
export const PASSPHRASE_FILE_VARIABLE = `${PASSPHRASE_VARIABLE}_FILE`;

/** Where it is taken from, for whoever gave a wrong one. */
export const passphraseOrigin = (): string =>
  !process.env[PASSPHRASE_VARIABLE] && process.env[PASSPHRASE_FILE_VARIABLE]
    ? `the file that ${PASSPHRASE_FILE_VARIABLE} names`
    : PASSPHRASE_VARIABLE;

/** Under what the master keys are sealed; `undefined` where there is none. @throws WrongUse when its file cannot be read */
export const passphrase = (): string | undefined => secretIn(PASSPHRASE_VARIABLE);
