import assert from 'node:assert/strict';
import { EventKind, emptyDayProfile } from '../records/index.ts';
import type { TariffDefinition } from '../tariff/index.ts';
import { milliseconds, svpmsn, unixSeconds } from '../units/index.ts';
import { MemoryStore, type Statement, type Store } from './index.ts';
import { spending } from './ledger.ts';
import { made, Rig } from './rig.testing.ts';

export const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** Midnight in Berlin, in winter. The clock of the rig stands on 5 January, 13:00. */
export const berlin = (day: number) => Date.UTC(2026, 0, day) - 60 * MINUTE;

/** A kilowatt-hour costs 10 tokens by day and 5 by night; twice as much in band 3. */
export const TARIFF: TariffDefinition = {
  unitCharge: 10_000,
  bands: [{ name: 'night', from: '00:00', to: '06:00', percent: 50 }],
  otherwise: 100,
  surcharge: { percents: [100, 100, 100, 200], limits: [18, 26, 37] },
};

/** A meter that took its table when it was enrolled, with profiles of 0.5 Wh, 30 W, in every minute of some UTC days. */
export async function metered(
  days: number,
  change: (profile: ReturnType<typeof emptyDayProfile>) => void = () => undefined,
  store: Store = new MemoryStore(),
) {
  const rig = new Rig(store);
  const { version } = made(await rig.host.publishTariff('home', TARIFF, milliseconds(berlin(1))));
  await rig.enrol(3, { tariff: 'home' });
  const first = Math.floor(rig.clock.ms / DAY);
  const taken = { sequence: 1, kind: EventKind.tableChanged, supply: 1 as const, detail: 0, value: version };
  await rig.store.transaction(async (tx) => {
    const time = unixSeconds(rig.clock.ms / 1000);
    await tx.addEvents([{ ...taken, time, svpmsn: svpmsn(3), heardAt: rig.clock.now() }]);
    for (let day = first; day < first + days; day++) {
      const profile = emptyDayProfile(day, 1);
      profile.energies.fill(5);
      change(profile);
      await tx.putProfile(svpmsn(3), profile);
    }
  });
  return rig;
}

/** Books what a report of the meter would: so much spent, of it so much on emergency credit. */
export async function told(rig: Rig, at: number, spent: bigint, owed = 0n): Promise<void> {
  rig.clock.ms = at;
  const occasion = { at: rig.clock.now(), svpmsn: svpmsn(3) };
  await rig.store.transaction((tx) => tx.post([spending({ spent, owed }, occasion)]));
}

export const statement = async (rig: Rig, from: string, to: string): Promise<Statement> =>
  made(await rig.host.statement({ meter: 3, from, to }));

/** Every sum that a statement promises, to the token. */
export function assertAddsUp(of: Statement): void {
  for (const account of ['inFlight', 'purse', 'owed', 'arrears', 'refunds'] as const) {
    const moved = of.entries.reduce((sum, { change }) => sum + change[account], 0n);
    const spent = { purse: of.lent - of.spent, owed: of.lent, inFlight: 0n, arrears: 0n, refunds: 0n }[account];
    assert.equal(of.opening[account] + moved + spent, of.closing[account], account);
    assert.equal(of.days.at(-1)?.balance[account], of.closing[account], account);
  }
  const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
  assert.equal(sum(of.days.map(({ spent }) => spent)), of.spent);
  assert.equal(sum(of.days.map(({ used }) => used)), of.used);
  assert.equal(sum(of.steps.map(({ used }) => used)), of.used);
  assert.equal(of.used + sum(of.differences.map(({ tokens }) => tokens)), of.spent);
}
