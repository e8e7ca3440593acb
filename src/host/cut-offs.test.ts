import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SUPPLY_POLICY, ENERGY_MISSING, EventKind, MeterFlag, RelayReason } from '../records/index.ts';
import { milliseconds, svpmsn, unixSeconds } from '../units/index.ts';
import type { CutOff } from './cut-offs.ts';
import { made, type Rig } from './rig.testing.ts';
import { berlin, MINUTE, metered, told } from './statement.testing.ts';
import type { MeterEvent } from './types.ts';

const HOUR = 60 * MINUTE;
/** Tuesday, 6 January, 18:00 in Berlin. */
const CUT = berlin(6) + 18 * HOUR;

/** Events of the meter after the table that it took, which is its first; each is heard a minute after it was. */
async function tell(
  rig: Rig,
  events: readonly (Partial<MeterEvent> & { readonly kind: EventKind; readonly ms: number })[],
) {
  await rig.store.transaction((tx) =>
    tx.addEvents(
      events.map(({ ms, ...event }, i) => ({
        ...{ svpmsn: svpmsn(3), sequence: i + 2, supply: 0, detail: 0, value: 0 },
        ...{ time: unixSeconds(Math.floor(ms / 1000)), heardAt: milliseconds(ms + MINUTE) },
        ...event,
      })),
    ),
  );
}

const cutOffs = async (rig: Rig, query = {}): Promise<CutOff[]> =>
  made(await rig.host.cutOffs({ meter: 3, limit: 9, ...query }));

const OPENED = { kind: EventKind.relayOpened, supply: 1, detail: RelayReason.noCredit, ms: CUT } as const;
const CLOSED = { kind: EventKind.relayClosed, supply: 1, detail: RelayReason.noCredit } as const;

/** A sale of 20 tokens that was used up, and everything that the meter told of it. */
async function cutForCredit(change?: Parameters<typeof metered>[1]): Promise<Rig> {
  const rig = await metered(2, change);
  made(await rig.host.sell({ meter: 3, amount: 20, orderId: 'first', source: 'cash' }));
  await rig.settle();
  const { version: _, ...policy } = { ...DEFAULT_SUPPLY_POLICY, friendlyHours: null };
  made(await rig.host.command(3, { type: 'supply-policy', policy }));
  await rig.settle();
  const version = rig.meters.get(svpmsn(3))?.held.get(0) ?? 0;
  await told(rig, CUT - 2 * HOUR, 19n);
  rig.clock.ms = CUT + HOUR;
  made(await rig.host.sell({ meter: 3, amount: 50, orderId: 'second', source: 'cash' }));
  await rig.settle();
  await tell(rig, [
    { kind: EventKind.policyChanged, value: version, ms: CUT - 20 * HOUR },
    { kind: EventKind.lowBalance, value: 10, ms: CUT - 8 * HOUR },
    { kind: EventKind.lastToken, value: 9, ms: CUT - 7 * HOUR },
    OPENED,
    { kind: EventKind.creditStored, value: 50, detail: 2, ms: CUT + HOUR },
    { ...CLOSED, ms: CUT + HOUR },
  ]);
  return rig;
}

test('whoever asks why they were cut off is told what the books, the meter and the rules say of it', async () => {
  const [cut, ...others] = await cutOffs(await cutForCredit());
  assert.ok(cut !== undefined && others.length === 0);
  assert.deepEqual([cut.at, cut.heardAt, cut.supply, cut.reasons], [CUT, CUT + MINUTE, 1, RelayReason.noCredit]);
  assert.deepEqual([cut.balance.purse, cut.balance.owed, cut.balance.at], [1n, 0n, CUT - 2 * HOUR]);
  assert.deepEqual([cut.rules?.policy?.friendlyHours, cut.rules?.policy?.noCutOnWeekends], [null, true]);
  assert.deepEqual(
    cut.notices.map(({ kind, value }) => [kind, value]),
    [
      [EventKind.lowBalance, 10],
      [EventKind.lastToken, 9],
    ],
  );
  assert.deepEqual(cut.ended, { at: CUT + HOUR, heardAt: CUT + HOUR + MINUTE, by: 'credit', order: 'second' });
  const { start, energy, percents, chargeUnits } = cut.before ?? assert.fail();
  assert.deepEqual([start, energy.length, percents], [CUT - 6 * HOUR, 360, [{ minute: 0, percent: 100 }]]);
  assert.ok(energy.every((value) => value === 5) && chargeUnits.every((units) => units === 500_000_000n));
  assert.deepEqual(cut.unknown, []);
});

