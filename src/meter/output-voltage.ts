import { AttentionReason, EventKind } from '../records/index.ts';
import { recordEvent } from './event-log.ts';
import type { MeterOutputs } from './outputs.ts';
import type { Meter, Supply } from './state.ts';

/** The sensor behind the relay of one supply. Its level is not kept: after a start the sensor gives it again. */
export interface OutputVoltage {
  on: boolean;
  millivolts: number;
  /** The relay opened and the voltage is still there: at this time of the oscillator it is theft. */
  judgedAt: number | undefined;
  told: boolean;
}

export const noOutputVoltage = (): OutputVoltage => ({ on: false, millivolts: 0, judgedAt: undefined, told: false });

/** The relay's own voltage is gone by then: the latch has moved, and motors behind it have run down. */
const OUTPUT_SETTLES_MS = 2000;

/** The sensor changes. Voltage that comes while the relay is open is theft at once. */
export function senseOutputVoltage(meter: Meter, supply: Supply, on: boolean, millivolts: number): void {
  const { output, relay } = supply;
  output.on = on;
  output.millivolts = millivolts;
  output.judgedAt = undefined;
  if (!on) endTheft(meter, supply);
  else if (relay.reasons !== 0) beginTheft(meter, supply);
}

/** The relay opened or closed: voltage that was there before tells nothing yet, and while it is closed never. */
export function relayMoved(meter: Meter, supply: Supply, out: MeterOutputs): void {
  const { output, relay } = supply;
  output.judgedAt = undefined;
  if (relay.reasons === 0) endTheft(meter, supply);
  else if (output.on) {
    output.judgedAt = meter.now + OUTPUT_SETTLES_MS;
    out.wake(output.judgedAt);
  }
}

/** Time passes: what was there when the relay opened has had its moment to go. */
export function judgeOutputVoltage(meter: Meter, supply: Supply): void {
  const { judgedAt } = supply.output;
  if (judgedAt === undefined || meter.now < judgedAt) return;
  supply.output.judgedAt = undefined;
  beginTheft(meter, supply);
}

function beginTheft(meter: Meter, { index, output }: Supply): void {
  if (output.told) return;
  output.told = true;
  meter.attention |= AttentionReason.voltageWhileOpen;
  recordEvent(meter, EventKind.voltageWhileOpenBegun, { supply: index, value: output.millivolts });
}

function endTheft(meter: Meter, { index, output }: Supply): void {
  if (!output.told) return;
  output.told = false;
  recordEvent(meter, EventKind.voltageWhileOpenEnded, { supply: index, value: output.millivolts });
}
