import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc16X25 } from '../../src/bytes/index.ts';
import { SUITE_NAMES } from '../../src/crypto/index.ts';
import { decodeFrame, Message } from '../../src/exchange/index.ts';
import { REPAIRED } from '../../src/exchange/sides.testing.ts';
import { decodeLineFrame, encodeLineFrame, LineKind, lineCheck } from '../../src/line/index.ts';
import { levelsOf } from '../../src/meter/index.ts';
import { modemAddress } from '../../src/units/index.ts';
import { carriedBy, Street } from './street.ts';

/**
 * One bit of a value exchange is flipped on the power line and the CRC of the line frame put right, so that both modems
 * hold it for true. Here the real meter and the real host hear it; `src/exchange/bits.test.ts` has each side alone.
 */
for (const suite of REPAIRED) {
  test(`${SUITE_NAMES[suite]}: no bit of the four line frames, flipped with its CRC put right, makes or loses a token`, async () => {
    const street = new Street();
    await street.host.start();
    const { bench } = await street.enrol(0x0a1b2c, suite);
    let sold = 0;
    let flips = 0;
    for (const message of [Message.first, Message.second, Message.third, Message.fourth]) {
      for (let bit = 0, more = true; more; bit++) {
        let hit = false;
        // A sequence number is the modems' own: the frame inside is still the true one.
        let isIntact = false;
        const through = (kind: LineKind, frame: Uint8Array): Uint8Array[] => {
          const sent = encodeLineFrame({ ...ON_LINE, kind, payload: frame });
          const decoded = decodeFrame(frame);
          if (hit || 'reason' in decoded || decoded.message !== message) return heard(sent, kind);
          hit = true;
          more = bit + 1 < 8 * (sent.length - CRC_BYTES);
          const given = heard(flipped(sent, bit), kind);
          isIntact = given.some((payload) => payload.every((byte, i) => byte === frame[i]));
          return given;
        };
        street.unit = (carry, meter) => {
          const wasHit = hit;
          const down = carry.frames.flatMap((frame) => through(LineKind.request, frame));
          const up = street.said(meter, down);
          if (hit && !wasHit && !isIntact)
            assert.equal(levelsOf(bench.meter).credited, sold, `bit ${bit} of M${message}`);
          return [
            carriedBy(
              carry,
              up.flatMap((frame) => through(LineKind.answer, frame)),
            ),
          ];
        };
        const orderId = `M${message} bit ${bit}`;
        await street.host.sell({ meter: 0x0a1b2c, amount: 1 + bit, orderId, source: 'cash' });
        await street.pump();
        assert.ok(hit, `${orderId} was met`);
        const order = await street.host.order(orderId);
        assert.ok(!('reason' in order) && order.state === (isIntact ? 'stored' : 'outstanding'), orderId);
        await street.settle();
        sold += 1 + bit;
        flips += 1;
        const settled = await street.host.order(orderId);
        assert.ok(!('reason' in settled) && settled.state === 'stored', `${orderId}: the true frames came in the end`);
        assert.equal(levelsOf(bench.meter).credited, sold, orderId);
        // Every wrong tag made the meter wait; it has forgotten that by now.
        street.now += 61_000;
      }
    }
    const { balanced, stored } = await street.host.books();
    assert.ok(balanced && stored === BigInt(sold));
    assert.equal(bench.meter.svm.purse.lastCounter, flips);
    assert.ok(flips > 1100, `${flips} bits`);
  });
}

const ON_LINE = { address: modemAddress(0), sequence: 1, attentionWaiting: false } as const;
const CRC_BYTES = 2;

/** Bits count from the highest of byte 0; the CRC is that of the changed frame. */
function flipped(sent: Uint8Array, bit: number): Uint8Array {
  const changed = sent.slice();
  changed[bit >> 3] = (changed[bit >> 3] as number) ^ (0x80 >> (bit & 7));
  const end = changed.length - CRC_BYTES;
  const check = crc16X25(changed, 1, end);
  changed.set([check >>> 8, check & 0xff], end);
  assert.equal(lineCheck(changed), check);
  return changed;
}

/** What a modem at this address gives on: nothing that is no frame, of another kind, or for another. */
function heard(bytes: Uint8Array, kind: LineKind): Uint8Array[] {
  const frame = decodeLineFrame(bytes);
  if ('reason' in frame || frame.kind !== kind || frame.address !== ON_LINE.address) return [];
  return [frame.payload.slice()];
}
