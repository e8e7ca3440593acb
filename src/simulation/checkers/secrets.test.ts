import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../bytes/index.ts';
import { seededRandom } from '../random.ts';
import { Findings } from './checker.ts';
import { Secrets } from './secrets.ts';

const key = new Uint8Array(16);
seededRandom(1).fill(key);
const hex = toHex(key);
const almost = key.with(15, (key[15] as number) ^ 1);

/** Whether a key is found in what is written down. */
function finds(write: (secrets: Secrets) => void): boolean {
  const findings = new Findings(
    () => 0,
    (text) => assert.ok(!text.includes(hex), 'the finding itself says the key'),
  );
  const secrets = new Secrets(findings);
  secrets.learn(key);
  write(secrets);
  assert.equal(findings.checks.get('I31'), 1);
  return findings.violations.length > 0;
}

const row = (value: unknown) => (secrets: Secrets) => secrets.committed([{ method: 'putPerson', values: [value] }]);
const line = (text: string) => (secrets: Secrets) => secrets.told(text, 'a line of the trace');
const within = (bytes: Uint8Array) => Uint8Array.of(7, 7, 7, ...bytes, 7);

for (const [where, write, beside] of [
  ['alone in a row', row({ body: key }), row({ body: almost })],
  ['among other bytes of a row', row({ body: within(key) }), row({ body: within(almost) })],
  ['deep in a row', row([{ a: { b: [key] } }]), row([{ a: { b: [almost] } }])],
  ['in hex in a row', row({ name: `x-${hex}` }), row({ name: `x-${toHex(almost)}` })],
  ['in capital hex in a line', line(`key ${hex.toUpperCase()}.`), line(`key ${toHex(almost).toUpperCase()}.`)],
  ['behind another digit of a line', line(`0${hex}`), line(`0${toHex(almost)}`)],
  ['behind other hex of a line', line(`0a1b2c${hex}00`), line(`0a1b2c${toHex(almost)}00`)],
] as const) {
  test(`a key is found ${where}, and what differs in one bit is none`, () => {
    assert.ok(finds(write));
    assert.ok(!finds(beside));
  });
}

test('half of a key in hex, and words, are no key', () => {
  assert.ok(!finds(line(hex.slice(0, 31))));
  assert.ok(!finds(line('a bed faced a decade')));
});
