import { AttentionReason, EventKind, type EventRecord, RelayAction, RelayReason, Result } from '../records/index.ts';
import { hasCredit, mayReconnect } from './credit.ts';
import { nextEvent, nextSequence, recordEvent, writeEvent } from './event-log.ts';
import { hasCharge } from './mode-tables.ts';
import { relayMoved } from './output-voltage.ts';
import type { MeterOutputs } from './outputs.ts';
import { keepState, type Meter, type Supply } from './state.ts';
import { noteValve, throttles } from './valve.ts';
import { warnLastToken } from './warnings.ts';

/** Sets or takes away one reason of latch relay 1; the relay is open when any stands. Reasons outlive the power. */
export function setReason(meter: Meter, supply: Supply, reason: number, on: boolean, out: MeterOutputs): void {
  const before = supply.relay.reasons;
  let reasons = on ? before | reason : before & ~reason;
  if (!on && reason === RelayReason.noCredit && before & reason && meter.policy.reconnection === 'by-key-press') {
    reasons |= RelayReason.awaitsKey;
  }
  if (reasons === before) return;
  supply.relay.reasons = reasons;
  meter.kept.reasons[supply.index - 1] = reasons;
  const event = changeOf(meter, supply, before);
  meter.kept.relayEvent = event ?? meter.kept.relayEvent;
  keepState(meter);
  if (event !== undefined) writeEvent(meter, event);
  driveLatch(meter, supply, out);
  if (event !== undefined) relayMoved(meter, supply, out);
}

function changeOf(meter: Meter, { index, relay }: Supply, before: number): EventRecord | undefined {
  if (before === 0) return nextEvent(meter, EventKind.relayOpened, { supply: index, detail: relay.reasons });
  if (relay.reasons !== 0) return undefined;
  return nextEvent(meter, EventKind.relayClosed, { supply: index, detail: before });
}

/** The power went between the state that a relay is in and the event of it: now it is written. */
export function makeGoodEvent(meter: Meter): void {
  const { relayEvent } = meter.kept;
  if (relayEvent?.sequence === nextSequence(meter)) writeEvent(meter, relayEvent);
}

/**
 * The latch, or valve, keeps its place without power; where it was left is kept too, so that a cut in between is made
 * good.
 */
export function driveLatch(meter: Meter, supply: Supply, out: MeterOutputs): void {
  const { index, relay } = supply;
  const open = relay.reasons !== 0;
  const throttle = throttles(meter, supply);
  const bits = (open ? 1 << (index - 1) : 0) | (throttle ? 1 << (index + 3) : 0);
  const moved = (meter.kept.latchesOpen ^ bits) & (0b1_0001 << (index - 1));
  if (moved === 0) return;
  // The stop of a valve is there before it closes, and goes after it has opened.
  if (moved >= 0b1_0000 && throttle) out.throttle(index, true);
  if (moved & 0b1111) out.relay(index, open);
  if (moved >= 0b1_0000 && !throttle) out.throttle(index, false);
  meter.kept.latchesOpen ^= moved;
  keepState(meter);
  noteValve(meter, supply);
}

/** Credit came, or went, or may no longer be lent: the reason follows. */
export function reconsiderCredit(meter: Meter, out: MeterOutputs): void {
  const credit = hasCredit(meter);
  const reconnect = credit && mayReconnect(meter);
  for (const supply of meter.supplies) {
    const open = (supply.relay.reasons & RelayReason.noCredit) !== 0;
    if (open && reconnect) setReason(meter, supply, RelayReason.noCredit, false, out);
  }
  if (!credit) cutForCredit(meter, out);
}

/** Opens for lack of credit whatever is not open for it yet. The buzzer sounds before (I19); nobody is at a purse that was closed. */
export function cutForCredit(meter: Meter, out: MeterOutputs): void {
  if (meter.supplies.every(({ relay }) => relay.reasons & RelayReason.noCredit)) return;
  if (!meter.purseClosed) {
    warnLastToken(meter, out);
    meter.attention |= AttentionReason.creditExhausted;
  }
  for (const supply of meter.supplies) setReason(meter, supply, RelayReason.noCredit, true, out);
}

/** What the power circuit measured over a window: limits of the policy, each with its delay. */
export interface Measured {
  readonly watts: number;
  readonly deciAmperes: number;
}

export function watchLimits(meter: Meter, supply: Supply, measured: Measured, out: MeterOutputs): void {
  const limits = meter.policy.supplies[supply.index - 1];
  const { relay } = supply;
  supply.watts = measured.watts;
  if (relay.reasons !== 0) {
    relay.overCurrentSince = undefined;
    relay.loadSince = undefined;
    return;
  }
  if (limits?.overCurrent != null) {
    const { deciAmperes, delaySeconds } = limits.overCurrent;
    if (measured.deciAmperes <= deciAmperes) relay.overCurrentSince = undefined;
    else {
      relay.overCurrentSince ??= meter.now;
      const lasted = Math.floor((meter.now - relay.overCurrentSince) / 1000);
      if (lasted >= delaySeconds) tripOverCurrent(meter, supply, measured.deciAmperes, lasted, out);
      else out.wake(relay.overCurrentSince + delaySeconds * 1000);
    }
  }
  if (limits?.load != null && relay.reasons === 0) {
    if (measured.watts <= limits.load.watts) relay.loadSince = undefined;
    else {
      relay.loadSince ??= meter.now;
      const lasted = Math.floor((meter.now - relay.loadSince) / 1000);
      if (lasted >= limits.load.delaySeconds) tripLoadLimit(meter, supply, measured.watts, lasted, out);
      else out.wake(relay.loadSince + limits.load.delaySeconds * 1000);
    }
  }
}

