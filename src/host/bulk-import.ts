import { type KeyStore, SUITE_NAMES, type Suite, suiteByName } from '../crypto/index.ts';
import type { TariffDefinition } from '../tariff/index.ts';
import { type Milliseconds, type Svpmsn, svpmsnText } from '../units/index.ts';
import { addAgent } from './agents.ts';
import { CARD_KINDS } from './bulk-cards.ts';
import { type CsvRow, type CsvTable, plainText } from './csv.ts';
import { fail, isFailure } from './failures.ts';
import type { Store, StoreTransaction } from './ports.ts';
import { addSubscriber, enrol } from './registry.ts';
import type { Enrolment, HostSettings } from './services.ts';
import { publishTariff } from './tariffs.ts';
import type { HostFailure, Meter, Subscriber } from './types.ts';
import { type Act, witnessed } from './witness.ts';

/** Tables that can be taken in. */
export const IMPORT_KINDS = [
  ...(['subscribers', 'meters', 'tariffs', 'agents'] as const),
  ...(['card-providers', 'cards', 'offline-meters'] as const),
] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

export interface ImportRequest {
  readonly kind: ImportKind;
  readonly table: CsvTable;
  /** Everything is tried, and nothing is kept. */
  readonly dryRun: boolean;
}

/** What taking in needs beside the books. */
export interface ImportOffice {
  readonly settings: HostSettings;
  /** Cards and meters without a line whose keys are not here are of no use here. */
  readonly keys: Pick<KeyStore, 'cardKey' | 'terminalKey'>;
}

/** What is wrong in a line, for a person. */
export interface ImportFault {
  readonly line: number;
  /** Where it is that of one. */
  readonly column: string | undefined;
  readonly sentence: string;
}

export interface ImportReport {
  readonly rows: number;
  /** New ones, and those that were here already as they are in the table. */
  readonly added: number;
  readonly known: number;
  /** Every line that is wrong; with one of them nothing is kept. */
  readonly faults: readonly ImportFault[];
  readonly kept: boolean;
}

/**
 * Takes in a table, all of it or nothing: each line is done as if it had come alone, in one transaction, after those
 * before it, so that what they say of each other is checked too.
 * @param act in whose name; it leaves one entry in the audit log
 */
export async function importTable(
  store: Store,
  { kind, table, dryRun }: ImportRequest,
  office: ImportOffice,
  act: Act,
  now: Milliseconds,
): Promise<ImportReport | HostFailure> {
  const header = headerOf(table, KINDS[kind]);
  if (header.faults.length > 0) {
    return { rows: table.rows.length, added: 0, known: 0, faults: header.faults, kept: false };
  }
  try {
    return await store.transaction((tx) =>
      witnessed(tx, act, async () => {
        const report = await takeRows(tx, { kind, table, columns: header.columns }, office, now);
        if (dryRun || report.faults.length > 0) throw new Undone(report);
        return { ...report, kept: true };
      }),
    );
  } catch (error) {
    if (error instanceof Undone) return error.report;
    throw error;
  }
}

/** Rejects the transaction of a table that is not to be kept. */
class Undone extends Error {
  readonly report: ImportReport;

  constructor(report: ImportReport) {
    super('a table was undone');
    this.report = report;
  }
}

interface Rows {
  readonly kind: ImportKind;
  readonly table: CsvTable;
  readonly columns: ReadonlyMap<string, number>;
}

async function takeRows(
  tx: StoreTransaction,
  { kind, table, columns }: Rows,
  office: ImportOffice,
  now: Milliseconds,
): Promise<ImportReport> {
  const faults: ImportFault[] = [];
  let [added, known] = [0, 0];
  for (const row of table.rows) {
    const cells = new Cells(row, columns, table.header.length);
    const taken = cells.faults.length > 0 ? undefined : await KINDS[kind].take(tx, cells, office, now);
    if (taken === 'added') added += 1;
    else if (taken === 'known') known += 1;
    else if (taken !== undefined) cells.refuse(KINDS[kind].blames[taken.reason], taken.sentence);
    faults.push(...cells.faults);
  }
  const { end } = table;
  if (end !== undefined) faults.push({ line: end.line, column: undefined, sentence: end.sentence });
  return { rows: table.rows.length, added, known, faults, kept: false };
}

