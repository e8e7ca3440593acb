import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { drawCertificate } from '../../adapters/certificate.testing.ts';
import { Child, env, layKeys, Running } from '../running.testing.ts';
import { FINDINGS } from './check.ts';
import {
  copied,
  DAY_MS,
  examined,
  FREE,
  finds,
  HOUR_MS,
  isWell,
  lived,
  livedUntil,
  MAIN,
  run,
  scratch,
  type Told,
} from './doctor.testing.ts';

const PAGE = join(import.meta.dirname, '../../../docs/operating/doctor.md');

test('a new folder and one that was begun have no fault, and nothing is changed in them', async () => {
  const fresh = await run('doctor', '--data', 'unmade', ...FREE);
  assert.deepEqual([fresh.code, fresh.err], [0, '']);
  assert.match(fresh.out, /There is no folder unmade yet: the first start makes it/);
  assert.ok(!existsSync(join(scratch, 'unmade')));
  const before = readFileSync(join(scratch, 'well/wattpurse.db'));
  await isWell('--data', 'well', ...FREE);
  assert.deepEqual(readFileSync(join(scratch, 'well/wattpurse.db')), before);
});

test('a demo is looked at too', async () => {
  const demo = new Child(scratch, ['demo', '--meters', '2', '--data', 'demo', '--listen', 'none']);
  await demo.said(/^.*in flight.*$/);
  await finds('folder-in-use', /before a demo is started here/, '--data', 'demo', ...FREE);
  assert.equal(await demo.stop('SIGINT'), 0);
  await isWell('--data', 'demo', ...FREE);
});

test('what is asked wrongly is one sentence, and exit code 2', async () => {
  for (const [args, says] of [
    [[], /^doctor needs --data/],
    [['--data', 'well', 'more'], /^doctor takes no word as "more"/],
    [['--data', 'well', '--calld', 'x'], /--called was probably meant/],
    [['--data', 'well', '--called', 'x'], /^--called is the name that a certificate must bear/],
    [['--data', 'well', '--time-server', 'a b'], /^--time-server must be a machine and a port/],
  ] as const) {
    const { code, out, err } = await run('doctor', ...args);
    assert.deepEqual([code, out], [2, ''], err);
    assert.match(err, says);
  }
});

test('somebody else than the owner of the folder is told to be the owner', {
  skip: process.getuid?.() === 0 ? false : 'needs to be root',
}, () => {
  const args = [
    '--reuid',
    '65534',
    '--clear-groups',
    process.execPath,
    MAIN,
    'doctor',
    '--data',
    join(scratch, 'well'),
  ];
  const closed = spawnSync('setpriv', args, { encoding: 'utf8' });
  // The way to the folder is closed to them already.
  assert.deepEqual([closed.status, closed.stderr.includes('(EACCES)')], [1, true], closed.stderr);
  chmodSync(scratch, 0o711);
  const { status, stderr } = spawnSync('setpriv', args, { encoding: 'utf8' });
  chmodSync(scratch, 0o700);
  assert.equal(status, 2, stderr);
  assert.match(stderr, /belongs to user 0, and this is user 65534, .*setpriv --reuid 0/);
});

test('a port that is taken is found, and whoever has it is named where the system shows it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await isWell('--data', 'well', ...FREE);
    const says = new RegExp(`port ${port} of 127.0.0.1, because another program does: .*--listen`);
    await finds('port-taken', says, '--data', 'well', '--listen', `127.0.0.1:${port}`);
    await finds('port-taken', /--area-units/, '--data', 'well', ...FREE, '--area-units', `127.0.0.1:${port}`);
    const callbacks = { telephone: { callbackPort: port } };
    writeFileSync(join(scratch, 'callbacks.json'), JSON.stringify(callbacks));
    await finds(
      'port-taken',
      /telephone\.callbackPort/,
      '--data',
      'well',
      ...FREE,
      '--configuration',
      'callbacks.json',
    );
  } finally {
    server.close();
  }
  await isWell('--data', 'well', '--listen', `127.0.0.1:${port}`);
  const twice = ['--listen', `127.0.0.1:${port}`, '--area-units', `127.0.0.1:${port}`];
  await finds('port-taken', /is named by --listen and --area-units/, '--data', 'well', ...twice);
  await finds(
    'port-forbidden',
    /no such address/,
    '--data',
    'well',
    ...FREE,
    '--area-units',
    '127.0.0.1:0',
    ...elsewhere(port),
  );
});
/** An address for documentation alone: no machine has it. RFC 5737 */
const elsewhere = (port: number) => ['--proxy', '10.0.0.1', '--listen', `192.0.2.1:${port}`];

