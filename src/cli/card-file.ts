import { existsSync, readFileSync, statSync } from 'node:fs';
import { InProcessSlot } from '../adapters/in-process-card.ts';
import { NvmFile } from '../adapters/nvm-file.ts';
import { fromHex } from '../bytes/index.ts';
import {
  buildAtr,
  CARD_NVM_BYTES,
  type CardChip,
  type CardMemoryFailure,
  type CardOutputs,
  type CardPort,
  MASTER_NVM_BYTES,
  resetMasterCard,
  resetSubscriberCard,
  stepMasterCard,
  stepSubscriberCard,
} from '../card/index.ts';
import { lockFile } from '../storage/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { CannotGoOn, inWords } from './failure.ts';
import { WrongUse } from './usage.ts';
import { writeNamed } from './write-whole.ts';

/** "WPCF", then the version and the kind: 1 a subscriber's card, 2 a master card; two zeros, and the card's memory. */
const MAGIC = fromHex('57504346');
const VERSION = 1;
const HEADER_BYTES = 8;
const KINDS = { subscriber: 1, master: 2 } as const;
type Kind = keyof typeof KINDS;
const MEMORY_BYTES: Readonly<Record<Kind, number>> = { subscriber: CARD_NVM_BYTES, master: MASTER_NVM_BYTES };

/** T=1, blocks of 254 bytes; the historical bytes say what it is: WPUR or WPMC. */
const atrOf = (historical: string): Uint8Array =>
  buildAtr({
    convention: 'direct',
    rounds: [{ td: 1 }, { td: 1 }, { ta: 254, tb: 0x43 }],
    historical: fromHex(historical),
  });
const ATRS: Readonly<Record<Kind, Uint8Array>> = { subscriber: atrOf('57505552'), master: atrOf('57504d43') };

/** Makes the file of a card that is new. @throws WrongUse where there is a file already */
export function makeCardFile(path: string, kind: Kind, memory: Uint8Array): void {
  if (existsSync(path)) throw new WrongUse(`${path} is there already: a card is made once, in a file of its own.`);
  writeNamed(path, Uint8Array.of(...MAGIC, VERSION, KINDS[kind], 0, 0, ...memory));
}

/**
 * A card whose memory is a file: every write of its program is one to the file, in its order, so that what a killed
 * process leaves is what a cut would leave. One process at a time holds it.
 */
export class CardFile {
  readonly chip: CardChip;
  readonly #close: () => void;

  /** @throws WrongUse when it is no card's, or another program holds it; CannotGoOn when it is damaged, or closed to us */
  static open(path: string): CardFile {
    const opened: { close(): void }[] = [];
    const close = () => {
      for (const each of opened.splice(0).reverse()) each.close();
    };
    try {
      const kind = kindOf(path);
      const lock = lockFile(`${path}.lock`);
      if (lock === undefined) throw new WrongUse(`The card in ${path} is in another slot: take it out there first.`);
      opened.push(lock);
      const nvm = new NvmFile(path);
      opened.push(nvm);
      return new CardFile(chipIn(path, kind, nvm), close);
    } catch (error) {
      close();
      throw inWords(error, path);
    }
  }

  private constructor(chip: CardChip, close: () => void) {
    this.chip = chip;
    this.#close = close;
  }

  /** In a slot of this process. */
  slot(): CardPort {
    const slot = new InProcessSlot();
    slot.insert(this.chip);
    return slot;
  }

  close(): void {
    this.#close();
  }
}

function chipIn(path: string, kind: Kind, nvm: NvmFile): CardChip {
  const { bytes: memory, write } = nvm.region(HEADER_BYTES, MEMORY_BYTES[kind]);
  const store = (address: number, bytes: Uint8Array) => {
    try {
      write(address, bytes, 0, bytes.length);
    } catch (error) {
      throw inWords(error, path);
    }
  };
  const begin =
    kind === 'subscriber'
      ? () => running(path, resetSubscriberCard(memory, systemRandomness, { store }), stepSubscriberCard, store)
      : () => running(path, resetMasterCard(memory, systemRandomness), stepMasterCard, store);
  // A card that cannot begin is told of when it is opened, not when somebody asks it something.
  begin();
  return { atr: ATRS[kind], begin };
}

function running<P extends object>(
  path: string,
  program: P | CardMemoryFailure,
  step: (program: P, command: Uint8Array, out: CardOutputs) => void,
  store: CardOutputs['store'],
): (command: Uint8Array) => Uint8Array {
  if ('reason' in program) throw new CannotGoOn(`The card in ${path} is damaged: put the file back from a copy.`);
  return (command) => {
    let answer = new Uint8Array(0);
    step(program, command, { store, respond: (bytes) => (answer = new Uint8Array(bytes)) });
    return answer;
  };
}

function kindOf(path: string): Kind {
  const refuse = (why: string, remedy: string) =>
    new WrongUse(`The card file ${path} cannot be used (${why}): ${remedy}.`);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw refuse('there is no such file', 'make one with "wattpurse card blank"');
  if (stat.isDirectory()) throw refuse('it is a folder', 'name a file in it');
  if (!stat.isFile()) throw refuse('it is no plain file', 'make one with "wattpurse card blank"');
  const head = readFileSync(path).subarray(0, HEADER_BYTES);
  const kind = (Object.keys(KINDS) as Kind[]).find((each) => head[MAGIC.length + 1] === KINDS[each]);
  if (!MAGIC.every((byte, i) => head[i] === byte) || head[MAGIC.length] !== VERSION || kind === undefined) {
    throw refuse('it is no card', 'name a file that "wattpurse card blank" or "wattpurse card master" made');
  }
  if (stat.size !== HEADER_BYTES + MEMORY_BYTES[kind]) throw refuse('it is cut short', 'put it back from a copy');
  return kind;
}
