import { Argon2 } from '../adapters/argon2.ts';
import {
  type CallerServices,
  createCallers,
  type HostServices,
  type InterphoneAnswer,
  type InterphonePort,
  type Store,
  type VoucherServices,
} from '../host/index.ts';
import { CALL_MS_MAX, CallDesk, type DeskPorts, Interphones, type MeterVoices } from '../phone/index.ts';
import { milliseconds, type Svpmsn } from '../units/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { wallClock } from './wall-clock.ts';

/** Does something after so many milliseconds, unless what it answers is called before. It keeps no process alive. */
export const later = (ms: number, work: () => void): (() => void) => {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
};

export interface Telephone {
  readonly desk: CallDesk;
  readonly callers: CallerServices;
}

/**
 * The desk of all calls to a host, and who may call it.
 * @param host the one of the moment
 * @param vouchers where it takes any
 */
export function openTelephone(
  host: () => HostServices,
  store: Store,
  trouble: (sentence: string) => void,
  vouchers?: VoucherServices,
): Telephone {
  const callers = createCallers({ store, clock: wallClock, passwords: new Argon2() });
  const office: DeskPorts['host'] = {
    here: () => host().here(),
    terms: () => host().terms(),
    paymentPorts: () => host().paymentPorts(),
    meter: (meter) => host().meter(meter),
    outlook: (meter) => host().outlook(meter),
    tariffWeek: (query) => host().tariffWeek(query),
    policy: (meter) => host().policy(meter),
    quote: (purchase) => host().quote(purchase),
    pay: (asked) => host().pay(asked),
  };
  const ports = { host: office, callers, vouchers, clock: wallClock, randomness: systemRandomness, later, trouble };
  return { desk: new CallDesk(ports), callers };
}

/** Calls from meters, for a host that is there before its telephone. Until it has one nobody is answered. */
export class MeterCalls implements InterphonePort {
  #interphones: Interphones | undefined;

  /**
   * @param host the one of the moment
   * @param voices of meters at which people can speak
   */
  serve(desk: CallDesk, host: () => Pick<HostServices, 'command'>, voices?: MeterVoices): void {
    this.#interphones = new Interphones(desk, {
      say: (meter, said) => host().command(meter, { type: 'interphone', said }),
      later,
      ...(voices && { voices }),
    });
  }

  called(meter: Svpmsn): void {
    this.#interphones?.called(meter);
  }

  answered(meter: Svpmsn, answer: InterphoneAnswer): void {
    this.#interphones?.answered(meter, answer);
  }
}

const BROKEN_OFF_EVERY_MS = 60_000;
/** Its last step may still be on its way into the books. */
const WRITING_MS = 60_000;

/**
 * Closes the calls that nobody serves any more, as often as it is called, and looks once a minute.
 * @param isAlone no other host works on the same books: at the beginning every call that stands as live is broken off
 */
export function callsClosing(callers: CallerServices, isAlone: boolean): () => Promise<void> {
  let next = 0;
  let before: (now: number) => number = isAlone ? (now) => now : longAgo;
  return async () => {
    const now = wallClock.now();
    if (now < next) return;
    await callers.breakOffCalls(milliseconds(before(now)));
    before = longAgo;
    next = now + BROKEN_OFF_EVERY_MS;
  };
}

const longAgo = (now: number): number => now - CALL_MS_MAX - WRITING_MS;
