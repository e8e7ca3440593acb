import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BackhaulMessage } from '../src/backhaul/index.ts';
import { keyName, Purpose, SoftwareKeyStore, Suite } from '../src/crypto/index.ts';
import { Command, decodeFrame, hostFirst, Message, openHostSession, ValueOp } from '../src/exchange/index.ts';
import { drawing } from '../src/exchange/sides.testing.ts';
import { createHost, type HostPorts, type HostServices, type Store, type StoreTransaction } from '../src/host/index.ts';
import {
  ask,
  BENCH_ID,
  BENCH_UNIX_MS,
  type Bench,
  createBench,
  keyOf,
  lastCounter,
  masterKey,
  startBench,
  TXID,
  value,
} from '../src/meter/board.testing.ts';
import { levelsOf, type Nvm, PlainNvm } from '../src/meter/index.ts';
import { openSqliteStore } from '../src/storage/index.ts';
import { milliseconds, tokens } from '../src/units/index.ts';
import type { Fields, TraceStep } from './trace.ts';

/** As the model has it: orders 1 and 2 of so many tokens, and order 3 of 4 from foreign books. */
export const amountOf = (order: number): number => 1 << (order - 1);
const FOREIGN = 3;
const orderId = (order: number): string => `order-${order}`;

const STATES = ['unsold', 'waiting', 'outstanding', 'voiding', 'withdrawn', 'stored', 'refunded', 'found'] as const;

type Carry = Extract<BackhaulMessage, { type: 'carry' }>;

/** A real host on a real database, a real meter, and between them whoever plays the trace. */
export class World {
  bench: Bench;
  host!: HostServices;
  readonly paid = new Set<number>();
  readonly givenBack = new Set<number>();
  foreignCredited = 0;
  /** Whether the step that was taken last found nothing of what it takes. */
  refusedStep = false;
  readonly #base: string;
  readonly #randomness = drawing(7);
  #store!: GatedStore;
  #folder = '';
  #copy = '';
  #folders = 0;
  #ms = BENCH_UNIX_MS;
  /** What the host sent last, and what is on the line for whoever takes it. */
  #carry: Carry | undefined;
  #first: Uint8Array | undefined;
  #second: Uint8Array | undefined;
  /** Of sessions that the meter has left, by the TClast that they name. */
  readonly #lateSeconds = new Map<number, Uint8Array>();
  /** For the meter's session; the host may have forgotten it. */
  #third: Uint8Array | undefined;
  #sideThird: Uint8Array | undefined;
  #fourth: Uint8Array | undefined;

  private constructor(base: string) {
    this.#base = base;
    this.bench = onCuttableMemory(createBench());
  }

  /** @param base a folder of its own, for databases and their copies */
  static async begun(base: string): Promise<World> {
    const world = new World(base);
    world.#open(world.#nextFolder());
    await world.host.start();
    await world.host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' });
    const place = { subscriber: 'kim', localUnit: 1, modemAddress: 1, suite: Suite.aes128 };
    await world.host.enrol({ svpmsn: BENCH_ID, ...place });
    world.#copyDatabase();
    return world;
  }

  async take(step: TraceStep, cutAfterStages: number | undefined): Promise<void> {
    this.refusedStep = false;
    const order = Number(step.fields.order);
    switch (step.name) {
      case 'sell':
        return this.#sell(order);
      case 'void':
        await this.host.voidOrder(orderId(order));
        return this.#noteGivenBack();
      case 'begin':
        return this.#begin();
      case 'first':
        return this.#toMeter(this.#first);
      case 'stray-first':
        this.#toMeter(hostFirst(openHostSession(keyOf(Purpose.value), Command.valueStore, this.#randomness)));
        this.#second = undefined;
        return;
      case 'second':
        return this.#toHost(this.#second);
      case 'late-second':
        await this.#toHost(this.#lateSeconds.get(Number(step.fields.told)));
        // Sealed for a session that the meter has left.
        this.#third = undefined;
        return;
      case 'third':
        return this.#thirdToMeter(this.#third, cutAfterStages);
      case 'side-third':
        return this.#thirdToMeter(this.#sideThird, cutAfterStages);
      case 'cut':
        return this.#restartMeter();
      case 'fourth':
        return this.#toHost(this.#fourth);
      case 'time-out':
        return this.#timeOut();
      case 'crash':
        this.#startHost();
        return this.host.start();
      case 'copy':
        return this.#copyDatabase();
      case 'restore':
        return this.#restore();
      case 'foreign':
        return this.#storeForeign();
      case 'settle':
        return this.settle();
      default:
        throw new Error(`a trace has a step that nobody can take: ${step.name}`);
    }
  }

