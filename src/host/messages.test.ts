import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventKind, encodeEventAnswer, MeterFlag, Result } from '../records/index.ts';
import { milliseconds, svpmsn, tokens, unixSeconds } from '../units/index.ts';
import { ACT, CallerRig, NUMBER } from './callers.testing.ts';
import type { HostFailure, MessageCarrier, MessageCause, MessageNews, MessageSent, MessageServices } from './index.ts';
import { createMessages, MESSAGE_CAUSES } from './index.ts';
import { believeBalance } from './monitoring.ts';
import { made, type Rig } from './rig.testing.ts';
import { berlin, metered } from './statement.testing.ts';

const METER = svpmsn(0);
const HOUR_MS = 3_600_000;

/** A carrier that keeps what it was given, and answers as it is told. */
class KeptCarrier implements MessageCarrier {
  readonly sent: { readonly id: string; readonly number: string; readonly text: string }[] = [];
  readonly waiting: MessageNews[] = [];
  answers: MessageSent[] = [];
  /** Takes a message and never answers, as one whose host is killed meanwhile. */
  isMute = false;

  async send(message: { readonly id: string; readonly number: string; readonly text: string }): Promise<MessageSent> {
    this.sent.push(message);
    if (this.isMute) await new Promise<never>(() => undefined);
    return this.answers.shift() ?? { outcome: 'handed' };
  }
  async news(): Promise<readonly MessageNews[]> {
    return [...this.waiting];
  }
  async forget(ids: readonly string[]): Promise<void> {
    this.waiting.splice(0, ids.length);
  }
  get texts(): string[] {
    return this.sent.map(({ text }) => text);
  }
}

interface Told {
  readonly rig: Rig;
  readonly carrier: KeptCarrier;
  readonly messages: MessageServices;
  readonly sell: (id: string, paid?: number) => Promise<void>;
  readonly hear: (first: number, ...kinds: readonly EventKind[]) => Promise<void>;
  readonly states: () => Promise<string[]>;
}

const servicesOf = ({ store, clock }: Rig, carrier: MessageCarrier | undefined) =>
  createMessages({ store, clock, carrier, zone: 'Europe/Berlin' });

async function open(causes: readonly MessageCause[] = MESSAGE_CAUSES, language: 'en' | 'ko' = 'en'): Promise<Told> {
  const { till } = await CallerRig.open();
  const { rig } = till;
  const carrier = new KeptCarrier();
  const messages = servicesOf(rig, carrier);
  made(await messages.chooseMessages(ACT, { meter: METER, number: NUMBER, language, causes }));
  return {
    ...{ rig, carrier, messages },
    sell: async (orderId, paid = 2_000) => {
      made(await rig.host.purchase({ meter: METER, paid, orderId, method: 'cash' }));
      await rig.settle();
    },
    hear: (first, ...kinds) => {
      const head = { result: Result.done, balance: tokens(0), clock: unixSeconds(1_000) };
      const event = { time: unixSeconds(1), supply: 0, value: 150, detail: 0 } as const;
      const events = kinds.map((kind, i) => ({ ...event, sequence: first + i, kind }));
      return rig.poll(METER, { events: encodeEventAnswer({ head, oldest: 1, next: first + kinds.length, events }) });
    },
    states: async () => (await messages.messages({ limit: 99 })).map(({ state }) => state),
  };
}

test('when value is in the meter the household is told so once, in its language, and whether it arrived is known', async () => {
  const { rig, carrier, messages, sell, states } = await open(['value-stored'], 'ko');
  await sell('a');
  assert.deepEqual(await states(), ['waiting']);
  await messages.sendMessages();
  await messages.sendMessages();
  assert.deepEqual(
    carrier.sent.map(({ number, text }) => [number, text]),
    [[NUMBER, '계량기 000000000: 16.30 EUR 충전되었습니다.']],
  );
  assert.deepEqual(await states(), ['handed']);
  const [{ id = '' } = {}] = carrier.sent;
  carrier.waiting.push({ id, state: 'delivered' }, { id: 'somebody-elses', state: 'failed' });
  await messages.sendMessages();
  assert.deepEqual([await states(), carrier.waiting], [['delivered'], []]);
  // What comes late takes nothing back.
  assert.equal(await messages.takeNews({ id, state: 'failed', why: 'late' }), true);
  assert.deepEqual(await states(), ['delivered']);
  assert.equal(await messages.takeNews({ id: 'another', state: 'failed' }), false);
  // The receipt that comes again books nothing again, and tells nobody.
  await rig.host.handle({ type: 'tick' });
  await sell('b');
  await messages.sendMessages();
  assert.equal(carrier.sent.length, 2);
});

