import { connect, type Socket } from 'node:net';
import { assertNever } from '../../units/index.ts';
import { decodeMessage, encodeMessage, frameMessage, type Message, type MessageOf, MessageStream } from '../iso8583.ts';
import { APPROVED } from './codes.ts';
import { transmissionTime } from './moments.ts';
import type { Timers } from './timers.ts';

/** Field 70. */
export const Network = { signOn: '001', echo: '301' } as const;

const TRACE_MAX = 999_999;

export interface LinkSettings {
  readonly host: string;
  readonly port: number;
  readonly institution: string;
  readonly terminal: string;
  /** From the first attempt to the answer to the sign-on. */
  readonly connectMs: number;
  /** Silence after which the other side is asked whether it is there, and then as long again for its answer. */
  readonly idleMs: number;
  /** Between two attempts: `least` after a connection that was signed on, twice as long after each that was not. */
  readonly retryMs: { readonly least: number; readonly most: number };
}

/** What an operator may want to read. No sentence holds what stood in a field. */
export interface LinkEvent {
  readonly type: 'signed-on' | 'connection-lost' | 'sign-on-refused' | 'message-unreadable' | 'answer-unexpected';
  readonly sentence: string;
}

export interface LinkPorts {
  readonly timers: Timers;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly hear: (event: LinkEvent) => void;
}

/** Whom the connection is for. */
export interface LinkUser {
  signedOn(): void;
  received(message: Message): void;
  /** What was sent and not answered will not be answered any more. */
  lost(): void;
}

type LinkState =
  | { readonly name: 'awaiting-retry'; readonly cancel: () => void }
  | { readonly name: 'awaiting-sign-on'; readonly socket: Socket; readonly cancel: () => void }
  | { readonly name: 'signed-on'; readonly socket: Socket; readonly cancel: () => void }
  | { readonly name: 'closed' };

/** One connection to an acquirer, kept: signed on, asked after silence whether it lives, made anew when it was lost. */
export class Link {
  readonly #settings: LinkSettings;
  readonly #ports: LinkPorts;
  readonly #user: LinkUser;
  #state: LinkState;
  /** Attempts since the last sign-on. */
  #attempts = 0;
  #trace = 0;
  #signOnTrace = 0;

  constructor(settings: LinkSettings, ports: LinkPorts, user: LinkUser) {
    this.#settings = settings;
    this.#ports = ports;
    this.#user = user;
    this.#state = this.#attempt();
  }

  get isSignedOn(): boolean {
    return this.#state.name === 'signed-on';
  }

  /** Of an encoded message, once signed on. The bytes may hold the number of a card: they are wiped when they are out. */
  send(message: Uint8Array): void {
    if (this.#state.name === 'signed-on') write(this.#state.socket, message);
  }

  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { name: 'closed' };
    if (state.name === 'closed') return;
    state.cancel();
    if (state.name === 'awaiting-retry' || state.socket.destroyed) return;
    const gone = new Promise<void>((resolve) => state.socket.once('close', () => resolve()));
    state.socket.destroy();
    await gone;
  }

  #attempt(): LinkState {
    const { host, port, connectMs } = this.#settings;
    const socket = connect({ host, port, noDelay: true });
    const stream = new MessageStream();
    let why = 'it was closed at the other end';
    const give = (reason: string) => {
      why = reason;
      socket.destroy();
    };
    socket.on('connect', () => this.#signOn(socket));
    socket.on('data', (bytes) => {
      const messages = stream.push(bytes);
      if ('reason' in messages) give('what came is no message of ISO 8583');
      else for (const message of messages) this.#received(message, socket, give);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      why = error.code ?? error.message;
    });
    socket.on('close', () => this.#lost(why));
    const cancel = this.#ports.timers.after(connectMs, () => give('nobody answered the sign-on in time'));
    return { name: 'awaiting-sign-on', socket, cancel };
  }

  #signOn(socket: Socket): void {
    this.#signOnTrace = this.#nextTrace();
    write(socket, encodeMessage(this.#networkMessage(Network.signOn, this.#signOnTrace)));
  }

  #received(bytes: Uint8Array, socket: Socket, give: (reason: string) => void): void {
    if (socket.destroyed) return;
    const message = decodeMessage(bytes);
    if ('reason' in message) {
      // The lengths around it were right, so the next message can be read: one bad answer costs one payment.
      this.#say('message-unreadable', `A message of the acquirer was passed over: ${message.sentence}`);
      return;
    }
    switch (this.#state.name) {
      case 'awaiting-sign-on':
        if (message.type === '0810' && message.trace === this.#signOnTrace) this.#signOnAnswered(message, socket, give);
        return;
      case 'signed-on':
        // Whatever comes shows that the other side lives.
        this.#state.cancel();
        this.#state = this.#listening(socket, give);
        if (message.type === '0800' || message.type === '0801') {
          write(socket, encodeMessage({ ...message, type: '0810', response: APPROVED }));
        } else if (message.type !== '0810') this.#user.received(message);
        return;
      case 'awaiting-retry':
      case 'closed':
        return;
      default:
        assertNever(this.#state);
    }
  }

  #signOnAnswered(answer: MessageOf<'0810'>, socket: Socket, give: (reason: string) => void): void {
    if (answer.response !== APPROVED) {
      this.#say('sign-on-refused', `The acquirer refuses the sign-on (code ${answer.response}): look at the settings.`);
      give('the sign-on was refused');
      return;
    }
    if (this.#state.name === 'awaiting-sign-on') this.#state.cancel();
    this.#state = this.#listening(socket, give);
    this.#attempts = 0;
    this.#say('signed-on', 'The acquirer is there.');
    this.#user.signedOn();
  }

  /** After silence an echo, and after more silence the end: a connection can be dead for hours before TCP says so. */
  #listening(socket: Socket, give: (reason: string) => void): LinkState {
    const { timers } = this.#ports;
    const { idleMs } = this.#settings;
    let cancel = timers.after(idleMs, () => {
      write(socket, encodeMessage(this.#networkMessage(Network.echo, this.#nextTrace())));
      cancel = timers.after(idleMs, () => give('it did not answer an echo'));
    });
    return { name: 'signed-on', socket, cancel: () => cancel() };
  }

  #lost(why: string): void {
    const state = this.#state;
    if (state.name === 'closed') return;
    if (state.name !== 'awaiting-retry') state.cancel();
    const { least, most } = this.#settings.retryMs;
    const wait = Math.min(most, least * 2 ** this.#attempts);
    // Doubled no further than it matters: 2 to the 1000th is no number of milliseconds.
    if (wait < most) this.#attempts++;
    this.#state = {
      name: 'awaiting-retry',
      cancel: this.#ports.timers.after(wait, () => {
        this.#state = this.#attempt();
      }),
    };
    this.#say('connection-lost', `There is no connection to the acquirer (${why}): it is tried again in ${wait} ms.`);
    this.#user.lost();
  }

  #networkMessage(network: string, trace: number): MessageOf<'0800'> {
    const { institution, terminal } = this.#settings;
    const transmitted = transmissionTime(this.#ports.now());
    return { type: '0800', transmitted, trace, acquirer: institution, terminal, network };
  }

  #nextTrace(): number {
    this.#trace = (this.#trace % TRACE_MAX) + 1;
    return this.#trace;
  }

  #say(type: LinkEvent['type'], sentence: string): void {
    this.#ports.hear({ type, sentence });
  }
}

function write(socket: Socket, message: Uint8Array): void {
  const bytes = frameMessage(message);
  message.fill(0);
  socket.write(bytes, () => bytes.fill(0));
}
