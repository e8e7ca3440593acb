import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat } from '../../bytes/index.ts';
import { ATRS, chipOf, command, pattern, TestCard } from './card.testing.ts';
import { type Cycles, DEFAULT_RATE, etus } from './clock.ts';
import { METER_SLOT, type SlotFailure } from './slot.ts';
import { ContactWire, type Disturbance, type Responded } from './wire.ts';

const NAMES = Object.keys(ATRS) as (keyof typeof ATRS)[];
const OK = Uint8Array.of(0x90, 0);

function opened(atr: Uint8Array, disturb?: Disturbance) {
  const card = new TestCard();
  const wire = new ContactWire(METER_SLOT, disturb);
  wire.insert(chipOf(card, atr));
  assert.deepEqual(wire.open(), { type: 'opened', atr });
  return { card, wire };
}

const response = (heard: Responded | SlotFailure): Uint8Array =>
  'bytes' in heard ? heard.bytes : assert.fail(JSON.stringify(heard));

for (const name of NAMES) {
  test(`${name}: commands of every case and length come back as the card said`, () => {
    const { card, wire } = opened(ATRS[name]);
    fc.assert(
      fc.property(fc.nat(600), fc.nat(256), fc.boolean(), (bytes, size, short) => {
        const data = pattern(short ? bytes % 255 : bytes);
        assert.deepEqual(response(wire.transmit(command(0x10, 0))), OK);
        assert.deepEqual(response(wire.transmit(command(0x20, size, undefined, 256))), concat(pattern(size), OK));
        assert.deepEqual(response(wire.transmit(command(0x30, 0, data))), OK);
        assert.deepEqual(card.kept, data);
        const le = data.length > 255 || bytes % 2 === 0 ? 65_536 : 256;
        assert.deepEqual(response(wire.transmit(command(0x40, 0, data, le))), concat(data, OK));
      }),
      { numRuns: 25 },
    );
  });

  test(`${name}: Le takes as much as it asks for, and a command runs once`, () => {
    const { card, wire } = opened(ATRS[name]);
    for (const [size, le, given] of [
      [10, 10, 10],
      [10, 20, 10],
      [10, 5, 5],
      [256, 256, 256],
      [0, 256, 0],
    ] as const) {
      card.runs = 0;
      assert.deepEqual(response(wire.transmit(command(0x20, size, undefined, le))), concat(pattern(given), OK));
      assert.equal(card.runs, 1);
    }
    assert.deepEqual(response(wire.transmit(Uint8Array.of(0x80, 0x77, 0, 0, 3, 1, 2, 3))), Uint8Array.of(0x6d, 0));
    assert.deepEqual(response(wire.transmit(Uint8Array.of(0, 0xa4, 4, 0, 2, 0x3f, 0))), Uint8Array.of(0x6e, 0));
  });

  test(`${name}: a slow card asks for patience, and its command runs once`, () => {
    const card = new TestCard();
    const wire = new ContactWire(METER_SLOT);
    const workCycles = () => 40 * 3_571_200;
    wire.insert(chipOf(card, ATRS[name], { workCycles }));
    wire.open();
    const before = wire.microseconds;
    assert.deepEqual(response(wire.transmit(command(0x40, 0, pattern(9), 256))), concat(pattern(9), OK));
    const seconds = (wire.microseconds - before) / 1e6;
    assert.ok(seconds >= 40 && seconds < 43, `${seconds} s`);
    assert.equal(card.runs, 1);
  });

  test(`${name}: any one bit of any character may be wrong, and the response is right`, () => {
    // The fault strikes after the card was opened; a damaged answer to reset is another test's.
    const talk = (flip: { character: number; moment: number } | undefined) => {
      let seen = 0;
      let armed = false;
      const { card, wire } = opened(ATRS[name], ({ moments }) => {
        if (!armed || seen++ !== flip?.character) return moments;
        return moments ^ (1 << flip.moment);
      });
      armed = true;
      assert.deepEqual(response(wire.transmit(command(0x40, 0, pattern(6), 256))), concat(pattern(6), OK));
      assert.deepEqual(response(wire.transmit(command(0x20, 4, undefined, 9))), concat(pattern(4), OK));
      assert.equal(card.runs, 2);
      return seen;
    };
    const characters = talk(undefined);
    assert.ok(characters > 30);
    for (let character = 0; character < characters; character++) {
      for (let moment = 1; moment < 10; moment++) talk({ character, moment });
    }
  });

  test(`${name}: where any one character is lost the exchange ends, as it should or by name, and runs at most once`, () => {
    const outcomes = new Set<string>();
    for (let lost = 0; lost < 45; lost++) {
      let seen = 0;
      let armed = false;
      const { card, wire } = opened(ATRS[name], ({ moments }) => (armed && seen++ === lost ? undefined : moments));
      armed = true;
      const heard = wire.transmit(command(0x40, 0, pattern(6), 256));
      outcomes.add('reason' in heard ? heard.reason : heard.type);
      if ('bytes' in heard) assert.deepEqual(heard.bytes, concat(pattern(6), OK));
      assert.ok(card.runs <= 1);
    }
    const t0 = ['no-answer', 'procedure-byte-wrong', 'response'];
    for (const outcome of outcomes) assert.ok(name === 't0' ? t0.includes(outcome) : outcome === 'response', outcome);
  });

  test(`${name}: a card that is pulled at any moment leaves its slot without power, and a failure that says so`, () => {
    const whole = opened(ATRS[name]);
    const begun = whole.wire.now;
    whole.wire.transmit(command(0x40, 0, pattern(6), 256));
    const ended = whole.wire.now;
    const step = Math.ceil((ended - 1) / 97);
    for (let at = 1; at < ended; at += step) {
      const card = new TestCard();
      const wire = new ContactWire(METER_SLOT);
      wire.insert(chipOf(card, ATRS[name]));
      wire.pull(at as Cycles);
      const first = wire.open();
      const last = 'reason' in first ? first : wire.transmit(command(0x40, 0, pattern(6), 256));
      assert.deepEqual(last, { reason: 'card-removed' }, `pulled at ${at}`);
      assert.equal(wire.contacts.at(-1)?.contacts.vcc, 'off');
      assert.ok(card.runs <= (at > begun ? 1 : 0));
      assert.deepEqual(wire.transmit(command(0x10, 0)), { reason: 'no-card' });
      // Whoever comes next is served.
      wire.insert(chipOf(card, ATRS[name]));
      assert.deepEqual(wire.open(), { type: 'opened', atr: ATRS[name] });
      assert.deepEqual(response(wire.transmit(command(0x10, 0))), OK);
    }
  });
}

