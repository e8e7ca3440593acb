import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { test } from 'node:test';
import { type Csn, type Randomness, svpmsn } from '../units/index.ts';
import { AesKey } from './aes.ts';
import { cmac } from './cmac.ts';
import {
  exportCardKey,
  exportTerminalKey,
  type KeyForToken,
  type KeyName,
  KeyStoreError,
  type KeyToken,
  KeyTokenError,
  keyName,
  keysTogether,
  keysWhere,
  moveToToken,
  Purpose,
  SoftwareKeyStore,
  Suite,
  TokenKeyStore,
} from './index.ts';
import { TripleDesKey } from './triple-des.ts';

const METER = svpmsn(0x0a1b2c);
const SUITES = [Suite.tripleDes, Suite.tripleDesXo, Suite.aes128, Suite.aes256];
const NAMES = SUITES.map((suite) => keyName(Purpose.value, suite, 0));

function randomnessOf(seed: number): Randomness {
  const stream = createCipheriv('aes-128-ctr', new Uint8Array(16).fill(seed), new Uint8Array(16));
  return { fill: (bytes) => bytes.set(stream.update(new Uint8Array(bytes.length))) };
}

function storeOf(names: readonly KeyName[], seed = 1, { utility = 515, transport = 9 } = {}): SoftwareKeyStore {
  const randomness = randomnessOf(seed);
  const keys = names.map((n) => {
    const kh = new Uint8Array(n === NAMES[Suite.aes256] ? 32 : 16);
    randomness.fill(kh);
    return [n, kh] as const;
  });
  return new SoftwareKeyStore(
    { utility, keys: new Map(keys), transport: new Uint8Array(32).fill(transport) },
    randomness,
  );
}

/** Computes what a token does; that of a maker is in the tests of foreign parts. */
class OwnToken implements KeyToken {
  readonly keys = new Map<string, KeyForToken>();

  async labels(): Promise<readonly string[]> {
    return [...this.keys.keys()];
  }
  async put(key: KeyForToken): Promise<void> {
    this.keys.set(key.label, { ...key, bytes: key.bytes.slice() });
  }
  async cmac(label: string, message: Uint8Array): Promise<Uint8Array> {
    return cmac(new AesKey(this.#bytes(label)), message);
  }
  async encrypt(label: string, blocks: Uint8Array): Promise<Uint8Array> {
    const key = new TripleDesKey(this.#bytes(label));
    const out = new Uint8Array(blocks.length);
    for (let at = 0; at < blocks.length; at += 8) key.encryptBlock(blocks, at, out, at);
    return out;
  }
  close(): void {}

  #bytes(label: string): Uint8Array {
    return this.keys.get(label)?.bytes as Uint8Array;
  }
}

test('keys that were moved to a token are those of the keyring, of each suite, and moving again puts nothing in', async () => {
  const [keys, token] = [storeOf(NAMES), new OwnToken()];
  assert.deepEqual(await moveToToken(keys, token), []);
  const moved = await TokenKeyStore.open(keys, token);
  assert.deepEqual(
    moved.names(),
    [...NAMES].sort((a, b) => a - b),
  );
  for (const n of NAMES) {
    const [own, same] = [await keys.terminalKey(n, METER), await moved.terminalKey(n, METER)];
    assert.deepEqual(exportTerminalKey(same), exportTerminalKey(own));
    assert.equal(await moved.checkValue(n), await keys.checkValue(n));
  }
  const card = { utility: 515, n: NAMES[Suite.aes128] as KeyName<0>, csn: '04a1b2c3d4e5f6' as Csn, scope: 2 as const };
  assert.deepEqual(exportCardKey(await moved.cardKey(card)), exportCardKey(await keys.cardKey(card)));
  const held = new Map(token.keys);
  assert.deepEqual(await moveToToken(keys, token), []);
  assert.deepEqual(token.keys, held);
});

test('a token that holds another key of a name keeps it, and is told', async () => {
  const [keys, token] = [storeOf(NAMES), new OwnToken()];
  await moveToToken(storeOf(NAMES.slice(2, 3), 2), token);
  assert.deepEqual(await moveToToken(keys, token), [NAMES[Suite.aes128]]);
});

test('what a token does not have, another utility’s and a key given out are refused', async () => {
  const token = new OwnToken();
  const keys = storeOf(NAMES.slice(2, 3));
  await moveToToken(keys, token);
  const moved = await TokenKeyStore.open(keys, token);
  const refused = (reason: string) => (error: unknown) => error instanceof KeyStoreError && error.reason === reason;
  await assert.rejects(moved.checkValue(NAMES[Suite.aes256] as KeyName), refused('no-such-key'));
  const card = { utility: 1, n: NAMES[Suite.aes128] as KeyName<0>, csn: '04a1b2c3d4e5f6' as Csn, scope: 2 as const };
  await assert.rejects(moved.cardKey(card), refused('no-such-key'));
  await assert.rejects(moved.cardMaster(), refused('not-given-out'));
});

test('what a token itself refuses comes through as it said it', async () => {
  const [keys, token] = [storeOf(NAMES), new OwnToken()];
  await moveToToken(keys, token);
  const moved = await TokenKeyStore.open(keys, token);
  token.cmac = async () => {
    throw new KeyTokenError('failed', 'The token was pulled out: connect it again.');
  };
  await assert.rejects(
    moved.terminalKey(NAMES[Suite.aes128] as KeyName, METER),
    (error) => error instanceof KeyTokenError && error.reason === 'failed' && error.message.includes('connect it'),
  );
});

test('parts of a keyring make it again, and parts that do not belong together do not', async () => {
  const keys = storeOf(NAMES);
  const some = keysWhere(keys, (n) => n === NAMES[2], randomnessOf(3));
  const rest = keysWhere(keys, (n) => n !== NAMES[2], randomnessOf(3));
  const again = keysTogether([some, rest, some], randomnessOf(4));
  for (const n of NAMES) assert.equal(await again.checkValue(n), await keys.checkValue(n));
  const refused = (stores: readonly SoftwareKeyStore[], why: RegExp) =>
    assert.throws(() => keysTogether(stores, randomnessOf(5)), why);
  refused([], /of no keyring/);
  refused([keys, storeOf(NAMES, 1, { utility: 516 })], /of two utilities/);
  refused([keys, storeOf(NAMES, 1, { transport: 8 })], /of two utilities/);
  refused([keys, storeOf(NAMES, 2)], /differ in a key of one name/);
});
