import { type Card, type CardProgram, resetCard, stepCard } from '../../card/index.ts';
import { type Csn, csn, type Svpmsn, svpmsnText } from '../../units/index.ts';
import type { CutByte } from '../faulty-memory.ts';
import type { SeededRandom } from '../random.ts';

/** The number of the card that a household has, or of the next one. */
export const csnOf = (home: Svpmsn, number: number): Csn =>
  csn(`04${svpmsnText(home)}${number.toString(16).padStart(6, '0')}`);

/** The power of the card went while it wrote. */
class CardCut extends Error {}

/** What passed between a card and its readers. */
interface Overheard {
  readonly command: Uint8Array;
  readonly response: Uint8Array;
}
const OVERHEARD_MAX = 24;

/** A card as somebody has it. Its memory outlives the power; its program begins anew with each. */
export class PurseCard {
  readonly csn: Csn;
  /** The program with what it read from its memory. */
  card: Card;
  /** Bytes that are still written before the power goes, and what becomes of the next. */
  bytesLeft = Number.POSITIVE_INFINITY;
  cutByte: CutByte = 'old';
  /** What whoever sits in a slot has heard of it. */
  readonly overheard: Overheard[] = [];
  readonly #memory: Uint8Array;
  readonly #random: SeededRandom;
  readonly #changed: (card: PurseCard) => void;
  #powered = false;

  /** @param changed is called when the card may have another state than before */
  constructor(csn: Csn, memory: Uint8Array, random: SeededRandom, changed: (card: PurseCard) => void) {
    this.csn = csn;
    this.#memory = memory;
    this.#random = random;
    this.#changed = changed;
    this.card = this.#reset();
  }

  /** Another chip with all that is in this one, keys and value. */
  copy(random: SeededRandom): PurseCard {
    return new PurseCard(this.csn, this.#memory.slice(), random, this.#changed);
  }

  /** It has power from now on, whatever it was before. */
  powerUp(): void {
    this.bytesLeft = Number.POSITIVE_INFINITY;
    this.card = this.#reset();
    this.#powered = true;
  }

  /** No bytes where the power is gone, or went before it answered. */
  tell(command: Uint8Array): Uint8Array {
    if (!this.#powered) return NOTHING;
    let said: Uint8Array = NOTHING;
    try {
      said = this.#step(command);
    } catch (error) {
      if (!(error instanceof CardCut)) throw error;
      this.#powered = false;
      this.card = this.#reset();
    }
    this.overheard.push({ command, response: said });
    if (this.overheard.length > OVERHEARD_MAX) this.overheard.shift();
    this.#changed(this);
    return said;
  }

  #step(command: Uint8Array): Uint8Array {
    let said: Uint8Array | undefined;
    stepCard(this.card, command, {
      store: (address, bytes) => this.#write(address, bytes),
      respond: (response) => {
        said = response;
      },
    });
    if (said === undefined) throw new Error('a card answers each command');
    return said;
  }

  #write(address: number, bytes: Uint8Array): void {
    const whole = Math.min(bytes.length, this.bytesLeft);
    this.#memory.set(bytes.subarray(0, whole), address);
    this.bytesLeft -= whole;
    if (whole === bytes.length) return;
    if (this.cutByte === 'garbage') this.#memory[address + whole] = this.#random.below(256);
    throw new CardCut();
  }

  #reset(): Card {
    const card = resetCard(this.#memory, this.#random);
    if ('reason' in card) throw new Error(`card ${this.csn} does not begin: ${card.reason}`);
    return card;
  }
}

const NOTHING = new Uint8Array();

/** What befalls a card that is in a slot once. Commands are counted from its reset. */
export interface Fate {
  /** Pulled at this command, before it has carried it out or after. */
  readonly pulled?: { readonly at: number; readonly after: boolean };
  /** Its power goes when so many bytes are written. */
  readonly cut?: { readonly bytes: number; readonly byte: CutByte };
  /** From this command on another card is there. */
  readonly swapped?: { readonly at: number; readonly other: PurseCard };
  /** From this command on whoever sits between card and slot says what was said before, to one of them or the other. */
  readonly replayed?: { readonly at: number; readonly pick: (n: number) => number };
}

/** A card in a slot, as the slot speaks to it; `pull` is called when somebody pulls it. */
export function inSlot(card: PurseCard, fate: Fate, pull: () => void): CardProgram {
  let commands = 0;
  card.powerUp();
  if (fate.cut !== undefined) {
    card.bytesLeft = fate.cut.bytes;
    card.cutByte = fate.cut.byte;
  }
  const { pulled, swapped, replayed } = fate;
  return (command) => {
    const number = commands++;
    if (number === pulled?.at && !pulled.after) {
      pull();
      return NOTHING;
    }
    if (number === swapped?.at) swapped.other.powerUp();
    const there = swapped !== undefined && number >= swapped.at ? swapped.other : card;
    const response =
      replayed !== undefined && number >= replayed.at
        ? throughShim(there, command, replayed.pick)
        : there.tell(command);
    if (number === pulled?.at) pull();
    return response;
  };
}

/** Before what is really said the card hears something old, or its reader is answered by something old. */
function throughShim(card: PurseCard, command: Uint8Array, pick: (n: number) => number): Uint8Array {
  const { overheard } = card;
  const old = overheard[pick(Math.max(1, overheard.length))];
  if (old === undefined) return card.tell(command);
  if (pick(3) > 0) card.tell(old.command);
  const response = card.tell(command);
  return pick(4) === 0 ? old.response : response;
}
