import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackhaulMessage } from '../backhaul/index.ts';
import { keyName, Purpose, SUITE_NAMES, Suite } from '../crypto/index.ts';
import { Command, decodeFrame, type Frame, Refusal, refusalFrame, sectionsOf } from '../exchange/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { svpmsn } from '../units/index.ts';
import { ExchangeWriter } from './exchange-trace.ts';
import { ExchangeLog, type ExchangeView, exchangeView, MemoryStore } from './index.ts';
import { made, Rig } from './rig.testing.ts';
import { ANSWER_WITHIN_MS } from './work.ts';

type Carry = Extract<BackhaulMessage, { type: 'carry' }>;

/** A rig whose carries are delivered by hand, and what it wrote down. */
async function watched(suite: Suite = Suite.aes128) {
  const log = new ExchangeLog();
  const rig = new Rig(new MemoryStore(), { exchanges: log });
  const meter = await rig.enrol(1, { suite });
  await rig.settle();
  const carries: Carry[] = [];
  rig.send = (_, message) => {
    if (message.type === 'carry') carries.push(message);
  };
  const views = () => log.of({ svpmsn: meter.id, limit: 99 }).map(exchangeView);
  /** Delivers the oldest carry; `change` may make of the answer what it wants. */
  const step = (change: (frames: Uint8Array[]) => Uint8Array[] = (frames) => frames) => {
    const { ticket, svpmsn, frames } = carries.shift() as Carry;
    const answers = change(frames.flatMap((frame) => meter.receive(frame, rig.clock.now())));
    const outcome = answers.length === 0 ? 'no-answer' : 'answered';
    const message: BackhaulMessage = { type: 'carried', ticket, svpmsn, outcome, frames: answers };
    return rig.host.handle({ type: 'grid', localUnit: 1, message });
  };
  const sell = async (orderId: string) => made(await rig.host.sell({ meter: 1, amount: 500, orderId, source: 'cash' }));
  return { log, rig, meter, views, step, sell };
}

const newest = ([view]: ExchangeView[]): ExchangeView => {
  assert.ok(view !== undefined, 'something was written down');
  return view;
};
const told = ({ passes }: ExchangeView) =>
  passes.map(({ from, message, proves, knows }) => [`${from} ${message}`, proves.join(' '), knows.join(' ')]);

const SALE: Readonly<Record<Suite, readonly (readonly [string, string, string])[]>> = {
  [Suite.tripleDes]: [
    ['host first', 'fresh-nonce', 'command-asked'],
    ['meter second', 'fresh-nonce meter-knows-key', 'meter-genuine'],
    ['host third', 'host-knows-key amount-sealed', 'host-genuine transaction'],
    ['meter fourth', 'answer-encrypted', 'balance'],
  ],
  [Suite.tripleDesXo]: [
    ['host first', 'fresh-nonce', 'command-asked'],
    ['meter second', 'fresh-nonce meter-knows-key', 'meter-genuine'],
    ['host third', 'host-knows-key amount-sealed', 'host-genuine transaction'],
    ['meter fourth', 'receipt-sealed', 'receipt balance'],
  ],
  [Suite.aes128]: aes(),
  [Suite.aes256]: aes(),
};

function aes() {
  const covers = 'frames-before-unchanged';
  return [
    ['host first', 'fresh-nonce', 'command-asked'],
    ['meter second', `fresh-nonce meter-knows-key status-sealed ${covers}`, 'meter-genuine last-transaction'],
    ['host third', `host-knows-key amount-sealed ${covers}`, 'host-genuine transaction'],
    ['meter fourth', `receipt-sealed ${covers}`, 'receipt balance clock'],
  ] as const;
}

for (const suite of Object.values(Suite)) {
  test(`a sale in suite ${SUITE_NAMES[suite]} is written down in four passes, with what each proves and tells`, async () => {
    const { views, step, sell } = await watched(suite);
    await sell('a');
    assert.equal(newest(views()).exchange.outcome, undefined, 'it is under way');
    await step();
    await step();
    const view = newest(views());
    assert.deepEqual(told(view), SALE[suite]);
    const { command, purpose, generation, result, exchange } = view;
    assert.deepEqual([command, purpose, view.suite, generation], ['valueStore', 'value', SUITE_NAMES[suite], 0]);
    assert.deepEqual(exchange.value, { order: 'a', counter: 1, amount: 500 });
    assert.deepEqual([exchange.outcome?.name, result], ['answered', suite === Suite.tripleDes ? undefined : 'done']);
    for (const { sections, bytes, frames, attempts, parts } of view.passes) {
      assert.equal(
        sections.reduce((sum, section) => sum + section.bytes, 0),
        bytes,
      );
      assert.deepEqual([frames.length, attempts, parts], [1, 1, 1]);
    }
  });
}

