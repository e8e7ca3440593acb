import { type Milliseconds, milliseconds } from '../units/index.ts';
import { LINE_FRAME_BYTES_MAX } from './frame.ts';

/**
 * What the link must know of the thing that carries its frames. Modem 13 speaks over the power line; the seed
 * also names telephone, radio and cable. All machines of this room compute their times from these numbers alone.
 */
export interface Carrier {
  readonly name: string;
  readonly bitsPerSecond: number;
  /** 8 on a synchronous line; 10 where each byte has a start and a stop bit. */
  readonly bitsPerByte: number;
  /** Bytes that the carrier itself adds to each frame (preamble, packet headers); air time counts them. */
  readonly overheadBytes: number;
  /** One medium for both directions: a station that sends is deaf, and any two that send at once collide. */
  readonly halfDuplex: boolean;
  /** Terminals that send at once collide with each other; false where each has a path of its own. */
  readonly sharedUpstream: boolean;
  /** From the last byte heard to the first byte sent, so that the other side is listening again. */
  readonly turnaroundMs: number;
  /** One way, beside the air time: the longest that is usual. */
  readonly latencyMs: number;
  /** Stations that store a frame and send it on, one after the other. */
  readonly relays: number;
  /** Largest line frame, sync to CRC. */
  readonly frameBytesMax: number;
}

export const POWER_LINE_BITS_PER_SECOND_MIN = 1_200;
export const POWER_LINE_BITS_PER_SECOND_MAX = 128_000;

/**
 * The power line on the low-voltage side of one transformer, half duplex. The turnaround is twelve bits
 * (carrier on, level and clock found) and at least 2 ms: 10 ms at 1,200 bit/s. The latency of 1 ms is the
 * modem's; propagation over 3 km is 20 microseconds.
 *
 * @throws RangeError below 1,200 or above 128,000 bit/s
 */
export function powerLine(bitsPerSecond = POWER_LINE_BITS_PER_SECOND_MIN): Carrier {
  if (
    !Number.isSafeInteger(bitsPerSecond) ||
    bitsPerSecond < POWER_LINE_BITS_PER_SECOND_MIN ||
    bitsPerSecond > POWER_LINE_BITS_PER_SECOND_MAX
  ) {
    throw new RangeError(`a power line carries 1200 to 128000 bit/s, not ${bitsPerSecond}`);
  }
  return {
    name: 'power-line',
    bitsPerSecond,
    bitsPerByte: 8,
    overheadBytes: 0,
    halfDuplex: true,
    sharedUpstream: true,
    turnaroundMs: Math.max(2, Math.ceil(12_000 / bitsPerSecond)),
    latencyMs: 1,
    relays: 0,
    frameBytesMax: LINE_FRAME_BYTES_MAX,
  };
}

/**
 * Radio below 1 GHz, 9,600 bit/s frequency shift keying, through one relay by default: each relay hears the
 * whole frame before it sends it on. Eight bytes of preamble and sync word; one-byte length, so 255 bytes.
 */
export function relayedRadio(relays = 1): Carrier {
  return {
    name: 'relayed-radio',
    bitsPerSecond: 9_600,
    bitsPerByte: 8,
    overheadBytes: 8,
    halfDuplex: true,
    sharedUpstream: true,
    turnaroundMs: 5,
    latencyMs: 5,
    relays,
    frameBytesMax: 255,
  };
}

/**
 * A telephone modem of 1,200 bit/s, full duplex (ITU-T V.22), asynchronous bytes, a call of its own for each
 * terminal. Setting up the call is the adapter's work and not in these times.
 */
export function telephoneLine(): Carrier {
  return {
    name: 'telephone-line',
    bitsPerSecond: 1_200,
    bitsPerByte: 10,
    overheadBytes: 0,
    halfDuplex: false,
    sharedUpstream: false,
    turnaroundMs: 0,
    latencyMs: 50,
    relays: 0,
    frameBytesMax: LINE_FRAME_BYTES_MAX,
  };
}

/**
 * A return channel of 256,000 bit/s in the television cable: its own frequency in each direction, one
 * upstream for all terminals. Twenty bytes of preamble and burst header; 5 ms for amplifiers and modem.
 */
export function cable(): Carrier {
  return {
    name: 'cable',
    bitsPerSecond: 256_000,
    bitsPerByte: 8,
    overheadBytes: 20,
    halfDuplex: false,
    sharedUpstream: true,
    turnaroundMs: 1,
    latencyMs: 5,
    relays: 0,
    frameBytesMax: LINE_FRAME_BYTES_MAX,
  };
}

/**
 * One TCP connection for each terminal over an access line of 1 Mbit/s. Forty bytes of IPv4 and TCP headers
 * a frame; 100 ms one way allows for a mobile network, a lost segment costs a repetition.
 */
export function tcp(): Carrier {
  return {
    name: 'tcp',
    bitsPerSecond: 1_000_000,
    bitsPerByte: 8,
    overheadBytes: 40,
    halfDuplex: false,
    sharedUpstream: false,
    turnaroundMs: 0,
    latencyMs: 100,
    relays: 0,
    frameBytesMax: LINE_FRAME_BYTES_MAX,
  };
}

export const SERIAL_BITS_PER_SECOND_MIN = 1_200;
export const SERIAL_BITS_PER_SECOND_MAX = 115_200;

/**
 * A pair of wires on which all stations hang (RS-485), or one cable between two of them (RS-232): asynchronous bytes
 * with a start and a stop bit, one medium for both directions. The turnaround of 5 ms is for drivers that are slow to
 * let go of the wires, the latency of 20 ms for adapters that gather bytes for 16 ms.
 *
 * @throws RangeError below 1,200 or above 115,200 bit/s
 */
export function serialLine(bitsPerSecond = 9_600): Carrier {
  const [least, most] = [SERIAL_BITS_PER_SECOND_MIN, SERIAL_BITS_PER_SECOND_MAX];
  if (!Number.isSafeInteger(bitsPerSecond) || bitsPerSecond < least || bitsPerSecond > most) {
    throw new RangeError(`a serial line carries ${least} to ${most} bit/s, not ${bitsPerSecond}`);
  }
  return {
    name: 'serial-line',
    bitsPerSecond,
    bitsPerByte: 10,
    overheadBytes: 0,
    halfDuplex: true,
    sharedUpstream: true,
    turnaroundMs: 5,
    latencyMs: 20,
    relays: 0,
    frameBytesMax: LINE_FRAME_BYTES_MAX,
  };
}

/** Time in which a frame of so many bytes is on the air once; microseconds, rounded up: for accounts. */
export function airtimeMicroseconds(carrier: Carrier, bytes: number): number {
  return Math.ceil(((bytes + carrier.overheadBytes) * carrier.bitsPerByte * 1_000_000) / carrier.bitsPerSecond);
}

/** Time in which a frame of so many bytes is on the air once. Rounded up: nobody may speak into its last bit. */
export function airtimeMs(carrier: Carrier, bytes: number): Milliseconds {
  return milliseconds(
    Math.ceil(((bytes + carrier.overheadBytes) * carrier.bitsPerByte * 1000) / carrier.bitsPerSecond),
  );
}

/** Time for which a frame keeps the medium busy: the air time of every hop, and the relays' turnarounds. */
export function occupiedMs(carrier: Carrier, bytes: number): Milliseconds {
  const airtime = airtimeMs(carrier, bytes);
  return milliseconds((carrier.relays + 1) * airtime + carrier.relays * carrier.turnaroundMs);
}
