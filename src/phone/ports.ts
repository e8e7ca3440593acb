/** What the telephone needs of the world. */
export type { CallLine, DeskPorts } from './desk.ts';
export type { VoiceForm } from './twiml.ts';
export type { UssdForm } from './ussd.ts';
