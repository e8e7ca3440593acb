import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Purpose, Suite } from '../crypto/index.ts';
import { Command, ValueOp, ValueResult } from '../exchange/index.ts';
import {
  EventKind,
  encodeClockSet,
  encodePolicy,
  encodeRelayCommand,
  RelayAction,
  RelayReason,
  Result,
} from '../records/index.ts';
import { encodeModeTable } from '../tariff/index.ts';
import { type MilliwattHours, milliwattHours, tokens, unixSeconds } from '../units/index.ts';
import {
  BENCH_UNIX_MS,
  type Bench,
  benchTable,
  charged,
  command,
  costOfProfile,
  createBench,
  credit,
  exchangeWith,
  keyOf,
  lastCounter,
  live,
  minuteOf,
  restart,
  STRICT_POLICY,
  TXID,
  value,
} from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { levelsOf, type Supply, stepEnergy, totalsNow } from './index.ts';
import { rotate } from './keys.testing.ts';
import { everyCut, type Rest, restOf, wake } from './power-cut.testing.ts';

/** A meter that has lived: credit, a draw, some minutes. Some of a minute is still in the air. */
function lived(): Rest {
  const bench = createBench();
  credit(bench, 5000);
  live(bench, 3, 30_000);
  bench.now += 20_000;
  return restOf(bench);
}

const START = Math.floor(BENCH_UNIX_MS / 60_000);
const table = benchTable();

/** What must hold of every meter that comes back: not frozen, and charged for exactly what its profile has (I2, I20). */
function isSound(bench: Bench): void {
  const levels = levelsOf(bench.meter);
  assert.equal(levels.frozen, 0);
  const { stored, out, used, closed, credited, fromCards, owed } = levels;
  assert.equal(stored + out + used + closed, credited + fromCards + owed);
  assert.ok(out >= 0 && out <= 100, `${out} tokens in tank and exchanger`);
  assert.equal(
    charged(bench),
    costOfProfile(bench, START, minuteOf(bench), () => table),
  );
}

const worthOf = (bench: Bench): number => {
  const { stored, out } = levelsOf(bench.meter);
  return stored + out;
};

for (const { name, op, after, result } of [
  { name: 'credit', op: ValueOp.credit, after: 700, result: ValueResult.done },
  { name: 'void', op: ValueOp.void, after: 0, result: ValueResult.voided },
] as const) {
  test(`a ${name} cut at any byte happened wholly or not at all, and repeated it happens exactly once`, () => {
    const rest = lived();
    const { bench: before } = wake(rest);
    const worth = worthOf(before);
    const counter = lastCounter(before) + 1;
    const ask = (bench: Bench) => value(bench, { op, counter, txid: TXID('once'), amount: tokens(700) });
    let applied = 0;
    const points = everyCut(rest, ask, (bench) => {
      isSound(bench);
      const done = lastCounter(bench) === counter;
      if (done) applied += 1;
      assert.equal(worthOf(bench), done ? worth + after : worth);
      const receipt = ask(bench);
      assert.equal(receipt.result, done && op === ValueOp.credit ? ValueResult.alreadyDone : result);
      assert.equal(receipt.amount, after);
      assert.equal(worthOf(bench), worth + after);
      assert.equal(lastCounter(bench), counter);
      isSound(bench);
    });
    assert.ok(points > 200 && applied > 0 && applied < points, `${applied} of ${points} cuts came after the commit`);
  });
}

test('a close cut at any byte empties the purse wholly or not at all, and names the same amount ever after', () => {
  const rest = lived();
  const { bench: before } = wake(rest);
  const worth = worthOf(before);
  const counter = lastCounter(before) + 1;
  const close = (bench: Bench) => value(bench, { op: ValueOp.close, counter });
  everyCut(rest, close, (bench) => {
    isSound(bench);
    assert.equal(worthOf(bench), lastCounter(bench) === counter ? 0 : worth);
    assert.equal(close(bench).amount, worth);
    assert.equal(worthOf(bench), 0);
    assert.equal(levelsOf(bench.meter).closed, worth);
    assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.noCredit);
  });
});

test('draws and minute commits cut at any byte lose at most one minute, to the customer, and charge what the profile has', () => {
  const rest = lived();
  const { bench: before } = wake(rest);
  const profile = costOfProfile(before, START, minuteOf(before), () => table);
  // 4 kWh a minute at 200 %: more than a whole tank, so that each minute draws in its middle.
  const minute = 4_000_000;
  const cost = 40_000n * BigInt(table.unitCharge) * 200n * 100n;
  let drawn = 0;
  everyCut(
    rest,
    (bench) => {
      bench.now -= 20_000;
      live(bench, 2, minute);
    },
    (bench) => {
      isSound(bench);
      const billed = costOfProfile(bench, START, minuteOf(bench), () => table) - profile;
      const ended = BigInt(Math.max(0, Math.floor((bench.now - rest.now) / 60_000) - 1));
      assert.ok(billed >= ended * cost && billed <= (ended + 1n) * cost + cost, `${billed} after ${ended} minutes`);
      drawn = Math.max(drawn, levelsOf(bench.meter).used);
    },
  );
  assert.ok(drawn > 200);
});

