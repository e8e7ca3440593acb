import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NUMBER, PIN } from '../host/callers.testing.ts';
import { made } from '../host/rig.testing.ts';
import { meterDigits, svpmsn } from '../units/index.ts';
import { LANGUAGES, PHONE_WORDS } from '../words/index.ts';
import { PhoneRig } from './phone.testing.ts';

const METER = meterDigits(svpmsn(0));
const OTHER = meterDigits(svpmsn(1));
const CARD = '4111111111111111';

test('whoever calls from a known number hears the menu in their language, and buys what they confirm', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call(NUMBER);
  assert.match(caller.heard, /Welcome .* Meter 0 0 0, 0 0 0, 0 0 0\. For your balance, press 1\./);
  assert.match(await caller.press('2'), /^For 20\.00 EUR, press 1\. For another amount, press 2\.$/);
  assert.equal(await caller.press('1'), 'By your card, press 1. By another card, press 2.');
  assert.match(await caller.press('1'), /^Key in your PIN/);
  const asked = await caller.press(`${PIN}#`);
  assert.match(asked, /^You pay 20\.00 EUR by your card for meter 0 0 0, 0 0 0, 0 0 0\. 1\d\.\d\d EUR of it goes into/);
  assert.equal(caller.said?.mustBeHeard, true);
  assert.equal(phone.rig.till.bank.accounts.size, 0);
  await caller.hearAndPress('1');
  assert.equal(phone.rig.till.bank.held(), 1);
  await phone.pass(10_000);
  assert.match(
    caller.heard,
    /^1\d\.\d\d EUR is in the meter\. Your approval number is A N 0\. For the menu, press 1\.$/,
  );
  await phone.rig.till.end();
  assert.equal(phone.rig.till.bank.taken(), 2_000);
  assert.deepEqual(await phone.stepsOfLast(), [
    ...['begun', 'identified-by-number', 'amount-chosen', 'means-chosen', 'identified-by-pin', 'quoted', 'confirmed'],
    ...['paid', 'value-stored'],
  ]);
});

test('a confirmation that is keyed before it was heard whole pays nothing, and is not needed to say no', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call(NUMBER);
  const asked = await caller.press(`211${PIN}#`);
  assert.match(asked, /^You pay/);
  assert.equal(await caller.press('1111'), asked);
  assert.equal(phone.rig.till.bank.accounts.size, 0);
  assert.match(await caller.press('2'), /^Nothing was bought\./);
  await caller.press(`1211`);
  assert.match(caller.heard, /^You pay/);
  await caller.hearAndPress('1');
  assert.equal(phone.rig.till.bank.accounts.size, 1);
});

test('what was heard whole is confirmed while it is said again, and what was not is not', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call(NUMBER);
  const asked = await caller.press(`211${PIN}#`);
  assert.equal(await caller.press('#1'), asked);
  assert.equal(phone.rig.till.bank.accounts.size, 0);
  caller.handle?.input({ type: 'spoken' });
  await phone.pass(8_000);
  assert.deepEqual([caller.heard, caller.said?.mustBeHeard], [asked, false]);
  await caller.press('1');
  assert.equal(phone.rig.till.bank.accounts.size, 1);
});

test('from an unknown number a household comes in by meter and PIN, and chooses its language', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call('499999999');
  assert.match(caller.heard, /For English, press 1\. 한국어는 2번을 눌러 주세요\.$/);
  assert.equal(await caller.press('2'), `${PHONE_WORDS.ko.keyMeter} ${PHONE_WORDS.ko.hashEnds}`);
  assert.equal(await caller.press(`${METER}#`), `${PHONE_WORDS.ko.keyPinOrBuy} ${PHONE_WORDS.ko.hashEnds}`);
  // What was agreed for the household holds once it is known.
  assert.match(await caller.press(`${PIN}#`), /^Meter 0 0 0.*For your balance, press 1\./);
  assert.match(await caller.press('211'), /^You pay 20\.00 EUR by your card/);
});

