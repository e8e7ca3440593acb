import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT, type CardInHand, CSN, newCard, OTHER_CSN, purseOf, ticketOf } from '../card/bench.testing.ts';
import { ATRS } from '../card/contact/card.testing.ts';
import { ContactWire, Instruction, METER_SLOT, PurseInstruction } from '../card/index.ts';
import { Suite } from '../crypto/index.ts';
import { Command, ValueOp } from '../exchange/index.ts';
import {
  AttentionReason,
  CardRefusal,
  decodeUseAnswer,
  EventKind,
  encodeClockSet,
  encodeUseRequest,
  isRecordFailure,
  MeterFlag,
  Result,
  type UseAnswer,
} from '../records/index.ts';
import { csn, Region, tokens, U32_MAX, unixSeconds } from '../units/index.ts';
import {
  BENCH_UNIX_MS,
  type Bench,
  command,
  createBench,
  credit,
  lastCounter,
  live,
  restart,
  STRICT_POLICY,
  value,
} from './board.testing.ts';
import {
  benchTicket,
  cardEvents,
  cardWith,
  carry,
  insert,
  lastRefusal,
  loadInto,
  pull,
  valueIsWhole,
  visit,
} from './card-slot.testing.ts';
import { eventsFrom } from './event-log.ts';
import {
  balanceOf,
  displayOf,
  flagsOf,
  levelsOf,
  pressKey,
  senseSeal,
  stepCardInserted,
  stepCardRemoved,
  stepCardResponse,
  stepTime,
} from './index.ts';
import { restOf, wake } from './power-cut.testing.ts';
import { FrozenReason } from './purse.ts';
import { freeze } from './purse-journal.ts';
import { cardsHeld } from './svm-cards.ts';

/** As events have it: the last six bytes of the card's number. */
const NUMBER = [Number.parseInt(CSN.slice(2, 6), 16), Number.parseInt(CSN.slice(6), 16)] as const;
const leftOn = (hand: CardInHand, region: Region = Region.electricity): number => purseOf(hand, region).balance;

function keyIn(bench: Bench, digits: string): void {
  for (const digit of digits) pressKey(bench.meter, digit as '0', bench.now, bench.out);
}

test('a poll that asks for it is told all that was ever taken from cards, and no other poll is', () => {
  const bench = createBench();
  const asked = { totals: false, modeTable: false, policy: false, profiles: [] };
  const read = (request: Parameters<typeof encodeUseRequest>[0]): UseAnswer => {
    const answer = decodeUseAnswer(command(bench, Command.useAndLog, encodeUseRequest(request)));
    assert.ok(!isRecordFailure(answer));
    return answer;
  };
  const told = () => read({ ...asked, cards: true });
  assert.deepEqual(told().cards, { fromCards: 0, epoch: 0 });
  visit(bench, cardWith(700, { ticket: benchTicket({ epoch: 3 }) }));
  visit(bench, cardWith(30, { id: OTHER_CSN, ticket: benchTicket({ epoch: 3 }, { id: OTHER_CSN }) }));
  assert.deepEqual(told().cards, { fromCards: 730, epoch: 3 });
  assert.deepEqual([told().head.balance, told().head.result], [730, Result.done]);
  assert.equal(read(asked).cards, undefined);
  freeze(bench.meter.svm, FrozenReason.memoryEdited);
  assert.deepEqual([told().cards, told().head.result], [undefined, Result.notHeld]);
});

