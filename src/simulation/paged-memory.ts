import { equalBytes } from '../bytes/index.ts';
import { layoutOf, type MeterMemory, type Nvm, SAM_MEMORY_BYTES, SVM_MEMORY_BYTES } from '../meter/index.ts';
import { assert } from '../units/index.ts';

/** Shorter pages lie whole in fewer blank places, and each needs four bytes in its meter's index. */
const PAGE_BITS = 7;
const PAGE_BYTES = 2 ** PAGE_BITS;
const PAGES_A_CHUNK_BITS = 11;
const PAGES_A_CHUNK = 2 ** PAGES_A_CHUNK_BITS;
/** Erased flash. */
const BLANK_PAGE = 0;
/** What many meters have alike the first of them have too: so many pages are remembered in one round of sharing. */
const REMEMBERED_MAX = 1_024;

/**
 * Pages of the memories of thousands of meters in one process. Most of a memory was never written, or has what all
 * others have in its place: such a page is there once, until somebody writes something else into it.
 */
export class MemoryPages {
  readonly #chunks: Uint8Array[] = [];
  /** How many places in memories have this page. */
  readonly #users: Uint32Array[] = [];
  readonly #free: number[] = [];
  #count = 0;
  /** By their bytes, while pages are shared. */
  #remembered: Map<string, number> | undefined;

  constructor() {
    this.bytesOf(this.#take()).fill(0xff);
  }

  /** How many pages are there, the blank one among them. */
  get used(): number {
    return this.#count - this.#free.length;
  }

  /** Erased memories of one meter with one supply. */
  newMemory(): PagedMemory {
    return new PagedMemory(this);
  }

  /** Until it ends, memories can be shared one after the other. */
  beginSharing(): void {
    this.#remembered = new Map();
  }

  endSharing(): void {
    this.#remembered = undefined;
  }

  byteAt(page: number, at: number): number {
    return this.#chunkOf(page)[offsetOf(page) + at] as number;
  }

  bytesOf(page: number): Uint8Array {
    return this.#chunkOf(page).subarray(offsetOf(page), offsetOf(page) + PAGE_BYTES);
  }

  /** One more place has this page. */
  use(page: number): number {
    const users = this.#usersAround(page);
    users[page & (PAGES_A_CHUNK - 1)] = (users[page & (PAGES_A_CHUNK - 1)] as number) + 1;
    return page;
  }

  /** Writes into a page, or into a copy where others have need of it as it is. Returns the page that has the bytes. */
  write(page: number, at: number, source: Uint8Array, from: number, count: number): number {
    let chunk = this.#chunkOf(page);
    let to = offsetOf(page) + at;
    let same = 0;
    while (same < count && chunk[to + same] === source[from + same]) same += 1;
    if (same === count) return page;
    const own = this.#own(page);
    chunk = this.#chunkOf(own);
    to = offsetOf(own) + at;
    for (let i = same; i < count; i++) chunk[to + i] = source[from + i] as number;
    return own;
  }

  isOfOne(page: number): boolean {
    return page !== BLANK_PAGE && this.#usersOf(page) === 1;
  }

  /** The page that has the same bytes and was met first since the sharing began. */
  shared(page: number): number {
    const remembered = this.#remembered;
    assert(remembered !== undefined, 'the sharing has begun');
    if (page === BLANK_PAGE) return page;
    const bytes = this.bytesOf(page);
    const name = String.fromCharCode(...bytes);
    const known = remembered.get(name);
    if (known === page) return page;
    // It may have been written since, or belong to nobody any more.
    if (known !== undefined && this.#usersOf(known) > 0 && equalBytes(this.bytesOf(known), bytes)) {
      this.#release(page);
      return this.use(known);
    }
    if (known !== undefined || remembered.size < REMEMBERED_MAX) remembered.set(name, page);
    return page;
  }

  #own(page: number): number {
    if (this.isOfOne(page)) return page;
    const own = this.#take();
    this.bytesOf(own).set(this.bytesOf(page));
    this.#release(page);
    return own;
  }

