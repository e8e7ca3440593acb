import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkVectorFile } from './vectors.ts';

const VECTORS = join(import.meta.dirname, '../../../shared/vectors');
const skip = existsSync(VECTORS) ? false : `the published vectors are not at ${VECTORS}`;
const published = () => readFileSync(join(VECTORS, 'exchange.json'), 'utf8');
const drawn = () => execFileSync(process.execPath, [join(VECTORS, 'generate.mjs'), '--random'], { encoding: 'utf8' });

type Json = { [field: string]: Json } | Json[] | string | number;
interface Leaf {
  readonly path: string;
  readonly holder: Record<string, Json>;
  readonly name: string;
  readonly value: string | number;
}

function leavesOf(value: Json, path = ''): Leaf[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (typeof inner === 'object') return leavesOf(inner, at);
    return [{ path: at, holder: value as Record<string, Json>, name, value: inner }];
  });
}

const isNote = ({ path }: Leaf): boolean => /(^|\.)note$/.test(path);
const hexOf = ({ path, value }: Leaf): string | undefined =>
  typeof value === 'string' && !/(note|order)$/.test(path) ? value : undefined;
/** DES ignores the lowest bit of each byte of its key. */
const isParity = ({ path }: Leaf, bit: number): boolean => /^3des(-xo)?\.KH$/.test(path) && bit % 8 === 7;

function withBit(hex: string, bit: number): string {
  const bytes = Buffer.from(hex, 'hex');
  bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (0x80 >> (bit & 7)), bit >> 3);
  return bytes.toString('hex');
}

function report(file: Json) {
  const found = checkVectorFile(JSON.stringify(file));
  assert.ok(!('sentence' in found), 'sentence' in found ? found.sentence : '');
  return found;
}

test('every value of the published file is met', { skip }, () => {
  const leaves = leavesOf(JSON.parse(published())).filter((leaf) => !isNote(leaf));
  assert.deepEqual(checkVectorFile(published()), { checked: leaves.length, wrong: [] });
});

test('every value of three freshly drawn files is met', { skip }, () => {
  for (let i = 0; i < 3; i++) {
    const file = drawn();
    assert.deepEqual(report(JSON.parse(file)).wrong, [], file);
  }
});

test('every value that is changed is found, notes and the parity of triple-DES keys apart', { skip }, () => {
  for (const text of [published(), drawn()]) {
    const file: Json = JSON.parse(text);
    for (const leaf of leavesOf(file)) {
      const { path, holder, name, value } = leaf;
      const hex = hexOf(leaf);
      // Every bit of what is computed from, the outermost and the middle ones of what is only compared.
      const size = 4 * (hex?.length ?? 0);
      const bits = /^input|KH$/.test(path) ? [...Array(size).keys()] : [0, size / 2 - 2, size / 2 - 1, size - 1];
      const others: [string | number, boolean][] =
        hex !== undefined
          ? bits.map((bit) => [withBit(hex, bit), !isParity(leaf, bit)])
          : typeof value === 'number'
            ? [[value + 1, true]]
            : [[`${value}.`, !isNote(leaf)]];
      for (const [other, isFound] of others) {
        holder[name] = other;
        const { wrong } = report(file);
        assert.equal(wrong.length > 0, isFound, `${path} changed from ${value} to ${other}`);
      }
      holder[name] = value;
    }
    assert.deepEqual(report(file).wrong, [], 'the file is as it was');
  }
});

test('every single bit of the computed frames that is changed is found where it stands', { skip }, () => {
  const file: Json = JSON.parse(published());
  const frames = leavesOf(file).filter(({ path }) => /^3des.*frame[1-4]$/.test(path));
  assert.equal(frames.length, 8);
  for (const { path, holder, name, value } of frames) {
    for (let bit = 0; bit < 4 * String(value).length; bit += 5) {
      const other = withBit(String(value), bit);
      holder[name] = other;
      assert.deepEqual(report(file).wrong, [{ path, expected: value, found: other }]);
    }
    holder[name] = value;
  }
});

