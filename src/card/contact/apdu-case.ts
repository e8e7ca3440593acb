/** What a command APDU carries, by its bytes alone. ISO 7816-4 §5.1 */
export interface CommandShape {
  readonly header: Uint8Array;
  readonly data: Uint8Array;
  /** The most response bytes that are asked for; 0 for none. */
  readonly expected: number;
  readonly extended: boolean;
}

export interface CommandShapeFailure {
  readonly reason: 'command-too-short' | 'command-length-wrong';
}

const EXTENDED_MAX = 65_536;

/** Takes a command apart by its lengths alone, or says why they contradict each other. ISO/IEC 7816-3:2006 §12.1.3 */
export function shapeOf(command: Uint8Array): CommandShape | CommandShapeFailure {
  if (command.length < 4) return { reason: 'command-too-short' };
  const header = command.subarray(0, 4);
  const body = command.subarray(4);
  const shape = (data: Uint8Array, expected: number, extended: boolean) => ({ header, data, expected, extended });
  const [first = 0] = body;
  if (body.length === 0) return shape(body, 0, false);
  if (body.length === 1) return shape(NOTHING, first === 0 ? 256 : first, false);
  if (first !== 0) {
    const data = body.subarray(1, 1 + first);
    if (body.length === 1 + first) return shape(data, 0, false);
    const last = body[1 + first] as number;
    if (body.length === 2 + first) return shape(data, last === 0 ? 256 : last, false);
    return { reason: 'command-length-wrong' };
  }
  if (body.length < 3) return { reason: 'command-length-wrong' };
  const length = u16(body, 1);
  if (body.length === 3) return shape(NOTHING, length === 0 ? EXTENDED_MAX : length, true);
  if (length === 0) return { reason: 'command-length-wrong' };
  const data = body.subarray(3, 3 + length);
  if (body.length === 3 + length) return shape(data, 0, true);
  if (body.length !== 5 + length) return { reason: 'command-length-wrong' };
  const expected = u16(body, 3 + length);
  return shape(data, expected === 0 ? EXTENDED_MAX : expected, true);
}

const NOTHING = new Uint8Array(0);
const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

/** SW1 SW2 of a response, as one number. */
export const statusOf = (response: Uint8Array): number => u16(response, response.length - 2);

/** SW1-SW2 as two bytes. */
export const statusBytes = (status: number): Uint8Array => Uint8Array.of(status >> 8, status & 0xff);
