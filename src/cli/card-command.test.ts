import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { MASTER_NVM_BYTES } from '../card/index.ts';
import { deriveCardKey, keyName, Purpose, Suite } from '../crypto/index.ts';
import { csn, type Region } from '../units/index.ts';
import { CounterHost } from './card-bench.testing.ts';
import { card } from './card-command.ts';
import { runIn } from './in-process.testing.ts';
import { WrongUse } from './usage.ts';

const MAIN = resolve(import.meta.dirname, 'main.ts');
const CSN = '04b1b2b3b4b5b6';
const folder = mkdtempSync(join(tmpdir(), 'wattpurse-card-cli-'));
after(() => rmSync(folder, { recursive: true }));

const env = {
  ...process.env,
  ...{ WATTPURSE_PASSPHRASE: 'a passphrase of a test', WATTPURSE_PIN: '4711', WATTPURSE_API_KEY: 'a-key' },
};
const run = (args: readonly string[], changed: NodeJS.ProcessEnv = {}) => {
  Object.assign(process.env, env, changed);
  return runIn(folder, 'card', ...args);
};
const MASTERS = ['--master', 'issuer.card', '--master', 'gas.card'];
const at = (name: string): string => join(folder, name);

before(async () => {
  assert.equal((await run(['chips', 'chips.json'])).code, 0);
  assert.equal((await runIn(folder, 'manager', 'boss', '--data', 'host')).code, 0);
  for (const [name, scope] of [
    ['issuer', 'issuer'],
    ['gas', 'gas'],
  ] as const) {
    const made = await run(['master', `${name}.card`, '--chips', 'chips.json', '--scope', scope, '--data', 'host']);
    assert.deepEqual([made.code, made.err], [0, '']);
  }
  assert.equal((await run(['blank', 'blank.card', '--chips', 'chips.json', '--csn', CSN])).code, 0);
  for (const name of ['issuer.card', 'gas.card', 'blank.card']) copyFileSync(at(name), at(`${name}.copy`));
});

/** Every card as it was made. */
function restore(): void {
  for (const name of ['issuer.card', 'gas.card', 'blank.card']) copyFileSync(at(`${name}.copy`), at(name));
}

/** KC as the host derives it, whose KH the gas master card holds behind its head. */
const keyOf = (id: string, region: number) =>
  deriveCardKey(
    new Uint8Array(readFileSync(at('gas.card'))).slice(8 + 12, 8 + 28),
    keyName(Purpose.value, Suite.aes128, 0),
    csn(id),
    region as Region,
    1,
  );

const PAY_CARD = ['pay', '--reader', '', '--host', 'http://127.0.0.1:1'];
const PAY = ['pay', '--reader', '', '--host', 'http://127.0.0.1:1', '--meter', '000003'];

