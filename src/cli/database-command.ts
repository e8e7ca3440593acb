import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type BooksPlace,
  CopyRefused,
  compareBooks,
  copyBooks,
  differs,
  type TableComparison,
} from '../storage/index.ts';
import { CannotGoOn, inWords } from './failure.ts';
import { wrongFlag } from './flags.ts';
import { closeToOthers, FOUNDING_FILE, makeFolder } from './folder-files.ts';
import { checkDatabase } from './host-options.ts';
import { WrongUse } from './usage.ts';

/**
 * `wattpurse database copy|compare --from PLACE --to PLACE`: the books of a host from its folder to PostgreSQL, or back.
 * Exit 1 when the two are not the same.
 */
export async function database(args: readonly string[]): Promise<number> {
  const { verb, from, to, json } = parse(args);
  try {
    if (verb === 'copy' && 'folder' in to) makeFolder(to.folder);
    const tables = await (verb === 'copy' ? copyBooks(from, to) : compareBooks(from, to));
    if (verb === 'copy' && 'folder' in to) closeToOthers(to.folder);
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const others = tables.filter(differs);
    const text = `${tables.length} tables with ${rows} rows`;
    const lines =
      verb === 'copy'
        ? [`${text} are copied, and compared row by row. ${goesOn(from, to)}`]
        : others.length === 0
          ? [`${text} are the same in both.`]
          : others.map((table) => difference(table, placeText(to)));
    process.stdout.write(`${json ? JSON.stringify({ same: others.length === 0, rows, tables }) : lines.join('\n')}\n`);
    return others.length === 0 ? 0 : 1;
  } catch (error) {
    throw refusal(error, placeText('folder' in from ? from : to));
  }
}

function goesOn(from: BooksPlace, to: BooksPlace): string {
  if ('folder' in to) return `The host goes on with --data ${to.folder}.`;
  return `The host goes on with --data ${placeText(from)} --database ${to.url}.`;
}

function difference({ table, differing, missing, surplus, examples }: TableComparison, to: string): string {
  const what = [
    [differing, 'not the same'],
    [missing, `not in ${to}`],
    [surplus, `only in ${to}`],
  ] as const;
  const counts = what.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return `${table}: ${counts.join(', ')} (${examples.join(', ')}${differing + missing + surplus > examples.length ? ', …' : ''}).`;
}

/** What another choice of places, or stopping a host, would mend is wrong use. */
function refusal(error: unknown, folder: string): unknown {
  if (!(error instanceof CopyRefused)) return inWords(error, folder);
  switch (error.reason) {
    case 'source-missing':
    case 'source-older':
    case 'source-in-use':
    case 'source-older-copy':
    case 'target-not-empty':
      return new WrongUse(error.message);
    default:
      return new CannotGoOn(error.message, { cause: error });
  }
}

const placeText = (place: BooksPlace): string => ('folder' in place ? place.folder : place.url);

interface Asked {
  readonly verb: 'copy' | 'compare';
  readonly from: BooksPlace;
  readonly to: BooksPlace;
  readonly json: boolean;
}

const OPTIONS = {
  from: { type: 'string' },
  to: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

function parse(args: readonly string[]): Asked {
  const [verb, ...rest] = args;
  if (verb !== 'copy' && verb !== 'compare') {
    throw new WrongUse(`database is followed by copy or compare, not "${verb ?? ''}".`);
  }
  const { values } = (() => {
    try {
      return parseArgs({ args: rest, options: OPTIONS });
    } catch (error) {
      throw wrongFlag(error, 'database');
    }
  })();
  const { json } = values;
  const [from, to] = [placeOf('from', values.from), placeOf('to', values.to)];
  if ('folder' in from !== 'folder' in to) return { verb, from, to, json };
  throw new WrongUse(
    `database ${verb} takes a folder and a database of PostgreSQL, one with --from and the other with --to.`,
  );
}

function placeOf(flag: 'from' | 'to', named: string | undefined): BooksPlace {
  if (named === undefined) {
    throw new WrongUse(
      `database needs --${flag} with the folder of a host, or a database as postgres://user@host/name.`,
    );
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(named)) {
    checkDatabase(named, flag);
    return { url: named };
  }
  if (named === '') throw new WrongUse(`--${flag} must name a folder or a database, not "".`);
  if (existsSync(join(named, FOUNDING_FILE))) {
    throw new WrongUse(`${named} holds a demo, which lives in its folder alone: name the folder of a host.`);
  }
  return { folder: named };
}
