import { MEBIBYTE, readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';

/**
 * Secrets do not stand on a command line, where others see them: they come from the environment, or from the file that
 * the same name with `_FILE` behind it names, as those do who hand secrets to a service. A line end behind it does not
 * count; `undefined` where there is none.
 * @throws WrongUse when the file cannot be read
 */
export function secretIn(variable: string): string | undefined {
  const given = process.env[variable] ?? '';
  if (given !== '') return given;
  const path = process.env[`${variable}_FILE`] ?? '';
  if (path === '') return undefined;
  const text = readNamedFile(path, `file of ${variable}`, MEBIBYTE)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  return text === '' ? undefined : text;
}

/** @param what asks for it, for the sentence @throws WrongUse */
export function secretNeeded(variable: string, what: string): string {
  const secret = secretIn(variable);
  if (secret !== undefined) return secret;
  throw new WrongUse(`${what}: give it as ${variable}, or a file that holds it as ${variable}_FILE.`);
}
