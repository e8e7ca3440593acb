import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Id, Strict } from './schemas/common.ts';
import type { Sound } from './talk-port.ts';

/** 20 ms. */
const SOUND_BYTES = 320;
const TEXT_BYTES_MAX = 512;

/** What somebody who takes calls sends. */
export type TakerMessage =
  | { readonly type: 'take'; readonly call: string }
  | { readonly type: 'hang-up' }
  | { readonly type: 'sound'; readonly sound: Sound };

const Told = Compile(
  Type.Union([Strict({ type: Type.Literal('take'), call: Id }), Strict({ type: Type.Literal('hang-up') })]),
);

/** Nothing for what is none: sound is 160 samples of 16 bits, the low byte first, and all else is JSON. */
export function readTakerMessage(bytes: Uint8Array, isBinary: boolean): TakerMessage | undefined {
  if (isBinary) return bytes.length === SOUND_BYTES ? { type: 'sound', sound: soundOf(bytes) } : undefined;
  if (bytes.length > TEXT_BYTES_MAX) return undefined;
  try {
    const told: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return Told.Check(told) ? told : undefined;
  } catch {
    return undefined;
  }
}

function soundOf(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true));
}

/** The same on its way to them. */
export function soundBytes(sound: Sound): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * sound.length));
  for (const [i, sample] of sound.entries()) view.setInt16(2 * i, sample, true);
  return new Uint8Array(view.buffer);
}
