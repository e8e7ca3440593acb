import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createHost, METERS_PER_LOCAL_UNIT_MAX } from '../host/index.ts';
import { svpmsnOfHouse } from '../simulation/index.ts';
import { milliseconds } from '../units/index.ts';
import { contradictions } from './contradictions.ts';
import type { DataFolder } from './data-folder.ts';
import { systemRandomness } from './demo-keys.ts';
import { folderOf } from './demo-options.ts';
import { FOUNDING_FILE } from './folder-files.ts';
import { type Founding, suiteOf } from './founding.ts';
import { DEMO_ZONE } from './setting.ts';
import { findingsText } from './story-text.ts';
import { WrongUse } from './usage.ts';
import { DEFAULT_FOLDER, within } from './within.ts';

/**
 * `wattpurse audit [--data DIR] [--json]`: the books against the memories of the meters, as they lie; nothing is lived
 * and nobody is asked. Exit 1 when something was found.
 */
export async function audit(args: readonly string[]): Promise<number> {
  const { data, json } = parse(args);
  if (!existsSync(join(data, FOUNDING_FILE))) {
    throw new WrongUse(`${data} holds no demo: name the folder of one with --data.`);
  }
  return within(data, async (folder) => {
    const founding = await folder.founding();
    if (founding === undefined) throw new WrongUse(`${data} holds no demo: name the folder of one with --data.`);
    const report = await audited(folder, founding);
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : auditText(report));
    return report.findings.length === 0 ? 0 : 1;
  });
}

interface AuditReport {
  readonly meters: number;
  readonly issuedTokens: number;
  readonly storedTokens: number;
  readonly inFlightTokens: number;
  readonly refundedTokens: number;
  /** One sentence each. */
  readonly findings: readonly string[];
}

async function audited(folder: DataFolder, founding: Founding): Promise<AuditReport> {
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
  const { issued, stored, inFlight, refunded } = await host.books();
  // Before the first sale meters are still being equipped, and none holds anything.
  const houses = issued === 0n ? 0 : founding.meters;
  const meters = Array.from({ length: houses }, (_, house) => ({
    svpmsn: svpmsnOfHouse(house),
    memory: folder.memoryOf(house).memory,
  }));
  return {
    meters: meters.length,
    issuedTokens: Number(issued),
    storedTokens: Number(stored),
    inFlightTokens: Number(inFlight),
    refundedTokens: Number(refunded),
    findings: await contradictions(host, meters),
  };
}

function auditText({
  meters,
  issuedTokens,
  storedTokens,
  inFlightTokens,
  refundedTokens,
  findings,
}: AuditReport): string {
  const books = `issued ${issuedTokens} = stored ${storedTokens} + in flight ${inFlightTokens} + refunded ${refundedTokens}`;
  const verdict =
    findings.length === 0
      ? ['The books and the memories do not contradict each other.']
      : ['The books and the memories contradict each other:', ...findingsText(findings)];
  return [`${meters === 1 ? '1 meter' : `${meters} meters`}, ${books}.`, ...verdict, ''].join('\n');
}

function parse(args: readonly string[]): { readonly data: string; readonly json: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { data: { type: 'string' }, json: { type: 'boolean', default: false } },
    });
    return { data: folderOf(values.data ?? DEFAULT_FOLDER), json: values.json };
  } catch (error) {
    if (error instanceof WrongUse) throw error;
    throw new WrongUse('audit takes --data with a folder, and --json: wattpurse audit [--data DIR] [--json].');
  }
}