test('a host that runs is no fault; a second process on its folder, or at its port, is one', async () => {
  const folder = copied('running');
  const host = new Running(scratch, ['host', '--data', folder, ...FREE]);
  try {
    const at = new URL((await host.ask('/health')).url).host;
    const well = await examined('--data', folder, '--listen', at);
    assert.deepEqual(well.names, []);
    assert.ok(well.findings.some(({ sentence }) => sentence.startsWith('The host runs: process ')));
    await finds('folder-in-use', /in use by process \d+ \(.*host --data running.*: end it/, '--data', folder, ...FREE);
    await finds('port-taken', /process \d+ \(.*host --data running/, '--data', 'well', '--listen', at);
  } finally {
    await host.stop();
  }
  await isWell('--data', folder, ...FREE);
});

test('a passphrase that is missing or wrong is found; a file may give it', async () => {
  const { WATTPURSE_PASSPHRASE: right } = process.env;
  const path = join(scratch, 'passphrase');
  try {
    process.env.WATTPURSE_PASSPHRASE = 'another';
    await finds('passphrase-wrong', /does not open .*: give the one/, '--data', 'well', ...FREE);
    delete process.env.WATTPURSE_PASSPHRASE;
    await finds('passphrase-missing', /give the passphrase as WATTPURSE_PASSPHRASE/, '--data', 'well', ...FREE);
    process.env.WATTPURSE_PASSPHRASE_FILE = path;
    await finds('passphrase-missing', /there is no such file/, '--data', 'well', ...FREE);
    writeFileSync(path, `${right}\n`, { mode: 0o600 });
    await isWell('--data', 'well', ...FREE);
    chmodSync(path, 0o604);
    await finds('secret-open', /passphrase holds a secret, .* run chmod 600/, '--data', 'well', ...FREE);
  } finally {
    delete process.env.WATTPURSE_PASSPHRASE_FILE;
    process.env.WATTPURSE_PASSPHRASE = right;
  }
});

test('a keyring of another utility, one that is damaged and one that is gone are found', async () => {
  const folder = copied('keyring');
  const path = join(scratch, folder, 'keyring.wpkr');
  const own = readFileSync(path);
  await layKeys(join(scratch, 'another'));
  cpSync(join(scratch, 'another/keyring.wpkr'), path);
  await finds('keyring-foreign', /is not the keyring of these books: put theirs/, '--data', folder, ...FREE);
  writeFileSync(
    path,
    own.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
  );
  await finds('keyring-damaged', /restore it from a backup/, '--data', folder, ...FREE);
  rmSync(path);
  await finds('keyring-missing', /put a copy of it there/, '--data', folder, ...FREE);
  writeFileSync(path, own, { mode: 0o600 });
  await isWell('--data', folder, ...FREE);
});

test('a clock an hour off is found by a time server, whichever way, and by what the books have lived', async () => {
  let ahead = 0;
  let stratum = 2;
  const server = createSocket('udp4');
  server.on('message', (question, from) => {
    const answer = Buffer.alloc(48);
    answer.writeUInt8(0x24, 0);
    answer.writeUInt8(stratum, 1);
    question.copy(answer, 24, 40, 48);
    for (const at of [32, 40]) answer.writeUInt32BE(Math.floor((Date.now() + ahead) / 1000) + 2_208_988_800, at);
    server.send(answer, from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const asked = ['--data', 'well', ...FREE, '--time-server', `127.0.0.1:${server.address().port}`];
  try {
    const well = await run('doctor', ...asked);
    assert.equal(well.code, 0);
    assert.match(well.out, /\nNothing is wrong\.\n$/);
    ahead = HOUR_MS;
    await finds('clock-wrong', /60 min behind the time server .*: set it right/, ...asked);
    ahead = -HOUR_MS;
    await finds('clock-wrong', /60 min ahead of the time server/, ...asked);
    stratum = 0;
    const unsure = await examined(...asked);
    assert.deepEqual([unsure.faults, unsure.warnings], [0, 1]);
  } finally {
    server.close();
  }
  const folder = copied('behind');
  await lived(folder, Date.now(), (_, opened) => livedUntil(opened, Date.now() + HOUR_MS));
  await finds('clock-wrong', /60 min behind what the books have lived/, '--data', folder, ...FREE);
});

/** Looks at a copy of the folder on a small disk of its own, after something was done to that. */
function onSmallDisk(then: string) {
  const unshare = process.getuid?.() === 0 ? ['-m'] : ['-rm'];
  const script = `mount -t tmpfs -o size=48m none disk && cp -a well/. disk && chmod 700 disk && ${then} || exit 99; shift
    exec "$@"`;
  const program = [process.execPath, MAIN, 'doctor', '--data', 'disk', ...FREE, '--json'];
  mkdirSync(join(scratch, 'disk'), { recursive: true });
  return spawnSync('unshare', [...unshare, 'sh', '-c', script, 'sh', '', ...program], {
    encoding: 'utf8',
    cwd: scratch,
    env,
  });
}
const mounts = spawnSync('unshare', [process.getuid?.() === 0 ? '-m' : '-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
const skip = mounts.status === 0 ? false : 'needs Linux, the Debian package util-linux, and the right to mount';

test('a full disk, a nearly full one and a folder that cannot be written are found', { skip }, () => {
  const namesOf = (then: string) => {
    const { stdout, stderr } = onSmallDisk(then);
    assert.equal(stderr, '');
    const { findings } = JSON.parse(stdout) as Told;
    return findings.flatMap(({ name }) => (name === null || name === 'clock-unproved' ? [] : [name]));
  };
  assert.deepEqual(namesOf('true'), ['disk-nearly-full']);
  const fill = (what: string) => `{ dd if=/dev/zero of=disk/wattpurse.db-journal ${what} 2>/dev/null || true; }`;
  assert.deepEqual(namesOf(fill('bs=1M count=30')), ['disk-full']);
  assert.deepEqual(namesOf(fill('bs=4k')), ['disk-full']);
  const readOnly = namesOf('mount -o remount,ro disk');
  assert.equal(readOnly[0], 'folder-read-only');
});

/** A folder as --certificates names it, signed by itself. */
function certificates(folder: string, drawn: Parameters<typeof drawCertificate>[1]): string {
  mkdirSync(join(scratch, folder), { recursive: true });
  const { certificate, key } = drawCertificate('host', drawn);
  for (const name of ['certificate.pem', 'authority.pem']) writeFileSync(join(scratch, folder, name), certificate);
  writeFileSync(join(scratch, folder, 'key.pem'), key, { mode: 0o600 });
  return folder;
}
const utcText = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace(/\D/g, '')}Z`;

test('a certificate that expired, expires soon, bears another name or is nobody’s is found', async () => {
  const names = ['host.utility.example'];
  const at = ['--data', 'well', ...FREE, '--area-units', '127.0.0.1:0'];
  const called = [...at, '--called', 'host.utility.example'];
  const good = certificates('good', { names });
  await isWell(...called, '--certificates', good);
  await finds(
    'certificate-name',
    /does not bear the name other\.example.*have one signed/,
    ...at,
    '--called',
    'other.example',
    '--certificates',
    good,
  );
  await finds('certificate-name', /does not bear the name 127\.0\.0\.1/, ...at, '--certificates', good);
  const [from, soon, gone] = [-400, 10, -1].map((days) => utcText(Date.now() + days * DAY_MS)) as [
    string,
    string,
    string,
  ];
  const expired = await examined(...called, '--certificates', certificates('expired', { names, from, until: gone }));
  assert.deepEqual([...new Set(expired.names)], ['certificate-expired']);
  const expiring = await examined(...called, '--certificates', certificates('soon', { names, from, until: soon }));
  assert.deepEqual([...new Set(expiring.names)], ['certificate-expires']);
  assert.equal(expiring.faults, 0);
  const early = await examined(...called, '--certificates', certificates('early', { names, from: soon }));
  assert.deepEqual([...new Set(early.names)], ['certificate-expired']);
  const mixed = certificates('mixed', { names });
  for (const name of ['key.pem', 'authority.pem']) {
    cpSync(join(scratch, good, name), join(scratch, mixed, name));
  }
  assert.deepEqual((await examined(...called, '--certificates', mixed)).names, [
    'certificate-untrusted',
    'certificate-untrusted',
  ]);
  rmSync(join(scratch, mixed, 'authority.pem'));
  await finds(
    'certificate-missing',
    /There is no mixed\/authority\.pem: put it there/,
    ...called,
    '--certificates',
    mixed,
  );
});

test('a package that the configuration asks for and that is not there is found', async () => {
  const { PATH } = process.env;
  const sip = { telephone: { sip: { address: '127.0.0.1', port: 5_999 } } };
  writeFileSync(join(scratch, 'sip.json'), JSON.stringify(sip));
  const asked = ['--data', 'well', ...FREE, '--configuration', 'sip.json'];
  mkdirSync(join(scratch, 'bin'));
  try {
    process.env.PATH = join(scratch, 'bin');
    await finds('package-missing', /install the Debian package espeak-ng/, ...asked);
    writeFileSync(join(scratch, 'bin/espeak-ng'), '');
    await isWell(...asked);
  } finally {
    process.env.PATH = PATH;
  }
});

test('a secret that everybody may read, and one that is not there, are found; so is a configuration that is wrong', async () => {
  const named = {
    payments: { stripe: { type: 'stripe', secretKeyFile: 's.key', webhookSecretFile: 'w.key', callbackPort: 18_093 } },
  };
  const path = join(scratch, 'stripe.json');
  writeFileSync(path, JSON.stringify(named));
  for (const name of ['s.key', 'w.key']) writeFileSync(join(scratch, name), 'secret', { mode: 0o640 });
  const asked = ['--data', 'well', ...FREE, '--configuration', path];
  await isWell(...asked);
  for (const mode of [0o644, 0o602, 0o601]) {
    chmodSync(join(scratch, 's.key'), mode);
    await finds('secret-open', /s\.key holds a secret, .*chmod 600/, ...asked);
  }
  chmodSync(join(scratch, 's.key'), 0o600);
  rmSync(join(scratch, 'w.key'));
  await finds('secret-missing', /w\.key cannot be read/, ...asked);
  writeFileSync(path, '{"pay": {}}');
  await finds('configuration-wrong', /stripe\.json is wrong at/, ...asked);
});

test('a partner that cannot be reached is found', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const bank = { type: 'acquirer', host: '127.0.0.1', port, institution: '1', terminal: 'T', merchant: 'M' };
  writeFileSync(
    join(scratch, 'bank.json'),
    JSON.stringify({ host: { data: 'well', listen: FREE[1] }, payments: { bank } }),
  );
  // What the host is started with may stand there too.
  const asked = ['--configuration', 'bank.json'];
  await isWell(...asked);
  await new Promise((resolve) => server.close(resolve));
  await finds('partner-unreachable', /payments\.bank at 127\.0\.0\.1:\d+ cannot be reached .*ECONNREFUSED/, ...asked);
});

test('a partner whose certificate has expired, bears another name or is trusted by nobody is found', async () => {
  const until = utcText(Date.now() - DAY_MS);
  const examinedAt = async (drawn: Parameters<typeof drawCertificate>[1], isTrusted = true): Promise<Told> => {
    const { certificate: cert, key } = drawCertificate('partner', drawn);
    const server = createTlsServer({ cert, key }, (socket) => socket.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const issuer = `https://localhost:${port}`;
    const identity = { issuer, clientId: 'wattpurse', callbackUrl: 'https://utility.example/back' };
    writeFileSync(join(scratch, 'identity.json'), JSON.stringify({ identity }));
    writeFileSync(join(scratch, 'trusted.pem'), cert);
    const args = [MAIN, 'doctor', '--data', 'well', ...FREE, '--configuration', 'identity.json', '--json'];
    const trusting = { ...env, ...(isTrusted && { NODE_EXTRA_CA_CERTS: join(scratch, 'trusted.pem') }) };
    const child = spawn(process.execPath, args, { cwd: scratch, env: trusting, stdio: ['ignore', 'pipe', 'ignore'] });
    const out = await text(child.stdout);
    server.close();
    return JSON.parse(out) as Told;
  };
  const names = ['localhost'];
  const namesOf = ({ findings }: Told) => findings.flatMap(({ check, name }) => (check === 'partners' ? [name] : []));
  assert.deepEqual(namesOf(await examinedAt({ names })), [null]);
  assert.deepEqual(namesOf(await examinedAt({ names, until })), ['certificate-expired']);
  assert.deepEqual(namesOf(await examinedAt({ names: ['other.example'] })), ['certificate-name']);
  assert.deepEqual(namesOf(await examinedAt({ names }, false)), ['partner-unreachable']);
});

test('each finding has its row in the page of the doctor, and no other has', () => {
  const rows = [...readFileSync(PAGE, 'utf8').matchAll(/^\| `([a-z-]+)` \| (fault|warning) \|/gm)];
  assert.deepEqual(rows.map(([, name, severity]) => [name, severity]).sort(), Object.entries(FINDINGS).sort());
});
