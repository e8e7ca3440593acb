import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sheetPdf } from '../../src/adapters/sheet-pdf.ts';
import { type ClosedPeriod, claimsOf, settlementCsv, settlementSheet } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { FEBRUARY } from '../../src/host/settlement.testing.ts';
import { loadOf, SettlingHost } from './settlement.testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-settlement-'));
after(() => rmSync(folder, { recursive: true }));

const needsPoppler =
  spawnSync('pdftotext', ['-v']).error === undefined ? false : 'needs the Debian package poppler-utils';

/** A February with a gap, closed, claimed and disputed. */
async function disputed() {
  const seller = await SettlingHost.open('korea-power');
  const reseller = await SettlingHost.open('hanbit');
  await reseller.live(FEBRUARY, (unit, minute) => (minute < 30 ? undefined : loadOf(unit, minute)));
  await seller.live(FEBRUARY);
  await reseller.close('2026-02');
  made(await reseller.claim(seller.sellerOf(reseller), '2026-02'));
  const closed: ClosedPeriod = made(await reseller.rig.host.period('2026-02'));
  return { closed, sheet: settlementSheet(closed, await claimsOf(reseller.rig.store, '2026-02')) };
}

test('the sheet of a closing names price, gaps and what is disputed, and its columns sum', async () => {
  const { sheet } = await disputed();
  const [steps, transformers] = sheet.sections.slice(0, 2);
  const total = (rows: readonly (readonly string[])[], column: number) =>
    rows.reduce((sum, row) => sum + BigInt((row[column] ?? '').replace('.', '')), 0n);
  const [all] = steps?.rows.slice(-1) ?? [];
  for (const column of [1, 2]) {
    assert.equal(total(steps?.rows.slice(0, -1) ?? [], column), BigInt((all?.[column] ?? '').replace('.', '')));
  }
  assert.equal(total(transformers?.rows ?? [], 1), BigInt((all?.[1] ?? '').replace('.', '')));
  assert.deepEqual(
    transformers?.rows.map((row) => [row[0], row[3]]),
    [
      ['0/1', '30'],
      ['1/2', '30'],
    ],
  );
  const dispute = sheet.sections.find(({ title }) => title === 'Claim of hanbit to korea-power: disputed');
  const minutes = dispute?.rows.filter(([name]) => name?.includes('UTC')).map(([name]) => name?.trim());
  assert.deepEqual(minutes, Array(2).fill('2026-01-31 23:00 to 2026-01-31 23:29 UTC, mWh'));
});

test('the CSV of a closing has one value a line, in whole units', async () => {
  const { closed } = await disputed();
  const lines = settlementCsv(closed).split('\r\n');
  assert.deepEqual([lines[0], lines.at(-1)], ['month,part,item,unit,value', '']);
  for (const line of lines.slice(1, -1)) assert.match(line, /^2026-02,[\w %]+,[\w ]+,[\w .%-]+,-?\d+$/);
  assert.ok(lines.includes(`2026-02,bought,energy,mWh,${closed.settlement.bought.energy}`));
  assert.ok(lines.includes('2026-02,transformer 258,missing,min,30'));
});

test('the PDF of a closing is A4, always the same, and has every row', { skip: needsPoppler }, async () => {
  const { closed, sheet } = await disputed();
  const pdf = made(await sheetPdf(sheet, 'The closing', closed.closing.closedAt));
  assert.deepEqual(await sheetPdf(sheet, 'The closing', closed.closing.closedAt), pdf);
  const path = join(folder, 'settlement.pdf');
  writeFileSync(path, pdf);
  const output = (program: string, ...args: string[]) => spawnSync(program, args, { encoding: 'utf8' }).stdout;
  assert.match(output('pdfinfo', path), /Page size: +595\.28 x 841\.89 pts \(A4\)/);
  const text = output('pdftotext', '-layout', path, '-');
  for (const { title, rows } of sheet.sections) {
    assert.ok(text.includes(title), title);
    for (const row of rows) for (const cell of row) assert.ok(text.includes(cell.trim()), cell);
  }
});

test('a closing with many transformers goes on over pages that are numbered', { skip: needsPoppler }, async () => {
  const { closed, sheet } = await disputed();
  const rows = Array.from({ length: 256 }, (_, i) => [`0/${i}`, '1.000000', '0.000000', '0', '0.900000', '20']);
  const sections = sheet.sections.map((section) =>
    section.title === 'Bought by transformer' ? { ...section, rows } : section,
  );
  const path = join(folder, 'long.pdf');
  writeFileSync(path, made(await sheetPdf({ ...sheet, sections }, 'The closing', closed.closing.closedAt)));
  const text = spawnSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' }).stdout;
  const pages = text.split('\f').slice(0, -1);
  assert.ok(pages.length >= 5);
  for (const [i, page] of pages.entries()) assert.ok(page.includes(`${i + 1} / ${pages.length}`));
  for (const [name = ''] of rows) assert.ok(text.includes(name));
});
