import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CardInHand, CSN, cardKey, newCard, OTHER_CSN, order, purseOf } from '../card/bench.testing.ts';
import {
  CardOp,
  type CardReceipt,
  decodeCardReceipt,
  decodeCardStatus,
  encodeCardCommand,
  openLoadSession,
  selectPurse,
} from '../card/index.ts';
import {
  Command,
  decodeFrame,
  decodeRefusal,
  type Frame,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  Message,
  Refusal,
  refusalFrame,
} from '../exchange/index.ts';
import { drawing } from '../exchange/sides.testing.ts';
import { Region, svpmsn } from '../units/index.ts';
import { ask, BENCH_ID, type Bench, createBench, credit, restart } from './board.testing.ts';
import { benchTicket, cardWith, carry, insert, pull, valueIsWhole } from './card-slot.testing.ts';
import { balanceOf, levelsOf, stepCardInserted, stepCardResponse } from './index.ts';

/** A card of gas and electricity, without a ticket: the meter takes nothing of it. */
const gasCard = (id = CSN) => newCard([Region.electricity, Region.gas], id);

let seed = 0;
const newSession = (region: Region = Region.gas): HostSession =>
  openLoadSession(cardKey(region), BENCH_ID, drawing(++seed));

const frameOf = (bytes: Uint8Array | undefined): Frame => {
  const frame = decodeFrame(bytes as Uint8Array);
  assert.ok(!('reason' in frame));
  return frame;
};

function refusalOf(bytes: Uint8Array | undefined): Refusal | undefined {
  const decoded = decodeRefusal(frameOf(bytes));
  return frameOf(bytes).message !== Message.refusal || 'reason' in decoded ? undefined : decoded.refusal;
}

/** The line asks for as long as the card works. */
function asked(bench: Bench, hand: CardInHand, bytes: Uint8Array): Uint8Array {
  for (let times = 0; times < 20; times++) {
    const said = ask(bench, bytes);
    if (refusalOf(said) !== Refusal.cardWorks) return said as Uint8Array;
    carry(bench, hand, 1);
  }
  throw new Error('the card has not come to an end');
}

/** M3, once M2 is believed. */
function thirdAfter(session: HostSession, second: Uint8Array, command = order(CardOp.credit, 1, 250)): Uint8Array {
  const outcome = hostReceive(session, second);
  assert.ok(outcome.type === 'status', JSON.stringify(outcome));
  assert.ok(!('reason' in decodeCardStatus(outcome.status)));
  return hostCommand(session, encodeCardCommand(command))[0] as Uint8Array;
}

function receiptIn(session: HostSession, fourth: Uint8Array): CardReceipt {
  const outcome = hostReceive(session, fourth);
  assert.ok(outcome.type === 'answer', JSON.stringify(outcome));
  const receipt = decodeCardReceipt(outcome.answer);
  assert.ok(!('reason' in receipt));
  return receipt;
}

/** A meter with a card in its slot that has come to rest. */
function withCard(hand = gasCard()): { bench: Bench; hand: CardInHand } {
  const bench = createBench();
  insert(bench, hand);
  assert.deepEqual(bench.out.commands, []);
  return { bench, hand };
}

test('a load passes unread: the line hears that the card works, and has its answer as often as it asks', () => {
  const { bench, hand } = withCard();
  const session = newSession();
  const first = hostFirst(session);
  assert.equal(refusalOf(ask(bench, first)), Refusal.cardWorks);
  assert.deepEqual(bench.out.commands, [selectPurse()], 'M1 begins anew whatever was open');
  assert.equal(refusalOf(ask(bench, first)), Refusal.cardWorks);
  assert.equal(bench.out.commands.length, 1, 'asked again, the card is not given it again');
  assert.equal(carry(bench, hand), 2);
  const second = ask(bench, first) as Uint8Array;
  assert.deepEqual(ask(bench, first), second);
  assert.deepEqual(bench.out.commands, []);
  const third = thirdAfter(session, second);
  assert.equal(refusalOf(ask(bench, third)), Refusal.cardWorks);
  carry(bench, hand, 1);
  const fourth = ask(bench, third) as Uint8Array;
  assert.deepEqual(ask(bench, third), fourth);
  const { result, amount } = receiptIn(session, fourth);
  assert.deepEqual([result, amount], [0, 250]);
  assert.deepEqual([purseOf(hand).balance, purseOf(hand).loadCounter], [250, 1]);
});

