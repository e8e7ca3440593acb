import {
  type AttentionReport,
  BACKHAUL_VERSION,
  type BackhaulMessage,
  type CheckMeterMinute,
  decodeEnvelope,
  encodeEnvelope,
  versionSentence,
} from '../backhaul/index.ts';
import type { Sink } from '../line/index.ts';

/** Alarms and check-meter minutes kept while the backhaul is away; the oldest go first. */
const UNSAID_MAX = 2_048;

export type UplinkOutput =
  | { readonly type: 'backhaul'; readonly bytes: Uint8Array }
  /** The other side speaks another version; for a person. */
  | { readonly type: 'backhaul-refused'; readonly sentence: string };

/** The local unit's end of the backhaul: hello and version, and what waits for the connection. */
export class Uplink {
  readonly #id: number;
  #connected = false;
  #unsaid: (AttentionReport | CheckMeterMinute)[] = [];
  #damagedMessages = 0;

  constructor(id: number) {
    this.#id = id;
  }

  /** Whether the other side has said hello in this version. */
  get connected(): boolean {
    return this.#connected;
  }

  get damagedMessages(): number {
    return this.#damagedMessages;
  }

  up(out: Sink<UplinkOutput>): void {
    this.#connected = false;
    this.say({ type: 'hello', version: BACKHAUL_VERSION, kind: 'local-unit', id: this.#id }, out);
  }

  down(): void {
    this.#connected = false;
  }

  /** The message for this unit that the bytes carry, if they carry one. */
  hear(bytes: Uint8Array, out: Sink<UplinkOutput>): BackhaulMessage | undefined {
    const envelope = decodeEnvelope(bytes);
    if ('reason' in envelope) {
      this.#damagedMessages += 1;
      return undefined;
    }
    const { message, localUnit } = envelope;
    if (message.type === 'hello') {
      this.#connected = message.version === BACKHAUL_VERSION;
      if (this.#connected) {
        const unsaid = this.#unsaid;
        this.#unsaid = [];
        for (const kept of unsaid) this.say(kept, out);
      } else {
        const sentence = versionSentence(message, 'local unit', this.#id);
        this.say({ type: 'hello-refused', version: BACKHAUL_VERSION, sentence }, out);
        out.push({ type: 'backhaul-refused', sentence });
      }
      return undefined;
    }
    if (message.type === 'hello-refused') {
      this.#connected = false;
      out.push({ type: 'backhaul-refused', sentence: message.sentence });
      return undefined;
    }
    return this.#connected && localUnit === this.#id ? message : undefined;
  }

  say(message: BackhaulMessage, out: Sink<UplinkOutput>): void {
    out.push({ type: 'backhaul', bytes: encodeEnvelope({ localUnit: this.#id, message }) });
  }

  /** Says it now, or when the connection is back. */
  sayOrKeep(message: AttentionReport | CheckMeterMinute, out: Sink<UplinkOutput>): void {
    if (this.#connected) {
      this.say(message, out);
      return;
    }
    if (this.#unsaid.length >= UNSAID_MAX) this.#unsaid.shift();
    this.#unsaid.push(message);
  }
}
