import type { Calibration } from './parts.ts';
import { createPowerCircuit, type PowerWindow } from './power-circuit.ts';

/** Codes of the two converters, taken at the same instants. */
export interface RecordedWave {
  readonly voltages: ArrayLike<number>;
  readonly currents: ArrayLike<number>;
}

/** Why a recorded wave says nothing of power. */
export interface WaveFailure {
  readonly reason: 'empty' | 'lengths-differ' | 'not-a-code' | 'clipped' | 'no-mains' | 'too-short';
  readonly sentence: string;
}

/**
 * The windows of a wave that was recorded: from its first whole cycle on, as the power circuit of a meter would have
 * measured them. A meter must go on with what its converters give; whoever reads a record can refuse it. Refused is
 * one that lacks something, stands at the end of a converter's range, or has a stretch without mains.
 */
export function measureWave(
  { voltages, currents }: RecordedWave,
  calibration: Calibration,
): readonly PowerWindow[] | WaveFailure {
  if (voltages.length === 0) return refuse('empty', 'The wave has no samples.');
  if (voltages.length !== currents.length) {
    return refuse('lengths-differ', `There are ${voltages.length} voltages and ${currents.length} currents.`);
  }
  const currentEnd = 2 ** (calibration.currentBits - 1);
  const circuit = createPowerCircuit(calibration);
  const windows: PowerWindow[] = [];
  for (let i = 0; i < voltages.length; i++) {
    const [voltage, current] = [voltages[i] as number, currents[i] as number];
    if (!isCode(voltage, VOLTAGE_END) || !isCode(current, currentEnd)) {
      return refuse('not-a-code', `Sample ${i} is no code of its converter.`);
    }
    if (isAtEnd(voltage, VOLTAGE_END) || isAtEnd(current, currentEnd)) {
      return refuse('clipped', `Sample ${i} is at the end of its converter's range: what was higher is not known.`);
    }
    const ended = circuit.sample(voltage, current);
    if (ended?.cycles === 0) return refuse('no-mains', `Before sample ${i} there is no mains voltage.`);
    if (ended !== undefined) windows.push(ended);
  }
  const { windowMs } = calibration;
  return windows.length > 0 ? windows : refuse('too-short', `The wave has no ${windowMs} ms of whole cycles.`);
}

/** 16 bits, signed. */
const VOLTAGE_END = 0x8000;

const isCode = (code: number, end: number): boolean => Number.isInteger(code) && code >= -end && code < end;
const isAtEnd = (code: number, end: number): boolean => code === -end || code === end - 1;
const refuse = (reason: WaveFailure['reason'], sentence: string): WaveFailure => ({ reason, sentence });
