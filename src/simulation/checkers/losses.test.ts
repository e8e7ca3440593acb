import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LineBalance, LossAlarm, Meter } from '../../host/index.ts';
import { emptyDayProfile } from '../../records/index.ts';
import { milliseconds, milliwattHours, svpmsn } from '../../units/index.ts';
import type { Utility } from '../utility.ts';
import { Findings } from './checker.ts';
import { Losses } from './losses.ts';

const DAY_MS = 86_400_000;
const DAY = 20_000;
const LINE = 3;

/** A line with one meter that counts 100 Wh a minute, as the books are told of it. */
class Watched {
  now = DAY * DAY_MS;
  readonly findings = new Findings(
    () => this.now,
    () => undefined,
  );
  readonly losses = new Losses(this.findings);

  constructor() {
    const meter = { svpmsn: svpmsn(1), localUnit: LINE } as Meter;
    this.losses.committed([{ method: 'putMeter', values: [meter] }]);
  }

  /** What the transformer gave for each 100 Wh that were counted. */
  tell(gave: number, day = DAY): void {
    this.now = (day + 1) * DAY_MS;
    const profile = emptyDayProfile(day, 1);
    profile.energies.fill(1_000);
    this.losses.committed([{ method: 'putProfile', values: [svpmsn(1), profile] }]);
    for (let minute = day * 1440; minute < (day + 1) * 1440; minute++) {
      const energy = milliwattHours(gave * 1000);
      this.losses.committed([{ method: 'putCheckMinute', values: [{ localUnit: LINE, minute, energy }] }]);
    }
  }

  judge(verdict: LineBalance['verdict'], alarms: readonly string[] = [], day = DAY): void {
    const row = { localUnit: LINE, day, verdict } as LineBalance;
    const raised = alarms.map((id) => {
      const alarm = {
        id,
        localUnit: LINE,
        firstDay: day,
        lastDay: day,
        state: 'new',
        raisedAt: milliseconds(this.now),
      };
      return { method: 'lossAlarms.put', values: [[alarm as LossAlarm]] };
    });
    this.losses.committed([{ method: 'lineBalances.put', values: [[row]] }, ...raised]);
  }

  async heal(days: number): Promise<void> {
    this.now += days * DAY_MS;
    await this.losses.healed({ transformers: [{ id: LINE }] } as unknown as Utility);
  }

  get sentences(): string[] {
    return this.findings.violations.map(({ sentence }) => sentence);
  }
}

test('a loss that was stolen, judged and raised is as it must be, and so is an honest day', async () => {
  const stolen = new Watched();
  stolen.losses.stolen(LINE);
  stolen.tell(200);
  stolen.judge('loss', ['a']);
  await stolen.heal(2);
  const honest = new Watched();
  honest.tell(102);
  honest.judge('balanced');
  await honest.heal(2);
  assert.deepEqual([...stolen.sentences, ...honest.sentences], []);
  assert.ok((honest.findings.checks.get('I21') ?? 0) > 0);
});

test('a loss that is held to be none, raises nothing, or is not judged within two days is found', async () => {
  const withLoss = () => {
    const watched = new Watched();
    watched.losses.stolen(LINE);
    watched.tell(200);
    return watched;
  };
  const missed = withLoss();
  missed.judge('balanced');
  assert.match(missed.sentences[0] ?? '', /^50 % of day 20000 is missing on line 3, and it was held to be balanced/);
  const silent = withLoss();
  silent.judge('loss');
  assert.deepEqual(silent.sentences, ['a loss of 50 % on line 3 raised no alarm for day 20000.']);
  const late = withLoss();
  await late.heal(2);
  assert.match(late.sentences[0] ?? '', /nobody judged it within two days/);
});

test('an alarm where nobody stole before the day was over, and a second one beside it, are found', () => {
  const honest = new Watched();
  honest.tell(102);
  honest.judge('loss', ['a']);
  assert.match(honest.sentences[0] ?? '', /nobody stole there/);
  const later = new Watched();
  later.tell(102);
  later.losses.stolen(LINE);
  later.judge('loss', ['a']);
  assert.match(later.sentences[0] ?? '', /nobody stole there/);
  const doubled = new Watched();
  doubled.losses.stolen(LINE);
  doubled.tell(200);
  doubled.judge('loss', ['a', 'b']);
  assert.deepEqual(doubled.sentences, ['line 3 has 2 open alarms.']);
});

test('of a day that is not known whole nothing is asked', async () => {
  const restored = new Watched();
  restored.losses.stolen(LINE);
  restored.tell(200);
  restored.losses.storeRestored();
  restored.judge('not-known');
  const flagged = new Watched();
  flagged.losses.stolen(LINE);
  flagged.tell(200);
  flagged.findings.flagged.add(svpmsn(1));
  flagged.judge('not-known');
  await restored.heal(2);
  await flagged.heal(2);
  assert.deepEqual([...restored.sentences, ...flagged.sentences], []);
});
