/** Runs where the browser makes its sound: the microphone goes out at 8 kHz, and what a caller says comes in. */
import { Playout } from './playout.ts';
import { Resampler } from './resample.ts';

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const TELEPHONE_RATE = 8_000;
/** 20 ms. */
const PACKET_SAMPLES = 160;
const LOUDEST = 32_767;

class TalkProcessor extends AudioWorkletProcessor {
  readonly #toTelephone = new Resampler({ from: sampleRate, to: TELEPHONE_RATE });
  readonly #fromTelephone = new Resampler({ from: TELEPHONE_RATE, to: sampleRate });
  readonly #playout = new Playout(sampleRate);
  #packet = new Int16Array(PACKET_SAMPLES);
  #filled = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<Int16Array>) =>
      this.#playout.push(this.#fromTelephone.push(Float32Array.from(data, (sample) => sample / LOUDEST)));
  }

  process([microphone]: readonly Float32Array[][], [speaker]: readonly Float32Array[][]): boolean {
    const [said] = microphone ?? [];
    const [heard] = speaker ?? [];
    if (heard !== undefined) this.#playout.pull(heard);
    if (said !== undefined) for (const sample of this.#toTelephone.push(said)) this.#say(sample);
    return true;
  }

  #say(sample: number): void {
    this.#packet[this.#filled] = Math.round(LOUDEST * Math.max(-1, Math.min(1, sample)));
    this.#filled += 1;
    if (this.#filled < PACKET_SAMPLES) return;
    this.port.postMessage(this.#packet, [this.#packet.buffer]);
    this.#packet = new Int16Array(PACKET_SAMPLES);
    this.#filled = 0;
  }
}

registerProcessor('talk', TalkProcessor);
