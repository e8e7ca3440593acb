import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type LineBalance, type LossSuspects, MemoryStore } from '../../src/host/index.ts';
import { milliseconds } from '../../src/units/index.ts';
import { type Answer, type Visitor, World } from './world.ts';

const ALARM = '00001-20000';
const at = milliseconds(20_001 * 86_400_000);
const figures: LineBalance['figures'] = {
  ...{ gave: 9_000_000, squares: 1, loss: 2_000_000, errors: { meters: 1, minutes: 1 }, counted: 7_000_000 },
  ...{
    estimated: 0,
    minutes: 1440,
    unknownMinutes: 0,
    technical: 150_000,
    apparent: 30_000,
    band: { low: 0, high: 900_000 },
  },
  ...{ unexplained: 1_820_000, confidence: 99, learnedDays: 3, hours: [] },
};

const suspects: LossSuspects = {
  ...{ day: 20_000, isPlaced: true, constant: { watts: 3, likelihood: 0 } },
  ranked: [
    {
      ...{ meter: 0x0a1b2c, likelihood: 99 },
      evidence: [
        { kind: 'pattern', pattern: 'night', energy: 1_700_000, deviation: 90_000 },
        { kind: 'dropped', percent: 40, neighbours: -2 },
        { kind: 'event', event: 'cover' },
        { kind: 'visit', found: 'theft' },
      ],
    },
    { meter: 0x0a1b2d, likelihood: 1, evidence: [] },
  ],
  place: { isPlaced: true, places: [{ meter: 0x0a1b2d, phase: 'B', likelihood: 88 }] },
};

type Row = Readonly<Record<string, unknown>>;
const rowsOf = (list: unknown): readonly Row[] => list as readonly Row[];
const itemsOf = ({ json }: Answer): readonly Row[] => rowsOf(json.items);

let world: World;
let operator: Visitor;

before(async () => {
  const store = new MemoryStore();
  world = await World.open(store);
  operator = await world.as('operator');
  await store.transaction(async (tx) => {
    const day = { localUnit: 1, judgedAt: at, figures };
    await tx.lineBalances.put([
      { ...day, id: ALARM, day: 20_000, verdict: 'loss', why: undefined },
      { ...day, id: '00001-20001', day: 20_001, verdict: 'not-known', why: 'meter-new' },
      { ...day, id: '00002-20000', localUnit: 2, day: 20_000, verdict: 'balanced', why: undefined },
    ]);
    await tx.lossAlarms.put([
      {
        ...{ id: ALARM, localUnit: 1, state: 'new', raisedAt: at, firstDay: 20_000, lastDay: 20_000, days: 1 },
        ...{ unexplained: 1_820_000, confidence: 99, steps: [], suspects },
      },
    ]);
  });
});
after(() => world.close());

test('days of a transformer come by day, page by page, with what they came to', async () => {
  const first = await world.ask(operator, 'GET', '/api/v1/lines/1/balances?limit=1');
  const [day] = itemsOf(first);
  assert.deepEqual([day?.date, day?.verdict, day?.why], ['2024-10-04', 'loss', undefined]);
  assert.deepEqual([day?.lossMilliwattHours, day?.bandMilliwattHours], ['2000000', { low: '0', high: '900000' }]);
  assert.deepEqual([day?.confidencePercent, day?.raisedFromWatts], [99, 30]);
  assert.deepEqual([day?.technicalMilliwattHours, day?.apparentMilliwattHours], ['150000', '30000']);
  const second = await world.ask(operator, 'GET', `/api/v1/lines/1/balances?limit=9&cursor=${first.json.next}`);
  const rest = itemsOf(second);
  assert.deepEqual(
    rest.map(({ date, verdict, why, raisedFromWatts }) => [date, verdict, why, raisedFromWatts]),
    [['2024-10-05', 'not-known', 'meter-new', undefined]],
  );
  assert.equal(second.json.next, undefined);
  const later = await world.ask(operator, 'GET', '/api/v1/lines/1/balances?after=2024-10-04');
  assert.deepEqual(itemsOf(later), rest);
});

test('whoever may not read the use of meters gets the verdict of a day, and not what they counted', async () => {
  const answer = await world.ask(await world.as('technician'), 'GET', '/api/v1/lines/1/balances?limit=1');
  const [day] = itemsOf(answer);
  assert.equal(day?.verdict, 'loss');
  for (const hidden of ['counted', 'loss', 'unexplained', 'estimated']) {
    assert.equal(day?.[`${hidden}MilliwattHours`], undefined, hidden);
  }
  assert.equal(day?.hours, undefined);
});

