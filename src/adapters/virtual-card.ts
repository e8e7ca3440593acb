import { connect, type Socket } from 'node:net';
import type { CardChip, CardProgram } from '../card/ports.ts';

/** Where vpcd waits for the card of its first slot; that of the second is one higher. */
export const VPCD_PORT = 35_963;

export interface VirtualReader {
  readonly host: string;
  readonly port: number;
}

/** What vpcd says in one byte; anything else is a command APDU. */
const Control = { off: 0, on: 1, reset: 2, atr: 4 } as const;

/** Status "wrong length": what a response gets that fits into no frame. */
const WRONG_LENGTH = Uint8Array.of(0x67, 0x00);
const FRAME_BYTES_MAX = 65_535;
const CONNECT_MS = 5_000;

/**
 * A card program in the slot of vpcd, the virtual reader of PC/SC: whatever reads cards on this machine reads this one.
 * Over TCP go frames of a two-byte length, big-endian, and that many bytes. The contacts are not modelled there.
 */
export class VirtualCard {
  readonly #chip: CardChip;
  readonly #socket: Socket;
  #program: CardProgram | undefined;
  #held: Uint8Array = new Uint8Array(0);

  /** Settles when the card has left its slot: pulled by `pull`, or because the reader went away. Rejects when its program failed. */
  readonly left: Promise<void>;
  #failure: unknown;

  /** Puts the card in. @returns what is wrong, in a sentence, when there is no such reader */
  static insert(chip: CardChip, reader: VirtualReader): Promise<VirtualCard | { readonly sentence: string }> {
    return new Promise((resolve) => {
      const socket = connect({ ...reader, noDelay: true, timeout: CONNECT_MS });
      const refuse = (why: string) => {
        socket.destroy();
        const at = `${reader.host}:${reader.port}`;
        resolve({
          sentence: `No virtual card reader answers at ${at} (${why}): start pcscd with the package vsmartcard-vpcd.`,
        });
      };
      socket.once('error', (error: NodeJS.ErrnoException) => refuse(error.code ?? error.message));
      socket.once('timeout', () => refuse('no answer'));
      socket.once('connect', () => {
        socket.removeAllListeners();
        socket.setTimeout(0);
        resolve(new VirtualCard(chip, socket));
      });
    });
  }

  private constructor(chip: CardChip, socket: Socket) {
    this.#chip = chip;
    this.#socket = socket;
    this.left = new Promise((resolve, reject) =>
      socket.once('close', () => (this.#failure === undefined ? resolve() : reject(this.#failure))),
    );
    // A reader that breaks off closes too.
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      try {
        this.#hear(bytes);
      } catch (error) {
        // A card that cannot go on gives no answer, and none to anything after it.
        this.#failure = error;
        socket.destroy();
      }
    });
  }

  async pull(): Promise<void> {
    this.#socket.end();
    this.#socket.destroySoon();
    await this.left;
  }

  #hear(bytes: Uint8Array): void {
    let held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    while (held.length >= 2) {
      const end = 2 + (((held[0] as number) << 8) | (held[1] as number));
      if (held.length < end) break;
      this.#frame(held.subarray(2, end));
      held = held.subarray(end);
    }
    this.#held = held;
  }

  #frame(frame: Uint8Array): void {
    if (frame.length === 0) return;
    if (frame.length > 1) {
      this.#program ??= this.#chip.begin();
      const response = this.#program(Uint8Array.from(frame));
      this.#say(response.length > FRAME_BYTES_MAX ? WRONG_LENGTH : response);
    } else if (frame[0] === Control.atr) this.#say(this.#chip.atr);
    else if (frame[0] === Control.off) this.#program = undefined;
    else if (frame[0] === Control.on || frame[0] === Control.reset) this.#program = this.#chip.begin();
  }

  #say(bytes: Uint8Array): void {
    this.#socket.write(Buffer.concat([Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes]));
  }
}
