import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackhaulMessage } from '../backhaul/index.ts';
import { MemoryStore } from '../host/index.ts';
import { Rig } from '../host/rig.testing.ts';
import { MeterVoices } from '../phone/index.ts';
import { svpmsn } from '../units/index.ts';
import { decodeLineVoice, encodeLineVoice, isVoice } from './line-voice.ts';
import { LineVoices } from './line-voices.ts';

const ID = svpmsn(5);
const SOUND = Int16Array.of(988, -2_108);
const NOTHING = new Uint8Array(0);

test('speech on a line is told from its frames, and what is none says nothing', () => {
  const voice = { svpmsn: svpmsn(0x0a1b2c), sound: Uint8Array.of(1, 2) };
  const bytes = encodeLineVoice(voice);
  assert.deepEqual(decodeLineVoice(bytes), voice);
  assert.deepEqual(decodeLineVoice(encodeLineVoice({ ...voice, sound: NOTHING })), { ...voice, sound: NOTHING });
  for (const none of [bytes.subarray(0, 3), Uint8Array.of(0x7e, ...bytes), new Uint8Array(485).fill(0x56), NOTHING]) {
    assert.equal(decodeLineVoice(none), undefined);
  }
  assert.ok(isVoice(bytes) && !isVoice(Uint8Array.of(0x7e)));
});

test('a person speaks with whoever can at a meter on its own line; offers from elsewhere are nobody’s', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(ID);
  const voices = new MeterVoices();
  const sent: [number, BackhaulMessage][] = [];
  const grid = { send: (unit: number, message: BackhaulMessage) => void sent.push([unit, message]) };
  let asked = 0;
  const lines = new LineVoices({
    ...{ voices, grid },
    meter: (number) => {
      asked += 1;
      return rig.host.meter(number);
    },
  });
  const offered = async (localUnit: number, meter = ID) => {
    lines.heard(localUnit, { type: 'voice', svpmsn: meter, sound: NOTHING });
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  };
  await offered(2);
  await offered(1, svpmsn(6));
  assert.deepEqual([voices.has(ID), voices.has(svpmsn(6))], [false, false]);
  await offered(1);
  assert.ok(voices.has(ID));
  const before = asked;
  await offered(1);
  assert.equal(asked, before, 'the books are asked once');
  const heard: number[][] = [];
  const { say, end } = voices.talk(ID, (sound) => heard.push([...sound]));
  say(SOUND);
  const [[unit, message] = [0, undefined]] = sent;
  assert.ok(message?.type === 'voice' && message.svpmsn === ID && unit === 1);
  lines.heard(1, message);
  lines.heard(2, message);
  assert.deepEqual(heard, [[...SOUND]]);
  end();
  lines.heard(1, message);
  say(SOUND);
  assert.deepEqual([heard.length, sent.length], [1, 1]);
  lines.close();
  assert.ok(!voices.has(ID));
});
