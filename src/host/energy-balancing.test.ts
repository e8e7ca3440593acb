import assert from 'node:assert/strict';
import { test } from 'node:test';
import { householdDay, seeded } from '../analysis/line-year.testing.ts';
import { EventKind, emptyDayProfile, encodeEventAnswer, MINUTES_PER_DAY } from '../records/index.ts';
import { type Milliseconds, milliwattHours, svpmsn, tokens, unixSeconds } from '../units/index.ts';
import { EnergyBalancing } from './energy-balancing.ts';
import {
  type Act,
  type LineNetwork,
  type LossAlarm,
  type LossAlarmChange,
  MemoryStore,
  StoreError,
  type WebhookSender,
} from './index.ts';
import { putLineNetwork } from './line-networks.ts';
import { made, Rig } from './rig.testing.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const UNIT = 1;
const METERS = [1, 2, 3];

/** A line whose days are told when the test says so. It is enrolled at noon of day 0. */
class Line {
  readonly rig: Rig;
  readonly day0: number;
  readonly #random = seeded(3);

  constructor(rig: Rig) {
    this.rig = rig;
    this.day0 = Math.floor(rig.clock.ms / DAY_MS);
  }

  static async open(more: ConstructorParameters<typeof Rig>[1] = {}): Promise<Line> {
    const line = new Line(new Rig(new MemoryStore(), more));
    for (const id of METERS) await line.rig.enrol(id);
    return line;
  }

