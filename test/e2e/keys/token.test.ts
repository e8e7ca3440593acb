import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connectPkcs11, type Pkcs11Settings } from '../../../src/adapters/pkcs11.ts';
import { fromHex, toHex } from '../../../src/bytes/index.ts';
import { systemRandomness } from '../../../src/cli/demo-keys.ts';
import { drawnKeys, HostFolder } from '../../../src/cli/host-folder.ts';
import { runIn } from '../../../src/cli/in-process.testing.ts';
import {
  exportCardKey,
  exportTerminalKey,
  KeyStoreError,
  type KeyToken,
  KeyTokenError,
  keyName,
  keyNameFromByte,
  keyNameText,
  moveToToken,
  openKeyRing,
  Purpose,
  SoftwareKeyStore,
  Suite,
  type TerminalKey,
  TokenKeyStore,
} from '../../../src/crypto/index.ts';
import { type Csn, svpmsn } from '../../../src/units/index.ts';

const MAIN = join(import.meta.dirname, '../../../src/cli/main.ts');
const MODULE = '/usr/lib/softhsm/libsofthsm2.so';
const VECTORS = join(import.meta.dirname, '../../../../shared/vectors/exchange.json');

const lacks =
  existsSync(MODULE) && driverLoads()
    ? false
    : 'Install the Debian packages softhsm2, g++, make and python3, and then pkcs11js, for this test.';
const lacksVectors =
  lacks || (existsSync(VECTORS) ? false : 'Put exchange.json into ../shared/vectors to run this test.');

function driverLoads(): boolean {
  try {
    createRequire(import.meta.url)('pkcs11js');
    return true;
  } catch {
    return false;
  }
}

const bytesOf = (key: TerminalKey | undefined) => key && toHex(exportTerminalKey(key));

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-token-'));
after(() => rmSync(scratch, { recursive: true }));
const TOKENS = join(scratch, 'tokens');
const PIN = '271828';
const PASSPHRASE = 'token of a test';
if (lacks === false) {
  mkdirSync(TOKENS);
  const configuration = join(scratch, 'softhsm2.conf');
  writeFileSync(configuration, `directories.tokendir = ${TOKENS}\n`);
  process.env.SOFTHSM2_CONF = configuration;
  process.env.WATTPURSE_PASSPHRASE = PASSPHRASE;
}

let made = 0;
/** A token of its own. */
function newToken(): Pkcs11Settings {
  made += 1;
  const label = `host ${made}`;
  const words = ['--init-token', '--free', '--label', label, '--pin', PIN, '--so-pin', '314159'];
  execFileSync('softhsm2-util', words, { stdio: 'ignore' });
  return { module: MODULE, label, pin: PIN };
}

async function withToken<T>(settings: Pkcs11Settings, work: (token: KeyToken) => Promise<T>): Promise<T> {
  const token = await connectPkcs11(settings);
  try {
    return await work(token);
  } finally {
    token.close();
  }
}

test('a token derives the keys of the published vectors, in every suite', { skip: lacksVectors }, async () => {
  const published = JSON.parse(readFileSync(VECTORS, 'utf8'));
  const suites = ['3des', '3des-xo', 'aes128', 'aes256'] as const;
  const keys = new Map(suites.map((suite) => [keyNameFromByte(published[suite].n), fromHex(published[suite].KH)]));
  const software = new SoftwareKeyStore({ utility: published.input.utility, keys }, systemRandomness);
  const meter = svpmsn(Number.parseInt(published.input.svpmsn, 16));
  await withToken(newToken(), async (token) => {
    assert.deepEqual(await moveToToken(software, token), []);
    const store = await TokenKeyStore.open(software, token);
    for (const suite of suites) {
      const derived = await store.terminalKey(keyNameFromByte(published[suite].n), meter);
      assert.equal(toHex(exportTerminalKey(derived)), published[suite].KT, suite);
    }
  });
});

test('a token gives every key of meters and cards that the sealed file gives, and the same check values', {
  skip: lacks,
}, async () => {
  const software = await drawnKeys();
  await software.addGeneration(Purpose.value, Suite.aes128);
  await withToken(newToken(), async (token) => {
    assert.deepEqual(await moveToToken(software, token), []);
    const store = await TokenKeyStore.open(software, token);
    assert.deepEqual(store.names(), software.names());
    for (const n of software.names()) {
      assert.equal(await store.checkValue(n), await software.checkValue(n), keyNameText(n));
      for (const number of [0, 0x0a1b2c, 0xffffff]) {
        const [one, other] = await Promise.all([software, store].map((keys) => keys.terminalKey(n, svpmsn(number))));
        assert.deepEqual(bytesOf(other), bytesOf(one), keyNameText(n));
      }
    }
    for (const suite of [Suite.aes128, Suite.aes256] as const) {
      const card = { utility: 1, n: keyName(Purpose.value, suite, 0), csn: '04a1b2c3d4e5f6' as Csn, scope: 2 } as const;
      assert.deepEqual(exportCardKey(await store.cardKey(card)), exportCardKey(await software.cardKey(card)));
      await assert.rejects(store.cardKey({ ...card, utility: 2 }), { reason: 'no-such-key' });
    }
    assert.deepEqual(store.transportKeyOf(258), software.transportKeyOf(258));
    await assert.rejects(store.terminalKey(keyName(Purpose.control, Suite.aes128, 1), svpmsn(1)), (error) => {
      assert.ok(error instanceof KeyStoreError && error.reason === 'no-such-key');
      assert.match(error.message, /^The token has no key of control aes128 generation 1: /);
      return true;
    });
    await assert.rejects(store.cardMaster(), { reason: 'not-given-out' });
  });
});

