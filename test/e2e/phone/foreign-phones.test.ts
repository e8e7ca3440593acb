import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { KEYS } from '../../../src/phone/index.ts';
import { toneBytes } from '../../../src/phone/rtp/tones.testing.ts';
import { meterDigits } from '../../../src/units/index.ts';
import { NUMBER, Office } from './office.ts';
import { callBySipp, toneFile, type Way } from './sipp.ts';

const lacks = ['sipp', 'espeak-ng'].find((program) => spawnSync(program, ['--version']).error !== undefined);
const packageOf = lacks === 'sipp' ? 'sip-tester' : lacks;
const skip = lacks === undefined ? false : `needs the Debian package ${packageOf}`;

let folder: string;
let office: Office;

before(async () => {
  if (skip !== false) return;
  folder = mkdtempSync(join(tmpdir(), 'wattpurse-phones-'));
  for (const key of KEYS) writeFileSync(join(folder, toneFile(key)), toneBytes(key));
  office = await Office.open(join(folder, 'speech'));
});
after(async () => {
  if (skip !== false) return;
  await office.close();
  rmSync(folder, { recursive: true });
});

test('a foreign telephone calls, hears, confirms and buys, and the meter that was cut off is on again', {
  skip,
}, async () => {
  assert.equal(office.isSupplied, false);
  const press = (keys: string) => ({ type: 'press', keys }) as const;
  const wait = (ms: number) => ({ type: 'wait', ms }) as const;
  const deeds = [
    wait(2_000),
    press('2'),
    wait(500),
    press('1'),
    wait(500),
    press('2'),
    wait(25_000),
    press('1'),
    wait(8_000),
  ];
  const { code, said } = await callBySipp({ folder, port: office.port, way: 'event', from: NUMBER, deeds });
  assert.equal(code, 0, said);
  const [call] = await office.calls();
  const steps = call?.steps.map(({ name }) => name) ?? [];
  for (const name of ['amount-chosen', 'means-chosen', 'quoted', 'confirmed', 'paid', 'value-stored'] as const) {
    assert.ok(steps.includes(name), `${name}: ${steps.join(' ')}`);
  }
  assert.equal(office.isSupplied, true);
});

for (const way of ['event', 'info', 'tone'] as const satisfies readonly Way[]) {
  test(`a foreign telephone keys the nine digits of a meter, told as ${way}, and each is right`, { skip }, async () => {
    const keys = `1${meterDigits(office.meter)}##`;
    const deeds = [
      { type: 'wait', ms: 1_500 } as const,
      { type: 'press', keys } as const,
      { type: 'wait', ms: 1_500 } as const,
    ];
    const { code, said } = await callBySipp({ folder, port: office.port, way, from: '4930123456', deeds });
    assert.equal(code, 0, said);
    const [call] = await office.calls();
    // A wrong digit is no meter: the call would not know for whom it is.
    assert.equal(call?.svpmsn, office.meter, JSON.stringify(call?.steps));
  });
}

test('fifty foreign telephones that call at twenty a second are all understood, each digit of each', {
  skip,
}, async () => {
  const keys = `1${meterDigits(office.meter)}##`;
  const deeds = [
    { type: 'wait', ms: 1_500 } as const,
    { type: 'press', keys } as const,
    { type: 'wait', ms: 2_500 } as const,
  ];
  const before = (await office.calls()).length;
  // sipp puts the number of each call in: nobody calls from fifty telephones of one number.
  const call = { folder, port: office.port, way: 'event', from: '49301000[call_number]', deeds } as const;
  const { code, said } = await callBySipp({ ...call, calls: { count: 50, perSecond: 20 } });
  assert.equal(code, 0, said);
  const calls = (await office.calls()).slice(0, 50);
  assert.equal((await office.calls()).length, before + 50);
  assert.deepEqual(
    calls.filter(({ svpmsn }) => svpmsn !== office.meter).map(({ steps }) => steps.map(({ name }) => name)),
    [],
  );
});
