import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { VPCD_PORT } from '../../../src/adapters/virtual-card.ts';
import { toHex } from '../../../src/bytes/index.ts';

const runFile = promisify(execFile);
const STEP_MS = 20;
/** pcscd is up in tens of milliseconds, and sees a card within two seconds, on a machine that has time. */
const READY_MS = 20_000;

const NEEDED: readonly (readonly [file: string, debianPackage: string])[] = [
  ['/usr/sbin/pcscd', 'pcscd'],
  ['/etc/reader.conf.d/vpcd', 'vsmartcard-vpcd'],
  ['/usr/bin/opensc-tool', 'opensc'],
  ['/usr/bin/scriptor', 'pcsc-tools'],
  ['/usr/lib/python3/dist-packages/smartcard', 'python3-pyscard'],
  ['/usr/bin/nsenter', 'util-linux'],
  ['/sbin/ip', 'iproute2'],
];

/** What the machine lacks for a PC/SC service of a test's own, in a sentence; false when it lacks nothing. */
export const lacks: string | false = (() => {
  const missing = NEEDED.filter(([file]) => !existsSync(file)).map(([, name]) => name);
  if (missing.length > 0) return `needs the Debian packages ${missing.join(', ')}`;
  const namespaces = spawnSync('unshare', ['-n', '-m', 'true']).status === 0;
  return namespaces ? false : 'needs the right to make a network namespace: run as root';
})();

/**
 * Loopback without delayed acknowledgements: vpcd writes length and body of a frame apart, which costs 40 ms each time.
 * The folder of sockets is the service's own.
 */
const SCRIPT = `set -e
ip link set lo up
for a in 127.0.0.0/8 127.0.0.1; do
  ip route replace table local local $a dev lo proto kernel scope host src 127.0.0.1 quickack 1
done
mkdir -p /run/pcscd
mount -t tmpfs none /run/pcscd
exec /usr/sbin/pcscd --foreground --error`;

/** A program beside the service, by the lines that it prints. */
export interface Running {
  said(line: string): Promise<void>;
  saidLike(pattern: RegExp): Promise<void>;
  /** Its first line, as soon as it has said one. */
  saidFirst(): Promise<string>;
  endInput(): void;
  /** By a signal that it may heed. */
  stop(): void;
  /** All its lines, once it has ended. */
  ended(): Promise<string[]>;
}

/** A PC/SC service in namespaces of its own, with vpcd as its reader; it ends with the test. */
export class Pcscd {
  readonly #pid: number;
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  static async start(t: TestContext): Promise<Pcscd> {
    const child = spawn('unshare', ['-n', '-m', 'sh', '-c', SCRIPT], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (bytes) => {
      said += bytes;
    });
    const folder = mkdtempSync(join(tmpdir(), 'wattpurse-card-'));
    t.after(async () => {
      await ended(child);
      rmSync(folder, { recursive: true });
    });
    const pid = child.pid ?? assert.fail('unshare did not start');
    await until(() => {
      if (child.exitCode !== null) assert.fail(`pcscd ended: ${said}`);
      return listens(pid, VPCD_PORT);
    }, 'vpcd listens');
    return new Pcscd(pid, folder);
  }

  private constructor(pid: number, folder: string) {
    this.#pid = pid;
    this.#folder = folder;
    // OpenSC asks a card for each of its drivers otherwise.
    const opensc = join(folder, 'opensc.conf');
    writeFileSync(opensc, 'app default { card_drivers = default; }\n');
    this.#environment = { ...process.env, OPENSC_CONF: opensc };
  }

  /** What a program says that runs beside the service. @throws when it fails */
  async run(program: string, args: readonly string[]): Promise<string> {
    const { stdout } = await runFile('nsenter', this.#inside(program, args), { env: this.#environment });
    return stdout;
  }

  /** Starts a program that runs beside the service until it ends by itself, or with the test. */
  start(t: TestContext, program: string, args: readonly string[]): Running {
    const child = spawn('nsenter', this.#inside(program, args), { stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => ended(child));
    let text = '';
    child.stdout.on('data', (bytes) => {
      text += bytes;
    });
    const lines = () => text.split('\n').slice(0, -1);
    const closed = once(child, 'close');
    return {
      said: (line) => until(() => lines().includes(line), `${program} says ${line}`),
      saidLike: (pattern) => until(() => lines().some((line) => pattern.test(line)), `${program} says ${pattern}`),
      saidFirst: async () => {
        await until(() => lines().length > 0, `${program} says something`);
        return lines()[0] as string;
      },
      endInput: () => child.stdin.end(),
      stop: () => child.kill('SIGTERM'),
      ended: async () => {
        await closed;
        return lines();
      },
    };
  }

  /**
   * Puts a card into the reader and waits until the service has seen it. `pull` says what it has lived.
   * @param partBytes where its answers come in parts
   */
  async insert(
    t: TestContext,
    atr: Uint8Array,
    ...partBytes: readonly string[]
  ): Promise<{ readonly pull: () => Promise<string> }> {
    const serve = new URL('./serve.ts', import.meta.url).pathname;
    const card = this.start(t, process.execPath, [serve, toHex(atr), ...partBytes]);
    await card.said('inserted');
    await this.#sees('present');
    return {
      pull: async () => {
        card.endInput();
        const lines = await card.ended();
        await this.#sees('empty');
        return lines.at(-1) ?? '';
      },
    };
  }

  /** Waits until the service says so of its first reader, and asks for nothing else: a connection would hold it up. */
  async #sees(what: 'present' | 'empty'): Promise<void> {
    await this.run('/usr/bin/python3', [this.file('wait.py', WAIT), what, String(READY_MS)]);
  }

  /** A file of this test's own. */
  file(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    return path;
  }

  #inside(program: string, args: readonly string[]): string[] {
    return ['-t', String(this.#pid), '-n', '-m', program, ...args];
  }
}

const WAIT = `import sys
from smartcard.scard import *
wanted = SCARD_STATE_PRESENT if sys.argv[1] == 'present' else SCARD_STATE_EMPTY
_, context = SCardEstablishContext(SCARD_SCOPE_USER)
_, readers = SCardListReaders(context, [])
result, states = SCardGetStatusChange(context, 0, [(readers[0], SCARD_STATE_UNAWARE)])
while result == 0 and not states[0][1] & wanted:
    result, states = SCardGetStatusChange(context, int(sys.argv[2]), [(readers[0], states[0][1])])
sys.exit(result != 0)
`;

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'close');
}

/** Whether somebody listens at a port in the network of a process: state 0A of its table. */
function listens(pid: number, port: number): boolean {
  const table = `/proc/${pid}/net/tcp`;
  const at = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  return existsSync(table) && readFileSync(table, 'utf8').includes(at);
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (!holds()) {
    assert.ok(Date.now() < deadline, `${what}, within ${READY_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
