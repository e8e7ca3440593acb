import { hash, randomBytes } from 'node:crypto';
import { Argon2 } from '../../src/adapters/argon2.ts';
import { sheetPdf } from '../../src/adapters/sheet-pdf.ts';
import {
  type Api,
  type ApiSettings,
  createApi,
  type DemoPort,
  type IdentityProvider,
  Metrics,
} from '../../src/api/index.ts';
import { receiptPaper } from '../../src/cli/paper.ts';
import {
  type Act,
  createCallers,
  createMessages,
  createPeople,
  createVouchers,
  ExchangeLog,
  type HostServices,
  type MessageCarrier,
  type MessageServices,
  type PasswordHash,
  type PaymentWay,
  type PeopleServices,
  ROLES,
  type Role,
  type Store,
  type VoucherServices,
  voucherWay,
} from '../../src/host/index.ts';
import { Bank } from '../../src/host/payments.testing.ts';
import { made, Rig } from '../../src/host/rig.testing.ts';
import { Switchboard } from '../../src/phone/index.ts';
import { type Milliseconds, milliseconds } from '../../src/units/index.ts';

export const PASSWORD = 'a good long password 1';
/** Of Kim, whose person is `kim`. */
export const KIMS_METER = '000003';
/** Of Lee, whom `kim` must not see. */
export const LEES_METER = '000004';

const NUMBERS = { hashOf: (number: string) => hash('sha256', `key ${number}`) };

/** A clock on a wall that a test moves. */
export class Wall {
  ms = Date.UTC(2026, 2, 2, 9);
  now = (): Milliseconds => milliseconds(this.ms);
}

/** Somebody at the API: who they are, and what they send with each request. */
export interface Visitor {
  readonly headers: Readonly<Record<string, string>>;
}
export const NOBODY: Visitor = { headers: {} };

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly json: Json;
}
/** What came as JSON, for tests to look into. */
export interface Json {
  readonly [name: string]: Json | undefined;
}

/** One hash for all people of a test: that Argon2 works is tested by itself. */
const passwords = new Argon2();
let hashed: Promise<string> | undefined;

/** The API over a real host on some store, with a person for each role. */
export class World {
  readonly wall = new Wall();
  readonly rig: Rig;
  readonly bank: Bank;
  readonly people: PeopleServices;
  readonly messages: MessageServices;
  readonly vouchers: VoucherServices;
  readonly app: Api;
  readonly lines: string[] = [];
  readonly exchanges: ExchangeLog;
  readonly switchboard = new Switchboard();
  readonly #store: Store;

  private constructor(
    store: Store,
    rig: Rig,
    bank: Bank,
    metrics: Metrics,
    exchanges: ExchangeLog,
    {
      passwords: hashing = passwords,
      identity,
      demo,
      seed: _,
      furnished: __,
      more: ___,
      ways: ____,
      vouchers = false,
      hasVoice = true,
      ...settings
    }: WorldSettings,
  ) {
    this.#store = store;
    this.exchanges = exchanges;
    this.rig = rig;
    this.bank = bank;
    const { randomness } = rig;
    this.people = createPeople({ store, clock: this.wall, randomness, passwords: hashing });
    const carrier: MessageCarrier = { send: async () => ({ outcome: 'handed' }) };
    this.messages = createMessages({ store, clock: rig.clock, zone: 'Europe/Berlin', carrier });
    this.vouchers = createVouchers({
      ...{ store, clock: rig.clock, randomness, wall: this.wall, port: 'vouchers', numbers: NUMBERS },
      pay: (act) => (asked) => (act === undefined ? this.host : this.host.by(act)).pay(asked),
      notice: (told) => this.host.paymentNotice(told),
    });
    this.app = createApi(
      {
        host: rig.host,
        people: this.people,
        clock: this.wall,
        metrics,
        readiness: async () => ({ ready: true, parts: { store: 'ok', grid: 'none' } }),
        ...(identity && { identity }),
        ...(demo && { demo }),
        exchanges,
        callers: createCallers({ store, clock: this.wall, passwords: hashing }),
        messages: this.messages,
        ...(vouchers && { vouchers: this.vouchers }),
        ...(hasVoice && { talks: this.switchboard }),
        paper: sheetPdf,
        receiptPaper,
      },
      {
        requestsPerMinute: 1_000_000,
        logInsPerMinute: 1_000_000,
        log: { write: (line) => this.lines.push(line) },
        ...settings,
      },
    );
  }

