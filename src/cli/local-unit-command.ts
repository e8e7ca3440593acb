import { type FramedConnection, FramedServer, keepConnected } from '../adapters/framed-tcp.ts';
import { LocalUnit, type LocalUnitInput, type LocalUnitOutput } from '../concentrator/index.ts';
import { KeyRing, Purpose } from '../crypto/index.ts';
import { type Carrier, tcp } from '../line/index.ts';
import { type BusinessClock, type Svpmsn, U16_MAX, type Untimed } from '../units/index.ts';
import { Alarm } from './alarm.ts';
import { businessClock } from './business-clock.ts';
import { systemRandomness } from './demo-keys.ts';
import { folderOf } from './demo-options.ts';
import { type LineListener, type LineSender, serialKeeper, serialPlaceOf } from './field-line.ts';
import { addressesOf, certificatesOf, wholeOf } from './field-options.ts';
import { needed, parsedWords } from './flags.ts';
import { decodeLineVoice, encodeLineVoice, isVoice } from './line-voice.ts';
import { listen, parseListen } from './listen.ts';
import { type LocalUnitKey, makeLocalUnitKey, readLocalUnitKey } from './local-unit-key.ts';
import { say, stopOnSignal } from './say.ts';
import { WrongUse } from './usage.ts';

const NUMBERS_IN_AREA = 256;

/** `wattpurse local-unit …`: polls the meters of one transformer and relays to them, until it is stopped. */
export async function localUnit(args: readonly string[]): Promise<number> {
  if (args[0] === 'key') return key(args.slice(1));
  const { values, positionals } = parsedWords('local-unit', args, {
    ...{ key: { type: 'string' }, 'area-unit': { type: 'string' }, line: { type: 'string' } },
    certificates: { type: 'string' },
  });
  noWords(positionals);
  const own = readLocalUnitKey(
    needed('local-unit', values.key, '--key', 'the file that "wattpurse local-unit key" made'),
  );
  const upwards = needed('local-unit', values['area-unit'], '--area-unit', 'where its area unit listens');
  const addresses = addressesOf(upwards, 'area-unit');
  const lineText = needed('local-unit', values.line, '--line', 'where the modems of meters reach it');
  const serial = serialPlaceOf(lineText);
  const line = serial === undefined ? parseListen(lineText, 'line') : undefined;
  const certificates = certificatesOf(values.certificates, line === undefined ? addresses : [...addresses, line]);
  const keeper = serial && (await serialKeeper(serial));
  const unit = new ConnectedLocalUnit(own, keeper?.carrier ?? tcp());
  const modems = new FramedServer(certificates, (connection, from) => unit.modem(connection, from));
  if (line !== undefined) {
    const port = await listen(modems, line, 'line').catch((error: unknown) => {
      unit.stop();
      throw error;
    });
    say('info', `Local unit ${own.localUnit} listens for the modems of meters on ${line.host}:${port}.`);
  }
  const stopped = stopOnSignal();
  const wires = keeper?.keep((sender, at) => unit.wires(sender, at), stopped.signal);
  await keepConnected(
    {
      addresses,
      certificates,
      came: (connection, at) => unit.areaUnit(connection, `${at.host}:${at.port}`),
      refused: (at, why) => say('warn', `The area unit at ${at.host}:${at.port} gives no connection, because ${why}.`),
    },
    stopped.signal,
  );
  unit.stop();
  if (line !== undefined) await modems.close();
  await wires;
  say('info', 'Stopped.');
  return 0;
}

/** `wattpurse local-unit key FILE …` */
async function key(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('local-unit', args, {
    ...{ number: { type: 'string' }, data: { type: 'string' } },
  });
  const [path, ...more] = positionals;
  if (path === undefined) throw new WrongUse('local-unit key takes the file that the key is to lie in.');
  noWords(more);
  const what = 'its name in the books: area unit × 256 + its number there';
  const number = wholeOf(needed('local-unit', values.number, '--number', what), '--number', U16_MAX);
  const data = folderOf(needed('local-unit', values.data, '--data', 'the folder of the host that it belongs to'));
  await makeLocalUnitKey(path, number, data);
  process.stdout.write(`${path} is for local unit ${number}, and for nobody else.\n`);
  return 0;
}

