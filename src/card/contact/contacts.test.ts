import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex } from '../../bytes/index.ts';
import { type Atr, type InterfaceBytes, parseAtr } from './atr.ts';
import { ATRS, atrOf, command } from './card.testing.ts';
import { CLOCK_HZ, DEFAULT_RATE, etus, later } from './clock.ts';
import {
  activationSteps,
  blockWaitingCycles,
  CONTACTS,
  CONTACTS_OFF,
  cardGuardCycles,
  characterWaitingCycles,
  deactivationSteps,
  guardCycles,
  waitingCycles,
} from './contacts.ts';
import { METER_SLOT } from './slot.ts';
import { answering, utter } from './talker.testing.ts';
import { ContactWire } from './wire.ts';

const atr = (rounds: InterfaceBytes[]): Atr => parseAtr(atrOf(rounds)) as Atr;
const PLAIN = parseAtr(fromHex('3b00')) as Atr;
/** Di 16, Fi 512. */
const FAST = { f: 512, d: 16 };

test('a card has eight contacts, of which five carry what it says', () => {
  assert.equal(Object.keys(CONTACTS).join(' '), 'C1 C2 C3 C4 C5 C6 C7 C8');
  assert.deepEqual(Object.values(CONTACTS), ['VCC', 'RST', 'CLK', undefined, 'GND', 'SPU', 'I/O', undefined]);
});

test('contacts come up with I/O and the clock last, and go down in the order of RST, clock, I/O and power', () => {
  const [powered, released, ...more] = activationSteps('A');
  assert.deepEqual(powered, { vcc: 'A', rst: 'low', clk: 'low', io: 'low' });
  assert.deepEqual([released, more], [{ vcc: 'A', rst: 'low', clk: 'low', io: 'released' }, []]);
  const steps = deactivationSteps({ vcc: 'A', rst: 'high', clk: 'running', io: 'released' });
  assert.deepEqual(steps, [
    { vcc: 'A', rst: 'low', clk: 'running', io: 'released' },
    { vcc: 'A', rst: 'low', clk: 'low', io: 'released' },
    { vcc: 'A', rst: 'low', clk: 'low', io: 'low' },
    CONTACTS_OFF,
  ]);
});

test('WT is WI times 960 times Fi, whatever bit rate is spoken', () => {
  assert.equal(waitingCycles(PLAIN), 10 * 960 * 372);
  assert.equal(waitingCycles(PLAIN), CLOCK_HZ);
  assert.equal(waitingCycles(atr([{ ta: 0x95, td: 0 }, { tc: 20 }])), 20 * 960 * 512);
});

test('BWT is 11 etu and two to the BWI times 960 times 372, CWT is 11 etu and two to the CWI', () => {
  assert.equal(blockWaitingCycles(PLAIN, DEFAULT_RATE), 11 * 372 + 16 * 960 * 372);
  assert.equal(characterWaitingCycles(PLAIN, DEFAULT_RATE), (11 + 8192) * 372);
  const quick = atr([{ ta: 0x95, td: 1 }, { td: 1 }, { tb: 0x93 }]);
  assert.equal(blockWaitingCycles(quick, FAST), 11 * 32 + 512 * 960 * 372);
  assert.equal(characterWaitingCycles(quick, FAST), (11 + 8) * 32);
});

test('guard times are 12 etu and N for the card, 12 for the slot, 11 where T=1 wants the least', () => {
  assert.equal(guardCycles(PLAIN, 0, DEFAULT_RATE), 12 * 372);
  assert.equal(guardCycles(atr([{ tc: 5 }]), 0, FAST), 17 * 32);
  const global = atr([{ ta: 0x95, tc: 5, td: 0 }, { td: 0x0f }]);
  assert.ok(global.hasGlobalBytes, 'what follows T=15 holds for every protocol');
  assert.equal(guardCycles(global, 0, DEFAULT_RATE), 12 * 372 + 5 * 32, 'N counts with the Fi and Di of the card');
  assert.equal(guardCycles(atr([{ tc: 255 }]), 0, FAST), 12 * 32);
  assert.equal(guardCycles(atr([{ tc: 255, td: 1 }]), 1, FAST), 11 * 32);
  assert.equal(cardGuardCycles(atr([{ tc: 200 }]), 0, FAST), 12 * 32);
  assert.equal(cardGuardCycles(atr([{ tc: 255, td: 1 }]), 1, FAST), 11 * 32);
  assert.equal(cardGuardCycles(atr([{ tc: 255, td: 1 }]), 0, FAST), 12 * 32);
});

test('an answer to reset may pause for 9,600 etu, and is cut where it pauses longer', () => {
  const pausing = (cycles: number) => {
    const wire = new ContactWire(METER_SLOT);
    let high = false;
    wire.insert({
      type: 'foreign',
      step: (input, out) => {
        if (input.type !== 'contacts' || high === (input.contacts.rst === 'high')) return;
        high = !high;
        if (!high) return;
        const begins = later(input.now, 1000);
        utter(ATRS.t0.subarray(0, 2), begins, out);
        utter(ATRS.t0.subarray(2), later(begins, etus(DEFAULT_RATE, 12) + cycles), out);
      },
    });
    return wire.open();
  };
  assert.deepEqual(pausing(etus(DEFAULT_RATE, 9600)), { type: 'opened', atr: ATRS.t0 });
  assert.deepEqual(pausing(etus(DEFAULT_RATE, 9600 + 11)), { reason: 'atr-wrong', why: 'atr-cut' });
});

test('an answer that begins with WT is heard, and one that begins when the slot has given up is not', () => {
  const answeredAfter = (cycles: number) => {
    const wire = new ContactWire(METER_SLOT);
    wire.insert({ type: 'foreign', step: answering(ATRS.t0, fromHex('9000'), cycles) });
    wire.open();
    return wire.transmit(command(0x10, 0));
  };
  const { bytes } = answeredAfter(waitingCycles(PLAIN)) as { bytes: Uint8Array };
  assert.deepEqual(bytes, fromHex('9000'));
  assert.deepEqual(answeredAfter(waitingCycles(PLAIN) + etus(DEFAULT_RATE, 11)), { reason: 'no-answer' });
});