  static async open(store: Store, settings: WorldSettings = {}): Promise<World> {
    const metrics = new Metrics();
    const bank = new Bank();
    const ways: readonly [string, PaymentWay][] = settings.ways ?? [];
    const payments = new Map<string, PaymentWay>([['bank', { method: 'card', port: bank }], ...ways]);
    const exchanges = new ExchangeLog();
    if (settings.vouchers === true) {
      const clock = { now: (): Milliseconds => rig.clock.now() };
      payments.set('vouchers', voucherWay({ store, clock, numbers: NUMBERS }));
    }
    const rig = new Rig(store, { seed: settings.seed ?? 1, watcher: metrics.watcher, exchanges, payments });
    const world = new World(store, rig, bank, metrics, exchanges, settings);
    try {
      await rig.host.start();
      if (settings.furnished !== false) await world.#furnish();
      settings.more?.(world.app);
      await world.app.ready();
      return world;
    } catch (error) {
      // Nobody has it who could close it.
      await world.close();
      throw error;
    }
  }

  get host(): HostServices {
    return this.rig.host;
  }

  async #furnish(): Promise<void> {
    await this.rig.enrol(3);
    await this.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
    await this.rig.enrol(4, { subscriber: 'lee' });
    hashed ??= passwords.hash(PASSWORD) as Promise<string>;
    const password = await hashed;
    await this.#store.transaction((tx) =>
      tx.people.put(
        [...ROLES, 'system-manager' as const].map((role, i) => ({
          id: loginOf(role, i >= ROLES.length ? 'second' : ''),
          name: `The ${role}`,
          role,
          subscriber: role === 'subscriber' ? 'kim' : undefined,
          password,
          oneTimeUntil: undefined,
          locked: false,
          createdAt: this.wall.now(),
        })),
      ),
    );
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.#store.close();
  }

  /** Somebody with a role, logged in without the work of a password. */
  async as(role: Role, which = ''): Promise<Visitor> {
    const token = randomBytes(32).toString('hex');
    const now = this.wall.now();
    const session = { id: hash('sha256', token), person: loginOf(role, which), createdAt: now, seenAt: now };
    await this.#store.transaction((tx) => tx.sessions.put([session]));
    const cookie = `wattpurse=${token}`;
    const { json } = await this.ask({ headers: { cookie } }, 'GET', '/api/v1/session');
    return { headers: { cookie, 'x-csrf-token': String(json.csrfToken) } };
  }

  async logIn(login: string, password = PASSWORD): Promise<Visitor> {
    const answer = await this.ask(NOBODY, 'POST', '/api/v1/session', { login, password });
    if (answer.status !== 200) throw new Error(answer.text);
    return visitorOf(answer);
  }

  /** The head of an answer that does not end. */
  async peek({ headers }: Visitor, url: string): Promise<Answer> {
    const answer = await this.app.inject({ method: 'GET', url, headers, payloadAsStream: true });
    const { statusCode: status, headers: given } = answer;
    if (!/json/.test(String(given['content-type']))) {
      answer.stream().destroy();
      answer.raw.res.destroy();
      return { status, headers: given, text: '', json: undefined as unknown as Json };
    }
    let text = '';
    for await (const chunk of answer.stream()) text += chunk;
    return { status, headers: given, text, json: JSON.parse(text) };
  }

  /** A request as a client sends it. */
  async ask(
    visitor: Visitor,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const {
      statusCode,
      headers: given,
      payload,
    } = await this.app.inject({
      method,
      url,
      headers: { ...visitor.headers, ...headers },
      ...(body !== undefined && { payload: body as object }),
    });
    const isJson = /json/.test(String(given['content-type']));
    return {
      status: statusCode,
      headers: given,
      text: payload,
      json: (isJson && payload !== '' ? JSON.parse(payload) : undefined) as Json,
    };
  }

  /** An act of the test's own. */
  act(action: string): Act {
    const at = this.wall.now();
    return { at, by: 'test', role: 'system-manager', action, subject: 'test', detail: '', request: `r-${at}` };
  }

  async apiKey(role: Role, scopes: readonly string[]): Promise<Visitor> {
    const { key } = made(await this.people.addApiKey(this.act('key'), { name: 'a program', role, scopes }));
    return { headers: { authorization: `Bearer ${key}` } };
  }
}

export interface WorldSettings extends ApiSettings {
  readonly passwords?: PasswordHash;
  readonly identity?: IdentityProvider;
  readonly demo?: DemoPort;
  /** Payment ports beside the bank. */
  readonly ways?: readonly [string, PaymentWay][];
  readonly seed?: number;
  /** Whether vouchers are made and taken; they are not where absent. */
  readonly vouchers?: boolean;
  /** Whether there is a telephone by which people speak with each other; there is one where absent. */
  readonly hasVoice?: boolean;
  readonly furnished?: boolean;
  /** Is done to the API before it is ready. */
  readonly more?: (app: Api) => void;
}

export const loginOf = (role: Role, which = ''): string =>
  role === 'subscriber' ? 'kim' : `${role}${which && `.${which}`}`;

export function visitorOf(answer: Answer): Visitor {
  const [cookie = ''] = String(answer.headers['set-cookie']).split(';');
  return { headers: { cookie, 'x-csrf-token': String(answer.json?.csrfToken) } };
}
