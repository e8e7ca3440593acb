import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds } from '../units/index.ts';
import { type Act, MemoryStore } from './index.ts';
import { made, Rig } from './rig.testing.ts';

const HOME = 0xa;
const ACT: Act = {
  ...{ at: milliseconds(0), by: 'han', role: 'operator', action: 'payDues', subject: 'subscriber kim' },
  ...{ detail: '', request: 'a-request' },
};
const TERMS = {
  currency: { code: 'EUR', number: 978, exponent: 2 },
  ...{ taxBasisPoints: 2_000, fixedChargePerMonth: 20, recoveryPercentMax: 50, fees: {} },
};
const payment = (paid: number, method: 'cash' | 'bank-transfer' = 'cash') => ({
  ...{ subscriber: 'kim', paid, method, reference: `slip ${paid}` },
});

/** Kim, who moved out owing 30 and the fixed charge of a month, which is 20 and a fifth of it tax. */
async function debtor() {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(HOME);
  made(await rig.host.publishTerms(TERMS));
  made(await rig.host.bookDebt({ meter: HOME, amount: 30, reference: 'a loan' }));
  rig.clock.ms += 31 * 86_400_000;
  made(await rig.host.by(ACT).moveOut({ meter: HOME, isDead: false }));
  await rig.settle();
  return rig;
}
const owed = async (rig: Rig) => {
  const { arrears, fixedCharge, due } = made(await rig.host.duesOfPerson('kim'));
  assert.equal(due, arrears + (fixedCharge * 6n) / 5n, 'with tax');
  return [arrears, fixedCharge];
};
/** The ledger's side of what people owe, and where the money came in. */
async function posted(rig: Rig): Promise<Record<string, bigint>> {
  const { sums } = await rig.store.read((tx) => tx.ledgerSums(0));
  const own = sums.filter(({ kind, svpmsn }) => svpmsn === undefined && (kind === 'dues-paid' || kind === 'debt'));
  const accounts = Object.fromEntries(own.map(({ account }) => [account, 0n]));
  for (const { account, amount } of own) accounts[account] = (accounts[account] ?? 0n) + amount;
  assert.ok((await rig.host.books()).balanced);
  return accounts;
}

test('who owes without a meter pays in parts: charges with their tax first, then arrears, and the books say so', async () => {
  const rig = await debtor();
  assert.deepEqual(await owed(rig), [30n, 20n]);
  made(await rig.host.by(ACT).openShift({ id: 'a-shift', opening: 100 }));
  made(await rig.host.by(ACT).payDues(payment(34)));
  assert.deepEqual(await owed(rig), [20n, 0n]);
  const after = made(await rig.host.by(ACT).payDues(payment(20, 'bank-transfer')));
  assert.deepEqual([after.arrears, after.fixedCharge, await owed(rig)], [0n, 0n, [0n, 0n]]);
  const { 'debts-taken-over': _, ...accounts } = await posted(rig);
  assert.deepEqual(accounts, {
    ...{ arrears: 0n, cash: 34n, 'bank-transfer': 20n },
    ...{ 'fixed-charges': -20n, tax: -4n },
  });
  const [shift] = await rig.store.read((tx) => tx.shifts.where('openBy', 'han'));
  assert.equal(shift?.taken, 34n, 'cash is in the till of whoever took it');
});

test('more than is due, nothing, or for whoever owes nothing is not taken, and nothing is booked', async () => {
  const rig = await debtor();
  await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
  const before = await posted(rig);
  const refusals: readonly [object, RegExp][] = [
    [payment(55), /owes 54, not 55: take no more/],
    [payment(0), /whole number of tokens from 1/],
    [{ ...payment(5), reference: '' }, /A reference/],
    [{ ...payment(5), subscriber: 'lee' }, /"lee" owes nothing without a meter/],
    [{ ...payment(5), subscriber: 'nobody' }, /no subscriber "nobody"/],
  ];
  for (const [asked, sentence] of refusals) {
    const refused = await rig.host.by(ACT).payDues({ ...payment(5), ...asked });
    assert.ok('sentence' in refused, String(sentence));
    assert.match(String(refused.sentence), sentence);
  }
  assert.deepEqual([await owed(rig), await posted(rig)], [[30n, 20n], before]);
});

test('what was paid is not due at the next meter', async () => {
  const rig = await debtor();
  made(await rig.host.by(ACT).payDues(payment(44)));
  await rig.enrol(0xb);
  assert.equal(made(await rig.host.dues(0xb)).arrears, 10n);
  const refused = await rig.host.by(ACT).payDues(payment(10));
  assert.ok('sentence' in refused && /recovered from what is bought/.test(String(refused.sentence)));
});
