import { PhoneRig } from '../phone.testing.ts';
import { SipAgent } from './agent.ts';
import { headerOf, parseSip, type SipMessage } from './message.ts';
import { type RequestParts, requestBytes } from './messages.testing.ts';
import type { Endpoint } from './ports.ts';

export const PEER: Endpoint = { address: '192.0.2.7', port: 5062 };
export const SOUND: Endpoint = { address: '192.0.2.7', port: 4000 };

/** The socket of one call's sound. */
class Media {
  readonly sent: { readonly bytes: Uint8Array; readonly to: Endpoint }[] = [];
  readonly port: number;
  readonly hear: (bytes: Uint8Array, from: Endpoint) => void;
  isClosed = false;

  constructor(port: number, hear: (bytes: Uint8Array, from: Endpoint) => void) {
    this.port = port;
    this.hear = hear;
  }
  send(bytes: Uint8Array, to: Endpoint): void {
    this.sent.push({ bytes, to });
  }
  close(): void {
    this.isClosed = true;
  }
}

/** An agent over a host, whose sockets are lists, and whose sentences take 20 ms for each letter. */
export class SipRig {
  readonly phone: PhoneRig;
  readonly agent: SipAgent;
  readonly sent: { readonly message: SipMessage; readonly to: Endpoint }[] = [];
  readonly media: Media[] = [];
  readonly warnings: string[] = [];
  /** Whether sockets for sound come at once; else when `openMedia` is called. */
  openMedia: (() => void)[] | undefined;
  /** Speaks instead of the tone that a sentence is here. */
  speak: ((text: string) => Promise<Int16Array>) | undefined;
  mediaMax = Infinity;
  #drawn = 0;

  private constructor(phone: PhoneRig, peers: readonly string[]) {
    this.phone = phone;
    this.agent = new SipAgent(
      phone.desk,
      {
        send: (bytes, to) => {
          const message = parseSip(bytes);
          if ('reason' in message) throw new Error(`what was sent is no message: ${message.reason}`);
          this.sent.push({ message, to });
        },
        openMedia: async (hear) => {
          if (this.openMedia !== undefined) await new Promise<void>((resolve) => this.openMedia?.push(resolve));
          if (this.media.length >= this.mediaMax) return undefined;
          const media = new Media(6_000 + 2 * this.media.length, hear);
          this.media.push(media);
          return media;
        },
        speech: { speak: async (text) => this.speak?.(text) ?? new Int16Array(160 * text.length).fill(1_000) },
        now: () => phone.rig.till.rig.clock.ms,
        later: phone.later,
        draw: (digits) => (++this.#drawn).toString(16).padStart(digits, '0'),
        warn: (sentence) => this.warnings.push(sentence),
      },
      { address: '192.0.2.1', port: 5060, peers },
    );
  }

  static async open({ peers = [] as readonly string[] } = {}): Promise<SipRig> {
    return new SipRig(await PhoneRig.open(), peers);
  }

  async receive(parts: RequestParts | Uint8Array, from: Endpoint = PEER): Promise<SipMessage | undefined> {
    const before = this.sent.length;
    this.agent.receive(parts instanceof Uint8Array ? parts : requestBytes(parts), from);
    await this.settle();
    return this.sent.length > before ? this.sent.at(-1)?.message : undefined;
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 5; i++) {
      await new Promise(setImmediate);
      await this.phone.desk.settled();
    }
  }

  /** A call that was answered and acknowledged. @returns the tag of the agent */
  async call(parts: RequestParts): Promise<string> {
    const answer = await this.receive(parts);
    const tag = /tag=(\w+)$/.exec((answer && headerOf(answer, 'to')) ?? '')?.[1] ?? '';
    await this.receive({ ...parts, method: 'ACK', branch: 'z9hG4bKack', toTag: tag, body: '' });
    return tag;
  }

  /** Packets go out until nothing is said any more. */
  async hearAll(): Promise<void> {
    for (let packets = 0; packets < 3_000; packets++) {
      for (const { stream } of this.agent.calls) stream?.packet();
      if (packets % 50 === 0) await this.settle();
    }
    await this.settle();
  }

  statuses(): (number | string)[] {
    return this.sent.map(({ message }) => (message.type === 'response' ? message.status : message.method));
  }
}
