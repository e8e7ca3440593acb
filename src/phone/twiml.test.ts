import assert from 'node:assert/strict';
import { test } from 'node:test';
import twilio from 'twilio';
import { NUMBER, PIN } from '../host/callers.testing.ts';
import { PhoneRig } from './phone.testing.ts';
import { HostedVoice, type VoiceForm } from './twiml.ts';

const URL = 'https://utility.example/voice';
const SID = `CA${'0123456789abcdef'.repeat(2)}`;

async function opened({ person }: { person?: string } = {}) {
  const phone = await PhoneRig.open();
  const voice = new HostedVoice(phone.desk, { url: URL, person }, phone.later);
  const post = (turn: number | undefined, digits = '', more: Partial<VoiceForm> = {}) =>
    voice.take({ callSid: SID, from: `+${NUMBER}`, turn, digits, isEndedByHash: false, ...more });
  return { phone, voice, post };
}
const said = (twiml: string) => [...twiml.matchAll(/<Say[^>]*>([^<]*)</g)].map(([, text]) => text).join(' ');

test('a household buys by a hosted voice, and what is answered is what the maker of TwiML writes', async () => {
  const { phone, post } = await opened();
  const menu = await post(undefined);
  const response = new twilio.twiml.VoiceResponse();
  const gather = response.gather({
    ...{ input: ['dtmf'], numDigits: 1, finishOnKey: '', timeout: 8, actionOnEmptyResult: true },
    ...{ action: `${URL}?turn=0`, method: 'POST' },
  });
  for (const text of [...menu.matchAll(/<Say[^>]*>([^<]*)</g)].map(([, each]) => each ?? '')) {
    gather.say({ language: 'en-US' }, text);
  }
  assert.equal(menu, response.toString());
  assert.match(said(menu), /Welcome .* To buy, press 2\./);
  assert.match(said(await post(0, '2')), /^For 20\.00 EUR, press 1/);
  await post(1, '1');
  const pin = await post(2, '1');
  assert.match(pin, /<Gather input="dtmf" finishOnKey="#"/);
  const asked = await post(3, PIN, { isEndedByHash: true });
  // What has to be heard whole stands before the keys are listened to.
  assert.match(
    asked,
    /<Response><Say language="en-US">You pay 20\.00 EUR.*<\/Say><Gather [^>]*turn=4"[^>]*\/><\/Response>$/,
  );
  assert.equal(phone.rig.till.bank.accounts.size, 0);
  const waiting = post(4, '1');
  await phone.pass(6_000);
  const paid = await waiting;
  assert.match(said(paid), /is in the meter\. Your approval number is A N 0\./);
  await phone.rig.till.end();
  assert.equal(phone.rig.till.bank.taken(), 2_000);
});

test('while a payment is under way the caller is kept on the line, and hears how it ends', async () => {
  const { phone, post } = await opened();
  phone.rig.till.rig.meters.clear();
  for (const [turn, digits] of [
    [undefined, ''],
    [0, '2'],
    [1, '1'],
    [2, '1'],
    [3, PIN],
  ] as const)
    await post(turn, digits);
  const first = post(4, '1');
  await phone.pass(7_000);
  assert.match(
    await first,
    /on its way.*<Pause length="2"\/><Redirect method="POST">https:\/\/utility\.example\/voice\?turn=5</,
  );
  const second = post(5, '11');
  await phone.pass(7_000);
  assert.match(await second, /<Pause length="2"\/><Redirect/);
  assert.equal(phone.rig.till.bank.accounts.size, 1);
});

test('a webhook that is sent again is answered again and done once; another turn, number or call is rejected', async () => {
  const { phone, post } = await opened();
  const menu = await post(undefined);
  assert.equal(await post(undefined), menu);
  for (const [turn, digits] of [
    [0, '2'],
    [1, '1'],
    [2, '1'],
    [3, PIN],
  ] as const)
    await post(turn, digits);
  const paying = post(4, '1');
  const again = post(4, '1');
  await phone.pass(6_000);
  assert.equal(await again, await paying);
  assert.equal(phone.rig.till.bank.accounts.size, 1);
  for (const [turn, more] of [
    [3, {}],
    [6, {}],
    [undefined, {}],
    [5, { from: '+499999999' }],
    [0, { callSid: `CA${'f'.repeat(32)}` }],
    [undefined, { callSid: 'CA1' }],
  ] as const) {
    assert.match(await post(turn, '1', more), /<Reject reason="rejected"\/>/);
  }
});

test('who hangs up is gone, and that call does not begin again', async () => {
  const { phone, voice, post } = await opened();
  await post(undefined);
  voice.ended(SID);
  assert.equal(phone.desk.size, 0);
  assert.match(await post(undefined), /<Reject/);
  await phone.desk.settled();
  assert.equal((await phone.stepsOfLast()).at(-1), 'hung-up');
});

test('silence repeats the question and ends the call the third time; hash and star are keys', async () => {
  const { post } = await opened();
  const menu = said(await post(undefined));
  const amounts = said(await post(0, '2'));
  assert.equal(said(await post(1, '#')), amounts);
  assert.equal(said(await post(2, '*')), menu.replace('Welcome to your electricity account. ', ''));
  await post(3);
  await post(4);
  assert.match(await post(5), /We hear nothing from you\. .*<Hangup\/><\/Response>$/);
});

test('whoever wants a person is put through where there is one', async () => {
  const { post } = await opened({ person: '+4930123456' });
  await post(undefined);
  assert.match(await post(0, '0'), /You are being connected\.<\/Say><Dial>\+4930123456<\/Dial><\/Response>$/);
});