test('what is not known is said not to be known', async () => {
  const gap = await cutForCredit((profile) => profile.energies.fill(ENERGY_MISSING, 16 * 60, 16 * 60 + 3));
  const [cut] = await cutOffs(gap);
  assert.deepEqual(cut?.unknown, ['minutes']);
  assert.equal(cut?.before?.chargeUnits.filter((units) => units === undefined).length, 3);
  const rig = await metered(1);
  // The meter's third event was never heard, its clock was not set, and nobody knows what became of its relay.
  await tell(rig, [{ ...OPENED, time: unixSeconds(0), sequence: 3 }]);
  const [bare] = await cutOffs(rig);
  assert.deepEqual(bare?.unknown, ['time', 'balance', 'minutes', 'rules', 'notices', 'end']);
  assert.deepEqual([bare?.at, bare?.before, bare?.ended, bare?.rules], [undefined, undefined, undefined, undefined]);
});

test('of a policy that the host has replaced since nobody is told the rules of the new one', async () => {
  const rig = await cutForCredit();
  const { version: _, ...policy } = { ...DEFAULT_SUPPLY_POLICY, friendlyHours: null };
  made(await rig.host.command(3, { type: 'supply-policy', policy: { ...policy, noCutOnWeekends: false } }));
  const [cut] = await cutOffs(rig);
  assert.ok(cut?.rules !== undefined && cut.rules.policy === undefined);
  assert.deepEqual(cut.unknown, ['rules']);
});

test('of many notices the last twenty are told', async () => {
  const rig = await metered(1);
  const notices = Array.from({ length: 25 }, (_, i) => ({ kind: EventKind.lowBalance, value: i, ms: CUT - HOUR }));
  await tell(rig, [...notices, OPENED]);
  const [cut] = await cutOffs(rig);
  assert.deepEqual(
    cut?.notices.map(({ value }) => value),
    Array.from({ length: 20 }, (_, i) => i + 5),
  );
});

test('a supply that is open still has no end, and nobody is told that it is unknown', async () => {
  const rig = await cutForCredit();
  await rig.store.transaction((tx) => tx.addEvents([{ ...event(8, OPENED), time: unixSeconds(CUT / 1000 + 7200) }]));
  const known = (await rig.store.read((tx) => tx.knowledgeOf([svpmsn(3)])))[0] ?? assert.fail();
  await rig.store.transaction((tx) => tx.putKnowledge({ ...known, flags: MeterFlag.relayOpen }));
  const [open, before] = await cutOffs(rig);
  assert.deepEqual([open?.ended, open?.unknown.includes('end')], [undefined, false]);
  assert.deepEqual(open?.notices, [], 'those before the last closing belong to the cut before');
  assert.equal(before?.ended?.by, 'credit');
});

const event = (sequence: number, of: object): MeterEvent => ({
  ...{ svpmsn: svpmsn(3), sequence, time: unixSeconds(0), kind: EventKind.relayOpened, supply: 1, detail: 0, value: 0 },
  ...{ heardAt: milliseconds(CUT), ...Object.fromEntries(Object.entries(of).filter(([name]) => name !== 'ms')) },
});

const ENDS = [
  [RelayReason.noCredit, EventKind.policyChanged, 'emergency-credit'],
  [RelayReason.noCredit, EventKind.sag, 'unknown'],
  [RelayReason.awaitsKey, EventKind.sag, 'key-press'],
  [RelayReason.command, EventKind.creditStored, 'command'],
  [RelayReason.tamper, EventKind.coverClosed, 'command'],
  [RelayReason.overCurrent, EventKind.sag, 're-closed'],
  [RelayReason.loadLimit, EventKind.loadLimit, 're-closed'],
] as const;

for (const [detail, between, by] of ENDS) {
  test(`a relay that reason ${detail} held, with event ${between} before it closed, was closed by ${by}`, async () => {
    const rig = await metered(1);
    await tell(rig, [
      { ...OPENED, detail },
      { kind: between, ms: CUT + MINUTE },
      { ...CLOSED, supply: 2, detail, ms: CUT + MINUTE },
      { ...CLOSED, detail, ms: CUT + 2 * MINUTE },
    ]);
    const [cut] = await cutOffs(rig);
    assert.deepEqual([cut?.ended?.by, cut?.ended?.at], [by, CUT + 2 * MINUTE]);
  });
}

test('cut-offs come page by page, the newest first, each with its own end', async () => {
  const rig = await metered(1);
  await tell(
    rig,
    [0, 1, 2].flatMap((i) => [
      { ...OPENED, ms: CUT + i * HOUR },
      { ...CLOSED, ms: CUT + i * HOUR + MINUTE },
    ]),
  );
  const [third, second] = await cutOffs(rig, { limit: 2 });
  assert.deepEqual([third?.at, second?.at, second?.ended?.at], [CUT + 2 * HOUR, CUT + HOUR, CUT + HOUR + MINUTE]);
  const rest = await cutOffs(rig, { before: second?.number });
  assert.deepEqual(
    rest.map(({ at }) => at),
    [CUT],
  );
  const unknown = await rig.host.cutOffs({ meter: 9, limit: 1 });
  assert.ok('reason' in unknown && unknown.reason === 'meter-unknown');
});
