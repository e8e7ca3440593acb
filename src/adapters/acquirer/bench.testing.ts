import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { Instrument, PaymentRequest } from '../../host/index.ts';
import { milliseconds } from '../../units/index.ts';
import { Acquirer, type AcquirerEvent, type AcquirerSettings } from '../acquirer.ts';
import {
  type AcquirerFault,
  AcquirerSimulator,
  type SimulatorEvent,
  type SimulatorSettings,
  testCards,
} from '../acquirer-simulator.ts';
import {
  type Asking,
  decodeMessage,
  encodeMessage,
  frameMessage,
  isAsking,
  type Message,
  MessageStream,
} from '../iso8583.ts';
import type { Timers } from './timers.ts';

/** Timers that run when a test says that time has passed, and only then. */
export class HandTimers implements Timers {
  #now = 0;
  readonly #waiting = new Set<{ readonly at: number; readonly act: () => void }>();

  after(ms: number, act: () => void): () => void {
    const entry = { at: this.#now + ms, act };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  /** Milliseconds until each timer that waits, the next first. */
  get waits(): number[] {
    return [...this.#waiting].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#waiting].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#waiting.delete(next);
      this.#now = next.at;
      next.act();
    }
    this.#now = until;
  }
}

/** Events in their order, to be waited for one after the other. */
export class Log<T> {
  readonly all: T[] = [];
  #seen = 0;
  #wake: () => void = () => undefined;

  readonly push = (event: T): void => {
    this.all.push(event);
    this.#wake();
  };

  /** The next one after the last that was waited for; what comes between is passed over. */
  async next(wanted: (event: T) => boolean): Promise<T> {
    for (;;) {
      while (this.#seen < this.all.length) {
        const event = this.all[this.#seen++] as T;
        if (wanted(event)) return event;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }
}

/** An acquirer's client and what it heard, over timers of its own. */
export class Client {
  readonly timers = new HandTimers();
  readonly said = new Log<AcquirerEvent>();
  readonly port: Acquirer;

  constructor(t: TestContext, settings: Partial<AcquirerSettings> & { readonly port: number }) {
    this.port = new Acquirer(
      {
        host: '127.0.0.1',
        institution: '4201',
        terminal: 'WATT0001',
        merchant: 'WATTPURSE SEOUL',
        zone: 'Asia/Seoul',
        ...settings,
      },
      { timers: this.timers, now: () => NOW, hear: this.said.push },
    );
    t.after(() => this.port.close());
  }

  heard(type: AcquirerEvent['type']): Promise<AcquirerEvent> {
    return this.said.next((event) => event.type === type);
  }
}

const NOW = Date.UTC(2026, 2, 2, 4, 11, 9);

/** The simulator, what it decided, and timers of its own. */
export class Acquiring {
  readonly timers = new HandTimers();
  readonly decided = new Log<SimulatorEvent>();
  readonly refused: string[] = [];
  readonly simulator: AcquirerSimulator;
  /** Faults of the messages to come, by type; none where the list is at its end. */
  readonly faults: Partial<Record<Asking['type'], (AcquirerFault | undefined)[]>> = {};

  constructor(settings: Partial<SimulatorSettings> = {}) {
    this.simulator = new AcquirerSimulator(
      { cards: testCards(100_000), lateMs: 40_000, faultOf: ({ type }) => this.faults[type]?.shift(), ...settings },
      { timers: this.timers, hear: this.decided.push, refused: (sentence) => this.refused.push(sentence) },
    );
  }

  decision(type: Asking['type']): Promise<SimulatorEvent> {
    return this.decided.next((event) => event.type === type);
  }
}

/** Both, signed on. */
export async function openBench(t: TestContext, settings: Partial<AcquirerSettings> = {}) {
  const acquiring = new Acquiring();
  t.after(() => acquiring.simulator.close());
  const port = await acquiring.simulator.listen(0, '127.0.0.1');
  const client = new Client(t, { port, ...settings });
  await client.heard('signed-on');
  return { acquiring, client, port };
}

/** A server that answers a message with what a test makes of it. Resolves with its port. */
export async function listenRaw(
  t: TestContext,
  answer: (message: Message, socket: Socket) => Message | undefined,
): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const stream = new MessageStream();
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const messages = stream.push(bytes);
      if ('reason' in messages) throw new Error(messages.sentence);
      for (const each of messages) {
        const message = decodeMessage(each);
        if ('reason' in message) throw new Error(message.sentence);
        const answered = answer(message, socket);
        if (answered !== undefined) socket.write(frameMessage(encodeMessage(answered)));
      }
    });
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

/** Signs on whoever asks, and answers a payment as a test wants it. */
export const answering =
  (change: object) =>
  (message: Message): Message | undefined => {
    if (!isAsking(message)) return undefined;
    if (message.type === '0800' || message.type === '0801') return { ...message, type: '0810', response: '00' };
    const type = message.type === '0100' ? '0110' : message.type === '0220' ? '0230' : '0430';
    return { ...message, type, response: '00', approval: '000001', ...change } as Message;
  };

export const CARD = { type: 'card', pan: '4111111111111111', expiry: '2912' } as const satisfies Instrument;

export const payment = (trace: number, amount = 5000): PaymentRequest => ({
  id: `payment-${trace}`,
  trace,
  at: milliseconds(NOW),
  amount,
  currency: 410,
});