  /** What the meters and the check meter of a day tell; `lost` is a share of what is counted, `diverted` one of meter 2's. */
  async tell(
    day: number,
    {
      lost = 0.02,
      silent = 0,
      diverted = 0,
      tappedWatts = 0,
    }: { lost?: number; silent?: number; diverted?: number; tappedWatts?: number } = {},
  ): Promise<void> {
    const counted = METERS.map(() => Uint16Array.from(householdDay(this.#random), (watts) => Math.round(watts / 6)));
    await this.rig.store.transaction(async (tx) => {
      for (const [i, energies] of counted.entries()) {
        if (METERS[i] === silent) continue;
        const told = METERS[i] === 2 ? energies.map((energy) => (1 - diverted) * energy) : energies;
        await tx.putProfile(svpmsn(METERS[i] as number), { ...emptyDayProfile(this.day0 + day, 1), energies: told });
      }
      for (let i = 0; i < MINUTES_PER_DAY; i++) {
        const used = counted.reduce((sum, energies) => sum + (energies[i] as number), 0);
        const energy = (1 + lost) * 100 * used + (tappedWatts * 1000) / 60;
        const minute = (this.day0 + day) * MINUTES_PER_DAY + i;
        await tx.putCheckMinute({ localUnit: UNIT, minute, energy: milliwattHours(Math.round(energy)) });
      }
      const checkedAt = ((this.day0 + day + 1) * DAY_MS) as Milliseconds;
      const nothing = { healthAt: undefined, health: undefined, mapRefusedAt: undefined, mapRefusal: undefined };
      await tx.putLine({ localUnit: UNIT, checkedAt, ...nothing });
    });
  }

  /** Every host ticks for a while, from an hour of a day on. */
  async look(day: number, hour: number, hosts = [this.rig.host]): Promise<void> {
    this.rig.clock.ms = (this.day0 + day) * DAY_MS + hour * HOUR_MS;
    for (let minutes = 0; minutes < 60; minutes += 10) {
      await Promise.all(hosts.map((host) => host.handle({ type: 'tick' })));
      this.rig.clock.ms += HOUR_MS / 6;
    }
  }

  async verdicts(): Promise<string[]> {
    const rows = await this.rig.host.lineBalances({ localUnit: UNIT, limit: 100 });
    return rows.map(({ day, verdict, why }) => [day - this.day0, verdict, ...((why ?? '') ? [why] : [])].join(' '));
  }

  async change(change: LossAlarmChange): Promise<LossAlarm | string> {
    const at = this.rig.clock.ms as Milliseconds;
    const act: Act = {
      at,
      by: 'han',
      role: 'technician',
      action: 'changeLossAlarm',
      subject: change.id,
      detail: '',
      request: 'r',
    };
    const changed = await this.rig.host.by(act).changeLossAlarm(change);
    return 'sentence' in changed ? changed.reason : changed;
  }

  alarms = (): Promise<LossAlarm[]> => this.rig.host.lossAlarms({ limit: 10 });
}

test('a day is judged once all has come, and not while a profile may still come; a new meter makes it say nothing', async () => {
  const line = await Line.open();
  await line.tell(0);
  await line.tell(1, { silent: 2 });
  await line.look(2, 1);
  assert.deepEqual(await line.verdicts(), ['0 not-known meter-new']);
  await line.look(2, 11);
  assert.deepEqual(await line.verdicts(), ['0 not-known meter-new']);
  await line.look(2, 13);
  assert.deepEqual(await line.verdicts(), ['0 not-known meter-new', '1 not-known profile']);
  await line.tell(2);
  await line.look(3, 1);
  await line.look(3, 2);
  assert.deepEqual(await line.verdicts(), ['0 not-known meter-new', '1 not-known profile', '2 balanced']);
});

test('what is told of a day after it was judged changes nothing of it, in this process and the next', async () => {
  const line = await Line.open();
  await line.tell(1);
  await line.look(2, 1);
  await line.tell(1, { lost: 0.5 });
  const { rig } = line;
  rig.host = rig.newHost();
  await rig.host.start();
  await line.look(2, 3);
  assert.deepEqual(await line.verdicts(), ['1 balanced']);
  assert.deepEqual(await line.alarms(), []);
});

test('a loss raises one alarm however many days and hosts see it, and whoever listens is told once', async () => {
  const told: string[] = [];
  const webhooks: WebhookSender = {
    secretOf: () => 'secret',
    faultOf: () => undefined,
    send: async ({ id }) => {
      told.push(id);
      return 'taken';
    },
  };
  const line = await Line.open({ webhooks });
  const { rig } = line;
  made(await rig.host.addWebhook({ id: 'desk', url: 'https://desk.example', events: ['loss.raised'] }));
  const hosts = [rig.host, rig.newHost()];
  for (const day of [1, 2, 3]) {
    await line.tell(day, { lost: day === 1 ? 0.02 : 0.3 });
    await line.look(day + 1, 1, hosts);
  }
  assert.deepEqual(await line.verdicts(), ['1 balanced', '2 loss', '3 loss']);
  const [alarm, ...others] = await line.alarms();
  assert.deepEqual(others, []);
  assert.ok(alarm !== undefined);
  const { id, state, firstDay, lastDay, days } = alarm;
  assert.deepEqual([id, state], [`00001-${line.day0 + 2}`, 'new']);
  assert.deepEqual([firstDay - line.day0, lastDay - line.day0, days], [2, 3, 2]);
  const rows = await rig.host.lineBalances({ localUnit: UNIT, limit: 100 });
  const unexplained = rows.filter(({ verdict }) => verdict === 'loss').map(({ figures }) => figures.unexplained);
  assert.equal(
    alarm.unexplained,
    unexplained.reduce((sum, each) => sum + each, 0),
  );
  await rig.host.deliverWebhooks();
  await rig.host.deliverWebhooks();
  assert.deepEqual(told, [`loss.raised:${id}`]);
});

test('an alarm goes on to seen, visited and closed with a finding, never back, each with who, when and a note in the audit log', async () => {
  const line = await Line.open();
  await line.tell(1, { lost: 0.3 });
  await line.look(2, 1);
  const { id } = (await line.alarms())[0] as LossAlarm;
  const at = line.rig.clock.ms;
  assert.equal(await line.change({ id: '00001-00001', state: 'seen', note: '' }), 'alarm-unknown');
  assert.equal(await line.change({ id, state: 'closed', note: '' }), 'alarm-wrong');
  assert.equal(await line.change({ id, state: 'seen', finding: 'theft', note: '' }), 'alarm-wrong');
  assert.equal(await line.change({ id, state: 'seen', note: 'two\nlines' }), 'alarm-wrong');
  await line.change({ id, state: 'visited', note: 'A cable behind the shed.' });
  assert.equal(await line.change({ id, state: 'seen', note: '' }), 'alarm-wrong');
  assert.equal(await line.change({ id, state: 'visited', note: '' }), 'alarm-wrong');
  assert.deepEqual((await line.rig.host.lossAlarms({ open: true, limit: 10 })).length, 1);
  const closed = await line.change({ id, state: 'closed', finding: 'theft', note: '' });
  assert.ok(typeof closed === 'object');
  assert.deepEqual(closed.steps, [
    { state: 'visited', at, by: 'han', note: 'A cable behind the shed.' },
    { state: 'closed', at, by: 'han', note: '', finding: 'theft' },
  ]);
  assert.equal(await line.change({ id, state: 'closed', finding: 'theft', note: '' }), 'alarm-closed');
  assert.deepEqual(await line.rig.host.lossAlarms({ open: true, limit: 10 }), []);
  assert.deepEqual(made(await line.rig.host.lossAlarm(id)), closed);
  const audit = await line.rig.store.read((tx) => tx.audit.page({ limit: 10 }));
  assert.equal(audit.length, 2);
});

test('a loss that goes on after its alarm was closed raises another, and one that is expected from now on does not', async () => {
  const line = await Line.open();
  const days = async (from: number, to: number) => {
    for (let day = from; day <= to; day++) {
      await line.tell(day, { lost: day < 3 ? 0.02 : 0.3 });
      await line.look(day + 1, 1);
    }
  };
  const open = async () => (await line.alarms()).filter(({ state }) => state !== 'closed').map(({ id }) => id);
  await days(1, 3);
  await line.change({ id: `00001-${line.day0 + 3}`, state: 'closed', finding: 'fault', note: '' });
  await days(4, 4);
  assert.deepEqual(await open(), [`00001-${line.day0 + 4}`]);
  await line.change({ id: `00001-${line.day0 + 4}`, state: 'closed', finding: 'expected', note: 'A lamp.' });
  await days(5, 6);
  assert.deepEqual((await line.verdicts()).slice(-2), ['5 balanced', '6 balanced']);
  assert.deepEqual(await open(), []);
});

test('an alarm ranks the meters of its line, and what its closing found at one of them is evidence in the next', async () => {
  const line = await Line.open();
  for (let day = 1; day <= 6; day++) {
    await line.tell(day, { diverted: day < 6 ? 0 : 0.7 });
    await line.look(day + 1, 1);
  }
  const [alarm] = await line.alarms();
  const { day, isPlaced, ranked } = alarm?.suspects ?? {};
  assert.deepEqual([(day ?? 0) - line.day0, isPlaced], [6, true]);
  assert.deepEqual(ranked?.map(({ meter }) => meter).sort(), METERS);
  assert.equal(ranked?.[0]?.meter, 2);
  const kinds = ranked?.[0]?.evidence.map((each) => (each.kind === 'pattern' ? each.pattern : each.kind));
  assert.deepEqual(kinds, ['share', 'dropped']);
  const id = alarm?.id ?? '';
  assert.equal(await line.change({ id, state: 'seen', meter: 2, note: '' }), 'alarm-wrong');
  assert.equal(await line.change({ id, state: 'closed', finding: 'theft', meter: 9, note: '' }), 'meter-unknown');
  const closed = await line.change({ id, state: 'closed', finding: 'nothing', meter: 2, note: '' });
  assert.ok(typeof closed === 'object');
  assert.equal(closed.steps.at(-1)?.meter, 2);
  await line.tell(7, { lost: 0.4 });
  await line.look(8, 1);
  const later = (await line.alarms()).at(-1)?.suspects;
  const visited = later?.ranked.filter(({ evidence }) => evidence.some(({ kind }) => kind === 'visit'));
  assert.deepEqual(
    visited?.map(({ meter, evidence }) => [meter, evidence.at(-1)]),
    [[2, { kind: 'visit', found: 'nothing' }]],
  );
});

test('a meter whose events are not all there is suspected sooner, until somebody has looked at it', async () => {
  const evidenceWith = async (isMissing: boolean) => {
    const line = await Line.open();
    for (const sequence of isMissing ? [1, 3] : [1]) {
      const event = {
        sequence,
        time: unixSeconds(9),
        kind: EventKind.creditStored,
        supply: 0,
        detail: 0,
        value: 0,
      } as const;
      const chain = [{ index: 0, before: new Uint8Array(16) }];
      const head = { result: 0, balance: tokens(0), clock: unixSeconds(9) } as const;
      const events = encodeEventAnswer({ head, oldest: 1, next: sequence + 1, events: [event], chain });
      await line.rig.poll(svpmsn(2), { events });
    }
    await line.tell(1, { diverted: 0.7 });
    await line.look(2, 1);
    const ranked = (await line.alarms())[0]?.suspects?.ranked ?? [];
    return ranked.find(({ meter }) => meter === 2)?.evidence.filter(({ kind }) => kind === 'event');
  };
  assert.deepEqual(await evidenceWith(true), [{ kind: 'event', event: 'log' }]);
  assert.deepEqual(await evidenceWith(false), []);
});

test('a loss that tells no place is ranked by what was found before: theft puts a meter first, nothing puts it last', async () => {
  const rankedAfter = async (finding: 'theft' | 'nothing' | 'fault', meter?: number) => {
    const line = await Line.open();
    const tellLoss = async (day: number, tappedWatts: number) => {
      await line.tell(day, { tappedWatts });
      await line.look(day + 1, 1);
    };
    for (let day = 1; day <= 6; day++) await tellLoss(day, day < 6 ? 0 : 900);
    const [alarm] = await line.alarms();
    const closing = { id: alarm?.id ?? '', state: 'closed', finding, note: '' } as const;
    assert.ok(typeof (await line.change({ ...closing, ...(meter !== undefined && { meter }) })) === 'object');
    await tellLoss(7, 900);
    const { ranked = [], isPlaced } = (await line.alarms()).at(-1)?.suspects ?? {};
    assert.equal(isPlaced, false);
    return ranked.map((each) => Number(each.meter));
  };
  const [first = 0, , last = 0] = await rankedAfter('fault');
  assert.equal((await rankedAfter('theft', last))[0], last);
  assert.equal((await rankedAfter('nothing', first)).at(-1), first);
});

test('what lines lose by their network is not held against a meter', async () => {
  const energyWith = async (resistance: number | undefined) => {
    const line = await Line.open();
    if (resistance !== undefined) {
      const ohms = { r1: resistance, x1: 0, r0: resistance, x0: 0 };
      const file: LineNetwork['file'] = {
        source: { node: 't', volts: 230, ohms: { r1: 0, x1: 0, r0: 0, x0: 0 } },
        cables: { thin: ohms },
        lines: [{ from: 't', to: 'a', cable: 'thin', metres: 1_000 }],
        loads: METERS.map((meter) => ({ meter, node: 'a', phases: 'A', powerFactor: 1 })),
      };
      const network = await line.rig.store.transaction((tx) => putLineNetwork(tx, { localUnit: UNIT, file }));
      assert.ok('file' in network);
    }
    await line.tell(1, { diverted: 0.7 });
    await line.look(2, 1);
    const first = (await line.alarms())[0]?.suspects?.ranked[0];
    const [pattern] = first?.evidence ?? [];
    assert.ok(pattern?.kind === 'pattern');
    return pattern.energy;
  };
  const without = await energyWith(undefined);
  const withLines = await energyWith(1);
  assert.notEqual(withLines, without);
  // A wire of 900 ohms could not carry what they use: it is no network of theirs, and nothing is reckoned with it.
  assert.equal(await energyWith(900), without);
});

test('days in which the check meter was silent, or before the line had a meter, are not judged', async () => {
  const line = await Line.open();
  await line.tell(-1);
  await line.tell(2);
  await line.look(3, 13);
  await line.look(3, 14);
  assert.deepEqual(await line.verdicts(), ['2 balanced']);
});

test('a value that no meter can measure is held for missing, and a day that two tell alike is marked at both', async () => {
  const line = await Line.open();
  await line.tell(1);
  const profileOf = async (id: number, day: number) => {
    const days = { fromDay: line.day0 + day, toDay: line.day0 + day };
    const [profile] = await line.rig.store.read((tx) => tx.profiles({ svpmsn: svpmsn(id), supply: 1, ...days }));
    assert.ok(profile !== undefined);
    return profile;
  };
  const profile = await profileOf(1, 1);
  profile.energies[700] = 60_000;
  await line.rig.store.transaction((tx) => tx.putProfile(svpmsn(1), profile));
  await line.look(2, 0);
  assert.equal((await line.verdicts())[0], '1 balanced');
  const [row] = await line.rig.host.lineBalances({ localUnit: UNIT, limit: 1 });
  assert.equal(row?.figures.unknownMinutes, 1);

  await line.tell(2);
  const twin = await profileOf(2, 2);
  await line.rig.store.transaction((tx) => tx.putProfile(svpmsn(3), twin));
  await line.look(3, 0);
  assert.ok((await line.verdicts()).includes('2 not-known profile-twice'), (await line.verdicts()).join());
  const marked = await line.rig.store.read((tx) => tx.readingChecks.page({ limit: 9 }));
  assert.deepEqual(
    marked.map((check) => [check.svpmsn, check.findings]),
    [2, 3].map((id) => [id, [{ reason: 'doubled', from: 0, minutes: MINUTES_PER_DAY }]]),
  );
});

test('two meters that told the very same day are marked where no check meter is, too, once the day is over', async () => {
  const line = await Line.open();
  await line.tell(1);
  const marked = () => line.rig.store.read((tx) => tx.readingChecks.page({ limit: 9 }));
  await line.rig.store.transaction(async (tx) => {
    const days = { fromDay: line.day0 + 1, toDay: line.day0 + 1 };
    const [profile] = await tx.profiles({ svpmsn: svpmsn(2), supply: 1, ...days });
    assert.ok(profile !== undefined);
    for (const id of [2, 3]) await tx.putProfile(svpmsn(id), { ...profile, day: line.day0 + 4 });
    const checkedAt = ((line.day0 + 2) * DAY_MS) as Milliseconds;
    const nothing = { healthAt: undefined, health: undefined, mapRefusedAt: undefined, mapRefusal: undefined };
    await tx.putLine({ localUnit: UNIT, checkedAt, ...nothing });
  });
  await line.look(5, 1);
  assert.deepEqual(await marked(), []);
  await line.look(5, 13);
  await line.look(5, 14);
  assert.deepEqual(
    (await marked()).map(({ svpmsn: id, day, findings }) => [
      id,
      day - line.day0,
      findings.map(({ reason }) => reason),
    ]),
    [2, 3].map((id) => [id, 4, ['doubled']]),
  );
});

/** Meters 2 and 3 told the same of a day in which the check meter was silent; of meter 3 it came late. */
async function twinsWithoutCheck(line: Line, day: number, tellsLate: () => Promise<void>) {
  await line.tell(day - 1);
  const told = await line.rig.store.read(async (tx) => {
    const days = { fromDay: line.day0 + day - 1, toDay: line.day0 + day - 1 };
    const [profile] = await tx.profiles({ svpmsn: svpmsn(2), supply: 1, ...days });
    return { ...(profile ?? emptyDayProfile(0, 1)), day: line.day0 + day };
  });
  const put = (id: number) => line.rig.store.transaction((tx) => tx.putProfile(svpmsn(id), told));
  await put(2);
  // The check meter is heard again on the day after, and has nothing to tell of this one.
  const checkedAt = ((line.day0 + day + 1) * DAY_MS + HOUR_MS) as Milliseconds;
  const nothing = { healthAt: undefined, health: undefined, mapRefusedAt: undefined, mapRefusal: undefined };
  await line.rig.store.transaction((tx) => tx.putLine({ localUnit: UNIT, checkedAt, ...nothing }));
  await tellsLate();
  await put(3);
}

const markedOf = async ({ rig, day0 }: Line): Promise<number[][]> =>
  (await rig.store.read((tx) => tx.readingChecks.page({ limit: 9 }))).map(({ svpmsn: id, day }) => [id, day - day0]);

test('a day in which the check meter was silent waits for its late readings before they are held against each other', async () => {
  const line = await Line.open();
  await twinsWithoutCheck(line, 4, () => line.look(5, 2));
  await line.look(5, 11);
  await line.look(5, 13);
  assert.deepEqual(
    await markedOf(line),
    [2, 3].map((id) => [id, 4]),
  );
});

test('readings whose mark could not be stored are held against each other again', async () => {
  const line = await Line.open();
  await twinsWithoutCheck(line, 4, async () => {});
  const { store, clock } = line.rig;
  let isAway = false;
  const failing: typeof store = {
    read: (work) => store.read(work),
    close: () => store.close(),
    transaction: (work) => {
      if (!isAway) return store.transaction(work);
      return Promise.reject(new StoreError({ reason: 'store-failed', sentence: 'The database is away.' }));
    },
  };
  const balancing = new EnergyBalancing({ store: failing, clock }, 'Europe/Berlin');
  const tick = async (day: number, hour: number) => {
    clock.ms = (line.day0 + day) * DAY_MS + hour * HOUR_MS;
    for (let i = 0; i < 9; i++) await balancing.tick(clock.now());
  };
  await tick(4, 13);
  await tick(4, 14);
  assert.deepEqual(await line.verdicts(), ['3 balanced']);
  isAway = true;
  await assert.rejects(tick(5, 13), StoreError);
  isAway = false;
  await tick(5, 14);
  assert.deepEqual(
    await markedOf(line),
    [2, 3].map((id) => [id, 4]),
  );
});

test('a day whose readings are held against each other without a check meter takes a tick of its own, as one that is judged', async () => {
  const line = await Line.open();
  await twinsWithoutCheck(line, 4, async () => {});
  const { store, clock } = line.rig;
  const day = line.day0 + 4;
  await store.transaction(async (tx) => {
    for (const id of [2, 3].map(svpmsn)) {
      const [told] = await tx.profiles({ svpmsn: id, supply: 1, fromDay: day, toDay: day });
      await tx.putProfile(id, { ...(told ?? emptyDayProfile(0, 1)), day: day + 1 });
    }
  });
  const balancing = new EnergyBalancing({ store, clock }, 'Europe/Berlin');
  const marked: number[] = [];
  for (const hour of [13, 14, 14, 14, 14]) {
    clock.ms = (line.day0 + 6) * DAY_MS + hour * HOUR_MS;
    await balancing.tick(clock.now());
    marked.push((await markedOf(line)).length);
  }
  assert.deepEqual(await line.verdicts(), ['3 balanced']);
  // Nothing is due in the first, and the second judges the day before them.
  assert.deepEqual(marked, [0, 0, 2, 4, 4]);
});
