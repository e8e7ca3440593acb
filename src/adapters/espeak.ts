import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Speech } from '../phone/ports.ts';
import { LANGUAGES, type Language } from '../words/index.ts';
import { Turns } from './turns.ts';

const RATE = 8_000;
const VOICES: Readonly<Record<Language, string>> = { en: 'en', ko: 'ko' };
const WORDS_PER_MINUTE = 150;
/** Programs at once: they take a core each. */
const AT_ONCE = 2;
/** Programs that wait for a sentence, in each language: one that begins with it takes three times as long. */
const READY = 2;
const KEPT_IN_MEMORY = 2_000;
/** More sentences than these are spoken anew each time. */
const FILES_MAX = 20_000;
/** Of samples around one that are weighed for it, on each side. */
const TAPS = 16;

/** A program that has its voice and waits for a text. */
type Program = ChildProcessByStdio<Socket, Socket, null>;

/**
 * Text to speech by espeak-ng, and what it has spoken once in memory and in a folder. Some programs stand ready for
 * what was never spoken: they keep nobody's process alive, and end with it.
 */
export class EspeakSpeech implements Speech {
  readonly #folder: string;
  readonly #program: string;
  /** By voice and text, those that were asked for last at the end. */
  readonly #kept = new Map<string, Promise<Int16Array>>();
  #files: number;
  readonly #turns = new Turns(AT_ONCE);
  readonly #ready = new Map<Language, Program[]>(LANGUAGES.map((language) => [language, []]));
  readonly #writings = new Set<Promise<void>>();
  #isClosed = false;

  constructor({ folder, program = 'espeak-ng' }: { readonly folder: string; readonly program?: string }) {
    this.#folder = folder;
    this.#program = program;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#files = readdirSync(folder).length;
    for (const language of LANGUAGES) this.#makeReady(language);
  }

  /** Nothing stands ready any more; resolves when what was spoken is kept. What is asked for is spoken all the same. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const program of [...this.#ready.values()].flatMap((programs) => programs.splice(0))) program.stdin.end();
    await Promise.all(this.#writings);
  }

  speak(text: string, language: Language): Promise<Int16Array> {
    const name = createHash('sha256').update(`${VOICES[language]} ${WORDS_PER_MINUTE} ${text}`).digest('hex');
    const known = this.#kept.get(name);
    if (known !== undefined) {
      this.#kept.delete(name);
      this.#kept.set(name, known);
      return known;
    }
    const spoken = this.#found(name, text, language);
    this.#kept.set(name, spoken);
    // What failed is tried again when it is asked for again.
    spoken.catch(() => this.#kept.delete(name));
    const [first = ''] = this.#kept.keys();
    if (this.#kept.size > KEPT_IN_MEMORY) this.#kept.delete(first);
    return spoken;
  }

  async #found(name: string, text: string, language: Language): Promise<Int16Array> {
    const path = join(this.#folder, `${name}.s16`);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes !== undefined && bytes.length > 0 && bytes.length % 2 === 0) return samplesOf(bytes);
    const sound = await this.#turns.take(() => this.#spoken(text, language));
    if (this.#files < FILES_MAX) {
      this.#files += 1;
      const writing = this.#write(path, sound);
      this.#writings.add(writing);
      void writing.finally(() => this.#writings.delete(writing));
    }
    return sound;
  }

  /** Nobody waits for it, and a folder that takes nothing costs time at the next start, and no word. */
  async #write(path: string, sound: Int16Array): Promise<void> {
    const draft = `${path}.${randomBytes(4).toString('hex')}`;
    await writeFile(draft, new Uint8Array(sound.buffer, sound.byteOffset, sound.byteLength), { mode: 0o600 })
      .then(() => rename(draft, path))
      .catch(() => undefined);
  }

  async #spoken(text: string, language: Language): Promise<Int16Array> {
    const ready = this.#ready.get(language)?.shift();
    try {
      // One that stood ready may have been ended by somebody else meanwhile: a new one speaks then.
      const sound = ready && (await this.#spokenBy(ready, text).catch(() => undefined));
      return sound ?? (await this.#spokenBy(this.#start(language), text));
    } finally {
      this.#makeReady(language);
    }
  }

  #makeReady(language: Language): void {
    const ready = this.#ready.get(language);
    while (ready !== undefined && !this.#isClosed && ready.length < READY) {
      const program = this.#start(language);
      for (const part of [program, program.stdin, program.stdout]) part.unref();
      const isGone = () => void (ready.includes(program) && ready.splice(ready.indexOf(program), 1));
      program.on('error', isGone).on('exit', isGone);
      ready.push(program);
    }
  }

  #start(language: Language): Program {
    const args = ['-v', VOICES[language], '-s', String(WORDS_PER_MINUTE), '--stdin', '--stdout'];
    // Its pipes are sockets.
    const program = spawn(this.#program, args, { stdio: ['pipe', 'pipe', 'ignore'] }) as unknown as Program;
    program.stdin.on('error', () => undefined);
    return program;
  }

  /** The text goes in by a pipe: whatever is in it, it is no option. */
  #spokenBy(program: Program, text: string): Promise<Int16Array> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      for (const part of [program, program.stdin, program.stdout]) part.ref();
      program.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      program.on('error', reject);
      program.on('close', (code) => {
        const wave = parseWave(Buffer.concat(chunks));
        if (code !== 0 || wave === undefined) reject(new Error(`${this.#program} did not speak: install espeak-ng.`));
        else resolve(resampled(wave.samples, wave.rate));
      });
      program.stdin.end(text);
    });
  }
}