test('an input or a number that is changed alone is named, with what should stand there', { skip }, () => {
  const changed = (path: string, value: Json) => {
    const file: Json = JSON.parse(published());
    const leaf = leavesOf(file).find((one) => one.path === path);
    assert.ok(leaf, path);
    leaf.holder[leaf.name] = value;
    return report(file).wrong;
  };
  assert.deepEqual(changed('3des-xo.frameBytes', 133), [{ path: '3des-xo.frameBytes', expected: 132, found: 133 }]);
  assert.deepEqual(changed('input.creditedAfter', 1), [{ path: 'input.creditedAfter', expected: 190000, found: 1 }]);
  assert.deepEqual(changed('input.H', '11'), [{ path: 'input.H', expected: '10', found: '11' }]);
  assert.deepEqual(changed('aes128.n', 0x30)[0], { path: 'aes128.n', expected: 0x20, found: 0x30 });
  assert.equal(changed('input.order', 'order-000002')[0]?.path, 'input.TXID');
  const twice = changed('aes128.KH', '000102030405060708090a0b0c0d0e0f').at(-1);
  assert.deepEqual(twice, {
    path: 'aes128.KH',
    expected: 'another key than 3des.KH',
    found: '000102030405060708090a0b0c0d0e0f',
  });
});

/** The file with one leaf changed. */
function changedAt(path: string, value: Json): Json {
  const file: Json = JSON.parse(published());
  const leaf = leavesOf(file).find((one) => one.path === path);
  assert.ok(leaf, path);
  leaf.holder[leaf.name] = value;
  return file;
}

test('every value of another length or kind is found where it stands, and is no other form of file', { skip }, () => {
  const file: Json = JSON.parse(published());
  for (const leaf of leavesOf(file).filter((leaf) => !isNote(leaf))) {
    const { path, holder, name, value } = leaf;
    const hex = hexOf(leaf);
    const others: Json[] =
      hex === undefined
        ? [-1, 1.5, 2 ** 60, String(value), '']
        : [`${hex}00`, hex.slice(2), hex.slice(1), `zz${hex.slice(2)}`, '', Number.parseInt(hex.slice(0, 8), 16)];
    for (const other of path === 'input.order' ? [7] : others) {
      holder[name] = other;
      const { wrong } = report(file);
      const named = wrong.find((one) => one.path === path);
      assert.deepEqual(named?.found, other, `${path} changed from ${value} to ${other}`);
    }
    holder[name] = value;
  }
  assert.deepEqual(report(file).wrong, [], 'the file is as it was');
});

test('an input that nothing can be computed from is named alone, with what must stand there', { skip }, () => {
  const cases: readonly (readonly [string, Json, string])[] = [
    ['input.R1', '00', '16 bytes in lower-case hex'],
    ['input.svpmsn', '0a1b2C', '3 bytes in lower-case hex'],
    ['input.TC', 0, 'a whole number from 1 to 4294967295'],
    ['input.TC', '7', 'a whole number from 1 to 4294967295'],
    ['input.clock', 1.5, 'a whole number from 0 to 4294967295'],
    ['input.order', 7, 'a text in quotes'],
    ['aes128.KH', '', '16 bytes in lower-case hex'],
    ['3des.n', 256, 'a whole number from 0 to 255'],
    [
      'input.R1',
      '10111213141516171011121314151617',
      '16 bytes without equal or complementary halves, which suite 3des-xo refuses',
    ],
  ];
  for (const [path, found, expected] of cases) {
    const { checked, wrong } = report(changedAt(path, found));
    assert.deepEqual(wrong, [{ path, expected, found }]);
    assert.equal(checked, 21, 'thirteen inputs, and key and name of four suites');
  }
});

test('a computed value of another length is one difference, beside all the others that were compared', { skip }, () => {
  const { checked, wrong } = report(changedAt('knownAnswers.rfc4493_empty', 'bb'));
  const expected = 'bb1d6929e95937287fa37d129b756746';
  assert.deepEqual(wrong, [{ path: 'knownAnswers.rfc4493_empty', expected, found: 'bb' }]);
  assert.ok(checked > 90);
});

