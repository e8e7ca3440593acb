import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SUITE_NAMES } from '../../src/crypto/index.ts';
import { SUITES } from '../../src/exchange/sides.testing.ts';
import { ATTACKS, type Attack, type Cell } from './attacks.ts';
import { usesOracleOfSeedTerminal } from './attacks-exchange.ts';
import { obeysUnderOwnKey } from './attacks-monitoring.ts';

for (const { name, cells, succeeds } of ATTACKS) {
  for (const suite of SUITES) {
    const cell = cells[suite];
    if (typeof cell !== 'string') continue;
    test(`${name}: ${cell} in ${SUITE_NAMES[suite]}`, async () => {
      assert.equal(await succeeds(suite), cell === 'succeeds');
    });
  }
}

test('every cell of the table is carried out, or says why there is nothing to carry out', () => {
  for (const { name, cells, succeeds } of ATTACKS) {
    assert.equal(typeof succeeds, 'function', name);
    assert.equal(cells.length, SUITES.length, name);
    assert.ok(
      cells.some((cell) => typeof cell === 'string'),
      `${name} is carried out in some suite`,
    );
    for (const cell of cells) if (typeof cell !== 'string') assert.match(cell.notApplicable, /\w+ \w+/, name);
  }
});

test('every attack on the seed’s own suite that needs no key succeeds there, and suites 1 to 3 resist every attack', () => {
  const fallen = ATTACKS.filter(({ cells }) => cells[0] === 'succeeds').map(({ name }) => name);
  for (const known of ['forged M', 'minted value', 'equal halves', 'extension', 'padding', 'cut-and-paste']) {
    assert.ok(fallen.includes(known), known);
  }
  for (const { name, cells } of ATTACKS) assert.ok(!cells.slice(1).includes('succeeds'), name);
});

test('what a thief of the monitoring master tries is obeyed under the keys that may carry it', () => {
  assert.deepEqual(SUITES.slice(1).map(obeysUnderOwnKey), [true, true, true]);
});

test('with one KH for both, a terminal of the seed’s suite would speak 3des-xo for anyone: so no meter serves both', () => {
  assert.deepEqual(SUITES.slice(1).map(usesOracleOfSeedTerminal), [true, false, false]);
});

const page = readFileSync(join(import.meta.dirname, '../../docs/internals/attacks.md'), 'utf8');

test('the page of attacks shows this table', () => {
  const lines = page.split('\n');
  const from = lines.indexOf(`| attack | what the attacker has and does | ${SUITE_NAMES.join(' | ')} |`);
  const end = lines.indexOf('', from);
  assert.deepEqual(lines.slice(from + 2, end), ATTACKS.map(rowOf));
  for (const { name, cells } of ATTACKS) {
    for (const cell of cells) {
      if (typeof cell === 'string') continue;
      assert.ok(page.includes(`${name}: ${cell.notApplicable}`), `${name} says why it does not apply`);
    }
  }
});

function rowOf({ name, does, cells }: Attack): string {
  const shown = (cell: Cell) => (cell === 'succeeds' ? '**succeeds**' : cell === 'fails' ? 'fails' : 'n/a');
  return `| ${[name, does, ...cells.map(shown)].join(' | ')} |`;
}
