import { type Certificates, type FramedConnection, FramedServer, type Listener } from '../adapters/framed-tcp.ts';
import { AreaUnits, type GridLink, type HostServices } from '../host/index.ts';
import { expiryOf } from './certificate-expiry.ts';
import { GridInbox } from './grid-inbox.ts';
import { HOST_NUMBER } from './host-number.ts';
import type { LineVoices } from './line-voices.ts';
import { type ListenAt, listen } from './listen.ts';
import { say } from './say.ts';

/** Where area units reach a host. */
export class AreaDoor {
  readonly #units = new AreaUnits(HOST_NUMBER);
  readonly #at: ListenAt;
  readonly #server: FramedServer;
  /** Is told what is said at meters, past all that waits. */
  voices: LineVoices | undefined;
  readonly #connections = new Set<FramedConnection>();
  #inbox: GridInbox | undefined;
  /** While the host has much to hear, everything else stays with the area units. */
  #held = false;

  /** Unix seconds; nothing where it shows no certificate. */
  readonly certificateExpiresAt: number | undefined;

  constructor(at: ListenAt, certificates: Certificates | undefined) {
    this.certificateExpiresAt = certificates && expiryOf(certificates);
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
  async open(hear: HostServices['handle']): Promise<void> {
    this.#inbox = new GridInbox(hear, (held) => {
      this.#held = held;
      for (const connection of this.#connections) connection.hold(held);
    });
    const port = await listen(this.#server, this.#at, 'area-units');
    say('info', `Listens for area units on ${this.#at.host}:${port}.`);
  }

  /** What came before is heard. */
  async close(): Promise<void> {
    this.voices?.close();
    await this.#server.close();
    await this.#inbox?.settled();
  }

  #came(connection: FramedConnection, from: string): Listener {
    say('info', `An area unit has connected from ${from}.`);
    this.#connections.add(connection);
    if (this.#held) connection.hold(true);
    this.#units.up(connection);
    return {
      message: (bytes) => {
        const said = this.#units.hear(connection, bytes);
        if (said?.message.type === 'voice') this.voices?.heard(said.localUnit, said.message);
        else if (said !== undefined) this.#inbox?.put(said);
      },
      ended: (why) => {
        this.#connections.delete(connection);
        this.#units.down(connection);
        say('warn', `The area unit at ${from} is away, because ${why}.`);
      },
    };
  }
}
