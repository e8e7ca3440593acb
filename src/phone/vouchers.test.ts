import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallerRig, NUMBER } from '../host/callers.testing.ts';
import { VoucherTill } from '../host/vouchers.testing.ts';
import { meterDigits, milliseconds, svpmsn, voucherDigits } from '../units/index.ts';
import { LANGUAGES } from '../words/index.ts';
import { newCall } from './call-state.ts';
import { PhoneRig } from './phone.testing.ts';
import { menu } from './sentences.ts';
import { USSD_CHARACTERS_MAX, UssdGateway } from './ussd.ts';

const NOBODYS = voucherDigits('123456789012345');

/** A telephone that takes vouchers, and some that were sold. */
async function opened() {
  const own = await VoucherTill.open();
  const phone = await PhoneRig.over(await CallerRig.over(own.till), () => ({ vouchers: own.vouchers }));
  const [first = '', second = ''] = (await own.sold(2, 1_000)).map(({ number }) => number);
  return { own, phone, first, second };
}

test('a voucher that is keyed is told with its worth, and paid with when that was heard whole', async () => {
  const { own, phone, first } = await opened();
  const caller = await phone.call(NUMBER);
  assert.match(caller.heard, /To use a voucher, press 5\./);
  assert.match(await caller.press('5'), /sixteen digits/);
  assert.match(await caller.press(`${first}#`), /You pay 10\.00 EUR by your voucher for meter/);
  await caller.press('1');
  await phone.pass(30_000);
  assert.equal(await own.till.account('voucher'), -2_000n, 'keyed against what is being said it buys nothing');
  await caller.hearAndPress('1');
  await phone.pass(30_000);
  assert.match(caller.everything, /is in the meter\. Your approval number is (\d )+/);
  assert.equal(await own.till.account('voucher'), -1_000n);
  const [call] = await phone.calls();
  const names = call?.steps.map(({ name }) => name) ?? [];
  assert.ok(['quoted', 'confirmed', 'paid', 'value-stored'].every((name) => names.some((each) => each === name)));
  const paid = call?.steps.find(({ name }) => name === 'paid')?.subject ?? '';
  await own.till.end();
  assert.equal((await own.till.payment(paid)).state, 'captured');
  assert.ok(!JSON.stringify(await phone.calls()).includes(first), 'the call that is kept has no number of it');
});

test('a guest pays with a voucher for any meter, in either language', async () => {
  const { own, phone, first } = await opened();
  const caller = await phone.call(undefined);
  await caller.press(`2${meterDigits(svpmsn(1))}##`);
  assert.match(caller.heard, /충전은 2번\. 충전권 사용은 5번\./);
  await caller.press(`5${first}#`);
  await caller.hearAndPress('1');
  await phone.pass(30_000);
  assert.match(caller.everything, /승인 번호는/);
  assert.ok((own.till.rig.meters.get(svpmsn(1))?.credited ?? 0) > 0);
});

test('whoever hangs up after the confirmation has the value all the same, and before it the voucher is good still', async () => {
  const { own, phone, first, second } = await opened();
  const hasty = await phone.call(NUMBER);
  await hasty.press(`5${first}#`);
  hasty.hangUp();
  const patient = await phone.call(NUMBER);
  await patient.press(`5${second}#`);
  await patient.hearAndPress('1');
  patient.hangUp();
  await own.till.end();
  const [one, two] = [await own.vouchers.voucher('spring.00001'), await own.vouchers.voucher('spring.00002')];
  assert.ok('id' in one && one.payment === undefined && one.redeemedAt === undefined);
  assert.ok('id' in two && two.redeemedAt !== undefined);
});

test('three wrong numbers in a row end the call, and what nobody has locks the meter however often it is called for', async () => {
  const { own, phone, first } = await opened();
  const slips = await phone.call(NUMBER);
  for (let i = 0; i < 3; i++) await slips.press(i === 0 ? '5123#' : '1234567890123405#');
  assert.equal(slips.closedTo, 'nobody');
  assert.match(slips.everything, /That is no number of a voucher\./);
  assert.deepEqual(
    await own.till.rig.store.read((tx) => tx.attempts.page({ limit: 9 })),
    [],
    'a slip of a finger is no try',
  );
  for (let i = 0; i < 2; i++) {
    const guesser = await phone.call(NUMBER);
    await guesser.press(`5${NOBODYS}#${NOBODYS}#${NOBODYS}#`);
    assert.match(guesser.everything, /Nothing can be paid with that/);
    assert.equal(guesser.closedTo, 'nobody');
  }
  const late = await phone.call(undefined);
  await late.press(`1${meterDigits(svpmsn(0))}##5${first}#`);
  assert.match(late.everything, /Nothing can be paid with that/);
  assert.ok((await phone.stepsOfLast()).includes('voucher-refused'));
});

