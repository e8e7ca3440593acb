import type { BackhaulMessage, KeyReference } from '../backhaul/index.ts';
import { type KeyName, keyName, Purpose } from '../crypto/index.ts';
import type { Milliseconds, Svpmsn } from '../units/index.ts';
import { CHANGE_OF_MONITORING } from './key-change.ts';
import { MeterKeys } from './meter-keys.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import { METERS_PER_LOCAL_UNIT_MAX } from './registry.ts';
import type { HostCounters } from './services.ts';
import { type ControlCommand, Lane, type Meter } from './types.ts';
import { wake } from './work.ts';

type Answer = Extract<BackhaulMessage, { type: 'monitoring-keys-answer' }>;
type MonitoringName = KeyName<typeof Purpose.monitoring>;

/** A local unit that has not said that it holds a new key is handed it again after so long. */
const AGAIN_MS = 60_000;
/** Messages whose answers are waited for. What an older one brought is handed again. */
const UNANSWERED_MAX = 4_096;

/** A meter's monitoring key that its local unit is to have. */
interface Handed {
  readonly meter: Meter;
  readonly n: MonitoringName;
}

/**
 * Gives local units the monitoring keys of their meters, wrapped with the transport key of each. A unit that lacks a key
 * asks for it. Of a key that is to be changed the host begins: a meter calls under the newest key that it holds, so its
 * local unit has that key, and has said so, before the meter is given it.
 */
export class KeyHanding {
  readonly #ports: HostPorts;
  readonly #counters: HostCounters;
  readonly #keys: MeterKeys;
  /** By ticket. In memory alone: what a process before this one handed is handed again. */
  readonly #unanswered = new Map<number, { readonly localUnit: number; readonly keys: readonly KeyReference[] }>();
  #ticket: number;
  #againAt = 0;

  constructor(ports: HostPorts, counters: HostCounters) {
    this.#ports = ports;
    this.#counters = counters;
    this.#keys = new MeterKeys(ports.keys);
    // What was said to a process before this one, however late it comes, names no ticket of its own.
    const bytes = new Uint8Array(4);
    ports.randomness.fill(bytes);
    this.#ticket = bytes.reduce((ticket, byte) => ticket * 256 + byte, 0);
  }

  /** Hands again what local units have not said that they hold. */
  async tick(now: Milliseconds): Promise<void> {
    if (now < this.#againAt) return;
    this.#againAt = now + AGAIN_MS;
    await this.hand(await this.#ports.store.read((tx) => tx.commandsAwaiting()));
  }

  /** Hands the keys of changes that wait for it. */
  async hand(changes: readonly ControlCommand[]): Promise<void> {
    if (changes.length === 0) return;
    const meters = await this.#ports.store.read((tx) => tx.metersOf(changes.map(({ svpmsn }) => svpmsn)));
    const byUnit = new Map<number, Handed[]>();
    for (const [i, { body }] of changes.entries()) {
      const meter = meters[i];
      if (meter === undefined) continue;
      const keys = byUnit.get(meter.localUnit) ?? [];
      byUnit.set(meter.localUnit, keys);
      keys.push({ meter, n: body[0] as MonitoringName });
    }
    for (const [localUnit, keys] of byUnit) await this.#send(localUnit, keys);
  }

  /** A local unit lacks keys of these meters: it gets the one that each serves, and the one that it is to be given. */
  async wanted(localUnit: number, svpmsns: readonly Svpmsn[]): Promise<void> {
    const wanted = svpmsns.slice(0, METERS_PER_LOCAL_UNIT_MAX);
    const keys = await this.#ports.store.read(async (tx) => {
      const found: Handed[] = [];
      for (const meter of await tx.metersOf(wanted)) {
        if (meter?.localUnit !== localUnit) this.#counters.strayMessages += 1;
        else for (const n of await namesOf(tx, meter)) found.push({ meter, n });
      }
      return found;
    });
    if (keys.length > 0) await this.#send(localUnit, keys);
  }

  /** What a local unit holds now its meters may be given. Late, doubled and foreign answers name no ticket, and change nothing. */
  async answered(localUnit: number, { ticket, refused }: Answer): Promise<void> {
    const { store, clock } = this.#ports;
    const handed = this.#unanswered.get(ticket);
    if (handed?.localUnit !== localUnit) return;
    const isRefused = ({ svpmsn, n }: KeyReference) => refused.some((key) => key.svpmsn === svpmsn && key.n === n);
    const taken = handed.keys.filter((key) => !isRefused(key));
    await store.transaction(async (tx) => {
      for (const key of taken) await goOn(tx, key, clock.now());
    });
    this.#unanswered.delete(ticket);
  }

  async #send(localUnit: number, keys: readonly Handed[]): Promise<void> {
    const transport = await this.#keys.transport(localUnit);
    const entries: { readonly svpmsn: Svpmsn; readonly n: number; readonly wrapped: Uint8Array }[] = [];
    for (const { meter, n } of keys) {
      const key = await this.#keys.held(n, meter.svpmsn);
      if (key === undefined || transport === undefined) this.#counters.keysMissing += 1;
      else entries.push({ svpmsn: meter.svpmsn, n, wrapped: transport.wrap(key) });
    }
    if (entries.length === 0) return;
    const ticket = this.#ticket;
    this.#ticket = (this.#ticket + 1) % 0x1_0000_0000;
    this.#unanswered.set(ticket, { localUnit, keys: entries.map(({ svpmsn, n }) => ({ svpmsn, n })) });
    const [oldest] = this.#unanswered.keys();
    if (this.#unanswered.size > UNANSWERED_MAX && oldest !== undefined) this.#unanswered.delete(oldest);
    this.#ports.grid.send(localUnit, { type: 'monitoring-keys', ticket, entries });
  }
}

async function namesOf(tx: StoreReads, { svpmsn, suite, monitoringGeneration }: Meter): Promise<MonitoringName[]> {
  const change = await tx.command(svpmsn, CHANGE_OF_MONITORING);
  const isOpen = change?.state === 'awaiting-local-unit' || change?.state === 'waiting';
  const serves = keyName(Purpose.monitoring, suite, monitoringGeneration);
  const next = isOpen ? (change.body[0] as MonitoringName) : serves;
  return next === serves ? [serves] : [serves, next];
}

/** The local unit holds this key: the meter may be given it, if that is what its change waits for. */
async function goOn(tx: StoreTransaction, { svpmsn, n }: KeyReference, now: Milliseconds): Promise<void> {
  const [meter] = await tx.metersOf([svpmsn]);
  const change = await tx.command(svpmsn, CHANGE_OF_MONITORING);
  if (meter === undefined || change?.state !== 'awaiting-local-unit' || change.body[0] !== n) return;
  await tx.putCommand({ ...change, state: 'waiting' });
  await wake(tx, [meter], Lane.control, now);
}
