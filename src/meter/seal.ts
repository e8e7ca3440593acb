import { AttentionReason, EventKind, RelayReason } from '../records/index.ts';
import type { SupplyIndex } from '../units/index.ts';
import { SamRequest } from './bus.ts';
import { recordEvent } from './event-log.ts';
import { stepTime } from './meter.ts';
import type { MeterOutputs } from './outputs.ts';
import { setReason } from './relay.ts';
import { samCommand } from './sam.ts';
import { keepState, type Meter } from './state.ts';

/** What the digital seal watches (part 15, seal 62, cap 64). */
export type Sensor = 'cover' | 'bypass' | 'output-voltage' | 'magnetic-field';

/**
 * A sensor changes. The cover is the case of the secure chips: when it opens, value and control keys are erased
 * before the next byte goes out, and the relay opens; monitoring stays, so that the report still gets out.
 */
export function senseSeal(
  meter: Meter,
  sensed: { readonly sensor: Sensor; readonly on: boolean; readonly supply?: SupplyIndex; readonly value?: number },
  now: number,
  out: MeterOutputs,
): void {
  meter.now = now;
  const { sensor, on } = sensed;
  const [begun, ended, attention] = EVENTS[sensor];
  if (sensor === 'cover' && on && !meter.dismantled) {
    samCommand(meter.sam, Uint8Array.of(SamRequest.dismantled));
    meter.dismantled = true;
    keepState(meter);
    recordEvent(meter, EventKind.keysErased, { detail: 0b0011 });
    for (const supply of meter.supplies) setReason(meter, supply, RelayReason.tamper, true, out);
  }
  // Voltage at the output proves theft only while the relay is open.
  const open = meter.supplies.some(({ relay }) => relay.reasons !== 0);
  if (sensor === 'output-voltage' && on && !open) return;
  recordEvent(meter, on ? begun : ended, {
    ...(sensed.supply === undefined ? {} : { supply: sensed.supply }),
    value: sensed.value ?? 0,
  });
  if (on) meter.attention |= attention;
  stepTime(meter, now, out);
}

const EVENTS = {
  cover: [EventKind.coverOpened, EventKind.coverClosed, AttentionReason.coverOpened],
  bypass: [EventKind.bypassBegun, EventKind.bypassEnded, AttentionReason.bypass],
  'output-voltage': [
    EventKind.voltageWhileOpenBegun,
    EventKind.voltageWhileOpenEnded,
    AttentionReason.voltageWhileOpen,
  ],
  'magnetic-field': [EventKind.magneticFieldBegun, EventKind.magneticFieldEnded, AttentionReason.magneticField],
} as const;
