import { assertNever } from '../../units/index.ts';
import type { Heard } from './serial.ts';

/** One command on T=0: header of five bytes, then data in one direction or none. ISO 7816-3 §10.3 */
export interface Tpdu {
  readonly header: Uint8Array;
  readonly outgoing: Uint8Array;
  /** Bytes that the card is to send; 0 for none. */
  readonly incoming: number;
}

export interface TpduResult {
  readonly data: Uint8Array;
  /** SW1 SW2. */
  readonly status: number;
}

export type T0DeviceInput =
  | Heard
  /** The waiting time WT passed without a character. */
  | { readonly type: 'silence' }
  /** A character was refused too often. */
  | { readonly type: 'unsent' };

export type T0Failure = {
  readonly reason: 'no-answer' | 'characters-damaged' | 'characters-refused' | 'procedure-byte-wrong' | 'card-too-slow';
};

export type T0DeviceOutput =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'done'; readonly result: TpduResult }
  | { readonly type: 'failed'; readonly failure: T0Failure };

/** A card may ask for patience so often in one command; each time for less than WT. */
export const NULLS_MAX = 1000;
const NULL = 0x60;

/** The slot's side of one command. */
export interface T0Device {
  readonly tpdu: Tpdu;
  sent: number;
  readonly received: number[];
  /** Data that comes before the next procedure byte. */
  dataLeft: number;
  firstStatus: number | undefined;
  nulls: number;
}

export function beginTpdu(tpdu: Tpdu, out: T0DeviceOutput[]): T0Device {
  out.push({ type: 'send', bytes: tpdu.header });
  return { tpdu, sent: 0, received: [], dataLeft: 0, firstStatus: undefined, nulls: 0 };
}

export function stepT0Device(device: T0Device, input: T0DeviceInput, out: T0DeviceOutput[]): void {
  const fail = (reason: T0Failure['reason']) => out.push({ type: 'failed', failure: { reason } });
  switch (input.type) {
    case 'byte':
      if (device.firstStatus !== undefined) {
        const status = (device.firstStatus << 8) | input.byte;
        out.push({ type: 'done', result: { data: Uint8Array.from(device.received), status } });
      } else if (device.dataLeft > 0) {
        device.received.push(input.byte);
        device.dataLeft--;
      } else procedureByte(device, input.byte, out);
      return;
    case 'refused':
      return;
    case 'damaged':
      fail('characters-damaged');
      return;
    case 'silence':
      fail('no-answer');
      return;
    case 'unsent':
      fail('characters-refused');
      return;
    default:
      assertNever(input);
  }
}

/** ISO 7816-3 §10.3.3 */
function procedureByte(device: T0Device, byte: number, out: T0DeviceOutput[]): void {
  const { tpdu } = device;
  const instruction = tpdu.header[1] as number;
  const fail = (reason: T0Failure['reason']) => out.push({ type: 'failed', failure: { reason } });
  if (byte === NULL) {
    if (++device.nulls > NULLS_MAX) fail('card-too-slow');
    return;
  }
  if (byte >> 4 === 6 || byte >> 4 === 9) {
    device.firstStatus = byte;
    return;
  }
  const all = byte === instruction;
  if (!all && byte !== (instruction ^ 0xff)) {
    fail('procedure-byte-wrong');
    return;
  }
  const outgoingLeft = tpdu.outgoing.length - device.sent;
  const incomingLeft = tpdu.incoming - device.received.length;
  if (outgoingLeft > 0) {
    const end = all ? tpdu.outgoing.length : device.sent + 1;
    out.push({ type: 'send', bytes: tpdu.outgoing.subarray(device.sent, end) });
    device.sent = end;
  } else if (incomingLeft > 0) device.dataLeft = all ? incomingLeft : 1;
  // The card asks for data, or offers some, where there is none.
  else fail('procedure-byte-wrong');
}
