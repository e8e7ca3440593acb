import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { newCard } from '../card/bench.testing.ts';
import { Region } from '../units/index.ts';
import { makeCardFile } from './card-file.ts';
import { runIn } from './in-process.testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-kiosk-'));
after(() => rmSync(folder, { recursive: true }));
const MAIN = join(import.meta.dirname, 'main.ts');
/** Where nobody listens. */
const NOBODY = 'http://127.0.0.1:9';

const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /^kiosk needs --host with the address/],
  [['--host', 'nowhere'], /^--host is the address of a host/],
  [['--host', 'http://host.example'], /in the clear: name it with https/],
  [['--host', NOBODY, '--listen', '8088'], /^--listen must be an address/],
  [['--host', NOBODY, '--listen', '0.0.0.0:0'], /own machine alone: let it listen on 127\.0\.0\.1/],
  [['--host', NOBODY, '--reader', 'A', '--card', 'b'], /^kiosk takes one reader/],
  [['--host', NOBODY, '--port', 'acquirer'], /name it with --reader/],
  [['--host', NOBODY, '--reader', 'A', '--port', 'acquirer'], /WATTPURSE_PAYMENT_KEY/],
  [['--host', NOBODY, 'here'], /^kiosk takes no "here"/],
  [['--host', NOBODY, '--readers', 'A'], /^There is no option --readers: --reader was probably meant/],
];

test('what a kiosk is started with wrongly is told in one sentence', async () => {
  process.env.WATTPURSE_API_KEY = 'a-key';
  for (const [args, said] of WRONG) {
    const { code, err } = await runIn(folder, 'kiosk', ...args);
    assert.ok(code === 1 || code === 2, args.join(' '));
    assert.match(err, said);
    assert.match(err, /^[^\n]+\.\n$/, args.join(' '));
  }
});

test('a kiosk takes its key from a file, waits for its host, shows its reader, and ends when it is stopped', async (t) => {
  const [key, card] = [join(folder, 'key'), join(folder, 'card')];
  writeFileSync(key, 'a-key\n', { mode: 0o600 });
  makeCardFile(card, 'subscriber', newCard([Region.gas]).memory);
  const { WATTPURSE_API_KEY: _, ...env } = process.env;
  const kiosk = spawn(process.execPath, [MAIN, 'kiosk', '--host', NOBODY, '--listen', '127.0.0.1:0', '--card', card], {
    env: { ...env, WATTPURSE_API_KEY_FILE: key },
  });
  t.after(() => kiosk.kill('SIGKILL'));
  let text = '';
  let told = '';
  kiosk.stderr.on('data', (bytes) => {
    told += bytes;
  });
  for await (const bytes of kiosk.stdout) {
    text += bytes;
    if (text.includes('\n')) break;
  }
  const [address = ''] = /http:\S+(?=\/kiosk)/.exec(text) ?? [];
  assert.deepEqual(await (await fetch(`${address}/api/v1/kiosk`)).json(), { purses: true, chips: false });
  assert.match(
    String(((await (await fetch(`${address}/api/v1/kiosk/card`)).json()) as { card: string }).card),
    /^[0-9a-f]{14}$/,
  );
  const page = await fetch(`${address}/kiosk`);
  assert.deepEqual([page.status, page.headers.get('refresh')], [502, '5']);
  assert.match(told, /does not answer yet/);
  kiosk.kill('SIGTERM');
  const [code] = await once(kiosk, 'exit');
  assert.equal(code, 0, told);
});
