import { Reader, Writer } from '../bytes/index.ts';
import { Purpose } from '../crypto/index.ts';
import { Command, decodeFrame, ValueOp, ValueResult } from '../exchange/index.ts';
import {
  AttentionReason,
  EventKind,
  encodeControlStatus,
  encodeKeyChangeAnswer,
  encodeMaintenanceStatus,
  encodeMonitoringStatus,
  Result,
} from '../records/index.ts';
import { phaseBand } from '../tariff/index.ts';
import { type MilliwattHours, type SupplyIndex, tokens, U32_MAX, type UnixSeconds } from '../units/index.ts';
import { callAttention, framesOf } from './attention.ts';
import { BusReply, SamReply, SamRequest, SvmRequest } from './bus.ts';
import { paymentTime } from './card-payment.ts';
import { passToCard } from './card-slot.ts';
import { carryOut, headOf, infoOf } from './commands.ts';
import { recordEvent } from './event-log.ts';
import { consume, takeLevels, withHead } from './exchanger.ts';
import { flagsOf } from './flags.ts';
import { settleFloors } from './floors.ts';
import { forgetOldKeyed } from './keyed.ts';
import { advance, commitUse } from './minutes.ts';
import { judgeOutputVoltage } from './output-voltage.ts';
import type { MeterOutputs } from './outputs.ts';
import { type Measured, reclose, reconsiderCredit, watchLimits } from './relay.ts';
import { samCommand } from './sam.ts';
import { balanceOf, clockTold, keepState, type Meter, type Supply } from './state.ts';
import { floorOf, svmCommand } from './svm.ts';
import { keepExport } from './totals.ts';
import { noteHeard } from './transmission.ts';
import { noteVoltage } from './voltages.ts';
import { silence, warnIfLastUnit } from './warnings.ts';

/**
 * The value store meter as a machine (CPU 162). Every function takes the time of the meter's oscillator in
 * milliseconds, does what is due, and writes what it decides into `out`: what must be durable is in the memories
 * before anything goes out.
 */

/** Time passes: minutes end, relays re-close. A caller steps at least once a minute. */
export function stepTime(meter: Meter, now: number, out: MeterOutputs): void {
  meter.now = now;
  forgetOldKeyed(meter);
  advance(meter, out);
  reclose(meter, out);
  paymentTime(meter, out);
  const { supplies } = meter;
  for (let i = 0; i < supplies.length; i++) judgeOutputVoltage(meter, supplies[i] as Supply);
  if (meter.attention !== meter.attentionSent) callAttention(meter, out);
}

/**
 * A supply asks for energy, up to `now`. Returns what flowed: all, or up to the last token, or nothing while its
 * relay is open. What is asked for belongs to the minute in which it ends.
 */
export function stepEnergy(
  meter: Meter,
  supply: SupplyIndex,
  wanted: MilliwattHours,
  now: number,
  out: MeterOutputs,
): MilliwattHours {
  meter.now = now;
  const flowed = consume(meter, supply, wanted, out);
  if (meter.attention !== meter.attentionSent) callAttention(meter, out);
  return flowed;
}

/** A window of the power circuit (part 9): limits are watched, and the next minute gets its phase-angle band. */
export function stepMeasured(
  meter: Meter,
  index: SupplyIndex,
  measured: Measured & { readonly degreesOfLag: number },
  now: number,
  out: MeterOutputs,
): void {
  stepTime(meter, now, out);
  const supply = meter.supplies[index - 1] as Supply;
  const table = supply.tables[supply.active];
  if (table !== undefined) supply.nextBand = phaseBand(table, measured.degreesOfLag);
  watchLimits(meter, supply, measured, out);
  if (meter.attention !== meter.attentionSent) callAttention(meter, out);
}

/**
 * A voltage that was measured at `now`, and holds since the one before, at most a minute ago: it has its part in the
 * mean of its interval, which it is to find running, so it comes before what else is done at that time. A meter that is
 * never told any keeps none.
 */
export function stepVoltage(meter: Meter, supply: SupplyIndex, millivolts: number, now: number): void {
  noteVoltage(meter.supplies[supply - 1] as Supply, millivolts, now);
}

