import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Line } from '../../host/index.ts';
import { made } from '../../host/rig.testing.ts';
import { FEBRUARY, passMonth, settledUtility, TERMS, tellMinutes } from '../../host/settlement.testing.ts';
import { milliseconds, svpmsn } from '../../units/index.ts';
import type { Utility } from '../utility.ts';
import { Findings } from './checker.ts';
import { Closings } from './closings.ts';

test('what was spent in a month holds wherever in the tariff it stands, and an unequal ledger is told', async () => {
  const rig = await settledUtility();
  const post = (kind: 'spent' | 'divided', at: number, lines: readonly Line[]) =>
    rig.store.transaction((tx) =>
      tx.post([{ kind, at: milliseconds(at), svpmsn: svpmsn(1), order: undefined, lines }]),
    );
  const within = (FEBRUARY.first + 1440) * 60_000;
  await post('spent', within, [
    { account: 'value-in-meters', amount: 12n },
    { account: 'energy-revenue', amount: -12n },
  ]);
  await post('divided', within + 1, [
    { account: 'energy-revenue', amount: 5n },
    { account: 'energy-revenue:100', amount: -5n },
  ]);
  await tellMinutes(rig, 1, FEBRUARY, () => 1_000);
  passMonth(rig, FEBRUARY);
  made(await rig.host.closePeriod({ month: '2026-02', terms: TERMS }));
  const found = async () => {
    const findings = new Findings(
      () => 0,
      () => {},
    );
    await new Closings(findings).healed({ host: rig.host } as unknown as Utility);
    return findings.violations.map(({ sentence }) => sentence);
  };
  assert.deepEqual(await found(), []);
  await post('spent', within + 2, [
    { account: 'value-in-meters', amount: 1n },
    { account: 'energy-revenue', amount: -1n },
  ]);
  assert.match((await found()).join(' '), /2026-02 ends with spent 12, and the lines of the ledger come to 13\./);
});
