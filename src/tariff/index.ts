/** The mode table, its bytes, civil time and the exact charge: what a kilowatt-hour costs at every minute. */

export * from './calendar.ts';
export * from './charge.ts';
export { type CivilDate, type CivilDay, civilDate, civilDayOf, dateText, dayOfWeek } from './civil.ts';
export * from './codec.ts';
export * from './compile.ts';
export * from './definition.ts';
export * from './rate.ts';
export * from './statement.ts';
export * from './table.ts';
export * from './zone.ts';
