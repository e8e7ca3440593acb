import {
  createHost,
  createVouchers,
  type HostInput,
  type HostPorts,
  type HostServices,
  type HostSettings,
  type PaymentWay,
  type Store,
  StoreError,
  type VoucherNumbers,
  type VoucherServices,
  voucherWay,
} from '../host/index.ts';
import type { Faults } from './faults.ts';
import { HostKilled, Life, mortal, type Written } from './mortal-store.ts';
import type { SeededRandom } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';
import { VOUCHERS } from './voucher-people.ts';

export interface HostsOptions {
  readonly workers: number;
  readonly ports: Omit<HostPorts, 'randomness'>;
  /** How numbers of vouchers are known, which pay then; none do where absent. */
  readonly vouchers?: VoucherNumbers;
  readonly settings: HostSettings;
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  /** What strikes hosts and their store; nothing where absent. */
  readonly faults?: Faults;
  readonly onCommit?: (rows: readonly Written[]) => void;
  /** A process is there anew: its connections come up. */
  readonly onStart?: () => void;
}

interface Worker {
  readonly number: number;
  services: HostServices;
  vouchers: VoucherServices | undefined;
  alive: boolean;
  lives: number;
  /** The machine has stopped it until then. */
  stalledUntil: number;
  /** Nothing of this life is left once it is over. */
  life?: Life;
}

/** One after the other, so that a host may die between any two. */
type HeardByAll = Exclude<HostInput, { readonly type: 'grid-all' | 'beat' }>;

const DOWN_MS_MAX = 30_000;
/** Longer than a host has the lease of a meter. */
const STALLED_MS_MAX = 120_000;
const FULL_MS = 1_000;
/** What carries the ticket of whoever it is for. */
const ANSWERS: ReadonlySet<string> = new Set(['carried', 'monitoring-keys-answer']);

/** The host processes of a utility over one store. One that is killed is started again after a while. */
export class Hosts {
  readonly #options: HostsOptions;
  readonly #workers: Worker[];
  #store: Store;

