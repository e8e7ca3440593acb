import type { TalkCode } from './problem.ts';
import { soundBytes } from './taker-messages.ts';
import type { Sound } from './talk-port.ts';
import { CloseCode, type WebSocket } from './upgrades.ts';

const HEARTBEAT_MS = 15_000;
/** A second of sound that is not taken: what is said meanwhile is left out. */
const UNREAD_BYTES_MAX = 16_000;
/** Sound is fifty of them. */
const MESSAGES_A_SECOND_MAX = 200;

export interface SoundSocketOptions {
  /** Whether whoever asked for it may still have it; asked now and then. */
  readonly allowed: () => Promise<boolean>;
  readonly heartbeatMs: number | undefined;
  /** Takes a message. @returns why it is none */
  readonly take: (data: Uint8Array, isBinary: boolean) => string | undefined;
  /** Once: nothing is taken any more. */
  readonly left: () => void;
}

/** A WebSocket that carries sound: so much and no more, as long as whoever has it is there and may have it. */
export class SoundSocket {
  readonly #socket: WebSocket;
  readonly #options: SoundSocketOptions;
  #isLeft = false;
  #isThere = true;
  #second = 0;
  #count = 0;

  constructor(socket: WebSocket, options: SoundSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#take(data, isBinary));
    socket.on('pong', () => {
      this.#isThere = true;
    });
    const beating = setInterval(() => void this.#beat(), options.heartbeatMs ?? HEARTBEAT_MS).unref();
    socket.on('close', () => {
      clearInterval(beating);
      this.#leave();
    });
  }

  tell(told: object): void {
    this.#socket.send(JSON.stringify(told));
  }

  hear(sound: Sound): void {
    if (this.#socket.bufferedAmount <= UNREAD_BYTES_MAX) this.#socket.send(soundBytes(sound));
  }

  /** Whoever is slow to say goodbye speaks with nobody meanwhile. */
  refuse(code: TalkCode, sentence: string): void {
    this.#leave();
    this.tell({ type: 'refused', code, sentence });
    this.#socket.close(CloseCode.refused, sentence);
  }

  #leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#options.left();
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (this.#isLeft) return;
    if (this.#counted() > MESSAGES_A_SECOND_MAX) {
      this.refuse('too-many-requests', 'That was too much in one second: sound comes in packets of 20 ms.');
      return;
    }
    const why = this.#options.take(data, isBinary);
    if (why !== undefined) this.refuse('input-wrong', why);
  }

  /** How many came in the running second. */
  #counted(): number {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== this.#second) this.#count = 0;
    this.#second = now;
    this.#count += 1;
    return this.#count;
  }

  async #beat(): Promise<void> {
    if (!this.#isThere) {
      this.#socket.terminate();
      return;
    }
    // Books that are away send nobody away.
    if (await this.#options.allowed().catch(() => true)) {
      this.#isThere = false;
      this.#socket.ping();
    } else this.refuse('not-allowed', 'You are logged out, or may do this no more.');
  }
}