test('a character that stays damaged ends the exchange by name, on either side of T=0', () => {
  for (const [from, reason] of [
    ['card', 'characters-damaged'],
    ['slot', 'characters-refused'],
  ] as const) {
    let armed = false;
    const { card, wire } = opened(ATRS.t0, (character) =>
      armed && character.from === from ? character.moments ^ 2 : character.moments,
    );
    armed = true;
    assert.deepEqual(wire.transmit(command(0x10, 0)), { reason });
    assert.ok(card.runs <= 1);
    armed = false;
    assert.deepEqual(wire.transmit(command(0x10, 0)), { reason: 'not-open' });
    assert.deepEqual(wire.open(), { type: 'opened', atr: ATRS.t0 });
  }
});

test('a line on which nothing is right any more ends T=1 by name', () => {
  let armed = false;
  const { card, wire } = opened(ATRS.t1, ({ moments }) => (armed ? moments ^ 2 : moments));
  armed = true;
  assert.deepEqual(wire.transmit(command(0x10, 0)), { reason: 'no-answer' });
  assert.equal(card.runs, 0);
  armed = false;
  assert.equal(wire.slot.contacts.vcc, 'off');
  assert.deepEqual(wire.transmit(command(0x10, 0)), { reason: 'not-open' });
});

test('a card that cannot agree to larger blocks is spoken to in those that it knows', () => {
  let said = 0;
  // S(IFS) is five characters, and goes out three times before both sides begin anew.
  const { wire } = opened(ATRS.t1, ({ moments, from }) => (from === 'slot' && said++ < 15 ? moments ^ 2 : moments));
  const { state } = wire.slot;
  assert.ok(state.name === 'talking' && state.with.protocol.t === 1);
  assert.deepEqual(state.with.protocol.link.sizes, { own: 32, others: 254 });
  assert.deepEqual(response(wire.transmit(command(0x20, 200, undefined, 256))), concat(pattern(200), OK));
});

test('random noise on the line never gives a wrong response of T=1, and never hangs', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat(199)), fc.nat(300), (dice, bytes) => {
      let armed = false;
      const noise: Disturbance = ({ moments }) => {
        if (!armed) return moments;
        const fate = dice.next().value as number;
        if (fate > 2) return moments;
        return fate === 0 ? undefined : moments ^ (1 << (1 + (fate % 9)));
      };
      const { card, wire } = opened(ATRS.t1Crc, noise);
      armed = true;
      const heard = wire.transmit(command(0x40, 0, pattern(bytes % 250), 256));
      if ('bytes' in heard) assert.deepEqual(heard.bytes, concat(pattern(bytes % 250), OK));
      assert.ok(card.runs <= 1);
    }),
    { numRuns: 40 },
  );
});

test('an exchange of 350 bytes at 9,600 bit/s is in contact for 0.44 s, to the bit', () => {
  const etu = etus(DEFAULT_RATE, 1);
  assert.equal(METER_SLOT.clockHz / etu, 9600);
  // From one leading edge to the next: 12 etu, 16 where T=0 turns and 22 where T=1 does. The turn before the first
  // character has begun with the answer to reset, of which 10 etu have passed, and the last character lasts 10 etu.
  for (const [name, etuCount] of [
    ['t0', 16 - 10 + 5 * 16 + 344 * 12 + 10],
    ['t1', 22 - 10 + 22 + 348 * 12 + 10],
  ] as const) {
    let characters = 0;
    const wire = new ContactWire(METER_SLOT, ({ moments }) => {
      characters++;
      return moments;
    });
    wire.insert(chipOf(new TestCard(), ATRS[name], { workCycles: () => 0 }));
    wire.open();
    const [before, begun] = [wire.now, characters];
    const data = pattern(167);
    assert.deepEqual(response(wire.transmit(command(0x40, 0, data, 256))), concat(data, OK));
    assert.equal(characters - begun, 350);
    assert.equal(wire.now - before, etuCount * etu);
    assert.equal(Math.round((100 * (wire.now - before)) / METER_SLOT.clockHz), 44);
  }
});
