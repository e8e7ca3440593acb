import { type Certificates, type FramedConnection, FramedServer, type Listener } from '../adapters/framed-tcp.ts';
import { AreaUnits, type GridLink, StoreError } from '../host/index.ts';
import { type ListenAt, listen } from './listen.ts';
import { say } from './say.ts';

/** Number of a host, for people who read what units say of each other. */
const HOST_NUMBER = 1;

/** What a local unit said, for the host. */
type Hear = (message: NonNullable<ReturnType<AreaUnits['hear']>>) => Promise<void>;

/** Where area units reach a host. */
export class AreaDoor {
  readonly #units = new AreaUnits(HOST_NUMBER);
  readonly #at: ListenAt;
  readonly #server: FramedServer;
  #hear: Hear = async () => undefined;
  /** The host hears one message after the other, in the order in which they came. */
  #heard: Promise<void> = Promise.resolve();

  constructor(at: ListenAt, certificates: Certificates | undefined) {
    this.#at = at;
    this.#server = new FramedServer(certificates, (connection, from) => this.#came(connection, from));
  }

  get grid(): GridLink {
    return this.#units;
  }

  /** `area units 0, 1` */
  get standing(): string {
    const { connected } = this.#units;
    return connected.length === 0 ? 'no area unit is connected' : `area units ${connected.join(', ')}`;
  }

  /** @throws CannotGoOn in one sentence */
  async open(hear: Hear): Promise<void> {
    this.#hear = hear;
    const port = await listen(this.#server, this.#at, 'area-units');
    say('info', `Listens for area units on ${this.#at.host}:${port}.`);
  }

  /** What came before is heard. */
  async close(): Promise<void> {
    await this.#server.close();
    await this.#heard;
  }

  #came(connection: FramedConnection, from: string): Listener {
    say('info', `An area unit has connected from ${from}.`);
    this.#units.up(connection);
    return {
      message: (bytes) => {
        const message = this.#units.hear(connection, bytes);
        if (message !== undefined) this.#heard = this.#heard.then(() => this.#hear(message)).catch(fail);
      },
      ended: (why) => {
        this.#units.down(connection);
        say('warn', `The area unit at ${from} is away, because ${why}.`);
      },
    };
  }
}

/** A store that is away loses what was said: it is said, or asked for, again. */
function fail(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
  say('error', error.message);
}