for (const [args, sentence] of [
  [
    [],
    /^card is followed by issue, read, load, block, pay, explain, serve, chips, blank, personalise, master, not ""\.$/,
  ],
  [['reads'], /not "reads"\.$/],
  [['read'], /^card read takes one card: name its file with --card, or its reader with --reader\.$/],
  [['read', '--card', 'a', '--reader', 'b'], /^card read takes one card: /],
  [['read', '--card', 'a', 'b'], /^card read takes no "b": /],
  [
    ['read', '--card', 'nowhere.card'],
    /^The card file nowhere\.card cannot be used \(there is no such file\): make one /,
  ],
  [['read', '--card', import.meta.dirname], /cannot be used \(it is a folder\): name a file in it\.$/],
  [['read', '--card', MAIN], /cannot be used \(it is no card\): name a file that /],
  [['read', '--cart', 'a'], /^There is no option --cart: --card was probably meant, /],
  [['read', '--master', 'a'], /^The option --master is not for this: "wattpurse help card" says what takes it\.$/],
  [['issue', '--card', 'a'], /^card issue needs master cards: /],
  [['issue', '--card', 'a', '--master', 'b', '--subscriber', 'kim'], /^--subscriber is for the host /],
  [['issue', '--card', 'a', '--master', 'b', '--host', 'example'], /^--host is the address of a host, /],
  [['issue', '--card', 'a', '--master', 'b', '--host', 'http://example.org'], /in the clear: name it with https\.$/],
  [['load', '--card', 'a'], /^card load needs --host with /],
  [['block', '--host', 'http://127.0.0.1:1'], /^card block takes the number \(CSN\) of a card: /],
  [
    ['block', '04', '--host', 'http://127.0.0.1:1'],
    /^A card's number \(CSN\) is 14 lower-case hex digits, not "04"\.$/,
  ],
  [['pay', '--host', 'http://127.0.0.1:1'], /^card pay takes a card in a reader: name it with --reader\.$/],
  [['pay', '--reader', '', '--meter', '000003'], /^card pay needs --host with /],
  [['pay', '--reader', '', '--host', 'http://127.0.0.1:1', '--paid', '5'], /^card pay needs --meter with /],
  [[...PAY, '--csn', '04a1b2c3d4e5f6', '--paid', '5'], /^card pay is for a meter or for a purse card: /],
  [[...PAY_CARD, '--csn', '04a1b2c3d4e5f6', '--paid', '5'], /^card pay needs --region with /],
  [[...PAY_CARD, '--region', 'gas', '--paid', '5'], /^card pay needs --csn with /],
  [[...PAY_CARD, '--region', 'gas', '--csn', '04', '--paid', '5'], /^A card's number \(CSN\) is 14 /],
  [[...PAY, '--paid', '0'], /^--paid is a whole amount above 0, not "0"\.$/],
  [[...PAY, '--paid', '1.5'], /^--paid is a whole amount above 0, not "1\.5"\.$/],
  [[...PAY, '--paid', '5'], /^card pay needs --port with /],
  [[...PAY, '--paid', '5', '--port', 'cards', '--terminal', 'nowhere'], /^The terminal file nowhere cannot be read \(/],
  [['explain'], /^card explain takes bytes in hex, or a file /],
  [['explain', 'xyz'], /^"xyz" is no hex: /],
  [['serve'], /^card serve takes the file of a card: /],
  [['serve', 'a', '--port', '0'], /^--port is that of a slot of vpcd, 35963 for its first, not "0"\.$/],
  [['blank', 'x'], /^card blank needs --chips with the file of the batch’s key\.$/],
  [['blank', 'x', '--chips', MAIN], /cannot be read|is no key of chips: /],
  [
    ['blank', 'x', '--chips', import.meta.filename],
    /cannot be read \(it has \d{5} bytes, and 4096 are allowed\): name another file\.$/,
  ],
  [
    ['master', 'x', '--chips', 'chips.json', '--scope', 'steam', '--data', 'd'],
    /^The key of chips chips\.json cannot be read/,
  ],
] as const) {
  test(`card ${args.map((arg) => (isAbsolute(arg) ? basename(arg) : arg)).join(' ')} is wrong use, in one sentence`, async () => {
    await assert.rejects(card(args), (error) => error instanceof WrongUse && sentence.test(error.message));
  });
}

test('a card is made blank, issued, registered, read and loaded, and each step says what it did', async (t) => {
  restore();
  const host = await CounterHost.open(t, keyOf);
  host.orders.push(5_000, 300);
  assert.deepEqual(await run(['read', '--card', 'blank.card']), {
    ...{ code: 0, err: '', out: `Blank card ${CSN}: nothing is on it before it is issued.\n` },
  });
  const issued = await run(['issue', '--card', 'blank.card', ...MASTERS, '--host', host.url, '--subscriber', 'kim']);
  assert.deepEqual(issued, {
    ...{ code: 0, err: '', out: `Card ${CSN} is issued: gas of utility 1. It is registered for kim.\n` },
  });
  assert.deepEqual(host.asked, [
    {
      ...{ path: '/api/v1/cards', authorization: 'Bearer a-key' },
      body: { number: CSN, subscriber: 'kim', regions: [{ region: 'gas', provider: '1-2', n: 0x20 }] },
    },
  ]);
  const loaded = await run(['load', '--card', 'blank.card', '--host', host.url]);
  assert.deepEqual(loaded, {
    ...{ code: 0, err: '' },
    out: `Card ${CSN}, gas: 5300 tokens, 0 before.\n  load 1: 5000 credited\n  load 2: 300 credited\n`,
  });
  const again = await run(['load', '--card', 'blank.card', '--host', host.url, '--region', 'gas', '--json']);
  const [load] = JSON.parse(again.out);
  assert.deepEqual([again.code, load.csn, load.before, load.balance, load.receipts.length], [0, CSN, 5_300, 5_300, 1]);
  const read = await run(['read', '--card', 'blank.card']);
  assert.deepEqual(read.out.split('\n'), [
    `Card ${CSN}`,
    '  gas         5300 tokens; 5300 ever loaded; utility 1, key value aes128 generation 0',
    '    load 2: 300 credited',
    '    load 1: 5000 credited',
    '',
  ]);
  const json = JSON.parse((await run(['read', '--card', 'blank.card', '--json'])).out);
  assert.deepEqual([json.kind, json.regions[0].value.balance, json.regions[0].value.loads.length], ['purse', 5_300, 2]);
  const master = await run(['read', '--card', 'gas.card']);
  assert.match(
    master.out,
    /^Master card [0-9a-f]{14}, for gas, utility 1, .*\n {2}1 keys given, 1 cards proved; 3 tries of its PIN are left\n$/,
  );
  const water = await run(['load', '--card', 'blank.card', '--host', host.url, '--region', 'water']);
  assert.deepEqual([water.code, water.err], [1, `Card ${CSN} has no region water.\n`]);
  const blocked = await run(['block', CSN, '--host', host.url, '--json']);
  assert.deepEqual([blocked.code, JSON.parse(blocked.out)], [0, { csn: CSN, state: 'blocked' }]);
  assert.equal(host.asked.at(-1)?.path, `/api/v1/cards/${CSN}/block`);
});

test('what a host refuses comes in its own sentence; a card that is issued and not registered is said to be so', async (t) => {
  restore();
  const host = await CounterHost.open(t, keyOf);
  host.refuse = { status: 404, detail: 'There is no subscriber "kim": add the subscriber first.' };
  const register = ['issue', '--card', 'blank.card', ...MASTERS, '--host', host.url, '--subscriber', 'kim'];
  const refused = await run(register);
  assert.deepEqual(refused, {
    ...{ code: 1, out: '' },
    err: `Card ${CSN} is issued, and not registered: There is no subscriber "kim": add the subscriber first.\n`,
  });
  host.refuse = undefined;
  const again = await run(register);
  assert.equal(
    again.out,
    `Card ${CSN} had been issued before, and is proved now: gas of utility 1. It is registered for kim.\n`,
  );
  const gone = await run(['block', CSN, '--host', 'http://127.0.0.1:1']);
  assert.deepEqual([gone.code, gone.out], [1, '']);
  assert.match(
    gone.err,
    /^The host at http:\/\/127\.0\.0\.1:1 does not answer \([^)]+\): start it, or name another\.\n$/,
  );
  const keyless = await run(['block', CSN, '--host', host.url], { WATTPURSE_API_KEY: '' });
  assert.deepEqual(keyless, {
    code: 2,
    out: '',
    err: 'A host asks for an API key: give it as WATTPURSE_API_KEY, or a file that holds it as WATTPURSE_API_KEY_FILE.\n',
  });
});

test('a wrong PIN costs a try, which a card file keeps, and after three the master card gives nothing', async () => {
  restore();
  const issue = (pin: string) => run(['issue', '--card', 'blank.card', ...MASTERS], { WATTPURSE_PIN: pin });
  for (const sentence of [
    'The PIN of the master card is wrong: 2 tries are left.\n',
    'The PIN of the master card is wrong: 1 try is left.\n',
    'The PIN of the master card is blocked after three wrong tries: have a new one made.\n',
  ]) {
    assert.deepEqual(await issue('4712'), { code: 1, out: '', err: sentence });
  }
  assert.equal((await issue('4711')).code, 1);
  assert.match((await run(['read', '--card', 'issuer.card'])).out, /its PIN is blocked/);
  assert.match((await issue('1,2,3')).err, /holds 3 PINs, and there are 2 master cards/);
  assert.match(
    (await issue('')).err,
    /^A master card gives nothing without its PIN: give it as WATTPURSE_PIN, or a file that holds it as WATTPURSE_PIN_FILE\.$/m,
  );
});

test('a card is made once, of what its options say', async () => {
  restore();
  const cases: readonly [readonly string[], RegExp, NodeJS.ProcessEnv?][] = [
    [['chips', 'chips.json'], /^chips\.json is there already: /],
    [['blank', 'blank.card', '--chips', 'chips.json'], /^blank\.card is there already: /],
    [['blank', 'new.card', '--chips', 'chips.json', '--csn', 'ABC'], /^A card's number \(CSN\) is 14 /],
    [
      ['master', 'new.card', '--chips', 'chips.json', '--scope', 'steam', '--data', 'host'],
      /^--scope is one of electricity, /,
    ],
    [
      ['master', 'new.card', '--chips', 'chips.json', '--scope', 'heat', '--data', 'host', '--suite', '3des-xo'],
      /^--suite is aes128 or aes256/,
    ],
    [
      ['master', 'new.card', '--chips', 'chips.json', '--scope', 'heat', '--data', 'hots'],
      /hots holds no host: name the folder of the host whose key the card is to have\.$/m,
    ],
    [
      ['master', 'new.card', '--chips', 'chips.json', '--scope', 'heat', '--data', 'host'],
      /^WATTPURSE_PIN is a PIN of 4 to 8 digits/,
      { WATTPURSE_PIN: '12' },
    ],
  ];
  for (const [args, sentence, changed] of cases) {
    const { code, out, err } = await run(args, changed);
    assert.deepEqual([code, out], [2, ''], args.join(' '));
    assert.match(err, sentence);
    assert.ok(!existsSync(at('new.card')));
  }
  assert.ok(!existsSync(at('hots')), 'no host begins where a folder is mistyped');
  assert.equal(readFileSync(at('gas.card')).length, 8 + MASTER_NVM_BYTES);
});

test('a card file that is cut short or damaged is said to be so', async () => {
  restore();
  const bytes = readFileSync(at('blank.card'));
  writeFileSync(at('short.card'), bytes.subarray(0, 100));
  const short = await run(['read', '--card', 'short.card']);
  assert.deepEqual(
    [short.code, short.err],
    [2, 'The card file short.card cannot be used (it is cut short): put it back from a copy.\n'],
  );
  const damaged = Uint8Array.from(bytes, (byte) => byte ^ (byte === 0 ? 0 : 0x10));
  damaged.set(bytes.subarray(0, 8));
  writeFileSync(at('damaged.card'), damaged);
  const found = await run(['read', '--card', 'damaged.card']);
  assert.deepEqual(
    [found.code, found.err],
    [1, 'The card in damaged.card is damaged: put the file back from a copy.\n'],
  );
  const again = await run(['read', '--card', 'damaged.card']);
  assert.deepEqual([again.code, again.err], [1, found.err], 'it is in no slot');
});

/** `card serve` with the side of vpcd, which asks the card what a test wants to know. */
async function served(t: TestContext, file: string) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const connection = once(server, 'connection');
  const child: ChildProcess = spawn(process.execPath, [MAIN, 'card', 'serve', file, '--port', String(port)], {
    ...{ cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] },
  });
  t.after(() => child.kill('SIGKILL'));
  let err = '';
  child.stderr?.on('data', (text) => {
    err += String(text);
  });
  const [socket] = (await connection) as [Socket];
  const exited = once(child, 'close');
  let heard = Buffer.alloc(0);
  const says = async (hex: string, count: number) => {
    socket.write(Buffer.from(hex, 'hex'));
    while (heard.length < count) heard = Buffer.concat([heard, (await once(socket, 'data'))[0] as Buffer]);
    const said = heard.toString('hex');
    heard = Buffer.alloc(0);
    return said;
  };
  const ended = async () => ({ code: ((await exited) as [number | null])[0], err });
  return { child, socket, says, ended };
}

