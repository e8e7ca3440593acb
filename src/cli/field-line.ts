import { keepConnected } from '../adapters/framed-tcp.ts';
import { keepOpen, type SerialPlace, serialDriver } from '../adapters/serial-line.ts';
import {
  type Carrier,
  SERIAL_BITS_PER_SECOND_MAX,
  SERIAL_BITS_PER_SECOND_MIN,
  serialLine,
  tcp,
} from '../line/index.ts';
import { CannotGoOn } from './failure.ts';
import { addressesOf, certificatesOf, wholeOf } from './field-options.ts';
import { say } from './say.ts';
import { WrongUse } from './usage.ts';

/** Whatever takes bytes towards the other side of a line. */
export interface LineSender {
  send(bytes: Uint8Array): void;
}

/** Who is told of a line that is there, in order; after `ended` nothing more. */
export interface LineListener {
  message(bytes: Uint8Array): void;
  ended(why: string): void;
}

const warn = (sentence: string): void => say('warn', sentence);

const SERIAL = 'serial:';
const BAUD_USUAL = 9_600;

/** `serial:/dev/ttyUSB0`, or `serial:/dev/ttyUSB0,19200`; `undefined` for what is no serial line. @throws WrongUse */
export function serialPlaceOf(text: string): SerialPlace | undefined {
  if (!text.startsWith(SERIAL)) return undefined;
  const [path = '', rate, ...more] = text.slice(SERIAL.length).split(',');
  if (path === '' || more.length > 0) {
    throw new WrongUse(`--line must be a port and its rate, as serial:/dev/ttyUSB0,9600, not "${text}".`);
  }
  const [least, most] = [SERIAL_BITS_PER_SECOND_MIN, SERIAL_BITS_PER_SECOND_MAX];
  return { path, baud: rate === undefined ? BAUD_USUAL : wholeOf(rate, 'the rate of --line', most, least) };
}

/** A serial port that is kept open, its package found. @throws CannotGoOn where the package is missing */
export async function serialKeeper(place: SerialPlace, warned = warn) {
  const Port = await serialDriver();
  if (typeof Port === 'string') throw new CannotGoOn(Port);
  return {
    carrier: serialLine(place.baud),
    /** Until it is stopped. */
    keep: (came: (sender: LineSender, at: string) => LineListener, stopped: AbortSignal) =>
      keepOpen(
        Port,
        {
          place,
          came: (sender) => {
            const listener = came(sender, place.path);
            return { bytes: (bytes) => listener.message(bytes), ended: (why) => listener.ended(why) };
          },
          refused: (why) => warned(`The line at ${place.path} cannot be opened, because ${why}.`),
        },
        stopped,
      ),
  };
}

/** The way of a meter's modem to its local unit: over TCP, or a serial port. */
export interface ModemLine {
  readonly carrier: Carrier;
  /** Keeps it until it is stopped. */
  keep(came: (sender: LineSender, at: string) => LineListener, stopped: AbortSignal): Promise<void>;
}

/** @throws WrongUse; CannotGoOn */
export async function modemLine(
  text: string,
  certificatesFolder: string | undefined,
  warned = warn,
): Promise<ModemLine> {
  const serial = serialPlaceOf(text);
  if (serial !== undefined) return serialKeeper(serial, warned);
  const addresses = addressesOf(text, 'line');
  const certificates = certificatesOf(certificatesFolder, addresses);
  return {
    carrier: tcp(),
    keep: (came, stopped) =>
      keepConnected(
        {
          ...{ addresses, certificates },
          came: (connection, at) => came(connection, `${at.host}:${at.port}`),
          refused: (at, why) => warned(`The line at ${at.host}:${at.port} gives no connection, because ${why}.`),
        },
        stopped,
      ),
  };
}