test('a frame that is not authentic is written down with the rule, and proves nothing', async () => {
  const { views, step, sell } = await watched();
  await sell('a');
  await step(([second = new Uint8Array()]) => [second.with(40, (second[40] as number) ^ 1)]);
  const view = newest(views());
  assert.deepEqual(told(view), [SALE[Suite.aes128][0], ['meter second', '', '']]);
  assert.equal(view.passes[1]?.refused, 'not-authentic');
  assert.equal(view.exchange.outcome?.name, 'nothing-believed');
});

test('what is no frame of the exchange, and one of another meter, are written down as that', async () => {
  const { views, step, sell } = await watched();
  await sell('a');
  await step(([second = new Uint8Array()]) => [Uint8Array.of(1, 2, 3), second.with(5, 9)]);
  const refused = newest(views()).passes.map(({ message, refused }) => [message, refused]);
  assert.deepEqual(refused, [
    ['first', undefined],
    ['unknown', 'frame-length-wrong'],
    ['second', 'session-foreign'],
  ]);
});

test('a refusal says why the meter does not go on', async () => {
  const { views, step, sell } = await watched();
  await sell('a');
  await step(([second = new Uint8Array()]) => [refusalFrame(decodeFrame(second) as Frame, Refusal.slowedDown)]);
  const view = newest(views());
  assert.deepEqual(told(view)[1], ['meter refusal', '', '']);
  assert.equal(view.passes[1]?.refused, 'slowed-down');
  assert.deepEqual(view.exchange.outcome, { name: 'refused', reason: 'slowed-down' });
});

test('a meter that does not answer, and a try whose time is over, each have their end', async () => {
  const { rig, views, step, sell } = await watched();
  await sell('a');
  await step(() => []);
  assert.equal(newest(views()).exchange.outcome?.name, 'no-answer');
  rig.clock.ms += ANSWER_WITHIN_MS;
  await rig.host.handle({ type: 'tick' });
  assert.equal(newest(views()).exchange.outcome, undefined, 'another try began');
  rig.clock.ms += ANSWER_WITHIN_MS + 1;
  await rig.host.handle({ type: 'tick' });
  assert.deepEqual(
    views().map(({ exchange }) => exchange.outcome?.name),
    [undefined, 'took-over', 'no-answer'],
  );
});

test('an order that is taken back while M1 is on its way ends without M3, and says why', async () => {
  const { rig, views, step, sell } = await watched();
  await sell('a');
  made(await rig.host.voidOrder('a'));
  await step();
  const [, turned] = views();
  assert.deepEqual(turned?.exchange.outcome, { name: 'turned', why: 'changed' });
  assert.deepEqual(
    turned?.passes.map(({ message }) => message),
    ['first', 'second'],
  );
});

test('a long command is one pass of many parts, and a part that is sent again is another attempt', async () => {
  const { rig, views, step } = await watched();
  made(await rig.host.publishTariff('standard', { ...DEFAULT_TARIFF, holidays: HOLIDAYS }));
  made(await rig.host.assignTariff(1, 'standard'));
  await rig.host.handle({ type: 'tick' });
  await step();
  const sent = newest(views()).passes.find(({ message }) => message === 'third');
  assert.ok(sent !== undefined && sent.parts > 1 && sent.parts === sent.frames.length, 'all parts are there');
  const [first = new Uint8Array()] = sent.frames;
  assert.deepEqual(
    sectionsOf(first).map(({ kind }) => kind),
    ['header', 'part', 'sealed', 'tag'],
  );
  assert.deepEqual(told(newest(views()))[2]?.slice(1), [
    'host-knows-key command-sealed frames-before-unchanged',
    'host-genuine command',
  ]);
  await step(() => [refusalFrame(decodeFrame(first) as Frame, Refusal.partMissing, 0)]);
  const again = newest(views());
  assert.equal(again.passes.find(({ message }) => message === 'third')?.attempts, 2);
  assert.equal(again.passes.find(({ message }) => message === 'refusal')?.refused, 'part-missing');
});

