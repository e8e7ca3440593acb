import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BackhaulMessage, decodeEnvelope, encodeEnvelope } from '../backhaul/index.ts';
import { KeyRing, Purpose } from '../crypto/index.ts';
import { tcp } from '../line/index.ts';
import { type Milliseconds, svpmsn } from '../units/index.ts';
import { AreaUnit, type AreaUnitOutput, LocalUnit, type LocalUnitOutput } from './index.ts';

const ID = svpmsn(0x10_2030);
const STRANGER = svpmsn(0x99_9999);
const NOW = 1_000_000 as Milliseconds;
const voice = (meter: typeof ID, ...sound: number[]) =>
  ({ type: 'voice', svpmsn: meter, sound: Uint8Array.from(sound) }) as const;
const hello = (kind: 'host' | 'area-unit' | 'local-unit', id: number) =>
  ({ type: 'hello', version: 1, kind, id }) as const;

test('speech goes through an area unit both ways, and what finds nobody is kept for nobody', () => {
  const unit = new AreaUnit(4);
  let out: AreaUnitOutput[] = [];
  const says = (connection: 'host' | number, localUnit: number, message: BackhaulMessage) => {
    unit.step({ type: 'message', now: NOW, connection, bytes: encodeEnvelope({ localUnit, message }) }, out);
    const sent = out.flatMap((output) => (output.type === 'send' ? [output] : []));
    out = [];
    const voices = sent.map(({ connection: to, bytes }) => [to, decodeEnvelope(bytes)] as const);
    return voices.flatMap(([to, envelope]) =>
      'reason' in envelope || envelope.message.type !== 'voice' ? [] : [[to, envelope.localUnit, envelope.message]],
    );
  };
  says('host', 0, hello('host', 0));
  assert.deepEqual(says('host', 7, voice(ID, 1)), [], 'its local unit is away');
  assert.deepEqual(says(5, 7, hello('local-unit', 7)), [], 'and hears nothing of it when it comes');
  assert.deepEqual(says('host', 7, voice(ID, 2)), [[5, 7, voice(ID, 2)]]);
  assert.deepEqual(says(5, 7, voice(ID, 3)), [['host', 7, voice(ID, 3)]]);
  assert.deepEqual(says(5, 8, voice(ID, 4)), [], 'nobody speaks in the name of another local unit');
  unit.step({ type: 'down', now: NOW, connection: 'host' }, out);
  says(5, 7, voice(ID, 5));
  assert.equal(unit.stored, 0);
  assert.deepEqual(says('host', 0, hello('host', 0)), []);
});

test('a local unit carries speech of the meters on its map, and of no other', () => {
  const unit = new LocalUnit({
    ...{ id: 7, carrier: tcp(), keys: new KeyRing(Purpose.monitoring) },
    unwrap: () => undefined,
    randomness: { fill: (bytes) => void bytes.fill(1) },
  });
  let out: LocalUnitOutput[] = [];
  const taken = () => {
    const voices = out.flatMap((output) => {
      if (output.type === 'voice') return [voice(output.svpmsn, ...output.sound)];
      const envelope = output.type === 'backhaul' ? decodeEnvelope(output.bytes) : undefined;
      return envelope === undefined || 'reason' in envelope || envelope.message.type !== 'voice'
        ? []
        : [envelope.message];
    });
    out = [];
    return voices;
  };
  const hears = (message: BackhaulMessage) => {
    unit.step({ type: 'backhaul', now: NOW, bytes: encodeEnvelope({ localUnit: 7, message }) }, out);
    return taken();
  };
  const isSaid = (meter: typeof ID) => {
    unit.step({ type: 'voice', now: NOW, svpmsn: meter, sound: Uint8Array.of(9) }, out);
    return taken();
  };
  unit.step({ type: 'backhaul-up', now: NOW }, out);
  assert.deepEqual(isSaid(ID), [], 'nobody is there yet');
  hears(hello('area-unit', 4));
  assert.deepEqual([hears(voice(ID, 1)), isSaid(ID)], [[], []], 'it has no map yet');
  hears({ type: 'address-map', version: 1, entries: [{ svpmsn: ID, modemAddress: 1 }] });
  assert.deepEqual([hears(voice(ID, 1)), isSaid(ID)], [[voice(ID, 1)], [voice(ID, 9)]]);
  assert.deepEqual([hears(voice(STRANGER, 1)), isSaid(STRANGER)], [[], []]);
  unit.step({ type: 'backhaul-down', now: NOW }, out);
  assert.deepEqual(isSaid(ID), []);
});