test('after a load the meter reads for its display what is on the card, and takes nothing by itself', () => {
  const { bench, hand } = withCard();
  const session = newSession(Region.electricity);
  const ticket = benchTicket();
  const second = asked(bench, hand, hostFirst(session));
  const third = thirdAfter(session, second, order(CardOp.credit, 1, 900, { ticket }));
  assert.equal(refusalOf(ask(bench, third)), Refusal.cardWorks);
  carry(bench, hand, 1);
  assert.equal(bench.meter.card?.work.name, 'reading');
  assert.equal(frameOf(ask(bench, third)).message, Message.fourth, 'who asks does not wait for that');
  carry(bench, hand);
  assert.equal(bench.meter.card?.balances.get(Region.electricity), 900);
  assert.equal(balanceOf(bench.meter), 0);
  pull(bench, hand);
  insert(bench, hand);
  assert.equal(balanceOf(bench.meter), 900);
  valueIsWhole(bench, hand, 900);
});

test('with a meter that answers within the call, the line has the card’s answer at once', () => {
  const { bench, hand } = withCard();
  const { meter } = bench;
  bench.out.card = (command) => stepCardResponse(meter, hand.send(command), bench.now, bench.out);
  const session = newSession();
  const third = thirdAfter(session, ask(bench, hostFirst(session)) as Uint8Array);
  assert.equal(receiptIn(session, ask(bench, third) as Uint8Array).amount, 250);
});

test('an empty slot says so, to M1 and to M3, before a card was ever in it and after', () => {
  const bench = createBench();
  const hand = gasCard();
  for (const visited of [false, true]) {
    const first = hostFirst(newSession());
    assert.equal(refusalOf(ask(bench, first)), Refusal.cardAbsent);
    const third = first.slice();
    third[0] = 0x13;
    assert.equal(refusalOf(ask(bench, third)), Refusal.cardAbsent);
    assert.deepEqual(bench.out.commands, []);
    if (!visited) pull(bench, hand);
  }
});

test('while the meter takes value from the card nothing else goes to it, at any of its commands, and then it does', () => {
  for (let commands = 0; ; commands++) {
    const bench = createBench();
    const hand = cardWith(700);
    insert(bench, hand, commands);
    const waiting = bench.out.commands.length;
    const first = hostFirst(newSession());
    assert.equal(refusalOf(ask(bench, first)), Refusal.cardWorks);
    if (waiting === 0) {
      assert.ok(commands > 8, `${commands} commands`);
      break;
    }
    assert.equal(bench.out.commands.length, waiting, 'one conversation at a time');
    carry(bench, hand);
    assert.equal(levelsOf(bench.meter).fromCards, 700, 'the taking went on as if nobody had asked');
    assert.equal(frameOf(asked(bench, hand, first)).message, Message.second);
    valueIsWhole(bench, hand, 700);
  }
});

test('a frame that comes while the card has another waits for its turn', () => {
  const { bench, hand } = withCard();
  const [one, two] = [hostFirst(newSession()), hostFirst(newSession())];
  assert.equal(refusalOf(ask(bench, one)), Refusal.cardWorks);
  assert.equal(refusalOf(ask(bench, two)), Refusal.cardWorks);
  assert.equal(bench.out.commands.length, 1);
  carry(bench, hand);
  assert.equal(frameOf(asked(bench, hand, two)).message, Message.second);
  assert.equal(refusalOf(ask(bench, one)), Refusal.cardWorks, 'the answer to the first is held no longer');
});

test('messages 2, 4, 5 and 6, and frames of another meter, are met with silence, and disturb nothing', () => {
  const { bench, hand } = withCard();
  const first = hostFirst(newSession());
  const second = asked(bench, hand, first);
  for (const message of [Message.second, Message.fourth, Message.attention]) {
    const frame = second.slice();
    frame[0] = 0x10 | message;
    assert.equal(ask(bench, frame), undefined);
  }
  assert.equal(ask(bench, refusalFrame(frameOf(first), Refusal.partMissing, 0)), undefined);
  assert.equal(ask(bench, hostFirst(openLoadSession(cardKey(), svpmsn(BENCH_ID + 1), drawing(7)))), undefined);
  assert.equal(ask(bench, first.subarray(0, 20)), undefined);
  assert.deepEqual(bench.out.commands, []);
  assert.deepEqual(ask(bench, first), second);
});

test('value for the meter itself passes beside a card that works', () => {
  const { bench, hand } = withCard();
  const session = newSession();
  const first = hostFirst(session);
  assert.equal(refusalOf(ask(bench, first)), Refusal.cardWorks);
  assert.equal(credit(bench, 40).amount, 40);
  const third = thirdAfter(session, asked(bench, hand, first));
  assert.equal(refusalOf(ask(bench, third)), Refusal.cardWorks);
  assert.equal(credit(bench, 2).amount, 2);
  assert.equal(receiptIn(session, asked(bench, hand, third)).amount, 250);
  assert.equal(balanceOf(bench.meter), 42);
});