test('an alarm tells which meters are the likeliest, with the evidence of each', async () => {
  const { json } = await world.ask(await world.as('technician'), 'GET', `/api/v1/loss-alarms/${ALARM}`);
  assert.deepEqual(json.suspects, {
    ...{ date: '2024-10-04', isPlaced: true, constantWatts: 3, constantPercent: 0 },
    constantPlace: { isPlaced: true, near: [{ meter: '0a1b2d', phase: 'B', likelihoodPercent: 88 }] },
    meters: [
      {
        ...{ meter: '0a1b2c', likelihoodPercent: 99 },
        evidence: [
          {
            ...{ kind: 'pattern', pattern: 'night' },
            ...{ missingMilliwattHours: '1700000', deviationMilliwattHours: '90000' },
          },
          { kind: 'dropped', droppedPercent: 40, neighboursPercent: -2 },
          { kind: 'event', event: 'cover' },
          { kind: 'visit', found: 'theft' },
        ],
      },
      { meter: '0a1b2d', likelihoodPercent: 1, evidence: [] },
    ],
  });
});

test('the network behind a transformer is refused with a sentence where a meter does not stand there', async () => {
  const ohms = { r1: 0.3, x1: 0.1, r0: 0.9, x0: 0.1 };
  const network = {
    ...{ source: { node: 't', volts: 230, ohms }, cables: { thin: ohms } },
    lines: [{ from: 't', to: 'a', cable: 'thin', metres: 20 }],
    loads: [{ meter: 'ffffff', node: 'a', phases: 'B' }],
  };
  const path = '/api/v1/lines/1/network';
  const refused = await world.ask(operator, 'PUT', path, network);
  assert.deepEqual([refused.status, refused.json.code], [422, 'network-wrong']);
  const odd = { ...network, loads: [{ meter: 'ffffff', node: 'a', phases: 'AB' }] };
  assert.equal((await world.ask(operator, 'PUT', path, odd)).status, 400);
  assert.equal((await world.ask(operator, 'GET', path)).status, 404);
});

test('an alarm is read, taken further by a technician, and closed with a finding; others may not', async () => {
  const technician = await world.as('technician');
  const open = async () => itemsOf(await world.ask(operator, 'GET', '/api/v1/loss-alarms?open=true'));
  assert.equal((await open()).length, 1);
  const change = (who: Visitor, body: object, alarm = ALARM) =>
    world.ask(who, 'PATCH', `/api/v1/loss-alarms/${alarm}`, body);
  const seen = await change(technician, { state: 'seen', note: 'Tomorrow.' });
  assert.deepEqual([seen.status, seen.json.state], [200, 'seen']);
  const refused = async (who: Visitor, body: object, alarm?: string) => {
    const { status, json } = await change(who, body, alarm);
    return [status, json.code];
  };
  assert.deepEqual(await refused(technician, { state: 'seen' }), [422, 'alarm-wrong']);
  assert.deepEqual(await refused(technician, { state: 'closed' }), [422, 'alarm-wrong']);
  const nowhere = { state: 'closed', finding: 'theft', meter: 'ffffff' };
  assert.deepEqual(await refused(technician, nowhere), [404, 'meter-unknown']);
  assert.deepEqual(await refused(technician, { state: 'new' }), [400, 'input-wrong']);
  assert.deepEqual(await refused(technician, { state: 'visited' }, '00001-00007'), [404, 'alarm-unknown']);
  assert.deepEqual(await refused(await world.as('auditor'), { state: 'visited' }), [403, 'not-allowed']);
  const closed = await change(operator, { state: 'closed', finding: 'theft' });
  assert.equal(closed.status, 200);
  assert.deepEqual(
    rowsOf(closed.json.steps).map(({ state, finding, note }) => [state, finding, note]),
    [
      ['seen', undefined, 'Tomorrow.'],
      ['closed', 'theft', ''],
    ],
  );
  assert.deepEqual(await refused(operator, { state: 'closed', finding: 'theft' }), [409, 'alarm-closed']);
  assert.deepEqual(await open(), []);
  assert.deepEqual((await world.ask(operator, 'GET', `/api/v1/loss-alarms/${ALARM}`)).json, closed.json);
});
