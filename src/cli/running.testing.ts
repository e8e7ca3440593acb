import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sealKeyRing } from '../crypto/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { KEYS_FILE, makeFolder, OWNER_ONLY } from './folder-files.ts';
import { drawnKeys } from './host-folder.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const PASSPHRASE = 'a passphrase of a test';
/** log2 of scrypt's N: 16 MiB. */
const COST = 14;
export const env = { ...process.env, WATTPURSE_PASSPHRASE: PASSPHRASE };
export const oneTimePassword = (text: string): string => /one-time password (\S+)/.exec(text)?.[1] ?? '';

/** Lays a keyring into the folder of a host, as its first start would, but one that each start opens in no time. */
export async function layKeys(folder: string): Promise<void> {
  makeFolder(folder);
  const sealed = await sealKeyRing(await drawnKeys(), PASSPHRASE, systemRandomness, COST);
  writeFileSync(join(folder, KEYS_FILE), sealed, { mode: OWNER_ONLY });
}

const PATIENCE_MS = 180_000;

/** A program that runs until it is stopped, and what it says. */
export class Child {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(folder: string, args: readonly string[]) {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const heard = (line: string) => {
      this.lines.push(line);
      for (const look of this.#waiting) look();
    };
    child.stderr.on('data', (text) => heard(String(text)));
    child.on('exit', () => {
      this.#ended = true;
      for (const look of this.#waiting) look();
    });
    createInterface({ input: child.stdout }).on('line', heard);
  }

  /**
   * What of a line matches, of this one or of one that comes; `from` counts lines. Rejects where it ends before, and
   * where it is silent for longer than any of them takes.
   */
  said(pattern: RegExp, from = 0): Promise<string> {
    return new Promise((resolve, reject) => {
      const refuse = (why: string) => reject(new Error(`${why} before it said ${pattern}:\n${this.lines.join('\n')}`));
      const look = () => {
        const [found] = this.lines
          .slice(from)
          .flatMap((line) => pattern.exec(line)?.[1] ?? pattern.exec(line)?.[0] ?? []);
        if (found !== undefined) resolve(found);
        else if (this.#ended) refuse('it ended');
        else return;
        forget();
      };
      const patience = setTimeout(() => {
        forget();
        refuse(`${PATIENCE_MS / 1000} s went by`);
      }, PATIENCE_MS);
      const forget = () => {
        clearTimeout(patience);
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Its exit code, when it ends by itself. */
  async ended(): Promise<number | null> {
    if (!this.#ended) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.#ended) return this.#child.exitCode;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    const [code] = (await ended) as [number | null];
    return code;
  }
}

/** A host, and the address that it told. */
export class Running extends Child {
  readonly #address = this.said(/http:\/\/127\.0\.0\.1:\d+/);

  constructor(folder: string, args: readonly string[]) {
    super(folder, args);
    // Whoever asks is told.
    this.#address.catch(() => undefined);
  }

  get address(): Promise<string> {
    return this.#address;
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${await this.#address}${path}`, init);
  }
  async json(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const all = { 'content-type': 'application/json', ...headers };
    return this.ask(path, { method, headers: all, body: JSON.stringify(body) });
  }
  async logIn(login: string, password: string): Promise<Record<string, string>> {
    const answer = await this.json('POST', '/api/v1/session', { login, password });
    assert.equal(answer.status, 200, await answer.clone().text());
    const { csrfToken } = (await answer.json()) as { csrfToken: string };
    return { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '', 'x-csrf-token': csrfToken };
  }
  override async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    await this.#address;
    return super.stop(signal);
  }
}
