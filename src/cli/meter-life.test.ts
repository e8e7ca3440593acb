import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openKeyRing, Purpose, purposeOf, SoftwareKeyStore, sealKeyRing } from '../crypto/index.ts';
import { createHost } from '../host/index.ts';
import { type Meter, type MeterOutputs, senseSeal, startMeter } from '../meter/index.ts';
import { milliseconds, type Svpmsn } from '../units/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { drawnKeys, HostFolder } from './host-folder.ts';
import { runIn } from './in-process.testing.ts';
import { MeterFile } from './meter-file.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-life-'));
const PASSPHRASE = 'life of a meter';
const said = process.env.WATTPURSE_PASSPHRASE;
process.env.WATTPURSE_PASSPHRASE = PASSPHRASE;
after(() => {
  rmSync(scratch, { recursive: true });
  if (said === undefined) delete process.env.WATTPURSE_PASSPHRASE;
  else process.env.WATTPURSE_PASSPHRASE = said;
});
const FOLDER = join(scratch, 'u');
const OLD = 0xa as Svpmsn;
const meter = (...words: readonly string[]) => runIn(scratch, 'meter', ...words);
const ofHost = (...words: readonly string[]) => meter(...words, '--data', FOLDER);
const DEAF: MeterOutputs = {
  ...{ relay: () => undefined, throttle: () => undefined, buzzer: () => undefined, loadControl: () => undefined },
  ...{ attention: () => undefined, card: () => undefined, wake: () => undefined },
};

async function withFolder<T>(work: (folder: HostFolder) => Promise<T>): Promise<T> {
  const folder = await HostFolder.open({ data: FOLDER, database: undefined });
  try {
    return await work(folder);
  } finally {
    await folder.close();
  }
}

/** A meter as it lies in its file, and what it is then. */
function inFile<T>(path: string, work: (meter: Meter, now: number) => T): T {
  const file = MeterFile.open(path);
  try {
    const now = Date.now();
    return work(startMeter(file.memory, 1, systemRandomness, { now }, DEAF), now);
  } finally {
    file.close();
  }
}
const holds = (path: string) =>
  inFile(path, ({ sam, dismantled }) => ({ purposes: [...sam.keys.keys()].map(purposeOf).sort(), dismantled }));
const ALL = [Purpose.value, Purpose.control, Purpose.monitoring, Purpose.maintenance];

before(async () => {
  await withFolder(async (folder) => {
    folder.zone(undefined);
    const ports = { store: folder.store, keys: await folder.keys(), randomness: systemRandomness };
    const clock = { now: () => milliseconds(Date.now()) };
    const grid = { send: () => undefined };
    const host = createHost({ ...ports, clock, grid }, { zone: 'UTC', metersMax: 256 });
    for (const id of ['kim', 'lee']) assert.ok('id' in (await host.addSubscriber({ id, name: id, contact: '' })));
  });
  // The cost of a passphrase that guards a utility is paid once.
  const path = join(FOLDER, 'keyring.wpkr');
  const keys = await openKeyRing(readFileSync(path), PASSPHRASE, systemRandomness);
  assert.ok(keys instanceof SoftwareKeyStore);
  writeFileSync(path, await sealKeyRing(keys, PASSPHRASE, systemRandomness, 10));
});

test('a meter is commissioned, replaced and retired on the command line, each said with how far it is', async () => {
  const place = (address: number) => ['--subscriber', 'kim', '--local-unit', '3', '--address', String(address)];
  const begun = await ofHost('commission', '00000a', ...place(7));
  assert.deepEqual([begun.code, begun.err], [0, '']);
  assert.match(begun.out, /^Meter 00000a is of kim, at address 7 of local unit 3\. It is told clock and tariff/i);
  assert.match(
    (await ofHost('commission', '00000b', ...place(7))).err,
    /^Modem address 7 of local unit 3 belongs to meter/,
  );
  assert.equal((await ofHost('commission', '00000b', ...place(8))).code, 0);
  const [told] = await withFolder(({ store }) => store.read((tx) => tx.commands(OLD)));
  assert.equal(told?.slot, 'clock-set');

  const waits = await ofHost('replace', '00000a', '00000b');
  assert.match(
    waits.out,
    /^Meter 00000a is told to close its purse when the host reaches it; what it holds then goes to/i,
  );
  assert.equal((await ofHost('replace', '00000a', '00000b')).out, waits.out);
  assert.match((await ofHost('replace', '00000b', '00000a')).err, /its purse is closing\.\n$/);
  const retired = await ofHost('retire', '00000b');
  assert.match(retired.out, /^Meter 00000b is told to close its purse/i);
  const entries = await withFolder(({ store }) => store.read((tx) => tx.audit.page({ limit: 9 })));
  const actions = new Set(entries.map(({ action }) => action));
  assert.deepEqual([...actions].sort(), ['closePurse', 'enrolMeter', 'orderCommand', 'replaceMeter']);
});

