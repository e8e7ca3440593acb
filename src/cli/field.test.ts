import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { runIn } from './in-process.testing.ts';
import { Child, env, oneTimePassword, Running } from './running.testing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-field-'));
after(() => rmSync(scratch, { recursive: true }));
Object.assign(process.env, env);
const run = (...args: string[]) => runIn(scratch, ...args);
const PASSWORD = 'what a fine password';
const METER = '0a1b2c';
const ASKS_EVERY_MS = 100;

/** The parts of a utility on one machine, each a process, and an operator who is logged in. */
class Field {
  readonly parts: Child[] = [];
  host!: Running;
  operator!: Record<string, string>;
  area!: string;
  line!: string;

  start(...args: string[]): Child {
    const child = new Child(scratch, args);
    this.parts.push(child);
    return child;
  }

  startHost(areaUnits: string): Running {
    const { host } = { host: new Running(scratch, ['host', '--data', 'u', ...LISTEN, '--area-units', areaUnits]) };
    this.host = host;
    this.parts.push(host);
    return host;
  }

  async sell(orderKey: string, paid: string): Promise<void> {
    const headers = { ...this.operator, 'idempotency-key': `order-${orderKey}` };
    const sold = await this.host.json('POST', '/api/v1/purchases', { meter: METER, paid }, headers);
    assert.equal(sold.status, 201, await sold.text());
  }

  /** Until every order is settled. */
  async settled(): Promise<{ readonly state: string; readonly tokens: string }[]> {
    for (;;) {
      const { items } = (await (
        await this.host.ask(`/api/v1/meters/${METER}/orders`, { headers: this.operator })
      ).json()) as { items: { state: string; tokens: string }[] };
      if (items.every(({ state }) => state === 'stored')) return items;
      await pause(ASKS_EVERY_MS);
    }
  }

  async stop(): Promise<void> {
    for (const part of this.parts.reverse()) await part.stop();
  }
}
const LISTEN = ['--listen', '127.0.0.1:0'];
const portOf = (child: Child): Promise<string> => child.said(/listens? for .* on 127\.0\.0\.1:(\d+)/i);

test('what is sold at a host arrives in a meter, each part a process that may be killed', async () => {
  const field = new Field();
  try {
    const made = await run('manager', 'boss', '--data', 'u');
    const host = field.startHost('127.0.0.1:0');
    assert.match(await (await host.ask('/ready')).text(), /"grid":"no area unit is connected"/);
    field.operator = await begun(host, oneTimePassword(made.out));
    const hostPort = await portOf(host);
    assert.equal((await run('local-unit', 'key', 'lu.json', '--number', '0', '--data', 'u')).code, 0);
    assert.match((await run('local-unit', 'key', 'lu.json', '--number', '0', '--data', 'u')).err, /is there already/);
    assert.equal((await run('meter', 'personalise', 'm.wpm', '--number', METER, '--data', 'u')).code, 0);
    const startArea = (port: string) =>
      field.start('area-unit', '0', '--host', `127.0.0.1:${hostPort}`, '--listen', `127.0.0.1:${port}`);
    let area = startArea('0');
    const areaPort = await portOf(area);
    const startUnit = (port: string) =>
      field.start(
        'local-unit',
        '--key',
        'lu.json',
        '--area-unit',
        `127.0.0.1:${areaPort}`,
        '--line',
        `127.0.0.1:${port}`,
      );
    let unit = startUnit('0');
    const line = await portOf(unit);
    const startMeter = () => field.start('meter', 'run', 'm.wpm', '--line', `127.0.0.1:${line}`, '--address', '7');
    let meter = startMeter();
    assert.match(await meter.said(/Meter \w+ runs: [^"]*/), new RegExp(`${METER} runs: balance 0`));

    await field.sell('one', '1000');
    await meter.said(/Now balance 1000, relay closed/);
    assert.equal((await field.settled()).length, 1);
    assert.match(await (await host.ask('/ready')).text(), /"grid":"area units 0"/);

    // Whoever is killed comes again, and what is sold meanwhile arrives once.
    await area.stop('SIGKILL');
    await field.sell('two', '200');
    area = startArea(areaPort);
    await meter.said(/Now balance 1200/);
    await unit.stop('SIGKILL');
    await meter.stop('SIGKILL');
    await field.sell('three', '30');
    unit = startUnit(line);
    meter = startMeter();
    await meter.said(/Now balance 1230/);
    await host.stop('SIGKILL');
    const again = field.startHost(`127.0.0.1:${hostPort}`);
    field.operator = await again.logIn('han', PASSWORD);
    await field.sell('four', '4');
    await field.sell('four', '4');
    await meter.said(/Now balance 1234/);
    assert.deepEqual(
      (await field.settled()).map(({ state }) => state),
      Array(4).fill('stored'),
    );
    assert.match((await run('meter', 'run', 'm.wpm', '--line', '127.0.0.1:9', '--address', '7')).err, /runs already/);
    assert.deepEqual([await meter.stop(), await unit.stop(), await area.stop()], [0, 0, 0]);
    assert.match(meter.lines.at(-1) ?? '', /Stopped: balance 1234/);
    assert.equal(await again.stop(), 0);
    assert.equal((await run('audit', '--data', 'u')).code, 0);
  } finally {
    await field.stop();
  }
});

/** The first days of a utility: its people, a tariff, a subscriber, a meter. Returns the operator, logged in. */
async function begun(host: Running, first: string): Promise<Record<string, string>> {
  const boss = await withPassword(host, 'boss', first);
  const added = await host.json('POST', '/api/v1/people', { login: 'han', name: 'Han', role: 'operator' }, boss);
  const { oneTimePassword: hans } = (await added.json()) as { oneTimePassword: string };
  const operator = await withPassword(host, 'han', hans);
  const { unitCharge, ...rest } = DEFAULT_TARIFF;
  const definition = { ...rest, unitCharge: String(unitCharge) };
  const enrolled = { number: METER, subscriber: 'kim', localUnit: 0, modemAddress: 7, suite: 'aes128', tariff: 'home' };
  for (const [method, path, body] of [
    ['PUT', '/api/v1/tariffs/home', { definition }],
    ['POST', '/api/v1/subscribers', { id: 'kim', name: 'Kim' }],
    ['POST', '/api/v1/meters', enrolled],
  ] as const) {
    const answer = await host.json(method, path, body, operator);
    assert.ok(answer.ok, `${path}: ${await answer.text()}`);
  }
  return operator;
}

async function withPassword(host: Running, login: string, first: string): Promise<Record<string, string>> {
  const given = await host.logIn(login, first);
  await host.json('PUT', '/api/v1/session/password', { old: first, new: PASSWORD }, given);
  return host.logIn(login, PASSWORD);
}