test('a loan cut at any byte is owed exactly when it is in the tank', () => {
  const bench = createBench({ policy: { ...STRICT_POLICY, emergencyCredit: tokens(50) } });
  credit(bench, 5);
  live(bench, 1, 100_000);
  const rest = restOf(bench);
  let lent = 0;
  everyCut(
    rest,
    (cut) => live(cut, 3, 300_000),
    (cut) => {
      isSound(cut);
      const { owed, out, used } = levelsOf(cut.meter);
      assert.equal(out + used, 5 + owed);
      if (owed > 0) lent += 1;
    },
  );
  assert.ok(lent > 0);
});

test('several supplies commit their minute together: no cut bills one of them for what the other does not show', () => {
  const tables = [benchTable(1), benchTable(2, 1, 30_000), benchTable(3, 1, 7_000)];
  const bench = createBench({ tables });
  credit(bench, 5000);
  const rest = restOf(bench);
  everyCut(
    rest,
    (cut) => {
      cut.now += 30_000;
      for (const [i, energy] of [250_000, 410_000, 99_900].entries()) {
        stepEnergy(cut.meter, (i + 1) as 1, energy as MilliwattHours, cut.now, cut.out);
      }
      cut.now -= 30_000;
      live(cut, 1, 50_000);
    },
    (cut) => {
      const { meter } = cut;
      assert.equal(meter.frozen, 0);
      let cost = 0n;
      for (const [i, supply] of meter.supplies.entries()) {
        const alone = { ...cut, meter: { ...meter, supplies: [supply] } } as Bench;
        cost += costOfProfile(alone, START, minuteOf(cut) + 2, () => tables[i] as (typeof tables)[number]);
      }
      assert.equal(charged(cut), cost);
    },
  );
});

test('a key change cut at any byte leaves the old key, the new one or both, and repeated it is done', () => {
  const rest = lived();
  everyCut(
    rest,
    (bench) => rotate(bench, Purpose.value, 1),
    (bench) => {
      isSound(bench);
      const [old, next] = [keyOf(Purpose.value), keyOf(Purpose.value, Suite.aes128, 1)];
      const held = [old, next].filter(({ n }) => bench.meter.sam.keys.has(n));
      assert.ok(held.length > 0);
      assert.equal(rotate(bench, Purpose.value, 1, held[0]), Result.done);
      assert.ok(bench.meter.sam.keys.has(next.n));
      assert.equal(levelsOf(bench.meter).credited, 5000);
    },
  );
});

test('a key that is replaced under its own name, cut at any byte, is there in the old form or the new', () => {
  const value = keyOf(Purpose.value);
  const points = everyCut(
    lived(),
    (bench) => rotate(bench, Purpose.value, 0, keyOf(Purpose.maintenance)),
    (bench) => {
      assert.ok(bench.meter.sam.keys.has(value.n));
      assert.equal(credit(bench, 3).result, ValueResult.done);
    },
  );
  assert.ok(points > 60);
});

test('a policy change and a table change cut at any byte leave the old one or the new one', () => {
  const rest = lived();
  const policy = { ...STRICT_POLICY, version: 2, emergencyCredit: tokens(70) };
  const change = (bench: Bench) => command(bench, Command.supplyPolicy, encodePolicy(policy));
  everyCut(rest, change, (bench) => {
    isSound(bench);
    const { version, emergencyCredit } = bench.meter.policy;
    assert.deepEqual([version, emergencyCredit], version === 2 ? [2, 70] : [1, 0]);
    change(bench);
    assert.equal(bench.meter.policy.version, 2);
  });
  const next = benchTable(1, 2, 99_000);
  const take = (bench: Bench) => command(bench, Command.modeTable, encodeModeTable(next));
  everyCut(rest, take, (bench) => {
    assert.equal(bench.meter.frozen, 0);
    const held = bench.meter.supplies[0]?.tables.map((held) => held?.version);
    assert.ok(held?.includes(1));
    take(bench);
    assert.ok(bench.meter.supplies[0]?.tables.some((held) => held?.version === 2));
  });
});

