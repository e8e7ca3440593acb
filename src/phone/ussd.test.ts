import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NUMBER, PIN } from '../host/callers.testing.ts';
import { meterDigits, svpmsn, U32_MAX } from '../units/index.ts';
import { LANGUAGES, PHONE_WORDS } from '../words/index.ts';
import { newCall } from './call-state.ts';
import { PhoneRig } from './phone.testing.ts';
import { confirmation } from './sentences.ts';
import { USSD_CHARACTERS_MAX, UssdGateway } from './ussd.ts';

async function opened() {
  const phone = await PhoneRig.open();
  const warnings: string[] = [];
  const gateway = new UssdGateway(phone.desk, { later: phone.later, warn: (sentence) => warnings.push(sentence) });
  const ask = (text: string, { sessionId = 's1', phoneNumber = `+${NUMBER}` } = {}) =>
    gateway.take({ sessionId, phoneNumber, text });
  return { phone, gateway, warnings, ask };
}

const CONFIRM = `2*1*1*${PIN}`;

test('a household buys by USSD, entry by entry, and reads what became of it', async () => {
  const { phone, ask } = await opened();
  assert.match(
    await ask(''),
    /^CON Welcome to your electricity account\.\nFor your balance, press 1\.\nTo buy, press 2\./,
  );
  assert.equal(await ask('2'), 'CON For 20.00 EUR, press 1.\nFor another amount, press 2.');
  await ask('2*1');
  assert.equal(await ask('2*1*1'), 'CON Key in your PIN.');
  assert.match(await ask(CONFIRM), /^CON You pay 20\.00 EUR by your card/);
  assert.equal(phone.rig.till.bank.accounts.size, 0);
  const paid = ask(`${CONFIRM}*1`);
  await phone.pass(10_000);
  assert.match(await paid, /^CON .*is in the meter\.\nYour approval number is A N 0\.\nFor the menu, press 1\.$/s);
  await phone.rig.till.end();
  assert.equal(phone.rig.till.bank.taken(), 2_000);
});

test('what a gateway sends again is answered again, and done once', async () => {
  const { phone, ask, warnings } = await opened();
  const menu = await ask('');
  assert.equal(await ask(''), menu);
  for (const text of ['2', '2*1', '2*1*1', CONFIRM]) await ask(text);
  const [first, second] = [ask(`${CONFIRM}*1`), ask(`${CONFIRM}*1`)];
  await phone.pass(10_000);
  assert.equal(await first, await second);
  assert.equal(await ask(`${CONFIRM}*1`), await first);
  assert.equal(phone.rig.till.bank.accounts.size, 1);
  assert.deepEqual(warnings, []);
});

test('a session that is replayed, taken over or sent out of its order sells nothing, and is ended and told of once', async () => {
  const outOfOrder = ['2*1', '3', '2*1*1*1', ''];
  for (const text of outOfOrder) {
    const { phone, ask, warnings } = await opened();
    for (const each of ['', '2', '2*1', '2*1*1', CONFIRM]) await ask(each);
    assert.match(await ask(text), /^END This session is not open/, text);
    assert.match(await ask(`${CONFIRM}*1`), /^END/);
    assert.deepEqual([phone.desk.size, phone.rig.till.bank.accounts.size, warnings.length], [0, 0, 1]);
  }
  const { phone, ask, warnings } = await opened();
  for (const each of ['', '2', '2*1', '2*1*1', CONFIRM]) await ask(each);
  assert.match(await ask(`${CONFIRM}*1`, { phoneNumber: '+499999999' }), /^END/);
  assert.match(await ask(`${CONFIRM}*1`), /^END/);
  assert.deepEqual([phone.rig.till.bank.accounts.size, warnings.length], [0, 1]);
});

test('nothing begins in the middle of a session, or in one that has ended', async () => {
  const { phone, ask, gateway } = await opened();
  assert.match(await ask(`${CONFIRM}*1`), /^END/);
  assert.match(await gateway.take({ sessionId: '../x y', phoneNumber: '', text: '' }), /^END/);
  assert.match(await ask('1'.repeat(600)), /^END/);
  assert.equal(phone.desk.size, 0);
  await ask('');
  await ask('0');
  const last = await ask('0*1');
  assert.match(last, /^END Somebody will call you back/);
  assert.equal(await ask('0*1'), last);
  assert.match(await ask(''), /^END This session/);
  assert.match(await ask('0*1*2'), /^END This session/);
  assert.equal((await phone.calls()).length, 1);
});

test('a double zero goes back, an empty entry asks again, and other entries are no choices', async () => {
  const { ask } = await opened();
  await ask('');
  const amounts = await ask('2');
  assert.equal(await ask('2*'), amounts);
  assert.match(await ask('2**00'), /^CON For your balance, press 1\./);
  assert.match(await ask('2**00*12'), /^CON That is none of the choices\./);
  assert.match(await ask('2**00*12*x'), /^CON That is none of the choices\./);
});

test('a session that nobody goes on with ends, and one that a payment takes longer in ends with what is known', async () => {
  const { phone, ask } = await opened();
  await ask('');
  await phone.pass(5 * 60_000, { isHostAwake: false });
  assert.equal(phone.desk.size, 0);
  phone.rig.till.bank.ways = ['pends'];
  const other = { sessionId: 's2' };
  for (const each of ['', '2', '2*1', '2*1*1', CONFIRM]) await ask(each, other);
  const waiting = ask(`${CONFIRM}*1`, other);
  await phone.pass(8_000);
  assert.match(await waiting, /^END .*Please confirm the payment on your telephone\.$/s);
});

test('a household without a number comes in with meter and PIN, which is a whole entry each', async () => {
  const { ask } = await opened();
  const from = { phoneNumber: '+499999999' };
  assert.match(await ask('', from), /^CON .*For English, press 1\.\n한국어는/s);
  assert.equal(await ask('1', from), 'CON Key in the nine digits of your meter.');
  const meter = meterDigits(svpmsn(0));
  await ask(`1*${meter}`, from);
  assert.match(await ask(`1*${meter}*${PIN}`, from), /^CON For your balance, press 1\./);
});

test('the longest question whether to pay fits on a screen in each language', () => {
  for (const language of LANGUAGES) {
    for (const name of Object.keys(PHONE_WORDS[language].ways) as (keyof (typeof PHONE_WORDS)['en']['ways'])[]) {
      const call = newCall({
        id: '',
        carrier: 'ussd',
        from: undefined,
        meter: undefined,
        canTransfer: false,
      });
      Object.assign(call, { language, currency: { code: 'EUR', exponent: 2 } });
      call.who = { meter: svpmsn(0xff_ffff), access: undefined, proven: false };
      const way = { name, port: '', method: 'card', instrument: undefined } as const;
      const purchase = { paid: U32_MAX, way, instrument: { type: 'token', token: '' } } as const;
      const text = confirmation(call, purchase, BigInt(U32_MAX)).map((each) => each.text);
      assert.ok(text.join('\n').length <= USSD_CHARACTERS_MAX, text.join('\n'));
    }
  }
});