  /** What the model shows of itself after each step, of the real machines. */
  async seen(): Promise<Fields> {
    const view = await this.host.meter(BENCH_ID);
    assert.ok('purse' in view);
    const levels = levelsOf(this.bench.meter);
    const found = (await this.host.orders({ limit: 9 })).some(({ state }) => state === 'found');
    return Object.fromEntries(
      Object.entries({
        order1: STATES.indexOf(await this.stateOf(1)),
        order2: STATES.indexOf(await this.stateOf(2)),
        found: Number(found),
        hostLast: view.purse.lastCounter,
        meterLast: lastCounter(this.bench),
        credited: levels.credited,
        frozen: Number(view.purse.freeze !== undefined),
        purse: Number(levels.frozen === 0),
      }).map(([key, number]) => [key, String(number)]),
    );
  }

  async stateOf(order: number): Promise<(typeof STATES)[number]> {
    const answer = await this.host.order(orderId(order));
    if ('reason' in answer) return 'unsold';
    if (answer.state === 'voiding' && answer.counter === undefined) return 'withdrawn';
    return answer.state as (typeof STATES)[number];
  }

  /** How often the meter's receipts say that an order was credited. */
  receiptsOf(order: number): number {
    let credited = 0;
    for (let counter = 1; counter <= lastCounter(this.bench); counter++) {
      const receipt = value(this.bench, { op: ValueOp.query, counter });
      if (receipt.amount === amountOf(order)) credited += 1;
    }
    return credited;
  }

  /** No more faults: everything that is sent arrives, until nothing is left to do. */
  async settle(): Promise<void> {
    await this.#timeOut();
    for (let round = 0; round < 12; round++) {
      await this.#begin();
      for (let carry = this.#takeCarry(); carry !== undefined; carry = this.#takeCarry()) {
        const frames = carry.frames.map((frame) => ask(this.bench, frame)).filter((frame) => frame !== undefined);
        await this.#answer(carry, 'answered', frames);
      }
    }
    this.refusedStep = false;
  }

