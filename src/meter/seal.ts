import { AttentionReason, EventKind, RelayReason } from '../records/index.ts';
import type { SupplyIndex } from '../units/index.ts';
import { SamRequest } from './bus.ts';
import { recordEvent } from './event-log.ts';
import { stepTime } from './meter.ts';
import { senseOutputVoltage } from './output-voltage.ts';
import type { MeterOutputs } from './outputs.ts';
import { setReason } from './relay.ts';
import { samCommand } from './sam.ts';
import { keepState, type Meter } from './state.ts';

/** What the digital seal watches (part 15, seal 62, cap 64). */
export type Sensor = 'cover' | 'bypass' | 'output-voltage' | 'magnetic-field';

/**
 * A sensor changes. The cover is the case of the secure chips: when it opens, value and control keys are erased
 * before the next byte goes out, and the relay opens; monitoring stays, so that the report still gets out. Voltage at
 * the output without a supply named is that of all.
 */
export function senseSeal(
  meter: Meter,
  sensed: { readonly sensor: Sensor; readonly on: boolean; readonly supply?: SupplyIndex; readonly value?: number },
  now: number,
  out: MeterOutputs,
): void {
  meter.now = now;
  const { sensor, on } = sensed;
  if (sensor === 'cover' && on && !meter.dismantled) {
    samCommand(meter.sam, Uint8Array.of(SamRequest.dismantled));
    meter.dismantled = true;
    keepState(meter);
    recordEvent(meter, EventKind.keysErased, { detail: 0b0011 });
    for (const supply of meter.supplies) setReason(meter, supply, RelayReason.tamper, true, out);
  }
  if (sensor === 'output-voltage') {
    for (const supply of meter.supplies) {
      const isMeant = sensed.supply === undefined || sensed.supply === supply.index;
      if (isMeant) senseOutputVoltage(meter, supply, on, sensed.value ?? 0);
    }
  } else {
    const [begun, ended, attention] = EVENTS[sensor];
    const about = { ...(sensed.supply === undefined ? {} : { supply: sensed.supply }), value: sensed.value ?? 0 };
    recordEvent(meter, on ? begun : ended, about);
    if (on) meter.attention |= attention;
  }
  stepTime(meter, now, out);
}

const EVENTS = {
  cover: [EventKind.coverOpened, EventKind.coverClosed, AttentionReason.coverOpened],
  bypass: [EventKind.bypassBegun, EventKind.bypassEnded, AttentionReason.bypass],
  'magnetic-field': [EventKind.magneticFieldBegun, EventKind.magneticFieldEnded, AttentionReason.magneticField],
} as const;
