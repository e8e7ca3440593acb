import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** The severity of an expert's warning in Wireshark; errors are above it. */
const WARNING = 0x600000;
const WRITTEN_MS = 1_000;

/** What passes on the loopback, written down by tshark, a foreign reader. */
export class Capture {
  readonly #path: string;
  readonly #child: ChildProcess;

  private constructor(path: string, child: ChildProcess) {
    this.#path = path;
    this.#child = child;
  }

  static async begin(path: string): Promise<Capture> {
    const child = spawn('tshark', ['-i', 'lo', '-f', 'udp', '-w', path, '-q'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    for (let i = 0; i < 200 && !said.includes('Capturing on'); i++) {
      if (child.exitCode !== null) throw new Error(said);
      await pause(50);
    }
    // It says so a little before it does.
    await pause(WRITTEN_MS);
    return new Capture(path, child);
  }

  async end(): Promise<void> {
    await pause(WRITTEN_MS);
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGINT');
    await ended;
  }

  /** Of the packets that a filter shows, one line each with these fields. @param port that speaks SIP */
  read(port: number, filter: string, ...fields: readonly string[]): string[] {
    const shown = fields.flatMap((field) => ['-e', field]);
    const args = ['-r', this.#path, '-d', `udp.port==${port},sip`, '-Y', filter, '-T', 'fields', ...shown];
    const { stdout, stderr, status } = spawnSync('tshark', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return stdout.split('\n').filter((line) => line.trim() !== '');
  }

  /** A filter of the sound of the first call to a port: other telephones may speak at the same time. */
  soundOf(port: number): string {
    const [sound = ''] = this.read(port, `sdp && udp.srcport == ${port}`, 'sdp.media.port');
    return `udp.port == ${sound}`;
  }

  /** What tshark finds wrong with what belongs to the first call of a port. */
  complaints(port: number): string[] {
    const filter = `(udp.port == ${port} || ${this.soundOf(port)}) && (_ws.malformed || _ws.expert.severity >= ${WARNING})`;
    return this.read(port, filter, 'frame.number', '_ws.expert.message');
  }
}
