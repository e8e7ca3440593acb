import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command, ValueOp, ValueResult } from '../exchange/index.ts';
import {
  AttentionReason,
  EventKind,
  encodePolicy,
  encodeRelayCommand,
  type FlowRules,
  RelayAction,
  RelayReason,
  type SupplyPolicy,
} from '../records/index.ts';
import { Region, tokens } from '../units/index.ts';
import {
  type Bench,
  benchTable,
  charged,
  command,
  costOfProfile,
  createBench,
  minuteOf,
  restart,
  STRICT_POLICY,
  value,
} from './board.testing.ts';
import { cardWith, visit } from './card-slot.testing.ts';
import { eventsFrom } from './event-log.ts';
import {
  balanceOf,
  displayOf,
  displayPages,
  pressKey,
  stepCounter,
  stepPulses,
  stepTemperature,
  stepTime,
  totalsNow,
} from './index.ts';
import { everyCut, restOf } from './power-cut.testing.ts';

const RULES: FlowRules = {
  steady: null,
  burst: null,
  leakClearedBy: 'key-press',
  frostBelow: null,
  fullStop: 'allowed',
};

/** A meter of ten litres a pulse, or of whatever the region has, with value from a card. */
function pipe(
  flow: Partial<FlowRules> = {},
  options: { region?: Region; quantaPerPulse?: number; value?: number; policy?: Partial<SupplyPolicy> } = {},
): Bench {
  const { region = Region.gas, quantaPerPulse = 100, value = 1_000_000 } = options;
  const policy = { ...STRICT_POLICY, ...options.policy, flow: { ...RULES, ...flow } };
  const bench = createBench({ region, policy, pulses: { quantaPerPulse }, tables: [benchTable(1, 1, 1_000_000)] });
  if (value > 0) visit(bench, cardWith(value, { region }));
  bench.out.heard.length = 0;
  return bench;
}

/** Minutes with so many pulses each, while the valve lets them through; how many came. */
function flow(bench: Bench, minutes: number, pulses: number, { closed = false } = {}): number {
  let came = 0;
  for (let minute = 0; minute < minutes; minute++) {
    bench.now += 60_000;
    const passes = closed || reasonsOf(bench) === 0 ? pulses : 0;
    stepPulses(bench.meter, passes, bench.now, bench.out);
    came += passes;
  }
  return came;
}

const reasonsOf = (bench: Bench): number => bench.meter.supplies[0]?.relay.reasons as number;
const registerOf = (bench: Bench): number => totalsNow(bench.meter.supplies[0] as never).registerImport;
const told = (bench: Bench, ...kinds: EventKind[]) =>
  eventsFrom(bench.meter, 1, 255)
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, value, detail }) => [kind, value, detail]);
const press = (bench: Bench, ...keys: Parameters<typeof pressKey>[1][]): void => {
  for (const key of keys) pressKey(bench.meter, key, bench.now, bench.out);
};

test('pulses are charged by the mode table, in tenths of a unit, over price changes', () => {
  const bench = pipe({}, { value: 4_000_000 });
  const from = minuteOf(bench);
  const came = flow(bench, 24 * 60, 3);
  assert.equal(came, 24 * 60 * 3);
  assert.equal(registerOf(bench), came * 100);
  stepTime(bench.meter, bench.now + 60_000, bench.out);
  const cost = costOfProfile(bench, from, minuteOf(bench), () => benchTable(1, 1, 1_000_000));
  assert.equal(charged(bench), cost);
  assert.ok(cost > 0n);
});

test('what flowed is in the register also where the last token was not enough for its pulse, and is not charged', () => {
  const bench = pipe({}, { value: 7, quantaPerPulse: 10_000 });
  let came = 0;
  while (reasonsOf(bench) === 0) came += flow(bench, 1, 5);
  assert.equal(reasonsOf(bench), RelayReason.noCredit);
  assert.equal(balanceOf(bench.meter), 0);
  assert.equal(registerOf(bench), came * 10_000);
  const units = charged(bench);
  assert.ok(units >= 7n * 100_000_000_000n && units < 8n * 100_000_000_000n);
});