test('a card that is put in gives all it may, and the relay that was open for want of credit closes', () => {
  const bench = createBench();
  live(bench, 1, 30_000);
  assert.equal(bench.out.heard.at(-1), 'relay 1 open');
  const hand = cardWith(700);
  insert(bench, hand);
  assert.equal(balanceOf(bench.meter), 700);
  assert.equal(levelsOf(bench.meter).fromCards, 700);
  assert.deepEqual([leftOn(hand), purseOf(hand, Region.electricity).pending], [0, undefined]);
  assert.equal(bench.meter.supplies[0]?.relay.reasons, 0);
  assert.ok(bench.out.heard.includes('relay 1 closed'));
  const [row] = cardsHeld(bench.meter).rows;
  assert.deepEqual([row?.csn, row?.debitCounter, row?.taken, row?.settled], [CSN, 1, 700, true]);
  valueIsWhole(bench, hand, 700);
  pull(bench, hand);
  assert.deepEqual(cardEvents(bench), [
    ['inserted', ...NUMBER],
    ['credited', 1, 700],
    ['removed', ...NUMBER],
  ]);
  assert.equal(live(bench, 1, 30_000), 30_000);
});

test('what was keyed in before is taken and no more; keyed 0 takes nothing; more than there is takes what there is', () => {
  const bench = createBench();
  const hand = cardWith(1_000);
  for (const [keyed, left] of [
    ['300', 700],
    ['0', 700],
    ['999999999', 0],
  ] as const) {
    keyIn(bench, keyed);
    insert(bench, hand);
    assert.equal(displayOf(bench.meter).page, 'card');
    pull(bench, hand);
    assert.equal(leftOn(hand), left);
    assert.equal(displayOf(bench.meter).text, String(1_000 - left), 'the digits are gone');
    valueIsWhole(bench, hand, 1_000);
  }
  assert.equal(lastRefusal(bench), undefined);
});

test('a meter of another region takes of its own region alone, and in the longer suite too', () => {
  const bench = createBench({ region: Region.gas, suite: Suite.aes256 });
  const hand = cardWith(500, { region: Region.gas, suite: Suite.aes256 });
  loadInto(hand, 1, 90, { suite: Suite.aes256 });
  visit(bench, hand);
  assert.deepEqual([leftOn(hand, Region.gas), leftOn(hand), balanceOf(bench.meter)], [0, 90, 500]);
  const electric = createBench();
  visit(electric, cardWith(500, { region: Region.gas, ticket: ticketOf() }));
  assert.equal(balanceOf(electric.meter), 0);
  assert.equal(lastRefusal(electric), CardRefusal.noTicket);
});

test('the same card twice in a row gives once, and what was loaded in between afterwards', () => {
  const bench = createBench();
  const hand = cardWith(400);
  visit(bench, hand);
  visit(bench, hand);
  assert.deepEqual([balanceOf(bench.meter), leftOn(hand)], [400, 0]);
  loadInto(hand, 2, 250);
  visit(bench, hand);
  assert.equal(levelsOf(bench.meter).fromCards, 650);
  valueIsWhole(bench, hand, 650);
  assert.equal(lastRefusal(bench), undefined);
  assert.equal(cardsHeld(bench.meter).rows.length, 1);
});

test('emergency credit is repaid from the card first', () => {
  const bench = createBench({ policy: { ...STRICT_POLICY, emergencyCredit: tokens(60) } });
  live(bench, 3, 600_000);
  const { owed } = levelsOf(bench.meter);
  assert.ok(owed > 0);
  const hand = cardWith(400);
  visit(bench, hand);
  assert.equal(levelsOf(bench.meter).owed, 0);
  const told = eventsFrom(bench.meter, 1, 255).filter(({ kind }) => kind === EventKind.emergencyCreditRepaid);
  assert.deepEqual(
    told.map((event) => event.value),
    [owed],
  );
  valueIsWhole(bench, hand, 400);
});

test('a purse that was closed is open again when a card has given value to it, and closes again', () => {
  const bench = createBench({ policy: { ...STRICT_POLICY, emergencyCredit: tokens(60) } });
  credit(bench, 100);
  const close = () => value(bench, { op: ValueOp.close, counter: lastCounter(bench) + 1 });
  close();
  assert.equal(levelsOf(bench.meter).purseClosed, true);
  const hand = cardWith(400);
  visit(bench, hand);
  assert.equal(levelsOf(bench.meter).purseClosed, false);
  valueIsWhole(bench, hand, 400);
  restart(bench);
  assert.equal(bench.meter.purseClosed, false);
  assert.equal(close().amount, 400);
  assert.equal(levelsOf(bench.meter).purseClosed, true);
});

