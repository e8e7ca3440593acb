import { crc32, toHex } from '../../src/bytes/index.ts';
import { exportTerminalKey, Purpose, Suite } from '../../src/crypto/index.ts';
import {
  Command,
  decodeFrame,
  HEADER_BYTES,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  Refusal,
  refusalFrame,
  ValueOp,
} from '../../src/exchange/index.ts';
import {
  ask,
  type Bench,
  countingRandomness,
  createBench,
  exchangeWith,
  keyOf,
  live,
  restart,
  startBench,
  TXID,
  value,
} from '../../src/meter/board.testing.ts';
import { BusDriver, wasDone } from '../../src/meter/bus-driver.testing.ts';
import { balanceOf, levelsOf } from '../../src/meter/index.ts';
import { decodeSeedUse, decodeUseAnswer, encodeUseRequest, isRecordFailure } from '../../src/records/index.ts';
import { assert, tokens } from '../../src/units/index.ts';
import { mintedThird } from './attacks-exchange.ts';
import { carriedBy, Street } from './street.ts';

/** Attacks on a whole meter, with its purse, and on the host with its books. */
const VALUE = Command.valueStore;
const MINTED = 99_999_999;
const isAes = (suite: Suite): boolean => suite >= Suite.aes128;

const creditedOf = (bench: Bench): number => levelsOf(bench.meter).credited;

/** A meter of that suite; in suite `3des` it keeps so many sessions at once, as the seed allows. */
function meterOf(suite: Suite, sessions: number): Bench {
  const bench = createBench({ suite });
  return suite === Suite.tripleDes ? startBench(bench.memory, { labSessions: sessions }) : bench;
}

export function creditIn(bench: Bench, suite: Suite, amount: number): void {
  if (suite !== Suite.tripleDes) {
    value(bench, { op: ValueOp.credit, counter: bench.meter.svm.purse.lastCounter + 1, amount: tokens(amount) }, suite);
    return;
  }
  const body = Uint8Array.of(amount >>> 24, amount >> 16, amount >> 8, amount);
  exchangeWith(bench, keyOf(Purpose.value, suite), VALUE, () => body);
}

/** 99,999,999 tokens stand in the purse, by someone who recorded one M1. */
export function mints(suite: Suite, sessions: number): boolean {
  return mintsAt(meterOf(suite, sessions), suite);
}

function mintsAt(bench: Bench, suite: Suite): boolean {
  const before = creditedOf(bench);
  const recorded = hostFirst(openHostSession(keyOf(Purpose.value, suite), VALUE, countingRandomness()));
  const secondOf = (first: Uint8Array) => {
    const answer = ask(bench, first);
    return answer?.[0] === 0x12 ? answer : undefined;
  };
  ask(bench, mintedThird(secondOf, suite, recorded));
  return creditedOf(bench) - before === MINTED;
}

/** The host reads a log in which two blocks, or two parts, have changed places. */
export function cutsAndPastes(suite: Suite): boolean {
  const bench = createBench({ suite });
  creditIn(bench, suite, 1000);
  live(bench, 5, 50_000);
  const { session, parts } = readingOf(bench, suite);
  const truth = toHex(readOf(session, parts) as Uint8Array);
  const prefix = HEADER_BYTES + 2;
  for (const [p, part] of parts.entries()) {
    for (let to = prefix + 8; to + 8 <= part.length; to += 8) {
      const reading = readingOf(bench, suite);
      const pasted = (reading.parts[p] as Uint8Array).slice();
      pasted.set((reading.parts[p] as Uint8Array).subarray(prefix, prefix + 8), to);
      pasted.set((reading.parts[p] as Uint8Array).subarray(to, to + 8), prefix);
      const read = readOf(reading.session, reading.parts.with(p, pasted));
      if (read !== undefined && toHex(read) !== truth && isUse(suite, read)) return true;
    }
  }
  const crossed = readingOf(bench, suite);
  const [a, b] = crossed.parts as [Uint8Array, Uint8Array];
  const swapped = [
    Uint8Array.of(...a.slice(0, 6), ...b.slice(6, 7), ...a.slice(7, prefix), ...b.slice(prefix)),
    Uint8Array.of(...b.slice(0, 6), ...a.slice(6, 7), ...b.slice(7, prefix), ...a.slice(prefix)),
  ];
  const read = readOf(crossed.session, [...swapped, ...crossed.parts.slice(2)]);
  return read !== undefined && toHex(read) !== truth && isUse(suite, read);
}

const isUse = (suite: Suite, answer: Uint8Array): boolean =>
  !isRecordFailure(suite === Suite.tripleDes ? decodeSeedUse(answer) : decodeUseAnswer(answer));

