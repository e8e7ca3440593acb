import { VOICE_BYTES_MAX } from '../backhaul/index.ts';
import { Reader, Writer } from '../bytes/index.ts';
import { type Svpmsn, svpmsn } from '../units/index.ts';

/** No message of a line begins so: those begin with its sync. */
const VOICE_MARK = 0x56;
const HEAD_BYTES = 4;

/** Speech at a meter on its line over TCP, beside the frames; of no sound it says that somebody could speak there. */
export interface LineVoice {
  readonly svpmsn: Svpmsn;
  /** G.711 µ-law at 8 kHz. */
  readonly sound: Uint8Array;
}

export const isVoice = (bytes: Uint8Array): boolean => bytes[0] === VOICE_MARK;

export const encodeLineVoice = ({ svpmsn: meter, sound }: LineVoice): Uint8Array =>
  new Writer(HEAD_BYTES + sound.length).u8(VOICE_MARK).u24(meter).bytes(sound).done();

/** Any bytes to what they say, or nothing where they are no speech. */
export function decodeLineVoice(bytes: Uint8Array): LineVoice | undefined {
  if (!isVoice(bytes) || bytes.length < HEAD_BYTES || bytes.length > HEAD_BYTES + VOICE_BYTES_MAX) return undefined;
  const reader = new Reader(bytes.subarray(1));
  return { svpmsn: svpmsn(reader.u24()), sound: bytes.slice(HEAD_BYTES) };
}
