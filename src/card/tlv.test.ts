import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat, fromHex, toHex } from '../bytes/index.ts';
import { decodeDol, dolData } from './emv/dol.ts';
import { Tag } from './emv/tags.ts';
import { DATA_OBJECTS_MAX, type DataObject, decodeTlv, encodeTlv, TLV_DEPTH_MAX } from './tlv.ts';

const decoded = (hex: string): readonly DataObject[] => {
  const objects = decodeTlv(fromHex(hex));
  assert.ok(!('reason' in objects), JSON.stringify(objects));
  return objects;
};
const shown = (objects: readonly DataObject[] | undefined): unknown =>
  objects?.map(({ tag, value, inside }) => [tag.toString(16), inside === undefined ? toHex(value) : shown(inside)]);

test('tags of one, two and three bytes and lengths of one, two and three bytes are read', () => {
  assert.deepEqual(shown(decoded('5a0101 9f020102 df81010103'.replaceAll(' ', ''))), [
    ['5a', '01'],
    ['9f02', '02'],
    ['df8101', '03'],
  ]);
  for (const [length, head] of [
    [0, '00'],
    [127, '7f'],
    [128, '8180'],
    [255, '81ff'],
    [256, '820100'],
    [600, '820258'],
  ] as const) {
    const value = new Uint8Array(length).fill(7);
    const bytes = concat(fromHex(`5a${head}`), value);
    assert.deepEqual(encodeTlv(0x5a, value), bytes);
    assert.equal(decoded(toHex(bytes))[0]?.value.length, length);
  }
  // A length may be longer than it must be.
  assert.deepEqual(shown(decoded('5a810101')), [['5a', '01']]);
  assert.deepEqual(shown(decoded('5a82000101')), [['5a', '01']]);
});

test('templates hold data objects, and zeros between data objects mean nothing', () => {
  assert.deepEqual(shown(decoded('006f0e840300010200a5065003414243000000')), [
    [
      '6f',
      [
        ['84', '000102'],
        ['a5', [['50', '414243']]],
      ],
    ],
  ]);
  assert.deepEqual(decoded(''), []);
  assert.deepEqual(decoded('0000'), []);
});

for (const { what, hex, reason, at } of [
  { what: 'a tag without its second byte', hex: '9f', reason: 'tag-cut', at: 0 },
  { what: 'a tag without its third byte', hex: '5a00df81', reason: 'tag-cut', at: 2 },
  { what: 'a tag of four bytes', hex: 'df81810100', reason: 'tag-too-long', at: 0 },
  { what: 'a tag without a length', hex: '5a', reason: 'length-cut', at: 0 },
  { what: 'a length without its second byte', hex: '5a81', reason: 'length-cut', at: 0 },
  { what: 'a length without its third byte', hex: '5a8201', reason: 'length-cut', at: 0 },
  { what: 'a length without an end', hex: '7080', reason: 'length-form-wrong', at: 0 },
  { what: 'a length of four bytes', hex: '5a8300000101', reason: 'length-form-wrong', at: 0 },
  { what: 'a value that is cut', hex: '5a0101005a0201', reason: 'value-cut', at: 4 },
  { what: 'a data object that reaches beyond its template', hex: '7003 5a0201 02', reason: 'value-cut', at: 2 },
] as const) {
  test(`${what} is refused, with its place`, () => {
    assert.deepEqual(decodeTlv(fromHex(hex.replaceAll(' ', ''))), { reason, at });
  });
}

test('templates lie in each other to a depth, and no deeper', () => {
  const nested = (depth: number): Uint8Array => {
    let bytes: Uint8Array = fromHex('5a0101');
    for (let i = 1; i < depth; i++) bytes = encodeTlv(0x70, bytes);
    return bytes;
  };
  assert.ok(!('reason' in decodeTlv(nested(TLV_DEPTH_MAX))));
  const tooDeep = decodeTlv(nested(TLV_DEPTH_MAX + 1));
  assert.ok('reason' in tooDeep && tooDeep.reason === 'too-deep');
});

