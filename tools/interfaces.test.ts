import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Exported, interfaces, REPORTS, reportOf } from './interfaces.ts';
import { LIBRARIES } from './package.ts';

const found = interfaces();

/** A codec's layout stands at the type that it reads or writes. */
const IS_CODEC = /^(encode|decode)[A-Z]/;
const isFunction = ({ declaration }: Exported) =>
  /^export declare (function|const \w+: (?:<[^(]*>)?\()/.test(declaration);

test('what the libraries export changes on purpose alone: npm run interfaces -- --write', () => {
  for (const library of LIBRARIES) {
    const names = found.get(library) ?? assert.fail(`${library} is a room`);
    const written = readFileSync(join(REPORTS, `${library}.txt`), 'utf8');
    assert.equal(reportOf(names), written, `wattpurse/${library} is not what its report says`);
  }
  const files = globSync('*', { cwd: REPORTS }).sort();
  assert.deepEqual(files, LIBRARIES.map((library) => `${library}.txt`).sort(), 'no report is left of what is gone');
});

test('a name that is added, taken away or changed is another report', () => {
  const names = new Map(found.get('exchange'));
  const written = readFileSync(join(REPORTS, 'exchange.txt'), 'utf8');
  const first = names.get('hostFirst') ?? assert.fail('it is there');
  const other = { ...first, declaration: first.declaration.replace('HostSession', 'string') };
  assert.notEqual(reportOf(new Map(names).set('hostFirst', other)), written);
  assert.notEqual(reportOf(new Map(names).set('hostLast', first)), written);
  names.delete('hostFirst');
  assert.notEqual(reportOf(names), written);
});

test('every function of a library but a codec says what it does', () => {
  const silent = [...found].flatMap(([library, names]) =>
    [...names]
      .filter(([name, one]) => isFunction(one) && !one.documented && !IS_CODEC.test(name))
      .map(([name]) => `${library}.${name}`),
  );
  assert.deepEqual(silent, []);
});
