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
   * The key that the books name; or, where a meter says that it knows none of that name, one of a later generation: a
   * database that was restored may not know that it was changed. Whoever says so proves nothing, so all take turns.
   */
  async toTry(booked: KeyName, svpmsn: Svpmsn): Promise<TerminalKey | undefined> {
    const tries = this.#unknown.get(ownerOf(booked, svpmsn)) ?? 0;
    if (tries > 0 && generationOf(booked) + tries <= GENERATION_MAX) {
      const later = await this.held((booked + tries) as KeyName, svpmsn);
      if (later !== undefined) return later;
    }
    this.#unknown.delete(ownerOf(booked, svpmsn));
    return this.held(booked, svpmsn);
  }

  isUnknown({ n, svpmsn }: TerminalKey): void {
    const owner = ownerOf(n, svpmsn);
    this.#unknown.set(owner, (this.#unknown.get(owner) ?? 0) + 1);
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
