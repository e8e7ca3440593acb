import { assert } from '../units/index.ts';
import { AES_BLOCK, type AesKey, cmacSubkeysOf } from './aes.ts';

/** AES-CMAC (RFC 4493, SP 800-38B) of `message[from..to)`: 16 bytes. */
export function cmac(key: AesKey, message: Uint8Array, from = 0, to = message.length): Uint8Array {
  assert(from >= 0 && from <= to && to <= message.length, 'what a CMAC covers lies within the message');
  chain.fill(0);
  let at = from;
  for (; to - at > AES_BLOCK; at += AES_BLOCK) key.chainBlock(chain, message, at);
  // RFC 4493 §2.4: a whole last block takes K1, a short or empty one 10…0 and K2.
  const left = to - at;
  const subkeys = cmacSubkeysOf(key);
  const subkeyAt = left === AES_BLOCK ? 0 : AES_BLOCK;
  const tag = subkeys.slice(subkeyAt, subkeyAt + AES_BLOCK);
  for (let i = 0; i < left; i++) tag[i] = (tag[i] as number) ^ (message[at + i] as number);
  if (left < AES_BLOCK) tag[left] = (tag[left] as number) ^ 0x80;
  key.chainBlock(chain, tag, 0);
  for (let i = 0; i < AES_BLOCK; i++) tag[i] = (chain[i >>> 2] as number) >>> (8 * (i & 3));
  return tag;
}

/** One for all calls: nothing here waits, so no two calls are ever under way at once. */
const chain = new Int32Array(AES_BLOCK / 4);

/**
 * A key as long as `key`, for the use that `label` (ASCII) and `context` name: SP 800-108 §4.1, counter mode with
 * CMAC over `[i]8 | label | 00 | context | [bits]16`, i from 1. Two uses never share a (label, context).
 */
export function kdf(key: AesKey, label: string, context: Uint8Array): Uint8Array {
  const input = kdfInput(key.length, label, context);
  if (key.length === AES_BLOCK) return cmac(key, input);
  const derived = new Uint8Array(key.length);
  for (let i = 1; (i - 1) * AES_BLOCK < derived.length; i++) {
    input[0] = i;
    derived.set(cmac(key, input), (i - 1) * AES_BLOCK);
  }
  return derived;
}

/** What is authenticated for the first 16 bytes of such a key of `length` bytes; for the next its first byte is 2. */
export function kdfInput(length: number, label: string, context: Uint8Array): Uint8Array {
  const input = new Uint8Array(label.length + context.length + 4);
  let letters = 0;
  for (let i = 0; i < label.length; i++) {
    const letter = label.charCodeAt(i);
    letters |= letter;
    input[1 + i] = letter;
  }
  assert(letters < 0x80, 'the label of a derived key is ASCII: another letter would lose bits, and two labels be one');
  input.set(context, label.length + 2);
  const bits = 8 * length;
  input[input.length - 2] = bits >>> 8;
  input[input.length - 1] = bits;
  input[0] = 1;
  return input;
}