  constructor(options: HostsOptions) {
    this.#options = options;
    this.#store = options.ports.store;
    this.#workers = Array.from({ length: options.workers }, (_, number) => {
      const worker: Worker = {
        number,
        services: undefined as never,
        vouchers: undefined,
        alive: true,
        lives: 0,
        stalledUntil: 0,
      };
      worker.services = this.#create(worker);
      return worker;
    });
  }

  /** One that is alive; the first where none is, whose every answer is that it was killed. */
  get services(): HostServices {
    return this.#living.services;
  }

  /** What the same host does with vouchers. */
  get vouchers(): VoucherServices {
    const { vouchers } = this.#living;
    if (vouchers === undefined) throw new Error('no vouchers pay here');
    return vouchers;
  }

  get #living(): Worker {
    return this.#workers.find(({ alive }) => alive) ?? (this.#workers[0] as Worker);
  }

  get alive(): number {
    return this.#workers.filter(({ alive }) => alive).length;
  }

  async start(): Promise<void> {
    for (const worker of this.#workers) await this.#mayDie(worker, (services) => services.start());
  }

  /** All that are alive, at once: an answer is for whoever asked, and time passes for all. */
  async handle(input: HeardByAll): Promise<void> {
    const forAll = input.type === 'tick' || ANSWERS.has(input.message.type);
    const living = this.#workers.filter(({ alive }) => alive);
    const hearing = forAll ? living : living.slice(0, 1);
    await Promise.all(hearing.map((worker) => this.#hear(worker, input)));
  }

  /** A process that was stopped for a while hears late, in the order in which it would have heard. */
  async #hear(worker: Worker, input: HeardByAll): Promise<void> {
    const { time, faults } = this.#options;
    const heard = () => this.#mayDie(worker, (services) => services.handle(input));
    if (faults?.strikes('host-stalled', nameOf(worker), time.now >= worker.stalledUntil)) {
      worker.stalledUntil = time.now + 1 + faults.below('host-stalled', STALLED_MS_MAX);
    }
    if (time.now >= worker.stalledUntil) await heard();
    else time.at(worker.stalledUntil, heard);
  }

  /** Of each process that runs: has it do something beside what it hears, of which it may die. */
  get running(): readonly ((work: (services: HostServices) => Promise<unknown>) => Promise<void>)[] {
    const running = this.#workers.filter(({ alive, stalledUntil }) => alive && stalledUntil <= this.#options.time.now);
    return running.map((worker) => (work) => this.#mayDie(worker, work));
  }

  /** All processes end, and new ones start over another store: what a restore from a copy is. */
  async replaceStore(store: Store): Promise<void> {
    this.#store = store;
    for (const worker of this.#workers) {
      worker.life?.end();
      worker.alive = true;
      worker.services = this.#create(worker);
    }
    await this.start();
    this.#options.onStart?.();
  }

  /** Whoever is down is started now. */
  async heal(): Promise<void> {
    for (const worker of this.#workers) {
      worker.stalledUntil = 0;
      // One that was killed while it served a payer is found dead with the next thing that it is to do.
      await this.#mayDie(worker, (services) => services.handle({ type: 'tick' }));
      if (!worker.alive) await this.#revive(worker);
    }
  }

  /** A process that has just started over the same store, beside those that are there. */
  async anew(): Promise<HostServices> {
    const { ports, settings, random } = this.#options;
    const payments = this.#paymentsAt(this.#store);
    const parts = { ...ports, ...(payments && { payments }), store: this.#store, randomness: random.fork('anew') };
    const host = createHost(parts, settings);
    await host.start();
    return host;
  }

  #create(worker: Worker): HostServices {
    const { ports, settings, random, faults, onCommit } = this.#options;
    const randomness = random.fork(`host ${worker.number}.${worker.lives++}`);
    if (faults === undefined) {
      const payments = this.#paymentsAt(this.#store);
      const parts = { ...ports, ...(payments && { payments }), store: this.#store, randomness };
      return this.#withVouchers(worker, createHost(parts, settings), this.#store);
    }
    const life = new Life(faults, nameOf(worker));
    worker.life = life;
    const store = mortal(this.#store, { life, faults, committed: onCommit ?? (() => undefined) });
    const grid: HostPorts['grid'] = {
      send: (localUnit, message) => {
        if (life.over) throw new HostKilled('a host was killed');
        ports.grid.send(localUnit, message);
      },
    };
    const keys: HostPorts['keys'] = {
      terminalKey: async (n, svpmsn) => {
        await life.breathe();
        return ports.keys.terminalKey(n, svpmsn);
      },
      cardKey: async (named) => {
        await life.breathe();
        return ports.keys.cardKey(named);
      },
      transportKey: async (localUnit) => {
        await life.breathe();
        return ports.keys.transportKey(localUnit);
      },
      checkValue: (n) => ports.keys.checkValue(n),
    };
    const ways = this.#paymentsAt(store);
    const payments = ways && mortalWays(ways, life);
    const parts = { ...ports, store, grid, keys, randomness, ...(payments && { payments }) };
    return this.#withVouchers(worker, createHost(parts, settings), store);
  }

  /** All ways to pay at a host, vouchers among them by the books as it sees them. */
  #paymentsAt(store: Store): ReadonlyMap<string, PaymentWay> | undefined {
    const { ports, vouchers: numbers } = this.#options;
    if (numbers === undefined) return ports.payments;
    return new Map([...(ports.payments ?? []), [VOUCHERS, voucherWay({ store, clock: ports.clock, numbers })]]);
  }

  #withVouchers(worker: Worker, services: HostServices, store: Store): HostServices {
    const { ports, vouchers: numbers, random } = this.#options;
    if (numbers === undefined) return services;
    const { clock } = ports;
    const randomness = random.fork(`vouchers of host ${worker.number}.${worker.lives}`);
    worker.vouchers = createVouchers({
      ...{ store, clock, wall: clock, numbers, randomness, port: VOUCHERS },
      pay: (act) => (asked) => (act === undefined ? services : services.by(act)).pay(asked),
      notice: (told) => services.paymentNotice(told),
    });
    return services;
  }

  async #mayDie(worker: Worker, work: (services: HostServices) => Promise<unknown>): Promise<void> {
    const { services } = worker;
    if (!worker.alive) return;
    try {
      await work(services);
    } catch (error) {
      if (error instanceof StoreError && this.#options.faults !== undefined) {
        // What could not be stored is heard again: the connection that brought it keeps it until then.
        this.#options.time.after(FULL_MS, () => this.#mayDie(worker, work));
        return;
      }
      if (!(error instanceof HostKilled)) throw error;
      if (worker.services === services && worker.alive) this.#buried(worker);
    }
  }

  #buried(worker: Worker): void {
    const { time, random } = this.#options;
    worker.alive = false;
    const life = worker.lives;
    const down = random.fork(`host ${worker.number} down at ${time.now}`).below(DOWN_MS_MAX);
    time.after(1 + down, async () => {
      if (!worker.alive && worker.lives === life) await this.#revive(worker);
    });
  }

  async #revive(worker: Worker): Promise<void> {
    worker.alive = true;
    worker.services = this.#create(worker);
    await this.#mayDie(worker, (services) => services.start());
    if (worker.alive) this.#options.onStart?.();
  }
}

/** Ports as one process calls them: it may end before the call, or while it waits for the answer. */
function mortalWays(ways: ReadonlyMap<string, PaymentWay>, life: Life): ReadonlyMap<string, PaymentWay> {
  const called = async <T>(call: () => Promise<T>): Promise<T> => {
    await life.breathe();
    const answer = await call();
    await life.breathe();
    return answer;
  };
  const mortal = ({ method, port }: PaymentWay): PaymentWay => ({
    method,
    port: {
      authorise: (payment, instrument) => called(() => port.authorise(payment, instrument)),
      capture: (payment, approval) => called(() => port.capture(payment, approval)),
      reverse: (payment, approval) => called(() => port.reverse(payment, approval)),
    },
  });
  return new Map([...ways].map(([name, way]) => [name, mortal(way)]));
}

const nameOf = ({ number }: Worker): string => `host ${number}`;
