/** What the telephone needs of the world. */
export type { CallLine, DeskPorts } from './desk.ts';
export type { UssdForm } from './ussd.ts';
