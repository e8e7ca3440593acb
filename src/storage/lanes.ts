import type { BookKeys } from '../host/ports.ts';
import { FirstBlock } from './chain.ts';
import { type Lane, type LaneState, openState, sealState } from './lane.ts';
import { isChained } from './rows.ts';
import type { SqlConnection } from './sql.ts';
import { type SqlRow, type SqlValue, table } from './table.ts';
import * as tables from './tables.ts';

export const lanes = table<{ readonly id: number; readonly state: Uint8Array }>('lanes', ['id'], {
  id: 'number',
  state: 'bytes',
});

/** All tables whose rows bear a seal. */
export const SEALED = Object.values(tables).filter((each) => !isChained(each));

const PAGE = 1_000;

/** A lane's state as it was found: `undefined` when it was not sealed with this key. */
export interface FoundLane {
  readonly id: number;
  readonly state: LaneState | undefined;
}

/** By id. */
export async function lanesOf(
  connection: Pick<SqlConnection, 'all'>,
  { lanes: key }: Pick<BookKeys, 'lanes'>,
): Promise<FoundLane[]> {
  const found = await connection.all(`SELECT ${lanes.list} FROM lanes ORDER BY id`);
  return found.map((row) => {
    const { id, state } = lanes.row(row);
    return { id, state: openState(id, state, key) };
  });
}

/** Writes what a transaction made of a lane, in that transaction. */
export async function writeLane(
  connection: SqlConnection,
  { id }: Lane,
  state: LaneState,
  { lanes: key }: Pick<BookKeys, 'lanes'>,
): Promise<void> {
  await connection.insert(lanes, [lanes.values({ id, state: sealState(id, state, key) })], lanes.upsert);
}

/**
 * Seals what stands in books that had no seals, as it is found: from now on it is proved. Returns the state of the first
 * lane, which takes it all over.
 */
export async function sealAll(connection: SqlConnection, lane: Lane): Promise<LaneState> {
  for (const each of SEALED) {
    for (;;) {
      const sql = `SELECT ${each.list} FROM ${each.name} WHERE seal IS NULL LIMIT ${PAGE}`;
      const rows = await connection.all(sql);
      if (rows.length === 0) break;
      await connection.update(
        each.sealed,
        rows.map((row): SqlValue[] => [...row, lane.added(each, row)]),
      );
    }
  }
  const block = new FirstBlock();
  const { postings, lines } = tables;
  for (let last: SqlValue = 0; ; ) {
    const sql = `SELECT ${postings.list} FROM postings WHERE sequence > ? ORDER BY sequence LIMIT ${PAGE}`;
    const page = await connection.all(sql, [last]);
    if (page.length === 0) break;
    const end = page.at(-1)?.[0] as SqlValue;
    const own = new Map<string, SqlRow[]>(page.map(([sequence]) => [String(sequence), []]));
    const ofPage = `SELECT ${lines.list} FROM lines WHERE posting > ? AND posting <= ? ORDER BY posting, place`;
    for (const line of await connection.all(ofPage, [last, end])) own.get(String(line[0]))?.push(line);
    for (const posting of page) block.posting(posting, own.get(String(posting[0])) ?? []);
    last = end;
  }
  if (block.postings > 0) lane.posted(block.postings, block.digest());
  return lane.next(block.postings);
}
