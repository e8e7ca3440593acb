import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { KEYS_FILE } from './folder-files.ts';
import { runIn } from './in-process.testing.ts';
import { Child, layKeys, oneTimePassword, Running } from './running.testing.ts';

const PASSWORD = 'what a fine password';
const METER = '0a1b2c';
const ASKS_EVERY_MS = 100;

export interface BrokerFieldSetting {
  readonly folder: string;
  readonly database: string;
  /** As on the command line. */
  readonly broker: string;
  /** Of the area unit, where it speaks by another server. */
  readonly areaBroker?: string;
  readonly hostCredentials?: string;
  readonly areaCredentials?: string;
  /** The folder of certificates for what goes to the broker. */
  readonly certificates?: string;
  /** Address of the proxy that requests come through. */
  readonly proxy?: string;
}

/** A utility of two hosts, an area unit, a local unit and a meter, each a process, that speak by a broker. */
export async function brokerField(setting: BrokerFieldSetting) {
  const {
    folder,
    database,
    broker,
    areaBroker = broker,
    hostCredentials,
    areaCredentials,
    certificates,
    proxy,
  } = setting;
  const run = (...args: string[]) => runIn(folder, ...args);
  const parts: Child[] = [];
  const begin = <C extends Child>(child: C): C => {
    parts.push(child);
    return child;
  };
  const byBroker = (server: string, credentials?: string) => [
    ...['--broker', server],
    ...(credentials === undefined ? [] : ['--broker-credentials', credentials]),
    ...(certificates === undefined ? [] : ['--certificates', certificates]),
  ];
  const sealed = certificates === undefined ? [] : ['--certificates', certificates];
  // Its certificate bears this name.
  const here = certificates === undefined ? '127.0.0.1' : 'localhost';
  // Hosts that share books share their keys.
  await layKeys(join(folder, 'one'));
  const made = await run('manager', 'boss', '--data', 'one', '--database', database);
  assert.equal(made.code, 0, made.err);
  const startHost = (data: string) =>
    begin(
      new Running(folder, [
        ...['host', '--data', data, '--database', database, '--listen', '127.0.0.1:0'],
        ...byBroker(broker, hostCredentials),
        ...(proxy === undefined ? [] : ['--proxy', proxy]),
      ]),
    );
  const one = startHost('one');
  const boss = await withPassword(one, 'boss', oneTimePassword(made.out));
  const added = await one.json('POST', '/api/v1/people', { login: 'han', name: 'Han', role: 'operator' }, boss);
  const { oneTimePassword: hans } = (await added.json()) as { oneTimePassword: string };
  const operators = new Map([[one, await withPassword(one, 'han', hans)]]);
  await layKeys(join(folder, 'two'));
  copyFileSync(join(folder, 'one', KEYS_FILE), join(folder, 'two', KEYS_FILE));
  const two = startHost('two');
  operators.set(two, await two.logIn('han', PASSWORD));
  const { unitCharge, ...rest } = DEFAULT_TARIFF;
  const definition = { ...rest, unitCharge: String(unitCharge) };
  const enrolled = { number: METER, subscriber: 'kim', localUnit: 0, modemAddress: 7, suite: 'aes128', tariff: 'home' };
  for (const [method, path, body] of [
    ['PUT', '/api/v1/tariffs/home', { definition }],
    ['POST', '/api/v1/subscribers', { id: 'kim', name: 'Kim' }],
    ['POST', '/api/v1/meters', enrolled],
  ] as const) {
    const answer = await one.json(method, path, body, operators.get(one));
    assert.ok(answer.ok, `${path}: ${await answer.text()}`);
  }
  for (const args of [
    ['local-unit', 'key', 'lu.json', '--number', '0', '--data', 'one'],
    ['meter', 'personalise', 'm.wpm', '--number', METER, '--data', 'one'],
  ]) {
    const { code, err } = await run(...args);
    assert.equal(code, 0, err);
  }
  const area = begin(
    new Child(folder, ['area-unit', '0', ...byBroker(areaBroker, areaCredentials), '--listen', '127.0.0.1:0']),
  );
  const areaAt = `${here}:${await portOf(area)}`;
  const unit = begin(
    new Child(folder, ['local-unit', '--key', 'lu.json', '--area-unit', areaAt, '--line', '127.0.0.1:0', ...sealed]),
  );
  const line = `${here}:${await portOf(unit)}`;
  const startMeter = () =>
    begin(new Child(folder, ['meter', 'run', 'm.wpm', '--line', line, '--address', '7', ...sealed]));
  const meter = startMeter();
  await meter.said(/Meter \w+ runs: balance 0/);
  return {
    ...{ one, two, area, unit, meter, startMeter },
    /** Headers of the system manager and of the operator who are logged in at the first host. */
    ...{ boss, operator: operators.get(one) as Record<string, string> },
    /** The second host again, after it was stopped. */
    startTwo: () => startHost('two'),
    async sell(host: Running, key: string, paid: number): Promise<void> {
      const headers = { ...operators.get(host), 'idempotency-key': `an-order-${key}` };
      const sold = await host.json('POST', '/api/v1/purchases', { meter: METER, paid: String(paid) }, headers);
      assert.equal(sold.status, 201, await sold.text());
    },
    /** Until so many orders are stored, and there are no others. */
    async settled(host: Running, count: number): Promise<void> {
      for (;;) {
        const answer = await host.ask(`/api/v1/meters/${METER}/orders`, {
          headers: operators.get(host) ?? {},
        });
        const { items } = (await answer.json()) as { items: { state: string }[] };
        assert.ok(items.length <= count, `${items.length} orders`);
        if (items.filter(({ state }) => state === 'stored').length === count) return;
        await pause(ASKS_EVERY_MS);
      }
    },
    /** Until a host has heard of the meter what nobody asked of it. */
    async attended(host: Running): Promise<void> {
      for (;;) {
        const answer = await host.ask(`/api/v1/meters/${METER}`, { headers: operators.get(host) ?? {} });
        const { agesMs } = (await answer.json()) as { agesMs: { attention?: number } };
        if (agesMs.attention !== undefined) return;
        await pause(ASKS_EVERY_MS);
      }
    },
    async stop(): Promise<void> {
      for (const part of parts.reverse()) await part.stop();
    },
  };
}

const portOf = (child: Child): Promise<string> => child.said(/listens? for .* on 127\.0\.0\.1:(\d+)/i);

async function withPassword(host: Running, login: string, first: string): Promise<Record<string, string>> {
  const given = await host.logIn(login, first);
  await host.json('PUT', '/api/v1/session/password', { old: first, new: PASSWORD }, given);
  return host.logIn(login, PASSWORD);
}
