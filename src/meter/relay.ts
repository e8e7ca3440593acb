import { AttentionReason, EventKind, RelayAction, RelayReason, Result } from '../records/index.ts';
import { hasCredit } from './credit.ts';
import { recordEvent } from './event-log.ts';
import type { MeterOutputs } from './outputs.ts';
import { keepState, type Meter, type Supply } from './state.ts';

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
  keepState(meter);
  if (before === 0) {
    recordEvent(meter, EventKind.relayOpened, { supply: supply.index, detail: reasons });
    out.relay(supply.index, true);
  } else if (reasons === 0) {
    recordEvent(meter, EventKind.relayClosed, { supply: supply.index, detail: before });
    out.relay(supply.index, false);
  }
}

/** Credit came, or hours in which emergency credit may be used: the reason is taken away where it stands. */
export function reconsiderCredit(meter: Meter, out: MeterOutputs): void {
  const credit = hasCredit(meter);
  for (const supply of meter.supplies) {
    const open = (supply.relay.reasons & RelayReason.noCredit) !== 0;
    if (open && credit) setReason(meter, supply, RelayReason.noCredit, false, out);
    else if (!open && !credit) setReason(meter, supply, RelayReason.noCredit, true, out);
  }
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
  if (limits?.load != null) {
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
  setReason(meter, supply, RelayReason.overCurrent, true, out);
  if (limits != null && supply.relay.reclosesLeft > 0) {
    supply.relay.reclosesLeft -= 1;
    supply.relay.recloseAt = meter.now + limits.recloseWaitSeconds * 1000;
    out.wake(supply.relay.recloseAt);
  }
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

/** Re-closes what its rule re-closes, when its time has come. */
export function reclose(meter: Meter, out: MeterOutputs): void {
  for (const supply of meter.supplies) {
    const { relay } = supply;
    if (relay.recloseAt === undefined || meter.now < relay.recloseAt) continue;
    relay.recloseAt = undefined;
    setReason(meter, supply, RelayReason.overCurrent | RelayReason.loadLimit, false, out);
  }
}

/** 0x22: open and close by command; tamper and over-current are taken away by a person's word only. */
export function commandRelay(meter: Meter, supplyIndex: number, action: RelayAction, out: MeterOutputs): Result {
  const supplies = meter.supplies.filter(({ index }) => supplyIndex === 0 || index === supplyIndex);
  if (supplies.length === 0) return Result.noSuchSupply;
  for (const supply of supplies) {
    if (action === RelayAction.open) setReason(meter, supply, RelayReason.command, true, out);
    else if (action === RelayAction.close) setReason(meter, supply, RelayReason.command, false, out);
    else if (action === RelayAction.clearTamper) setReason(meter, supply, RelayReason.tamper, false, out);
    else {
      supply.relay.recloseAt = undefined;
      supply.relay.reclosesLeft = meter.policy.supplies[supply.index - 1]?.overCurrent?.recloseCount ?? 0;
      setReason(meter, supply, RelayReason.overCurrent, false, out);
    }
  }
  const held = action === RelayAction.close && supplies.some(({ relay }) => relay.reasons !== 0);
  return held ? Result.relayHeld : Result.done;
}