/** The supply falls: the running minute is committed with the last of the power, and the modem calls with what is left. */
export function stepLastGasp(meter: Meter, now: number, out: MeterOutputs): void {
  meter.now = now;
  commitUse(meter);
  for (const supply of meter.supplies) keepExport(meter, supply, meter.minute + 1);
  keepState(meter);
  recordEvent(meter, EventKind.lastGasp);
  meter.attention |= AttentionReason.lastGasp;
  callAttention(meter, out);
}

/** What the modem is to answer on the line. */
export type MeterAnswer =
  | {
      readonly type: 'frame';
      readonly frame: Uint8Array;
      /** Further parts of a long answer: the modem gives each when it is asked for the next. */
      readonly following?: readonly Uint8Array[];
    }
  /** A part was taken; there is nothing to say above the line. */
  | { readonly type: 'acknowledge' }
  | { readonly type: 'silent' };

const SILENT: MeterAnswer = { type: 'silent' };

/** A frame from the modem (part 13). */
export function stepFrame(meter: Meter, frame: Uint8Array, now: number, out: MeterOutputs): MeterAnswer {
  stepTime(meter, now, out);
  if (frame[1] === Command.addedValue) {
    const forCard = decodeFrame(frame);
    if ('reason' in forCard || forCard.svpmsn !== meter.sam.svpmsn) return SILENT;
    const answer = passToCard(meter, forCard, out);
    return answer === undefined ? SILENT : { type: 'frame', frame: answer };
  }
  const request = new Uint8Array(9 + frame.length);
  new DataView(request.buffer).setBigUint64(1, BigInt(Math.max(0, Math.floor(now))));
  request[0] = SamRequest.frame;
  request.set(frame, 9);
  let reply = samCommand(meter.sam, request);
  // Each round goes one step nearer to an answer: status, then M2; command, then M4.
  for (let round = 0; round < 3; round++) {
    switch (reply[0]) {
      case SamReply.send:
        return answerOf(reply);
      case SamReply.partTaken:
        return { type: 'acknowledge' };
      case SamReply.toSvm:
        reply = reply[1] === SvmRequest.apply ? applyValue(meter, reply, out) : passStatus(meter, reply);
        break;
      case SamReply.statusWanted:
        reply = samCommand(meter.sam, withHead(Uint8Array.of(SamRequest.status), statusOf(meter, reply[1] as number)));
        meter.secondPassAt = now;
        break;
      case SamReply.command: {
        const answer = carryOut(meter, reply[1] as Command, reply.subarray(2), out);
        reply = samCommand(meter.sam, withHead(Uint8Array.of(SamRequest.answer), answer));
        settleFloors(meter);
        // After the command: it may have set the clock by which this is told.
        noteHeard(meter);
        break;
      }
      case SamReply.keyChanged:
        reply = answerKeyChange(meter, reply);
        break;
      default:
        return SILENT;
    }
  }
  return reply[0] === SamReply.send ? answerOf(reply) : SILENT;
}

function answerOf(reply: Uint8Array): MeterAnswer {
  const [frame, ...following] = framesOf(reply);
  return { type: 'frame', frame: frame as Uint8Array, ...(following.length > 0 && { following }) };
}

/** Whether a frame names this meter: a modem hears those of the next transformer too. */
export function isForMeter(meter: Meter, bytes: Uint8Array): boolean {
  const frame = decodeFrame(bytes);
  return !('reason' in frame) && frame.svpmsn === meter.sam.svpmsn;
}

function passStatus(meter: Meter, reply: Uint8Array): Uint8Array {
  const told = svmCommand(meter.svm, reply.subarray(1));
  return samCommand(meter.sam, withHead(Uint8Array.of(SamRequest.svmStatus), told));
}

/** The SVM carries out what the SAM proved. Use is committed before, so that tank and exchanger are what they say. */
function applyValue(meter: Meter, reply: Uint8Array, out: MeterOutputs): Uint8Array {
  commitUse(meter);
  const owedBefore = meter.owed;
  const told = svmCommand(meter.svm, reply.subarray(1));
  takeLevels(meter);
  if (told[0] === BusReply.done) recordValue(meter, reply[2] as ValueOp, told, owedBefore);
  silence(meter, out);
  // A void gives nothing, and leaves tank and exchanger as a start would find them.
  if (balanceOf(meter) > 0) warnIfLastUnit(meter, out);
  reconsiderCredit(meter, out);
  const head = new Writer(7).u8(SamRequest.svmReceipt).u32(clockTold(meter)).u16(flagsOf(meter)).done();
  const answer = samCommand(meter.sam, withHead(head, told));
  settleFloors(meter);
  noteHeard(meter);
  return answer;
}

