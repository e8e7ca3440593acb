import { equalConstantTime, fromHex, Reader, toHex, Writer } from '../bytes/index.ts';
import { CSN_BYTES, type Csn, csn, tokens } from '../units/index.ts';
import { BUS_NONCE_BYTES, BUS_TAG_BYTES, BusLabel, busTag, CardStore } from './bus.ts';
import { CARD_ROW_BYTES, type KeptCard, placeSetFree, putCardRow } from './card-rows.ts';
import { FrozenReason, type PurseRecord } from './purse.ts';
import { type CommittedRow, cardRows, cardsHold, commit, freeze } from './purse-journal.ts';
import type { Svm } from './svm.ts';
import { FROZEN, freshNonce, isFrozen, REFUSED, reply, roomOf, shownBalance } from './svm-reply.ts';

/**
 * The purse's side of an IC card: the table of cards that value was taken from, the epoch of the hot list, and the
 * credit, which is one commit with the row of its card. All of it at the SAM's word, each over a nonce of its own.
 */

const STORE_BODY_BYTES = 1 + 4 + CSN_BYTES + 4 + 2 + 4;

/** The table as it is: the SAM believes these rows alone. */
export function tellCards(svm: Svm, request: Uint8Array): Uint8Array {
  if (request.length !== 1 + BUS_NONCE_BYTES) return REFUSED;
  if (freezeIfEdited(svm)) return FROZEN;
  svm.cardNonce = freshNonce(svm);
  const told = new Writer(16).u32(svm.purse.epoch).u32(roomOf(svm)).bytes(svm.cardNonce);
  for (const card of cardRows(svm)) {
    if (card === undefined) continue;
    const { debitCounter, ticketVersion, taken, settled } = card;
    told
      .bytes(fromHex(card.csn))
      .u32(debitCounter)
      .u16(ticketVersion)
      .u32(taken)
      .u8(settled ? 1 : 0);
  }
  return reply(svm, BusLabel.cards, request.slice(1), told.done());
}

/** One commit, or none: what is answered says which, under the nonce that this burns, with the nonce of the next. */
export function storeForCard(svm: Svm, request: Uint8Array): Uint8Array {
  const { cardNonce } = svm;
  if (cardNonce === undefined || request.length !== 1 + STORE_BODY_BYTES + BUS_TAG_BYTES) return REFUSED;
  const body = request.subarray(1, -BUS_TAG_BYTES);
  const tag = busTag(svm.pairKey, BusLabel.cardStore, cardNonce, body);
  if (!equalConstantTime(tag, request.subarray(-BUS_TAG_BYTES))) return REFUSED;
  svm.cardNonce = undefined;
  if (freezeIfEdited(svm)) return FROZEN;
  const change = changeFor(svm, new Reader(body));
  if (change !== undefined) commit(svm, change.purse, change.row);
  if (isFrozen(svm)) return FROZEN;
  svm.cardNonce = freshNonce(svm);
  const told = new Writer(1 + BUS_NONCE_BYTES).u8(change === undefined ? 0 : 1).bytes(svm.cardNonce);
  return reply(svm, BusLabel.cardStored, cardNonce, told.done());
}

/** What a report says of the purse. The CPU has committed what was used until now, so the sequence is a new one. */
export function tellFigures(svm: Svm, request: Uint8Array): Uint8Array {
  if (request.length !== 1 + BUS_NONCE_BYTES) return REFUSED;
  const { purse } = svm;
  const told = new Writer(28)
    .u32(purse.sequence)
    .u32(shownBalance(svm))
    .u64(purse.used + svm.spent);
  return reply(svm, BusLabel.figures, request.slice(1), told.u64(purse.fromCards).u32(purse.owed).done());
}

/** Whoever changed a row while the meter had power shall not have it told or committed. */
function freezeIfEdited(svm: Svm): boolean {
  if (!isFrozen(svm) && !cardsHold(svm)) freeze(svm, FrozenReason.memoryEdited);
  return isFrozen(svm);
}

interface Change {
  readonly purse: PurseRecord;
  readonly row?: CommittedRow;
}

/** What the SAM asks for, as far as it can be: `undefined` where it cannot. */
function changeFor(svm: Svm, reader: Reader): Change | undefined {
  const { purse } = svm;
  const what = reader.u8();
  const value = reader.u32();
  if (what === CardStore.epoch) return value > purse.epoch ? { purse: { ...purse, epoch: value } } : undefined;
  const id = csn(toHex(reader.view(CSN_BYTES)));
  const told = {
    csn: id,
    debitCounter: reader.u32(),
    ticketVersion: reader.u16(),
    taken: tokens(reader.u32()),
    settled: what === CardStore.settled,
    order: purse.sequence + 1,
  };
  const held = cardRows(svm).find((card) => card?.csn === id);
  if (what === CardStore.settled) {
    const same = held?.debitCounter === told.debitCounter && held.ticketVersion === told.ticketVersion;
    return same ? { purse, ...rowFor(svm, { ...held, settled: true, order: told.order }) } : undefined;
  }
  if (what !== CardStore.credit) return undefined;
  // The nonce lets each record in once; its DTC says so again.
  if (value === 0 || value > roomOf(svm) || (held !== undefined && told.debitCounter <= held.debitCounter))
    return undefined;
  const row = rowFor(svm, told);
  if (row === undefined) return undefined;
  const repaid = Math.min(purse.owed, value); // emergency credit is repaid first
  const changed = {
    ...purse,
    fromCards: purse.fromCards + value,
    owed: purse.owed - repaid,
    balance: purse.balance + value - repaid,
    cardAfter: purse.lastCounter,
  };
  return { purse: changed, ...row };
}

function rowFor(svm: Svm, card: KeptCard): { readonly row: CommittedRow } | undefined {
  const setsFree = placeSetFree(cardRows(svm), svm.purse.freeCardRow, card.csn);
  if (setsFree === undefined) return undefined;
  const bytes = new Uint8Array(CARD_ROW_BYTES);
  putCardRow(bytes, card);
  return { row: { type: 'card', bytes, setsFree } };
}

/** What a purse keeps of cards, for those who check it. */
export interface CardsHeld {
  readonly epoch: number;
  readonly rows: readonly KeptCard[];
}

/** The epoch of the hot list, and the cards of which a row is kept. */
export const cardsHeld = ({ svm }: { readonly svm: Svm }): CardsHeld => ({
  epoch: svm.purse.epoch,
  rows: cardRows(svm).filter((card) => card !== undefined),
});

/** Whether another commit of this card can be kept. */
export const hasPlaceFor = (cards: readonly { readonly csn: Csn; readonly settled: boolean }[], id: Csn): boolean =>
  cards.length < CARDS_KEPT || cards.some((card) => card.settled || card.csn === id);

const CARDS_KEPT = 16;
