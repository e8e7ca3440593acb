import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { exportTerminalKey, Suite, type TerminalKey } from '../../src/crypto/index.ts';
import type { NodeCall } from './node-crypto.ts';
import type { ValueFrames } from './value-exchange.ts';

/**
 * Every E that both sides of one exchange compute in a triple-DES suite, each by one call of node:crypto. E is the
 * primitive of these suites: two-key EDE on one block (FIG. 4), under the bytes of its key. Keys, tags and bodies are
 * put together from the blocks here, and must be those of the frames; what is left to time is the calls alone.
 */
export function nodeBlockCalls(key: TerminalKey, frames: ValueFrames): readonly NodeCall[] {
  const kt = exportTerminalKey(key);
  const side = key.suite === Suite.tripleDes ? seedSide : xoSide;
  const calls: NodeCall[] = [];
  side(new Blocks(calls), kt, frames, 'host');
  side(new Blocks(calls), kt, frames, 'terminal');
  return calls;
}

type Side = 'host' | 'terminal';

/** Computes block by block, and notes each block as a call. */
class Blocks {
  readonly #calls: NodeCall[];

  constructor(calls: NodeCall[]) {
    this.#calls = calls;
  }

  /** ECB: one E a block. */
  encrypted(key: Uint8Array, data: Uint8Array): Uint8Array {
    return Buffer.concat(blocksOf(data).map((block) => this.#call('E', () => encryptBlock(key, block))));
  }

  decrypted(key: Uint8Array, data: Uint8Array): Uint8Array {
    return Buffer.concat(blocksOf(data).map((block) => this.#call('E inverted', () => decryptBlock(key, block))));
  }

  /** CBC-MAC, zero pad: one E a block. */
  tag(key: Uint8Array, data: Uint8Array): Uint8Array {
    let state = new Uint8Array(8);
    for (const block of blocksOf(data)) {
      const input = state.map((byte, i) => byte ^ (block[i] as number));
      state = new Uint8Array(this.#call('E', () => encryptBlock(key, input)));
    }
    return state;
  }

  #call(what: string, run: () => Uint8Array): Uint8Array {
    const gives = run();
    this.#calls.push({ what, run, gives });
    return gives;
  }
}

function encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv('des-ede', key, null).setAutoPadding(false);
  const out = cipher.update(block);
  cipher.final();
  return out;
}

function decryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('des-ede', key, null).setAutoPadding(false);
  const out = decipher.update(block);
  decipher.final();
  return out;
}

/** FIG. 1 in suite `3des`: Ks, S1, EnAmnt, S2 and M of one side. */
function seedSide(blocks: Blocks, kt: Uint8Array, { first, second, third, fourth }: ValueFrames, side: Side): void {
  const sealedAmount = third.subarray(15);
  const sealedBalance = fourth.subarray(7);
  const ks = blocks.encrypted(kt, first.subarray(7, 23));
  same(blocks.tag(ks, first.subarray(23)), second.subarray(7, 15));
  const signed = Buffer.concat([first.subarray(1, 2), second.subarray(15), sealedAmount]);
  same(blocks.tag(ks, signed), third.subarray(7, 15));
  const [own, other] = side === 'host' ? [sealedAmount, sealedBalance] : [sealedBalance, sealedAmount];
  same(blocks.encrypted(ks, decryptedBeforehand(ks, own)), own);
  same(encryptedAgain(ks, blocks.decrypted(ks, other)), other);
}

/** FIG. 1 in suite `3des-xo`: Ks, Ks2, K1, K23, Ke, three tags, En and Mx of one side. */
function xoSide(blocks: Blocks, kt: Uint8Array, { first, second, third, fourth }: ValueFrames, side: Side): void {
  const r1 = first.subarray(7, 23);
  const r3 = second.subarray(15);
  const mixed = r1.map((byte, i) => byte ^ (i < 8 ? (r3[i] as number) : (r3[i - 8] as number) ^ 0xff));
  const constant = (i: number) => new Uint8Array(16).fill(i, 0, 8).fill(i ^ 0xff, 8);
  const ks = blocks.encrypted(kt, r1);
  const ks2 = blocks.encrypted(kt, mixed);
  const k1 = blocks.encrypted(ks, constant(1));
  const k23 = blocks.encrypted(ks2, constant(2));
  const ke = blocks.encrypted(ks2, constant(3));
  same(blocks.tag(k1, Buffer.concat([first.subarray(23), r3])), second.subarray(7, 15));
  for (const frame of [third, fourth]) {
    const data = Buffer.concat([frame.subarray(0, 6), r3, frame.subarray(15)]);
    same(blocks.tag(k23, Buffer.concat([Uint8Array.of(data.length), data])), frame.subarray(7, 15));
  }
  const [own, other] = side === 'host' ? [third, fourth] : [fourth, third];
  same(blocks.encrypted(ke, decryptedBeforehand(ke, own.subarray(15))), own.subarray(15));
  same(encryptedAgain(ke, blocks.decrypted(ke, other.subarray(15))), other.subarray(15));
}

/** What a side encrypts it has in clear: finding it here is no part of its work. */
const decryptedBeforehand = (key: Uint8Array, data: Uint8Array): Uint8Array =>
  Buffer.concat(blocksOf(data).map((block) => decryptBlock(key, block)));

/** Shows that what was decrypted is right. */
const encryptedAgain = (key: Uint8Array, data: Uint8Array): Uint8Array =>
  Buffer.concat(blocksOf(data).map((block) => encryptBlock(key, block)));

function blocksOf(data: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(data.length / 8) }, (_, i) => {
    const block = new Uint8Array(8);
    block.set(data.subarray(8 * i, 8 * i + 8));
    return block;
  });
}

const same = (a: Uint8Array, b: Uint8Array): void => assert.deepEqual(Buffer.from(a), Buffer.from(b));