function noWords(positionals: readonly string[]): void {
  if (positionals.length === 0) return;
  throw new WrongUse(`local-unit takes no "${positionals[0]}": see "wattpurse help local-unit".`);
}

/** The local unit with its clock, its way up, and the modems of its line. */
class ConnectedLocalUnit {
  readonly #unit: LocalUnit;
  readonly #clock: BusinessClock = businessClock(0);
  readonly #alarm = new Alarm(
    () => this.#clock.now(),
    () => this.#step({ type: 'wake' }),
  );
  readonly #modems = new Set<LineSender>();
  /** By which modem somebody speaks at a meter. */
  readonly #voices = new Map<Svpmsn, LineSender>();
  #up: FramedConnection | undefined;

  constructor({ localUnit: number, transport }: LocalUnitKey, carrier: Carrier) {
    this.#unit = new LocalUnit({
      id: number % NUMBERS_IN_AREA,
      carrier,
      keys: new KeyRing(Purpose.monitoring),
      unwrap: (n, svpmsn, wrapped) => transport.unwrap(n, svpmsn, wrapped),
      randomness: systemRandomness,
    });
    this.#step({ type: 'wake' });
  }

  areaUnit(connection: FramedConnection, at: string) {
    say('info', `Connected to the area unit at ${at}.`);
    this.#up = connection;
    this.#step({ type: 'backhaul-up' });
    return {
      message: (bytes: Uint8Array) => this.#step({ type: 'backhaul', bytes }),
      ended: (why: string) => {
        this.#up = undefined;
        this.#step({ type: 'backhaul-down' });
        say('warn', `The area unit at ${at} is away, because ${why}.`);
      },
    };
  }

  modem(connection: FramedConnection, from: string): LineListener {
    say('info', `A modem has connected from ${from}.`);
    const line = this.#hears(connection, (why) => `The modem at ${from} is away, because ${why}.`);
    return {
      message: (bytes) => (isVoice(bytes) ? this.#voice(connection, bytes) : line.message(bytes)),
      ended: (why) => {
        for (const [svpmsn, modem] of this.#voices) if (modem === connection) this.#voices.delete(svpmsn);
        line.ended(why);
      },
    };
  }

  #voice(modem: LineSender, bytes: Uint8Array): void {
    const voice = decodeLineVoice(bytes);
    if (voice === undefined) return;
    this.#voices.set(voice.svpmsn, modem);
    this.#step({ type: 'voice', ...voice });
  }

  /** The wires on which all of them hang. */
  wires(sender: LineSender, at: string): LineListener {
    say('info', `The line of meters at ${at} is open.`);
    return this.#hears(sender, (why) => `The line of meters at ${at} is away, because ${why}.`);
  }

  #hears(connection: LineSender, farewell: (why: string) => string): LineListener {
    this.#modems.add(connection);
    return {
      message: (bytes: Uint8Array) => this.#step({ type: 'line', bytes }),
      ended: (why: string) => {
        this.#modems.delete(connection);
        say('warn', farewell(why));
      },
    };
  }

  stop(): void {
    this.#alarm.stop();
  }

  #step(input: Untimed<LocalUnitInput>): void {
    const outputs: LocalUnitOutput[] = [];
    this.#unit.step({ ...input, now: this.#clock.now() }, outputs);
    for (const output of outputs) {
      switch (output.type) {
        case 'line':
          for (const modem of this.#modems) modem.send(output.bytes);
          break;
        case 'backhaul':
          this.#up?.send(output.bytes);
          break;
        case 'voice':
          this.#voices.get(output.svpmsn)?.send(encodeLineVoice(output));
          break;
        case 'wake':
          this.#alarm.set(output.at);
          break;
        case 'backhaul-refused':
          say('error', output.sentence);
      }
    }
  }
}
