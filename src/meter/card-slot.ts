import { fromHex, Reader, toHex, Writer } from '../bytes/index.ts';
import {
  askSerialNumber,
  decodeCardStatus,
  decodeResponseApdu,
  PurseInstruction,
  purseCommand,
  StatusWord,
  selectPurse,
} from '../card/index.ts';
import { type Frame, Refusal, refusalFrame } from '../exchange/index.ts';
import { AttentionReason, CardRefusal, EventKind } from '../records/index.ts';
import { assertNever, CSN_BYTES, type Csn, csn, REGIONS, type Region, U32_MAX } from '../units/index.ts';
import { callAttention } from './attention.ts';
import { BusReply, CardStore, SamReply, SamRequest, SvmRequest } from './bus.ts';
import { askToPay, paymentCardGone, paymentResponse, takesPaymentCards } from './card-payment.ts';
import { newPipe, pipeFrame, pipeHeld, pipeResponse } from './card-pipe.ts';
import { cardPage } from './display.ts';
import { recordEvent } from './event-log.ts';
import { takeLevels, withHead } from './exchanger.ts';
import { forgetOldKeyed } from './keyed.ts';
import { advance, commitUse } from './minutes.ts';
import type { MeterOutputs } from './outputs.ts';
import { reconsiderCredit } from './relay.ts';
import { tellOfReport } from './report.ts';
import { samCommand } from './sam.ts';
import { balanceOf, clockSeconds, type InsertedCard, type Meter } from './state.ts';
import { svmCommand } from './svm.ts';
import { silence, warnIfLastUnit, warnOfCard } from './warnings.ts';

/**
 * The slot for an IC card (part 12), as a machine without reader: commands for the card go out by `MeterOutputs.card`,
 * one at a time, and what comes back comes by `stepCardResponse`. The CPU carries; what is taken, and whether, is between
 * the card, the SAM and the SVM. After it the CPU reads what is left in each region of the card, for the display.
 *
 * A card may be pulled anywhere, and the power may go anywhere: what is pending then stays on the card, for this meter,
 * and the next insertion finishes it.
 */

/**
 * A card is in the slot and has been reset. The meter takes what it may, or as much as was keyed in just before. Also after
 * power came back to a meter in which a card was left.
 */
export function stepCardInserted(meter: Meter, now: number, out: MeterOutputs): void {
  beginStep(meter, now, out);
  if (meter.card !== undefined) takeLeave(meter, out);
  const { display } = meter;
  const card: InsertedCard = {
    csn: undefined,
    announced: false,
    work: { name: 'taking' },
    keyed: Number(display.digits),
    isPayment: false,
    refusal: undefined,
    balances: new Map(),
    pipe: newPipe(),
  };
  meter.card = card;
  const wanted = display.digits === '' ? U32_MAX : Number(display.digits);
  display.digits = '';
  display.page = cardPage(meter);
  endStep(meter, out, firstCommand(meter, card, wanted, out));
}

function firstCommand(meter: Meter, card: InsertedCard, wanted: number, out: MeterOutputs): Uint8Array | undefined {
  if (meter.frozen !== 0) return refuse(meter, card, CardRefusal.frozen, 0);
  if (meter.dismantled) return refuse(meter, card, CardRefusal.dismantled, 0);
  const asked = new Writer(9).u8(SamRequest.cardInserted).u32(clockSeconds(meter)).u32(wanted).done();
  return converse(meter, card, samCommand(meter.sam, asked), out);
}

/**
 * What the card answered to the command that was given to it last, SW1 SW2 at its end; no bytes where it gave no answer
 * that could be read. An answer that nobody waits for is passed over.
 */
export function stepCardResponse(meter: Meter, response: Uint8Array, now: number, out: MeterOutputs): void {
  beginStep(meter, now, out);
  const { card } = meter;
  endStep(meter, out, card && nextCommand(meter, card, response, out));
}

/** The slot is empty. */
export function stepCardRemoved(meter: Meter, now: number, out: MeterOutputs): void {
  beginStep(meter, now, out);
  takeLeave(meter, out);
  endStep(meter, out, undefined);
}

