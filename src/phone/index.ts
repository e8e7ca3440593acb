/** The dialogue by telephone: one machine for every carrier, and the desk that drives it. */
export { CallDesk, type CallHandle, type CallLine, type DeskPorts } from './desk.ts';
export { METER_DIGITS, meterDigits, parseMeterDigits } from './meter-digits.ts';
export * from './types.ts';