/** A host that has asked for the log, and the meter's parts of the answer, not yet delivered. */
function readingOf(bench: Bench, suite: Suite) {
  const key = keyOf(Purpose.monitoring, suite);
  const session = openHostSession(key, Command.useAndLog, bench.randomness);
  hostReceive(session, ask(bench, hostFirst(session)) as Uint8Array);
  const wish = { totals: true, modeTable: true, policy: true, profiles: [] };
  // A time that is none: the log is read and the clock stays.
  const body = suite === Suite.tripleDes ? new Uint8Array(6).fill(0xff) : encodeUseRequest(wish);
  const [third] = hostCommand(session, body);
  const parts = [ask(bench, third as Uint8Array) as Uint8Array];
  const to = { h: Command.useAndLog, n: key.n, svpmsn: key.svpmsn };
  for (let index = 1; index < (parts[0]?.[HEADER_BYTES + 1] as number); index++) {
    parts.push(ask(bench, refusalFrame(to, Refusal.partMissing, index)) as Uint8Array);
  }
  return { session, parts };
}

function readOf(session: ReturnType<typeof readingOf>['session'], parts: readonly Uint8Array[]) {
  for (const part of parts) {
    const outcome = hostReceive(session, part);
    if (outcome.type === 'answer') return outcome.answer;
  }
  return undefined;
}

/** Everything that was said in one credit, said again after each of twenty resets, to the meter and to a new host. */
export function replaysAfterReset(suite: Suite): boolean {
  const bench = createBench({ suite });
  const said: Uint8Array[] = [];
  const key = keyOf(Purpose.value, suite);
  const session = openHostSession(key, VALUE, bench.randomness);
  const tell = (frame: Uint8Array) => {
    const answer = ask(bench, frame) as Uint8Array;
    said.push(frame, answer);
    return answer;
  };
  hostReceive(session, tell(hostFirst(session)));
  const [third] = hostCommand(session, valueBody(suite));
  hostReceive(session, tell(third as Uint8Array));
  const credited = creditedOf(bench);
  let fooled = credited === 0;
  for (let reset = 0; reset < 20; reset++) {
    restart(bench, { afterMs: 70_000 });
    for (const frame of [...said, ...said]) ask(bench, frame);
    const fresh = openHostSession(key, VALUE, bench.randomness);
    for (const frame of said) {
      const { type } = hostReceive(fresh, frame);
      if (type === 'status' || type === 'answer') fooled = true;
    }
  }
  return fooled || creditedOf(bench) !== credited;
}

function valueBody(suite: Suite): Uint8Array {
  if (suite === Suite.tripleDes) return Uint8Array.of(0, 0, 1, 0xf4);
  const body = new Uint8Array(isAes(suite) ? 18 : 16);
  body.set(isAes(suite) ? [ValueOp.credit, 0, 0, 0, 1] : [0, 0, 1, 0xf4, 0, 0, 0, 1]);
  if (isAes(suite)) body.set([0, 0, 1, 0xf4], 13);
  return body;
}

/**
 * The local unit delivers, and says that nobody answered; it brings old answers for new ones, refusals for all, and
 * polls that it made up. What was sold is then not what is in the purse, or the books say what is not so.
 */
export async function liesBetween(suite: Suite): Promise<boolean> {
  const street = new Street();
  const { bench } = await street.enrol(0x0a1b2c, suite);
  const old: Uint8Array[] = [];
  let carries = 0;
  street.unit = (carry, meter) => {
    const answers = street.said(meter, carry.frames);
    old.push(...answers);
    carries += 1;
    const frame = decodeFrame(carry.frames[0] as Uint8Array);
    const asked = 'reason' in frame ? undefined : frame;
    const refusal = asked === undefined ? [] : [refusalFrame(asked, Refusal.keyUnknown)];
    switch (carries % 7) {
      case 2: // M3 has just been obeyed.
      case 4:
        return [carriedBy(carry, [])];
      case 3:
        return [carriedBy(carry, [...old, ...answers]), carriedBy(carry, answers)];
      case 6:
        return [carriedBy(carry, refusal)];
      default:
        return [
          ...old.slice(-6).map((stale) => carriedBy({ ...carry, ticket: carry.ticket + 1 }, [stale])),
          carriedBy(carry, answers),
        ];
    }
  };
  const sold: [string, number][] = [];
  for (let i = 0; i < 6; i++) {
    const orderId = `lied-about-${i}`;
    sold.push([orderId, 100 + i]);
    await street.host.sell({ meter: 0x0a1b2c, amount: 100 + i, orderId, source: 'cash' });
    if (i % 3 === 2) await street.host.voidOrder(orderId);
    const lie = { type: 'poll-result', svpmsn: bench.meter.sam.svpmsn, atMs: street.now, clockOffsetMs: 0 } as const;
    await street.tell({
      ...lie,
      status: new Uint8Array(27).fill(i),
      use: new Uint8Array(40),
      events: new Uint8Array(20),
    });
    await street.settle();
  }
  let stored = 0;
  for (const [id, amount] of sold) {
    const order = await street.host.order(id);
    if ('reason' in order || (order.state !== 'stored' && order.state !== 'refunded')) return true;
    if (order.state === 'stored') stored += amount;
  }
  const books = await street.host.books();
  const all = sold.reduce((sum, [, amount]) => sum + amount, 0);
  const booksAgree = Number(books.stored) === stored && Number(books.refunded) === all - stored && books.balanced;
  return creditedOf(bench) !== stored || !booksAgree;
}