/** A frame for the card (H 0x18), which names this meter: what the line is answered, `undefined` for silence. */
export function passToCard(meter: Meter, frame: Frame, out: MeterOutputs): Uint8Array | undefined {
  const { card } = meter;
  const turn = pipeFrame(card?.pipe, card?.work.name === 'idle', frame);
  if (card === undefined || turn.type !== 'ask') return turn.type === 'say' ? turn.frame : undefined;
  card.work = { name: 'loading' };
  out.card(turn.command);
  return pipeHeld(card.pipe, frame) ?? refusalFrame(frame, Refusal.cardWorks);
}

/** Minutes that are over end before anything of value happens. */
function beginStep(meter: Meter, now: number, out: MeterOutputs): void {
  meter.now = now;
  forgetOldKeyed(meter);
  advance(meter, out);
}

/** The card is asked last: its response may come within the call. */
function endStep(meter: Meter, out: MeterOutputs, command: Uint8Array | undefined): void {
  if (meter.attention !== meter.attentionSent) callAttention(meter, out);
  if (command !== undefined) out.card(command);
}

function takeLeave(meter: Meter, out: MeterOutputs): void {
  const { card } = meter;
  if (card === undefined) return;
  announce(meter, card);
  samCommand(meter.sam, Uint8Array.of(SamRequest.cardRemoved));
  paymentCardGone(meter, out);
  recordEvent(meter, EventKind.cardRemoved, numberOf(card.csn));
  meter.card = undefined;
  // It was keyed for this one, whether it is pulled or another is in its place.
  meter.display.digits = '';
  if (meter.display.page === cardPage(meter)) meter.display.page = 0;
}

function nextCommand(
  meter: Meter,
  card: InsertedCard,
  response: Uint8Array,
  out: MeterOutputs,
): Uint8Array | undefined {
  const { work } = card;
  switch (work.name) {
    case 'taking':
      return converse(
        meter,
        card,
        samCommand(meter.sam, withHead(Uint8Array.of(SamRequest.cardResponse), response)),
        out,
      );
    case 'selecting':
      return selected(meter, card, response, out);
    case 'naming':
      return named(meter, card, response);
    case 'reading':
      return balanceRead(meter, card, work.region, response, out);
    case 'loading': {
      const turn = pipeResponse(card.pipe, response);
      if (turn.type === 'ask') return turn.command;
      if (turn.loaded) return askBalance(card, REGIONS[0] as Region);
      card.work = { name: 'idle' };
      return undefined;
    }
    case 'paying':
      return paymentResponse(meter, response, out);
    case 'idle':
      return undefined;
    default:
      return assertNever(work);
  }
}

/** Carries between SAM and SVM until one of them has something for the card, or it is over. */
function converse(meter: Meter, card: InsertedCard, first: Uint8Array, out: MeterOutputs): Uint8Array | undefined {
  let reply = first;
  while (reply[0] === SamReply.toSvm) {
    const request = reply.subarray(1);
    if (request[0] === SvmRequest.cardStore) reply = store(meter, request, out);
    else reply = request[0] === SvmRequest.figures ? tellOfReport(meter, request) : tellCards(meter, request);
  }
  const reader = new Reader(reply.subarray(1));
  switch (reply[0]) {
    case SamReply.toCard:
      name(meter, card, reader.view(CSN_BYTES));
      return reader.rest().slice();
    case SamReply.cardOver: {
      name(meter, card, reader.view(CSN_BYTES));
      const refusal = reader.u8();
      return refusal === 0 ? lookAt(card) : refuse(meter, card, refusal as CardRefusal, reader.u16());
    }
    default:
      // Of chips that do not understand each other nothing is taken.
      samCommand(meter.sam, Uint8Array.of(SamRequest.cardRemoved));
      return lookAt(card);
  }
}

function tellCards(meter: Meter, request: Uint8Array): Uint8Array {
  const told = svmCommand(meter.svm, request);
  if (told[0] === BusReply.frozen) takeLevels(meter);
  return samCommand(meter.sam, withHead(Uint8Array.of(SamRequest.svmCards), told));
}

/** The SVM stores what the SAM asks for. Use is committed before, so that tank and exchanger are what they say. */
function store(meter: Meter, request: Uint8Array, out: MeterOutputs): Uint8Array {
  commitUse(meter);
  const owedBefore = meter.owed;
  const told = svmCommand(meter.svm, request);
  takeLevels(meter);
  if (request[1] === CardStore.credit && told[0] === BusReply.done && told[1] === 1) {
    const reader = new Reader(request.subarray(2));
    const value = reader.u32();
    reader.view(CSN_BYTES);
    recordEvent(meter, EventKind.cardCredited, { value, detail: reader.u32() & 0xffff });
    if (meter.owed < owedBefore) {
      recordEvent(meter, EventKind.emergencyCreditRepaid, { value: owedBefore - meter.owed });
    }
  }
  silence(meter, out);
  if (balanceOf(meter) > 0) warnIfLastUnit(meter, out);
  reconsiderCredit(meter, out);
  return samCommand(meter.sam, withHead(Uint8Array.of(SamRequest.svmCardStored), told));
}