test('whoever has the PIN reads no key out of the token, and a key that could be read is not used', {
  skip: lacks,
}, async () => {
  const settings = newToken();
  const software = new SoftwareKeyStore({ utility: 1, keys: new Map() }, systemRandomness);
  const aes = await software.addGeneration(Purpose.value, Suite.aes128);
  const tripleDes = await software.addGeneration(Purpose.value, Suite.tripleDesXo);
  await withToken(settings, (token) => moveToToken(software, token));
  // By the driver itself, as somebody else's program would.
  const pkcs11js = createRequire(import.meta.url)('pkcs11js') as typeof import('pkcs11js');
  const pkcs11 = new pkcs11js.PKCS11();
  pkcs11.load(MODULE);
  pkcs11.C_Initialize();
  const slot = pkcs11.C_GetSlotList(true).find((each) => pkcs11.C_GetTokenInfo(each).label.trim() === settings.label);
  const session = pkcs11.C_OpenSession(slot as Buffer, pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION);
  pkcs11.C_Login(session, pkcs11js.CKU_USER, PIN);
  pkcs11.C_FindObjectsInit(session, [{ type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_SECRET_KEY }]);
  const found = pkcs11.C_FindObjects(session, 10);
  pkcs11.C_FindObjectsFinal(session);
  assert.equal(found.length, 2);
  for (const handle of found) {
    const read = () => pkcs11.C_GetAttributeValue(session, handle, [{ type: pkcs11js.CKA_VALUE }]);
    assert.throws(read, /CKR_ATTRIBUTE_SENSITIVE/);
  }
  const label = `wattpurse 1 ${keyNameText(aes)}`;
  pkcs11.C_DestroyObject(session, found.find((handle) => labelOf(handle) === label) as Buffer);
  pkcs11.C_CreateObject(session, [
    { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_SECRET_KEY },
    { type: pkcs11js.CKA_KEY_TYPE, value: pkcs11js.CKK_AES },
    { type: pkcs11js.CKA_LABEL, value: label },
    { type: pkcs11js.CKA_TOKEN, value: true },
    { type: pkcs11js.CKA_SENSITIVE, value: false },
    { type: pkcs11js.CKA_EXTRACTABLE, value: true },
    { type: pkcs11js.CKA_SIGN, value: true },
    { type: pkcs11js.CKA_VALUE, value: Buffer.alloc(16, 7) },
  ]);
  pkcs11.C_CloseSession(session);
  pkcs11.C_Finalize();
  pkcs11.close();
  await withToken(settings, async (token) => {
    const store = await TokenKeyStore.open(software, token);
    assert.equal(await store.checkValue(tripleDes), await software.checkValue(tripleDes));
    await assert.rejects(store.terminalKey(aes, svpmsn(1)), (error) => {
      assert.ok(error instanceof KeyTokenError && error.reason === 'key-open');
      assert.match(error.message, /can be read out: delete it there/);
      return true;
    });
  });

  function labelOf(handle: Buffer): string {
    const [attribute] = pkcs11.C_GetAttributeValue(session, handle, [{ type: pkcs11js.CKA_LABEL }]);
    return String(attribute?.value);
  }
});

