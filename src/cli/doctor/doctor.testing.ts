import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { Suite } from '../../crypto/index.ts';
import { createHost, type HostServices } from '../../host/index.ts';
import { openSqliteStore } from '../../storage/index.ts';
import { milliseconds } from '../../units/index.ts';
import { systemRandomness } from '../demo-keys.ts';
import { HostFolder } from '../host-folder.ts';
import { runIn } from '../in-process.testing.ts';
import { env, layKeys } from '../running.testing.ts';
import { FINDINGS, type FindingName } from './check.ts';

export const MAIN = join(import.meta.dirname, '../main.ts');
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** A free port, so that what else listens on this machine is of no concern. */
export const FREE = ['--listen', '127.0.0.1:0'];

/** Of each file of tests: where it stands, with `well` in it. */
export const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-doctor-'));
after(() => rmSync(scratch, { recursive: true }));
Object.assign(process.env, env);
export const run = (...args: string[]) => runIn(scratch, ...args);

/** A utility that was begun and is well; each test spoils a copy of its own. */
before(async () => {
  // Keys alone are taken for those of books that are gone.
  await openSqliteStore(join(scratch, 'well')).close();
  await layKeys(join(scratch, 'well'));
  const made = await run('manager', 'boss', '--data', 'well');
  assert.equal(made.code, 0, made.err);
});
/** Of the utility that is well, by a name of its own. */
export function copied(name: string): string {
  cpSync(join(scratch, 'well'), join(scratch, name), { recursive: true });
  return name;
}

export interface Told {
  readonly faults: number;
  readonly warnings: number;
  readonly findings: { name: FindingName | null; check: string; severity: string; sentence: string }[];
}

/** What is found, but for a clock that nobody was named to ask. */
export async function examined(...args: string[]): Promise<Told & { readonly names: (FindingName | null)[] }> {
  const { code, out, err } = await run('doctor', ...args, '--json');
  assert.equal(err, '');
  const told = JSON.parse(out) as Told;
  assert.equal(code, told.faults === 0 ? 0 : 1);
  for (const { sentence } of told.findings) assert.match(sentence, /^\S.*[^.]\.$/, 'one sentence');
  const names = told.findings.flatMap(({ name }) => (name === null || name === 'clock-unproved' ? [] : [name]));
  return { ...told, names };
}

/** It is found, nothing else is, and the sentence says what it is and what to do. */
export async function finds(name: FindingName, says: RegExp, ...args: string[]): Promise<void> {
  const told = await examined(...args);
  assert.deepEqual(told.names, [name], JSON.stringify(told.findings, null, 1));
  const [finding] = told.findings.filter((each) => each.name === name);
  assert.equal(finding?.severity, FINDINGS[name]);
  assert.match(finding?.sentence ?? '', says);
}
export const isWell = async (...args: string[]): Promise<void> => assert.deepEqual((await examined(...args)).names, []);

/** A host on the books of a folder at a time of one's own, which hears no grid. */
export async function lived(
  folder: string,
  at: number,
  work: (host: HostServices, folder: HostFolder) => Promise<void>,
): Promise<void> {
  const opened = await HostFolder.open({ data: join(scratch, folder), database: undefined });
  try {
    const { store } = opened;
    const keys = await opened.keys();
    const grid = { send: () => undefined };
    const ports = { store, keys, clock: { now: () => milliseconds(at) }, randomness: systemRandomness, grid };
    await work(createHost(ports, { zone: 'UTC', metersMax: 10 }), opened);
  } finally {
    await opened.close();
  }
}
/** Says that business lived until then. */
export const livedUntil = (folder: HostFolder, at: number): Promise<void> =>
  folder.store.transaction((tx) => tx.setFact('instant-reserved', at));

/** A meter on local unit 3. */
export async function enrol(host: HostServices): Promise<void> {
  await host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' });
  const meter = { svpmsn: 0x0a1b2c, subscriber: 'kim', localUnit: 3, modemAddress: 7, suite: Suite.aes128 };
  assert.ok('svpmsn' in (await host.enrol(meter)));
}
