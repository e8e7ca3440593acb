import { Argon2 } from '../../src/adapters/argon2.ts';
import { type Api, type ApiSettings, createApi, Metrics, type PanelJson } from '../../src/api/index.ts';
import { DemoControl } from '../../src/cli/demo-control.ts';
import { demoPeople } from '../../src/cli/demo-people.ts';
import { demoStage } from '../../src/cli/demo-stage.ts';
import { Suite } from '../../src/crypto/index.ts';
import {
  type CallerServices,
  createCallers,
  createPeople,
  ExchangeLog,
  MemoryStore,
  type Role,
} from '../../src/host/index.ts';
import { MeterVoices } from '../../src/phone/index.ts';
import {
  CardHouseholds,
  drawKeys,
  seededRandom,
  type Utility,
  type UtilityOptions,
} from '../../src/simulation/index.ts';
import { openSmall } from '../../src/simulation/small-utility.testing.ts';
import { milliseconds, svpmsnText } from '../../src/units/index.ts';
import { type Answer, type Json, NOBODY, type Visitor, visitorOf } from './world.ts';

/** The API over a whole demo: host, lines and meters are the real ones, on virtual time. */
export class DemoWorld {
  readonly utility: Utility;
  readonly control: DemoControl;
  readonly app: Api;
  readonly exchanges: ExchangeLog;
  readonly callers: CallerServices;
  readonly voices: MeterVoices;

  private constructor(
    { utility, control, app, exchanges }: Pick<DemoWorld, 'utility' | 'control' | 'app' | 'exchanges'>,
    callers: CallerServices,
    voices: MeterVoices,
  ) {
    this.callers = callers;
    this.voices = voices;
    this.utility = utility;
    this.control = control;
    this.app = app;
    this.exchanges = exchanges;
  }

  static async open(options: DemoWorldOptions = {}): Promise<DemoWorld> {
    const { welcome = true, settings = {}, utility: more } = options;
    const store = new MemoryStore();
    const exchanges = new ExchangeLog();
    const keys = drawKeys(Suite.aes128, seededRandom('keys of a demo'));
    const utility = await openSmall({ meters: 4, outages: false, keys, store, exchanges, ...more });
    const cards = await CardHouseholds.open(utility, keys);
    utility.closeTheTills();
    const control = new DemoControl(utility, 60);
    const persons = await demoPeople(store);
    const wall = { now: () => milliseconds(Date.now()) };
    const randomness = seededRandom('people of a demo');
    const services = createPeople({ store, clock: wall, randomness, passwords: new Argon2() });
    const people = new Map(welcome ? persons.map(({ role, login }) => [role, login] as const) : []);
    const callers = createCallers({ store, clock: wall, passwords: new Argon2() });
    const voices = new MeterVoices();
    const app = createApi(
      {
        callers,
        voices,
        ...{ host: utility.host, people: services, clock: wall, metrics: new Metrics(), exchanges },
        readiness: async () => ({ ready: true, parts: {} }),
        demo: demoStage({ utility, cards, control, zone: utility.options.zone, people }),
      },
      { requestsPerMinute: 1_000_000, logInsPerMinute: 1_000_000, ...settings },
    );
    await app.ready();
    return new DemoWorld({ utility, control, app, exchanges }, callers, voices);
  }

  /** The number of a house's meter, as it stands in addresses. */
  meter(house = 0): string {
    return svpmsnText(this.house(house).svpmsn);
  }
  house(house = 0): Utility['houses'][number] {
    const found = this.utility.houses[house];
    if (found === undefined) throw new Error('no such house');
    return found;
  }

  async ask(
    visitor: Visitor,
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const url = `/api/v1${path}`;
    const sent = { method, url, headers: { ...visitor.headers, ...headers }, ...(body && { payload: body }) };
    const { statusCode: status, headers: given, payload: text } = await this.app.inject(sent);
    return { status, headers: given, text, json: (text === '' ? undefined : JSON.parse(text)) as Json };
  }

  /** Comes in without a password. */
  async as(role: Role): Promise<Visitor> {
    const answer = await this.ask(NOBODY, 'POST', '/demo/session', { role });
    if (answer.status !== 200) throw new Error(answer.text);
    return visitorOf(answer);
  }

  async panel(visitor: Visitor, house = 0): Promise<PanelJson> {
    return this.#panel(await this.ask(visitor, 'GET', `/demo/meters/${this.meter(house)}/panel`));
  }
  async act(visitor: Visitor, action: object, house = 0): Promise<PanelJson> {
    return this.#panel(await this.ask(visitor, 'POST', `/demo/meters/${this.meter(house)}/panel/actions`, action));
  }
  #panel({ status, text, json }: Answer): PanelJson {
    if (status !== 200) throw new Error(text);
    return json as unknown as PanelJson;
  }

  /** Business goes on. */
  async lives(minutes: number): Promise<void> {
    await this.utility.runUntil(this.utility.time.now + minutes * 60_000);
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}

export interface DemoWorldOptions {
  /** Whether anybody comes in without a password. */
  readonly welcome?: boolean;
  readonly settings?: ApiSettings;
  readonly utility?: Partial<UtilityOptions>;
}