test('there are so many data objects in a response, and no more', () => {
  const many = (count: number) => concat(...Array.from({ length: count }, () => fromHex('5a00')));
  assert.equal(decoded(toHex(many(DATA_OBJECTS_MAX))).length, DATA_OBJECTS_MAX);
  assert.deepEqual(decodeTlv(many(DATA_OBJECTS_MAX + 1)), { reason: 'too-many', at: 2 * DATA_OBJECTS_MAX });
});

test('whatever is encoded is decoded to the same', () => {
  const tags = fc.constantFrom(0x5a, 0x82, 0x9f02, 0x5f34, 0xdf8101, 0x9f7f, 0x1f00);
  fc.assert(
    fc.property(fc.array(fc.tuple(tags, fc.uint8Array({ maxLength: 400 })), { maxLength: 5 }), (objects) => {
      const bytes = concat(...objects.map(([tag, value]) => encodeTlv(tag, value)));
      assert.deepEqual(
        decodeTlv(bytes),
        objects.map(([tag, value]) => ({ tag, value, inside: undefined })),
      );
    }),
  );
});

test('it is a mistake of the program to encode what is no tag, or too long', () => {
  for (const tag of [0, 0x1f, 0x9f, 0x5a02, 0x9f82, 0xdf8181]) {
    assert.throws(() => encodeTlv(tag, new Uint8Array(0)), /^Error: must hold/, tag.toString(16));
  }
  assert.throws(() => encodeTlv(0x5a, new Uint8Array(0x1_0000)), /^Error: must hold/);
  assert.equal(encodeTlv(0x5a, new Uint8Array(0xffff)).length, 4 + 0xffff);
});

test('a list of data objects says what is wanted, or why it is none', () => {
  assert.deepEqual(decodeDol(fromHex('9f02069a03df810180')), [
    { tag: 0x9f02, length: 6 },
    { tag: 0x9a, length: 3 },
    { tag: 0xdf8101, length: 128 },
  ]);
  assert.deepEqual(decodeDol(new Uint8Array(0)), []);
  assert.deepEqual(decodeDol(fromHex('9f02')), { reason: 'length-cut' });
  assert.equal((decodeDol(fromHex('9f')) as { reason: string }).reason, 'tag-cut');
  assert.equal((decodeDol(fromHex('df818101')) as { reason: string }).reason, 'tag-too-long');
  assert.equal((decodeDol(fromHex('5afc')) as []).length, 1);
  assert.deepEqual(decodeDol(fromHex('5afd')), { reason: 'dol-too-long' });
  assert.deepEqual(decodeDol(fromHex('5a7f5a7e')), { reason: 'dol-too-long' });
});

for (const { what, tag, length, value, expected } of [
  {
    what: 'what is as long as it is asked for stays',
    tag: Tag.amountAuthorised,
    length: 2,
    value: '1234',
    expected: '1234',
  },
  { what: 'a number has zeros before it', tag: Tag.amountAuthorised, length: 4, value: '1234', expected: '00001234' },
  { what: 'a number keeps its last digits', tag: Tag.amountAuthorised, length: 1, value: '1234', expected: '34' },
  {
    what: 'a card number is filled with ones',
    tag: Tag.applicationPan,
    length: 4,
    value: '1234',
    expected: '1234ffff',
  },
  { what: 'a card number keeps its first digits', tag: Tag.applicationPan, length: 1, value: '1234', expected: '12' },
  {
    what: 'anything else has zeros behind it',
    tag: Tag.issuerApplicationData,
    length: 3,
    value: '1234',
    expected: '123400',
  },
  {
    what: 'anything else keeps its first bytes',
    tag: Tag.issuerApplicationData,
    length: 1,
    value: '1234',
    expected: '12',
  },
  { what: 'what is not there is zeros', tag: Tag.issuerApplicationData, length: 2, value: undefined, expected: '0000' },
] as const) {
  test(`in a list of data objects ${what}`, () => {
    const given = value === undefined ? undefined : fromHex(value);
    assert.equal(toHex(dolData([{ tag, length }], () => given)), expected);
  });
}
