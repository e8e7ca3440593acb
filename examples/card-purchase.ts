/**
 * Gas that is bought for a card: host, electricity meter, card, gas meter, report, host. The card is loaded over the
 * line of the electricity meter while it is in its slot, carries the value to a gas meter that has no line, and brings
 * back what was used there. On its first way it is pulled in the middle, and the purchase is stored once all the same.
 *
 * `node examples/card-purchase.ts` does it in one process. With pcscd and vsmartcard-vpcd running,
 * `node examples/card-purchase.ts pcsc` puts the card into the two slots of vpcd, where the meters read it through PC/SC.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { InProcessSlot } from '../src/adapters/in-process-card.ts';
import { PcscReader } from '../src/adapters/pcsc-reader.ts';
import { VirtualCard, VPCD_PORT } from '../src/adapters/virtual-card.ts';
import type { BackhaulMessage } from '../src/backhaul/index.ts';
import { fromHex } from '../src/bytes/index.ts';
import {
  buildAtr,
  type CardChip,
  type CardPort,
  PurseInstruction,
  personaliseCard,
  resetCard,
  stepCard,
} from '../src/card/index.ts';
import { MeterSlot } from '../src/cli/meter-slot.ts';
import {
  deriveCardKey,
  deriveTerminalKey,
  type KeyName,
  keyName,
  Purpose,
  SoftwareKeyStore,
  Suite,
  type TerminalKey,
} from '../src/crypto/index.ts';
import {
  Command,
  decodeFrame,
  decodeRefusal,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  Refusal,
} from '../src/exchange/index.ts';
import { createHost, MemoryStore } from '../src/host/index.ts';
import {
  balanceOf,
  blankMemory,
  levelsOf,
  type Meter,
  type MeterOutputs,
  personalise,
  startMeter,
  stepFrame,
  stepPulses,
  stepTime,
} from '../src/meter/index.ts';
import { DEFAULT_SUPPLY_POLICY, encodeEventRequest } from '../src/records/index.ts';
import { compileTariff, DEFAULT_TARIFF } from '../src/tariff/index.ts';
import { csn, milliseconds, Region, type Svpmsn, svpmsn, unixSeconds } from '../src/units/index.ts';

const UTILITY = 1;
const CARD = csn('04a1b2c3d4e5f6');
const HOME = svpmsn(0x0a1b2c);
const GAS_METER = svpmsn(0x0a1b2d);
const LOCAL_UNIT = 1;

const randomness = { fill: (bytes: Uint8Array) => void crypto.getRandomValues(bytes) };
/** The time of this story, which does not wait for anybody: of the host's clock and of the meters' oscillators. */
const BEGUN = Date.UTC(2026, 0, 5, 12);
let now = 0;

// The master keys of the utility, and what comes of them.
const nameOf = (purpose: Purpose): KeyName => keyName(purpose, Suite.aes128, 0);
const n = keyName(Purpose.value, Suite.aes128, 0);
const masters = new Map<KeyName, Uint8Array>(
  [Purpose.value, Purpose.control, Purpose.monitoring].map((each) => [nameOf(each), drawn()]),
);
const keyOf = (purpose: Purpose, id: Svpmsn): TerminalKey =>
  deriveTerminalKey(masters.get(nameOf(purpose)) as Uint8Array, nameOf(purpose), id, UTILITY);
const cardKey = (scope: Region | 0) => deriveCardKey(masters.get(n) as Uint8Array, n, CARD, scope, UTILITY);

function drawn(): Uint8Array {
  const bytes = new Uint8Array(16);
  randomness.fill(bytes);
  return bytes;
}

/** Kim's card. Once somebody has said so, it is pulled right after it was loaded, before it can answer. */
class KimsCard {
  readonly #memory = personaliseCard({
    issuerKey: cardKey(0),
    regions: [{ utility: UTILITY, key: cardKey(Region.gas) }],
  });
  #inserted = this.#reset();
  pullWhenLoaded: (() => void) | undefined;

  readonly chip: CardChip = {
    atr: buildAtr({
      ...{ convention: 'direct', rounds: [{ td: 1 }, { td: 1 }, { ta: 254, tb: 0x43 }] },
      historical: fromHex('57505552'),
    }),
    begin: () => {
      this.#inserted = this.#reset();
      return (command) => this.#answer(command);
    },
  };

  get balance(): number {
    return this.#inserted.regions.get(Region.gas)?.purse?.balance ?? 0;
  }

  #reset() {
    const card = resetCard(this.#memory, randomness);
    if ('reason' in card) throw new Error(card.reason);
    return card;
  }

  #answer(command: Uint8Array): Uint8Array {
    let answer = new Uint8Array(0);
    stepCard(this.#inserted, command, {
      store: (address, bytes) => this.#memory.set(bytes, address),
      respond: (bytes) => {
        answer = Uint8Array.from(bytes);
      },
    });
    if (command[1] === PurseInstruction.credit) this.pullWhenLoaded?.();
    return answer;
  }
}

