import assert from 'node:assert/strict';
import { toHex } from '../../src/bytes/index.ts';
import { Purpose, type Suite } from '../../src/crypto/index.ts';
import {
  Command,
  decodeFrame,
  decodeRefusal,
  hostCommand,
  hostFirst,
  hostReceive,
  hostWrapKey,
  Message,
  openHostSession,
  Refusal,
  refusalFrame,
} from '../../src/exchange/index.ts';
import { drawing, REPAIRED } from '../../src/exchange/sides.testing.ts';
import { stepEnergy } from '../../src/meter/index.ts';
import {
  encodeClockSlew,
  encodeEventRequest,
  encodeKeyChange,
  encodeUseRequest,
  RelayAction,
} from '../../src/records/index.ts';
import { DEFAULT_TARIFF } from '../../src/tariff/index.ts';
import type { MilliwattHours } from '../../src/units/index.ts';
import { tokens } from '../../src/units/index.ts';
import { type Eavesdropped, HostileGrammar, hear } from './hostile-grammar.ts';
import { type Asked, assertAsAsked, exchangedQuietly, guarded, keyFrom, nothingAsked } from './hostile-model.ts';
import { type Carry, carriedBy, Street, type StreetMeter } from './street.ts';

export interface SiegeReport {
  /** Hostile frames that a meter or the host was given. */
  readonly frames: number;
  /** Orders that were settled, and honest exchanges of the local unit that came to their end, meanwhile. */
  readonly orders: number;
  readonly readings: number;
  readonly rotations: number;
  /** How often the meters answered a hostile frame in each way, and the host met one. */
  readonly reached: ReadonlyMap<string, number>;
}

/** From one look at everything to the next. */
const BATCH_FRAMES_MIN = 20_000;
const BATCHES_MAX = 200;
const BURST_MAX = 60;
const ROTATIONS_MAX = 14;
/** What passes after a burst. */
const PAUSES_MS = [0, 0, 1, 40, 300, 2_000, 6_000, 61_000] as const;
/** Whoever jams for ever, wins: after so long the attacker lets a round come to its end. */
const SIEGE_MS_MAX = 1_200_000;

/**
 * A street of a meter for each repaired suite, its host and its local unit, at work; between any two honest frames comes
 * a burst of hostile ones, to the meter or to the host. No burst changes anything, and after each batch meters, host
 * and books are what key holders asked for.
 * @throws Error that names the seed and the frame
 */
export async function besiege(seed: number, frames: number): Promise<SiegeReport> {
  const siege = new Siege(seed, frames);
  try {
    await siege.begin();
    return await siege.run();
  } catch (cause) {
    throw new Error(`the siege broke through at ${siege.where}`, { cause });
  }
}

interface Besieged extends StreetMeter {
  readonly heard: Eavesdropped;
  /** Frames of the host that were lost on the way: to be tried when their session is no more. */
  readonly withheld: Uint8Array[];
  readonly asked: Asked;
}

class Siege {
  readonly #seed: number;
  readonly #wanted: number;
  readonly #random;
  readonly #grammar: HostileGrammar;
  readonly #street = new Street();
  readonly #meters: Besieged[] = [];
  #toMeters = 0;
  #toReaders = 0;
  /** Parts of M4 that the meter has said since the last M3 of a reading: an attacker may have fetched one first. */
  readonly #partsSaid = new Set<string>();
  /** Of the meters, which the host refused or ignored as it does hostile ones. */
  #ownRefusals = 0;
  #orders = 0;
  #readings = 0;
  #rotations = 0;
  #roundBegan = 0;
  readonly #reached = new Map<string, number>();

  constructor(seed: number, frames: number) {
    this.#seed = seed;
    this.#wanted = frames;
    this.#random = drawing(seed);
    this.#grammar = new HostileGrammar(this.#random);
    this.#street.unit = (carry, meter) => this.#carry(carry, this.#besieged(meter));
  }

  async begin(): Promise<void> {
    const { host } = this.#street;
    await host.start();
    await host.publishTariff('flat', { ...DEFAULT_TARIFF, unitCharge: 15_000 });
    for (const [i, suite] of REPAIRED.entries()) await this.#enrol(0x0a1b2c + i, suite);
  }

