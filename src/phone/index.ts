/** The dialogue by telephone: one machine for every carrier, and the desk that drives it. */
export { CALL_MS_MAX, CallDesk, type CallHandle, type CallLine, type DeskPorts } from './desk.ts';
export { type InterphonePorts, Interphones } from './interphone.ts';
export { type AtMeter, MeterVoices } from './meter-voices.ts';
export { decodeSound, encodeSound } from './rtp/g711.ts';
export { parseKeyEvent, parseRtp } from './rtp/packet.ts';
export { SipAgent, type SipSettings } from './sip/agent.ts';
export { parseSip, parseSipAddress } from './sip/message.ts';
export { type DigestAlgorithm, type RegistrarSettings, Registration } from './sip/registration.ts';
export { parseOffer } from './sip/sdp.ts';
export { type NotTaken, type Operator, type Seat, Switchboard } from './switchboard.ts';
export { TextLine, type TextTurn } from './text-line.ts';
export { HostedVoice, type VoiceForm, type VoiceSettings } from './twiml.ts';
export * from './types.ts';
export { USSD_CHARACTERS_MAX, type UssdForm, UssdGateway } from './ussd.ts';
