import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex } from '../../bytes/index.ts';
import type { InterfaceBytes } from './atr.ts';
import { ATRS, atrOf, chipOf, command, pattern, TestCard } from './card.testing.ts';
import type { ChipSettings } from './chip.ts';
import { DEFAULT_RATE, etus } from './clock.ts';
import { METER_SLOT, type SlotSettings } from './slot.ts';
import { answering, talker } from './talker.testing.ts';
import { ContactWire, type Disturbance } from './wire.ts';

const OK = { type: 'response', bytes: Uint8Array.of(0x90, 0) };
const COUNT = command(0x10, 0);

function insert(
  atr: Uint8Array,
  more: { slot?: Partial<SlotSettings>; chip?: Partial<ChipSettings>; disturb?: Disturbance } = {},
) {
  const card = new TestCard();
  const wire = new ContactWire({ ...METER_SLOT, ...more.slot }, more.disturb);
  wire.insert(chipOf(card, atr, more.chip));
  return { card, wire };
}

/** T of the protocol in which a slot talks, and how many cycles a bit has. */
const spoken = ({ slot }: ContactWire) =>
  slot.state.name === 'talking' ? [slot.state.with.protocol.t, etus(slot.serial.rate, 1)] : slot.state.name;

const supplies = (wire: ContactWire): string[] => [
  ...new Set(wire.contacts.map(({ contacts }) => contacts.vcc).filter((vcc) => vcc !== 'off')),
];

test('contacts come up and go down in the order of the standard, with its times between', () => {
  const { wire } = insert(ATRS.t0, { slot: { classes: ['A'] } });
  wire.open();
  const up = wire.contacts.map(({ contacts: { vcc, rst, clk, io } }) => `${vcc} ${rst} ${clk} ${io}`);
  assert.deepEqual(up, ['A low low low', 'A low low released', 'A low running released', 'A high running released']);
  const [vccAt = 0, , clockAt = 0, rstAt = 0] = wire.contacts.map(({ at }): number => at);
  assert.ok(clockAt - vccAt >= 35_712 && rstAt - clockAt >= 400);
  const opened = wire.contacts.length;
  wire.close();
  const down = wire.contacts.slice(opened).map(({ contacts: { vcc, rst, clk, io } }) => `${vcc} ${rst} ${clk} ${io}`);
  assert.deepEqual(down, ['A low running released', 'A low low released', 'A low low low', 'off low low low']);
  assert.deepEqual(wire.transmit(COUNT), { reason: 'not-open' });
});

test('a warm reset keeps the power and begins the program anew', () => {
  const { card, wire } = insert(ATRS.t1);
  wire.open();
  wire.transmit(COUNT);
  const before = wire.contacts.length;
  assert.deepEqual(wire.warmReset(), { type: 'opened', atr: ATRS.t1 });
  const steps = wire.contacts.slice(before).map(({ contacts: { vcc, rst } }) => `${vcc} ${rst}`);
  assert.deepEqual(steps, ['A low', 'A high']);
  assert.equal(card.resets, 2);
  assert.deepEqual(wire.transmit(COUNT), OK);
});

test('a card of either convention is read', () => {
  for (const convention of ['direct', 'inverse'] as const) {
    const atr = atrOf([], convention);
    const { wire } = insert(atr);
    assert.deepEqual(wire.open(), { type: 'opened', atr });
    assert.deepEqual(wire.transmit(COUNT), OK);
  }
});

const ofClasses = (code: number): Uint8Array => atrOf([{ td: 0 }, { td: 15 }, { ta: code }]);

test('the lowest supply that slot and card share is used, and the others only as far as it takes to find it', () => {
  for (const [code, slot, tried] of [
    [0x07, ['A', 'B', 'C'], ['C']],
    [0x03, ['A', 'B', 'C'], ['C', 'B']],
    [0x01, ['A', 'B', 'C'], ['C', 'B', 'A']],
    [0x06, ['A', 'B'], ['B']],
    [0x01, ['A'], ['A']],
  ] as const) {
    const { wire } = insert(ofClasses(code), { slot: { classes: slot } });
    assert.equal('type' in wire.open(), true);
    assert.deepEqual(supplies(wire), tried);
    // 10 ms without power lie between two of them.
    const events = wire.contacts;
    for (const [index, { at, contacts }] of events.entries()) {
      const next = events[index + 1];
      if (contacts.vcc === 'off' && next !== undefined) assert.ok(next.at - at >= 35_712);
    }
  }
});