test('a served card lies in a reader, in one slot at a time, until it is stopped', async (t) => {
  restore();
  for (const [signal, code] of [
    ['SIGTERM', 0],
    // A process that is killed lets go of the card as well.
    ['SIGKILL', null],
  ] as const) {
    const { child, says, ended } = await served(t, 'blank.card');
    const answers = await says('00010100010400' + '0500ca005a00', 2 + 11 + 2 + 9);
    assert.match(answers, new RegExp(`^000b3b.*57505552..0009${CSN}9000$`));
    const second = await run(['read', '--card', 'blank.card']);
    assert.deepEqual(second, {
      ...{ code: 2, out: '' },
      err: 'The card in blank.card is in another slot: take it out there first.\n',
    });
    child.kill(signal);
    assert.deepEqual(await ended(), { code, err: '' });
    assert.equal((await run(['read', '--card', 'blank.card'])).code, 0);
  }
});

const PRLIMIT = '/usr/bin/prlimit';
const lacksLimit = existsSync(PRLIMIT) ? false : 'needs the Debian package util-linux';

test('a served card whose file cannot be written ends in one sentence', { skip: lacksLimit }, async (t) => {
  restore();
  const { child, socket, says, ended } = await served(t, 'gas.card');
  assert.equal(await says('001000a4040c0bf0574154544d4153544552', 4), '00029000');
  // As if the disk were full from here on.
  assert.equal(spawnSync(PRLIMIT, [`--pid=${child.pid}`, '--fsize=0']).status, 0);
  // A wrong PIN costs a try, which is written before the PIN is looked at.
  socket.on('data', () => assert.fail('it answers nothing'));
  socket.write(Buffer.from('000d002000010831323334ffffffff', 'hex'));
  assert.deepEqual(await ended(), {
    ...{ code: 1 },
    err: 'gas.card cannot be used, because files may not grow so large here (EFBIG): raise that limit (ulimit -f) and start again.\n',
  });
  assert.match((await run(['read', '--card', 'gas.card'])).out, /3 tries of its PIN are left/);
});

test('bytes are explained, and a trace from a file; what nobody knows ends in exit code 1', async () => {
  const known = await run(['explain', '80 58 00 02 00', '9000']);
  assert.deepEqual(known, {
    ...{ code: 0, err: '' },
    out: '8058000200\n  STATUS: what region 2 (gas) holds.\n9000\n  Status 9000: done.\n',
  });
  writeFileSync(at('trace'), 'Reader\n> 00 CA 00 5A 00\n< 04 B1 B2 B3 B4 B5 B6 90 00\n');
  const trace = await run(['explain', '--trace', 'trace', '--json']);
  const kinds = trace.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).sentences.at(-1));
  assert.deepEqual(kinds, ['GET DATA: the serial number (CSN).', `Card ${CSN}.`]);
  for (const unknown of ['00ff0000', '6f00']) assert.equal((await run(['explain', unknown])).code, 1, unknown);
  writeFileSync(at('empty'), 'nothing here\n');
  assert.match((await run(['explain', '--trace', 'empty'])).err, /^empty has no line of hex: /);
});