  async #sell(order: number): Promise<void> {
    const sale = { meter: BENCH_ID, amount: amountOf(order), orderId: orderId(order), source: 'cash' };
    const [answer] = await this.host.sellAll([sale]);
    assert.ok(answer !== undefined && !('reason' in answer), JSON.stringify(answer));
    this.paid.add(order);
  }

  async #begin(): Promise<void> {
    this.#forget();
    // Far beyond every lease and every pause between two tries.
    this.#ms += 600_000;
    this.#store.open = true;
    await this.host.handle({ type: 'tick' });
    this.#store.open = false;
  }

  /** What came for an exchange that the host has no more is for nobody. */
  #forget(): void {
    this.#second = undefined;
    this.#fourth = undefined;
    this.#lateSeconds.clear();
  }

  /** M1: a session that was there before is gone, and with it what was sealed for it. */
  #toMeter(first: Uint8Array | undefined): void {
    if (first === undefined) {
      this.refusedStep = true;
      return;
    }
    this.#leaveSession();
    this.#second = ask(this.bench, first);
  }

  #leaveSession(): void {
    this.#sideThird = this.#third ?? this.#sideThird;
    this.#third = undefined;
    if (this.#second !== undefined) this.#lateSeconds.set(lastCounter(this.bench), this.#second);
    this.#second = undefined;
  }

  async #toHost(frame: Uint8Array | undefined): Promise<void> {
    const carry = this.#takeCarry();
    if (frame === undefined || carry === undefined) {
      this.refusedStep = true;
      return;
    }
    await this.#answer(carry, 'answered', [frame]);
    await this.#noteGivenBack();
    this.#forget();
  }

  /** M3, with the power cut after so many stages of the commit: see `Stages`. */
  #thirdToMeter(third: Uint8Array | undefined, cutAfterStages: number | undefined): void {
    if (third === undefined) {
      this.refusedStep = true;
      return;
    }
    const before = lastCounter(this.bench);
    const { stages } = this.bench.memory as StagedMemory;
    stages.arm(cutAfterStages);
    try {
      const fourth = ask(this.bench, third);
      const answered = fourth === undefined ? undefined : decodeFrame(fourth);
      const isFourth = answered !== undefined && !('reason' in answered) && answered.message === Message.fourth;
      if (isFourth) this.#fourth = fourth;
      else this.refusedStep = true;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
    stages.disarm();
    if (cutAfterStages !== undefined) this.#restartMeter();
    assert.ok(lastCounter(this.bench) - before <= 1);
    this.#third = undefined;
  }

  #restartMeter(): void {
    this.#leaveSession();
    this.bench = onCuttableMemory(this.bench);
    this.#sideThird = undefined;
  }

  async #timeOut(): Promise<void> {
    this.#forget();
    const carry = this.#takeCarry();
    if (carry !== undefined) await this.#answer(carry, 'no-answer', []);
  }

  async #restore(): Promise<void> {
    const copied = this.#copy;
    await this.#store.close();
    this.#open(copied);
    this.#copyDatabase();
    await this.host.start();
    // X9: reconciled with the payment provider before any M3.
    for (const order of this.paid) await this.#sell(order);
    for (const order of this.givenBack) await this.host.voidOrder(orderId(order));
  }

  #storeForeign(): void {
    this.#leaveSession();
    const counter = lastCounter(this.bench) + 1;
    value(this.bench, { op: ValueOp.credit, counter, txid: TXID('foreign'), amount: tokens(amountOf(FOREIGN)) });
    this.foreignCredited += amountOf(FOREIGN);
  }

  async #noteGivenBack(): Promise<void> {
    for (const order of this.paid) if ((await this.stateOf(order)) === 'refunded') this.givenBack.add(order);
  }

  #takeCarry(): Carry | undefined {
    const carry = this.#carry;
    this.#carry = undefined;
    return carry;
  }

  #answer({ ticket, svpmsn }: Carry, outcome: 'answered' | 'no-answer', frames: Uint8Array[]): Promise<void> {
    const message: BackhaulMessage = { type: 'carried', ticket, svpmsn, outcome, frames };
    return this.host.handle({ type: 'grid', localUnit: 1, message });
  }

  #nextFolder(): string {
    this.#folders += 1;
    const path = join(this.#base, String(this.#folders));
    mkdirSync(path, { recursive: true });
    return path;
  }

  #open(path: string): void {
    this.#folder = path;
    this.#store = new GatedStore(openSqliteStore(path));
    this.#startHost();
  }

  #startHost(): void {
    this.#carry = undefined;
    const kh = new Map(
      [Purpose.value, Purpose.control, Purpose.monitoring].map((purpose) => {
        const n = keyName(purpose, Suite.aes128, 0);
        return [n, masterKey(n)];
      }),
    );
    const ports: HostPorts = {
      store: this.#store,
      keys: new SoftwareKeyStore({ utility: 1, keys: kh }, this.#randomness),
      clock: { now: () => milliseconds(this.#ms) },
      randomness: this.#randomness,
      grid: { send: (_, message) => this.#take(message) },
    };
    this.host = createHost(ports, { zone: 'Europe/Berlin', metersMax: 10 });
  }

  #take(message: BackhaulMessage): void {
    const [frame] = message.type === 'carry' ? message.frames : [];
    const decoded = frame === undefined ? undefined : decodeFrame(frame);
    if (message.type !== 'carry' || decoded === undefined || 'reason' in decoded) return;
    this.#carry = message;
    if (decoded.message === Message.first) this.#first = frame;
    else this.#third = frame;
  }

  /** As a nightly copy is made: from beside, while the host goes on. */
  #copyDatabase(): void {
    this.#copy = this.#nextFolder();
    const database = new DatabaseSync(join(this.#folder, 'wattpurse.db'), { readOnly: true });
    database.exec(`VACUUM INTO '${join(this.#copy, 'wattpurse.db')}'`);
    database.close();
  }
}

/** A store whose host finds work due only when the trace says that it begins. */
class GatedStore implements Store {
  open = false;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#store.transaction((tx) => work(this.open ? tx : withoutWork(tx)));
  }

  read<T>(work: Parameters<Store['read']>[0]): Promise<T> {
    return this.#store.read(work) as Promise<T>;
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

const withoutWork = (tx: StoreTransaction): StoreTransaction =>
  new Proxy(tx, {
    get: (target, name) => {
      if (name === 'claimDueWork') return async () => [];
      const part: unknown = Reflect.get(target, name);
      return typeof part === 'function' ? part.bind(target) : part;
    },
  });

class PowerCut extends Error {}

/** One after the other: the slot made invalid, the receipt, its second half, the slot's body, its mark, the chip's cell. */
const STAGE_BYTES = [1, 17, 17, 103, 1, 12];

/** Cuts the power when so many stages of a commit are written. */
class Stages {
  #left: number | undefined;
  #done = 0;

  arm(stages: number | undefined): void {
    this.#left = stages;
    this.#done = 0;
  }

  disarm(): void {
    this.#left = undefined;
  }

  /** How many bytes of this write happen before the power goes; all, when it does not. */
  allowed(length: number): number {
    if (this.#left === undefined || this.#done >= STAGE_BYTES.length) return length;
    // The minute's use is committed before, in a row of its own.
    if (this.#done === 0 && length !== STAGE_BYTES[0]) return length;
    assert.equal(length, STAGE_BYTES[this.#done], 'the commit is written as the model has it');
    const isReceipt = this.#done === 1;
    const left = this.#left - this.#done;
    this.#done += isReceipt ? 2 : 1;
    if (left <= 0) return 0;
    return isReceipt && left === 1 ? length >> 1 : length;
  }
}

class StagedNvm implements Nvm {
  readonly bytes: Uint8Array;
  readonly #stages: Stages;

  constructor(bytes: Uint8Array, stages: Stages) {
    this.bytes = bytes;
    this.#stages = stages;
  }

  write(address: number, source: Uint8Array, from: number, length: number): void {
    const allowed = this.#stages.allowed(length);
    for (let i = 0; i < allowed; i++) this.bytes[address + i] = source[from + i] as number;
    if (allowed < length) throw new PowerCut();
  }
}

interface StagedMemory {
  readonly nvm: Nvm;
  readonly sam: Nvm;
  readonly svm: Nvm;
  readonly stages: Stages;
}

/** The meter starts on the memories that it had; from now on the power can be cut inside a commit. */
function onCuttableMemory({ memory, randomness, now }: Bench): Bench {
  const stages = new Stages();
  const staged = (nvm: Nvm): Nvm => new StagedNvm(nvm.bytes.slice(), stages);
  const cuttable: StagedMemory = {
    nvm: staged(memory.nvm),
    sam: new PlainNvm(memory.sam.bytes.slice()),
    svm: staged(memory.svm),
    stages,
  };
  return startBench(cuttable, { randomness, now });
}