test('the page of the card shows each region in turn, and the flag and the call to the host say that it is there', () => {
  const bench = createBench();
  const hand = cardWith(1_234);
  loadInto(hand, 1, 5_000, { region: Region.gas });
  assert.equal(flagsOf(bench.meter) & MeterFlag.cardInserted, 0);
  keyIn(bench, '234');
  const calls = bench.out.attentions.length;
  insert(bench, hand, 1);
  assert.equal(bench.out.attentions.length, calls, 'nobody is called before the card has said its number');
  carry(bench, hand);
  assert.ok(flagsOf(bench.meter) & MeterFlag.cardInserted);
  assert.ok(bench.meter.attention & AttentionReason.cardInserted);
  assert.equal(bench.out.attentions.length, calls + 1);
  const shown = new Set<string>();
  for (let second = 0; second < 12; second++) {
    bench.now += 1_000;
    stepTime(bench.meter, bench.now, bench.out);
    const { page, text, unit } = displayOf(bench.meter);
    shown.add(`${page} ${text} ${unit}`);
  }
  assert.deepEqual([...shown].sort(), ['card 1 1000 tokens', 'card 2 5000 tokens']);
  pull(bench, hand);
  assert.equal(flagsOf(bench.meter) & MeterFlag.cardInserted, 0);
  assert.deepEqual([displayOf(bench.meter).page, displayOf(bench.meter).text], ['balance', '234']);
});

test('the buzzer warns of a region that is low; of the own one what the meter has counts too, and an unused one not', () => {
  const low = STRICT_POLICY.lowBalance;
  const buzzes = (electricity: number, gas: number, keyed = ''): boolean => {
    const bench = createBench();
    const hand = cardWith(electricity);
    if (gas > 0) loadInto(hand, 1, gas, { region: Region.gas });
    keyIn(bench, keyed);
    insert(bench, hand);
    return bench.out.heard.includes(`buzzer ${STRICT_POLICY.buzzer.seconds}`);
  };
  assert.equal(buzzes(low + 1, 0), false);
  assert.equal(buzzes(low + 1, low + 1), false);
  assert.equal(buzzes(low + 1, low), true);
  assert.equal(buzzes(low, 0), true);
  assert.equal(buzzes(low + 1, 0, '5'), false);
});

const YEAR_MS = 365 * 86_400_000;

test('a card that comes back after a year is known: what it gave is not taken again, and what was pending is', () => {
  const bench = createBench();
  const lasting = benchTicket({ expiry: unixSeconds(AT + 2 * 365 * 86_400) });
  const hand = cardWith(800, { ticket: lasting });
  keyIn(bench, '300');
  // Up to the commit, and not to the acknowledgement.
  insert(bench, hand, 4);
  pull(bench, hand);
  assert.deepEqual([levelsOf(bench.meter).fromCards, purseOf(hand, Region.electricity).pending?.amount], [300, 300]);
  restart(bench, { afterMs: YEAR_MS });
  insert(bench, hand);
  assert.deepEqual([levelsOf(bench.meter).fromCards, leftOn(hand)], [800, 0]);
  valueIsWhole(bench, hand, 800);
});

test('a ticket that ran out over the year gives nothing, until the next one is on the card', () => {
  const bench = createBench();
  const hand = cardWith(800);
  insert(bench, hand, 3);
  pull(bench, hand);
  const pending = purseOf(hand, Region.electricity).pending?.amount;
  restart(bench, { afterMs: YEAR_MS });
  visit(bench, hand);
  assert.equal(lastRefusal(bench), CardRefusal.ticketExpired);
  assert.equal(purseOf(hand, Region.electricity).pending?.amount, pending);
  loadInto(hand, 2, 100, { ticket: benchTicket({ version: 2, expiry: unixSeconds(AT + 2 * 365 * 86_400) }) });
  visit(bench, hand);
  assert.equal(levelsOf(bench.meter).fromCards, 900);
  valueIsWhole(bench, hand, 900);
});

