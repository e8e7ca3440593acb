import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readCsv } from '../../src/adapters/csv.ts';
import { sheetPdf } from '../../src/adapters/sheet-pdf.ts';
import { greenButton, type Statement, statementCsv, statementJson, statementSheet } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { berlin, MINUTE, metered, statement, told } from '../../src/host/statement.testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-statement-'));
after(() => rmSync(folder, { recursive: true }));

const lacks = (program: string, debian: string, flag: string) =>
  spawnSync(program, [flag]).error === undefined ? false : `needs the Debian package ${debian}`;
const needsPoppler = lacks('pdftotext', 'poppler-utils', '-v');
const needsXmllint = lacks('xmllint', 'libxml2-utils', '--version');

/** Two days of a meter in Berlin whose subscriber and orders have names that mean something to a machine. */
async function hostile(name = '=HYPERLINK("x"),<b>&"'): Promise<Statement> {
  const rig = await metered(2, ({ energies }) => energies.fill(0xffff, 600, 607));
  await rig.store.transaction((tx) => tx.putSubscriber({ id: 'kim', name, contact: '' }));
  for (const orderId of ['=1+1', "'quoted", '<script>,"x"', '@sum']) {
    made(await rig.host.purchase({ meter: 3, paid: 100, method: 'cash', orderId }));
  }
  await rig.settle();
  await told(rig, berlin(6), 3n);
  await told(rig, berlin(7), 6n);
  rig.clock.ms = berlin(7) + 60 * MINUTE;
  return statement(rig, '2026-01-05', '2026-01-07');
}

test('the sheet and the JSON of a statement say the same numbers', async () => {
  const of = await hostile();
  const { sections } = statementSheet(of);
  const json = statementJson(of);
  const days = sections.find(({ title }) => title === 'Days');
  assert.deepEqual(
    days?.rows.map(([name, minutes, , kwh, used, spent]) => [name, Number(minutes), kwh, used, spent]),
    json.days.map(({ date, profile, minutes, energyWh, used, spent }) => [
      profile === 'whole' ? date : `${date} in part`,
      ...[minutes, (Number(energyWh) / 1000).toFixed(4), used, spent],
    ]),
  );
  const [first, last] = [json.opening.purse, json.closing.purse];
  const balance = sections.find(({ title }) => title === 'Balance, tokens');
  assert.deepEqual([balance?.rows[0]?.[2], balance?.rows.at(-1)?.[2]], [first, last]);
  assert.deepEqual([first, last], ['0', '391']);
});

test('the CSV of a statement sums by its columns, and no name of an order is a formula', async () => {
  const of = await hostile();
  const { header, rows } = made(readCsv(new TextEncoder().encode(statementCsv(of))));
  const cellsOf = (line: string, column: string) =>
    rows.filter(({ cells }) => cells[0] === line).map(({ cells }) => cells[header.indexOf(column)] ?? '');
  const sum = (line: string, column: string) =>
    cellsOf(line, column).reduce((total, cell) => total + BigInt(cell || '0'), 0n);
  for (const account of ['in_flight', 'purse', 'emergency_credit', 'arrears', 'refunds']) {
    const moved = sum('entry', account) + sum('spent', account);
    assert.equal(sum('opening', account) + moved, sum('closing', account), account);
  }
  assert.equal(sum('step', 'used'), sum('used', 'used'));
  assert.equal(sum('day', 'used'), sum('used', 'used'));
  assert.equal(sum('used', 'used') + sum('difference', 'tokens'), sum('spent', 'tokens'));
  for (const { cells } of rows) for (const cell of cells) assert.doesNotMatch(cell, /^[=+@]|^-[^0-9]/);
  assert.deepEqual(new Set(cellsOf('entry', 'order')), new Set(["'=1+1", "''quoted", '<script>,"x"', "'@sum"]));
});

test('the PDF of a statement is always the same, and has every cell, also in Hangul', {
  skip: needsPoppler,
}, async () => {
  const of = await hostile('김 <b>수 = 연');
  const sheet = statementSheet(of);
  const pdf = made(await sheetPdf(sheet, 'The statement', of.asOf));
  assert.deepEqual(made(await sheetPdf(sheet, 'The statement', of.asOf)), pdf);
  const path = join(folder, 'statement.pdf');
  writeFileSync(path, pdf);
  const text = spawnSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' }).stdout.replace(/\s+/g, ' ');
  for (const { title, heads, rows } of sheet.sections) {
    for (const cell of [title, ...heads, ...rows.flat()]) {
      const words = cell.split(/\s+/).filter((word) => word !== '');
      assert.ok(
        words.every((word) => text.includes(word)),
        cell,
      );
    }
  }
});

test('a statement with a letter that no font has is refused by its name, and its other forms are not', async () => {
  const of = await hostile('Ким');
  const refused = await sheetPdf(statementSheet(of), 'The statement', of.asOf);
  assert.ok('sentence' in refused);
  assert.match(refused.sentence, /^The statement cannot be printed: no font at hand has the К \(U\+041A\)/);
});

