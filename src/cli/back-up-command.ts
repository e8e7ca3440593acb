import { tmpdir } from 'node:os';
import { CopyRefused } from '../storage/index.ts';
import type { BooksProved } from './audit-books.ts';
import { findingText, provedText } from './audit-books.ts';
import { backUp, type Restored, rehearse, restoreBackUp } from './back-up.ts';
import type { Manifest } from './back-up-manifest.ts';
import { folderOf } from './demo-options.ts';
import { CannotGoOn, inWords } from './failure.ts';
import { needed, parsedWords } from './flags.ts';
import { checkDatabase } from './host-options.ts';
import { WrongUse } from './usage.ts';

/** A meter keeps its last 16 receipts: of what is older a host may learn less than all. */
const DAYS_USUAL = 7;
const DAYS_MAX = 3_660;

/** `wattpurse backup --data DIR --to DIR [--database URL] [--json]`, and `wattpurse backup rehearse`. */
export async function backup(args: readonly string[]): Promise<number> {
  if (args[0] === 'rehearse') return rehearsed(args.slice(1));
  const { values, positionals } = parsedWords('backup', args, {
    data: { type: 'string' },
    to: { type: 'string' },
    database: { type: 'string' },
    json: { type: 'boolean' },
  });
  refuseWords('backup', positionals);
  const data = folderOf(needed('backup', values.data, '--data', "the folder of the host's keys and books"));
  const to = needed('backup', values.to, '--to', 'a new folder for it');
  if (values.database !== undefined) checkDatabase(values.database);
  const manifest = await inSentences(() => backUp({ data, database: values.database }, to), to);
  const text = `${madeText(manifest)} It lies in ${to}; its keyring does not, so keep a copy of that elsewhere.`;
  process.stdout.write(`${values.json ? JSON.stringify({ to, ...manifest }) : text}\n`);
  return 0;
}

async function rehearsed(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('backup', args, {
    keyring: { type: 'string' },
    key: { type: 'string', multiple: true },
    scratch: { type: 'string' },
    json: { type: 'boolean' },
  });
  const from = oneWord('backup rehearse', positionals);
  const keyring = needed('backup rehearse', values.keyring, '--keyring', 'the sealed keyring of its books');
  const scratch = values.scratch ?? tmpdir();
  const restored = await inSentences(() => rehearse({ from, keyring, published: values.key ?? [] }, scratch), scratch);
  return tell(restored, values.json, `${from} can be restored. ${madeText(restored.manifest)}`);
}

/** `wattpurse restore BACK-UP --data DIR --keyring FILE [--database URL] [--max-age DAYS] [--json]` */
export async function restore(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('restore', args, {
    data: { type: 'string' },
    keyring: { type: 'string' },
    key: { type: 'string', multiple: true },
    database: { type: 'string' },
    'max-age': { type: 'string' },
    json: { type: 'boolean' },
  });
  const from = oneWord('restore', positionals);
  const data = folderOf(needed('restore', values.data, '--data', 'a folder that is not there yet'));
  const keyring = needed('restore', values.keyring, '--keyring', 'the sealed keyring of its books');
  const { database } = values;
  if (database !== undefined) checkDatabase(database);
  const to = { data, database };
  const daysMax = daysOf(values['max-age']);
  const restored = await inSentences(
    () => restoreBackUp({ from, keyring, published: values.key ?? [], daysMax, to }),
    data,
  );
  const how = `--data ${data}${database === undefined ? '' : ` --database ${database}`}`;
  return tell(
    restored,
    values.json,
    `${from} is restored. ${madeText(restored.manifest)} The host goes on with ${how}: it first asks every meter for its receipts.`,
  );
}

function tell({ manifest, proved }: Restored, json: boolean | undefined, text: string): number {
  const { findings } = proved;
  const lines = [text, ...provedText(proved), ...findings.map((each) => `  ${findingText(each)}`)];
  const report = { ...manifest, audit: { ...counted(proved), findings: findings.map(findingText) } };
  process.stdout.write(`${json ? JSON.stringify(report) : lines.join('\n')}\n`);
  return findings.length === 0 ? 0 : 1;
}

const counted = ({ postings, lines, heads, receipts, rows }: BooksProved) => ({
  postings,
  lines,
  heads,
  receipts,
  rows,
});

function madeText({ at, meters, postings, files, program }: Manifest): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const n = (value: number) => value.toLocaleString('en');
  return `It is of ${new Date(at).toISOString()}, made by wattpurse ${program}: ${n(meters)} meters, ${n(postings)} postings, ${n(bytes)} bytes.`;
}

function daysOf(text: string | undefined): number {
  if (text === undefined) return DAYS_USUAL;
  const days = Number(text);
  if (/^\d{1,4}$/.test(text) && days >= 1 && days <= DAYS_MAX) return days;
  throw new WrongUse(`--max-age must be a whole number of days from 1 to ${DAYS_MAX}, not "${text}".`);
}

function oneWord(command: string, words: readonly string[]): string {
  const [from, ...others] = words;
  if (from !== undefined && from !== '' && others.length === 0) return from;
  throw new WrongUse(`${command} takes the folder of one back-up, as wattpurse ${command} /back-ups/monday.`);
}

function refuseWords(command: string, words: readonly string[]): void {
  if (words.length > 0)
    throw new WrongUse(`${command} takes no word "${words[0]}": what is known is rehearse, and flags.`);
}

async function inSentences<T>(work: () => Promise<T>, place: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CopyRefused)) throw inWords(error, place);
    const isChoice = ['source-missing', 'source-older', 'target-not-empty'].includes(error.reason);
    throw isChoice ? new WrongUse(error.message) : new CannotGoOn(error.message, { cause: error });
  }
}
