import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { CSV_BYTES_MAX, readCsv } from '../adapters/csv.ts';
import {
  type Act,
  EXPORT_KINDS,
  type ExportRequest,
  exportTable,
  IMPORT_KINDS,
  type ImportKind,
  type ImportReport,
  type UseQuery,
} from '../host/index.ts';
import { folderOf } from './demo-options.ts';
import { CannotGoOn } from './failure.ts';
import { wrongFlag } from './flags.ts';
import { type BooksAt, checkDatabase } from './host-options.ts';
import { readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';
import { type OpenBooks, withBooks } from './utility-folder.ts';
import { wallClock } from './wall-clock.ts';
import { DEFAULT_FOLDER } from './within.ts';
import { writePieces } from './write-whole.ts';

const BUCKETS = ['hour', 'day', 'month', 'season'] as const satisfies UseQuery['by'][];

/** `wattpurse export KIND`: a table of the books as CSV. */
export async function exported(args: readonly string[]): Promise<number> {
  const {
    values,
    kind: name,
    books,
  } = parse('export', args, {
    ...{ out: { type: 'string' }, by: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } },
  });
  const kind = EXPORT_KINDS.find((each) => each === name);
  if (kind === undefined) throw new WrongUse(`export is followed by ${EXPORT_KINDS.join(', ')}, not "${name ?? ''}".`);
  const { out, from, to } = values;
  const asked = ((): ExportRequest => {
    if (kind !== 'use') {
      if ([values.by, from, to].every((each) => each === undefined)) return { kind };
      throw new WrongUse(`export ${kind} takes neither --by nor --from nor --to.`);
    }
    const by = BUCKETS.find((each) => each === (values.by ?? 'day'));
    if (by === undefined) throw new WrongUse(`--by is one of ${BUCKETS.join(', ')}, not "${values.by}".`);
    if (from === undefined || to === undefined)
      throw new WrongUse('export use takes --from and --to, dates of its time.');
    return { kind, by, from, to };
  })();
  return withBooks(books, async ({ host, zone }) => {
    const pieces = await exportTable(host, asked, zone);
    if ('reason' in pieces) throw new CannotGoOn(pieces.sentence);
    await writePieces(pieces, out);
    return 0;
  });
}

/** `wattpurse import KIND FILE`: all of a table or nothing. Exit 1 when a line is wrong. */
export async function imported(args: readonly string[]): Promise<number> {
  const {
    values,
    kind: name,
    books,
    rest,
  } = parse('import', args, {
    ...{ 'dry-run': { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  });
  const kind = IMPORT_KINDS.find((each) => each === name);
  if (kind === undefined) throw new WrongUse(`import is followed by ${IMPORT_KINDS.join(', ')}, not "${name ?? ''}".`);
  const [path, ...others] = rest;
  if (path === undefined || others.length > 0) throw new WrongUse(`import ${kind} takes one file.`);
  const table = readCsv(readNamedFile(path, 'table', CSV_BYTES_MAX));
  if ('reason' in table) throw new WrongUse(`${path}: ${table.sentence}`);
  const dryRun = values['dry-run'] === true;
  const take = async ({ host, isDemo }: OpenBooks) => {
    if (isDemo)
      throw new WrongUse(`${books.data} holds a demo, which makes its own people and meters: name a host's folder.`);
    const report = await host.importTable({ kind, table, dryRun }, actOf(kind, path));
    if ('reason' in report) throw new CannotGoOn(report.sentence);
    if (values.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
    else say(report, dryRun);
    return report.faults.length === 0 ? 0 : 1;
  };
  return withBooks(books, take, { writes: true });
}

const actOf = (kind: ImportKind, path: string): Act => ({
  ...{ at: wallClock.now(), by: 'command line', role: 'system-manager', action: 'import' },
  ...{ subject: kind, detail: path, request: randomUUID() },
});

function say({ rows, added, known, faults }: ImportReport, dryRun: boolean): void {
  for (const { line, column, sentence } of faults) {
    process.stderr.write(`line ${line}${column === undefined ? '' : `, ${column}`}: ${sentence}\n`);
  }
  const wrong = new Set(faults.map(({ line }) => line)).size;
  const lines = (count: number) => (count === 1 ? '1 line' : `${count} lines`);
  if (wrong > 0)
    process.stderr.write(`${lines(wrong)} of ${rows} ${wrong === 1 ? 'is' : 'are'} wrong: nothing was changed.\n`);
  else if (dryRun)
    process.stdout.write(`${lines(rows)}: ${added} would be new, ${known} are there already; nothing was changed.\n`);
  else process.stdout.write(`${lines(rows)}: ${added} new, ${known} were there already.\n`);
}

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly default?: boolean }>>;

function parse<const O extends Options>(command: 'export' | 'import', args: readonly string[], own: O) {
  const options = { ...own, data: { type: 'string', default: DEFAULT_FOLDER }, database: { type: 'string' } } as const;
  const { values, positionals } = (() => {
    try {
      return parseArgs({ args: [...args], options, allowPositionals: true });
    } catch (error) {
      throw wrongFlag(error, command);
    }
  })();
  const { data = DEFAULT_FOLDER, database } = values as { readonly data?: string; readonly database?: string };
  if (database !== undefined) checkDatabase(database);
  const books: BooksAt = { data: folderOf(data), database };
  const [kind, ...rest] = positionals;
  type Values = { readonly [name in keyof O]?: O[name]['type'] extends 'string' ? string : boolean };
  return { values: values as Values, kind, rest, books };
}
