import { MEBIBYTE, readNamedFile } from './read-file.ts';

export const PASSPHRASE_VARIABLE = 'WATTPURSE_PASSPHRASE';
/** Names a file that holds it, as those do who hand secrets to a service. */
export const PASSPHRASE_FILE_VARIABLE = 'WATTPURSE_PASSPHRASE_FILE';

/** Where it is taken from, for whoever gave a wrong one. */
export const passphraseOrigin = (): string =>
  !process.env[PASSPHRASE_VARIABLE] && process.env[PASSPHRASE_FILE_VARIABLE]
    ? `the file that ${PASSPHRASE_FILE_VARIABLE} names`
    : PASSPHRASE_VARIABLE;

/**
 * Under what the master keys are sealed, from the environment or from the file that it names; a line end behind it does
 * not count. `undefined` where there is none.
 * @throws WrongUse when the file cannot be read
 */
export function passphrase(): string | undefined {
  const given = process.env[PASSPHRASE_VARIABLE] ?? '';
  if (given !== '') return given;
  const path = process.env[PASSPHRASE_FILE_VARIABLE] ?? '';
  if (path === '') return undefined;
  const text = readNamedFile(path, 'file of the passphrase', MEBIBYTE)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  return text === '' ? undefined : text;
}