test('a guest may buy for a meter with a card, and is told nothing of it', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call(undefined);
  await caller.press(`1${OTHER}#`);
  const menu = await caller.press('#');
  assert.match(menu, /^Meter 0 0 0, 0 0 0, 0 1 3\. To buy, press 2\. To speak/);
  assert.doesNotMatch(menu, /balance/);
  assert.match(await caller.press('1'), /^That is none of the choices\./);
  assert.match(await caller.press('2'), /^Key in the amount in whole EUR/);
  assert.equal(await caller.press('15#'), 'By another card, press 1.');
  assert.equal(await caller.press('1'), `${PHONE_WORDS.en.keyCard} Then press hash.`);
  assert.match(await caller.press('4111111111111112#'), /^That is no card number\./);
  await caller.press(`${CARD}#`);
  assert.match(await caller.press('1329#'), /^That is no month and year\./);
  assert.match(await caller.press('0529#'), /^You pay 15\.00 EUR by another card/);
  await caller.hearAndPress('1');
  await phone.pass(10_000);
  assert.match(caller.heard, /is in the meter/);
  await phone.rig.till.end();
  assert.equal(phone.rig.till.bank.taken(), 1_500);
});

test('no digit of a card, no PIN and no approval of what was keyed stands in the books of calls', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call('499999999');
  await caller.press(`1${METER}#${PIN}#222000#2${CARD}#0529#`);
  assert.match(caller.heard, /^You pay 2,000\.00 EUR/);
  await caller.hearAndPress('1');
  await phone.pass(5_000);
  caller.hangUp();
  await phone.desk.settled();
  const kept = JSON.stringify(await phone.calls());
  assert.match(kept, /value-stored/);
  for (const secret of [PIN, CARD, CARD.slice(-4), '0529', '2905', METER]) assert.ok(!kept.includes(secret), secret);
});

test('three wrong entries in a row end the call, and a right one between them forgives the others', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call(undefined);
  await caller.press('1');
  const wrong = `${METER.slice(0, -1)}5#`;
  await caller.press(wrong);
  assert.match(await caller.press(wrong), /^That is no meter number\. Key in the nine digits/);
  assert.equal(await caller.press(wrong), 'That was wrong three times. Please call again. Goodbye.');
  assert.equal(caller.closedTo, 'nobody');
  assert.deepEqual((await phone.stepsOfLast()).slice(-2), ['too-many-wrong', 'ended']);

  const another = await phone.call(NUMBER);
  await another.press('99');
  await another.press('2*');
  assert.match(await another.press('99'), /^That is none of the choices\./);
  assert.equal(another.closedTo, undefined);
});

test('three wrong PINs end the call, and five of them close the meter to calls for a while', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call(undefined);
  await caller.press('1');
  for (let i = 0; i < 3; i++) await caller.press(`${METER}#999999#`);
  assert.equal(caller.closedTo, 'nobody');
  const another = await phone.call(undefined);
  await another.press('1');
  for (let i = 0; i < 2; i++) await another.press(`${METER}#999998#`);
  another.hangUp();
  const third = await phone.call(undefined);
  assert.match(await third.press(`1${METER}#${PIN}#`), /^Meter and PIN do not belong together, or too many/);
  await phone.pass(16_000);
  assert.match(await third.press(`${METER}#${PIN}#`), /For your balance, press 1/);
});

test('hash says it again, star goes back', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call(NUMBER);
  const menu = await caller.press('2*');
  assert.match(menu, /^Meter 0 0 0/);
  const amounts = await caller.press('2');
  assert.equal(await caller.press('#'), amounts);
  const digits = await caller.press('2');
  assert.match(digits, /^Key in the amount/);
  // The star takes back what was keyed first, and then goes back.
  await caller.press('12*');
  assert.equal(caller.heard, digits);
  assert.match(await caller.press('*'), /^Meter 0 0 0/);
  const ways = await caller.press('21');
  await caller.press('2');
  assert.equal(await caller.press('*'), ways);
  await caller.press(`1${PIN}#`);
  assert.match(await caller.press('*'), /^Nothing was bought\./);
  assert.equal(phone.rig.till.bank.accounts.size, 0);
});

test('nothing keyed: it is said again, and after three times the call ends', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call(NUMBER);
  const menu = caller.heard;
  for (let i = 1; i <= 2; i++) {
    caller.handle?.input({ type: 'spoken' });
    await phone.pass(8_000);
    assert.deepEqual([caller.speeches.length, caller.heard], [1 + i, menu]);
  }
  caller.handle?.input({ type: 'spoken' });
  await phone.pass(7_000);
  assert.equal(caller.closedTo, undefined);
  await phone.pass(1_000);
  assert.equal(caller.heard, 'We hear nothing from you. Please call again. Goodbye.');
  assert.equal(caller.closedTo, 'nobody');
  assert.equal(phone.desk.size, 0);
});

