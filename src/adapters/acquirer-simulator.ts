import { createServer, type Server, type Socket } from 'node:net';
import { assertNever } from '../units/index.ts';
import { AcquirerBooks, type ChipIssuer, type Decision, type TestCard } from './acquirer/books.ts';
import { APPROVED } from './acquirer/codes.ts';
import { Network } from './acquirer/link.ts';
import { systemTimers, type Timers } from './acquirer/timers.ts';
import {
  ANSWER_TO,
  type Asking,
  type AskingType,
  decodeMessage,
  encodeMessage,
  frameMessage,
  isAsking,
  type Message,
  type MessageOf,
  MessageStream,
} from './iso8583.ts';

export { type BookedPayment, type ChipIssuer, type TestCard, testCards } from './acquirer/books.ts';

/** What can go wrong with one message. */
export const ACQUIRER_FAULTS = [
  /** It is booked, and the answer is lost. */
  'answer-lost',
  /** It is booked, and the answer comes after `lateMs`. */
  'answer-late',
  'answer-doubled',
  /** In the place of the answer comes what is none. */
  'answer-garbled',
  /** The connection breaks in the middle of the answer. */
  'answer-cut',
  /** It is booked only after `lateMs`, and answered then. */
  'request-held',
] as const;
export type AcquirerFault = (typeof ACQUIRER_FAULTS)[number];

export interface SimulatorSettings {
  readonly cards: readonly TestCard[];
  /** The bank that issued the chips of the cards; without one, what a chip says is not looked at. */
  readonly issuer?: ChipIssuer;
  readonly lateMs: number;
  /** Approval numbers that one before this gave: a host takes none twice a day. None where absent. */
  readonly approvals?: number;
  /** Which fault strikes a message, if any; asked once for each. */
  readonly faultOf: (message: Asking) => AcquirerFault | undefined;
}

export interface SimulatorEvent {
  readonly type: AskingType;
  readonly trace: number;
  /** `**** 1234` where a card was named. */
  readonly card: string | undefined;
  readonly amount: number | undefined;
  readonly response: string;
  readonly approval: string | undefined;
  readonly fault: AcquirerFault | undefined;
}

export interface SimulatorPorts {
  readonly timers: Timers;
  /** When a message was decided. */
  readonly hear: (event: SimulatorEvent) => void;
  /** A connection that was closed, because what came over it cannot go on. */
  readonly refused: (sentence: string) => void;
}

/** One above is not accepted. */
const CONNECTIONS_MAX = 64;

/**
 * An acquirer for tests and for trying things out: cards that exist nowhere else, books in memory, faults as asked for.
 * It speaks what `Acquirer` speaks, and answers the single message (0200) and reversal requests (0400) besides.
 */
export class AcquirerSimulator {
  readonly books: AcquirerBooks;
  readonly #settings: SimulatorSettings;
  readonly #ports: SimulatorPorts;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Set<() => void>();

  constructor(settings: SimulatorSettings, ports: Partial<SimulatorPorts> = {}) {
    this.#settings = settings;
    this.#ports = { timers: systemTimers, hear: () => undefined, refused: () => undefined, ...ports };
    this.books = new AcquirerBooks(settings.cards, settings);
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Port 0 takes a free one. Resolves with the port. @throws Error of node:net, with its `code` and `syscall` */
  async listen(port: number, address: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, address, resolve);
    });
    const bound = this.#server.address();
    if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
    return bound.port;
  }

  /** As after a fall of the network: whoever was connected may connect again. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Forgets what is late. */
  async close(): Promise<void> {
    for (const cancel of this.#waiting) cancel();
    this.#waiting.clear();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.dropConnections();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const stream = new MessageStream();
    const session = { signedOn: false };
    const refuse = (sentence: string) => {
      this.#ports.refused(sentence);
      socket.destroy();
    };
    socket.on('data', (bytes) => {
      const messages = stream.push(bytes);
      if ('reason' in messages) return refuse(messages.sentence);
      for (const bytesOfOne of messages) {
        if (socket.destroyed) return;
        const message = decodeMessage(bytesOfOne);
        if ('reason' in message) refuse(message.sentence);
        else if (!isAsking(message)) refuse(`A ${message.type} answers nothing that was asked here.`);
        else this.#take(message, socket, session, refuse);
      }
    });
    // The other end may vanish at any time; what follows is the close.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #take(message: Asking, socket: Socket, session: { signedOn: boolean }, refuse: (sentence: string) => void): void {
    if (isNetwork(message)) {
      if (message.network === Network.signOn) session.signedOn = true;
    } else if (!session.signedOn) {
      refuse(`A ${message.type} came before the sign-on (0800 with ${Network.signOn} in field 70).`);
      return;
    }
    const fault = this.#settings.faultOf(message);
    if (fault === 'request-held') this.#later(() => this.#decide(message, socket, fault));
    else this.#decide(message, socket, fault);
  }

  #decide(message: Asking, socket: Socket, fault: AcquirerFault | undefined): void {
    const decision: Decision = isNetwork(message) ? { response: APPROVED } : this.books.decide(message);
    const { response, approval } = decision;
    this.#ports.hear({
      type: message.type,
      trace: message.trace,
      card: 'pan' in message ? `**** ${message.pan.slice(-4)}` : undefined,
      amount: 'amount' in message ? message.amount : undefined,
      response,
      approval,
      fault,
    });
    const bytes = frameMessage(encodeMessage(answerTo(message, decision)));
    switch (fault) {
      case undefined:
      case 'request-held':
        socket.write(bytes);
        return;
      case 'answer-lost':
        return;
      case 'answer-late':
        this.#later(() => socket.write(bytes));
        return;
      case 'answer-doubled':
        socket.write(bytes);
        socket.write(bytes);
        return;
      case 'answer-garbled':
        socket.write(bytes.map((byte, at) => (at < 2 ? byte : byte ^ 0xff)));
        return;
      case 'answer-cut':
        socket.write(bytes.subarray(0, bytes.length >> 1), () => socket.destroy());
        return;
      default:
        assertNever(fault);
    }
  }

  #later(act: () => void): void {
    const cancel = this.#ports.timers.after(this.#settings.lateMs, () => {
      this.#waiting.delete(cancel);
      act();
    });
    this.#waiting.add(cancel);
  }
}

const isNetwork = (message: Asking): message is MessageOf<'0800' | '0801'> =>
  message.type === '0800' || message.type === '0801';

/** What was asked comes back, without the card. */
function answerTo(message: Asking, { response, approval, chip }: Decision): Message {
  const { trace, transmitted } = message;
  if (isNetwork(message)) {
    const { type: _, ...echoed } = message;
    return { type: '0810', ...echoed, response };
  }
  const { processing, amount, localTime, localDate, acquirer, reference, terminal, merchant, currency } = message;
  return {
    type: ANSWER_TO[message.type],
    processing,
    amount,
    transmitted,
    trace,
    localTime,
    localDate,
    acquirer,
    reference,
    ...(approval === undefined ? {} : { approval }),
    response,
    terminal,
    merchant,
    currency,
    ...(chip === undefined ? {} : { chip }),
  } as Message;
}