test('the end of a day cut at any byte leaves the register where it was', () => {
  const bench = createBench();
  credit(bench, 5000);
  live(bench, 14 * 60 - 1, 10_000);
  const rest = restOf(bench);
  const register = (cut: Bench) => totalsNow(cut.meter.supplies[0] as never).registerImport;
  const before = register(wake(rest).bench);
  let ended = 0;
  everyCut(
    rest,
    (cut) => live(cut, 1, 10_000),
    (cut) => {
      isSound(cut);
      const now = register(cut);
      assert.ok(now === before || now === before + 100);
      live(cut, 1, 10_000);
      const totals = totalsNow(cut.meter.supplies[0] as never);
      assert.equal(totals.registerImport, now + 100);
      assert.equal(totals.today + (totals.days[0] as number), Math.floor(totals.registerImport / 10));
      ended += 1;
    },
  );
  assert.ok(ended > 200);
});

test('a clock set cut at any byte leaves the old time or the new', () => {
  const rest = lived();
  const at = BENCH_UNIX_MS + rest.now + 3_600_000;
  const set = (bench: Bench) =>
    command(
      bench,
      Command.clockSet,
      encodeClockSet({ seconds: unixSeconds(Math.floor(at / 1000)), milliseconds: at % 1000 }),
    );
  everyCut(rest, set, (bench) => {
    assert.equal(bench.meter.frozen, 0);
    const offset = bench.meter.kept.clockOffsetMs - BENCH_UNIX_MS;
    assert.ok(offset === 0 || offset === 3_600_000, `${offset}`);
    assert.equal(
      charged(bench),
      costOfProfile(bench, START, minuteOf(bench) + 61, () => table),
    );
    set(bench);
    assert.equal(bench.meter.kept.clockOffsetMs - BENCH_UNIX_MS, 3_600_000);
  });
});

test('a relay command cut at any byte leaves latch and reason in agreement after the start', () => {
  const rest = lived();
  const open = (bench: Bench) =>
    command(bench, Command.relay, encodeRelayCommand({ supply: 1, action: RelayAction.open }));
  everyCut(rest, open, (bench) => {
    isSound(bench);
    const reasons = bench.meter.supplies[0]?.relay.reasons;
    assert.ok(reasons === 0 || reasons === RelayReason.command);
    assert.equal(bench.meter.kept.latchesOpen, reasons === 0 ? 0 : 1);
    const moves = eventsFrom(bench.meter, 1, 255).filter(
      ({ kind, detail }) => kind === EventKind.relayOpened && detail === RelayReason.command,
    );
    assert.equal(moves.length, reasons === 0 ? 0 : 1, 'the event is there exactly when the relay is open');
    restart(bench);
    assert.equal(bench.meter.supplies[0]?.relay.reasons, reasons);
  });
});

test('a credit cut anywhere, and again anywhere in the start that follows, still happens exactly once', () => {
  const rest = lived();
  const counter = lastCounter(wake(rest).bench) + 1;
  const ask = (bench: Bench) => value(bench, { op: ValueOp.credit, counter, amount: tokens(700) });
  const check = (bench: Bench) => {
    isSound(bench);
    ask(bench);
    assert.equal(levelsOf(bench.meter).credited, 5700);
  };
  // One byte in thirteen here; `test/slow/meter-power-cuts.test.ts` has them all.
  assert.ok(everyCut(rest, ask, check, { step: 13, secondCut: true }) > 10);
});

test('a session does not survive the power: the host asks again from the start', () => {
  const { bench } = wake(lived());
  const answer = exchangeWith(bench, keyOf(Purpose.value), Command.valueStore, () => {
    restart(bench);
    return new Uint8Array(18);
  });
  assert.equal(answer, undefined);
});

test('a thousand power cuts at the 59th second cost the utility a minute each at most, gain nobody a token, and are told', () => {
  const bench = createBench();
  credit(bench, 1_000_000);
  const register = () => totalsNow(bench.meter.supplies[0] as Supply).registerImport;
  const used = () => levelsOf(bench.meter).used;
  const whole = { register: register(), used: used() };
  live(bench, 1, 60_000);
  const minute = { register: register() - whole.register, used: used() - whole.used };
  for (let cut = 0; cut < 1_000; cut++) {
    const before = { register: register(), used: used() };
    live(bench, 1, 60_000);
    bench.now += 59_000;
    stepEnergy(bench.meter, 1, milliwattHours(59_000), bench.now, bench.out);
    restart(bench, { afterMs: 1_000 });
    // The minute before is in the memories; of the one that was cut off, all of it or nothing.
    assert.ok(register() >= before.register + minute.register && register() <= before.register + 2 * minute.register);
    assert.ok(used() >= before.used + minute.used - 1 && used() <= before.used + 2 * minute.used + 2);
  }
  assert.equal(levelsOf(bench.meter).frozen, 0);
  assert.ok(eventsFrom(bench.meter, 1, 255).some(({ kind }) => kind === EventKind.powerCutsRepeated));
});