test('nobody is told of what was not chosen, nor of what was chosen for another meter', async () => {
  const { rig, carrier, messages, sell, hear } = await open(['balance-low']);
  await sell('a');
  await hear(1, EventKind.lastToken);
  made(await rig.host.purchase({ meter: 1, paid: 500, orderId: 'other', method: 'cash' }));
  await rig.settle();
  await messages.sendMessages();
  assert.deepEqual(carrier.texts, []);
  await hear(2, EventKind.lowBalance);
  await messages.sendMessages();
  assert.deepEqual(carrier.texts, ['Meter 000000000: only 1.50 EUR is left. Buy before it is used up.']);
});

test('a low balance and a cut are told once until new value came, however often the meter says it', async () => {
  const { carrier, messages, hear } = await open(['balance-low', 'cut-near']);
  await hear(1, EventKind.lowBalance, EventKind.lastToken, EventKind.emergencyCreditBegun, EventKind.cutDeferred);
  await hear(1, EventKind.lowBalance, EventKind.lastToken);
  await hear(5, EventKind.lowBalance, EventKind.lastToken);
  await messages.sendMessages();
  assert.deepEqual(carrier.texts.toSorted(), [
    'Meter 000000000: only 1.50 EUR is left. Buy before it is used up.',
    'Meter 000000000: the last 1.50 EUR is being used. Buy now, or the supply is cut off.',
  ]);
  await hear(7, EventKind.creditStored, EventKind.lastToken);
  await messages.sendMessages();
  assert.equal(carrier.sent.length, 3);
  // What was over when it was heard is no news any more.
  await hear(9, EventKind.creditStored, EventKind.lowBalance, EventKind.lastToken, EventKind.creditStored);
  await messages.sendMessages();
  assert.equal(carrier.sent.length, 3);
});

test('what a carrier certainly did not take is sent again later, and under the same id', async () => {
  const { rig, carrier, messages, sell, states } = await open();
  carrier.answers = [{ outcome: 'away', why: 'nobody answers' }];
  await sell('a');
  await messages.sendMessages();
  assert.deepEqual([await states(), carrier.sent.length], [['waiting'], 1]);
  await messages.sendMessages();
  assert.equal(carrier.sent.length, 1);
  rig.clock.ms += 60_000;
  await messages.sendMessages();
  assert.deepEqual(await states(), ['handed']);
  assert.equal(new Set(carrier.sent.map(({ id }) => id)).size, 1);
});

test('of what a host was killed over nobody knows, and it is not sent again', async () => {
  const { rig, carrier, messages, sell, states } = await open();
  await sell('a');
  carrier.isMute = true;
  void messages.sendMessages();
  for (let i = 0; i < 20 && carrier.sent.length === 0; i++) await new Promise((resolve) => setImmediate(resolve));
  const next = new KeptCarrier();
  const again = servicesOf(rig, next);
  await again.sendMessages();
  assert.deepEqual([await states(), next.sent], [['sending'], []]);
  rig.clock.ms += 5 * 60_000;
  await again.sendMessages();
  assert.deepEqual([await states(), next.sent], [['unclear'], []]);
  // It was taken after all.
  assert.equal(await again.takeNews({ id: carrier.sent[0]?.id ?? '', state: 'delivered' }), true);
  assert.deepEqual(await states(), ['delivered']);
});

