import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import { type RowSealer, TableSum } from './row-seal.ts';
import type { SqlRow, TableShape } from './table.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const NOTHING = new Uint8Array(0);

/** What a lane has written, ever. */
export interface LaneState {
  /** Transactions that changed something. */
  readonly commits: number;
  readonly postings: number;
  /** The digest of its last block of postings: 32 bytes, or none. */
  readonly tip: Uint8Array;
  /** Postings that were there before the books were sealed, all in the first block. */
  readonly before: number;
  readonly sums: ReadonlyMap<string, TableSum>;
}

/**
 * What one connection that writes answers for. A row may be written by one lane and changed by another: only the sums of
 * all lanes together are those of the tables. The state stands in the database under a key that does not (AES-256-GCM):
 * it can be put back to an older one, and not made anew, and nobody who watches it learns the share of a row.
 */
export class Lane {
  readonly id: number;
  readonly sealer: RowSealer;
  #kept: LaneState;
  #postings: number;
  #tip: Uint8Array;
  readonly #touched = new Map<string, TableSum>();

  constructor(id: number, sealer: RowSealer, state: LaneState = FIRST_STATE) {
    this.id = id;
    this.sealer = sealer;
    this.#kept = state;
    this.#postings = state.postings;
    this.#tip = state.tip;
  }

  /** As it was after the last commit. */
  get state(): LaneState {
    return this.#kept;
  }

  /** Whether this transaction has written anything. */
  get hasChanged(): boolean {
    return this.#touched.size > 0 || this.#postings !== this.#kept.postings;
  }

  get tip(): Uint8Array {
    return this.#tip;
  }

  /** Returns its seal. */
  added(table: TableShape, row: SqlRow): number {
    const seal = this.sealer.seal(table, row);
    this.#sumOf(table).add(this.sealer.share);
    return seal;
  }

  /** As it was found to be. Returns the seal that it should bear. */
  removed(table: TableShape, row: SqlRow): number {
    const seal = this.sealer.seal(table, row);
    this.#sumOf(table).subtract(this.sealer.share);
    return seal;
  }

  posted(count: number, tip: Uint8Array): void {
    this.#postings += count;
    this.#tip = tip;
  }

  /** Its state with what the transaction changed, as it is to be written. */
  next(before = this.#kept.before): LaneState {
    const sums = new Map(this.#kept.sums);
    for (const [name, sum] of this.#touched) sums.set(name, sum);
    return { commits: this.#kept.commits + 1, postings: this.#postings, tip: this.#tip, before, sums };
  }

  /** The transaction stands. */
  commit(state: LaneState): void {
    this.#kept = state;
    this.#touched.clear();
  }

  /** The transaction was undone. */
  undo(): void {
    this.#postings = this.#kept.postings;
    this.#tip = this.#kept.tip;
    this.#touched.clear();
  }

  #sumOf({ name }: TableShape): TableSum {
    let sum = this.#touched.get(name);
    if (sum === undefined) {
      const kept = this.#kept.sums.get(name);
      sum = new TableSum(kept?.count, kept?.parts);
      this.#touched.set(name, sum);
    }
    return sum;
  }
}

const FIRST_STATE: LaneState = { commits: 0, postings: 0, tip: NOTHING, before: 0, sums: new Map() };

/** @param key 32 bytes */
export function sealState(id: number, state: LaneState, key: Uint8Array): Uint8Array {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(aad(id));
  const sealed = cipher.update(stateText(state), 'utf8');
  cipher.final();
  return Buffer.concat([iv, sealed, cipher.getAuthTag()]);
}

/** `undefined` for what was not sealed for this lane with this key. */
export function openState(id: number, sealed: Uint8Array, key: Uint8Array): LaneState | undefined {
  if (sealed.length < IV_BYTES + TAG_BYTES) return undefined;
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES)).setAAD(aad(id));
  decipher.setAuthTag(sealed.subarray(end));
  try {
    const text = decipher.update(sealed.subarray(IV_BYTES, end), undefined, 'utf8');
    return parseState(text + decipher.final('utf8'));
  } catch {
    return undefined;
  }
}

/** What a head says of a state: 64 hex digits. */
export const stateDigest = (state: LaneState): string => hash('sha256', stateText(state), 'hex');

const aad = (id: number): Buffer => Buffer.from(`wattpurse lane ${id}`);

function stateText({ commits, postings, tip, before, sums }: LaneState): string {
  const tables: Record<string, number[]> = {};
  for (const name of [...sums.keys()].sort()) {
    const { count, parts } = sums.get(name) as TableSum;
    tables[name] = [count, ...parts];
  }
  return JSON.stringify({ commits, postings, tip: Buffer.from(tip).toString('hex'), before, tables });
}

/** Of a text that this program wrote: it was opened with the key. */
function parseState(text: string): LaneState {
  const { commits, postings, tip, before, tables } = JSON.parse(text) as {
    readonly commits: number;
    readonly postings: number;
    readonly tip: string;
    readonly before: number;
    readonly tables: Readonly<Record<string, readonly number[]>>;
  };
  const sums = new Map(Object.entries(tables).map(([name, [count, ...parts]]) => [name, new TableSum(count, parts)]));
  return { commits, postings, tip: Buffer.from(tip, 'hex'), before, sums };
}