test('a card that is pulled, at any of its commands, takes with it what was held, and is loaded once', () => {
  for (let commands = 0; commands < 4; commands++) {
    for (const carriedOut of [false, true]) {
      const { bench, hand } = withCard();
      const session = newSession();
      const first = hostFirst(session);
      let third: Uint8Array | undefined;
      const on = (): Uint8Array | undefined => {
        const said = ask(bench, third ?? first) as Uint8Array;
        if (third === undefined && frameOf(said).message === Message.second) {
          third = thirdAfter(session, said);
          return ask(bench, third);
        }
        return said;
      };
      for (let i = 0; i < commands; i++) {
        on();
        carry(bench, hand, 1);
      }
      on();
      const [lost] = bench.out.commands;
      if (carriedOut && lost !== undefined) hand.send(lost);
      pull(bench, hand);
      assert.equal(refusalOf(ask(bench, third ?? first)), Refusal.cardAbsent);
      insert(bench, hand);
      if (third !== undefined) {
        assert.equal(
          refusalOf(asked(bench, hand, third)),
          Refusal.sessionUnknown,
          'the card has forgotten the session',
        );
      }
      const again = newSession();
      const receipt = receiptIn(again, asked(bench, hand, thirdAfter(again, asked(bench, hand, hostFirst(again)))));
      assert.equal(receipt.amount, 250);
      assert.equal(purseOf(hand).balance, 250, `${commands} commands, ${carriedOut}`);
    }
  }
});

test('a meter whose power went begins with the card anew', () => {
  const { bench, hand } = withCard();
  const session = newSession();
  const third = thirdAfter(session, asked(bench, hand, hostFirst(session)));
  assert.equal(refusalOf(ask(bench, third)), Refusal.cardWorks);
  restart(bench);
  bench.out.commands.length = 0;
  assert.equal(refusalOf(ask(bench, third)), Refusal.cardAbsent, 'it has not looked into its slot yet');
  insert(bench, hand);
  assert.equal(refusalOf(asked(bench, hand, third)), Refusal.sessionUnknown);
  assert.equal(purseOf(hand).balance, 0);
});

test('another card, one without the purse and one that is none are refused, and the line hears no more of them', () => {
  const foreign = withCard(gasCard(OTHER_CSN));
  assert.equal(refusalOf(asked(foreign.bench, foreign.hand, hostFirst(newSession()))), Refusal.cardRefused);
  for (const nonsense of [Uint8Array.of(0x6a, 0x82), Uint8Array.of(), Uint8Array.of(0x90), new Uint8Array(300)]) {
    for (const good of [0, 1]) {
      const { bench, hand } = withCard();
      const first = hostFirst(newSession());
      ask(bench, first);
      carry(bench, hand, good);
      bench.out.commands.length = 0;
      stepCardResponse(bench.meter, nonsense, bench.now, bench.out);
      assert.equal(refusalOf(ask(bench, first)), Refusal.cardRefused);
      assert.deepEqual(bench.out.commands, []);
    }
  }
});

test('a card says on the line what answers the frame, and nothing else in the meter’s name', () => {
  const session = newSession();
  const first = hostFirst(session);
  const { bench: calm, hand: honest } = withCard();
  const genuine = asked(calm, honest, first);
  // Each byte of the header: version and message, H, n, SVPMSN and length; and then the body, which is the host's to judge.
  for (let at = 0; at < genuine.length; at++) {
    const { bench, hand } = withCard();
    ask(bench, first);
    carry(bench, hand, 1);
    const lying = hand.send(bench.out.commands.shift() as Uint8Array);
    lying[at] = (lying[at] as number) ^ 0x81;
    stepCardResponse(bench.meter, lying, bench.now, bench.out);
    const said = ask(bench, first);
    assert.equal(refusalOf(said), at < 7 ? Refusal.cardRefused : undefined, `byte ${at}`);
  }
});

test('what the card itself refuses goes to the host as the card said it', () => {
  const { bench, hand } = withCard();
  const session = newSession();
  const third = thirdAfter(session, asked(bench, hand, hostFirst(session)));
  const forged = third.slice();
  forged[third.length - 1] = (third[third.length - 1] as number) ^ 1;
  assert.equal(refusalOf(asked(bench, hand, forged)), Refusal.tagWrong);
  assert.equal(purseOf(hand).balance, 0);
});

test('a card that is put in while one is in is another: what was held of the first is gone', () => {
  const { bench, hand } = withCard();
  const first = hostFirst(newSession());
  const second = asked(bench, hand, first);
  assert.equal(second[1], Command.addedValue);
  hand.pull();
  stepCardInserted(bench.meter, bench.now, bench.out);
  assert.equal(refusalOf(ask(bench, first)), Refusal.cardWorks);
});