/** One kind of table: its columns, and what becomes of a line. */
export interface Kind {
  readonly columns: readonly string[];
  readonly needed: readonly string[];
  /** The column in which a refusal of the host has its reason. */
  readonly blames: Readonly<Partial<Record<HostFailure['reason'], string>>>;
  /** Nothing where a cell was refused. */
  take(
    tx: StoreTransaction,
    cells: Cells,
    office: ImportOffice,
    now: Milliseconds,
  ): Promise<'added' | 'known' | HostFailure | undefined>;
}

const KINDS: Readonly<Record<ImportKind, Kind>> = {
  subscribers: {
    columns: ['id', 'name', 'contact'],
    needed: ['id', 'name'],
    blames: { 'subscriber-known': 'id' },
    async take(tx, cells) {
      const row: Subscriber = { id: cells.text('id'), name: cells.text('name'), contact: cells.text('contact') };
      const before = await tx.subscriber(row.id);
      if (before !== undefined && isSame(before, row)) return 'known';
      if (before !== undefined) {
        return fail('subscriber-known', `Subscriber "${row.id}" is here already, and not as this line says.`);
      }
      return outcome(await addSubscriber(tx, row));
    },
  },
  meters: {
    columns: ['number', 'subscriber', 'local_unit', 'modem_address', 'suite', 'supplies', 'tariff'],
    needed: ['number', 'subscriber', 'local_unit', 'modem_address', 'suite'],
    blames: {
      ...{ 'meter-known': 'number', 'subscriber-unknown': 'subscriber', 'tariff-unknown': 'tariff' },
      ...{ 'local-unit-full': 'local_unit', 'address-taken': 'modem_address' },
    },
    async take(tx, cells, { settings }, now) {
      const suite = cells.suite('suite');
      const tariff = cells.text('tariff');
      const row = {
        ...{ svpmsn: cells.meterNumber('number'), subscriber: cells.text('subscriber') },
        ...{ localUnit: cells.whole('local_unit'), modemAddress: cells.whole('modem_address') },
        ...{ supplies: cells.whole('supplies', 1), ...(tariff !== '' && { tariff }) },
      };
      if (suite === undefined || cells.faults.length > 0) return undefined;
      const [before] = await tx.metersOf([row.svpmsn as Svpmsn]);
      if (before === undefined) return outcome(await enrol(tx, { ...row, suite }, settings, now));
      if (isSame(enrolmentOf(before), { ...row, suite })) return 'known';
      return fail('meter-known', `Meter ${svpmsnText(before.svpmsn)} is enrolled already, and not as this line says.`);
    },
  },
  tariffs: {
    columns: ['name', 'valid_from', 'definition'],
    needed: ['name', 'definition'],
    blames: { 'name-wrong': 'name', 'tariff-wrong': 'definition' },
    async take(tx, cells, { settings }, now) {
      const name = cells.text('name');
      const definition = cells.json('definition') as TariffDefinition;
      const validFrom = cells.instant('valid_from', now);
      if (cells.faults.length > 0) return undefined;
      const before = await tx.tariff(name);
      // Nobody who leaves the instant out wants another version for that alone.
      const from = cells.text('valid_from') === '' ? before?.validFrom : validFrom;
      if (before !== undefined && before.validFrom === from && isSame(before.definition, definition)) return 'known';
      return outcome(await publishTariff(tx, { name, definition, validFrom }, settings.zone, now));
    },
  },
  agents: {
    columns: ['id', 'name', 'commission_basis_points'],
    needed: ['id', 'name', 'commission_basis_points'],
    blames: { 'agent-known': 'id', 'name-wrong': 'name' },
    async take(tx, cells, _office, now) {
      const commissionBasisPoints = cells.whole('commission_basis_points');
      const row = { id: cells.text('id'), name: cells.text('name'), commissionBasisPoints };
      if (cells.faults.length > 0) return undefined;
      const [before] = await tx.agents.of([row.id]);
      if (before === undefined) return outcome(await addAgent(tx, row, now));
      const { id, name, closedAt } = before;
      const known = { id, name, commissionBasisPoints: before.commissionBasisPoints };
      if (closedAt === undefined && isSame(known, row)) return 'known';
      return fail('agent-known', `Agent "${id}" is here already, and not as this line says.`);
    },
  },
  ...CARD_KINDS,
};