test('a clock that the CPU holds back makes no ticket last longer than the host’s last word of the time', () => {
  const expiry = unixSeconds(BENCH_UNIX_MS / 1000 + 3_600);
  for (const [setTo, refusal] of [
    [expiry - 1, undefined],
    [expiry, CardRefusal.ticketExpired],
  ] as const) {
    const bench = createBench();
    const hand = cardWith(300, { ticket: benchTicket({ expiry }) });
    command(bench, Command.clockSet, encodeClockSet({ seconds: unixSeconds(setTo), milliseconds: 0 }));
    bench.meter.kept.clockOffsetMs = BENCH_UNIX_MS;
    const { bench: again } = wake(restOf(bench));
    again.meter.kept.clockOffsetMs = BENCH_UNIX_MS;
    visit(again, hand);
    assert.equal(lastRefusal(again), refusal);
  }
});

/** What a card is refused for, with what it leaves in the meter. */
const REFUSED: readonly {
  readonly what: string;
  readonly refusal: CardRefusal;
  readonly hand: () => CardInHand;
  readonly before?: (bench: Bench) => void;
}[] = [
  { what: 'no ticket', refusal: CardRefusal.noTicket, hand: () => newCard([Region.electricity]) },
  {
    what: 'a ticket under a key that the meter has not',
    refusal: CardRefusal.ticketForeign,
    hand: () => cardWith(500, { ticket: benchTicket({}, { suite: Suite.aes256 }) }),
  },
  {
    what: 'a ticket whose last second is over',
    refusal: CardRefusal.ticketExpired,
    hand: () => cardWith(500, { ticket: benchTicket({ expiry: unixSeconds(BENCH_UNIX_MS / 1000) }) }),
  },
  {
    what: 'an older ticket than the last',
    refusal: CardRefusal.ticketOld,
    hand: () => cardWith(500),
    before: (bench) => visit(bench, cardWith(10, { ticket: benchTicket({ version: 2 }) })),
  },
  {
    what: 'a blocked card, since another brought the next epoch',
    refusal: CardRefusal.epochPast,
    hand: () => cardWith(500),
    before: (bench) =>
      visit(bench, cardWith(10, { id: OTHER_CSN, ticket: benchTicket({ epoch: 1 }, { id: OTHER_CSN }) })),
  },
  {
    what: 'a limit that is reached',
    refusal: CardRefusal.limitReached,
    hand: () => {
      const hand = cardWith(30, { ticket: benchTicket({ limit: tokens(30) }) });
      const bench = createBench();
      visit(bench, hand);
      loadInto(hand, 2, 500);
      return hand;
    },
    before: (bench) => visit(bench, cardWith(30, { ticket: benchTicket({ limit: tokens(30) }) })),
  },
  {
    what: 'a purse without room',
    refusal: CardRefusal.purseFull,
    hand: () => cardWith(500),
    before: (bench) => credit(bench, U32_MAX),
  },
];

for (const { what, refusal, hand: made, before } of REFUSED) {
  test(`nothing is taken where there is ${what}; the meter says so, and shows what the card has`, () => {
    const bench = createBench();
    before?.(bench);
    const hand = made();
    const [was, levels] = [leftOn(hand), levelsOf(bench.meter)];
    insert(bench, hand);
    assert.equal(lastRefusal(bench), refusal);
    assert.deepEqual([leftOn(hand), purseOf(hand, Region.electricity).pending], [was, undefined]);
    assert.deepEqual(levelsOf(bench.meter), levels);
    const shown = [0, 3_000].map((ms) => {
      stepTime(bench.meter, bench.now + ms, bench.out);
      return displayOf(bench.meter).text;
    });
    assert.deepEqual(shown.sort(), was > 0 ? [`1 ${was}`, `E${refusal}`] : [`E${refusal}`, `E${refusal}`]);
  });
}

