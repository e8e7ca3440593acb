import { setTimeout as pause } from 'node:timers/promises';
import type * as Pcsc from 'pcsc-mini';
import type { CardFailure, CardPort, CardSession } from '../card/ports.ts';
import { wholeAnswer } from './whole-answer.ts';

export interface PcscSettings {
  /** A part of the reader's name; the first reader that is found where absent. */
  readonly reader?: string;
  /** How long a reader, and then a card, is waited for; not at all where absent. */
  readonly waitMs?: number;
  /** The driver; tests name one that is not installed. */
  readonly driver?: string;
}

const DRIVER = 'pcsc-mini';
/** A reader that is there is told of at once. */
const FOUND_WITHIN_MS = 1_000;
/**
 * The driver's thread tells what it has found, and asks the service to be woken by the next change. Whoever stops it
 * between the two is not heard, and waits for a change that may never come. This makes that rare: a process that is done
 * has to end for all that.
 */
const LISTENS_AGAIN_MS = 250;

/** A reader of real cards, through the PC/SC service of the machine and the package `pcsc-mini`, installed on request. */
export class PcscReader implements CardPort {
  readonly #pcsc: typeof Pcsc;
  readonly #client: Pcsc.Client;
  readonly #reader: Pcsc.Reader;
  readonly #waitMs: number;
  #status: Pcsc.ReaderStatusFlags | undefined;
  #changedAt = performance.now();
  readonly #watchers = new Set<() => void>();
  /** Takes the power from the card of the session that is open. */
  #end: (() => Promise<void>) | undefined;

  static async find(settings: PcscSettings = {}): Promise<PcscReader | CardFailure> {
    const pcsc = await load(settings.driver ?? DRIVER);
    if (pcsc === undefined) {
      return failure('driver-missing', 'Reading a card needs the package pcsc-mini: run npm install pcsc-mini.');
    }
    const { reader: wanted = '', waitMs = 0 } = settings;
    const client = new pcsc.Client();
    return new Promise((resolve) => {
      const refuse = (found: CardFailure) => {
        clearTimeout(timer);
        if (client.running()) client.stop();
        resolve(found);
      };
      const timer = setTimeout(() => {
        const which = wanted === '' ? 'No card reader is' : `No card reader whose name holds "${wanted}" is`;
        refuse(failure('reader-missing', `${which} connected: connect one.`));
      }, waitMs + FOUND_WITHIN_MS);
      client.on('error', (error) => refuse(failure('reader-missing', noService(error))));
      client.on('reader', (reader) => {
        if (!reader.name().includes(wanted)) return;
        clearTimeout(timer);
        client.removeAllListeners();
        client.on('error', () => undefined);
        resolve(new PcscReader(pcsc, client, reader, waitMs));
      });
      try {
        client.start();
      } catch (error) {
        refuse(failure('reader-missing', noService(error)));
      }
    });
  }

  private constructor(pcsc: typeof Pcsc, client: Pcsc.Client, reader: Pcsc.Reader, waitMs: number) {
    this.#pcsc = pcsc;
    this.#client = client;
    this.#reader = reader;
    this.#waitMs = waitMs;
    const changed = (status: Pcsc.ReaderStatusFlags | undefined) => {
      this.#status = status;
      this.#changedAt = performance.now();
      for (const watcher of [...this.#watchers]) watcher();
    };
    reader.on('change', (status) => changed(status));
    reader.on('disconnect', () => changed(undefined));
  }

  /** The reader's own name. */
  get name(): string {
    return this.#reader.name();
  }

  async open(): Promise<CardSession | CardFailure> {
    await this.#end?.();
    const { CardDisposition, CardMode, ReaderStatus } = this.#pcsc;
    const present = () => this.#status?.has(ReaderStatus.PRESENT) === true;
    if (!(await this.#until(present))) {
      return failure('no-card', `There is no card in ${this.name}: insert one.`);
    }
    if (this.#status?.has(ReaderStatus.MUTE) === true) return unusable();
    try {
      const card = await this.#reader.connect(CardMode.EXCLUSIVE);
      const { atr } = await card.state();
      const { promise: removed, resolve } = Promise.withResolvers<void>();
      const watcher = () => {
        if (present()) return;
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
      let isOver = false;
      let working: Promise<unknown> = Promise.resolve();
      const end = async () => {
        if (isOver) return;
        isOver = true;
        // A card that was pulled in the middle of a command is let go of when the command has failed, and not before.
        await working;
        try {
          await card.disconnect(CardDisposition.UNPOWER);
        } catch {
          // A card that is gone needs no farewell.
        }
      };
      this.#end = end;
      return {
        ...{ atr, removed, eject: end },
        transmit: async (command) => {
          if (isOver && present()) {
            return failure('exchange-broken', 'The card has no power any more: open it again.');
          }
          try {
            const answer = wholeAnswer((each) => card.transmit(each), command);
            working = answer.catch(() => undefined);
            return (await answer) ?? endless();
          } catch (error) {
            return transmitFailure(error, present());
          }
        },
      };
    } catch (error) {
      if (!present()) return failure('no-card', `There is no card in ${this.name}: insert one.`);
      if (codeOf(error) === 'SharingViolation') {
        return failure('exchange-broken', 'Another program uses the card: end it first.');
      }
      return unusable();
    }
  }

  async close(): Promise<void> {
    await this.#end?.();
    this.#watchers.clear();
    const since = () => performance.now() - this.#changedAt;
    while (since() < LISTENS_AGAIN_MS) await pause(LISTENS_AGAIN_MS - since());
    try {
      if (this.#client.running()) this.#client.stop();
    } catch {
      // The service has ended before: there is nothing left to stop.
    }
  }

  /** Whether it comes to hold in time. */
  #until(holds: () => boolean): Promise<boolean> {
    if (holds() || (this.#waitMs === 0 && this.#status !== undefined)) return Promise.resolve(holds());
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        resolve(holds());
      };
      const watcher = () => {
        if (holds() || this.#waitMs === 0) end();
      };
      const timer = setTimeout(end, this.#waitMs + FOUND_WITHIN_MS);
      this.#watchers.add(watcher);
    });
  }
}

async function load(driver: string): Promise<typeof Pcsc | undefined> {
  try {
    return (await import(driver)) as typeof Pcsc;
  } catch {
    return undefined;
  }
}

const failure = (reason: CardFailure['reason'], sentence: string): CardFailure => ({ reason, sentence });

const unusable = (): CardFailure =>
  failure('card-unusable', 'The card does not answer: put it in the other way round, or take another one.');

const endless = (): CardFailure =>
  failure('card-unusable', 'The card promises more of an answer for ever: take another one.');

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'unknown';

const noService = (error: unknown): string => `No PC/SC service answers (${codeOf(error)}): start pcscd.`;

function transmitFailure(error: unknown, present: boolean): CardFailure {
  if (!present || codeOf(error) === 'RemovedCard') {
    return failure('card-removed', 'The card was pulled: insert it again.');
  }
  return failure('exchange-broken', `The card or its reader broke the exchange off (${codeOf(error)}): open it again.`);
}
