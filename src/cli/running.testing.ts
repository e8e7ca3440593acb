import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sealKeyRing } from '../crypto/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { KEYS_FILE, makeFolder } from './folder-files.ts';
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
  writeFileSync(join(folder, KEYS_FILE), await sealKeyRing(await drawnKeys(), PASSPHRASE, systemRandomness, COST));
}

/** A program that runs until it is stopped, and the address that it told. */
export class Running {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #address: Promise<string>;

  constructor(folder: string, args: readonly string[]) {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.stderr.on('data', (text) => this.lines.push(String(text)));
    this.#address = new Promise((resolve, reject) => {
      child.on('exit', () => reject(new Error(this.lines.join('\n'))));
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.lines.push(line);
        const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
        if (address !== undefined) resolve(address);
      });
    });
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
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    await this.#address;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    const [code] = (await ended) as [number | null];
    return code;
  }
}
