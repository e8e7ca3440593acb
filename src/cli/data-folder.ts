import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NvmFile } from '../adapters/nvm-file.ts';
import { CARD_NVM_BYTES, resetCard } from '../card/index.ts';
import { type SoftwareKeyStore, Suite } from '../crypto/index.ts';
import type { HeadSigner, Store } from '../host/index.ts';
import type { Nvm } from '../meter/index.ts';
import {
  CARD_SUPPLIES,
  type CardHouseholdMemory,
  cardHousesOf,
  firstCardOf,
  type HouseMemory,
  svpmsnOfHouse,
} from '../simulation/index.ts';
import { openSqliteStore } from '../storage/index.ts';
import { svpmsnText } from '../units/index.ts';
import { sealsOf } from './book-seals.ts';
import { demoKeys, systemRandomness } from './demo-keys.ts';
import { DAYS_MAX } from './demo-options.ts';
import { inWords } from './failure.ts';
import {
  CARDS_FILE,
  CLOCK_FILE,
  closeToOthers,
  DATABASE_FILE,
  damagedDemo,
  FOUNDING_FILE,
  KEYS_FILE,
  METERS_FILE,
  makeFolder,
  refuseHost,
  refuseWithoutDatabase,
} from './folder-files.ts';
import { type Founding, parseFounding } from './founding.ts';
import { METER_MEMORY_BYTES, meterMemoryIn } from './meter-file.ts';
import { WrongUse } from './usage.ts';
import { writeWhole } from './write-whole.ts';

const REGION_BYTES = METER_MEMORY_BYTES + 1;
const HOUSEHOLD_BYTES = CARD_NVM_BYTES + CARD_SUPPLIES.length * REGION_BYTES;
const PERSONALISED = 0x5a;
/** Unix milliseconds as u64; ones before the first. */
const CLOCK_BYTES = 8;
const NEVER = 2n ** 64n - 1n;
/** The clock is written before the database: by one step of the business, and some minutes more. */
const CLOCK_AHEAD_MS_MAX = 3_600_000;
/** An older copy of the database is behind by as much as it is old. */
const CLOCK_AHEAD_OF_COPY_MS_MAX = DAYS_MAX * 86_400_000;

/** The folder in which a demo lives: the host's database, the memories of its meters and cards, and how it began. */
export class DataFolder {
  readonly store: Store & HeadSigner;
  readonly path: string;
  readonly #meters: NvmFile;
  readonly #cards: NvmFile;
  readonly #clockFile: NvmFile;
  readonly #clock: Nvm;
  #keys: Promise<SoftwareKeyStore> | undefined;

  /**
   * @throws WrongUse when the folder is in use, of a newer version or not ours, or lacks its database
   * @throws CannotGoOn when it cannot be made or written
   */
  constructor(path: string) {
    this.path = path;
    try {
      makeFolder(path);
      refuseHost(path);
      refuseWithoutDatabase(path);
      this.store = openSqliteStore(
        path,
        sealsOf(path, () => this.#keyring()),
      );
    } catch (error) {
      throw inWords(error, path);
    }
    try {
      this.#meters = new NvmFile(join(path, METERS_FILE));
      this.#cards = new NvmFile(join(path, CARDS_FILE));
      this.#clockFile = new NvmFile(join(path, CLOCK_FILE));
      closeToOthers(path);
      if (this.#clockFile.size > 0 && this.#clockFile.size !== CLOCK_BYTES) throw this.#clockWrong();
      this.#clock = this.#clockFile.region(0, CLOCK_BYTES);
    } catch (error) {
      void this.store.close();
      throw inWords(error, path);
    }
  }

  /**
   * How the demo in this folder began; `undefined` in a new folder.
   * @throws WrongUse when a part of the demo is missing or damaged, or is not what this version wrote
   */
  async founding(): Promise<Founding | undefined> {
    const path = join(this.path, FOUNDING_FILE);
    const founding = existsSync(path) ? parseFounding(readFileSync(path, 'utf8')) : undefined;
    if (founding === undefined && existsSync(path)) {
      throw new WrongUse(
        `${path} is not what this version wrote: put the file back, or name another folder with --data.`,
      );
    }
    const damage = await this.#damage(founding);
    if (damage === undefined) return founding;
    // Begun anew around what is left, clocks would go back and meters would meet a host that does not know them.
    throw new WrongUse(damagedDemo(this.path, damage));
  }

  /** Written whole or not at all. */
  found(founding: Founding): void {
    writeWhole(join(this.path, FOUNDING_FILE), `${JSON.stringify(founding, null, 1)}\n`);
  }

  /**
   * The instant from which business goes on: one that nobody has lived yet. The meters lived as long as the clock says,
   * also when the database is an older copy, and no clock may go back.
   * @throws WrongUse when the clock says what nobody can have lived
   */
  async instant({ startMs }: Founding): Promise<number> {
    const { reserved, older } = await this.store.read(async (tx) => {
      const purses = await tx.pursesOf((await tx.meters()).map(({ svpmsn }) => svpmsn));
      return {
        reserved: (await tx.fact('instant-reserved')) ?? 0,
        older: (await tx.fact('restored')) === 1 || purses.some((purse) => purse?.queryWanted === true),
      };
    });
    const known = Math.max(startMs, reserved);
    const { buffer, byteOffset } = this.#clock.bytes;
    const clock = new DataView(buffer, byteOffset).getBigUint64(0);
    if (clock === NEVER) return known;
    if (clock > BigInt(known + (older ? CLOCK_AHEAD_OF_COPY_MS_MAX : CLOCK_AHEAD_MS_MAX))) throw this.#clockWrong();
    return Math.max(known, Number(clock));
  }

  /** To be called before business lives up to an instant. */
  lives(until: number): void {
    const bytes = new Uint8Array(CLOCK_BYTES);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(until));
    this.#clock.write(0, bytes, 0, CLOCK_BYTES);
  }

  /** The utility's master keys. */
  keys(suite: Suite): Promise<SoftwareKeyStore> {
    this.#keys ??= demoKeys(join(this.path, KEYS_FILE), suite);
    return this.#keys;
  }

  /** One that is there: books are not sealed with keys that nobody has. */
  #keyring(): Promise<SoftwareKeyStore> {
    if (this.#keys === undefined && !existsSync(join(this.path, KEYS_FILE))) {
      throw new WrongUse(damagedDemo(this.path, `whose ${KEYS_FILE} is gone`));
    }
    return this.keys(Suite.aes128);
  }