/** Well-formed by a parser that is not ours; what an XPath of local names finds there. */
function xpath(xml: string, expression: string): string {
  const path = join(folder, 'statement.xml');
  writeFileSync(path, xml);
  const { status, stdout, stderr } = spawnSync('xmllint', ['--xpath', expression, path], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}
const at = (...names: readonly string[]): string => names.map((name) => `/*[local-name()="${name}"]`).join('');
const content = (name: string): string => `/${at('content', name)}`;

test('the Green Button form is a feed whose energy and cost are those of the statement', {
  skip: needsXmllint,
}, async () => {
  const of = await hostile();
  const xml = greenButton(of);
  assert.doesNotMatch(xml, /kim|HYPERLINK|script/);
  assert.equal(xpath(xml, 'namespace-uri(/*)'), 'http://www.w3.org/2005/Atom');
  assert.equal(xpath(xml, `namespace-uri(${content('IntervalBlock')})`), 'http://naesb.org/espi');
  const readings = `${content('IntervalBlock')}${at('IntervalReading')}`;
  assert.equal(Number(xpath(xml, `sum(${readings}${at('value')})`)), of.energy * 100);
  const units = of.steps.reduce((sum, step) => sum + step.chargeUnits, 0n);
  // A token is a hundredth, a cost a hundred-thousandth of the currency.
  assert.equal(Number(xpath(xml, `sum(${readings}${at('cost')})`)), Number(units / 10n ** 8n));
  assert.equal(xpath(xml, `count(${readings})`), String(of.intervals.length));
  // On the whole day, the quarter from ten in UTC lacks seven minutes.
  assert.equal(xpath(xml, `count(${readings}${at('ReadingQuality')}${at('quality')})`), '1');
  assert.equal(xpath(xml, `string(${content('UsageSummary')}${at('billLastPeriod')})`), String(of.spent * 1000n));
  const starts = xpath(xml, `${readings}${at('timePeriod', 'start')}/text()`)
    .split('\n')
    .map(Number);
  assert.deepEqual(
    starts,
    of.intervals.map(({ start }) => start / 1000),
  );
});

test('its ids are UUIDs, each once and always the same, and its links lead to entries', {
  skip: needsXmllint,
}, async () => {
  const of = await hostile();
  const xml = greenButton(of);
  assert.equal(greenButton(of), xml);
  const ids = [...xml.matchAll(/<id>urn:uuid:([^<]*)<\/id>/g)].map(([, id = '']) => id);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set(ids).size, ids.length);
  const links = (rel: string) =>
    [...xml.matchAll(new RegExp(`<link rel="${rel}" href="([^"]*)"/>`, 'g'))].map(([, href = '']) => href);
  const known = new Set([...links('self'), ...links('up')]);
  for (const href of links('related')) assert.ok(known.has(href), href);
});

/** In the order of the schema, ESPI 4.0. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  LocalTimeParameters: ['dstEndRule', 'dstOffset', 'dstStartRule', 'tzOffset'],
  ReadingType: [
    ...['accumulationBehaviour', 'commodity', 'currency', 'dataQualifier', 'flowDirection', 'intervalLength', 'kind'],
    ...['phase', 'powerOfTenMultiplier', 'timeAttribute', 'uom'],
  ],
  IntervalReading: ['cost', 'ReadingQuality', 'timePeriod', 'value'],
  UsageSummary: [
    ...['billingPeriod', 'billLastPeriod', 'currency', 'overallConsumptionLastPeriod', 'qualityOfReading'],
    ...['statusTimeStamp', 'commodity'],
  ],
  overallConsumptionLastPeriod: ['powerOfTenMultiplier', 'timeStamp', 'uom', 'value'],
};

test('its elements stand in the order of the schema', { skip: needsXmllint }, async () => {
  const xml = greenButton(await hostile());
  for (const [name, order] of Object.entries(ORDER)) {
    const first =
      name === 'IntervalReading'
        ? `(//*[local-name()="${name}"][*[local-name()="ReadingQuality"]])[1]`
        : `(//*[local-name()="${name}"])[1]`;
    const found = order.map((_, i) => xpath(xml, `local-name(${first}/*[${i + 1}])`));
    assert.deepEqual(found, order);
    assert.equal(xpath(xml, `count(${first}/*)`), String(order.length));
  }
});

test('the clock changes of a zone are told as rules, and where there are none it is said', {
  skip: needsXmllint,
}, async () => {
  const of = await hostile();
  const rules = (zone: string) => {
    const xml = greenButton({ ...of, zone });
    return ['dstStartRule', 'dstEndRule', 'dstOffset', 'tzOffset'].map((name) =>
      xpath(xml, `string(${content('LocalTimeParameters')}${at(name)})`),
    );
  };
  // Second Sunday of March and first of November, at two: the example that every guide to Green Button has.
  assert.deepEqual(rules('America/New_York'), ['360E2000', 'B40E2000', '3600', '-18000']);
  // The last Sundays of March, at two, and of October, at three.
  assert.deepEqual(rules('Europe/Berlin'), ['3E0E2000', 'AE0E3000', '3600', '3600']);
  assert.deepEqual(rules('Asia/Seoul'), ['FFFFFFFF', 'FFFFFFFF', '0', '32400']);
});
