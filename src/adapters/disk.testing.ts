import type { DiskFile } from './nvm-journal.ts';

/**
 * A disk as a power cut finds it. What was written and not confirmed is in its cache, in sectors: when the power goes
 * some of them are on the platter and some are not, in any order, and one may be torn. What `sync` confirmed stays,
 * and so does every sector that nobody writes.
 */

const SECTOR_BYTES = 512;

export class DiskCut extends Error {}

/** What the power cut makes of a sector that was on its way. */
export type SectorFate = 'old' | 'new' | 'torn';

export class CuttableDisk implements DiskFile {
  /** Confirmed. */
  readonly #platter: Uint8Array;
  /** As the program sees it. */
  readonly #cache: Uint8Array;
  readonly #unconfirmed = new Set<number>();
  /** The power goes before this many writes and confirmations are done. */
  operationsLeft = Number.POSITIVE_INFINITY;
  operations = 0;

  constructor(content: Uint8Array) {
    this.#platter = content.slice();
    this.#cache = content.slice();
  }

  read(position: number, length: number): Uint8Array {
    return this.#cache.slice(position, position + length);
  }

  write(position: number, bytes: Uint8Array): void {
    if (position + bytes.length > this.#cache.length) throw new Error('the file grew');
    // The power may also go in the middle of it: then a part of it is in the cache.
    const first = Math.floor(position / SECTOR_BYTES);
    const last = Math.floor((position + bytes.length - 1) / SECTOR_BYTES);
    for (let sector = first; sector <= last; sector++) {
      this.#spend();
      const from = Math.max(position, sector * SECTOR_BYTES);
      const to = Math.min(position + bytes.length, (sector + 1) * SECTOR_BYTES);
      this.#cache.set(bytes.subarray(from - position, to - position), from);
      this.#unconfirmed.add(sector);
    }
  }

  sync(): void {
    this.#spend();
    for (const sector of this.#unconfirmed) this.#keep(this.#platter, sector);
    this.#unconfirmed.clear();
  }

  close(): void {}

  /** Sectors that the power cut may have left either way. */
  get unconfirmed(): readonly number[] {
    return [...this.#unconfirmed];
  }

  /** What is on the disk when power comes back. */
  after(fateOf: (sector: number) => SectorFate): Uint8Array {
    const left = this.#platter.slice();
    for (const sector of this.#unconfirmed) {
      const fate = fateOf(sector);
      if (fate === 'old') continue;
      this.#keep(left, sector);
      if (fate === 'torn') {
        const middle = (sector + 0.5) * SECTOR_BYTES;
        for (let at = middle; at < Math.min(middle + 16, left.length); at++)
          left[at] = ((left[at] as number) ^ 0xa5) & 0xff;
      }
    }
    return left;
  }

  #spend(): void {
    if (this.operationsLeft === 0) throw new DiskCut();
    this.operationsLeft -= 1;
    this.operations += 1;
  }

  #keep(to: Uint8Array, sector: number): void {
    to.set(this.#cache.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES), sector * SECTOR_BYTES);
  }
}

/** What a power cut may leave: nothing of what was on its way, all of it, each sector alone, all but one, each torn, and some drawn. */
export function* aftermaths(disk: CuttableDisk, draw: () => number): Generator<Uint8Array> {
  yield disk.after(() => 'old');
  const { unconfirmed } = disk;
  if (unconfirmed.length === 0) return;
  yield disk.after(() => 'new');
  const some = unconfirmed.length <= SECTORS_TRIED ? unconfirmed : drawn(unconfirmed, SECTORS_TRIED, draw);
  for (const one of some) {
    yield disk.after((sector) => (sector === one ? 'torn' : 'new'));
    yield disk.after((sector) => (sector === one ? 'torn' : 'old'));
    if (unconfirmed.length === 1) continue;
    yield disk.after((sector) => (sector === one ? 'new' : 'old'));
    yield disk.after((sector) => (sector === one ? 'old' : 'new'));
  }
  for (let i = 0; i < 2; i++)
    yield disk.after(() => (['old', 'new', 'torn'] as const)[Math.floor(draw() * 3)] ?? 'old');
}

const SECTORS_TRIED = 3;

const drawn = (sectors: readonly number[], count: number, draw: () => number): number[] =>
  Array.from({ length: count }, () => sectors[Math.floor(draw() * sectors.length)] as number);

/** Mulberry32: the same seed, the same draws, 0 to 1. */
export function drawing(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
