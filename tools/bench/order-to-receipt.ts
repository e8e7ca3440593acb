import { Suite } from '../../src/crypto/index.ts';
import { MemoryStore, type Store, type StoreTransaction } from '../../src/host/index.ts';
import { type LineConditions, PERFECT_CONDITIONS, powerLine, powerLineConditions } from '../../src/line/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../../src/records/index.ts';
import { type SeededRandom, seededRandom, Utility } from '../../src/simulation/index.ts';
import { DEFAULT_TARIFF } from '../../src/tariff/index.ts';
import { tokens } from '../../src/units/index.ts';
import { type Figure, lessIsBetter } from './figure.ts';

const METERS = 256;
const BITS_PER_SECOND = 1_200;
const BEGINS_MS = Date.UTC(2026, 2, 2);
const DAY_MS = 86_400_000;
/** A round of empty polls takes three minutes and more: with this plan the line never rests. */
const ROUND_MS = 5 * 60_000;
/** The days' profiles are complete at local midnight, and the units begin to fetch them. */
const ORDERS_A_NIGHT = 320;
const NIGHTS = 1;
const MEAN_GAP_MS = 10_000;
const PATIENCE_MS = 10 * 60_000;
const GOAL_SECONDS = 5;

interface Night {
  /** Seconds from order to receipt. */
  readonly waits: number[];
  profiles: number;
  ordersMs: number;
  busyMs: number;
  frames: number;
  retries: number;
}

/** From a sale to its receipt in the books, in virtual time, on a full transformer whose profiles are being collected. */
export async function orderToReceipt(): Promise<readonly Figure[]> {
  const clean = await nights(PERFECT_CONDITIONS);
  const lossy = await nights(powerLineConditions(BITS_PER_SECOND));
  return [...figures('order-to-receipt', clean, true), ...figures('order-to-receipt-lossy', lossy, false)];
}

async function nights(conditions: LineConditions): Promise<Night> {
  const random = seededRandom('orders');
  const orderedAt = new Map<string, number>();
  const night: Night = { waits: [], profiles: 0, ordersMs: 0, busyMs: 0, frames: 0, retries: 0 };
  let counting = false;
  const store = recording(new MemoryStore(), {
    stored: (id) => {
      const at = orderedAt.get(id);
      if (at === undefined) return;
      orderedAt.delete(id);
      night.waits.push((utility.time.now - at) / 1000);
    },
    profile: () => {
      if (counting) night.profiles += 1;
    },
  });
  const utility: Utility = await Utility.open({
    seed: 'order-to-receipt',
    meters: METERS,
    localUnits: 1,
    suite: Suite.aes128,
    store,
    startMs: BEGINS_MS,
    zone: 'UTC',
    tariff: DEFAULT_TARIFF,
    policy: { ...DEFAULT_SUPPLY_POLICY, lowBalance: tokens(0) },
    firstSale: { from: 1_000_000, to: 1_000_000 },
    roundMs: ROUND_MS,
    carrier: powerLine(BITS_PER_SECOND),
    conditions,
  });
  utility.closeTheTills();
  for (let day = 1; day <= NIGHTS; day++) {
    const midnight = BEGINS_MS + day * DAY_MS;
    await utility.runUntil(midnight + ROUND_MS);
    const before = utility.traffic();
    const begin = utility.time.now;
    counting = true;
    await sell(utility, random, orderedAt, day);
    counting = false;
    const after = utility.traffic();
    night.ordersMs += utility.time.now - begin;
    night.busyMs += after.airtimeMs - before.airtimeMs;
    night.frames += after.frames - before.frames;
    night.retries += after.retries - before.retries;
    await utility.runUntil(utility.time.now + PATIENCE_MS);
  }
  if (orderedAt.size > 0)
    throw new Error(`${orderedAt.size} orders had no receipt ${PATIENCE_MS / 60_000} minutes later`);
  return night;
}

/** Sales to any meter at any time: the gaps between them are exponential. */
async function sell(
  utility: Utility,
  random: SeededRandom,
  orderedAt: Map<string, number>,
  day: number,
): Promise<void> {
  for (let number = 0; number < ORDERS_A_NIGHT; number++) {
    const gap = Math.round(-Math.log(1 - random.uniform()) * MEAN_GAP_MS);
    await utility.runUntil(utility.time.now + gap);
    const house = utility.houses[random.below(METERS)];
    const orderId = `night-${day}-${number}`;
    orderedAt.set(orderId, utility.time.now);
    const meter = house?.svpmsn ?? 0;
    const order = await utility.host.sell({ meter, amount: 100, orderId, source: 'cash' });
    if ('sentence' in order) throw new Error(order.sentence);
  }
}

/** The store, and a word about what is put into it, when it is. */
function recording(store: Store, tell: { stored: (order: string) => void; profile: () => void }): Store {
  const overheard = (tx: StoreTransaction): StoreTransaction =>
    new Proxy(tx, {
      get(target, name) {
        const method = Reflect.get(target, name);
        return typeof method !== 'function'
          ? method
          : (...args: unknown[]) => {
              if (name === 'putProfile') tell.profile();
              const [order] = args as [{ id: string; state: string }];
              if (name === 'putOrder' && order.state === 'stored') tell.stored(order.id);
              return Reflect.apply(method, target, args);
            };
      },
    });
  return {
    transaction: (work) => store.transaction((tx) => work(overheard(tx))),
    read: (work) => store.read(work),
    close: () => store.close(),
  };
}

function figures(name: string, night: Night, withGoal: boolean): readonly Figure[] {
  const waits = night.waits.toSorted((a, b) => a - b);
  const quantile = (share: number) => waits[Math.max(0, Math.ceil(share * waits.length) - 1)] as number;
  const limit = quantile(0);
  const load =
    `${waits.length} orders at ${((waits.length * 1000) / night.ordersMs).toFixed(2)} a second for ${METERS} meters on one line of ` +
    `${BITS_PER_SECOND} bit/s, which was on the air ${Math.round((100 * night.busyMs) / night.ordersMs)} % of the time, ` +
    `${night.retries} of ${night.frames} frames repeated, ${night.profiles} day profiles brought meanwhile`;
  const figure = (suffix: string, value: number, goal: string | null) =>
    lessIsBetter(
      {
        name: `${name}${suffix}`,
        value,
        unit: 's',
        limit,
        limitHow: `the fastest of the same orders; ${load}; virtual time`,
        goal,
      },
      () => value <= GOAL_SECONDS,
    );
  return [
    figure('', quantile(0.99), withGoal ? `99th percentile at most ${GOAL_SECONDS} s` : null),
    figure('-median', quantile(0.5), null),
    figure('-longest', quantile(1), null),
  ];
}