function tripOverCurrent(meter: Meter, supply: Supply, deciAmperes: number, seconds: number, out: MeterOutputs): void {
  const limits = meter.policy.supplies[supply.index - 1]?.overCurrent;
  supply.relay.overCurrentSince = undefined;
  recordEvent(meter, EventKind.overCurrent, { supply: supply.index, value: deciAmperes * 100, detail: seconds });
  meter.attention |= AttentionReason.overCurrent;
  const recloses = limits != null && supply.relay.reclosesLeft > 0;
  if (recloses) supply.relay.reclosesLeft -= 1;
  keepRecloses(meter, supply, recloses);
  setReason(meter, supply, RelayReason.overCurrent, true, out);
  if (!recloses) return;
  supply.relay.recloseAt = meter.now + limits.recloseWaitSeconds * 1000;
  out.wake(supply.relay.recloseAt);
}

/** A load limit opens the relay for a minute: long enough to switch something off, short enough to be no cut. */
const LOAD_LIMIT_PAUSE_MS = 60_000;

function tripLoadLimit(meter: Meter, supply: Supply, watts: number, seconds: number, out: MeterOutputs): void {
  supply.relay.loadSince = undefined;
  recordEvent(meter, EventKind.loadLimit, { supply: supply.index, value: watts, detail: seconds });
  setReason(meter, supply, RelayReason.loadLimit, true, out);
  supply.relay.recloseAt = meter.now + LOAD_LIMIT_PAUSE_MS;
  out.wake(supply.relay.recloseAt);
}

const RECLOSE_PENDING = 0x100;

/** Into the state, which `setReason` or the caller keeps: a lock-out outlives the power like its reason. */
function keepRecloses(meter: Meter, supply: Supply, pending: boolean): void {
  meter.kept.recloses[supply.index - 1] = supply.relay.reclosesLeft | (pending ? RECLOSE_PENDING : 0);
}

/** After a start: what waited to re-close waits again, a lock-out stays one, and the latch is where it has to be. */
export function restoreRelay(meter: Meter, supply: Supply, out: MeterOutputs): void {
  const { relay } = supply;
  const kept = meter.kept.recloses[supply.index - 1] as number;
  const wait = meter.policy.supplies[supply.index - 1]?.overCurrent?.recloseWaitSeconds;
  if (relay.reasons & RelayReason.loadLimit) relay.recloseAt = meter.now + LOAD_LIMIT_PAUSE_MS;
  else if (relay.reasons & RelayReason.overCurrent && kept & RECLOSE_PENDING && wait !== undefined) {
    relay.recloseAt = meter.now + wait * 1000;
  }
  if (relay.recloseAt !== undefined) out.wake(relay.recloseAt);
  driveLatch(meter, supply, out);
  noteValve(meter, supply);
}

/** As many re-closures as the policy allows: a person has looked, or the policy is new. */
export function renewRecloses(meter: Meter, supply: Supply): void {
  supply.relay.reclosesLeft = meter.policy.supplies[supply.index - 1]?.overCurrent?.recloseCount ?? 0;
  keepRecloses(meter, supply, supply.relay.recloseAt !== undefined);
}

export const reclosesKept = (kept: number): number => kept & 0xff;

/** Re-closes what its rule re-closes, when its time has come. */
export function reclose(meter: Meter, out: MeterOutputs): void {
  for (const supply of meter.supplies) {
    const { relay } = supply;
    if (relay.recloseAt === undefined || meter.now < relay.recloseAt) continue;
    relay.recloseAt = undefined;
    setReason(meter, supply, RelayReason.overCurrent | RelayReason.loadLimit, false, out);
  }
}

/** Somebody has looked, and says that it was no leak, or is none any more: what flowed before counts no longer. */
export function clearLeak(meter: Meter, supply: Supply, out: MeterOutputs): void {
  if (supply.flow === undefined || !(supply.relay.reasons & RelayReason.leak)) return;
  supply.flow.leakFrom = meter.minute + 1;
  setReason(meter, supply, RelayReason.leak, false, out);
}

/** 0x22: open and close by command; tamper and over-current are taken away by a person's word only. */
export function commandRelay(meter: Meter, supplyIndex: number, action: RelayAction, out: MeterOutputs): Result {
  const supplies = meter.supplies.filter(({ index }) => supplyIndex === 0 || index === supplyIndex);
  if (supplies.length === 0) return Result.noSuchSupply;
  for (const supply of supplies) {
    if (action === RelayAction.open) setReason(meter, supply, RelayReason.command, true, out);
    else if (action === RelayAction.close) {
      clearLeak(meter, supply, out);
      setReason(meter, supply, RelayReason.command, false, out);
    } else if (action === RelayAction.clearTamper) {
      // Of a meter that lost its state and its tables nobody knows what to charge: a table comes first.
      if (hasCharge(meter, supply)) setReason(meter, supply, RelayReason.tamper, false, out);
    } else {
      if (supply.relay.reasons & RelayReason.overCurrent) supply.relay.recloseAt = undefined;
      renewRecloses(meter, supply);
      keepState(meter);
      setReason(meter, supply, RelayReason.overCurrent, false, out);
    }
  }
  const held =
    action === RelayAction.close
      ? supplies.some(({ relay }) => relay.reasons !== 0)
      : action === RelayAction.clearTamper && supplies.some(({ relay }) => relay.reasons & RelayReason.tamper);
  return held ? Result.relayHeld : Result.done;
}