/** So many that the table takes more than one part. */
const HOLIDAYS = Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2026, 1, 1 + i)).toISOString().slice(0, 10));

test('so many exchanges are kept and no more, those of a meter in pages, the newest first', async () => {
  const log = new ExchangeLog(3);
  const heard: number[] = [];
  const stop = log.listen(({ passes }) => heard.push(passes.length));
  const rig = new Rig(new MemoryStore(), { exchanges: log });
  for (const id of [1, 2]) {
    const meter = await rig.enrol(id);
    for (const order of ['a', 'b']) {
      made(await rig.host.sell({ meter: meter.id, amount: 5, orderId: `${order}${id}`, source: 'cash' }));
      await rig.settle();
    }
  }
  const orders = (id: number, more: { before?: number; limit?: number } = {}) =>
    log.of({ svpmsn: id as never, limit: 9, ...more }).map(({ number, exchange }) => [number, exchange.value?.order]);
  assert.deepEqual(orders(2), [
    [4, 'b2'],
    [3, 'a2'],
  ]);
  assert.deepEqual(orders(1), [[2, 'b1']]);
  assert.deepEqual(orders(2, { limit: 1 }), [[4, 'b2']]);
  assert.deepEqual(orders(2, { before: 4 }), [[3, 'a2']]);
  assert.deepEqual(heard.slice(0, 6), [1, 2, 3, 4, 4, 1], 'each pass, the end, and the next');
  stop();
  const before = heard.length;
  made(await rig.host.sell({ meter: 1, amount: 5, orderId: 'c1', source: 'cash' }));
  await rig.settle();
  assert.equal(heard.length, before, 'who has gone hears no more');
});

test('frames that nobody believes fill no memory, however many come', async () => {
  const { views, step, sell } = await watched();
  await sell('a');
  await step(() => Array.from({ length: 99 }, (_, i) => Uint8Array.of(i)));
  assert.equal(newest(views()).passes.length, 32);

  const log = new ExchangeLog();
  const [known] = views();
  assert.ok(known !== undefined);
  const { exchange } = known;
  const [pass] = exchange.passes;
  assert.ok(pass !== undefined);
  // One that goes on is counted by what it has, and not anew each time.
  log.changed({ ...exchange, passes: [pass] });
  const going = { ...exchange, passes: [{ ...pass, frames: FRAMES }] };
  for (let i = 0; i < 99; i++) log.changed(going);
  assert.equal(log.of({ svpmsn: exchange.svpmsn, limit: 9 }).length, 2);
  const long = { ...pass, frames: Array.from({ length: 15_000 }, () => new Uint8Array(262)) };
  for (let i = 0; i < 3; i++) log.changed({ ...exchange, passes: [long] });
  assert.deepEqual(
    log.of({ svpmsn: exchange.svpmsn, limit: 9 }).map(({ number }) => number),
    [5],
  );
});

/** Ninety-nine times as many would be too many. */
const FRAMES = Array.from({ length: 300 }, () => new Uint8Array(262));

function writing() {
  const log = new ExchangeLog();
  const { clock } = new Rig(new MemoryStore());
  const id = svpmsn(1);
  const n = keyName(Purpose.monitoring, Suite.aes128, 0);
  const of = { svpmsn: id, localUnit: 1, value: undefined, h: Command.useAndLog, n } as const;
  return { log, id, writer: new ExchangeWriter(log, clock, of) };
}

test('the first end of an exchange is the one that counts', () => {
  const { writer, log, id } = writing();
  writer.received(Uint8Array.of(1), undefined);
  writer.ended({ name: 'no-answer' });
  writer.ended({ name: 'answered', result: 0 });
  assert.deepEqual(
    log.of({ svpmsn: id, limit: 9 }).map(({ exchange }) => exchange.outcome?.name),
    ['no-answer'],
  );
});

test('a part of an answer that comes twice is kept once', () => {
  const { writer, log, id } = writing();
  const part = (index: number) => Uint8Array.of(0x14, Command.useAndLog, 0, 0, 0, 1, 0, index, 3);
  for (const index of [0, 1, 1, 0, 2]) writer.received(part(index), undefined);
  const [logged] = log.of({ svpmsn: id, limit: 9 });
  assert.deepEqual(
    logged?.exchange.passes.map(({ message, parts, frames }) => [message, parts, frames.length]),
    [['fourth', 3, 3]],
  );
});
