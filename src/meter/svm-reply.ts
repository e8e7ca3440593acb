import { U32_MAX } from '../units/index.ts';
import { BUS_NONCE_BYTES, BUS_TAG_BYTES, type BusLabel, BusReply, busTag } from './bus.ts';
import { FrozenReason, tokensOut } from './purse.ts';
import type { Svm } from './svm.ts';

/** What all requests of the SVM are answered with. */
export const DONE = Uint8Array.of(BusReply.done);
export const REFUSED = Uint8Array.of(BusReply.refused);
export const FROZEN = Uint8Array.of(BusReply.frozen);

export function reply(svm: Svm, label: BusLabel, nonce: Uint8Array, body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(1 + body.length + BUS_TAG_BYTES);
  whole[0] = BusReply.done;
  whole.set(body, 1);
  whole.set(busTag(svm.pairKey, label, nonce, body), 1 + body.length);
  return whole;
}

export function freshNonce(svm: Svm): Uint8Array {
  const nonce = new Uint8Array(BUS_NONCE_BYTES);
  svm.randomness.fill(nonce);
  return nonce;
}

export const isFrozen = (svm: Svm): boolean => svm.purse.frozen !== FrozenReason.none;

/** What the display shows as far as the SVM knows: the tank and exchanger as of the last use row. */
export const shownBalance = (svm: Svm): number => svm.purse.balance + tokensOut(svm.purse) - svm.spent;

/** What the purse can still take in. */
export const roomOf = (svm: Svm): number => U32_MAX - shownBalance(svm);
