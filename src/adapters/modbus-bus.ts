import type { SerialPort } from 'serialport';
import { endingPorts } from './serial-binding.ts';

/**
 * A Modbus line with the devices on it, through the package `modbus-serial`, installed on request: RTU over a serial
 * port (which takes the package `serialport` too), or TCP. One question at a time; after a silence or an answer that was
 * damaged the line is opened anew, so that what comes late is never taken for the answer to something else.
 */

export type ModbusPlace =
  | {
      readonly type: 'serial';
      readonly path: string;
      readonly baud: number;
      readonly parity: 'none' | 'even' | 'odd';
      readonly stopBits: 1 | 2;
    }
  | { readonly type: 'tcp'; readonly host: string; readonly port: number };

export interface ModbusFailure {
  readonly reason: 'driver-missing' | 'line-closed' | 'no-answer' | 'refused';
  /** For a person, without its full stop: the rest of a sentence that ends in `because`. */
  readonly why: string;
}

/** What is used of the package's client. */
interface Client {
  readonly isOpen: boolean;
  on(event: 'error', heard: () => void): void;
  setTimeout(ms: number): void;
  setID(unit: number): void;
  connectTCP(host: string, options: { port: number; timeout: number }): Promise<void>;
  connectRTUBuffered(
    path: string,
    options: { baudRate: number; parity: string; stopBits: number; binding?: object },
  ): Promise<void>;
  readInputRegisters(address: number, count: number): Promise<{ buffer: Uint8Array }>;
  readCoils(address: number, count: number): Promise<{ data: boolean[] }>;
  writeCoil(address: number, on: boolean): Promise<{ state: boolean }>;
  close(done: () => void): void;
}
type Driver = new () => Client;

const DRIVER = 'modbus-serial';
/** A device answers within 0.2 s, and 165 bytes at 2,400 bit/s take 0.7 s. */
const ANSWER_MS = 1_500;

export class ModbusBus {
  readonly #place: ModbusPlace;
  readonly #driver: Driver;
  readonly #ports: { readonly binding?: object };
  #client: Client | undefined;
  /** The last question; the next one waits for its end. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** Opens nothing yet. @param driver the name of the package, for tests of what is said where it is missing */
  static async at(place: ModbusPlace, driver = DRIVER): Promise<ModbusBus | ModbusFailure> {
    const packages = place.type === 'serial' ? [driver, 'serialport'] : [driver];
    try {
      const [modbus, serial] = (await Promise.all(packages.map((name) => import(name)))) as [
        { readonly default: Driver },
        { readonly SerialPort: typeof SerialPort }?,
      ];
      return new ModbusBus(place, modbus.default, serial === undefined ? {} : endingPorts(serial.SerialPort.binding));
    } catch {
      return { reason: 'driver-missing', why: `it needs the packages ${packages.join(' and ')}` };
    }
  }

  private constructor(place: ModbusPlace, driver: Driver, ports: { readonly binding?: object }) {
    this.#place = place;
    this.#driver = driver;
    this.#ports = ports;
  }

  /** `/dev/ttyUSB0`, or `10.0.0.20:502` */
  get name(): string {
    return this.#place.type === 'serial' ? this.#place.path : `${this.#place.host}:${this.#place.port}`;
  }

  /** FC04. Two bytes each, as they came. */
  readInputs(unit: number, address: number, count: number): Promise<Uint8Array | ModbusFailure> {
    return this.#ask(unit, async (client) => {
      const { buffer } = await client.readInputRegisters(address, count);
      if (buffer.length !== 2 * count) throw new Error('it answered with another number of registers');
      return Uint8Array.from(buffer);
    });
  }

  /** FC01 */
  readCoil(unit: number, address: number): Promise<boolean | ModbusFailure> {
    return this.#ask(unit, async (client) => (await client.readCoils(address, 1)).data[0] === true);
  }

  /** FC05. What the device says that it has taken. */
  writeCoil(unit: number, address: number, on: boolean): Promise<boolean | ModbusFailure> {
    return this.#ask(unit, async (client) => (await client.writeCoil(address, on)).state);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last.catch(() => undefined);
    await this.#hangUp();
  }

  #ask<T>(unit: number, question: (client: Client) => Promise<T>): Promise<T | ModbusFailure> {
    const asked = this.#last.then(async (): Promise<T | ModbusFailure> => {
      if (this.#closed) return { reason: 'line-closed', why: 'this side stops' };
      const client = await this.#opened();
      if ('reason' in client) return client;
      try {
        client.setID(unit);
        return await question(client);
      } catch (error) {
        const exception = (error as { modbusCode?: number }).modbusCode;
        // The device has spoken: the line is well.
        if (exception !== undefined) return { reason: 'refused', why: `it refuses (Modbus exception ${exception})` };
        await this.#hangUp();
        return { reason: 'no-answer', why: reasonOf(error) };
      }
    });
    this.#last = asked;
    return asked;
  }

  async #opened(): Promise<Client | ModbusFailure> {
    if (this.#client?.isOpen === true) return this.#client;
    await this.#hangUp();
    const client = new this.#driver();
    // It tells by an event what it also tells by the question that failed.
    client.on('error', () => undefined);
    client.setTimeout(ANSWER_MS);
    const place = this.#place;
    try {
      if (place.type === 'tcp') await client.connectTCP(place.host, { port: place.port, timeout: ANSWER_MS });
      else {
        const { path, baud: baudRate, parity, stopBits } = place;
        await client.connectRTUBuffered(path, { baudRate, parity, stopBits, ...this.#ports });
      }
      this.#client = client;
      return client;
    } catch (error) {
      client.close(() => undefined);
      return { reason: 'line-closed', why: `the line at ${this.name} cannot be opened (${reasonOf(error)})` };
    }
  }

  async #hangUp(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client?.isOpen !== true) return;
    await new Promise<void>((resolve) => client.close(() => resolve()));
  }
}

function reasonOf(error: unknown): string {
  const { code, errno, message } = error as { code?: string; errno?: string | number; message?: string };
  if (errno === 'ETIMEDOUT' || code === 'ETIMEDOUT') return 'no answer came';
  return code ?? message ?? 'it failed';
}

export const isModbusFailure = (answer: unknown): answer is ModbusFailure =>
  typeof answer === 'object' && answer !== null && 'reason' in answer;