test('tokens run out, the valve closes; a card brings value, and it opens', () => {
  const bench = pipe({}, { value: 700 });
  while (reasonsOf(bench) === 0) flow(bench, 1, 3);
  assert.deepEqual(
    bench.out.heard.filter((heard) => /relay|throttle/.test(heard)),
    ['relay 1 open'],
  );
  const register = registerOf(bench);
  flow(bench, 60, 3);
  assert.equal(registerOf(bench), register, 'nothing comes through');
  assert.deepEqual(told(bench, EventKind.flowWhileClosedBegun), []);
  visit(bench, cardWith(500, { region: Region.gas, id: '04a1b2c3d4e5f7' as never }));
  assert.equal(reasonsOf(bench), 0);
  assert.equal(
    bench.out.heard.findLast((heard) => heard.startsWith('relay')),
    'relay 1 closed',
  );
  assert.equal(flow(bench, 1, 3), 3);
});

test('gas that comes back waits for somebody who presses a key', () => {
  const bench = pipe({}, { value: 70, policy: { reconnection: 'by-key-press' } });
  while (reasonsOf(bench) === 0) flow(bench, 1, 3);
  visit(bench, cardWith(500, { region: Region.gas, id: '04a1b2c3d4e5f7' as never }));
  assert.equal(reasonsOf(bench), RelayReason.awaitsKey);
  press(bench, 'page');
  assert.equal(reasonsOf(bench), 0);
});

test('pulses while the valve is closed are an event from the second on: the first had begun before', () => {
  const bench = pipe({}, { value: 70 });
  while (reasonsOf(bench) === 0) flow(bench, 1, 1);
  const register = registerOf(bench);
  bench.now += 9_000;
  stepPulses(bench.meter, 3, bench.now, bench.out);
  assert.deepEqual(told(bench, EventKind.flowWhileClosedBegun), [], 'it was still closing');
  flow(bench, 1, 1, { closed: true });
  assert.deepEqual(told(bench, EventKind.flowWhileClosedBegun), []);
  flow(bench, 2, 1, { closed: true });
  assert.deepEqual(told(bench, EventKind.flowWhileClosedBegun), [[EventKind.flowWhileClosedBegun, 20, 0]]);
  flow(bench, 3, 1, { closed: true });
  assert.equal(registerOf(bench), register + 900, 'the register has it');
  visit(bench, cardWith(500, { region: Region.gas, id: '04a1b2c3d4e5f7' as never }));
  assert.deepEqual(told(bench, EventKind.flowWhileClosedEnded), [[EventKind.flowWhileClosedEnded, 60, 0]]);
  assert.equal(balanceOf(bench.meter), 500, 'and nobody is charged for it');
});

test('an index makes up for what flowed without power, minute by minute as the profile holds it, and is no leak', () => {
  const policy = { ...STRICT_POLICY, flow: { ...RULES, burst: { quanta: 5_000, minutes: 60 } } };
  const table = benchTable(1, 1, 1_000_000);
  const pulses = { quantaPerPulse: 100, indexAtZero: 41_754 };
  const bench = createBench({ region: Region.gas, policy, pulses, tables: [table] });
  visit(bench, cardWith(1_000_000, { region: Region.gas }));
  let index = 41_754;
  const read = (minutes: number, more: number): void => {
    for (let minute = 0; minute < minutes; minute++) {
      bench.now += 60_000;
      index += more;
      stepCounter(bench.meter, index, bench.now, bench.out);
    }
  };
  const from = minuteOf(bench);
  read(10, 2);
  restart(bench, { afterMs: 3_600_000 });
  index += 1_000;
  read(1, 2);
  // Of ten minutes the last was not committed, and now this one is full.
  assert.equal(registerOf(bench), 1_800 + 65_500);
  read(1, 2);
  assert.equal(registerOf(bench), (index - 41_754) * 100);
  assert.equal(reasonsOf(bench), 0);
  restart(bench, { afterMs: 1_000 });
  read(10, 2);
  assert.equal(registerOf(bench), (index - 41_754) * 100);
  stepTime(bench.meter, bench.now + 60_000, bench.out);
  assert.equal(
    charged(bench),
    costOfProfile(bench, from, minuteOf(bench), () => table),
    'and nothing is charged twice',
  );
  read(1, 55);
  assert.equal(reasonsOf(bench), RelayReason.leak, 'from then on it is watched');
});

test('an index that went back is an event, once, and nothing is charged until it has caught up', () => {
  const bench = pipe();
  const read = (index: number): void => {
    bench.now += 60_000;
    stepCounter(bench.meter, index, bench.now, bench.out);
  };
  read(50);
  read(30);
  read(31);
  assert.deepEqual(told(bench, EventKind.counterBehind), [[EventKind.counterBehind, 20, 0]]);
  read(50);
  assert.equal(registerOf(bench), 5_000);
  read(53);
  assert.equal(registerOf(bench), 5_300);
  read(52);
  assert.equal(told(bench, EventKind.counterBehind).length, 2);
});