/** The slot of a meter, and the hand that puts a card into it. */
interface Slot {
  readonly port: CardPort;
  insert(chip: CardChip): Promise<void>;
  pull(): Promise<void>;
}

function slotInProcess(): Slot {
  const port = new InProcessSlot();
  return { port, insert: async (chip) => port.insert(chip), pull: async () => port.pull() };
}

async function slotOfVpcd(index: number): Promise<Slot> {
  const port = await PcscReader.find({ reader: `Virtual PCD 00 0${index}` });
  if ('reason' in port) throw new Error(port.sentence);
  let card: VirtualCard | undefined;
  return {
    port,
    insert: async (chip) => {
      const inserted = await VirtualCard.insert(chip, { host: '127.0.0.1', port: VPCD_PORT + index });
      if ('sentence' in inserted) throw new Error(inserted.sentence);
      card = inserted;
    },
    pull: async () => card?.pull(),
  };
}

/** A meter with a slot. It calls where it has something to tell, if it has a line. */
class House {
  readonly meter: Meter;
  readonly out: MeterOutputs;
  readonly #slot: Slot;
  readonly #driver: MeterSlot;
  readonly #served: Promise<unknown>;
  calls = false;

  constructor(id: Svpmsn, region: Region, slot: Slot) {
    const table = compileTariff(
      { ...DEFAULT_TARIFF, unitCharge: 100_000 },
      { supply: 1, version: 1, validFrom: unixSeconds(0), offsets: [{ from: unixSeconds(0), minutes: 0 }] },
    );
    if ('reason' in table) throw new Error(table.sentence);
    const memory = blankMemory();
    const keys = [Purpose.value, Purpose.control, Purpose.monitoring].map((purpose) => keyOf(purpose, id));
    const given = { svpmsn: id, region, keys, tables: [table], policy: DEFAULT_SUPPLY_POLICY, unixMs: BEGUN, now };
    personalise(memory, given, randomness);
    this.#slot = slot;
    this.#driver = new MeterSlot(slot.port);
    const nothing = () => undefined;
    this.out = {
      ...{ relay: nothing, throttle: nothing, buzzer: nothing, loadControl: nothing, wake: nothing },
      attention: () => {
        this.calls = true;
      },
      card: this.#driver.card,
    };
    const pulses = region === Region.gas ? { pulses: { quantaPerPulse: 100 } } : {};
    this.meter = startMeter(memory, 1, randomness, { now, ...pulses }, this.out);
    this.#served = this.#driver.serve({ meter: this.meter, out: this.out, now: () => now });
  }

  /** Puts the card in, and waits until the meter has done with it what it does by itself. */
  async insert(card: KimsCard): Promise<void> {
    await this.#slot.insert(card.chip);
    await until(() => this.meter.card?.work.name === 'idle');
  }

  async pull(): Promise<void> {
    await this.#slot.pull();
    await this.pulled();
  }

  pulled = () => until(() => this.meter.card === undefined);

  /** What it answers on its line. While the card works the local unit asks again. */
  async answer(frame: Uint8Array): Promise<Uint8Array | undefined> {
    for (;;) {
      const said = stepFrame(this.meter, frame, now, this.out);
      if (said.type !== 'frame') return undefined;
      const decoded = decodeFrame(said.frame);
      const refused = 'reason' in decoded ? decoded : decodeRefusal(decoded);
      if ('reason' in refused || refused.refusal !== Refusal.cardWorks) return said.frame;
      await pause(5);
    }
  }

  async end(): Promise<void> {
    this.#driver.stop();
    await this.#served;
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let patience = 4_000; !holds(); patience--) {
    if (patience === 0) throw new Error('the card and its meter have not come to an end');
    await pause(5);
  }
}

// The host, and the way to its only meter with a line: in place of area unit, local unit and power line.
const way: Extract<BackhaulMessage, { type: 'carry' }>[] = [];
const host = createHost(
  {
    ...{ store: new MemoryStore(), randomness, clock: { now: () => milliseconds(BEGUN + now) } },
    keys: new SoftwareKeyStore({ utility: UTILITY, keys: masters }, randomness),
    grid: { send: (_, message) => void (message.type === 'carry' && way.push(message)) },
  },
  { zone: 'Asia/Seoul', metersMax: 10 },
);

async function deliver({ ticket, svpmsn: id, frames }: (typeof way)[number], house: House): Promise<void> {
  const answers: Uint8Array[] = [];
  for (const frame of frames) {
    const answer = await house.answer(frame);
    if (answer !== undefined) answers.push(answer);
  }
  const carried = { type: 'carried', ticket, svpmsn: id, frames: answers } as const;
  const outcome = answers.length > 0 ? 'answered' : 'no-answer';
  await host.handle({ type: 'grid', localUnit: LOCAL_UNIT, message: { ...carried, outcome } });
}