/** From the CPU's place: a credit that no host ordered, a draw that no SAM authorised, or eight bytes of a key. */
export function rulesFromInside(suite: Suite): boolean {
  // Whoever is the CPU has the line too.
  if (mints(suite, 5)) return true;
  const bench = createBench({ suite });
  creditIn(bench, suite, 1000);
  const driver = new BusDriver(bench);
  const counter = bench.meter.svm.purse.lastCounter + 1;
  const order = { op: ValueOp.credit, counter, txid: TXID('inside'), amount: tokens(500) } as const;
  const held = driver.ordered(order);
  const fresh = driver.ordered(order);
  const everyByte = [...held.keys()].map((at) => held.with(at, (held[at] as number) ^ 0x10));
  for (const request of [held, ...everyByte]) driver.svm(request);
  for (let i = 0; i < fresh.length; i++) driver.svm(fresh.with(i, (fresh[i] as number) ^ 0x10));
  if (creditedOf(bench) !== 1000) return true;
  for (let i = 0; i < 5; i++) driver.svm(fresh);
  if (creditedOf(bench) !== 1500) return true;
  const before = levelsOf(bench.meter);
  const draw = driver.authorised(30);
  if (draw === undefined || driver.authorised(101) !== undefined) return true;
  driver.askEverything();
  const again = driver.authorised(30) as Uint8Array;
  const granted = [draw, again.with(3, 100), again.with(1, 1), again, again].filter((asked) =>
    wasDone(driver.svm(asked)),
  );
  if (granted.length !== 1 || levelsOf(bench.meter).stored !== before.stored - 30) return true;
  driver.askEverything();
  return driver.heard.some((reply) => hasKeyBytes(bench, reply));
}

function hasKeyBytes({ meter, memory }: Bench, reply: Uint8Array): boolean {
  const text = Buffer.from(reply).toString('latin1');
  const secrets: Uint8Array[] = [memory.svm.bytes.slice(0, 16), memory.svm.bytes.slice(16, 32)];
  for (const key of meter.sam.keys.values()) secrets.push(exportTerminalKey(key));
  for (const secret of secrets) {
    for (let at = 0; at + 8 <= secret.length; at++) {
      if (text.includes(Buffer.from(secret.subarray(at, at + 8)).toString('latin1'))) return true;
    }
  }
  return false;
}

/** Behind all that a record of the purse says, and its tag. */
const RECORD_CRC_AT = 83;

/** The board's memory as it was before tokens were spent, or another meter's, or with one field written over. */
export function editsFlash(suite: Suite): boolean {
  const bench = createBench({ suite });
  const twin = createBench({ suite });
  creditIn(bench, suite, 1000);
  const rich = bench.memory.nvm.bytes.slice();
  creditIn(twin, suite, 50_000);
  live(bench, 20, 400_000);
  const { purse: from, state: to } = bench.meter.layout;
  const now = bench.memory.nvm.bytes.slice();
  const worth = balanceOf(bench.meter);
  const others = [rich, twin.memory.nvm.bytes.slice()];
  const images: Uint8Array[] = [...others, ...others.map((other) => spliced(now, other, { from, to }))];
  // Every four bytes of the purse that hold the balance, replaced by a larger one.
  const { balance } = bench.meter.svm.purse;
  for (let at = from; at + 4 <= to; at++) {
    if (new DataView(now.buffer).getUint32(at) !== balance) continue;
    const edited = now.slice();
    new DataView(edited.buffer).setUint32(at, 90_000);
    images.push(edited);
    // And with the check sum of the record put right, whose balance stands in its bytes 26 to 29.
    const record = edited.slice();
    const start = at - 26;
    new DataView(record.buffer).setUint32(start + RECORD_CRC_AT, crc32(record, start, RECORD_CRC_AT));
    images.push(record);
  }
  assert(images.length > others.length * 2, 'the balance stands somewhere in the purse');
  return images.some((nvm) => {
    bench.memory.nvm.bytes.set(nvm);
    const { meter } = startBench(bench.memory, {
      now: bench.now,
      ...(suite === Suite.tripleDes ? { labSessions: 1 } : {}),
    });
    return meter.frozen === 0 && balanceOf(meter) > worth;
  });
}

/** One memory with the purse of another. */
function spliced(
  nvm: Uint8Array,
  other: Uint8Array,
  purse: { readonly from: number; readonly to: number },
): Uint8Array {
  const image = nvm.slice();
  image.set(other.subarray(purse.from, purse.to), purse.from);
  return image;
}
