import { parseArgs } from 'node:util';
import { parseReceiptKeys } from '../adapters/receipt-jose.ts';
import {
  type Receipt,
  type ReceiptFailure,
  receiptJson,
  receiptSheet,
  type SignedReceipt,
  verifyReceipt,
} from '../host/index.ts';
import { isLanguage, LANGUAGES, type Language } from '../words/index.ts';
import { CannotGoOn } from './failure.ts';
import { wrongFlag } from './flags.ts';
import { receiptPaper } from './paper.ts';
import { readKeys, readReceipt } from './receipt-file.ts';
import { WrongUse } from './usage.ts';
import { writeWhole } from './write-whole.ts';

/**
 * `wattpurse receipt verify FILE --keys FILE` and `wattpurse receipt show FILE`: off line. Exit 1 when the receipt is
 * refused.
 */
export async function receipt(args: readonly string[]): Promise<number> {
  const asked = parse(args);
  const { receipt: signed, isPaper } = await readReceipt(asked.path, asked.open);
  if ('reason' in signed) return refused(signed, asked.path);
  if (asked.verb === 'show') {
    say(asked, signed, [`Not verified: this is what ${asked.path} says, and anybody could have written it.`]);
    return 0;
  }
  const keys = await parseReceiptKeys(readKeys(asked.keys));
  if ('reason' in keys) return refused(keys, asked.keys);
  const proved = await verifyReceipt(signed, keys);
  if ('reason' in proved) return refused(proved, asked.path);
  if (asked.pdf !== undefined) await print(signed, asked.pdf, asked.language);
  say(asked, signed, [proofText(signed, asked.keys), ...(isPaper ? [PAPER] : [])]);
  return 0;
}

const PAPER = 'What is drawn in the PDF proves nothing: hold it against these lines.';

/** What cannot be read at all is wrong use; what was read and is not true was found wrong. */
function refused({ reason, sentence }: ReceiptFailure, path: string): number {
  const text = `${path}: ${sentence}`;
  if (reason === 'form-wrong' || reason === 'keys-wrong') throw new WrongUse(text);
  process.stderr.write(`${text}\n`);
  return 1;
}

function say({ verb, json }: Asked, { claims, kid, place }: SignedReceipt, first: readonly string[]): void {
  if (!json) {
    process.stdout.write(`${[...first, withheldText(claims), '', ...sheetLines(claims)].join('\n')}\n`);
    return;
  }
  const proof = { proved: verb === 'verify', kid, index: place.index, size: place.size };
  process.stdout.write(`${JSON.stringify({ ...proof, receipt: JSON.parse(receiptJson(claims)) as unknown })}\n`);
}

function proofText({ kid, place: { index, size } }: SignedReceipt, keys: string): string {
  const among = size === 1 ? 'alone' : `as number ${index + 1} of ${size} signed together`;
  return `Proved: key "${kid}" of ${keys} signed this receipt, ${among}, and nothing in it was changed.`;
}

function withheldText(claims: Receipt): string {
  const withheld = (['order', 'payment'] as const).filter((part) => claims[part] === undefined);
  return withheld.length === 0 ? 'Nothing is withheld.' : `Withheld: the ${withheld.join(' and the ')}.`;
}

const LABEL_COLUMNS = 24;
const COLUMNS = 64;

function sheetLines(claims: Receipt): string[] {
  const { title, issuer, sections } = receiptSheet(claims, 'en');
  const rows = sections.flatMap((section) => [
    '',
    ...(section.title === undefined ? [] : [section.title]),
    ...(section.note === undefined ? [] : [`  ${section.note}`]),
    ...section.rows.map(({ type, label, value }) =>
      type === 'fact'
        ? `  ${label.padEnd(LABEL_COLUMNS)}${value}`
        : `  ${label}${value.padStart(COLUMNS - label.length)}`,
    ),
  ]);
  return [`${title}, ${issuer.join(', ')}`, ...rows];
}

async function print(signed: SignedReceipt, path: string, language: Language): Promise<void> {
  const pdf = await receiptPaper(signed, language);
  if ('sentence' in pdf) throw new CannotGoOn(pdf.sentence);
  try {
    writeWhole(path, pdf);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CannotGoOn(`${path} cannot be written (${code}): make room, or name another file with --pdf.`, {
      cause: error,
    });
  }
}

interface Common {
  readonly path: string;
  /** Path of the subscriber's private key. */
  readonly open: string | undefined;
  readonly json: boolean;
}

type Asked = Common &
  (
    | { readonly verb: 'show' }
    | {
        readonly verb: 'verify';
        readonly keys: string;
        readonly pdf: string | undefined;
        readonly language: Language;
      }
  );

const SHOW = { open: { type: 'string' }, json: { type: 'boolean', default: false } } as const;
const VERIFY = {
  ...SHOW,
  keys: { type: 'string' },
  pdf: { type: 'string' },
  language: { type: 'string', default: 'en' },
} as const;

function parse(args: readonly string[]): Asked {
  const [verb, ...rest] = args;
  if (verb !== 'verify' && verb !== 'show') {
    throw new WrongUse(
      'receipt has two verbs: wattpurse receipt verify FILE --keys FILE, and wattpurse receipt show FILE.',
    );
  }
  if (verb === 'show') {
    const { values, positionals } = parsed(() => parseArgs({ args: rest, options: SHOW, allowPositionals: true }));
    return { verb, path: one(positionals, verb), open: values.open, json: values.json };
  }
  const { values, positionals } = parsed(() => parseArgs({ args: rest, options: VERIFY, allowPositionals: true }));
  const path = one(positionals, verb);
  const { keys, open, json, pdf, language } = values;
  if (keys === undefined) throw new WrongUse('receipt verify needs the published keys: name their file with --keys.');
  if (!isLanguage(language)) throw new WrongUse(`--language is ${LANGUAGES.join(' or ')}, not "${language}".`);
  return { verb, path, keys, open, json, pdf, language };
}

function parsed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw wrongFlag(error, 'receipt');
  }
}

function one(positionals: readonly string[], verb: string): string {
  const [path, ...more] = positionals;
  if (path !== undefined && more.length === 0) return path;
  throw new WrongUse(`receipt ${verb} takes one file: see "wattpurse help receipt".`);
}
