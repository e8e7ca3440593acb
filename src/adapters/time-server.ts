import { createSocket } from 'node:dgram';

/** Who is asked for the time. */
export interface TimeServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface TimeFailure {
  readonly reason: 'time-server-silent' | 'time-server-unsure';
  /** Without the full stop at its end: who asked says what to do. */
  readonly sentence: string;
}

const ANSWERS_WITHIN_MS = 3_000;
const PACKET_BYTES = 48;
/** Version 4, mode 3: a client. RFC 4330 §4. */
const CLIENT = 0x23;
const SERVER_MODE = 4;
/** Of the leap indicator: a clock that was never set. */
const UNSET = 3;
const TRANSMIT_AT = 40;
const RECEIVE_AT = 32;
const ORIGINATE_AT = 24;
/** From 1900 to 1970. */
const EPOCH_S = 2_208_988_800;

/**
 * How far the clock of this machine is behind that of a time server, by SNTP (RFC 4330): the mean of both ways. It is no
 * client that keeps a clock, and no library: one packet each way, of which four fields are read.
 */
export function askTime({ host, port }: TimeServerAddress): Promise<{ readonly offsetMs: number } | TimeFailure> {
  const where = `${host}:${port}`;
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    const end = (answer: { readonly offsetMs: number } | TimeFailure) => {
      clearTimeout(timer);
      socket.removeAllListeners().on('error', () => undefined);
      socket.close();
      resolve(answer);
    };
    const silent = (why: string) =>
      end({ reason: 'time-server-silent', sentence: `The time server ${where} does not answer (${why})` });
    const timer = setTimeout(() => silent('nothing came'), ANSWERS_WITHIN_MS);
    const sentAt = Date.now();
    const question = Buffer.alloc(PACKET_BYTES);
    question.writeUInt8(CLIENT, 0);
    writeInstant(question, TRANSMIT_AT, sentAt);
    socket.on('error', (error) => silent(error.message));
    socket.on('message', (packet) => {
      const cameAt = Date.now();
      // What answers another question is none: it may be old, or anybody's.
      const isAnswer =
        packet.length >= PACKET_BYTES &&
        (packet.readUInt8(0) & 7) === SERVER_MODE &&
        packet.subarray(ORIGINATE_AT, ORIGINATE_AT + 8).equals(question.subarray(TRANSMIT_AT));
      if (!isAnswer) return;
      // Stratum 0 is a refusal (RFC 4330 §8).
      if (packet.readUInt8(0) >> 6 === UNSET || packet.readUInt8(1) === 0) {
        end({ reason: 'time-server-unsure', sentence: `The time server ${where} does not know the time itself` });
        return;
      }
      const there = readInstant(packet, RECEIVE_AT) - sentAt + (readInstant(packet, TRANSMIT_AT) - cameAt);
      end({ offsetMs: there / 2 });
    });
    socket.send(question, port, host);
  });
}

function writeInstant(packet: Buffer, at: number, unixMs: number): void {
  const seconds = Math.floor(unixMs / 1000);
  packet.writeUInt32BE((seconds + EPOCH_S) >>> 0, at);
  packet.writeUInt32BE(Math.floor(((unixMs - seconds * 1000) / 1000) * 2 ** 32), at + 4);
}

/** Seconds that begin anew in 2036 are of the next era where their first bit is off. RFC 4330 §3 */
function readInstant(packet: Buffer, at: number): number {
  const seconds = packet.readUInt32BE(at);
  const era = seconds < 2 ** 31 ? 2 ** 32 : 0;
  return (seconds + era - EPOCH_S) * 1000 + (packet.readUInt32BE(at + 4) / 2 ** 32) * 1000;
}
