import type { Voice } from '../backhaul/index.ts';
import type { GridLink, HostServices } from '../host/index.ts';
import { decodeSound, encodeSound, type MeterVoices } from '../phone/index.ts';
import type { Svpmsn } from '../units/index.ts';
import { VOICE_OFFERED_MS } from './meter-voice.ts';

const FORGOTTEN_MS = 3 * VOICE_OFFERED_MS;
const PCMU = 0;

interface Speaking {
  readonly localUnit: number;
  readonly seat: ReturnType<MeterVoices['join']>;
  heardAt: number;
}

export interface LineVoicesPorts {
  readonly voices: MeterVoices;
  readonly grid: Pick<GridLink, 'send'>;
  readonly meter: HostServices['meter'];
}

/** Those who can speak at meters whose line is fast enough, as their local units tell of them. */
export class LineVoices {
  readonly #ports: LineVoicesPorts;
  readonly #speaking = new Map<Svpmsn, Speaking>();
  readonly #asking = new Set<Svpmsn>();
  readonly #forgetting: NodeJS.Timeout;

  constructor(ports: LineVoicesPorts) {
    this.#ports = ports;
    this.#forgetting = setInterval(() => this.#forget(), VOICE_OFFERED_MS).unref();
  }

  heard(localUnit: number, { svpmsn, sound }: Voice): void {
    const speaking = this.#speaking.get(svpmsn);
    if (speaking?.localUnit === localUnit) {
      speaking.heardAt = performance.now();
      if (sound.length > 0) speaking.seat.say(decodeSound(PCMU, sound));
    } else if (sound.length === 0) void this.#offered(localUnit, svpmsn);
  }

  close(): void {
    clearInterval(this.#forgetting);
    for (const { seat } of this.#speaking.values()) seat.leave();
    this.#speaking.clear();
  }

  /** Of a meter that the books have elsewhere nobody is heard. */
  async #offered(localUnit: number, svpmsn: Svpmsn): Promise<void> {
    if (this.#asking.has(svpmsn)) return;
    this.#asking.add(svpmsn);
    // Books that are away are asked with the next offer.
    const found = await this.#ports.meter(svpmsn).catch(() => undefined);
    this.#asking.delete(svpmsn);
    if (found === undefined || 'reason' in found || found.meter.localUnit !== localUnit) return;
    const { voices, grid } = this.#ports;
    const seat = voices.join(svpmsn, {
      hear: (sound) => grid.send(localUnit, { type: 'voice', svpmsn, sound: encodeSound(PCMU, sound) }),
      replaced: () => {
        if (this.#speaking.get(svpmsn)?.seat === seat) this.#speaking.delete(svpmsn);
      },
    });
    this.#speaking.set(svpmsn, { localUnit, seat, heardAt: performance.now() });
  }

  #forget(): void {
    const before = performance.now() - FORGOTTEN_MS;
    for (const [svpmsn, { heardAt, seat }] of this.#speaking) {
      if (heardAt >= before) continue;
      this.#speaking.delete(svpmsn);
      seat.leave();
    }
  }
}
