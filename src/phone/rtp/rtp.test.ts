import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Key } from '../types.ts';
import { KEYS } from '../types.ts';
import { decodeSound, encodeSound, SILENCE } from './g711.ts';
import { parseKeyEvent, parseRtp, writeRtpHead } from './packet.ts';
import { SoundStream } from './stream.ts';
import { silence, toneOf } from './tones.testing.ts';
import { ToneEar } from './tones.ts';

const BEGIN = { source: 0xdead_beef, sequence: 65_534, timestamp: 2 ** 32 - 200 };

function packet(type: number, sequence: number, timestamp: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + payload.length);
  writeRtpHead(bytes, { type, sequence: sequence % 65_536, timestamp, source: 1 }, false);
  bytes.set(payload, 12);
  return bytes;
}
/** A key as a telephone tells it: begun, held, and its end three times. */
const eventPackets = (event: number, timestamp: number, sequence: number) =>
  [false, false, true, true, true].map((isEnd, i) =>
    packet(
      101,
      sequence + i,
      timestamp,
      Uint8Array.of(event, (isEnd ? 0x80 : 0) | 10, 0, 160 * (i + 1) > 255 ? 255 : 160),
    ),
  );

test('what a codec carries comes back nearly as it was, and silence is silence', () => {
  for (const codec of [0, 8] as const) {
    const sound = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
    const back = decodeSound(codec, encodeSound(codec, sound));
    back.forEach((sample, i) => {
      const was = sound[i] as number;
      assert.ok(Math.abs(sample - was) <= Math.max(16, Math.abs(was) / 20), `${codec}: ${was} became ${sample}`);
    });
    assert.ok(Math.abs(decodeSound(codec, Uint8Array.of(SILENCE[codec]))[0] ?? 99) <= 8);
  }
  // ITU-T G.711: the loudest and the smallest of each law.
  assert.deepEqual([...encodeSound(0, Int16Array.of(0, -1, 32_635, -32_635))], [0xff, 0x7f, 0x80, 0x00]);
  assert.deepEqual([...encodeSound(8, Int16Array.of(0, -1, 32_767, -32_768))], [0xd5, 0x55, 0xaa, 0x2a]);
});

test('a packet is read with its extension, its padding and who contributed to it, or not at all', () => {
  const plain = packet(0, 7, 9, Uint8Array.of(1, 2, 3));
  assert.deepEqual(parseRtp(plain), {
    type: 0,
    isMarked: false,
    sequence: 7,
    timestamp: 9,
    source: 1,
    payload: Uint8Array.of(1, 2, 3),
  });
  const rich = Uint8Array.of(0xb1, 0x80, ...plain.subarray(2, 12), 0, 0, 0, 5, 0, 1, 0, 1, 9, 9, 9, 9, 1, 2, 3, 0, 2);
  assert.deepEqual(parseRtp(rich)?.payload, Uint8Array.of(1, 2, 3));
  for (let length = 0; length < 12; length++) assert.equal(parseRtp(plain.subarray(0, length)), undefined);
  assert.equal(parseRtp(Uint8Array.of(0x40, ...plain.subarray(1))), undefined);
  assert.equal(parseRtp(Uint8Array.of(0xa0, ...plain.subarray(1, 14), 200)), undefined);
  assert.equal(parseRtp(Uint8Array.of(0x90, ...plain.subarray(1, 12), 0, 0)), undefined);
  assert.equal(parseKeyEvent(Uint8Array.of(1, 2, 3)), undefined);
});