test('a limit holds over insertions, and what is below it is taken', () => {
  const bench = createBench();
  const hand = cardWith(1_000, { ticket: benchTicket({ limit: tokens(700) }) });
  keyIn(bench, '500');
  visit(bench, hand);
  visit(bench, hand);
  assert.deepEqual([levelsOf(bench.meter).fromCards, leftOn(hand), lastRefusal(bench)], [700, 300, undefined]);
  visit(bench, hand);
  assert.deepEqual([leftOn(hand), lastRefusal(bench)], [300, CardRefusal.limitReached]);
  loadInto(hand, 2, 1, { ticket: benchTicket({ version: 2, limit: tokens(700) }) });
  visit(bench, hand);
  assert.equal(leftOn(hand), 0);
  valueIsWhole(bench, hand, 1_001);
});

test('a purse with little room takes what it has room for', () => {
  const bench = createBench();
  credit(bench, U32_MAX - 40);
  const hand = cardWith(100);
  visit(bench, hand);
  assert.deepEqual([leftOn(hand), balanceOf(bench.meter)], [60, U32_MAX]);
});

test('the epoch that a ticket brings is durable before anything else, also when the card is pulled then', () => {
  const bench = createBench();
  const next = cardWith(10, { id: OTHER_CSN, ticket: benchTicket({ epoch: 3 }, { id: OTHER_CSN }) });
  // Selection, serial number, ticket.
  insert(bench, next, 2);
  pull(bench, next);
  const { bench: again } = wake(restOf(bench));
  assert.equal(cardsHeld(again.meter).epoch, 3);
  visit(again, cardWith(500));
  assert.equal(lastRefusal(again), CardRefusal.epochPast);
  visit(again, next);
  assert.equal(levelsOf(again.meter).fromCards, 10);
});

test('a frozen meter takes nothing, and one that was dismantled neither', () => {
  const frozen = createBench();
  credit(frozen, 5);
  const old = frozen.memory.nvm.bytes.slice();
  credit(frozen, 5);
  const { bench: rolled } = wake({ ...restOf(frozen), nvm: old });
  const open = createBench();
  senseSeal(open.meter, { sensor: 'cover', on: true }, open.now, open.out);
  for (const [bench, refusal] of [
    [rolled, CardRefusal.frozen],
    [open, CardRefusal.dismantled],
  ] as const) {
    const hand = cardWith(300);
    insert(bench, hand);
    assert.equal(lastRefusal(bench), refusal);
    assert.deepEqual(cardEvents(bench)[0], ['inserted', ...NUMBER]);
    assert.equal(leftOn(hand), 300);
    assert.equal(bench.meter.card?.balances.get(Region.electricity), 300);
  }
});

test('what answers as no card does is refused, and neither an answer too many nor an empty slot does anything', () => {
  const bench = createBench();
  const mute = { send: () => new Uint8Array(0), pull: () => undefined } as unknown as CardInHand;
  insert(bench, mute);
  assert.deepEqual(bench.out.commands, []);
  stepCardResponse(bench.meter, Uint8Array.of(0x90, 0), bench.now, bench.out);
  pull(bench, mute);
  assert.deepEqual(cardEvents(bench), [
    ['inserted', 0, 0],
    ['refused', CardRefusal.unintelligible, 0],
    ['removed', 0, 0],
  ]);
  stepCardResponse(bench.meter, Uint8Array.of(0x90, 0), bench.now, bench.out);
  stepCardRemoved(bench.meter, bench.now, bench.out);
  assert.equal(cardEvents(bench).length, 3);
  assert.deepEqual(bench.out.commands, []);
});

test('a card of another kind says no to the purse’s name, and the meter tells with what', () => {
  const bench = createBench();
  const other = { send: () => Uint8Array.of(0x6a, 0x82), pull: () => undefined } as unknown as CardInHand;
  insert(bench, other);
  assert.deepEqual(cardEvents(bench), [
    ['inserted', 0, 0],
    ['refused', CardRefusal.byCard, 0x6a82],
  ]);
  assert.equal(displayOf(bench.meter).text, 'PAY');
});

