import type { DayTemperatures, Knowledge, ReadingCheck, VoltageReading } from '../host/types.ts';
import { table } from './table.ts';

/** What the host holds to be true of each meter. */
export const knowledge = table<Knowledge>('knowledge', ['svpmsn'], {
  svpmsn: 'number',
  heardAt: 'number?',
  balance: 'number?',
  balanceAt: 'number?',
  flags: 'number?',
  flagsAt: 'number?',
  infoAt: 'number?',
  owed: 'number?',
  clockOffsetMs: 'number?',
  tableVersion: 'number?',
  lastDay: 'number?',
  nextEvent: 'number?',
  policyAt: 'number?',
  policyVersion: 'number?',
  nextTableVersion: 'number?',
  profileDay: 'number?',
  voltageDay: 'number?',
  voltageAskAt: 'number?',
  eventsBefore: 'number?',
  linkedEvent: 'number?',
  eventLink: 'bytes?',
  attentionAt: 'number?',
  attention: 'number?',
  alarms: 'number?',
  alarmsAt: 'number?',
});
/** What validation found in the days that meters told. */
export const readingChecks = table<ReadingCheck>('reading_checks', ['id'], {
  id: 'text',
  svpmsn: 'number',
  supply: 'number',
  day: 'number',
  checkedAt: 'number',
  findings: 'json',
});
/** Means of quarters of an hour, a UTC day of a supply in each row. */
export const voltages = table<VoltageReading>('voltages', ['id'], {
  id: 'text',
  svpmsn: 'number',
  supply: 'number',
  day: 'number',
  heardAt: 'number',
  volts: 'energies',
  findings: 'json',
});
/** How warm it was, and is expected to be: a UTC day in each row. */
export const temperatures = table<DayTemperatures>('temperatures', ['id'], {
  id: 'text',
  day: 'number',
  givenAt: 'number',
  celsius: 'json',
});
