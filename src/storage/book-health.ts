import { type KeyRotation, StoreError } from '../host/ports.ts';
import { type BookSource, openBookFile, openBookServer } from './book-source.ts';
import type { BooksPlace } from './copy-rows.ts';
import { MIGRATIONS } from './migrations.ts';
import { VERSION_TABLE } from './postgres.ts';
import { POSTGRES_MIGRATIONS } from './postgres-migrations.ts';
import { APPLICATION_ID, DATABASE_FILE } from './sqlite.ts';
import type { SqlValue } from './table.ts';
import { keyRotations } from './tables.ts';

/** Days without a head are counted in so many postings, the newest. */
const POSTINGS_LOOKED_AT = 100_000;
const MS_PER_DAY = 86_400_000;

/** Meters of one transformer, as they were heard. Unix milliseconds of the business. */
export interface UnitHeard {
  readonly localUnit: number;
  readonly meters: number;
  /** The one that was heard last; nothing where none ever was. */
  readonly heardAt: number | undefined;
  /** The one that was enrolled first. */
  readonly enrolledAt: number;
}

/** What a local unit suspects, and said again when it was last heard. */
export interface StandingSuspicion {
  readonly localUnit: number;
  readonly kind: string;
  readonly address: number;
  readonly svpmsn: number;
}

/** How the timer of a key that a host rotates by itself stands. */
export interface StandingRotation
  extends Pick<KeyRotation, 'id' | 'purpose' | 'state' | 'generation' | 'beganAt' | 'dueAt' | 'counts'> {}

/** What can be told of books without a key, and without changing anything in them. */
export interface BookHealth {
  /** Of their shape; 0 where nothing was written yet. */
  readonly version: number;
  /** The newest that this program knows. */
  readonly versionKnown: number;
  /** What the database's own clock says; nothing where it has none of its own. Unix milliseconds. */
  readonly serverClockMs: number | undefined;
  /** When the clock of this machine was read for that. */
  readonly askedAt: number;
  /** Nothing where the shape is another than this program writes. */
  readonly contents: BookContents | undefined;
}

export interface BookContents {
  readonly facts: ReadonlyMap<string, number>;
  /** Heads that were signed. */
  readonly heads: {
    readonly count: number;
    /** The highest number: as many as there must be. */
    readonly last: number;
    /** Unix milliseconds of the business; nothing where none was signed. */
    readonly lastAt: number | undefined;
  };
  /** Days since 1970, UTC, with postings that are newer than the last head, the earliest first. */
  readonly daysAfterHead: readonly number[];
  readonly units: readonly UnitHeard[];
  readonly suspicions: readonly StandingSuspicion[];
  readonly rotations: readonly StandingRotation[];
}

/**
 * Looks at books as they lie, whoever writes to them meanwhile.
 * @throws StoreError when they cannot be read, or are another program's
 */
export async function examineBooks(place: BooksPlace): Promise<BookHealth> {
  const isFile = 'folder' in place;
  const source = isFile
    ? openBookFile(`${place.folder}/${DATABASE_FILE}`)
    : await openBookServer(place.url, place.schema);
  try {
    const version = isFile ? await versionOfFile(source) : await versionOfServer(source);
    const versionKnown = (isFile ? MIGRATIONS : POSTGRES_MIGRATIONS).length;
    return {
      ...{ version, versionKnown },
      serverClockMs: isFile ? undefined : await serverClock(source),
      askedAt: Date.now(),
      contents: version === versionKnown ? await contentsOf(source) : undefined,
    };
  } catch (error) {
    throw error instanceof StoreError ? error : damaged(error);
  } finally {
    await source.close();
  }
}

const versionOfFile = async (source: BookSource): Promise<number> => {
  const [application, version] = [
    numberOf((await source.all('PRAGMA application_id'))[0]?.[0]),
    numberOf((await source.all('PRAGMA user_version'))[0]?.[0]),
  ];
  const tables = await source.all('SELECT name FROM sqlite_schema');
  if (application !== APPLICATION_ID && (application !== 0 || tables.length > 0)) throw foreign();
  return version;
};

async function versionOfServer(source: BookSource): Promise<number> {
  const tables = await source.all('SELECT tablename FROM pg_tables WHERE schemaname = current_schema()');
  if (tables.length === 0) return 0;
  if (!tables.some(([name]) => name === VERSION_TABLE)) throw foreign();
  return numberOf((await source.all(`SELECT max(version) FROM ${VERSION_TABLE}`))[0]?.[0]);
}

async function serverClock(source: BookSource): Promise<number> {
  const [row] = await source.all('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint');
  return numberOf(row?.[0]);
}

async function contentsOf(source: BookSource): Promise<BookContents> {
  const [heads] = await source.all('SELECT count(*), max(number), max(at) FROM heads');
  const lastAt = optional(heads?.[2]);
  return {
    facts: new Map((await source.all('SELECT name, value FROM facts')).map(([n, v]) => [String(n), numberOf(v)])),
    heads: { count: numberOf(heads?.[0]), last: numberOf(heads?.[1]), lastAt },
    daysAfterHead: await daysAfter(source, lastAt ?? -1),
    units: (await source.all(UNITS)).map(([localUnit, meters, heardAt, enrolledAt]) => ({
      ...{ localUnit: numberOf(localUnit), meters: numberOf(meters) },
      ...{ heardAt: optional(heardAt), enrolledAt: numberOf(enrolledAt) },
    })),
    suspicions: (await source.all(SUSPICIONS)).map(([localUnit, kind, address, svpmsn]) => ({
      ...{ localUnit: numberOf(localUnit), kind: String(kind) },
      ...{ address: numberOf(address), svpmsn: numberOf(svpmsn) },
    })),
    rotations: (await source.all(`SELECT ${keyRotations.list} FROM key_rotations ORDER BY id`)).map(keyRotations.row),
  };
}

async function daysAfter(source: BookSource, at: number): Promise<number[]> {
  const newest = `SELECT at FROM postings ORDER BY sequence DESC LIMIT ${POSTINGS_LOOKED_AT}`;
  const days = await source.all(
    `SELECT DISTINCT at / ${MS_PER_DAY} FROM (${newest}) AS newest WHERE at > ${at} ORDER BY 1`,
  );
  return days.map(([day]) => numberOf(day));
}

const UNITS = `SELECT local_unit, count(*), max(heard_at), min(enrolled_at)
  FROM meters LEFT JOIN knowledge ON knowledge.svpmsn = meters.svpmsn GROUP BY local_unit ORDER BY local_unit`;

/** A unit names what it suspects each time that it tells of its line: what it names no more is over. */
const SUSPICIONS = `SELECT suspicions.local_unit, kind, address, svpmsn
  FROM suspicions JOIN lines_of_units ON lines_of_units.local_unit = suspicions.local_unit
  WHERE named_at = health_at ORDER BY 1, 2, 3, 4`;

const numberOf = (value: SqlValue | undefined): number => Number(value ?? 0);
const optional = (value: SqlValue | undefined): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);

const foreign = (): StoreError =>
  new StoreError({
    reason: 'file-foreign',
    sentence: 'The database holds tables of another program: name the one that the host was started with.',
  });

const damaged = (error: unknown): StoreError =>
  new StoreError(
    {
      reason: 'store-damaged',
      sentence: `The database cannot be read to its end (${(error as Error).message}): restore the last copy.`,
    },
    { cause: error },
  );
