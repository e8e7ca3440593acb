import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError, type StoreFailure } from '../../host/index.ts';
import { markAt } from '../../storage/index.ts';
import { KEYS_FILE, MARK_FILE } from '../folder-files.ts';
import { type Check, type Finding, type FindingName, fine, found, type Subject } from './check.ts';
import { holdsDatabase } from './folder-checks.ts';

const MS_PER_DAY = 86_400_000;

/** Whether the database answers, is ours, and has a shape that this program knows. */
export const databaseCheck: Check = {
  name: 'database',
  async of(subject) {
    const { data, database } = subject.options;
    const elsewhere = misplaced(data, database);
    if (elsewhere !== undefined) return [elsewhere];
    try {
      const books = await subject.books();
      if (books === undefined || books.version === 0)
        return [fine('There are no books yet: the first start begins them.')];
      const { version, versionKnown } = books;
      const shape = `have version ${version}, and this program knows up to ${versionKnown}`;
      if (version > versionKnown) return [found('schema-newer', `The books ${shape}: install the newer program.`)];
      if (version < versionKnown) {
        return [
          found('schema-older', `The books ${shape}: make a copy of them before the next start brings them up to it.`),
        ];
      }
      return [
        fine(`The books ${database === undefined ? `in ${data}` : 'in PostgreSQL'} answer, in version ${version}.`),
      ];
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return [unreadable(error, database)];
    }
  },
};

/** Books that moved are in two places, and the mark says in which they live. */
function misplaced(data: string, database: string | undefined): Finding | undefined {
  const mark = markAt(join(data, MARK_FILE));
  const isHere = holdsDatabase(data);
  const areInPostgres = mark !== undefined && mark.database !== '';
  if (database === undefined && areInPostgres) {
    return found('books-elsewhere', `The books of ${data} are in PostgreSQL: name their database with --database.`);
  }
  if (database !== undefined && isHere && mark !== undefined && !areInPostgres) {
    return found('books-elsewhere', `${data} has books of its own: leave --database out, or move them there first.`);
  }
  if (database === undefined && !isHere && existsSync(join(data, KEYS_FILE))) {
    return found('books-missing', `${data} holds the keys of a host and no books: put them back from a copy.`);
  }
  return undefined;
}

const NAMES: Partial<Record<StoreFailure['reason'], FindingName>> = {
  'store-damaged': 'database-damaged',
  'file-foreign': 'database-foreign',
};

function unreadable({ reason, message, cause }: StoreError, database: string | undefined): Finding {
  const name = NAMES[reason] ?? 'database-unreachable';
  if (name !== 'database-unreachable' || database === undefined) return found(name, message);
  const { hostname, port, pathname } = new URL(database);
  // The folder of a socket stands there as %2Fvar%2Frun.
  const where = `${decodeURIComponent(hostname)}:${port || 5432}${pathname}`;
  return found(
    name,
    `PostgreSQL at ${where} does not serve (${cause instanceof Error ? cause.message : reason}): see that it runs, and that this user may log in.`,
  );
}

/** Whether each day that is over stands under a signed head. */
export const headsCheck: Check = {
  name: 'heads',
  async of({ books, now, isDemo }) {
    const contents = (await books().catch(() => undefined))?.contents;
    if (contents === undefined) return [];
    const { heads, daysAfterHead } = contents;
    if (heads.count !== heads.last) {
      const gone = heads.last - heads.count;
      return [
        found(
          'head-missing',
          `Of ${heads.last} signed heads of the books ${gone === 1 ? '1 is' : `${gone} are`} gone, which no host does: run wattpurse audit, and restore the last copy that it finds whole.`,
        ),
      ];
    }
    const reserved = contents.facts.get('instant-reserved') ?? 0;
    // A demo lives in a time of its own.
    const today = Math.floor((isDemo ? reserved : Math.max(now, reserved)) / MS_PER_DAY);
    const over = daysAfterHead.filter((day) => day < today);
    const [first] = over;
    if (first === undefined)
      return [fine(`${heads.count === 0 ? 'No head is due yet' : 'Each day that is over is signed'}.`)];
    const days = over.length === 1 ? `${dayText(first)} is` : `${over.length} days from ${dayText(first)} on are`;
    return [found('day-unsigned', `In the books ${days} not signed: start the host, which signs at its first tick.`)];
  },
};

const dayText = (day: number): string => new Date(day * MS_PER_DAY).toISOString().slice(0, 10);

/** A transformer's meters tell at least once an hour. */
const SILENT_MS = 6 * 3_600_000;

/** Whether meters answer on each local unit, and each at an address of its own. */
export const unitsCheck: Check = {
  name: 'units',
  async of({ books, now }: Subject) {
    const contents = (await books().catch(() => undefined))?.contents;
    if (contents === undefined) return [];
    // A host that rests hears nobody, which is no fault of units: what counts is the time that it has lived.
    const lived = Math.min(now, contents.facts.get('instant-reserved') ?? 0);
    const silent = contents.units.filter(({ heardAt, enrolledAt }) => lived - (heardAt ?? enrolledAt) > SILENT_MS);
    const findings = silent.map(({ localUnit, meters, heardAt }) => {
      const since = heardAt === undefined ? 'ever' : `since ${new Date(heardAt).toISOString().slice(0, 16)} UTC`;
      const many = meters === 1 ? 'The meter' : `None of the ${meters} meters`;
      return found(
        'unit-silent',
        `${many} on local unit ${localUnit} has ${meters === 1 ? 'not ' : ''}answered ${since}: see that the unit has power and reaches its area unit, and that its key and its line are those of these meters.`,
      );
    });
    for (const { localUnit, kind, address, svpmsn } of contents.suspicions) {
      const number = svpmsn.toString(16).padStart(6, '0');
      if (kind === 'doubled-address') {
        findings.push(
          found(
            'address-doubled',
            `Two meters speak at address ${address} of local unit ${localUnit}, one of them ${number}: set the modem of one to a free address, and enrol it with that.`,
          ),
        );
      } else if (kind === 'doubled-id') {
        findings.push(
          found(
            'number-doubled',
            `Two meters on local unit ${localUnit} bear the number ${number}, one of them at address ${address}: take the clone away, and see what its purse was used for.`,
          ),
        );
      }
    }
    const meters = contents.units.reduce((sum, unit) => sum + unit.meters, 0);
    if (findings.length > 0) return findings;
    return [
      fine(
        meters === 0 ? 'No meter is enrolled yet.' : `Meters answer on each of ${contents.units.length} local units.`,
      ),
    ];
  },
};
