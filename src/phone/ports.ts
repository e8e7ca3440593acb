/** What the telephone needs of the world. */
export type { CallLine, DeskPorts } from './desk.ts';
export type { Endpoint, MediaSocket, SipPorts, Speech } from './sip/ports.ts';
export type { VoiceForm } from './twiml.ts';
export type { UssdForm } from './ussd.ts';