test('a file that has not the fields is refused in one sentence that names the place', { skip }, () => {
  const sentenceOf = (change: (file: Record<string, Record<string, Json>>) => unknown) => {
    const file = JSON.parse(published());
    change(file);
    const found = checkVectorFile(JSON.stringify(file));
    assert.ok('sentence' in found);
    return found.sentence;
  };
  const at = (suite: string, field: string, value: Json) =>
    sentenceOf((file) => Object.assign(file[suite] ?? {}, { [field]: value }));
  assert.equal(at('input', 'orders', 7), 'input.orders is no field of exchange vectors: take it out.');
  assert.equal(
    at('knownAnswers', 'rfc4493_empty', {}),
    'knownAnswers.rfc4493_empty must be one value, 16 bytes in lower-case hex.',
  );
  assert.equal(
    sentenceOf((file) => void delete file.aes256?.KH),
    'aes256.KH is missing: exchange vectors have it.',
  );
  assert.equal(
    sentenceOf((file) => void delete file['3des']),
    '3des is missing: exchange vectors have it.',
  );
  assert.equal(
    sentenceOf((file) => Object.assign(file, { knownAnswers: [] })),
    'knownAnswers must be an object with the fields rfc4493_empty, rfc4493_16.',
  );
  assert.equal(
    sentenceOf((file) => Object.assign(file.attacksOn3des?.A2_mintedValue ?? {}, { askedR2: ['00'] })),
    'attacksOn3des.A2_mintedValue.askedR2 must be a list of 3.',
  );
});

test('every field that is missing or doubled by another name is refused, and names itself', { skip }, () => {
  const file: Json = JSON.parse(published());
  for (const { path, holder, name, value } of leavesOf(file).filter(({ holder }) => !Array.isArray(holder))) {
    delete holder[name];
    const missing = checkVectorFile(JSON.stringify(file));
    assert.ok('sentence' in missing && missing.sentence.startsWith(`${path} is missing`), path);
    holder[name] = value;
    holder[`${name}_`] = value;
    const extra = checkVectorFile(JSON.stringify(file));
    assert.ok('sentence' in extra && extra.sentence.startsWith(`${path}_ is no field`), path);
    delete holder[`${name}_`];
  }
});

test('text that is no JSON, or JSON that is no object, is refused', () => {
  for (const text of ['', '{', 'null', '[]', '7', '"3des"', '{"note":1}']) {
    const found = checkVectorFile(text);
    assert.ok('sentence' in found, text);
    assert.match(found.sentence, /^The file is not JSON.*\.$|^The file must be an object.*\.$|^input is missing.*\.$/);
  }
});

test('the published sale holds in every value', () => {
  const path = join(import.meta.dirname, '../../test/vectors/value-store.json');
  const report = checkVectorFile(readFileSync(path, 'utf8'));
  assert.deepEqual(report, { checked: 101, wrong: [] });
});

test('the command ends with 1 for a value that is wrong, 2 for a file without the fields, and 0 for one that holds', () => {
  const path = join(import.meta.dirname, '../../test/vectors/value-store.json');
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-vectors-'));
  const ends = (change: (file: { aes128: Record<string, string> }) => unknown) => {
    const file = JSON.parse(readFileSync(path, 'utf8'));
    change(file);
    writeFileSync(join(folder, 'changed.json'), JSON.stringify(file));
    const args = [join(import.meta.dirname, 'main.ts'), 'vectors', 'check', join(folder, 'changed.json')];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { status, told: stdout + stderr };
  };
  try {
    assert.equal(ends(() => undefined).status, 0);
    const longer = ends(({ aes128 }) => Object.assign(aes128, { frame4: `${aes128.frame4}00` }));
    assert.equal(longer.status, 1);
    assert.match(
      longer.told,
      /^aes128\.frame4: the file has ".*00", and must have .*\n101 values checked, 1 wrong\.\n$/,
    );
    const shortKey = ends(({ aes128 }) => Object.assign(aes128, { KH: '00' }));
    assert.equal(shortKey.status, 1);
    assert.match(shortKey.told, /^aes128\.KH: the file has "00", and must have 16 bytes in lower-case hex\n/);
    const without = ends(({ aes128 }) => void delete aes128.KH);
    assert.equal(without.status, 2);
    assert.match(without.told, /aes128\.KH is missing/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