test('a flow without a pause closes the valve after its time and not before it, and a pause begins anew', () => {
  const steady = { minutes: 120, pauseMinutes: 5 };
  const bench = pipe({ steady });
  flow(bench, 120, 1);
  assert.equal(reasonsOf(bench), 0);
  flow(bench, 4, 0);
  flow(bench, 1, 1);
  assert.equal(reasonsOf(bench), RelayReason.leak, 'four minutes are no pause');
  assert.deepEqual(told(bench, EventKind.leak), [[EventKind.leak, 1210, 125]]);
  assert.ok(bench.out.heard.includes('relay 1 open'));

  const paused = pipe({ steady });
  flow(paused, 120, 1);
  flow(paused, 5, 0);
  flow(paused, 120, 1);
  assert.equal(reasonsOf(paused), 0);
  flow(paused, 1, 1);
  assert.equal(reasonsOf(paused), RelayReason.leak);
});

test('more than so much within so long closes the valve, and as much does not', () => {
  // 500 litres in an hour.
  const bench = pipe({ burst: { quanta: 5_000, minutes: 60 } });
  flow(bench, 5, 10);
  assert.equal(reasonsOf(bench), 0);
  flow(bench, 55, 0);
  flow(bench, 5, 10);
  assert.equal(reasonsOf(bench), 0, 'an hour later it is another hour');
  flow(bench, 1, 1);
  assert.equal(reasonsOf(bench), RelayReason.leak);
  assert.deepEqual(told(bench, EventKind.leak), [[EventKind.leak, 510, 60]]);

  const within = pipe({ burst: { quanta: 5_000, minutes: 60 } });
  stepPulses(within.meter, 51, within.now + 1_000, within.out);
  assert.equal(reasonsOf(within), RelayReason.leak, 'in one step');
});

test('a leak is cleared by # at the meter, and a look at the display clears nothing; what flowed before counts no more', () => {
  const bench = pipe({ steady: { minutes: 60, pauseMinutes: 5 }, burst: { quanta: 10_000, minutes: 120 } });
  flow(bench, 61, 1);
  assert.equal(reasonsOf(bench), RelayReason.leak);
  press(bench, 'page', 'page', '*', '7');
  assert.equal(reasonsOf(bench), RelayReason.leak);
  press(bench, '*', '#');
  assert.equal(reasonsOf(bench), 0);
  assert.equal(bench.meter.attention & AttentionReason.valueRequested, 0, 'that asked for nothing');
  flow(bench, 60, 1);
  assert.equal(reasonsOf(bench), 0);
  flow(bench, 2, 1);
  assert.equal(reasonsOf(bench), RelayReason.leak);
});

test('where only a technician may say that it is no leak, # asks for value as ever, and his command opens the valve', () => {
  const bench = pipe({ burst: { quanta: 500, minutes: 60 }, leakClearedBy: 'technician' });
  flow(bench, 1, 6);
  press(bench, '#');
  assert.equal(reasonsOf(bench), RelayReason.leak);
  assert.ok(bench.meter.attention & AttentionReason.valueRequested);
  command(bench, Command.relay, encodeRelayCommand({ supply: 1, action: RelayAction.open }));
  assert.equal(reasonsOf(bench), RelayReason.leak | RelayReason.command);
  command(bench, Command.relay, encodeRelayCommand({ supply: 1, action: RelayAction.close }));
  assert.equal(reasonsOf(bench), 0);
});

test('both rules look at what was before the power went, and not behind what somebody looked at', () => {
  const steady = { minutes: 60, pauseMinutes: 5 };
  const bench = pipe({ steady });
  flow(bench, 50, 1);
  restart(bench, { afterMs: 60_000 });
  flow(bench, 9, 1);
  assert.equal(reasonsOf(bench), 0);
  flow(bench, 1, 1);
  assert.equal(reasonsOf(bench), RelayReason.leak);
  restart(bench, { afterMs: 1_000 });
  assert.equal(reasonsOf(bench), RelayReason.leak, 'and it outlives the power itself');
  press(bench, '#');
  flow(bench, 2, 1);
  restart(bench, { afterMs: 1_000 });
  flow(bench, 40, 1);
  assert.equal(reasonsOf(bench), 0);
});

