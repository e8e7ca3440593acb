import type { Endpoint, MediaSocket } from '../phone/ports.ts';

/** Sound of one call on its way out. */
export interface Sounding {
  readonly media: MediaSocket | undefined;
  readonly stream: { packet(): Uint8Array | undefined } | undefined;
  readonly sound: Endpoint | undefined;
}

/** Each call has a packet every 20 ms; calls take turns within them, so that no burst holds the last one up. */
const PACKET_MS = 20;
const TURNS = 4;
const TURN_MS = PACKET_MS / TURNS;
/** After a pause of the machine the packets that are late by more than this are left out. */
const LATE_MS_MAX = 200;

/** One clock for the sound of all calls. */
export class SoundClock {
  readonly #calls: () => readonly Sounding[];
  readonly #late: ((ms: number) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #beganAt = performance.now();
  #turn = 0;

  /** @param late hears of each packet how much after its time it was sent */
  constructor(calls: () => readonly Sounding[], late?: (ms: number) => void) {
    this.#calls = calls;
    this.#late = late;
  }

  start(): void {
    this.#timer = setTimeout(() => this.#go(), TURN_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #go(): void {
    const now = performance.now();
    const dueAt = (turn: number) => this.#beganAt + turn * TURN_MS;
    if (now - dueAt(this.#turn) > LATE_MS_MAX) this.#turn = Math.floor((now - this.#beganAt) / TURN_MS);
    while (dueAt(this.#turn) <= now) {
      this.#send(this.#turn % TURNS, dueAt(this.#turn));
      this.#turn += 1;
    }
    if (this.#timer === undefined) return;
    this.#timer = setTimeout(() => this.#go(), Math.max(0, dueAt(this.#turn) - performance.now()));
  }

  #send(turn: number, dueAt: number): void {
    for (const { media, stream, sound } of this.#calls()) {
      if (media === undefined || stream === undefined || sound === undefined || (media.port >> 1) % TURNS !== turn) {
        continue;
      }
      const packet = stream.packet();
      if (packet === undefined) continue;
      media.send(packet, sound);
      this.#late?.(performance.now() - dueAt);
    }
  }
}
