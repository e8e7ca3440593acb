import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { InProcessSlot } from '../adapters/in-process-card.ts';
import { fromHex } from '../bytes/index.ts';
import { type CardInHand, purseCaseOf, purseOf } from '../card/bench.testing.ts';
import { ATRS } from '../card/contact/card.testing.ts';
import {
  type CardChip,
  type CardFailure,
  type CardPort,
  type CardSession,
  ContactSlot,
  METER_SLOT,
} from '../card/index.ts';
import { type Bench, createBench } from '../meter/board.testing.ts';
import { cardEvents, cardWith, valueIsWhole } from '../meter/card-slot.testing.ts';
import { levelsOf } from '../meter/index.ts';
import { CardRefusal } from '../records/index.ts';
import { Region } from '../units/index.ts';
import { MeterSlot } from './meter-slot.ts';

const WAIT_MS = 20_000;

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + WAIT_MS; !holds(); await pause(1)) {
    assert.ok(Date.now() < deadline, holds.toString());
  }
}

/** A card as a slot sees it; `answered` is called with how many commands it has carried out since its reset. */
const chipOf = (hand: CardInHand, answered: (count: number) => void = () => undefined): CardChip => ({
  atr: Uint8Array.of(0x3b, 0),
  begin: () => {
    hand.pull();
    let count = 0;
    return (command) => {
      const response = hand.send(command);
      answered(++count);
      return response;
    };
  },
});

/** A meter on the bench whose slot is that port. */
function serve(port: CardPort): { bench: Bench; end: () => Promise<CardFailure | undefined> } {
  const bench = createBench();
  const slot = new MeterSlot(port);
  bench.out.card = slot.card;
  const served = slot.serve({ meter: bench.meter, out: bench.out, now: () => bench.now });
  return {
    bench,
    end: () => {
      slot.stop();
      return served;
    },
  };
}

const restsIn = ({ meter }: Bench) => meter.card?.work.name === 'idle';
const isEmpty = ({ meter }: Bench) => meter.card === undefined;
const names = (bench: Bench) => cardEvents(bench).map(([name]) => name);

test('a meter takes from the card that is put into its port, hears that it was pulled, and takes from the next', async () => {
  const port = new InProcessSlot();
  const { bench, end } = serve(port);
  const hand = cardWith(700);
  for (const times of [1, 2]) {
    port.insert(chipOf(hand));
    await until(() => restsIn(bench));
    assert.equal(levelsOf(bench.meter).fromCards, 700);
    assert.equal(bench.meter.card?.balances.get(Region.electricity), 0);
    port.pull();
    await until(() => isEmpty(bench));
    assert.equal(names(bench).filter((name) => name === 'removed').length, times);
  }
  valueIsWhole(bench, hand, 700);
  assert.deepEqual(names(bench), ['inserted', 'credited', 'removed', 'inserted', 'removed']);
  assert.equal(await end(), undefined);
});

test('a card that is pulled after any of its commands has given its value once when it is put in again', async () => {
  let pulled = true;
  for (let at = 1; pulled; at++) {
    const port = new InProcessSlot();
    const { bench, end } = serve(port);
    const hand = cardWith(700);
    pulled = false;
    const chip = chipOf(hand, (count) => {
      if (count !== at) return;
      pulled = true;
      port.pull();
    });
    port.insert(chip);
    await until(() => (pulled ? isEmpty(bench) : restsIn(bench)));
    if (pulled) {
      assert.ok(names(bench).at(-1) === 'removed', `after command ${at}`);
      port.insert(chipOf(hand));
      await until(() => restsIn(bench));
    } else assert.ok(at > 8, `${at} commands`);
    assert.equal(purseOf(hand, Region.electricity).pending, undefined);
    assert.equal(levelsOf(bench.meter).fromCards, 700, `after command ${at}`);
    valueIsWhole(bench, hand, 700);
    await end();
  }
});