/** A meter that calls is asked for its events by its local unit, under the key that the local unit has. */
async function poll(house: House): Promise<void> {
  house.calls = false;
  const session = openHostSession(keyOf(Purpose.monitoring, HOME), Command.events, randomness);
  const second = await house.answer(hostFirst(session));
  const opened = second && hostReceive(session, second);
  if (opened?.type !== 'status') throw new Error('the meter tells nothing');
  const [third] = hostCommand(session, encodeEventRequest({ from: 1, limit: 50 }));
  const fourth = third && (await house.answer(third));
  const closed = fourth && hostReceive(session, fourth);
  if (closed?.type !== 'answer') throw new Error('the meter tells no events');
  const told = { type: 'poll-result', svpmsn: HOME, atMs: BEGUN + now, clockOffsetMs: 0 } as const;
  const message = { ...told, status: opened.status, events: closed.answer };
  await host.handle({ type: 'grid', localUnit: LOCAL_UNIT, message });
}

/** Some seconds on the line. */
async function live(house: House, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    now += 1_000;
    stepTime(house.meter, now, house.out);
    if (house.calls) await poll(house);
    await host.handle({ type: 'tick' });
    for (let carry = way.shift(); carry !== undefined; carry = way.shift()) await deliver(carry, house);
  }
}

/** Narrows what the host answers. */
function made<T extends object>(answer: T): Exclude<T, { sentence: string }> {
  if ('sentence' in answer) throw new Error(String(answer.sentence));
  return answer as Exclude<T, { sentence: string }>;
}

async function showBooks(): Promise<void> {
  const [books] = await host.cardBooks();
  if (books === undefined) throw new Error('there are no books of gas');
  const { stored, onCards, handed, inMeters, spent, balanced } = books;
  console.log(
    `books: loaded ${stored}, on cards ${onCards}, gone to meters ${handed}, there ${inMeters}, used ${spent}` +
      `${balanced ? '' : ', and they do not come out even'}`,
  );
}

// What is known before: Kim, two meters, a provider of gas, and a card.
const office = host.by({
  ...{ at: milliseconds(BEGUN), by: 'kang', role: 'operator', action: 'card.issue', subject: `card ${CARD}` },
  ...{ detail: '', request: 'example' },
});
const gas = { utility: UTILITY, region: Region.gas, name: 'Gas & Water', account: 'KR-1' };
const provider = made(await office.addCardProvider({ ...gas, ticketLimit: 10_000, ticketDays: 60 })).id;
made(await host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' }));
const place = { localUnit: LOCAL_UNIT, modemAddress: 1, suite: Suite.aes128 };
made(await host.enrol({ svpmsn: HOME, subscriber: 'kim', ...place }));
made(await office.enrolOffline({ svpmsn: GAS_METER, provider, subscriber: 'kim', n }));
made(await office.issueCard({ csn: CARD, subscriber: 'kim', regions: [{ region: Region.gas, provider, n }] }));

const isPcsc = process.argv[2] === 'pcsc';
const [slotAtHome, slotOfGas] = isPcsc
  ? [await slotOfVpcd(0), await slotOfVpcd(1)]
  : [slotInProcess(), slotInProcess()];
const home = new House(HOME, Region.electricity, slotAtHome);
const gasMeter = new House(GAS_METER, Region.gas, slotOfGas);
const card = new KimsCard();

const order = made(
  await host.sellToCard({ orderId: 'order-1', csn: CARD, region: Region.gas, amount: 500, source: 'cash' }),
);
console.log(`sold: ${order.amount} of gas, ${order.state}`);

card.pullWhenLoaded = () => {
  card.pullWhenLoaded = undefined;
  void slotAtHome.pull();
};
await home.insert(card);
await live(home, 20);
await home.pulled();
const unsure = made(await host.cardOrder(order.id));
console.log(`pulled while it was loaded: ${card.balance} on the card, and the order is ${unsure.state}`);

await home.insert(card);
await live(home, 20);
console.log(
  `put in again: ${card.balance} on the card, and the order is ${made(await host.cardOrder(order.id)).state}`,
);
await showBooks();
await home.pull();

await gasMeter.insert(card);
await gasMeter.pull();
console.log(`the gas meter took ${levelsOf(gasMeter.meter).fromCards}, and ${card.balance} is left on the card`);
for (let minute = 0; minute < 60; minute++) {
  now += 60_000;
  stepPulses(gasMeter.meter, 2, now, gasMeter.out);
}
// It writes its report at each insertion, whether it takes anything or not.
await gasMeter.insert(card);
await gasMeter.pull();
console.log(`an hour later ${balanceOf(gasMeter.meter)} are left there`);

await home.insert(card);
await live(home, 20);
await showBooks();
const told = made(await host.offlineMeter(GAS_METER.toString(16).padStart(6, '0')));
console.log(`the report: ${told.fromCards} from cards, ${told.balance} left`);

await home.pull();
await Promise.all([home.end(), gasMeter.end()]);