test('what a running host does itself says where, and what it does not do wants it stopped', async () => {
  const place = ['--subscriber', 'kim', '--local-unit', '3', '--address', '9'];
  const inUse = `The data folder ${FOLDER} is in use by another process: stop that one`;
  const days = ['--from', '2026-01-01', '--to', '2026-01-02', '--data', FOLDER];
  await withFolder(async () => {
    for (const [said, meanwhile] of [
      [
        await ofHost('commission', '00000f', ...place),
        'press "Enrol a meter" on its page /subscribers/kim, or ask its API: POST /api/v1/meters',
      ],
      [
        await ofHost('move-out', '00000a'),
        'press "Move out" on its page /field/00000a, or ask its API: POST /api/v1/meters/00000a/move-out',
      ],
      [
        await ofHost('move-in', '00000a', '--subscriber', 'lee'),
        'press "Move in" on its page /field/00000a, or ask its API: POST /api/v1/meters/00000a/move-in',
      ],
      [
        await ofHost('retire', '00000a'),
        'press "Close its purse" on its page /field/00000a, or ask its API: POST /api/v1/meters/00000a/closing',
      ],
      [
        await runIn(scratch, 'statement', '--meter', '00000A', ...days),
        'ask its API: GET /api/v1/meters/00000a/statement',
      ],
    ] as const) {
      assert.deepEqual(said, { code: 2, out: '', err: `${inUse} or, where it is the host, ${meanwhile}.\n` });
    }
    const replaced = await ofHost('replace', '00000a', '00000b');
    assert.deepEqual(replaced, { code: 2, out: '', err: `${inUse}, or choose another folder.\n` });
  });
});

test('a dead meter is closed in the books at once', async () => {
  for (const [number, address] of [
    ['00000c', '1'],
    ['00000d', '2'],
  ] as const) {
    const place = ['--subscriber', 'kim', '--local-unit', '4', '--address', address];
    assert.equal((await ofHost('commission', number, ...place)).code, 0);
  }
  const closed = await ofHost('replace', '00000c', '00000d', '--dead');
  assert.match(closed.out, /^Meter 00000c is closed: 0 tokens left its purse and went to meter 00000d\. Given again/i);
});

