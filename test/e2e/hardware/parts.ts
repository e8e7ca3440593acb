import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { SerialPort } from 'serialport';
import { drawing } from '../../../src/adapters/disk.testing.ts';

const NEEDED: readonly (readonly [file: string, debianPackage: string])[] = [
  ['/usr/bin/socat', 'socat'],
  ['/usr/bin/mbpoll', 'mbpoll'],
  ['/usr/lib/python3/dist-packages/pymodbus', 'python3-pymodbus'],
  ['/usr/lib/python3/dist-packages/serial_asyncio', 'python3-serial-asyncio'],
];

/** What the machine lacks for lines and devices that others have made, in a sentence; false when it lacks nothing. */
export const lacks: string | false = (() => {
  const missing = NEEDED.filter(([file]) => !existsSync(file) && !existsSync(`${file}.py`)).map(([, name]) => name);
  return missing.length > 0 ? `needs the Debian packages ${missing.join(', ')}` : false;
})();

const LOOKS_EVERY_MS = 25;
const READY_MS = 60_000;

export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + READY_MS; !(await holds()); await pause(LOOKS_EVERY_MS)) {
    assert.ok(Date.now() < deadline, what);
  }
}

async function ends(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'close');
}

export interface SerialPair {
  readonly ours: string;
  readonly theirs: string;
}

/** Serial lines between two ends each, made by socat; they end with the test. */
export class SerialPairs {
  readonly #t: TestContext;
  readonly #folder: string;
  readonly #made = new Map<string, ChildProcess>();

  constructor(t: TestContext, folder: string) {
    this.#t = t;
    this.#folder = folder;
  }

  async make(name: string): Promise<SerialPair> {
    const pair = { ours: join(this.#folder, `${name}-ours`), theirs: join(this.#folder, `${name}-theirs`) };
    const [a, b] = [pair.ours, pair.theirs].map((link) => `pty,raw,echo=0,link=${link}`) as [string, string];
    const child = spawn('socat', [a, b], { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#made.set(name, child);
    this.#t.after(() => ends(child));
    await until(() => existsSync(pair.ours) && existsSync(pair.theirs), 'socat makes a line');
    return pair;
  }

  /** The port is gone, as when an adapter is pulled out. */
  async pull(name: string): Promise<void> {
    const child = this.#made.get(name);
    if (child !== undefined) await ends(child);
  }
}

/** One pair of wires: what any port says every other one hears, unless noise or a cut has it. */
export class Wires {
  noise = { garbled: 0, lost: 0 };
  cut = false;
  garbled = 0;
  lost = 0;
  dropped = 0;
  readonly #t: TestContext;
  readonly #draw: () => number;
  readonly #ports = new Set<SerialPort>();

  constructor(t: TestContext, seed: number) {
    this.#t = t;
    this.#draw = drawing(seed);
  }

  async attach(path: string): Promise<void> {
    const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false });
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    this.#ports.add(port);
    port.on('data', (bytes: Buffer) => this.#carry(port, bytes));
    // Whoever is pulled out hears and says nothing more.
    port.on('error', () => undefined).on('close', () => this.#ports.delete(port));
    this.#t.after(() => (port.isOpen ? new Promise<void>((resolve) => port.close(() => resolve())) : undefined));
  }

  async dropsSomething(): Promise<void> {
    const before = this.dropped;
    await until(() => this.dropped > before, 'somebody speaks');
  }

  #carry(from: SerialPort, bytes: Buffer): void {
    if (this.cut) {
      this.dropped += bytes.length;
      return;
    }
    const heard: number[] = [];
    for (const byte of bytes) {
      const drawn = this.#draw();
      if (drawn < this.noise.lost) this.lost += 1;
      else if (drawn < this.noise.lost + this.noise.garbled) {
        this.garbled += 1;
        heard.push(byte ^ (1 << Math.floor(this.#draw() * 8)));
      } else heard.push(byte);
    }
    for (const port of this.#ports) if (port !== from && port.isOpen) port.write(Buffer.from(heard));
  }
}

/** Measuring meter and coil board of pymodbus. */
export class Devices {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];

  constructor(t: TestContext, ...args: readonly string[]) {
    const script = join(import.meta.dirname, 'devices.py');
    const child = spawn('/usr/bin/python3', ['-u', script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    t.after(() => ends(child));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => this.#lines.push(line));
  }

  /** Returns when it has obeyed. */
  async set(order: Record<string, unknown>): Promise<readonly string[]> {
    const from = this.#lines.length;
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
    await until(() => this.#lines.slice(from).includes('done'), `the devices obey ${JSON.stringify(order)}`);
    return this.#lines.slice(from);
  }

  async coil(): Promise<boolean> {
    const [told = '{}'] = await this.set({ tell: true });
    return (JSON.parse(told) as { coils: boolean[] }).coils[0] === true;
  }
}

/** What mbpoll reads or writes at the first coil of unit 2, over TCP. */
export class Mbpoll {
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  coil(): boolean {
    const said = this.#run('-c', '1', '-1');
    const [, value] = /^\[0\]:\s+([01])$/m.exec(said) ?? assert.fail(said);
    return value === '1';
  }

  write(on: boolean): void {
    this.#run('--', on ? '1' : '0');
  }

  /** Function code 4, as a float32 of which the more significant word comes first. */
  float(address: number): number {
    const args = ['-m', 'tcp', '-p', String(this.#port), '-0', '-a', '1', '-r', String(address), '-t', '3:float', '-B'];
    const { stdout } = spawnSync('mbpoll', [...args, '-c', '1', '-1', '127.0.0.1'], { encoding: 'utf8' });
    const [, value] = /^\[\d+\]:\s+(\S+)$/m.exec(stdout) ?? assert.fail(stdout);
    return Number(value);
  }

  #run(...more: readonly string[]): string {
    const at = more.indexOf('--');
    const [options, values] = at < 0 ? [more, []] : [more.slice(0, at), more.slice(at + 1)];
    const address = ['-m', 'tcp', '-p', String(this.#port), '-0', '-a', '2', '-r', '0', '-t', '0'];
    const { stdout, stderr, status } = spawnSync('mbpoll', [...address, ...options, '127.0.0.1', ...values], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout + stderr);
    return stdout;
  }
}