function recordValue(meter: Meter, op: ValueOp, told: Uint8Array, owedBefore: number): void {
  const reader = new Reader(told.subarray(1));
  const result = reader.u8();
  const counter = reader.u32();
  reader.view(8);
  const amount = reader.u32();
  if (result !== ValueResult.done && (result !== ValueResult.voided || op !== ValueOp.void)) {
    if (result === ValueResult.full || result >= ValueResult.frozen)
      recordEvent(meter, EventKind.valueRefused, { detail: result });
    return;
  }
  const detail = counter & 0xffff;
  if (result === ValueResult.voided) recordEvent(meter, EventKind.creditVoided, { detail });
  else if (op === ValueOp.close) recordEvent(meter, EventKind.purseClosed, { value: amount });
  else {
    recordEvent(meter, EventKind.creditStored, { value: amount, detail });
    if (meter.payment !== undefined) meter.payment.creditSince = true;
  }
  if (meter.owed < owedBefore) recordEvent(meter, EventKind.emergencyCreditRepaid, { value: owedBefore - meter.owed });
}

/** What M2 tells of the meter under each purpose but value's. */
function statusOf(meter: Meter, purpose: number): Uint8Array {
  const info = infoOf(meter);
  const clock = clockTold(meter);
  if (purpose === Purpose.control) {
    const { tableVersion, nextTableVersion, policyVersion, flags } = info;
    return encodeControlStatus({ clock, tableVersion, nextTableVersion, policyVersion, flags });
  }
  if (purpose === Purpose.monitoring) {
    const balance = tokens(Math.min(balanceOf(meter), U32_MAX));
    const { flags, owed, tableVersion, nextEvent, lastDay } = info;
    return encodeMonitoringStatus({ clock, flags, balance, owed, tableVersion, nextEvent, lastDay });
  }
  return maintenanceStatus(meter, clock, info.flags);
}

function maintenanceStatus(meter: Meter, clock: UnixSeconds, flags: number): Uint8Array {
  const suiteBits = ([...meter.sam.keys.keys()].find((n) => n >> 6 === Purpose.maintenance) ?? 0) & 0x30;
  let held = 0;
  const keys = [0, 1, 2, 3].map((purpose) => {
    const name = (purpose << 6) | suiteBits;
    const generations = [...meter.sam.keys.keys()].filter((n) => (n & 0xf0) === name).map((n) => n & 0x0f);
    if (generations.length > 0) held |= 1 << purpose;
    return { floor: floorOf(meter.svm.purse.floors, name), active: Math.max(0, ...generations) };
  });
  return encodeMaintenanceStatus({ clock, flags, held, keys });
}

function answerKeyChange(meter: Meter, reply: Uint8Array): Uint8Array {
  const [, result = 0, n = 0, floor = 0] = reply;
  if (result === Result.done) {
    recordEvent(meter, EventKind.keyChanged, { detail: n });
    revive(meter);
  }
  const body = encodeKeyChangeAnswer({ head: headOf(meter, result as Result), n, floor });
  const answer = samCommand(meter.sam, withHead(Uint8Array.of(SamRequest.answer), body));
  settleFloors(meter);
  noteHeard(meter);
  return answer;
}

/** A dismantled meter that has been given value and control keys again serves again; tamper is cleared by command. */
function revive(meter: Meter): void {
  if (!meter.dismantled) return;
  const held = [...meter.sam.keys.keys()].map((n) => n >> 6);
  if (!held.includes(Purpose.value) || !held.includes(Purpose.control)) return;
  meter.dismantled = false;
  keepState(meter);
}

/** The request key of the keypad (part 21): 0 asks for the usual amount. */
export function askForValue(meter: Meter, amount: number): void {
  meter.attention |= AttentionReason.valueRequested;
  recordEvent(meter, EventKind.valueRequested, { value: amount });
}