test('the balance, how long it lasts, cheap hours and emergency credit are told as the host knows them', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call(NUMBER);
  assert.match(await caller.press('1'), /^Your meter has not told its balance yet\./);
  made(await phone.rig.till.rig.host.sell({ meter: 0, amount: 1_234, orderId: 'o', source: 'cash' }));
  await phone.pass(5_000);
  assert.match(await caller.press('11'), /^Your balance is 12\.34 EUR\. How long it lasts cannot be said yet\./);
  // A Monday in January, one in the afternoon: 50 % from midnight to six.
  assert.match(await caller.press('13'), /^It is cheap again tomorrow from 00:00 to 06:00\./);
  assert.match(await caller.press('14'), /^Your meter lends no emergency credit\./);
});

test('whoever wants a person is called back, here or on another number, or put through where that can be done', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call(NUMBER);
  assert.equal(await caller.press('0'), 'To be called back on this number, press 1. For another number, press 2.');
  assert.equal(await caller.press('1'), 'Somebody will call you back. Goodbye.');
  const another = await phone.call(NUMBER);
  await another.press('02');
  assert.match(await another.press('123#'), /^That is no telephone number\./);
  assert.equal(await another.press('4930123456#'), 'Somebody will call you back. Goodbye.');
  const wanted = await phone.rig.callers.calls({ state: 'wants-person', limit: 9 });
  assert.deepEqual(new Set(wanted.map(({ callBack }) => callBack)), new Set([NUMBER, '4930123456']));
  const third = await phone.call(NUMBER, { canTransfer: true });
  assert.equal(await third.press('0'), 'You are being connected.');
  assert.equal(third.closedTo, 'person');
});

test('whoever hangs up after the confirmation gets the value all the same, and before it pays nothing', async () => {
  const phone = await PhoneRig.open();
  const before = await phone.call(NUMBER);
  await before.press(`211${PIN}#`);
  before.hangUp();
  await before.hearAndPress('1');
  await phone.rig.till.end();
  assert.equal(phone.rig.till.bank.accounts.size, 0);
  const after = await phone.call(NUMBER);
  await after.press(`211${PIN}#`);
  after.handle?.input({ type: 'spoken' });
  after.handle?.input({ type: 'key', key: '1' });
  after.hangUp();
  await phone.desk.settled();
  await phone.rig.till.end();
  assert.equal(phone.rig.till.bank.taken(), 2_000);
  const books = await phone.rig.till.rig.host.books();
  assert.ok(books.issued > 0n && books.stored === books.issued);
});

test('a payment that is declined, and one that nobody answered, sell nothing and say so', async () => {
  const phone = await PhoneRig.open();
  phone.rig.till.bank.ways = ['declines', 'request-lost'];
  const caller = await phone.call(NUMBER);
  await caller.press(`211${PIN}#`);
  assert.match(await caller.hearAndPress('1'), /^One moment, please\.|^The payment was declined\./);
  assert.match(caller.heard, /^The payment was declined\. No money was taken\. For the menu, press 1\.$/);
  await caller.press('1211');
  await caller.hearAndPress('1');
  await phone.pass(3_000);
  assert.match(caller.heard, /your money goes back to you/);
  await phone.rig.till.end();
  assert.deepEqual([phone.rig.till.bank.taken(), phone.rig.till.bank.held()], [0, 0]);
});

test('whoever has to confirm elsewhere is told to, and hears what became of it', async () => {
  const phone = await PhoneRig.open();
  phone.rig.till.bank.ways = ['pends'];
  const caller = await phone.call(NUMBER);
  await caller.press(`211${PIN}#`);
  assert.equal(await caller.hearAndPress('1'), 'Please confirm the payment on your telephone.');
  await phone.pass(20_000);
  assert.match(caller.heard, /^Please stay on the line, or hang up/);
  const [pending] = await phone.rig.till.rig.host.payments({ limit: 1 });
  const outcome = { outcome: 'approved', approval: 'W'.repeat(20), shown: 'wallet' } as const;
  made(await phone.rig.till.rig.host.paymentNotice({ port: 'bank', id: pending?.id ?? '', outcome }));
  await phone.pass(10_000);
  assert.match(caller.everything, /on its way to the meter|is in the meter/);
  assert.match(caller.heard, /is in the meter\. Your approval number ends with W W W W W W\./);
});