/** A port that gives these, one after the other, and then none any more. */
class Given implements CardPort {
  readonly sessions: (CardSession | CardFailure)[];
  closed = 0;
  constructor(...sessions: (CardSession | CardFailure)[]) {
    this.sessions = sessions;
  }
  async open(): Promise<CardSession | CardFailure> {
    return this.sessions.shift() ?? { reason: 'reader-missing', sentence: 'The reader was unplugged.' };
  }
  async close(): Promise<void> {
    this.closed += 1;
  }
}

const failure = (reason: CardFailure['reason']): CardFailure => ({ reason, sentence: '' });

test('an empty slot, a card that is dumb and one that is in use are tried again; a reader that is gone ends it', async () => {
  const port = new Given(failure('no-card'), failure('card-unusable'), failure('exchange-broken'));
  const { bench, end } = serve(port);
  await until(() => port.closed === 1);
  assert.deepEqual(await end(), { reason: 'reader-missing', sentence: 'The reader was unplugged.' });
  assert.deepEqual(port.sessions, []);
  assert.deepEqual(cardEvents(bench), []);
});

test('a memory card is no card to a meter, whatever its four bytes are, and a purse card after it gives its value', async () => {
  const contacts = new ContactSlot(METER_SLOT);
  const told: string[] = [];
  const port: CardPort = {
    open: async () => {
      const opened = await contacts.open();
      told.push('reason' in opened ? opened.sentence : 'opened');
      return opened;
    },
    close: () => contacts.close(),
  };
  const { bench, end } = serve(port);
  for (const answer of ['a2131091', '92231091', '80000000', '12345678', 'ffffffff', '00000000', '3b020000']) {
    const before = told.length;
    contacts.insert({ type: 'memory', answer: fromHex(answer) });
    await until(() => told.length > before + 1);
    contacts.pull();
  }
  assert.ok(told.includes('This is a memory card, which holds no program: take another one.'));
  assert.deepEqual([told.includes('opened'), names(bench)], [false, []]);
  const hand = cardWith(300);
  contacts.insert({ ...chipOf(hand), atr: ATRS.t1, caseOf: purseCaseOf, workCycles: () => 0 });
  await until(() => restsIn(bench));
  assert.equal(levelsOf(bench.meter).fromCards, 300);
  valueIsWhole(bench, hand, 300);
  assert.equal(await end(), undefined);
});

test('a card whose exchange breaks is refused, and asked nothing more until it is pulled', async () => {
  const { promise: removed, resolve: pull } = Promise.withResolvers<void>();
  let asked = 0;
  let ejected = 0;
  const eject = async () => {
    ejected += 1;
  };
  const transmit = async () => {
    asked += 1;
    return failure('exchange-broken');
  };
  const port = new Given({ atr: Uint8Array.of(), removed, transmit, eject });
  const { bench, end } = serve(port);
  await until(() => restsIn(bench));
  const before = asked;
  assert.deepEqual(
    cardEvents(bench).map(([name, detail]) => [name, name === 'refused' ? detail : 0]),
    [
      ['inserted', 0],
      ['refused', CardRefusal.unintelligible],
    ],
  );
  pull();
  await until(() => isEmpty(bench));
  assert.deepEqual([asked, ejected], [before, 1], 'a reader keeps its place for the next card');
  await end();
});

test('a slot that is stopped takes the power from its card, and tells the meter nothing', async () => {
  let ejected = 0;
  const removed = new Promise<void>(() => undefined);
  const eject = async () => {
    ejected += 1;
  };
  const hand = cardWith(700);
  const port = new Given({ atr: Uint8Array.of(), removed, transmit: async (command) => hand.send(command), eject });
  const { bench, end } = serve(port);
  await until(() => restsIn(bench));
  assert.equal(await end(), undefined);
  assert.deepEqual([ejected, port.closed], [1, 1]);
  assert.deepEqual(names(bench), ['inserted', 'credited']);
  assert.ok(!isEmpty(bench));
});
