import { createServer, type Server, type Socket } from 'node:net';
import type { Sound } from '../api/index.ts';
import { type ListenAt, listenAt } from './listen.ts';

/** What hears and speaks at a meter: samples of 16 bits at 8 kHz. */
export interface SoundPort {
  /** Whether anything is there. */
  readonly isThere: boolean;
  play(sound: Sound): void;
}

export interface SoundHeard {
  /** 20 ms, as they are heard. */
  readonly heard: (sound: Sound) => void;
  /** Something is there now. */
  readonly came: () => void;
}

const SAMPLES = 160;
const SAMPLE_BYTES = 2;
/** A second of sound that is not taken: what is said meanwhile is left out. */
const UNREAD_BYTES_MAX = 16_000;

/**
 * The sound port of a meter as a port of its machine: whatever connects, a microphone and a loudspeaker, sends and gets
 * samples of 16 bits, the low byte first, and nothing else. One is there at a time, the newest.
 */
export class TcpSound implements SoundPort {
  readonly #to: SoundHeard;
  readonly #server: Server;
  #device: Socket | undefined;

  constructor(to: SoundHeard) {
    this.#to = to;
    this.#server = createServer((socket) => this.#came(socket));
  }

  get isThere(): boolean {
    return this.#device !== undefined;
  }

  /** @returns where it listens @throws CannotGoOn in one sentence */
  open(at: ListenAt): Promise<number> {
    return listenAt(this.#server, at, 'sound');
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#device?.destroy();
    await closed;
  }

  play(sound: Sound): void {
    const device = this.#device;
    if (device === undefined || device.writableLength > UNREAD_BYTES_MAX) return;
    const bytes = Buffer.alloc(SAMPLE_BYTES * sound.length);
    for (const [i, sample] of sound.entries()) bytes.writeInt16LE(sample, SAMPLE_BYTES * i);
    device.write(bytes);
  }

  #came(device: Socket): void {
    this.#device?.destroy();
    this.#device = device;
    device.on('error', () => undefined);
    device.on('close', () => {
      if (this.#device === device) this.#device = undefined;
    });
    let begun = Buffer.alloc(0);
    device.on('data', (bytes: Buffer) => {
      begun = Buffer.concat([begun, bytes]);
      while (begun.length >= SAMPLE_BYTES * SAMPLES) {
        const packet = begun;
        const sound = Int16Array.from({ length: SAMPLES }, (_, i) => packet.readInt16LE(SAMPLE_BYTES * i));
        begun = begun.subarray(SAMPLE_BYTES * SAMPLES);
        this.#to.heard(sound);
      }
    });
    this.#to.came();
  }
}
