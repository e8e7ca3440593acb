import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type {
  CutOffJson,
  MinutesJson,
  OutlookJson,
  TariffPreviewJson,
  TariffWeekJson,
  VoltagesJson,
} from '../../src/api/index.ts';
import { MemoryStore } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { EventKind, emptyDayProfile, RelayReason } from '../../src/records/index.ts';
import { milliseconds, svpmsn, unixSeconds } from '../../src/units/index.ts';
import { KIMS_METER, World } from './world.ts';

const DAY = 86_400_000;
const FLAT = { unitCharge: '20000', bands: [{ name: 'all', from: '00:00', to: '24:00', percent: 100 }] };
let world: World;

/** Kim uses 0.5 Wh each minute of three UTC days from 5 January on, and was cut off once. */
before(async () => {
  world = await World.open(new MemoryStore());
  const { host, rig } = world;
  made(await host.publishTariff('home', { ...FLAT, unitCharge: 10_000, bands: [], otherwise: 100 }, milliseconds(0)));
  made(await host.assignTariff(3, 'home'));
  const cut = { sequence: 1, kind: EventKind.relayOpened, supply: 1, detail: RelayReason.noCredit, value: 0 } as const;
  await rig.store.transaction(async (tx) => {
    for (let day = 0; day < 3; day++) {
      const profile = emptyDayProfile(Math.floor(rig.clock.ms / DAY) + day, 1);
      profile.energies.fill(5);
      await tx.putProfile(svpmsn(3), profile);
    }
    const day = Math.floor(rig.clock.ms / DAY) + 1;
    const found = { reason: 'missing', from: 0, minutes: 2, estimated: 10 } as const;
    const check = { svpmsn: svpmsn(3), supply: 1, day, checkedAt: rig.clock.now(), findings: [found] } as const;
    await tx.readingChecks.put([{ id: `000003-1-${day}`, ...check }]);
    const volts = new Uint16Array(96).fill(23_010).fill(0xffff, 8, 10);
    const gap = { reason: 'missing', from: 120, minutes: 30 } as const;
    const heard = { svpmsn: svpmsn(3), supply: 1, day, heardAt: rig.clock.now() } as const;
    await tx.voltages.put([{ id: `000003-1-${day}`, ...heard, volts, findings: [gap] }]);
    const time = unixSeconds(rig.clock.ms / 1000 + 3_600);
    await tx.addEvents([{ ...cut, time, svpmsn: svpmsn(3), heardAt: rig.clock.now() }]);
  });
  rig.clock.ms += 4 * DAY;
});
after(() => world.close());

async function read<T>(path: string): Promise<T> {
  const answer = await world.ask(await world.as('subscriber'), 'GET', `/api/v1/meters/${KIMS_METER}/${path}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json as T;
}

test('a subscriber reads their minutes, their outlook and their week as JSON that says its units', async () => {
  const { days, supply } = await read<MinutesJson>('minutes?from=2026-01-06&to=2026-01-06');
  assert.deepEqual([supply, days[0]?.start, days[0]?.energy.length], [1, '2026-01-05T23:00:00.000Z', 1440]);
  assert.deepEqual(days[0]?.bands, [{ minute: 0, band: 0, surchargePercent: 100 }]);
  assert.deepEqual(days[0]?.checks, [{ minute: 60, minutes: 2, reason: 'missing', estimatedWh: '1.0' }]);
  const voltages = await read<VoltagesJson>('voltages?from=2026-01-06&to=2026-01-06');
  assert.deepEqual([voltages.supply, voltages.days[0]?.start], [1, '2026-01-05T23:00:00.000Z']);
  // The day before in UTC, whose last hour this day begins with, has told none.
  const quarters = [...new Array(4).fill(-1), ...new Array(8).fill(230_100), -1, -1, ...new Array(82).fill(230_100)];
  assert.deepEqual(voltages.days[0]?.millivolts, quarters);
  assert.deepEqual(voltages.days[0]?.checks, [{ minute: 180, minutes: 30, reason: 'missing' }]);
  const { use, daysKnown, balance } = await read<OutlookJson>('outlook');
  assert.deepEqual(use, { energyWhPerDay: '720.0', tokensPerDay: '7.20' });
  assert.deepEqual([daysKnown, balance], [2, undefined]);
  const week = await read<TariffWeekJson>('tariff-week?from=2026-01-06');
  assert.deepEqual([week.table?.unitCharge, week.table?.source, week.days.length], ['10000', 'assumed', 7]);
  assert.deepEqual(
    week.days[0]?.spans.map(({ from, to, percent }) => [from, to, percent]),
    [[0, 1440, 100]],
  );
});

test('a version of a tariff has a number that people say, in its own list as at the meter that holds it', async () => {
  const operator = await world.as('operator');
  const ask = (method: 'GET' | 'PUT', path: string, body?: object) =>
    world.ask(operator, method, `/api/v1/tariffs/${path}`, body);
  const week = await read<TariffWeekJson>('tariff-week?from=2026-01-05');
  assert.equal(week.table?.edition, 2, 'published, and then given to the meter');
  const [first, second] = [
    await ask('PUT', 'spoken', { definition: FLAT }),
    await ask('PUT', 'spoken', { definition: FLAT }),
  ];
  assert.deepEqual([first.json.edition, second.json.edition], [1, 2]);
  const page = async (query: string) =>
    (await ask('GET', `spoken/versions${query}`)).json as unknown as { items: { edition: number }[]; next?: string };
  const editions = ({ items }: Awaited<ReturnType<typeof page>>) => items.map(({ edition }) => edition);
  assert.deepEqual(editions(await page('')), [2, 1]);
  const newest = await page('?limit=1');
  assert.deepEqual([editions(newest), editions(await page(`?limit=1&cursor=${newest.next}`))], [[2], [1]]);
});

test('a subscriber is told why they were cut off, with what cannot be told', async () => {
  const { items } = await read<{ items: CutOffJson[] }>('cut-offs');
  const [cut] = items;
  assert.deepEqual([cut?.reasons, cut?.at, cut?.rules], [['no-credit'], '2026-01-05T13:00:00.000Z', undefined]);
  assert.deepEqual([cut?.before?.energyWh, cut?.before?.charges.at(-1)], ['180.0', '0.00500000000']);
  assert.deepEqual(cut?.unknown, ['balance', 'rules', 'end']);
});

test('an operator sees a month under another tariff beside what it was; what is no tariff is refused', async () => {
  const operator = await world.as('operator');
  const ask = (body: object) => world.ask(operator, 'POST', '/api/v1/tariffs/preview', body);
  const { status, json } = await ask({ definition: FLAT, meter: KIMS_METER, month: '2026-01' });
  assert.equal(status, 200);
  const { asItWas, asItWouldBe, minutes, energyWh } = json as unknown as TariffPreviewJson;
  assert.deepEqual([minutes, energyWh], [3 * 1440, '2160.0']);
  assert.deepEqual([asItWouldBe.tokens, asItWouldBe.charge], ['43', '43.20000000000']);
  assert.deepEqual(asItWouldBe.bands, [{ band: 'all', minutes: 4320, energyWh: '2160.0', charge: '43.20000000000' }]);
  assert.ok(Number(asItWas.charge) < 22, 'half the unit charge');
  assert.equal((await ask({ definition: { ...FLAT, bands: [] }, meter: KIMS_METER })).status, 422);
  assert.equal((await ask({ definition: FLAT, meter: '0000ff' })).status, 404);
});
