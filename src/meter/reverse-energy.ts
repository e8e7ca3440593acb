import type { PowerWindow } from '../metering/index.ts';
import { AttentionReason, EventKind } from '../records/index.ts';
import { recordEvent } from './event-log.ts';
import type { Meter, Supply } from './state.ts';

/** Energy that flows from a supply back to the line: it turns no meter back, and is in a register of its own. */
export interface ReverseEnergy {
  /** Windows in a row in which it flowed, and in which it did not. */
  flowing: number;
  still: number;
  told: boolean;
  /** What flowed back since it began, mWh. */
  milliwattHours: number;
  /** Of the register, what is below 0.1 Wh. */
  remainder: number;
}

export const noReverseEnergy = (): ReverseEnergy => ({
  ...{ flowing: 0, still: 0, told: false, milliwattHours: 0, remainder: 0 },
});

/** The wave of a motor that is switched on may begin with a window of it. */
const BEGINS_AFTER_WINDOWS = 3;
/** A cloud over a roof ends nothing. */
const ENDS_AFTER_WINDOWS = 60;
const MWH_PER_DECI_WATT_HOUR = 100;
const MWH_PER_WATT_HOUR = 1000;

/** A window of the power circuit has ended. */
export function noteReverse(
  meter: Meter,
  supply: Supply,
  { activeMilliwatts, exportedMwh }: Pick<PowerWindow, 'activeMilliwatts' | 'exportedMwh'>,
): void {
  const { reverse, index } = supply;
  const all = reverse.remainder + exportedMwh;
  reverse.remainder = all % MWH_PER_DECI_WATT_HOUR;
  supply.exportedSinceKept += (all - reverse.remainder) / MWH_PER_DECI_WATT_HOUR;
  if (activeMilliwatts < 0) {
    reverse.flowing += 1;
    reverse.still = 0;
  } else {
    reverse.still += 1;
    if (!reverse.told) reverse.milliwattHours = 0;
    reverse.flowing = 0;
  }
  reverse.milliwattHours += exportedMwh;
  if (!reverse.told && reverse.flowing >= BEGINS_AFTER_WINDOWS) {
    reverse.told = true;
    meter.attention |= AttentionReason.reverseEnergy;
    const value = Math.round(-activeMilliwatts / 1000);
    recordEvent(meter, EventKind.reverseEnergyBegun, { supply: index, value });
  } else if (reverse.told && reverse.still >= ENDS_AFTER_WINDOWS) {
    const value = Math.floor(reverse.milliwattHours / MWH_PER_WATT_HOUR);
    recordEvent(meter, EventKind.reverseEnergyEnded, { supply: index, value });
    Object.assign(reverse, { ...noReverseEnergy(), remainder: reverse.remainder });
  }
}