const enrolmentOf = ({ svpmsn, subscriber, localUnit, modemAddress, suite, supplies, tariff }: Meter): Enrolment => ({
  ...{ svpmsn, subscriber, localUnit, modemAddress, suite, supplies, ...(tariff !== undefined && { tariff }) },
});

const outcome = (answer: object): 'added' | HostFailure => (isFailure(answer) ? answer : 'added');

/** The same but for the order of its fields. */
const isSame = (a: object, b: object): boolean => sorted(a) === sorted(b);

const sorted = (value: object): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

function headerOf({ header }: CsvTable, { columns, needed }: Kind) {
  const faults: ImportFault[] = [];
  const refuse = (column: string, sentence: string) => faults.push({ line: 1, column, sentence });
  const places = new Map<string, number>();
  header.forEach((name, i) => {
    if (!columns.includes(name)) refuse(name, `There is no such column: there are ${columns.join(', ')}.`);
    else if (places.has(name)) refuse(name, 'The column is there twice.');
    places.set(name, i);
  });
  for (const name of needed) if (!places.has(name)) refuse(name, 'The column is missing.');
  return { columns: places, faults };
}

/** A row by the names of its columns. What is not as it must be is told, and something stands in its place. */
class Cells {
  readonly faults: ImportFault[] = [];
  readonly #row: CsvRow;
  readonly #columns: ReadonlyMap<string, number>;

  constructor(row: CsvRow, columns: ReadonlyMap<string, number>, width: number) {
    this.#row = row;
    this.#columns = columns;
    const { length } = row.cells;
    if (length !== width) this.refuse(undefined, `The line has ${length} fields, and the header ${width}.`);
  }

  refuse(column: string | undefined, sentence: string): void {
    this.faults.push({ line: this.#row.line, column, sentence });
  }

  text(column: string): string {
    const place = this.#columns.get(column);
    return place === undefined ? '' : plainText(this.#row.cells[place] ?? '');
  }

  whole(column: string, absent?: number): number {
    const text = this.text(column);
    if (text === '' && absent !== undefined) return absent;
    if (!/^\d{1,10}$/.test(text)) this.refuse(column, `It is a whole number, not ${quoted(text)}.`);
    return Number(text);
  }

  meterNumber(column: string): number {
    const text = this.text(column);
    if (!/^[0-9a-f]{6}$/.test(text)) {
      this.refuse(column, `A meter's number has six hex digits, as 0a1b2c, not ${quoted(text)}.`);
    }
    return Number.parseInt(text, 16);
  }

  suite(column: string): Suite | undefined {
    const text = this.text(column);
    const suite = suiteByName(text);
    if (suite === undefined) this.refuse(column, `A suite is one of ${SUITE_NAMES.join(', ')}, not ${quoted(text)}.`);
    return suite;
  }

  /** `2026-03-01T00:00:00Z` */
  instant(column: string, absent: Milliseconds): Milliseconds {
    const text = this.text(column);
    if (text === '') return absent;
    const at = INSTANT.test(text) && isDate(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
    if (!(at >= 0)) this.refuse(column, `It is an instant such as 2026-03-01T00:00:00Z, not ${quoted(text)}.`);
    return at as Milliseconds;
  }

  json(column: string): unknown {
    try {
      return JSON.parse(this.text(column)) as unknown;
    } catch {
      this.refuse(column, 'It is no JSON.');
      return undefined;
    }
  }
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** A 31 February is read as one of March. */
const isDate = (text: string): boolean => {
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
};

/** What a person wrote, without what a terminal would obey. */
const quoted = (text: string): string =>
  text === '' ? 'an empty field' : `"${text.slice(0, 40).replace(/\p{C}/gu, '?')}"`;