test('what a carrier refuses has failed with its reason, and what it left unclear is not sent again', async () => {
  const { rig, carrier, messages, sell } = await open(['value-stored']);
  carrier.answers = [
    { outcome: 'refused', why: 'the number is none' },
    { outcome: 'unclear', why: 'the answer broke off' },
  ];
  await sell('a');
  await messages.sendMessages();
  rig.clock.ms += 1;
  await sell('b');
  await messages.sendMessages();
  rig.clock.ms += HOUR_MS;
  await messages.sendMessages();
  assert.deepEqual(
    (await messages.messages({ limit: 9 })).map(({ state, why }) => [state, why]),
    [
      ['unclear', 'the answer broke off'],
      ['failed', 'the number is none'],
    ],
  );
  assert.equal(carrier.sent.length, 2);
});

test('what was turned off meanwhile, or is six hours old, is not sent', async () => {
  const { rig, carrier, messages, sell } = await open();
  await sell('a');
  const choice = { meter: METER, number: NUMBER, language: 'en' } as const;
  made(await messages.chooseMessages(ACT, { ...choice, causes: [] }));
  await messages.sendMessages();
  made(await messages.chooseMessages(ACT, { ...choice, causes: ['value-stored'] }));
  await sell('b');
  rig.clock.ms += 6 * HOUR_MS + 1;
  await messages.sendMessages();
  assert.deepEqual(
    (await messages.messages({ limit: 9 })).map(({ why }) => why),
    ['it is too late; nobody sent it', 'it is not wanted any more'],
  );
  assert.deepEqual(carrier.sent, []);
});

test('a choice that is none, and one that nobody could keep, is refused and changes nothing', async () => {
  const { rig, messages } = await open(['cut-near']);
  const reasonOf = (answer: object) => (answer as Partial<HostFailure>).reason;
  const good = { meter: METER, number: NUMBER, language: 'en', causes: MESSAGE_CAUSES } as const;
  const refused = async (more: object) => reasonOf(await messages.chooseMessages(ACT, { ...good, ...more }));
  assert.equal(await refused({ number: '0123' }), 'message-choice-wrong');
  assert.equal(await refused({ causes: ['cut-near', 'cut-near'] }), 'message-choice-wrong');
  assert.equal(await refused({ meter: 999_999 }), 'meter-unknown');
  const mute = servicesOf(rig, undefined);
  assert.equal(reasonOf(await mute.chooseMessages(ACT, good)), 'messages-unavailable');
  assert.deepEqual(made(await messages.messageChoice(METER)).causes, ['cut-near']);
  assert.equal(reasonOf(await messages.messageChoice(1)), 'message-choice-unknown');
  assert.deepEqual(made(await mute.chooseMessages(ACT, { ...good, causes: [] })).causes, []);
});

test('half a day before its balance ends a household is told how long it lasts, once, and not while it is enough', async () => {
  const rig = await metered(20);
  rig.clock.ms = berlin(26);
  const carrier = new KeptCarrier();
  const messages = servicesOf(rig, carrier);
  made(await messages.chooseMessages(ACT, { meter: 3, number: NUMBER, language: 'en', causes: ['cut-near'] }));
  const told = async (balance: number) => {
    await rig.store.transaction(async (tx) => {
      await believeBalance(tx, svpmsn(3), tokens(balance), rig.clock.now());
      const [known] = await tx.knowledgeOf([svpmsn(3)]);
      if (known !== undefined)
        await tx.putKnowledge({ ...known, flags: MeterFlag.lowBalance, flagsAt: rig.clock.now() });
    });
    await messages.warnOfCuts();
    await messages.sendMessages();
    return carrier.texts.at(-1);
  };
  assert.equal(await told(63), undefined);
  // It looked already, within the hour.
  assert.equal(await told(2), undefined);
  rig.clock.ms += HOUR_MS;
  assert.match((await told(2)) ?? '', /^Meter 000000037: 0.02 EUR is left, enough for about 7 hours\./);
  rig.clock.ms = milliseconds(rig.clock.ms + HOUR_MS);
  await told(1);
  assert.equal(carrier.sent.length, 1);
});
