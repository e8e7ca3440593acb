import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type BookHealth, examineBooks } from '../../storage/index.ts';
import { inWords } from '../failure.ts';
import { FOUNDING_FILE } from '../folder-files.ts';
import { WrongUse } from '../usage.ts';
import { type Finding, found, type Subject } from './check.ts';
import { CHECKS } from './checks.ts';
import { holdsDatabase } from './folder-checks.ts';
import { type DoctorOptions, parseDoctorOptions } from './options.ts';
import { Processes } from './processes.ts';

/** A finding, and what was looked at. */
interface Told extends Finding {
  readonly check: string;
}

/**
 * `wattpurse doctor`: looks at everything that a host needs, changes nothing, and says what to do. Takes the words of the
 * host that it looks at, which may run meanwhile. Exit 1 when there is a fault.
 */
export async function doctor(args: readonly string[]): Promise<number> {
  const options = parseDoctorOptions(args);
  refuseStranger(options.data);
  const told = await examine(options);
  const faults = told.filter(({ severity }) => severity === 'fault').length;
  const warnings = told.filter(({ severity }) => severity === 'warning').length;
  const report = { faults, warnings, findings: told.map(({ name, ...rest }) => ({ name: name ?? null, ...rest })) };
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : textOf(told, faults, warnings));
  return faults === 0 ? 0 : 1;
}

async function examine(options: DoctorOptions): Promise<Told[]> {
  const { data, database, configured: configuration, wrong } = options;
  let books: Promise<BookHealth | undefined> | undefined;
  const look = async () => {
    if (database !== undefined) return examineBooks({ url: database });
    return holdsDatabase(data) ? examineBooks({ folder: data }) : undefined;
  };
  const subject: Subject = {
    ...{ options, now: Date.now(), configuration, isDemo: existsSync(join(data, FOUNDING_FILE)) },
    processes: new Processes(data),
    books: () => {
      books ??= look();
      return books;
    },
  };
  const told: Told[] = wrong === undefined ? [] : [{ check: 'configuration', ...found('configuration-wrong', wrong) }];
  for (const { name, of } of CHECKS) told.push(...(await of(subject)).map((finding) => ({ check: name, ...finding })));
  return told;
}

/**
 * Another user may do what the host may not, or may not what it may; and what is put beside a database that is read
 * would be theirs, and closed to the host. @throws WrongUse
 */
function refuseStranger(data: string): void {
  const uid = process.getuid?.();
  const owner = ownerOf(data);
  if (uid === undefined || owner === undefined || uid === owner) return;
  throw new WrongUse(
    `${data} belongs to user ${owner}, and this is user ${uid}, who sees other things than the host: run it as that user, as with setpriv --reuid ${owner} --clear-groups.`,
  );
}

function ownerOf(data: string): number | undefined {
  try {
    return statSync(data, { throwIfNoEntry: false })?.uid;
  } catch (error) {
    throw inWords(error, data);
  }
}

const MARKS = { fault: '✗', warning: '!', fine: '✓' } as const;

function textOf(told: readonly Told[], faults: number, warnings: number): string {
  const width = Math.max(...told.map(({ check }) => check.length));
  const lines = told.map(({ check, severity, sentence }) => `${MARKS[severity]} ${check.padEnd(width)}  ${sentence}`);
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  const verdict =
    faults + warnings === 0 ? 'Nothing is wrong.' : `${count(faults, 'fault')}, ${count(warnings, 'warning')}.`;
  return `${[...lines, '', verdict].join('\n')}\n`;
}