test('whoever tries numbers is locked at every meter by the telephone that they call from, until they pay with one that is right', async () => {
  const { own, phone, first } = await opened();
  const guesser = '821099998888';
  const keyed = async (from: string, meter: number, keys: string) => {
    const caller = await phone.call(from);
    await caller.press(`1${meterDigits(svpmsn(meter))}##${keys}`);
    return caller;
  };
  for (let i = 0; i < 2; i++) await keyed(guesser, 0, `5${NOBODYS}#${NOBODYS}#${NOBODYS}#`);
  assert.match((await keyed(guesser, 1, `5${first}#`)).heard, /sixteen digits/);
  assert.match((await keyed('821077776666', 1, `5${first}#`)).heard, /You pay 10\.00 EUR by your voucher/);
  own.till.rig.clock.ms += 86_400_000;
  const patient = await keyed(guesser, 1, `5${first}#`);
  await patient.hearAndPress('1');
  await phone.pass(30_000);
  const tried = await own.till.rig.store.read((tx) => tx.attempts.page({ limit: 9 }));
  assert.deepEqual(
    tried.map(({ id }) => id),
    ['voucher meter 0'],
  );
});

test('one that pays nothing can be keyed again, star goes back, and nobody offers vouchers where none are taken', async () => {
  const { phone, first } = await opened();
  const caller = await phone.call(NUMBER);
  await caller.press(`5${NOBODYS}#`);
  assert.match(caller.heard, /sixteen digits/);
  assert.match(await caller.press('*'), /For your balance, press 1\./);
  await caller.press(`5${first}#`);
  assert.match(await caller.hearAndPress('2'), /For the menu, press 1\./);
  assert.match(caller.everything, /Nothing was bought\./);
  const without = await PhoneRig.open();
  const other = await without.call(NUMBER);
  assert.ok(!/voucher/.test(other.heard));
  await other.press('5');
  assert.match(other.everything, /That is none of the choices\./);
});

test('a call that was broken off after the confirmation names the payment of its voucher', async () => {
  const { own, phone, first } = await opened();
  const caller = await phone.call(NUMBER);
  await caller.press(`5${first}#`);
  await caller.hearAndPress('1');
  const [live] = await phone.calls();
  assert.ok(live);
  const at = live.steps.findIndex(({ name }) => name === 'confirmed');
  const { callers } = phone.rig;
  await callers.noteCall({ ...live, state: 'live', steps: live.steps.slice(0, at + 1) });
  await callers.breakOffCalls(milliseconds(own.till.rig.clock.ms + 1));
  const call = await callers.call(live.id);
  assert.ok('steps' in call);
  assert.deepEqual(
    call.steps.slice(-2).map(({ name, subject }) => [name, subject]),
    [
      ['paid', 'voucher:spring.00001:1'],
      ['broken-off', undefined],
    ],
  );
});

test('a household pays with a voucher by USSD, and its menu with vouchers fits on a screen in each language', async () => {
  const { own, phone, first } = await opened();
  const gateway = new UssdGateway(phone.desk, { later: phone.later, warn: () => undefined });
  const ask = (text: string) => gateway.take({ sessionId: 's1', phoneNumber: `+${NUMBER}`, text });
  const begun = await ask('');
  for (const item of [/For your balance, press 1\./, /use a voucher, press 5\./, /person, press 0\./])
    assert.match(begun, item);
  assert.equal(await ask('5'), 'CON Key in the sixteen digits of your voucher.');
  assert.match(await ask(`5*${first}`), /^CON You pay 10\.00 EUR by your voucher/);
  const paid = ask(`5*${first}*1`);
  await phone.pass(10_000);
  assert.match(await paid, /is in the meter\./);
  await own.till.end();
  assert.equal(await own.till.account('voucher'), -1_000n);

  const begin = { id: '', carrier: 'ussd', from: NUMBER, meter: undefined, canTransfer: false } as const;
  const access = await phone.rig.callers.phoneAccess(0);
  assert.ok(!('reason' in access));
  for (const language of LANGUAGES) {
    const call = newCall(begin);
    Object.assign(call, { language, ways: [{ name: 'vouchers', method: 'voucher' }] });
    call.who = { meter: svpmsn(0), access, proven: false };
    const text = menu(call).flatMap((each) => (each.isHint === true ? [] : each.text));
    assert.ok(text.join('\n').length <= USSD_CHARACTERS_MAX, text.join('\n'));
  }
});
