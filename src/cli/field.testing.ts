import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { Child, Running } from './running.testing.ts';

/** The meter of most tests, and the address of its modem. */
export const METER = { number: '0a1b2c', address: 7 } as const;
const PASSWORD = 'what a fine password';
const ASKS_EVERY_MS = 100;
const LISTEN = ['--listen', '127.0.0.1:0'];
/** Where a part that runs listens for what the words say. */
export const portOf = (child: Child): Promise<string> => child.said(/listens? for .* on 127\.0\.0\.1:(\d+)/i);

/** The parts of a utility on one machine, each a process, and an operator who is logged in. */
export class Field {
  readonly parts: Child[] = [];
  readonly #folder: string;
  host!: Running;
  operator!: Record<string, string>;

  /** @param folder of its data `u`, and where each part stands */
  constructor(folder: string) {
    this.#folder = folder;
  }

  start(...args: string[]): Child {
    const child = new Child(this.#folder, args);
    this.parts.push(child);
    return child;
  }

  startHost(areaUnits: string): Running {
    this.host = new Running(this.#folder, ['host', '--data', 'u', ...LISTEN, '--area-units', areaUnits]);
    this.parts.push(this.host);
    return this.host;
  }

  /** The operator again, of a host that was started again. */
  async logIn(): Promise<void> {
    this.operator = await this.host.logIn('han', PASSWORD);
  }

  async sell(orderKey: string, paid: string, meter: string = METER.number): Promise<void> {
    const headers = { ...this.operator, 'idempotency-key': `order-${orderKey}` };
    const sold = await this.host.json('POST', '/api/v1/purchases', { meter, paid }, headers);
    assert.equal(sold.status, 201, await sold.text());
  }

  /** What the host answers to a question of the operator. */
  async asked(path: string): Promise<unknown> {
    return (await this.host.ask(path, { headers: this.operator })).json();
  }

  /** Until every order is settled. */
  async settled(meter: string = METER.number): Promise<{ readonly state: string; readonly tokens: string }[]> {
    for (;;) {
      const { items } = (await this.asked(`/api/v1/meters/${meter}/orders`)) as {
        items: { state: string; tokens: string }[];
      };
      if (items.every(({ state }) => state === 'stored')) return items;
      await pause(ASKS_EVERY_MS);
    }
  }

  async stop(): Promise<void> {
    for (const part of this.parts.reverse()) await part.stop();
  }

  /** The first days of the utility: its people, a tariff, a subscriber, meters; its operator is logged in. */
  async begin(
    first: string,
    meters: readonly { readonly number: string; readonly address: number }[] = [METER],
  ): Promise<void> {
    const { host } = this;
    const boss = await this.#withPassword('boss', first);
    const added = await host.json('POST', '/api/v1/people', { login: 'han', name: 'Han', role: 'operator' }, boss);
    const { oneTimePassword: hans } = (await added.json()) as { oneTimePassword: string };
    this.operator = await this.#withPassword('han', hans);
    const { unitCharge, ...rest } = DEFAULT_TARIFF;
    const definition = { ...rest, unitCharge: String(unitCharge) };
    const enrolled = { subscriber: 'kim', localUnit: 0, suite: 'aes128', tariff: 'home' };
    for (const [method, path, body] of [
      ['PUT', '/api/v1/tariffs/home', { definition }],
      ['POST', '/api/v1/subscribers', { id: 'kim', name: 'Kim' }],
      ...meters.map(
        ({ number, address }) =>
          ['POST', '/api/v1/meters', { ...enrolled, number, modemAddress: address }] as [string, string, unknown],
      ),
    ] as [string, string, unknown][]) {
      const answer = await host.json(method, path, body, this.operator);
      assert.ok(answer.ok, `${path}: ${await answer.text()}`);
    }
  }

  async #withPassword(login: string, first: string): Promise<Record<string, string>> {
    const given = await this.host.logIn(login, first);
    await this.host.json('PUT', '/api/v1/session/password', { old: first, new: PASSWORD }, given);
    return this.host.logIn(login, PASSWORD);
  }
}