test('a card that shares no supply with the slot stays silent, and one that says so is refused', () => {
  const { wire } = insert(ofClasses(0x04), { slot: { classes: ['A', 'B'] } });
  assert.deepEqual(wire.open(), { reason: 'mute' });
  // It answers, and says that it must not be given what it was given.
  const outspoken = new ContactWire({ ...METER_SLOT, classes: ['A'] });
  outspoken.insert({ type: 'foreign', step: talker(ofClasses(0x04)) });
  assert.deepEqual(outspoken.open(), { reason: 'class-unsupported' });
  assert.equal(outspoken.contacts.at(-1)?.contacts.vcc, 'off');
});

test('an answer before or after its time is none', () => {
  for (const [begins, heard] of [
    [399, { reason: 'atr-wrong', why: 'too-early' }],
    [400, { type: 'opened', atr: ATRS.t0 }],
    [40_000, { type: 'opened', atr: ATRS.t0 }],
    [40_001, { reason: 'mute' }],
  ] as const) {
    const wire = new ContactWire(METER_SLOT);
    wire.insert({ type: 'foreign', step: talker(ATRS.t0, begins) });
    assert.deepEqual(wire.open(), heard, `${begins} cycles`);
  }
});

test('any one wrong bit of an answer to reset costs a warm reset, and is not believed', () => {
  const characters = ATRS.t1.length;
  for (let character = 0; character < characters; character++) {
    for (let moment = 1; moment < 10; moment++) {
      let seen = 0;
      const { card, wire } = insert(ATRS.t1, {
        disturb: ({ moments, from }) => (from === 'card' && seen++ === character ? moments ^ (1 << moment) : moments),
      });
      assert.deepEqual(wire.open(), { type: 'opened', atr: ATRS.t1 }, `${character}, ${moment}`);
      assert.equal(card.resets, 2);
    }
  }
});

test('an answer that stays wrong is refused with what is wrong with it', () => {
  for (const [why, bytes] of [
    ['initial-character-unknown', fromHex('4100')],
    ['check-wrong', fromHex('3b800100')],
    ['atr-cut', fromHex('3b05')],
    ['ifsc-reserved', fromHex('3b8081110010')],
    ['atr-too-long', new Uint8Array(200).fill(0xff).with(0, 0x3b)],
  ] as const) {
    const wire = new ContactWire(METER_SLOT);
    wire.insert({ type: 'foreign', step: talker(bytes) });
    assert.deepEqual(wire.open(), { reason: 'atr-wrong', why });
    assert.equal(wire.contacts.at(-1)?.contacts.vcc, 'off');
  }
});

test('a synchronous memory card is known for what it is, and a coin for nothing', () => {
  const wire = new ContactWire(METER_SLOT);
  wire.insert({ type: 'memory', answer: fromHex('a2131091') });
  const card = { protocol: 'two-wire', units: 256, bitsPerUnit: 8 };
  assert.deepEqual(wire.open(), { reason: 'memory-card', card });
  assert.equal(wire.contacts.at(-1)?.contacts.vcc, 'off');
  assert.deepEqual(wire.open(), { reason: 'memory-card', card });
  wire.pull();
  wire.insert({ type: 'foreign', step: () => undefined });
  assert.deepEqual(wire.open(), { reason: 'mute' });
  // The slot serves the next card.
  wire.pull();
  wire.insert(chipOf(new TestCard(), ATRS.t1));
  assert.equal('type' in wire.open(), true);
});

/** T=0, then T=1, and at most 16 bits in 512 cycles. */
const FAST = atrOf([{ ta: 0x95, td: 0 }, { td: 1 }, { ta: 0xfe, tb: 0x43 }]);