test('what is said goes out packet by packet, and whoever said it hears when it ended; hushed it ends unheard', () => {
  const stream = new SoundStream({ codec: 8, events: 101 }, BEGIN);
  let ended = 0;
  const sound = Int16Array.from({ length: 400 }, (_, i) => 100 * i - 20_000);
  for (const piece of [sound.subarray(0, 170), new Int16Array(0), sound.subarray(170)]) stream.say(piece);
  stream.thenTell(() => ended++);
  const packets = Array.from({ length: 4 }, () => parseRtp(stream.packet() as Uint8Array));
  assert.deepEqual(
    packets.map((each) => each?.sequence),
    [65_534, 65_535, 0, 1],
  );
  assert.deepEqual(
    packets.map((each) => each?.timestamp),
    [2 ** 32 - 200, 2 ** 32 - 40, 120, 280],
  );
  const heard = packets.flatMap((each) => [...(each?.payload ?? [])]);
  assert.deepEqual(heard.slice(0, 400), [...encodeSound(8, sound)]);
  assert.deepEqual(new Set(heard.slice(400)), new Set([SILENCE[8]]));
  assert.equal(ended, 1);
  stream.say(sound);
  stream.packet();
  stream.thenTell(() => ended++);
  stream.hush();
  stream.packet();
  assert.equal(ended, 1);
  // What is said next is heard from its beginning.
  stream.say(sound);
  assert.deepEqual(parseRtp(stream.packet() as Uint8Array)?.payload, encodeSound(8, sound.subarray(0, 160)));
  stream.isHeld = true;
  assert.equal(stream.packet(), undefined);
});

test('a key that is told as an event counts once, however often its packets come, and each new one counts', () => {
  const stream = new SoundStream({ codec: 0, events: 101 }, BEGIN);
  const keys: Key[] = [];
  KEYS.forEach((key, i) => {
    const event = '0123456789*#'.indexOf(key);
    for (const bytes of eventPackets(event, 1_000 * i, 10 * i)) keys.push(...stream.hear(bytes), ...stream.hear(bytes));
  });
  assert.deepEqual(keys, [...KEYS]);
  // Records of keys that are played have one timestamp each, however often: the mark begins the next.
  const played = eventPackets(6, 77_000, 700);
  (played[0] as Uint8Array)[1] = 0x80 | 101;
  assert.deepEqual(
    [...played, ...played].flatMap((bytes) => stream.hear(bytes)),
    ['6', '6'],
  );
  assert.deepEqual(
    [played[0], played[0], ...played.slice(1)].flatMap((bytes) => stream.hear(bytes as Uint8Array)),
    ['6'],
  );
  // The end of an event alone tells of it too; what is no key of a telephone does not.
  assert.deepEqual(stream.hear(eventPackets(5, 99_000, 900)[4] as Uint8Array), ['5']);
  assert.deepEqual(stream.hear(eventPackets(12, 98_000, 950)[0] as Uint8Array), []);
  assert.deepEqual(stream.hear(packet(102, 1, 1, Uint8Array.of(5, 10, 0, 160))), []);
});

test('a key counts in the way in which the first came, and not in another as well', () => {
  const stream = new SoundStream({ codec: 0, events: 101 }, BEGIN);
  assert.ok(stream.believes('info'));
  assert.deepEqual(stream.hear(eventPackets(5, 1_000, 1)[0] as Uint8Array), []);
  assert.ok(stream.believes('info') && !stream.believes('tone'));
});

test('each key is heard in the sound, at any loudness a telephone has, and each press once', () => {
  for (const options of [
    {},
    { amplitude: 500 },
    { amplitude: 14_000 },
    { twist: 0.5 },
    { twist: 1.8 },
    { off: 1.012 },
    { off: 0.988 },
  ]) {
    const ear = new ToneEar();
    const heard = KEYS.flatMap((key) => ear.hear(Int16Array.of(...toneOf(key, 70, options), ...silence(60))));
    assert.deepEqual(heard, [...KEYS], JSON.stringify(options));
  }
  const ear = new ToneEar();
  assert.deepEqual(ear.hear(toneOf('5', 1_000)), ['5']);
  assert.deepEqual(ear.hear(Int16Array.of(...silence(60), ...toneOf('5', 60))), ['5']);
});

test('one tone, a wrong pitch, noise and what is too faint or too short are no keys', () => {
  const none = (sound: Int16Array) => assert.deepEqual(new ToneEar().hear(sound), []);
  none(toneOf('5', 200, { twist: 0 }));
  none(toneOf('5', 200, { off: 1.04 }));
  none(toneOf('5', 200, { amplitude: 30 }));
  none(toneOf('5', 20));
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      let state = seed;
      none(
        Int16Array.from({ length: 8_000 }, () => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
          return state >> 18;
        }),
      );
    }),
    { numRuns: 20 },
  );
});

