import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyName, Purpose, Suite } from '../crypto/index.ts';
import { svpmsn } from '../units/index.ts';
import { blankFrame } from './frame.ts';
import { Command, Message, Refusal, refusalFrame, sectionsOf } from './index.ts';

const frameOf = (suite: Suite, message: Message, bytes: number, h: Command = Command.valueStore): Uint8Array =>
  blankFrame(message, { h, n: keyName(Purpose.value, suite, 0), svpmsn: svpmsn(5) }, bytes);
const told = (frame: Uint8Array): string =>
  sectionsOf(frame)
    .map(({ kind, bytes }) => `${kind} ${bytes}`)
    .join(', ');

test('each message of each suite is told by its sections, as the protocol lays it out', () => {
  const { first, second, third, fourth } = Message;
  assert.deepEqual(
    [frameOf(2, first, 16), frameOf(2, second, 36), frameOf(2, third, 26), frameOf(2, fourth, 43)].map(told),
    [
      'header 7, nonce 16',
      'header 7, nonce 16, sealed 12, tag 8',
      'header 7, sealed 18, tag 8',
      'header 7, sealed 35, tag 8',
    ],
  );
  assert.deepEqual(
    [frameOf(1, first, 24), frameOf(1, second, 16), frameOf(1, third, 24), frameOf(1, fourth, 40)].map(told),
    ['header 7, nonce 24', 'header 7, tag 8, nonce 8', 'header 7, tag 8, sealed 16', 'header 7, tag 8, sealed 32'],
  );
  assert.deepEqual(
    [frameOf(0, first, 24), frameOf(0, second, 16), frameOf(0, third, 16), frameOf(0, fourth, 8)].map(told),
    ['header 7, nonce 24', 'header 7, tag 8, nonce 8', 'header 7, tag 8, sealed 8', 'header 7, sealed 8'],
  );
});

test('a part says its index and count in front, and suite 3des leaves what is no value in clear', () => {
  const table = (suite: Suite) => told(frameOf(suite, Message.third, 110, Command.modeTable));
  assert.equal(table(Suite.aes256), 'header 7, part 2, sealed 100, tag 8');
  assert.equal(table(Suite.tripleDesXo), 'header 7, part 2, sealed 100, tag 8');
  assert.equal(table(Suite.tripleDes), 'header 7, part 2, clear 108');
});

test('behind the nonce of a load stands which card it is for', () => {
  assert.equal(told(frameOf(Suite.aes128, Message.first, 24, Command.addedValue)), 'header 7, nonce 16, clear 8');
  const third = frameOf(Suite.aes128, Message.third, 18 + 66 + 8, Command.addedValue);
  assert.equal(told(third), 'header 7, sealed 84, tag 8');
});

test('a refusal has its reason, and what is no frame is unread', () => {
  const frame = frameOf(2, Message.first, 16);
  const of = { h: Command.void, n: keyName(Purpose.value, Suite.aes128, 0), svpmsn: svpmsn(5) };
  assert.equal(told(refusalFrame(of, Refusal.tagWrong)), 'header 7, reason 1');
  assert.equal(told(refusalFrame(of, Refusal.partMissing, 3)), 'header 7, reason 2');
  assert.equal(told(frame.subarray(0, 9)), 'unread 9');
  assert.equal(told(frameOf(Suite.tripleDesXo, Message.first, 16)), 'header 7, unread 16');
  assert.equal(told(new Uint8Array()), '');
});

test('whatever its length, the sections of a frame are the whole of it', () => {
  for (const suite of Object.values(Suite)) {
    for (const message of Object.values(Message)) {
      for (const h of Object.values(Command)) {
        for (let bytes = 0; bytes < 60; bytes++) {
          const frame = frameOf(suite, message, bytes, h);
          const sum = sectionsOf(frame).reduce((all, section) => all + section.bytes, 0);
          assert.equal(sum, frame.length, `${suite} ${message} ${h} ${bytes}`);
          assert.ok(sectionsOf(frame).every((section) => section.bytes > 0));
        }
      }
    }
  }
});