  async run(): Promise<SiegeReport> {
    const batch = Math.max(BATCH_FRAMES_MIN, this.#wanted / BATCHES_MAX);
    for (let due = batch; this.#frames < this.#wanted; ) {
      await this.#round();
      if (this.#frames < due) continue;
      due = this.#frames + batch;
      await this.#lookAtEverything();
    }
    await this.#lookAtEverything();
    const { ignoredFrames, refusals } = this.#street.host.counters();
    const reached = new Map([...this.#reached, ['host ignored', ignoredFrames], ['host refused', refusals]]);
    return {
      frames: this.#frames,
      orders: this.#orders,
      readings: this.#readings,
      rotations: this.#rotations,
      reached,
    };
  }

  /** Hostile frames that somebody looked at: behind a refusal the host reads no further. */
  get #frames(): number {
    const { ignoredFrames, refusals } = this.#street.host.counters();
    return this.#toMeters + this.#toReaders + ignoredFrames + refusals - this.#ownRefusals;
  }

  get #isTired(): boolean {
    return this.#street.now - this.#roundBegan > SIEGE_MS_MAX;
  }

  get where(): string {
    return `seed ${this.#seed}, frame ${this.#frames}`;
  }

  async #enrol(number: number, suite: Suite): Promise<void> {
    const meter = await this.#street.enrol(number, suite);
    const heard: Eavesdropped = { id: meter.id, suite, down: [], up: [] };
    this.#meters.push({ ...meter, heard, withheld: [], asked: nothingAsked(15_000) });
    const assigned = await this.#street.host.assignTariff(number, 'flat');
    assert.ok(!('reason' in assigned));
  }

  #besieged({ id }: StreetMeter): Besieged {
    return this.#meters.find((meter) => meter.id === id) as Besieged;
  }

