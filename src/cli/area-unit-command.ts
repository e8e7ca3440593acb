import { type FramedConnection, FramedServer, keepConnected } from '../adapters/framed-tcp.ts';
import { type AreaConnection, AreaUnit, type AreaUnitInput, type AreaUnitOutput } from '../concentrator/index.ts';
import type { BusinessClock, Untimed } from '../units/index.ts';
import { brokerOf } from './broker-options.ts';
import type { UnitConnection } from './broker-uplink.ts';
import { businessClock } from './business-clock.ts';
import { addressesOf, certificatesOf, wholeOf } from './field-options.ts';
import { needed, parsedWords } from './flags.ts';
import { listen, parseListen } from './listen.ts';
import { say, stopOnSignal } from './say.ts';
import { WrongUse } from './usage.ts';

const AREA_UNIT_MAX = 255;

/** `wattpurse area-unit NUMBER …`: stands between a host and local units, until it is stopped. */
export async function areaUnit(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('area-unit', args, {
    ...{ host: { type: 'string' }, listen: { type: 'string' }, certificates: { type: 'string' } },
    ...{ broker: { type: 'string' }, 'broker-credentials': { type: 'string' } },
  });
  const [word, ...more] = positionals;
  if (word === undefined || more.length > 0) {
    throw new WrongUse(
      `area-unit takes the number of its area, 0 to ${AREA_UNIT_MAX}: see "wattpurse help area-unit".`,
    );
  }
  const number = wholeOf(word, 'NUMBER', AREA_UNIT_MAX);
  const broker = brokerOf(values, `wattpurse area unit ${number}`);
  if (broker !== undefined && values.host !== undefined) {
    throw new WrongUse('An area unit reaches its hosts at --host or by --broker: leave one of the two out.');
  }
  const addresses =
    broker === undefined
      ? addressesOf(needed('area-unit', values.host, '--host', 'where a host has its --area-units'), 'host')
      : broker.servers;
  const at = parseListen(needed('area-unit', values.listen, '--listen', 'where local units reach it'));
  const certificates = certificatesOf(values.certificates, [...addresses, at]);
  const unit = new ConnectedAreaUnit(number);
  const server = new FramedServer(certificates, (connection, from) => unit.localUnit(connection, from));
  const port = await listen(server, at);
  say('info', `Area unit ${number} listens for local units on ${at.host}:${port}.`);
  const stopped = stopOnSignal();
  try {
    if (broker === undefined) {
      await keepConnected(
        {
          addresses,
          certificates,
          came: (connection, { host, port }) => unit.host(connection, `the host at ${host}:${port}`),
          refused: ({ host, port }, why) =>
            say('warn', `The host at ${host}:${port} gives no connection, because ${why}.`),
        },
        stopped.signal,
      );
    } else {
      const { uplinkByBroker } = await import('./broker-uplink.ts');
      const host = (connection: UnitConnection) => unit.host(connection, 'the hosts behind the broker');
      await uplinkByBroker(broker, { area: number, host }, stopped.signal);
    }
  } finally {
    await server.close();
  }
  say('info', 'Stopped.');
  return 0;
}

/** The area unit, and which of its connections is which. */
class ConnectedAreaUnit {
  readonly #unit: AreaUnit;
  readonly #clock: BusinessClock = businessClock(0);
  readonly #connections = new Map<AreaConnection, UnitConnection>();
  #localUnits = 0;

  constructor(number: number) {
    this.#unit = new AreaUnit(number);
  }

  /** @param who `the host at 10.0.0.1:7400` */
  host(connection: UnitConnection, who: string) {
    say('info', `Connected to ${who}.`);
    return this.#listen('host', connection, (why) => say('warn', `The way to ${who} is away, because ${why}.`));
  }

  localUnit(connection: FramedConnection, from: string) {
    this.#localUnits += 1;
    say('info', `A local unit has connected from ${from}.`);
    return this.#listen(this.#localUnits, connection, (why) =>
      say('warn', `The local unit at ${from} is away, because ${why}.`),
    );
  }

  #listen(name: AreaConnection, connection: UnitConnection, gone: (why: string) => void) {
    this.#connections.set(name, connection);
    this.#step({ type: 'up', connection: name });
    return {
      message: (bytes: Uint8Array) => this.#step({ type: 'message', connection: name, bytes }),
      ended: (why: string) => {
        this.#connections.delete(name);
        this.#step({ type: 'down', connection: name });
        gone(why);
      },
    };
  }

  #step(input: Untimed<AreaUnitInput>): void {
    const outputs: AreaUnitOutput[] = [];
    this.#unit.step({ ...input, now: this.#clock.now() }, outputs);
    for (const output of outputs) {
      const connection = this.#connections.get(output.connection);
      if (output.type === 'send') connection?.send(output.bytes);
      else connection?.end(output.sentence);
    }
  }
}