/** The card is known by its number: from now on events can name it. */
function name(meter: Meter, card: InsertedCard, bytes: Uint8Array): void {
  if (card.csn !== undefined || bytes.every((byte) => byte === 0)) return;
  card.csn = csn(toHex(bytes));
  announce(meter, card);
}

/** Once for each insertion: as soon as the card has said its number, or when it is sure that it will not. */
function announce(meter: Meter, card: InsertedCard): void {
  if (card.announced) return;
  card.announced = true;
  recordEvent(meter, EventKind.cardInserted, numberOf(card.csn));
  // Whoever polls for it finds the event.
  meter.attention |= AttentionReason.cardInserted;
  if (card.refusal !== undefined) recordRefusal(meter, card.refusal);
}

function refuse(meter: Meter, card: InsertedCard, reason: CardRefusal, status: number): Uint8Array {
  card.refusal = { reason, status };
  if (card.announced) recordRefusal(meter, card.refusal);
  return lookAt(card);
}

const recordRefusal = (meter: Meter, { reason, status }: { reason: CardRefusal; status: number }): void =>
  recordEvent(meter, EventKind.cardRefused, { detail: reason, value: status });

/** The last six bytes of a CSN, as events hold them. */
function numberOf(id: Csn | undefined): { readonly detail: number; readonly value: number } {
  if (id === undefined) return { detail: 0, value: 0 };
  const reader = new Reader(fromHex(id).subarray(1));
  return { detail: reader.u16(), value: reader.u32() };
}

/** What the card is and has is for everybody to read, whether value was taken from it or not. */
function lookAt(card: InsertedCard): Uint8Array {
  card.work = { name: 'selecting' };
  return selectPurse();
}

function selected(meter: Meter, card: InsertedCard, response: Uint8Array, out: MeterOutputs): Uint8Array | undefined {
  if (dataOf(response) === undefined) {
    announce(meter, card);
    card.work = { name: 'idle' };
    // It knows no purse, and says so as a card does.
    card.isPayment = !('reason' in decodeResponseApdu(response)) && takesPaymentCards(meter);
    askToPay(meter, card.keyed, out);
    return undefined;
  }
  if (card.csn !== undefined) return askBalance(card, REGIONS[0] as Region);
  card.work = { name: 'naming' };
  return askSerialNumber();
}

function named(meter: Meter, card: InsertedCard, response: Uint8Array): Uint8Array {
  const data = dataOf(response);
  if (data?.length === CSN_BYTES) name(meter, card, data);
  announce(meter, card);
  return askBalance(card, REGIONS[0] as Region);
}

function askBalance(card: InsertedCard, region: Region): Uint8Array {
  card.work = { name: 'reading', region };
  return purseCommand(PurseInstruction.status, new Uint8Array(0), { p2: region });
}

/** A card has no answer for a region that it has not, and nothing to tell of one that was never loaded. */
function balanceRead(
  meter: Meter,
  card: InsertedCard,
  region: Region,
  response: Uint8Array,
  out: MeterOutputs,
): Uint8Array | undefined {
  const data = dataOf(response);
  const status = data === undefined ? undefined : decodeCardStatus(data.subarray(STATUS_AT));
  if (status !== undefined && !('reason' in status) && status.creditedTotal > 0) {
    card.balances.set(region, status.balance);
  }
  const next = REGIONS[REGIONS.indexOf(region) + 1];
  if (next !== undefined) return askBalance(card, next);
  card.work = { name: 'idle' };
  warnOfCard(meter, card.balances, out);
  return undefined;
}

/** Behind utility u16 and n u8 the answer to STATUS is the status of M2. */
const STATUS_AT = 3;

function dataOf(response: Uint8Array): Uint8Array | undefined {
  const answer = decodeResponseApdu(response);
  return 'reason' in answer || answer.status !== StatusWord.done ? undefined : answer.data;
}