test('the power goes at any byte while a leak closes the valve: it is closed after it, or by the next pulse', () => {
  for (const fullStop of ['allowed', 'never'] as const) {
    const bench = pipe({ steady: { minutes: 60, pauseMinutes: 5 }, fullStop });
    flow(bench, 60, 1);
    const points = everyCut(
      restOf(bench),
      (each) => flow(each, 1, 1),
      (each, { after }) => {
        flow(each, 2, 1);
        assert.equal(reasonsOf(each), RelayReason.leak, `${after}`);
        assert.equal(each.meter.kept.latchesOpen, 1, `${after}`);
        // Of the minute that ran the power took what was not committed yet, and of no other.
        const pulses = registerOf(each) / 100;
        assert.ok(pulses >= 59 && pulses <= 62, `${pulses} pulses`);
      },
    );
    assert.ok(points > 200, `${points}`);
  }
});

test('the power goes at any byte while the valve is throttled and opens: it stands as its reasons say', () => {
  const bench = pipe({ fullStop: 'never' }, { region: Region.water, value: 70 });
  while (reasonsOf(bench) === 0) flow(bench, 1, 10);
  const stands = (each: Bench): void => {
    assert.equal(each.meter.kept.latchesOpen, reasonsOf(each) === 0 ? 0 : 0b1_0001);
  };
  stands(bench);
  const opens = (each: Bench): void => {
    assert.equal(value(each, { op: ValueOp.credit, counter: 1, amount: tokens(500) }).result, ValueResult.done);
  };
  everyCut(restOf(bench), opens, (each) => {
    stands(each);
    // The same sale again: it is done, whether it was before or not.
    value(each, { op: ValueOp.credit, counter: 1, amount: tokens(500) });
    stands(each);
    assert.equal(reasonsOf(each), 0);
  });
});

test('without rules nothing is a leak', () => {
  const bench = pipe();
  flow(bench, 2_000, 5);
  assert.equal(reasonsOf(bench), 0);
  const bare = createBench({ region: Region.water, pulses: { quantaPerPulse: 10 } });
  visit(bare, cardWith(1_000_000, { region: Region.water }));
  flow(bare, 2_000, 5);
  assert.equal(reasonsOf(bare), 0);
});

test('frost warns once below the limit, and again only after it was a degree above', () => {
  const bench = pipe({ frostBelow: 30 });
  const feel = (deciCelsius: number): void => stepTemperature(bench.meter, deciCelsius, bench.now, bench.out);
  feel(30);
  assert.deepEqual(told(bench, EventKind.frostBegun), []);
  feel(-12);
  feel(-30);
  assert.deepEqual(told(bench, EventKind.frostBegun), [[EventKind.frostBegun, 2 ** 32 - 12, 0]]);
  assert.deepEqual(bench.out.heard, ['buzzer 3']);
  feel(39);
  feel(20);
  assert.equal(told(bench, EventKind.frostBegun, EventKind.frostEnded).length, 1);
  feel(40);
  feel(29);
  assert.deepEqual(
    told(bench, EventKind.frostBegun, EventKind.frostEnded).map(([kind]) => kind),
    [EventKind.frostBegun, EventKind.frostEnded, EventKind.frostBegun],
  );
  const unlimited = pipe();
  stepTemperature(unlimited.meter, -400, unlimited.now, unlimited.out);
  assert.deepEqual(told(unlimited, EventKind.frostBegun), []);
});

const moves = (bench: Bench): string[] => bench.out.heard.filter((heard) => /^(relay|throttle)/.test(heard));

