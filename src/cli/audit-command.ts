import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createHost, METERS_PER_LOCAL_UNIT_MAX } from '../host/index.ts';
import { svpmsnOfHouse } from '../simulation/index.ts';
import { milliseconds } from '../units/index.ts';
import { type BooksAsked, type BooksProved, findingText, proveBooks, provedText } from './audit-books.ts';
import { isPostgres } from './audit-source.ts';
import { contradictions } from './contradictions.ts';
import type { DataFolder } from './data-folder.ts';
import { systemRandomness } from './demo-keys.ts';
import { folderOf } from './demo-options.ts';
import { wrongFlag } from './flags.ts';
import { FOUNDING_FILE, HOST_FILE } from './folder-files.ts';
import { type Founding, suiteOf } from './founding.ts';
import { checkDatabase } from './host-options.ts';
import { DEMO_ZONE } from './setting.ts';
import { findingsText } from './story-text.ts';
import { WrongUse } from './usage.ts';
import { DEFAULT_FOLDER, within } from './within.ts';

/**
 * `wattpurse audit [--data DIR] [--database FILE|URL] [--key FILE]... [--json]`: proves the books as they lie, and those of a
 * demo against the memories of its meters; nothing is lived and nobody is asked. Exit 1 when something was found.
 */
export async function audit(args: readonly string[]): Promise<number> {
  const { json, ...asked } = parse(args);
  const isOfFolder = asked.database === undefined;
  if (isOfFolder && ![FOUNDING_FILE, HOST_FILE].some((name) => existsSync(join(asked.data, name)))) {
    throw new WrongUse(`${asked.data} holds no books: name their folder with --data, or a database with --database.`);
  }
  const proved = await proveBooks({ ...asked, data: asked.isDataNamed || isOfFolder ? asked.data : undefined });
  const memories =
    isOfFolder && existsSync(join(asked.data, FOUNDING_FILE)) ? await auditMemories(asked.data) : undefined;
  process.stdout.write(json ? `${JSON.stringify(reportOf(proved, memories))}\n` : auditText(proved, memories));
  return proved.findings.length + (memories?.findings.length ?? 0) === 0 ? 0 : 1;
}

/** What the memories of a demo's meters say. */
interface MemoryReport {
  readonly meters: number;
  /** One sentence each. */
  readonly findings: readonly string[];
}

async function auditMemories(data: string): Promise<MemoryReport> {
  let report: MemoryReport = { meters: 0, findings: [] };
  await within(data, async (folder) => {
    const founding = await folder.founding();
    if (founding === undefined) throw new WrongUse(`${data} holds no demo: name the folder of one with --data.`);
    report = await audited(folder, founding);
    return 0;
  });
  return report;
}

async function audited(folder: DataFolder, founding: Founding): Promise<MemoryReport> {
  // A host that is never started sends nothing and writes nothing: it only reads its books.
  const host = createHost(
    {
      store: folder.store,
      keys: await folder.keys(suiteOf(founding)),
      clock: { now: () => milliseconds(founding.startMs) },
      randomness: systemRandomness,
      grid: { send: () => undefined },
    },
    { zone: DEMO_ZONE, metersMax: METERS_PER_LOCAL_UNIT_MAX },
  );
  const { issued } = await host.books();
  // Before the first sale meters are still being equipped, and none holds anything.
  const houses = issued === 0n ? 0 : founding.meters;
  const meters = Array.from({ length: houses }, (_, house) => ({
    svpmsn: svpmsnOfHouse(house),
    memory: folder.memoryOf(house).memory,
  }));
  return { meters: meters.length, findings: await contradictions(host, meters) };
}

function reportOf({ books, cards, findings, ...proved }: BooksProved, memories: MemoryReport | undefined) {
  const { meters, balanced, revenue, ...totals } = books;
  return {
    meters: memories?.meters ?? meters.length,
    ...inTokens(totals),
    balanced,
    revenue: {
      steps: revenue.steps.map(({ percent, tokens: used }) => ({ percent, tokens: Number(used) })),
      unreadTokens: Number(revenue.unread),
    },
    ...proved,
    cards: cards.map(({ provider, ...of }) => ({ provider, ...inTokens(of) })),
    findings: [...findings.map(findingText), ...(memories?.findings ?? [])],
    places: findings,
  };
}

const inTokens = (totals: Readonly<Record<string, bigint>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(totals).map(([name, value]) => [`${name}Tokens`, Number(value)]));

function auditText(proved: BooksProved, memories: MemoryReport | undefined): string {
  const verdict =
    memories === undefined
      ? []
      : memories.findings.length === 0
        ? [
            `${memories.meters === 1 ? '1 meter' : `${memories.meters} meters`}: the books and the memories do not contradict each other.`,
          ]
        : ['The books and the memories contradict each other:', ...findingsText(memories.findings)];
  return [...provedText(proved), ...proved.findings.map((each) => `  ${findingText(each)}`), ...verdict, ''].join('\n');
}

interface Asked extends BooksAsked {
  readonly data: string;
  readonly isDataNamed: boolean;
  readonly json: boolean;
}

function parse(args: readonly string[]): Asked {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        database: { type: 'string' },
        key: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
      },
    });
    const { data, database, key, json } = values;
    if (database !== undefined && isPostgres(database)) checkDatabase(database);
    if (database === '')
      throw new WrongUse('--database must name a file of SQLite or an address of PostgreSQL, not "".');
    return { data: folderOf(data ?? DEFAULT_FOLDER), isDataNamed: data !== undefined, database, keys: key, json };
  } catch (error) {
    throw error instanceof WrongUse ? error : wrongFlag(error, 'audit');
  }
}
