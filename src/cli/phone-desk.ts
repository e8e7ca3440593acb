import { Argon2 } from '../adapters/argon2.ts';
import { type CallerServices, createCallers, type HostServices, type Store } from '../host/index.ts';
import { CallDesk, type DeskPorts } from '../phone/index.ts';
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

/** The desk of all calls to a host, and who may call it. @param host the one of the moment */
export function openTelephone(host: () => HostServices, store: Store, trouble: (sentence: string) => void): Telephone {
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
  const ports = { host: office, callers, clock: wallClock, randomness: systemRandomness, later, trouble };
  return { desk: new CallDesk(ports), callers };
}