test('a seventeenth card takes the place of the one that was used longest ago', () => {
  const bench = createBench();
  const cards = Array.from({ length: 17 }, (_, i) => {
    const id = csn((0x04_0000_0000_00n + BigInt(i)).toString(16).padStart(14, '0'));
    return { id, hand: cardWith(10, { id }) };
  });
  const held = () => cardsHeld(bench.meter).rows.map(({ csn: id }) => id);
  for (const { hand } of cards.slice(0, 16)) visit(bench, hand);
  assert.equal(held().length, 16);
  // The first is used again: the second is now the oldest.
  loadInto(cards[0]?.hand as CardInHand, 2, 5, { id: cards[0]?.id as never });
  visit(bench, cards[0]?.hand as CardInHand);
  visit(bench, cards[16]?.hand as CardInHand);
  assert.deepEqual(
    held().sort(),
    cards
      .map(({ id }) => id)
      .filter((id) => id !== cards[1]?.id)
      .sort(),
  );
  assert.equal(levelsOf(bench.meter).fromCards, 175);
});

test('a card whose value may still be pending keeps its row, and where all do nothing is taken from another', () => {
  const bench = createBench();
  const cards = Array.from({ length: 17 }, (_, i) => {
    const id = csn((0x04_0000_0000_00n + BigInt(i)).toString(16).padStart(14, '0'));
    return { id, hand: cardWith(10, { id }) };
  });
  const last = cards[16]?.hand as CardInHand;
  for (const { hand } of cards.slice(0, 16)) {
    insert(bench, hand, 4);
    pull(bench, hand);
  }
  visit(bench, last);
  assert.deepEqual([leftOn(last), lastRefusal(bench)], [10, CardRefusal.tableFull]);
  // One of them comes again and shows that nothing is pending.
  visit(bench, cards[7]?.hand as CardInHand);
  visit(bench, last);
  assert.equal(leftOn(last), 0);
  assert.equal(levelsOf(bench.meter).fromCards, 170);
  assert.ok(!cardsHeld(bench.meter).rows.some(({ csn: id }) => id === cards[7]?.id));
});

for (const protocol of ['t0', 't1'] as const) {
  test(`on the contacts of a slot that speaks ${protocol} a whole insertion goes as it does in this process`, (t) => {
    const bench = createBench();
    const hand = cardWith(640);
    const wire = new ContactWire(METER_SLOT);
    wire.insert({
      atr: ATRS[protocol],
      caseOf: ([, instruction]) => CASES[instruction as number],
      workCycles: () => 0,
      begin: () => (command) => hand.send(command),
    });
    assert.ok(!('reason' in wire.open()));
    const before = wire.microseconds;
    stepCardInserted(bench.meter, bench.now, bench.out);
    carry(bench, {
      send: (command) => {
        const said = wire.transmit(command);
        assert.ok('bytes' in said, JSON.stringify(said));
        return said.bytes;
      },
    });
    t.diagnostic(`${Math.round((wire.microseconds - before) / 1000)} ms at 9,600 bit/s`);
    assert.equal(lastRefusal(bench), undefined);
    assert.equal(bench.meter.card?.work.name, 'idle');
    valueIsWhole(bench, hand, 640);
    assert.equal(levelsOf(bench.meter).fromCards, 640);
  });
}

/** What T=0 must know of the purse's commands: with data in, out, or both. */
const CASES: Readonly<Record<number, 2 | 3 | 4>> = {
  [Instruction.select]: 3,
  [Instruction.getData]: 2,
  [PurseInstruction.ticket]: 4,
  [PurseInstruction.open]: 4,
  [PurseInstruction.debit]: 4,
  [PurseInstruction.acknowledge]: 3,
  [PurseInstruction.status]: 2,
};
