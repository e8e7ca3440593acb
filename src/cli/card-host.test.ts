import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { env, oneTimePassword, Running } from './running.testing.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-card-host-'));
after(() => rmSync(scratch, { recursive: true }));
const CSN = '04b1b2b3b4b5b6';
const PASSWORD = 'what a fine password';

const run = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  new Promise<{ code: number; out: string; err: string }>((done) => {
    const options = { cwd: scratch, env: { ...env, WATTPURSE_PIN: '4711', ...more } };
    execFile(process.execPath, [MAIN, ...args], options, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

/** A manager who may do everything that the test needs of the API, and a host that runs. */
async function utility(t: { after: (end: () => Promise<unknown>) => void }) {
  const made = await run(['manager', 'boss', '--data', 'host']);
  assert.equal(made.code, 0, made.err);
  for (const [name, scope] of [
    ['issuer', 'issuer'],
    ['gas', 'gas'],
  ] as const) {
    const master = ['card', 'master', `${name}.card`, '--chips', 'chips.json', '--scope', scope, '--data', 'host'];
    assert.equal((await run(master)).err, '');
  }
  const host = new Running(scratch, ['host', '--data', 'host', '--listen', '127.0.0.1:0']);
  t.after(() => host.stop());
  const { origin } = new URL((await host.ask('/health')).url);
  const first = await host.logIn('boss', oneTimePassword(made.out));
  await host.json('PUT', '/api/v1/session/password', { old: oneTimePassword(made.out), new: PASSWORD }, first);
  const boss = await host.logIn('boss', PASSWORD);
  const added = await host.json('POST', '/api/v1/people', { login: 'han', name: 'Han', role: 'operator' }, boss);
  const { oneTimePassword: hans } = (await added.json()) as { oneTimePassword: string };
  const once = await host.logIn('han', hans);
  await host.json('PUT', '/api/v1/session/password', { old: hans, new: PASSWORD }, once);
  const han = await host.logIn('han', PASSWORD);
  const ask = async (path: string, body: unknown) => {
    const key = { 'idempotency-key': `key-of-${path.replace(/\W/g, '-')}` };
    const answer = await host.json('POST', `/api/v1${path}`, body, { ...han, ...key });
    assert.ok(answer.ok, `${path}: ${await answer.clone().text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const wanted = { name: 'counter', role: 'operator', scopes: ['cards:write', 'cards:load'] };
  const keyed = await host.json('POST', '/api/v1/api-keys', wanted, boss);
  assert.equal(keyed.status, 201, await keyed.clone().text());
  const { key } = (await keyed.json()) as { key: string };
  return { ask, origin, key };
}

test('a real host registers a card that was issued, loads what was sold to it, and loads nothing once it is blocked', async (t) => {
  assert.equal((await run(['card', 'chips', 'chips.json'])).code, 0);
  assert.equal((await run(['card', 'blank', 'my.card', '--chips', 'chips.json', '--csn', CSN])).code, 0);
  const { ask, origin, key } = await utility(t);
  const withKey = { WATTPURSE_API_KEY: key };
  await ask('/subscribers', { id: 'kim', name: 'Kim' });
  await ask('/subscribers', { id: 'lee', name: 'Lee' });
  const terms = { ticketLimit: '100000', ticketDays: 30 };
  await ask('/card-providers', { utility: 1, region: 'gas', name: 'Gas Company', account: 'gas', ...terms });

  const masters = ['--master', 'issuer.card', '--master', 'gas.card'];
  const issue = ['card', 'issue', '--card', 'my.card', ...masters, '--host', origin, '--subscriber', 'kim'];
  const issued = await run(issue, withKey);
  assert.deepEqual(issued, {
    ...{ code: 0, err: '', out: `Card ${CSN} is issued: gas of utility 1. It is registered for kim.\n` },
  });
  const again = await run(issue, withKey);
  assert.deepEqual([again.code, again.err], [0, ''], 'whose answer was lost issues it again');
  const forOther = await run([...issue.slice(0, -1), 'lee'], withKey);
  assert.match(forOther.err, new RegExp(`^Card ${CSN} is issued, and not registered: .*already`));

  await ask(`/cards/${CSN}/orders`, { region: 'gas', paid: '5000', method: 'cash' });
  const load = ['card', 'load', '--card', 'my.card', '--host', origin, '--region', 'gas'];
  const loaded = await run(load, withKey);
  const first = `Card ${CSN}, gas: 5000 tokens, 0 before.\n  load 1: 5000 credited\n`;
  assert.deepEqual(loaded, { code: 0, err: '', out: first });
  const asBefore = `Card ${CSN}, gas: 5000 tokens as before.\n`;
  const nothingNew = asBefore.replace('5000', 'nothing new, 5000');
  assert.deepEqual(await run(load, withKey), { code: 0, err: '', out: nothingNew });
  const wrongKey = await run(load, { WATTPURSE_API_KEY: 'of-nobody' });
  assert.deepEqual([wrongKey.code, wrongKey.out.startsWith(asBefore), wrongKey.err], [1, true, '']);

  assert.equal((await run(['card', 'block', CSN, '--host', origin], withKey)).code, 0);
  const refused = await run(load, withKey);
  assert.deepEqual([refused.code, refused.err], [1, '']);
  assert.match(refused.out.slice(asBefore.length), /^ {2}[A-Z].*\.\n$/);
});