  /** Key holders ask for something, and get it through the noise. */
  async #round(): Promise<void> {
    this.#roundBegan = this.#street.now;
    for (const meter of this.#meters) {
      await this.#ask(meter);
      const flow = this.#random.below(20_000) as MilliwattHours;
      stepEnergy(meter.bench.meter, 1, flow, this.#street.now, meter.bench.out);
    }
    await this.#street.settle();
    for (const meter of this.#meters) this.#read(meter);
  }

  async #ask({ id, asked }: Besieged): Promise<void> {
    const { host } = this.#street;
    const { below } = this.#random;
    const sell = async () => {
      const orderId = `order-${id}-${asked.sold.size}`;
      const amount = 1 + below(500);
      asked.sold.set(orderId, amount);
      this.#orders += 1;
      assert.ok(!('reason' in (await host.sell({ meter: id, amount, orderId, source: 'cash' }))), this.where);
      return orderId;
    };
    switch (below(8)) {
      case 0: {
        const orderId = await sell();
        if (below(2) === 0) await this.#street.pump();
        asked.takenBack.add(orderId);
        await host.voidOrder(orderId);
        return;
      }
      case 1: {
        asked.relayOpen = !asked.relayOpen;
        const action = asked.relayOpen ? RelayAction.open : RelayAction.close;
        await host.command(id, { type: 'relay', supply: 1, action });
        return;
      }
      case 2:
        asked.policy = { ...asked.policy, lowBalance: tokens(below(1000)) };
        await host.command(id, { type: 'supply-policy', policy: asked.policy });
        return;
      case 3: {
        const unitCharge = 10_000 + below(10_000);
        for (const meter of this.#meters) meter.asked.unitCharge = unitCharge;
        const published = await host.publishTariff('flat', { ...DEFAULT_TARIFF, unitCharge });
        assert.ok(!('reason' in published), this.where);
        return;
      }
      case 4:
        await host.command(id, { type: 'clock-set' });
        return;
      default:
        await sell();
    }
  }

  /** In the local unit's place: delivers what the host says and what the meter answers, with bursts in between. */
  #carry(carry: Carry, meter: Besieged) {
    const answers: Uint8Array[] = [];
    for (const frame of carry.frames) {
      this.#burst(meter);
      if (this.#random.below(24) === 0) {
        meter.withheld.push(frame);
        continue;
      }
      answers.push(...this.#delivered(meter, frame));
    }
    const said = answers.flatMap((answer) => [...this.#hostileAnswers(meter), answer]);
    for (const answer of answers) {
      hear(meter.heard.up, answer);
      if (answer[0] === (0x10 | Message.refusal)) this.#ownRefusals += 1;
    }
    if (this.#random.below(24) === 0) return [carriedBy(carry, [])];
    const carried = carriedBy(carry, said);
    // A ticket of no exchange, then the true one, and the true one twice.
    const foreign = { ...carried, ticket: carry.ticket ^ 1 };
    return this.#random.below(4) === 0 ? [foreign, carried, carried] : [carried];
  }

  #delivered(meter: Besieged, frame: Uint8Array): Uint8Array[] {
    const answers = this.#street.said(meter, [frame]);
    hear(meter.heard.down, frame);
    const opened = answers.some((answer) => answer[0] === (0x10 | Message.second));
    if (opened) for (const lost of meter.withheld.splice(0)) hear(meter.heard.down, lost);
    return answers;
  }

  #burst(meter: Besieged): void {
    const { below } = this.#random;
    const count = below(2) === 0 || this.#isTired ? 0 : below(BURST_MAX);
    if (count === 0) return;
    const before = guarded(meter);
    for (let i = 0; i < count; i++) {
      this.#toMeters += 1;
      const frame = this.#grammar.toMeter(meter.heard);
      const copy = i === 0 ? frame.slice() : frame;
      for (const answer of this.#street.said(meter, [frame])) {
        this.#noteSaid(meter, answer);
        const how = waysOfAnswering(answer);
        this.#reached.set(how, (this.#reached.get(how) ?? 0) + 1);
      }
      assert.deepEqual(frame, copy, `${this.where}: what is received is not written to`);
    }
    this.#street.now += PAUSES_MS[below(PAUSES_MS.length)] as number;
    assert.equal(guarded(meter), before, `${this.where}: meter ${meter.id.toString(16)}, in the burst that ends here`);
  }

  #noteSaid(meter: Besieged, answer: Uint8Array): void {
    hear(meter.heard.up, answer);
    if (answer[0] === (0x10 | Message.fourth)) this.#partsSaid.add(toHex(answer));
  }

  #hostileAnswers(meter: Besieged): Uint8Array[] {
    const { below } = this.#random;
    const count = below(2) === 0 || this.#isTired ? 0 : below(BURST_MAX);
    return Array.from({ length: count }, () => this.#grammar.toHost(meter.heard));
  }

  /** The local unit reads the meter under the monitoring key: sessions of long answers, to be attacked as well. */
  #read(meter: Besieged): void {
    const { below } = this.#random;
    const key = keyFrom(meter, Purpose.monitoring, meter.asked.generation);
    const isUse = below(2) === 0;
    const h = isUse ? Command.useAndLog : Command.events;
    const body = isUse
      ? encodeUseRequest({ totals: true, modeTable: true, policy: true, profiles: [] })
      : encodeEventRequest({ from: 1, limit: 255 });
    const session = openHostSession(key, h, this.#street.randomness);
    this.#burst(meter);
    const [second] = this.#delivered(meter, hostFirst(session));
    for (const frame of this.#hostileAnswers(meter)) {
      this.#toReaders += 1;
      assert.notEqual(hostReceive(session, frame).type, 'status', this.where);
    }
    if (second === undefined || hostReceive(session, second).type !== 'status') return;
    hear(meter.heard.up, second);
    let asking: Uint8Array = hostCommand(session, body)[0] as Uint8Array;
    this.#partsSaid.clear();
    for (let index = 1; ; index++) {
      this.#burst(meter);
      const [part] = this.#delivered(meter, asking);
      for (const frame of this.#hostileAnswers(meter)) {
        this.#toReaders += 1;
        const { type } = hostReceive(session, frame);
        if (type === 'part' || type === 'answer')
          assert.ok(this.#partsSaid.has(toHex(frame)), `${this.where}: ${type}`);
        if (type !== 'answer') continue;
        this.#readings += 1;
        return;
      }
      if (part === undefined) return;
      const { type } = hostReceive(session, part);
      this.#noteSaid(meter, part);
      if (type === 'answer') this.#readings += 1;
      if (type !== 'part') return;
      asking = refusalFrame({ h, n: key.n, svpmsn: meter.id }, Refusal.partMissing, index);
    }
  }

  async #lookAtEverything(): Promise<void> {
    for (const meter of this.#meters) {
      const due = (this.#frames / this.#wanted) * ROTATIONS_MAX;
      if (meter.asked.generation < Math.min(due, ROTATIONS_MAX)) this.#rotate(meter);
      await assertAsAsked(this.#street, meter, meter.asked, `${this.where}, meter ${meter.id.toString(16)}`);
    }
  }

  /** The monitoring key of a meter is replaced; its thief goes on with the old one, which now opens nothing. */
  #rotate(meter: Besieged): void {
    const { asked } = meter;
    const [old, next] = [asked.generation, asked.generation + 1].map((generation) =>
      keyFrom(meter, Purpose.monitoring, generation),
    ) as [ReturnType<typeof keyFrom>, ReturnType<typeof keyFrom>];
    const session = openHostSession(old, Command.keyChange, this.#street.randomness);
    this.#street.now += 61_000;
    const [second] = this.#street.said(meter, [hostFirst(session)]);
    assert.ok(second !== undefined && hostReceive(session, second).type === 'status', this.where);
    const change = encodeKeyChange({ n: next.n, floor: next.n & 0x0f, wrappedKey: hostWrapKey(session, next) });
    const [third] = hostCommand(session, change) as [Uint8Array];
    assert.equal(this.#delivered(meter, third).length, 1, this.where);
    const worked = openHostSession(next, Command.events, this.#street.randomness);
    assert.ok(exchangedQuietly(this.#street, meter, worked, encodeEventRequest({ from: 1, limit: 1 })), this.where);
    asked.generation += 1;
    this.#rotations += 1;
    const stolen = openHostSession(old, Command.clockSlew, this.#street.randomness);
    assert.equal(
      exchangedQuietly(this.#street, meter, stolen, encodeClockSlew({ seconds: 60 })),
      undefined,
      this.where,
    );
  }
}

const REASONS = new Map(Object.entries(Refusal).map(([name, reason]) => [reason as number, name]));

function waysOfAnswering(answer: Uint8Array): string {
  const frame = decodeFrame(answer);
  assert.ok(!('reason' in frame), 'a meter says whole frames');
  const refusal = decodeRefusal(frame);
  if (frame.message !== Message.refusal || 'reason' in refusal) return `M${frame.message}`;
  return REASONS.get(refusal.refusal) ?? 'unknown';
}