test('sound that comes out of its order is put in it, what comes twice counts once, and what is lost is passed over', () => {
  const bytes = encodeSound(
    0,
    Int16Array.of(...silence(40), ...toneOf('7', 80), ...silence(80), ...toneOf('7', 80), ...silence(60)),
  );
  const packets = Array.from({ length: Math.floor(bytes.length / 160) }, (_, i) =>
    packet(0, 65_530 + i, 160 * i, bytes.subarray(160 * i, 160 * i + 160)),
  );
  const heard = (order: readonly number[]) => {
    const stream = new SoundStream({ codec: 0, events: undefined }, BEGIN);
    return order.flatMap((i) => stream.hear(packets[i] as Uint8Array));
  };
  const straight = packets.map((_, i) => i);
  assert.deepEqual(heard(straight), ['7', '7']);
  assert.deepEqual(heard(straight.flatMap((i) => [i, i])), ['7', '7']);
  const swapped = straight.map((i) => (i === 0 ? 0 : i % 2 === 1 ? Math.min(i + 1, straight.length - 1) : i - 1));
  assert.deepEqual(heard([...new Set(swapped)]), ['7', '7']);
  assert.deepEqual(heard(straight.filter((i) => i !== 8 && i !== 9)), ['7', '7']);
});

test('what a telephone says is handed on in its order while somebody listens, and its tones are no keys meanwhile', () => {
  const stream = new SoundStream({ codec: 8, events: undefined }, BEGIN);
  const heard: number[] = [];
  stream.listen((sound) => heard.push(...sound));
  const bytes = encodeSound(8, toneOf('7', 100));
  const packets = [0, 1, 2, 3, 4].map((i) => packet(8, 65_534 + i, 160 * i, bytes.subarray(160 * i, 160 * i + 160)));
  const keys = [0, 2, 1, 3, 4].flatMap((i) => stream.hear(packets[i] as Uint8Array));
  assert.deepEqual([keys, heard], [[], [...decodeSound(8, bytes)]]);
  // Another source, as after a transfer, counts anew.
  heard.length = 0;
  const other = packet(8, 9, 0, bytes.subarray(0, 160));
  other[11] = 2;
  stream.hear(other);
  assert.equal(heard.length, 160);
  stream.listen(undefined);
  const again = packets.map((_, i) => packet(8, 20 + i, 160 * i, bytes.subarray(160 * i, 160 * i + 160)));
  assert.deepEqual(
    [...again, ...[0, 1, 2].map((i) => packet(8, 25 + i, 0, new Uint8Array(160).fill(SILENCE[8])))].flatMap((each) =>
      stream.hear(each),
    ),
    ['7'],
  );
  assert.equal(heard.length, 160);
});

test('a key that is told as an event leaves no gap in what a person hears', () => {
  const stream = new SoundStream({ codec: 0, events: 101 }, BEGIN);
  const heard: number[] = [];
  stream.listen((sound) => heard.push(sound.length));
  const sound = new Uint8Array(160).fill(SILENCE[0]);
  stream.hear(packet(0, 0, 0, sound));
  assert.deepEqual(
    eventPackets(5, 160, 1).flatMap((bytes) => stream.hear(bytes)),
    ['5'],
  );
  stream.hear(packet(0, 6, 960, sound));
  assert.deepEqual(heard, [160, 160]);
});

test('what a person says goes out as it comes, and what waits too long is left out, the oldest first', () => {
  const stream = new SoundStream({ codec: 8, events: undefined }, BEGIN);
  const said = (value: number) => new Int16Array(160).fill(value);
  const isSaid = (value: number) =>
    assert.deepEqual(parseRtp(stream.packet() as Uint8Array)?.payload, encodeSound(8, said(value)));
  stream.sayLive(said(1_000));
  isSaid(1_000);
  isSaid(0);
  // A fifth of a second that waits is said whole; with one packet more the last 60 ms are.
  for (let i = 1; i <= 10; i++) stream.sayLive(said(1_000 * i));
  isSaid(1_000);
  for (let i = 11; i <= 12; i++) stream.sayLive(said(1_000 * i));
  isSaid(10_000);
  isSaid(11_000);
  isSaid(12_000);
  isSaid(0);
});