function samplesOf(bytes: Buffer): Int16Array {
  const samples = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(2 * i);
  return samples;
}

/** A RIFF file of one channel of 16 bits. What is written to a pipe does not know its length, and goes to the end. */
export function parseWave(bytes: Buffer): { readonly rate: number; readonly samples: Int16Array } | undefined {
  if (bytes.length < 44 || bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') {
    return undefined;
  }
  let rate: number | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [name, length] = [bytes.toString('latin1', at, at + 4), bytes.readUInt32LE(at + 4)];
    const from = at + 8;
    if (name === 'fmt ' && from + 16 <= bytes.length) {
      const [format, channels, bits] = [
        bytes.readUInt16LE(from),
        bytes.readUInt16LE(from + 2),
        bytes.readUInt16LE(from + 14),
      ];
      if (format !== 1 || channels !== 1 || bits !== 16) return undefined;
      rate = bytes.readUInt32LE(from + 4);
    }
    if (name === 'data') {
      if (rate === undefined || rate < RATE || rate > 96_000) return undefined;
      const to = Math.min(bytes.length, from + length);
      return { rate, samples: samplesOf(bytes.subarray(from, to - ((to - from) % 2))) };
    }
    at = from + length + (length % 2);
  }
  return undefined;
}

/** At 8 kHz, by a windowed sinc that lets nothing through that a telephone cannot carry. */
export function resampled(samples: Int16Array, rate: number): Int16Array {
  const step = rate / RATE;
  // After so many samples the distances are the same again: 160 of them from 22,050 Hz.
  const phases = RATE / greatestDivisor(rate, RATE);
  const weights = weightsOf(rate, () =>
    Array.from({ length: phases }, (_, phase) => weightsAt((phase * step) % 1, step)),
  );
  const reach = Math.ceil(TAPS * step);
  const sound = new Int16Array(Math.floor(samples.length / step));
  // The sound of all calls waits while this is reckoned: no call of a function in it, and no sample that is not there.
  for (let i = 0; i < sound.length; i++) {
    const from = Math.floor(i * step + EPSILON) - reach;
    const weighed = weights[i % phases] as Float64Array;
    const [first, end] = [Math.max(0, -from), Math.min(weighed.length, samples.length - from)];
    let sum = 0;
    for (let tap = first; tap < end; tap++) sum += (weighed[tap] as number) * (samples[from + tap] as number);
    sound[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
  return sound;
}

/** Of the rate at which it was spoken last, which is that of the next sentence too. */
let kept: { readonly rate: number; readonly weights: readonly Float64Array[] } | undefined;
function weightsOf(rate: number, reckoned: () => readonly Float64Array[]): readonly Float64Array[] {
  if (kept?.rate !== rate) kept = { rate, weights: reckoned() };
  return kept.weights;
}

/** A place between two samples is reckoned in floats: a whole one is not taken for one just below it. */
const EPSILON = 1e-6;

/** Of the samples around a place between two of them, which sum to one. */
function weightsAt(place: number, step: number): Float64Array {
  const reach = Math.ceil(TAPS * step);
  const offset = place > 1 - EPSILON ? 0 : place;
  const cut = 0.9 / step;
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, tap) => {
    const distance = tap - reach - offset;
    const x = Math.PI * cut * distance;
    return (x === 0 ? 1 : Math.sin(x) / x) * (0.5 + 0.5 * Math.cos((Math.PI * distance) / (reach + 1)));
  });
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / whole);
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));