test('a token that does not open says why in one sentence', { skip: lacks }, async () => {
  const settings = newToken();
  const cases: readonly (readonly [Partial<Pkcs11Settings>, string, RegExp])[] = [
    [{ module: '/nowhere.so' }, 'module-missing', /^The PKCS#11 module \/nowhere\.so is not there: install /],
    [{ module: import.meta.filename }, 'module-missing', /is no library of this machine: /],
    [{ label: 'elsewhere' }, 'token-missing', /has no token named "elsewhere": connect it/],
    [{ pin: '000000' }, 'pin-wrong', /^The PIN is not that of token "host \d+": give the right one/],
    [{ driver: 'no-such-driver' }, 'driver-missing', /^A token needs the package pkcs11js: run npm install pkcs11js/],
  ];
  for (const [wrong, reason, sentence] of cases) {
    await assert.rejects(connectPkcs11({ ...settings, ...wrong }), (error) => {
      assert.ok(error instanceof KeyTokenError);
      assert.equal(error.reason, reason);
      assert.match(error.message, sentence);
      return true;
    });
  }
  await withToken(settings, async (token) => assert.deepEqual(await token.labels(), [], 'and then it opens'));
});

test('the master keys of a host move into a token after a ceremony, and the folder has none of them any more', {
  skip: lacks,
}, async () => {
  const { label } = newToken();
  const folder = join(scratch, 'host');
  const begun = await HostFolder.open({ data: folder, database: undefined });
  begun.zone(undefined);
  const drawn = await begun.keys();
  await begun.close();
  const run = (...args: readonly string[]) => runIn(scratch, ...args);
  const move = (...more: readonly string[]) =>
    run('keys', 'token', '--data', folder, '--module', MODULE, '--label', label, ...more);
  const custodians = [1, 2, 3].flatMap((i) => ['--custodian', `Custodian ${i}=${join(scratch, `share-${i}.txt`)}`]);
  const two = ['--share', join(scratch, 'share-1.txt'), '--share', join(scratch, 'share-3.txt')];

  assert.match((await move()).err, /^No ceremony was held for .* yet/, 'a token that breaks would take all with it');
  assert.equal((await run('keys', 'ceremony', '--data', folder, ...custodians)).code, 0);
  assert.match(
    (await move()).err,
    /^The master keys are in token "host \d+": give its PIN as WATTPURSE_TOKEN_PIN\.\n$/,
  );
  process.env.WATTPURSE_TOKEN_PIN = 'wrong1';
  const wrong = await move();
  assert.deepEqual([wrong.code, wrong.out], [1, '']);
  assert.match(wrong.err, /^The PIN is not that of token "host \d+": .*\n$/);
  process.env.WATTPURSE_TOKEN_PIN = PIN;
  const moved = await move();
  assert.deepEqual([moved.code, moved.err], [0, '']);
  assert.match(moved.out, /^9 master keys are in token/);
  assert.match((await move()).err, /has no master keys in its keyring: they are in token "host \d+"/);

  const left = await openKeyRing(readFileSync(join(folder, 'keyring.wpkr')), PASSPHRASE, systemRandomness);
  assert.ok(left instanceof SoftwareKeyStore);
  assert.deepEqual(left.names(), []);
  // Its next generation, which the custodians have as well.
  assert.match(
    (await run('keys', 'add', 'value', '--data', folder)).out,
    /^value aes128 generation 1 has check value /,
  );
  const check = await run('keys', 'check', '--data', folder, ...two);
  assert.match(check.out, /open 13 master keys, and all of the host are among them/);
  const listed = JSON.parse((await run('keys', 'show', '--data', folder, '--json')).out);
  const places = listed.keys.map(({ name, places: kept }: { name: string; places: string[] }) => `${name}: ${kept}`);
  assert.ok(places.includes('value aes128 generation 1: token,custodians'));
  assert.ok(places.includes('maintenance aes128 generation 0: custodians'));

  // The host and the workshop have them from there, and books begun with the file take the same keys from the token.
  const opened = await HostFolder.open({ data: folder, database: undefined });
  try {
    const keys = await opened.keys();
    const n = keyName(Purpose.value, Suite.aes128, 0);
    assert.equal(await keys.checkValue(n), await drawn.checkValue(n));
    assert.deepEqual(keys.webhookKey(), drawn.webhookKey());
  } finally {
    await opened.close();
  }
  // Whoever looks after the host learns of a token that does not open before the host does not start.
  const found = () => {
    // In a process of its own: a token is open to a whole process.
    const words = [MAIN, 'doctor', '--data', folder, '--listen', '127.0.0.1:0', '--json'];
    const { stdout } = spawnSync(process.execPath, words, { encoding: 'utf8', env: process.env });
    const { findings } = JSON.parse(stdout) as { findings: { check: string; name: string | null; sentence: string }[] };
    return findings.flatMap(({ check: each, name, sentence }) => (each === 'keys' ? [`${name}: ${sentence}`] : []));
  };
  assert.match(String(found()), /^null: .* opens, and is the keyring of these books\.$/);
  process.env.WATTPURSE_TOKEN_PIN = 'wrong1';
  assert.match(String(found()), /^token-pin-wrong: The PIN is not that of token "host \d+": give the right one/);
  process.env.WATTPURSE_TOKEN_PIN = PIN;
  const file = readFileSync(join(folder, 'token.json'), 'utf8');
  writeFileSync(join(folder, 'token.json'), file.replace(MODULE, '/nowhere.so'));
  assert.match(String(found()), /^token-module-missing: The PKCS#11 module \/nowhere\.so is not there/);
  writeFileSync(join(folder, 'token.json'), file);

  const meter = join(scratch, 'm.wpm');
  const born = await run('meter', 'personalise', meter, '--number', '00000a', '--data', folder, ...two);
  assert.deepEqual([born.code, born.err], [0, '']);
  const memory = readFileSync(meter);
  for (const purpose of [Purpose.value, Purpose.maintenance]) {
    const key = await drawn.terminalKey(keyName(purpose, Suite.aes128, 0), svpmsn(10));
    assert.ok(memory.includes(Buffer.from(exportTerminalKey(key))));
  }
  for (const name of readdirSync(folder)) {
    const file = readFileSync(join(folder, name));
    for (const told of [PIN, PASSPHRASE]) assert.ok(!file.includes(told), `${name} holds no secret`);
  }
});