test('a household moves out and another in on the command line, each said with how far it is', async () => {
  for (const [number, address] of [
    ['0000a1', '1'],
    ['0000a2', '2'],
    ['0000a3', '3'],
  ] as const) {
    const place = ['--subscriber', 'kim', '--local-unit', '6', '--address', address];
    assert.equal((await ofHost('commission', number, ...place)).code, 0);
  }
  const waits = await ofHost('move-out', '0000a1', '--next', '0000a2');
  assert.match(waits.out, /^kim leaves meter 0000a1 as soon as the host has heard its last reading\. Given again/i);
  assert.equal((await ofHost('move-out', '0000a1', '--next', '0000a2')).out, waits.out);
  assert.match((await ofHost('move-out', '0000a1')).err, /leaves meter 0000a1 already, for another place than that/i);
  assert.match((await ofHost('move-in', '0000a1', '--subscriber', 'lee')).err, /has not told its last reading/);
  assert.match((await ofHost('move-in', '0000a2', '--subscriber', 'lee')).err, /let that household move out first/);
  const left = await ofHost('move-out', '0000a3', '--dead');
  assert.match(
    left.out,
    /^kim left meter 0000a3 with 0 tokens \(the balance last proved, because the meter is dead, /i,
  );
  assert.match((await ofHost('move-in', '0000a3', '--subscriber', 'lee')).err, /given up as dead/);
  assert.match((await ofHost('move-in', '0000a3')).err, /^meter move-in needs --subscriber/);
  const entries = await withFolder(({ store }) => store.read((tx) => tx.audit.page({ limit: 9 })));
  assert.ok(entries.some(({ action }) => action === 'moveOut'));
});

test('a meter whose case was opened is revived by the maintenance key of its own utility, and by no other', async () => {
  const path = join(scratch, 'm.wpm');
  assert.equal((await ofHost('personalise', path, '--number', '0000ee')).code, 0);
  const place = ['--subscriber', 'lee', '--local-unit', '5', '--address', '1'];
  assert.equal((await ofHost('commission', '0000ee', ...place)).code, 0);
  const whole = await ofHost('revive', path);
  assert.deepEqual([whole.code, whole.out], [2, '']);
  assert.match(whole.err, /^Meter 0000ee has its keys: only one whose case was opened is revived\.\n$/i);

  inFile(path, (opened, now) => senseSeal(opened, { sensor: 'cover', on: true }, now, DEAF));
  assert.deepEqual(holds(path), { purposes: [Purpose.monitoring, Purpose.maintenance], dismantled: true });
  const revived = await ofHost('revive', path);
  assert.deepEqual([revived.code, revived.err], [0, '']);
  assert.deepEqual(holds(path), { purposes: ALL, dismantled: false });
  const commands = await withFolder(({ store }) => store.read((tx) => tx.commands(0xee as Svpmsn)));
  assert.ok(commands.some(({ slot }) => slot === 'relay-0-clear-tamper'));

  // The same, of a meter that another utility made.
  const theirs = join(scratch, 'v');
  mkdirSync(theirs);
  const drawn = await drawnKeys();
  writeFileSync(join(theirs, 'keyring.wpkr'), await sealKeyRing(drawn, PASSPHRASE, systemRandomness, 10));
  writeFileSync(join(theirs, 'host.json'), '{"version":1,"zone":"UTC"}\n');
  const foreign = join(scratch, 'foreign.wpm');
  assert.equal((await meter('personalise', foreign, '--number', '0000ef', '--data', theirs)).code, 0);
  const beside = ['--subscriber', 'lee', '--local-unit', '5', '--address', '2'];
  assert.equal((await ofHost('commission', '0000ef', ...beside)).code, 0);
  inFile(foreign, (opened, now) => senseSeal(opened, { sensor: 'cover', on: true }, now, DEAF));
  const refused = await ofHost('revive', foreign);
  assert.deepEqual([refused.code, refused.out], [1, '']);
  assert.match(
    refused.err,
    /^Meter 0000ef took no key \(its maintenance key is another\): see that the shares are of/i,
  );
  assert.equal(holds(foreign).dismantled, true);
});

test('a wrong use is one sentence, and changes nothing', async () => {
  for (const [words, sentence] of [
    [['commission', '00000f'], /^meter commission needs --subscriber/],
    [['commission', '12', '--subscriber', 'kim'], /^A meter's number is six hex digits, as 0A1B2C, not "12"/],
    [
      ['commission', '00000f', '--subscriber', 'kim', '--local-unit', '1', '--address', '256'],
      /^--address is a whole number from 0 to 255/,
    ],
    [['replace', '00000a'], /^meter replace takes the numbers of two meters, the old one first/],
    [['revive'], /^meter revive takes the file that the meter is/],
    [['revive', 'nowhere.wpm'], /nowhere\.wpm/],
  ] as const) {
    const refused = await ofHost(...words);
    assert.deepEqual([refused.code, refused.out], [2, '']);
    assert.match(refused.err, sentence);
  }
  const unknown = await ofHost('replace', '00000a', '0000ff');
  assert.deepEqual([unknown.code, unknown.out], [1, '']);
  assert.match(unknown.err, /^No meter 0000ff/i);
  assert.match((await meter('retire', '00000a', '--data', 'nowhere')).err, /holds neither a demo nor a host/);
});

test('a host that starts after a command goes on after what the command wrote', async () => {
  // As a host leaves it that was stopped a moment ago.
  const ahead = Date.now() + 50_000;
  await withFolder(({ store }) => store.transaction((tx) => tx.setFact('instant-reserved', ahead)));
  const place = ['--subscriber', 'kim', '--local-unit', '9', '--address', '1'];
  assert.equal((await ofHost('commission', '0000e1', ...place)).err, '');
  const { written, reserved } = await withFolder(({ store }) =>
    store.read(async (tx) => ({
      written: (await tx.commands(0xe1 as Svpmsn))[0]?.orderedAt ?? 0,
      reserved: (await tx.fact('instant-reserved')) ?? 0,
    })),
  );
  assert.ok(written >= ahead, 'no instant before it is used again');
  assert.ok(reserved > written, `${reserved} is after ${written}`);
});