test('PPS takes the protocol that the slot prefers, and the bit rate that both can', () => {
  for (const [atr, slot, expected] of [
    [ATRS.both, {}, [1, 372]],
    [ATRS.both, { protocols: [0, 1] }, [0, 372]],
    [ATRS.both, { protocols: [0] }, [0, 372]],
    [FAST, {}, [1, 372]],
    [FAST, { speeds: [0x95] }, [1, 32]],
    [FAST, { speeds: [0x95], protocols: [0] }, [0, 32]],
    [FAST, { speeds: [0x95], clockHz: 6_000_000 }, [1, 372]],
    [FAST, { speeds: [0x94] }, [1, 372]],
  ] as const) {
    const { wire } = insert(atr, { slot });
    assert.equal('type' in wire.open(), true);
    assert.deepEqual(spoken(wire), expected);
    assert.deepEqual(wire.transmit(command(0x40, 0, pattern(20), 256)), {
      ...OK,
      bytes: Uint8Array.from([...pattern(20), 0x90, 0]),
    });
  }
});

test('where PPS is damaged in any bit the card is taken as it speaks by itself', () => {
  const characters = { slot: 3, card: ATRS.both.length + 3 };
  for (const from of ['slot', 'card'] as const) {
    const first = from === 'slot' ? 0 : ATRS.both.length;
    for (let character = first; character < characters[from]; character++) {
      for (let moment = 1; moment < 10; moment++) {
        let seen = 0;
        const { wire } = insert(ATRS.both, {
          slot: { classes: ['A'] },
          disturb: (sent) => (sent.from === from && seen++ === character ? sent.moments ^ (1 << moment) : sent.moments),
        });
        assert.equal('type' in wire.open(), true);
        assert.deepEqual(spoken(wire), [0, 372], `${from} ${character} ${moment}`);
        assert.deepEqual(wire.transmit(COUNT), OK);
      }
    }
  }
});

test('a slot that does not speak the protocol of a card refuses it', () => {
  for (const [atr, slot] of [
    [ATRS.t1, { protocols: [0] }],
    [ATRS.t0, { protocols: [1] }],
  ] as const) {
    assert.deepEqual(insert(atr, { slot }).wire.open(), { reason: 'protocol-unsupported' });
  }
  const wire = new ContactWire(METER_SLOT);
  wire.insert({ type: 'foreign', step: talker(atrOf([{ td: 14 }])) });
  assert.deepEqual(wire.open(), { reason: 'protocol-unsupported' });
});

test('a card in specific mode is taken as it speaks, made negotiable, or refused', () => {
  const specific = (ta: number, ta1 = 0x11): Uint8Array =>
    atrOf([
      { ta: ta1, td: 1 },
      { ta, td: 1 },
      { ta: 0xfe, tb: 0x43 },
    ]);
  const fast = { slot: { speeds: [0x95] } };
  for (const [atr, more, expected] of [
    [specific(0x81), {}, [1, 372]],
    [specific(0x01, 0x95), fast, [1, 32]],
    [specific(0x01, 0x95), { chip: { warmAtr: ATRS.t1 } }, [1, 372]],
    [specific(0x11), { chip: { warmAtr: ATRS.t0 } }, [0, 372]],
    [specific(0x11), { ...fast, chip: { warmAtr: FAST } }, [1, 32]],
  ] as const) {
    const { wire } = insert(atr, more);
    assert.equal('type' in wire.open(), true);
    assert.deepEqual(spoken(wire), expected);
    assert.deepEqual(wire.transmit(COUNT), OK);
  }
  for (const atr of [specific(0x91), specific(0x81, 0x95), specific(0x80 + 14), specific(0x01, 0x95)]) {
    assert.deepEqual(insert(atr).wire.open(), { reason: 'mode-unsupported' });
  }
});

test('a card is given the guard time that it asks for, and no other', () => {
  const gaps = (rounds: InterfaceBytes[], slot: Partial<SlotSettings> = {}): { least: number; rate: number } => {
    const edges: number[] = [];
    let armed = false;
    const { wire } = insert(atrOf(rounds), {
      slot,
      disturb: ({ moments, edge, from }) => {
        if (armed && from === 'slot') edges.push(edge);
        return moments;
      },
    });
    wire.open();
    armed = true;
    assert.equal('bytes' in wire.transmit(command(0x30, 0, pattern(30))), true);
    const between = edges.slice(1).map((edge, at) => edge - (edges[at] as number));
    return { least: Math.min(...between), rate: etus(wire.slot.serial.rate, 1) };
  };
  const t1 = [{ td: 1 }, { ta: 0xfe, tb: 0x43 }] as const;
  assert.deepEqual(gaps([]), { least: 12 * 372, rate: 372 });
  assert.deepEqual(gaps([{ tc: 40 }]), { least: 52 * 372, rate: 372 });
  assert.deepEqual(gaps([{ tc: 255 }]), { least: 12 * 372, rate: 372 });
  assert.deepEqual(gaps([{ tc: 255, td: 1 }, ...t1]), { least: 11 * 372, rate: 372 });
  assert.deepEqual(gaps([{ tc: 2, td: 1 }, ...t1]), { least: 14 * 372, rate: 372 });
  // With T=15 the extra time counts in the card's own Fi and Di, whatever is spoken.
  assert.deepEqual(gaps([{ ta: 0x95, tc: 10, td: 0 }, { td: 15 }, { ta: 7 }]), { least: 12 * 372 + 320, rate: 372 });
});

