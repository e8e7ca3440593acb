import type { Codec } from '../sip/sdp.ts';

const CLIP = 32_635;
const BIAS = 132;

/** One sample of 16 bits as µ-law: ITU-T G.711, table 2. */
function muLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 15)) & 0xff;
}

function muLawSample(byte: number): number {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 15) << 3) + BIAS) << ((code >> 4) & 7)) - BIAS;
  return (code & 0x80) !== 0 ? -magnitude : magnitude;
}

/** One sample of 16 bits as A-law: ITU-T G.711, table 1. */
function aLaw(sample: number): number {
  const isPositive = sample >= 0;
  const magnitude = Math.min(isPositive ? sample : -sample - 1, 32_767) >> 3;
  const exponent = magnitude < 32 ? 0 : 31 - Math.clz32(magnitude) - 4;
  const mantissa = exponent === 0 ? magnitude >> 1 : magnitude >> exponent;
  const code = (exponent << 4) | (mantissa & 15);
  return (code | (isPositive ? 0x80 : 0)) ^ 0x55;
}

function aLawSample(byte: number): number {
  const code = byte ^ 0x55;
  const exponent = (code >> 4) & 7;
  const step = ((code & 15) << 4) + 8;
  const magnitude = exponent === 0 ? step : (step + 256) << (exponent - 1);
  return (code & 0x80) !== 0 ? magnitude : -magnitude;
}

const table = (encode: (sample: number) => number): Uint8Array =>
  Uint8Array.from({ length: 65_536 }, (_, i) => encode((i << 16) >> 16));
const samples = (decode: (byte: number) => number): Int16Array => Int16Array.from({ length: 256 }, (_, i) => decode(i));

const ENCODED = { 0: table(muLaw), 8: table(aLaw) } as const;
const DECODED = { 0: samples(muLawSample), 8: samples(aLawSample) } as const;

/** What a codec sends where nothing is said. */
export const SILENCE: Readonly<Record<Codec, number>> = { 0: ENCODED[0][0] as number, 8: ENCODED[8][0] as number };

/** Samples of 16 bits at 8 kHz as bytes of a codec. */
export function encodeSound(codec: Codec, sound: Int16Array): Uint8Array {
  const bytes = ENCODED[codec];
  return Uint8Array.from(sound, (sample) => bytes[sample & 0xffff] as number);
}

/** Bytes of a codec as samples of 16 bits at 8 kHz. */
export function decodeSound(codec: Codec, bytes: Uint8Array): Int16Array {
  const values = DECODED[codec];
  return Int16Array.from(bytes, (byte) => values[byte] as number);
}