test('a meter that is dark: it is paid, and the caller hears that the value is on its way', async () => {
  const phone = await PhoneRig.open();
  phone.rig.till.rig.meters.clear();
  const caller = await phone.call(NUMBER);
  await caller.press(`211${PIN}#`);
  await caller.hearAndPress('1');
  await phone.pass(70_000);
  assert.match(caller.heard, /^It is paid, and the value is on its way.*For the menu, press 1\.$/);
  assert.equal(phone.rig.till.bank.held(), 1);
});

test('a host whose books cannot be reached ends a call before it pays, and leaves no payment in doubt after', async () => {
  let isAway = true;
  const phone = await PhoneRig.open((rig) => {
    const { host } = rig.till.rig;
    const away = { reason: 'store-failed', sentence: 'The disk at /secret is full.' } as const;
    return {
      host: {
        ...host,
        quote: async (purchase) => (isAway ? away : host.quote(purchase)),
        pay: async (asked) => {
          const paid = await host.pay(asked);
          return isAway ? away : paid;
        },
      },
    };
  });
  const caller = await phone.call(NUMBER);
  assert.match(await caller.press(`211${PIN}#`), /^We cannot reach your account.*Nothing was bought\..*Goodbye\.$/);
  assert.equal(caller.closedTo, 'nobody');
  isAway = false;
  const another = await phone.call(NUMBER);
  await another.press(`211${PIN}#`);
  isAway = true;
  await another.hearAndPress('1');
  await phone.pass(7_000);
  isAway = false;
  await phone.pass(7_000);
  assert.match(another.heard, /is in the meter/);
  assert.equal(phone.rig.till.bank.accounts.size, 1);
  assert.doesNotMatch(another.everything + caller.everything, /secret/);
});

test('a host that answers nothing for a while is waited for with a word, and then given up', async () => {
  let isSlow = false;
  const phone = await PhoneRig.open((rig) => ({
    host: {
      ...rig.till.rig.host,
      outlook: (meter) => (isSlow ? new Promise(() => undefined) : rig.till.rig.host.outlook(meter)),
    },
  }));
  const caller = await phone.call(NUMBER);
  isSlow = true;
  caller.handle?.input({ type: 'key', key: '1' });
  await new Promise(setImmediate);
  caller.handle?.input({ type: 'key', key: '2' });
  const { clock } = phone.rig.till.rig;
  const wait = async (ms: number) => {
    clock.ms += ms;
    phone.ring();
    await new Promise(setImmediate);
  };
  await wait(2_000);
  assert.equal(caller.heard, 'One moment, please.');
  await wait(20_000);
  assert.match(caller.heard, /^We cannot reach your account/);
  assert.equal(caller.closedTo, 'nobody');
});

test('keys without end, and more calls of one number than a household makes, are not served', async () => {
  const phone = await PhoneRig.open();
  const caller = await phone.call(NUMBER);
  for (let i = 0; i < 500 && caller.closedTo === undefined; i++) await caller.press('#');
  assert.equal(caller.closedTo, 'nobody');
  const calls = [];
  for (let i = 0; i < 6; i++) calls.push(await phone.call(NUMBER));
  assert.deepEqual(
    calls.map(({ handle }) => handle !== undefined),
    [true, true, true, true, false, false],
  );
  calls[0]?.hangUp();
  assert.ok((await phone.call(NUMBER)).handle !== undefined);
  await phone.pass(20 * 60_000, { isHostAwake: false });
  assert.equal(phone.desk.size, 0);
});

test('every sentence is there in each language, with as many places for what changes', () => {
  const places = (text: string) => text.split('{}').length - 1;
  for (const [name, text] of Object.entries(PHONE_WORDS.en)) {
    for (const language of LANGUAGES) {
      const other = PHONE_WORDS[language][name as keyof typeof PHONE_WORDS.en];
      if (typeof text === 'string') assert.equal(places(other as string), places(text), `${language} ${name}`);
    }
  }
});
