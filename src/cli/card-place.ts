import { PcscReader } from '../adapters/pcsc-reader.ts';
import type { CardFailure, CardPort, CardSession } from '../card/index.ts';
import { CardFile } from './card-file.ts';
import { CannotGoOn } from './failure.ts';
import { WrongUse } from './usage.ts';

/** Where a card is: a file that holds it, or a reader by a part of its name; the first reader where that is empty. */
export type CardPlace = { readonly file: string } | { readonly reader: string };

/** How long somebody looks for their reader, and then for their card. */
const WAIT_MS = 10_000;

/** `--card FILE` or `--reader NAME`, one of them. @throws WrongUse */
export function cardPlaceOf(
  verb: string,
  { card, reader }: { readonly card: string | undefined; readonly reader: string | undefined },
): CardPlace {
  if (card !== undefined && reader === undefined) return { file: card };
  if (reader !== undefined && card === undefined) return { reader };
  throw new WrongUse(`card ${verb} takes one card: name its file with --card, or its reader with --reader.`);
}

/** `FILE`, or `reader:NAME`. */
export const masterPlaceOf = (text: string): CardPlace =>
  text.startsWith('reader:') ? { reader: text.slice('reader:'.length) } : { file: text };

/** Works with the cards of these places while they have power, and takes it from them in the end. @throws CannotGoOn */
export async function withCards<T>(
  places: readonly CardPlace[],
  work: (sessions: readonly CardSession[]) => Promise<T>,
): Promise<T> {
  const opened: { readonly session: CardSession; readonly close: () => Promise<void> }[] = [];
  try {
    for (const place of places) opened.push(await openedAt(place));
    return await work(opened.map(({ session }) => session));
  } finally {
    for (const { session, close } of opened.reverse()) {
      await session.eject();
      await close();
    }
  }
}

async function openedAt(place: CardPlace) {
  const port = await portAt(place);
  const session = await port.open();
  if (!('sentence' in session)) return { session, close: () => port.close() };
  await port.close();
  throw new CannotGoOn(session.sentence);
}

/**
 * The slot of a place, to power its card as often as it is wanted.
 * @param waitMs how long its reader, and then each time a card, is waited for
 * @throws CannotGoOn
 */
export async function portAt(place: CardPlace, waitMs = WAIT_MS): Promise<CardPort> {
  if (!('file' in place)) return taken<PcscReader>(await PcscReader.find({ reader: place.reader, waitMs }));
  const file = CardFile.open(place.file);
  const slot = file.slot();
  const close = async () => {
    await slot.close();
    file.close();
  };
  return { open: () => slot.open(), close };
}

/** What a card or its slot refused is told in its own sentence. @throws CannotGoOn */
export function taken<T extends object>(answer: T | Pick<CardFailure, 'sentence'>): T {
  if ('sentence' in answer) throw new CannotGoOn(answer.sentence);
  return answer;
}