test('the clock rests where the card allows it, and runs in time before the next command', () => {
  const stops = (code: number) => {
    let [first, resting] = [0, false];
    const { wire } = insert(atrOf([{ td: 0 }, { td: 15 }, { ta: code }]), {
      slot: { classes: ['A'] },
      disturb: ({ moments, edge, from }) => {
        if (resting && from === 'slot' && first === 0) first = edge;
        return moments;
      },
    });
    wire.open();
    wire.rest();
    const tooSoon = wire.slot.contacts.clk;
    wire.pass(100_000);
    wire.rest();
    const level = wire.slot.contacts.clk;
    const from = wire.now;
    resting = true;
    assert.deepEqual(wire.transmit(COUNT), OK);
    assert.equal(wire.slot.contacts.clk, 'running');
    return [tooSoon, level, first - from];
  };
  assert.deepEqual(stops(0x01), ['running', 'running', 0]);
  assert.deepEqual(stops(0x41), ['running', 'low', 700]);
  assert.deepEqual(stops(0x81), ['running', 'high', 700]);
  assert.deepEqual(stops(0xc1), ['running', 'low', 700]);
});

test('a slot that is asked for two things at once does the first', () => {
  const { wire } = insert(ATRS.t0);
  assert.deepEqual(wire.warmReset(), { reason: 'not-open' });
  wire.open();
  for (const bytes of ['', '8010', '80100000020102030405']) {
    assert.equal('reason' in wire.transmit(fromHex(bytes)), true);
    assert.deepEqual(wire.transmit(COUNT), OK);
  }
});

test('a card that asks for patience for ever, or promises what it never gives, ends by name', () => {
  const scripted = (answer: readonly number[]) => {
    const wire = new ContactWire(METER_SLOT);
    const step = answering(ATRS.t0, Uint8Array.from(answer), etus(DEFAULT_RATE, 26));
    wire.insert({ type: 'foreign', step });
    wire.open();
    return wire.transmit(command(0x20, 9, undefined, 9));
  };
  assert.deepEqual(scripted(new Array(1001).fill(0x60)), { reason: 'card-too-slow' });
  assert.deepEqual(scripted([0x61, 0x05]), { reason: 'promise-broken' });
  assert.deepEqual(scripted([0x6c, 0x05]), { type: 'response', bytes: Uint8Array.of(0x6c, 5) });
  assert.deepEqual(scripted([0x77]), { reason: 'procedure-byte-wrong' });
  assert.deepEqual(scripted([]), { reason: 'no-answer' });
  // A byte at a time, with patience asked for between.
  const bytewise = [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((byte) => [0x60, 0xdf, byte]);
  assert.deepEqual(scripted([...bytewise, 0x90, 0]), {
    type: 'response',
    bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 0x90, 0),
  });
});

test('whatever answers in a slot, the slot ends by name and serves the next card', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(ATRS)), fc.uint8Array({ maxLength: 12 }), (atr, noise) => {
      const wire = new ContactWire(METER_SLOT);
      wire.insert({ type: 'foreign', step: talker(Uint8Array.from([...atr, ...noise])) });
      const opened = wire.open();
      if ('type' in opened) wire.transmit(COUNT);
      wire.pull();
      wire.insert(chipOf(new TestCard(), ATRS.t1));
      assert.equal('type' in wire.open(), true);
      assert.deepEqual(wire.transmit(COUNT), OK);
    }),
    { numRuns: 60 },
  );
});
