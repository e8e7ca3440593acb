import type { SoundStream } from '../rtp/stream.ts';
import { headerOf, listOf, parametersOf, parseSipAddress, type SipMessage, type SipRequest } from './message.ts';
import type { Endpoint, MediaSocket } from './ports.ts';
import type { Offer } from './sdp.ts';
import type { VoiceCall } from './voice-call.ts';

/** One call as SIP has it: RFC 3261 §12, of the side that was called. */
export interface Dialog {
  readonly callId: string;
  readonly remoteTag: string;
  readonly localTag: string;
  /** `From` and `To` of what this side asks for. */
  readonly local: string;
  readonly remote: string;
  readonly target: string;
  readonly routes: readonly string[];
  readonly from: Endpoint;
  /** Branch of the INVITE that made it, for a CANCEL. */
  readonly branch: string;
  state: 'opening' | 'awaiting-ack' | 'confirmed' | 'ended';
  remoteCseq: number;
  localCseq: number;
  /** The number of the INVITE that waits for its ACK, and what was answered to it. */
  invited: { readonly cseq: number; readonly answer: Uint8Array; readonly cancel: () => void } | undefined;
  media: MediaSocket | undefined;
  stream: SoundStream | undefined;
  voice: VoiceCall | undefined;
  offer: Offer | undefined;
  /** Where the sound goes; corrected by the first packet from an address that was agreed. */
  sound: Endpoint | undefined;
  isSoundLatched: boolean;
  /** Packets from elsewhere, of which one is told. */
  strangers: number;
  sdpVersion: number;
}

export const branchOf = (message: SipMessage): string =>
  parametersOf(listOf(message.headers.get('via'))[0] ?? '').get('branch') ?? '';

export const tagOf = (message: SipMessage, name: 'from' | 'to'): string =>
  parametersOf((headerOf(message, name) ?? '').replace(/^.*>/, '')).get('tag') ?? '';

/** Where an answer goes: to where the request came from, by the port that the top Via names. RFC 3261 §18.2.2, 3581 */
export function answerTo(request: SipRequest, from: Endpoint): Endpoint {
  const top = listOf(request.headers.get('via'))[0] ?? '';
  if (parametersOf(top).has('rport')) return from;
  const [, port] = /^SIP\s*\/\s*2\.0\s*\/\s*\w+\s+(?:\[[^\]]*\]|[^\s:;]+)(?:\s*:\s*(\d{1,5}))?/i.exec(top) ?? [];
  const number = port === undefined ? 5_060 : Number(port);
  return number >= 1 && number <= 65_535 ? { address: from.address, port: number } : from;
}

/** The number that calls, in digits with country code; nothing for what is none. */
export function numberOf(request: SipRequest): string | undefined {
  const asserted = parseSipAddress(listOf(request.headers.get('p-asserted-identity'))[0] ?? '');
  const user = (asserted ?? parseSipAddress(headerOf(request, 'from') ?? ''))?.user ?? '';
  const digits = user.replace(/^\+|^00/, '').replaceAll(/[-. ()]/g, '');
  return /^[1-9]\d{6,14}$/.test(digits) ? digits : undefined;
}
