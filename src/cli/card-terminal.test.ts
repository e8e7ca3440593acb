import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fromHex } from '../bytes/index.ts';
import { terminalOf } from './card-terminal.ts';
import { WrongUse } from './usage.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-terminal-'));
after(() => rmSync(folder, { recursive: true }));
const FILE = join(folder, 'terminal.json');

const APPLICATION = { aid: 'a000000003', partial: true, version: 0x008c, denial: '0010000000' };
const TERMINAL = { identification: 'WATT0002', country: 276, type: 'attended', applications: [APPLICATION] };

const reading = (text: string) => {
  writeFileSync(FILE, text);
  return terminalOf(FILE);
};

test('a terminal takes what its file names, in its order', () => {
  const second = { ...APPLICATION, aid: 'f0000000570001', partial: false };
  assert.deepEqual(reading(JSON.stringify({ ...TERMINAL, applications: [APPLICATION, second] })), {
    ...{ identification: 'WATT0002', country: 276, type: 'attended' },
    applications: [
      { aid: fromHex('a000000003'), isPartial: true, version: 140, denial: fromHex('0010000000') },
      { aid: fromHex('f0000000570001'), isPartial: false, version: 140, denial: fromHex('0010000000') },
    ],
  });
  assert.equal(terminalOf(undefined).applications.length, 1);
});

test('a file that describes no terminal is refused with the place that is wrong', () => {
  for (const [text, said] of [
    ['{', /is no JSON/],
    ['[]', /wrong at the file itself/],
    [JSON.stringify({ ...TERMINAL, identification: 'T' }), /wrong at \/identification: it /],
    [JSON.stringify({ ...TERMINAL, country: 1_000 }), /wrong at \/country: it /],
    [JSON.stringify({ ...TERMINAL, type: 'kiosk' }), /wrong at \/type: it /],
    [JSON.stringify({ ...TERMINAL, applications: [] }), /wrong at \/applications: it /],
    [JSON.stringify({ ...TERMINAL, applications: [{ ...APPLICATION, aid: 'a0000000' }] }), /\/applications\/0\/aid/],
    [JSON.stringify({ ...TERMINAL, applications: [{ ...APPLICATION, denial: '00' }] }), /\/applications\/0\/denial/],
    [JSON.stringify({ ...TERMINAL, pin: '4711' }), /wrong at \/pin: it /],
  ] as const) {
    assert.throws(
      () => reading(text),
      (error) => error instanceof WrongUse && said.test(error.message),
      text,
    );
  }
});