  memoryOf(house: number): HouseMemory {
    return meterMemory(this.#meters.region(house * REGION_BYTES, REGION_BYTES));
  }

  /** What a household with a card has, by its number among those. */
  householdOf(household: number): CardHouseholdMemory {
    const at = household * HOUSEHOLD_BYTES;
    const chip = this.#cards.region(at, CARD_NVM_BYTES);
    const meters = CARD_SUPPLIES.map((_, i) =>
      meterMemory(this.#cards.region(at + CARD_NVM_BYTES + i * REGION_BYTES, REGION_BYTES)),
    );
    const card = chip.bytes.slice();
    return {
      card: 'reason' in resetCard(card, systemRandomness) ? undefined : card,
      keepCard: (memory) => chip.write(0, memory, 0, CARD_NVM_BYTES),
      meters,
    };
  }

  async close(): Promise<void> {
    await this.store.close();
    this.#meters.close();
    this.#cards.close();
    this.#clockFile.close();
  }

  #clockWrong(): WrongUse {
    return new WrongUse(
      `${join(this.path, CLOCK_FILE)} is no instant that this demo can have lived: put it back from a copy, or delete it to go on from the last instant of the database.`,
    );
  }

  /**
   * What must be there and is not, or is another's. A first day that was cut short lacks files too: they come in the
   * order founding, keys, meters in the books, memories, sales, and what is there already asks for what comes before it.
   */
  async #damage(founding: Founding | undefined): Promise<string | undefined> {
    const { meters, sales } = await this.store.read(async (tx) => ({
      meters: await tx.meterCount(),
      sales: (await tx.orders({ limit: 1 })).length,
    }));
    const { size } = this.#meters;
    if (founding === undefined) return meters > 0 || size > 0 ? `whose ${FOUNDING_FILE} is gone` : undefined;
    if (meters > 0 && !existsSync(join(this.path, KEYS_FILE))) return `whose ${KEYS_FILE} is gone`;
    if (meters === 0 && size > 0) return `whose ${DATABASE_FILE} knows none of its meters`;
    if (sales > 0 && size === 0) return `whose ${METERS_FILE} is gone`;
    const whole = founding.meters * REGION_BYTES;
    if (size > whole || (sales > 0 && size < whole)) {
      return `of ${founding.meters} meters, whose ${METERS_FILE} must have ${whole} bytes and has ${size}`;
    }
    // Nothing is sold before the last meter is equipped, and one that was equipped again would have lost its value.
    const bare = sales === 0 ? undefined : this.#firstBare(founding);
    if (bare !== undefined) return `whose ${METERS_FILE} holds nothing of meter ${bare}`;
    const card = await this.#firstCardGone(founding);
    return card === undefined ? undefined : `whose ${CARDS_FILE} holds nothing of card ${card}`;
  }

  /** A card that is in the books was in its memory before, and so were its meters: made anew, it would be another. */
  async #firstCardGone({ meters }: Founding): Promise<string | undefined> {
    const numbers = cardHousesOf(meters).map((house) => firstCardOf(svpmsnOfHouse(house)));
    const known = await this.store.read((tx) => tx.cards.of(numbers));
    return numbers.find((_, i) => {
      if (known[i] === undefined) return false;
      const { card, meters: its } = this.householdOf(i);
      return card === undefined || its.some(({ personalised }) => !personalised);
    });
  }

  #firstBare({ meters }: Founding): string | undefined {
    for (let house = 0; house < meters; house++) {
      if (!this.memoryOf(house).personalised) return svpmsnText(svpmsnOfHouse(house));
    }
    return undefined;
  }
}

/** The memories of one meter in its region of a file, and whether it left the workshop. */
function meterMemory(region: Nvm): HouseMemory {
  return {
    memory: meterMemoryIn(region),
    personalised: region.bytes[METER_MEMORY_BYTES] === PERSONALISED,
    markPersonalised: () => region.write(METER_MEMORY_BYTES, Uint8Array.of(PERSONALISED), 0, 1),
  };
}
