import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../../src/adapters/free-port.testing.ts';
import { minuteOf, WAV_HEADER_BYTES } from './wav.ts';

const MODULES = '/usr/lib/baresip/modules';
/** It loses keys that come faster. */
const KEY_MS = 300;

/** baresip, a foreign telephone: it dials, keys by RFC 4733, and records what it hears. */
export class Baresip {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #control: Socket;
  #said = '';

  private constructor(folder: string, child: ChildProcess, control: Socket) {
    this.#folder = folder;
    this.#child = child;
    this.#control = control;
    control.on('data', (text) => {
      this.#said += text;
    });
  }

  /**
   * @param from the number that it calls from
   * @param said what it says for a minute, again and again; nothing where absent
   */
  static async open(folder: string, from: string, said: Int16Array = new Int16Array(1)): Promise<Baresip> {
    mkdirSync(folder, { recursive: true });
    const port = await freePort();
    const config = [
      ...['poll_method epoll', 'sip_listen 127.0.0.1:0', `module_path ${MODULES}`, `snd_path ${folder}`],
      ...[
        `audio_source aufile,${join(folder, 'said.wav')}`,
        'audio_player aubridge,heard',
        'ausrc_srate 8000',
        'auplay_srate 8000',
      ],
      ...['ausrc_channels 1', 'auplay_channels 1', `ctrl_tcp_listen 127.0.0.1:${port}`],
      ...['g711', 'aufile', 'aubridge', 'sndfile'].map((name) => `module ${name}.so`),
      'module_tmp account.so',
      ...['menu', 'ctrl_tcp'].map((name) => `module_app ${name}.so`),
    ];
    writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`);
    writeFileSync(join(folder, 'accounts'), `<sip:${from}@127.0.0.1>;regint=0;audio_codecs=PCMU\n`);
    writeFileSync(join(folder, 'contacts'), '');
    writeFileSync(join(folder, 'said.wav'), minuteOf(said));
    const child = spawn('baresip', ['-f', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => {
        printed += text;
      });
    }
    for (let i = 0; i < 100 && !printed.includes('baresip is ready'); i++) {
      if (child.exitCode !== null) throw new Error(printed);
      await pause(50);
    }
    const control = connect(port, '127.0.0.1');
    await once(control, 'connect');
    return new Baresip(folder, child, control);
  }

  dial(port: number): void {
    this.#do('dial', `sip:office@127.0.0.1:${port}`);
  }

  async established(): Promise<void> {
    await this.#until(() => this.#said.includes('CALL_ESTABLISHED'), 'the call was not answered');
  }

  async press(keys: string): Promise<void> {
    for (const key of keys) {
      this.#do('sndcode', key);
      await pause(KEY_MS);
    }
  }

  hangUp(): void {
    this.#do('hangup');
  }

  /** What it heard, 8,000 samples a second, once the call has ended. */
  async heard(): Promise<Int16Array> {
    const names = () => readdirSync(this.#folder).filter((name) => name.endsWith('-dec.wav'));
    await this.#until(() => names().length > 0, 'nothing was recorded');
    const bytes = readFileSync(join(this.#folder, names()[0] ?? ''));
    return new Int16Array(
      bytes.buffer.slice(bytes.byteOffset + WAV_HEADER_BYTES, bytes.byteOffset + (bytes.length & ~1)),
    );
  }

  async close(): Promise<void> {
    this.#control.destroy();
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const dead = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(dead);
  }

  get said(): string {
    return this.#said;
  }

  /** A netstring of JSON. */
  #do(command: string, params = ''): void {
    const text = JSON.stringify({ command, params, token: '' });
    this.#control.write(`${Buffer.byteLength(text)}:${text},`);
  }

  async #until(what: () => boolean, otherwise: string): Promise<void> {
    for (let i = 0; i < 200; i++) {
      if (what()) return;
      await pause(50);
    }
    throw new Error(`${otherwise}: ${this.#said}`);
  }
}

/** Whether baresip is here, with the modules that it needs. */
export const hasBaresip = (): boolean => existsSync(join(MODULES, 'sndfile.so'));

/** The highest normalised correlation of a prompt with what was heard, at any place: 1 where it was heard as it is. */
export function correlation(heard: Int16Array, prompt: Int16Array): number {
  let best = 0;
  let energy = 0;
  let ofPrompt = 0;
  for (const sample of prompt) ofPrompt += sample * sample;
  for (let i = 0; i < prompt.length; i++) energy += (heard[i] ?? 0) ** 2;
  for (let from = 0; from + prompt.length <= heard.length; from++) {
    if (from > 0) energy += (heard[from + prompt.length - 1] ?? 0) ** 2 - (heard[from - 1] ?? 0) ** 2;
    let sum = 0;
    for (let i = 0; i < prompt.length; i++) sum += (heard[from + i] ?? 0) * (prompt[i] ?? 0);
    if (energy > 0) best = Math.max(best, sum / Math.sqrt(energy * ofPrompt));
  }
  return best;
}
