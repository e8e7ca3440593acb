import { parseArgs } from 'node:util';
import { greenButton, type Statement, statementCsv, statementJson, statementSheet } from '../host/index.ts';
import { assertNever, type Svpmsn, svpmsnText } from '../units/index.ts';
import { folderOf } from './demo-options.ts';
import { CannotGoOn, orAtItsHost } from './failure.ts';
import { wrongFlag } from './flags.ts';
import { type BooksAt, checkDatabase } from './host-options.ts';
import { paper } from './paper.ts';
import { sheetText } from './sheet-text.ts';
import { WrongUse } from './usage.ts';
import { withBooks } from './utility-folder.ts';
import { DEFAULT_FOLDER } from './within.ts';
import { writeNamed } from './write-whole.ts';

const FORMS = ['text', 'json', 'csv', 'pdf', 'espi'] as const;
type Form = (typeof FORMS)[number];

/** `wattpurse statement --meter NUMBER --from DATE --to DATE`: a balance explained. */
export async function statement(args: readonly string[]): Promise<number> {
  const { meter, from, to, form, out, ...books } = parse(args);
  return withBooks(books, async ({ host }) => {
    const found = await host.statement({ meter, from, to });
    if ('reason' in found) throw new CannotGoOn(found.sentence);
    const content = await formed(found, form);
    if (out === undefined) process.stdout.write(content);
    else writeNamed(out, content);
    return 0;
  }).catch(orAtItsHost(books.data, `ask its API: GET /api/v1/meters/${svpmsnText(meter as Svpmsn)}/statement`));
}

async function formed(statement: Statement, form: Form): Promise<string | Uint8Array> {
  switch (form) {
    case 'text':
      return `${sheetText(statementSheet(statement))}\n`;
    case 'json':
      return `${JSON.stringify(statementJson(statement))}\n`;
    case 'csv':
      return statementCsv(statement);
    case 'espi':
      return greenButton(statement);
    case 'pdf': {
      const pdf = await paper(statementSheet(statement), 'The statement', statement.asOf);
      if ('sentence' in pdf) throw new CannotGoOn(`${pdf.sentence} Take another form.`);
      return pdf;
    }
    default:
      return assertNever(form);
  }
}

interface Asked extends BooksAt {
  readonly meter: number;
  readonly from: string;
  readonly to: string;
  readonly form: Form;
  readonly out: string | undefined;
}

const OPTIONS = {
  meter: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  form: { type: 'string', default: 'text' },
  out: { type: 'string' },
  data: { type: 'string', default: DEFAULT_FOLDER },
  database: { type: 'string' },
} as const;

function parse(args: readonly string[]): Asked {
  const { values } = (() => {
    try {
      return parseArgs({ args: [...args], options: OPTIONS });
    } catch (error) {
      throw wrongFlag(error, 'statement');
    }
  })();
  const { meter, from, to, out, data, database } = values;
  if (meter === undefined || from === undefined || to === undefined) {
    throw new WrongUse('statement takes --meter, --from and --to: see "wattpurse help statement".');
  }
  if (!/^[0-9a-f]{6}$/i.test(meter)) throw new WrongUse(`--meter has six hex digits, as 0a1b2c, not "${meter}".`);
  const form = FORMS.find((each) => each === values.form);
  if (form === undefined) throw new WrongUse(`--form is one of ${FORMS.join(', ')}, not "${values.form}".`);
  if (form === 'pdf' && out === undefined) throw new WrongUse('A PDF goes into a file: name it with --out.');
  if (database !== undefined) checkDatabase(database);
  return { ...{ meter: Number.parseInt(meter, 16), from, to, form, out }, data: folderOf(data), database };
}
