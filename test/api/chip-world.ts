import { Acquirer } from '../../src/adapters/acquirer.ts';
import { AcquirerSimulator, testCards } from '../../src/adapters/acquirer-simulator.ts';
import { EmvIssuer, testIssuerKey } from '../../src/card/index.ts';
import { MemoryStore } from '../../src/host/index.ts';
import { World, type WorldSettings } from './world.ts';

const TERMS = {
  currency: { code: 'KRW', number: 410, exponent: 0 },
  ...{ taxBasisPoints: 0, fixedChargePerMonth: 0, recoveryPercentMax: 0 },
  fees: {},
};

/** What each test card has. */
export const LIMIT = 100_000;

/** A host that is reached over HTTP, with an acquirer behind it that has the bank of the test cards. */
export class ChipWorld {
  readonly world: World;
  readonly simulator: AcquirerSimulator;
  readonly url: string;
  readonly key: string;
  readonly close: () => Promise<void>;

  private constructor(parts: Pick<ChipWorld, 'world' | 'simulator' | 'url' | 'key' | 'close'>) {
    this.world = parts.world;
    this.simulator = parts.simulator;
    this.url = parts.url;
    this.key = parts.key;
    this.close = parts.close;
  }

  /**
   * @param scopes of the key that it gives
   * @param settings of its API
   */
  static async open(
    scopes: readonly string[] = ['payments:write', 'tariffs:read'],
    settings: WorldSettings = {},
  ): Promise<ChipWorld> {
    const simulator = new AcquirerSimulator({
      ...{ cards: testCards(LIMIT), issuer: new EmvIssuer(testIssuerKey()) },
      ...{ lateMs: 1_000, faultOf: () => undefined },
    });
    const acquirer = new Acquirer({
      ...{ host: '127.0.0.1', port: await simulator.listen(0, '127.0.0.1'), institution: '4201' },
      ...{ terminal: 'WATT0001', merchant: 'WATTPURSE SEOUL', zone: 'Asia/Seoul' },
    });
    const world = await World.open(new MemoryStore(), {
      ...settings,
      ways: [['acquirer', { method: 'card', port: acquirer }]],
    });
    const close = async () => {
      await world.close();
      await acquirer.close();
      await simulator.close();
    };
    const { status, text } = await world.ask(await world.as('operator'), 'PUT', '/api/v1/terms', TERMS);
    if (status !== 200) throw new Error(text);
    const url = await world.app.listen({ port: 0, host: '127.0.0.1' });
    const { headers } = await world.apiKey('cashier', scopes);
    const key = String(headers.authorization).slice('Bearer '.length);
    return new ChipWorld({ world, simulator, url, key, close });
  }

  /** What is due happens: orders go to the meter, money is captured or goes back. */
  async settle(): Promise<void> {
    await this.world.rig.settle();
    for (let n = 0; n < 2; n++) await this.world.host.settlePayments();
  }
}