  #release(page: number): void {
    const users = this.#usersAround(page);
    const left = (users[page & (PAGES_A_CHUNK - 1)] as number) - 1;
    assert(left >= 0, 'a page has the users that it has');
    users[page & (PAGES_A_CHUNK - 1)] = left;
    if (left === 0) this.#free.push(page);
  }

  #take(): number {
    const page = this.#free.pop() ?? this.#count++;
    if (page === this.#chunks.length * PAGES_A_CHUNK) {
      this.#chunks.push(new Uint8Array(PAGES_A_CHUNK * PAGE_BYTES));
      this.#users.push(new Uint32Array(PAGES_A_CHUNK));
    }
    return this.use(page);
  }

  #chunkOf(page: number): Uint8Array {
    return this.#chunks[page >>> PAGES_A_CHUNK_BITS] as Uint8Array;
  }

  #usersAround(page: number): Uint32Array {
    return this.#users[page >>> PAGES_A_CHUNK_BITS] as Uint32Array;
  }

  #usersOf(page: number): number {
    return this.#usersAround(page)[page & (PAGES_A_CHUNK - 1)] as number;
  }
}

const offsetOf = (page: number): number => (page & (PAGES_A_CHUNK - 1)) << PAGE_BITS;
const pagesFor = (length: number): number => Math.ceil(length / PAGE_BYTES);

/** The three memories of a meter in a fleet, in pages that it may have in common with others. */
export class PagedMemory implements MeterMemory {
  readonly nvm: PagedNvm;
  readonly sam: PagedNvm;
  readonly svm: PagedNvm;
  readonly #pages: MemoryPages;
  /** Of all three, one behind the other: one array for each would weigh more than what stands in it. */
  readonly #index: Uint32Array;

  constructor(pages: MemoryPages) {
    const { length } = layoutOf(1);
    const samFrom = pagesFor(length);
    const svmFrom = samFrom + pagesFor(SAM_MEMORY_BYTES);
    const index = new Uint32Array(svmFrom + pagesFor(SVM_MEMORY_BYTES));
    for (let i = 0; i < index.length; i++) index[i] = pages.use(BLANK_PAGE);
    this.#pages = pages;
    this.#index = index;
    this.nvm = new PagedNvm(pages, index, { from: 0, length });
    this.sam = new PagedNvm(pages, index, { from: samFrom, length: SAM_MEMORY_BYTES });
    this.svm = new PagedNvm(pages, index, { from: svmFrom, length: SVM_MEMORY_BYTES });
  }

  /** Bytes of the pages of the load profile's ring that no other memory has. */
  get profileBytes(): number {
    const [supply] = layoutOf(1).supplies;
    assert(supply !== undefined, 'a meter has a supply');
    let bytes = 0;
    for (let i = supply.energies >>> PAGE_BITS; i < supply.told >>> PAGE_BITS; i++) {
      if (this.#pages.isOfOne(this.#index[i] as number)) bytes += PAGE_BYTES;
    }
    return bytes;
  }

  /** Has in common with the memories before it what is alike, between `beginSharing` and `endSharing`. */
  share(): void {
    for (let i = 0; i < this.#index.length; i++) this.#index[i] = this.#pages.shared(this.#index[i] as number);
  }
}

class PagedNvm implements Nvm {
  readonly #pages: MemoryPages;
  readonly #index: Uint32Array;
  readonly #from: number;
  readonly #length: number;

  constructor(
    pages: MemoryPages,
    index: Uint32Array,
    { from, length }: { readonly from: number; readonly length: number },
  ) {
    this.#pages = pages;
    this.#index = index;
    this.#from = from;
    this.#length = length;
  }

  get bytes(): Uint8Array {
    return this.bytesAt(0, this.#length);
  }

  byteAt(address: number): number {
    const page = this.#index[this.#from + (address >>> PAGE_BITS)] as number;
    return this.#pages.byteAt(page, address & (PAGE_BYTES - 1));
  }

  bytesAt(address: number, length: number): Uint8Array {
    assert(address >= 0 && address + length <= this.#length, 'what is read lies in the memory');
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.byteAt(address + i);
    return bytes;
  }

  /** What changes nothing makes no page of one's own. */
  write(address: number, source: Uint8Array, from: number, length: number): void {
    assert(address >= 0 && address + length <= this.#length, 'what is written lies in the memory');
    for (let done = 0; done < length; ) {
      const at = (address + done) & (PAGE_BYTES - 1);
      const count = Math.min(length - done, PAGE_BYTES - at);
      const place = this.#from + ((address + done) >>> PAGE_BITS);
      this.#index[place] = this.#pages.write(this.#index[place] as number, at, source, from + done, count);
      done += count;
    }
  }
}
