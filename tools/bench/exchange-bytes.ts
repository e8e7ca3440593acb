import { crc16X25 } from '../../src/bytes/index.ts';
import { Suite } from '../../src/crypto/index.ts';
import { encodeLineFrame, LineKind } from '../../src/line/index.ts';
import { modemAddress } from '../../src/units/index.ts';
import { type Figure, lessIsBetter } from './figure.ts';
import { valueExchange } from './value-exchange.ts';

const CRC_BYTES = 2;
const WITH_CRC_GOAL = 157;
const WIRE_GOAL = 173;
const ROUND_TRIPS_GOAL = 2;

/** The bytes of a value exchange in suite `aes128`, counted on frames that were really made. */
export function exchangeBytes(): readonly Figure[] {
  const { first, second, third, fourth } = valueExchange(Suite.aes128).run();
  const frames = [first, second, third, fourth];
  const bare = sum(frames);
  const checked = frames.map((frame) => {
    const crc = crc16X25(frame);
    return Uint8Array.of(...frame, crc >>> 8, crc & 0xff);
  });
  const address = modemAddress(7);
  const onTheWire = frames.map((payload, i) =>
    encodeLineFrame({
      kind: i % 2 === 0 ? LineKind.request : LineKind.answer,
      address,
      sequence: i >> 1,
      attentionWaiting: false,
      payload,
    }),
  );
  const roundTrips = frames.length / 2;
  const limit = bare;
  const limitHow = `the four frames of the same exchange without any check or address: ${frames.map((frame) => frame.length).join(' + ')}`;
  return [
    lessIsBetter(
      {
        name: 'exchange-bytes',
        value: sum(checked),
        unit: 'B',
        limit,
        limitHow: `${limitHow}; the value adds ${frames.length} CRCs of ${CRC_BYTES} bytes, in ${roundTrips} round trips`,
        goal: `at most ${WITH_CRC_GOAL} B in ${ROUND_TRIPS_GOAL} round trips`,
      },
      () => sum(checked) <= WITH_CRC_GOAL && roundTrips <= ROUND_TRIPS_GOAL,
    ),
    lessIsBetter(
      {
        name: 'exchange-bytes-wire',
        value: sum(onTheWire),
        unit: 'B',
        limit,
        limitHow: `${limitHow}; the value is four line frames with sync, modem address, control, length and CRC`,
        goal: `at most ${WIRE_GOAL} B`,
      },
      () => sum(onTheWire) <= WIRE_GOAL,
    ),
  ];
}

const sum = (frames: readonly Uint8Array[]): number => frames.reduce((total, frame) => total + frame.length, 0);