test('where the law lets nobody be without water, the valve throttles for want of credit, and closes for a leak', () => {
  const bench = pipe(
    { fullStop: 'never', burst: { quanta: 100_000, minutes: 10 } },
    { region: Region.water, quantaPerPulse: 10, value: 70 },
  );
  while (reasonsOf(bench) === 0) flow(bench, 1, 1000);
  assert.equal(reasonsOf(bench), RelayReason.noCredit);
  assert.deepEqual(moves(bench), ['throttle 1 on', 'relay 1 open']);
  const register = registerOf(bench);
  flow(bench, 30, 2, { closed: true });
  assert.equal(registerOf(bench), register + 600);
  assert.deepEqual(told(bench, EventKind.flowWhileClosedBegun), [], 'what is let through is no leak of the valve');
  command(bench, Command.relay, encodeRelayCommand({ supply: 1, action: RelayAction.open }));
  assert.deepEqual(moves(bench).at(-1), 'throttle 1 off', 'a command closes it wholly');
  command(bench, Command.relay, encodeRelayCommand({ supply: 1, action: RelayAction.close }));
  assert.deepEqual(moves(bench).at(-1), 'throttle 1 on');
  restart(bench, { afterMs: 1_000 });
  visit(bench, cardWith(100_000, { region: Region.water, id: '04a1b2c3d4e5f7' as never }));
  assert.deepEqual(moves(bench).slice(-2), ['relay 1 closed', 'throttle 1 off'], 'it opens before the stop goes');
  assert.equal(balanceOf(bench.meter), 100_000, 'what was let through cost nothing');
  flow(bench, 1, 10_001);
  assert.equal(reasonsOf(bench), RelayReason.leak);
  assert.deepEqual(moves(bench).slice(-1), ['relay 1 open'], 'no stop');
});

test('heat throttles while there is frost, closes when it is over, and throttles again when it comes back', () => {
  const bench = pipe(
    { fullStop: 'not-in-frost', frostBelow: 30 },
    { region: Region.heat, quantaPerPulse: 10_000, value: 70 },
  );
  const feel = (deciCelsius: number): void => stepTemperature(bench.meter, deciCelsius, bench.now, bench.out);
  feel(-50);
  while (reasonsOf(bench) === 0) flow(bench, 1, 1);
  assert.deepEqual(moves(bench), ['throttle 1 on', 'relay 1 open']);
  feel(120);
  assert.deepEqual(moves(bench).slice(2), ['throttle 1 off']);
  feel(10);
  assert.deepEqual(moves(bench).slice(3), ['throttle 1 on']);

  const warm = pipe({ fullStop: 'not-in-frost', frostBelow: 30 }, { region: Region.heat, value: 70 });
  while (reasonsOf(warm) === 0) flow(warm, 1, 10);
  assert.deepEqual(moves(warm), ['relay 1 open']);
});

test('a policy that comes later says anew where a shut valve stands', () => {
  const bench = pipe({}, { value: 70 });
  while (reasonsOf(bench) === 0) flow(bench, 1, 3);
  assert.deepEqual(moves(bench), ['relay 1 open']);
  const policy = { ...STRICT_POLICY, version: 2, flow: { ...RULES, fullStop: 'never' as const } };
  command(bench, Command.supplyPolicy, encodePolicy(policy));
  assert.deepEqual(moves(bench).slice(1), ['throttle 1 on']);
});

test('the display has the units of what is measured, and no page for a line', () => {
  const shows = (region: Region) => {
    const bench = pipe({}, { region });
    flow(bench, 120, 3);
    const pages = displayPages(bench.meter).map(({ page }) => page);
    assert.ok(!pages.includes('transmission'));
    return ['power', 'energy', 'month'].map((page) => {
      bench.meter.display.page = pages.indexOf(page as never);
      const { text, unit } = displayOf(bench.meter);
      return `${text} ${unit}`;
    });
  };
  for (const region of [Region.gas, Region.water, Region.hotWater])
    assert.deepEqual(shows(region), ['1800 l/h', '3.600 m³', '3.600 m³']);
  assert.deepEqual(shows(Region.heat), ['1800 W', '3.6 kWh', '3.6 kWh']);
  assert.deepEqual(shows(Region.payTv), ['1800 ‰', '3.6 h', '3.6 h']);
});

test('the flow that is shown falls while no pulse comes, and is none after an hour', () => {
  const bench = pipe();
  const shown = () => bench.meter.supplies[0]?.watts;
  flow(bench, 2, 1);
  assert.equal(shown(), 600);
  flow(bench, 9, 0);
  assert.equal(shown(), 67);
  flow(bench, 50, 0);
  assert.equal(shown(), 10);
  flow(bench, 1, 0);
  assert.equal(shown(), 0);
});

test('only a meter that was started with pulses takes them, and whole ones', () => {
  const electric = createBench();
  assert.throws(() => stepPulses(electric.meter, 1, 1, electric.out), /started as one with pulses/);
  assert.throws(() => stepTemperature(electric.meter, 1, 1, electric.out), /started as one with pulses/);
  const bench = pipe();
  for (const wrong of [-1, 0.5]) assert.throws(() => stepPulses(bench.meter, wrong, 1, bench.out), /counted/);
  assert.equal(tokens(registerOf(bench)), 0);
});
