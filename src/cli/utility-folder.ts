import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type KeyStore, SoftwareKeyStore } from '../crypto/index.ts';
import { createHost, type HostServices, METERS_PER_LOCAL_UNIT_MAX, type Store } from '../host/index.ts';
import { milliseconds } from '../units/index.ts';
import { businessClock } from './business-clock.ts';
import { systemRandomness } from './demo-keys.ts';
import { inWords } from './failure.ts';
import { FOUNDING_FILE, HOST_FILE } from './folder-files.ts';
import { HostFolder } from './host-folder.ts';
import type { BooksAt } from './host-options.ts';
import { DEMO_ZONE } from './setting.ts';
import { WrongUse } from './usage.ts';
import { within } from './within.ts';

/** The books of a utility that does not run from here. */
export interface OpenBooks {
  /** Never started: it reads, books and queues, and sends nothing. */
  readonly host: HostServices;
  /** Of the utility. */
  readonly zone: string;
  readonly isDemo: boolean;
}

const METERS_MAX = METERS_PER_LOCAL_UNIT_MAX * 256;

/**
 * Works on the books of a host, or of a demo that does not run.
 * @param writes what is written is sealed, which takes the host's keyring
 * @throws WrongUse where there are none
 */
export async function withBooks(
  at: BooksAt,
  work: (books: OpenBooks) => Promise<number>,
  { writes = false } = {},
): Promise<number> {
  const { data, database } = at;
  if (existsSync(join(data, FOUNDING_FILE))) {
    if (database !== undefined)
      throw new WrongUse(`${data} holds a demo, which has its own books: leave --database out.`);
    return within(data, async (folder) => {
      const founding = await folder.founding();
      if (founding === undefined) throw noBooks(data);
      const now = milliseconds(await folder.instant(founding));
      return work({ host: idleHost(folder.store, DEMO_ZONE, () => now), zone: DEMO_ZONE, isDemo: true });
    });
  }
  // Opening makes a folder where there is none, and a host says there in which zone it lives.
  if (!existsSync(join(data, HOST_FILE))) throw noBooks(data);
  const folder = await HostFolder.open(at);
  try {
    const keys = writes ? await folder.keys() : undefined;
    const reserved = (await folder.store.read((tx) => tx.fact('instant-reserved'))) ?? 0;
    const clock = businessClock(reserved);
    const zone = folder.zone(undefined);
    const code = await work({ host: idleHost(folder.store, zone, () => clock.now(), keys), zone, isDemo: false });
    if (writes) await livedUntil(folder.store, clock.now());
    return code;
  } catch (error) {
    throw inWords(error, folder.path);
  } finally {
    await folder.close();
  }
}

/** The host that starts next goes on after what was written here, also where the books are ahead of the wall's clock. */
async function livedUntil(store: Store, at: number): Promise<void> {
  await store.transaction(async (tx) => {
    if (at >= ((await tx.fact('instant-reserved')) ?? 0)) await tx.setFact('instant-reserved', at + 1);
  });
}

const noBooks = (data: string) =>
  new WrongUse(`${data} holds neither a demo nor a host that was ever started: name the folder of one with --data.`);

/** @param keys where something is written that needs them: a host that only reads seals nothing and derives none */
function idleHost(
  store: Store,
  zone: string,
  now: () => ReturnType<typeof milliseconds>,
  keys: KeyStore = new SoftwareKeyStore({ utility: 1, keys: new Map() }, systemRandomness),
): HostServices {
  const grid = { send: () => undefined };
  return createHost(
    { store, keys, clock: { now }, randomness: systemRandomness, grid },
    { zone, metersMax: METERS_MAX },
  );
}
