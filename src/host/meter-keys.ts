import {
  GENERATION_MAX,
  generationOf,
  type KeyName,
  type KeyStore,
  KeyStoreError,
  type Purpose,
  purposeOf,
  type TerminalKey,
  type TransportKey,
} from '../crypto/index.ts';
import type { Svpmsn } from '../units/index.ts';

/** The keys of meters and local units as the key store has them, and which of them a meter may really serve. */
export class MeterKeys {
  readonly #keys: KeyStore;
  /** How often a meter said that it knows no key of that name, by meter and purpose. */
  readonly #unknown = new Map<number, number>();

  constructor(keys: KeyStore) {
    this.#keys = keys;
  }

  /** A meter's key, if the key store has it. */
  held<P extends Purpose>(n: KeyName<P>, svpmsn: Svpmsn): Promise<TerminalKey<P> | undefined> {
    return orNone(this.#keys.terminalKey(n, svpmsn));
  }

  /** A local unit's transport key, if the key store has it. */
  transport(localUnit: number): Promise<TransportKey | undefined> {
    return orNone(this.#keys.transportKey(localUnit));
  }

  /**
   * The key that the books name; or, where a meter says that it knows none of that name, another: of value the one
   * before, because it may not be the meter that was given the change; and later ones, because a database that was
   * restored may not know that it was changed. Whoever says so proves nothing, so all take turns, and the key that the
   * books name comes between them: who stood in a meter's place for a while keeps nobody waiting for long.
   */
  async toTry(booked: KeyName, svpmsn: Svpmsn, which: 'later' | 'any'): Promise<TerminalKey | undefined> {
    const tries = this.#unknown.get(ownerOf(booked, svpmsn)) ?? 0;
    const step = stepOf(tries, which);
    const generation = generationOf(booked) + step;
    if (generation >= 0 && generation <= GENERATION_MAX) {
      const other = await this.held((booked + step) as KeyName, svpmsn);
      if (other !== undefined) return other;
    }
    // Behind the last that there is, all is begun anew; before the first there is nothing to leave out.
    if (step > 0) this.#unknown.delete(ownerOf(booked, svpmsn));
    return this.held(booked, svpmsn);
  }

  /** @returns whether a search was under way: then the next one's turn comes soon, and not after a delay */
  isUnknown({ n, svpmsn }: TerminalKey): boolean {
    const owner = ownerOf(n, svpmsn);
    const tries = this.#unknown.get(owner) ?? 0;
    this.#unknown.set(owner, tries + 1);
    return tries > 0;
  }

  hasWorked({ n, svpmsn }: TerminalKey): void {
    this.#unknown.delete(ownerOf(n, svpmsn));
  }
}

const orNone = <T>(asked: Promise<T>): Promise<T | undefined> =>
  asked.catch((error: unknown) => {
    if (error instanceof KeyStoreError) return undefined;
    throw error;
  });

const ownerOf = (n: KeyName, svpmsn: Svpmsn): number => svpmsn * 4 + purposeOf(n);

/** How many generations after the one in the books: 0, 1, 0, 2, 0, 3 …; of any 0, -1, 1, 0, 2, 0, 3 …. */
function stepOf(tries: number, which: 'later' | 'any'): number {
  if (which === 'any' && tries > 0) return tries === 1 ? -1 : stepOf(tries - 1, 'later');
  return tries % 2 === 1 ? (tries + 1) / 2 : 0;
}
