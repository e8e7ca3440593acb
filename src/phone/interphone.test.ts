import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InterphoneAnswer, InterphoneSaid } from '../host/index.ts';
import { svpmsn, tokens, unixSeconds } from '../units/index.ts';
import { PROMPTS } from '../words/index.ts';
import { Interphones } from './interphone.ts';
import { MeterVoices } from './meter-voices.ts';
import { PhoneRig, TestOperator } from './phone.testing.ts';

const METER = svpmsn(0);
const HEAD = { result: 0, balance: tokens(0), clock: unixSeconds(0) } as const;

/** A meter from which somebody calls, and what it is told. */
async function atMeter({ failing = false } = {}) {
  const phone = await PhoneRig.open();
  const voices = new MeterVoices();
  const told: InterphoneSaid[] = [];
  const interphones = new Interphones(phone.desk, {
    say: async (_, said) => {
      told.push(said);
      return failing ? { reason: 'store-failed', sentence: 'The books are away.' } : {};
    },
    later: phone.later,
    voices,
  });
  const settle = async () => {
    await phone.desk.settled();
    await new Promise(setImmediate);
    await phone.desk.settled();
  };
  interphones.called(METER);
  await settle();
  const last = () => told.at(-1);
  return {
    ...{ phone, interphones, told, last, settle, voices },
    names: () => last()?.prompts.map(({ number }) => PROMPTS[number]) ?? [],
    /** The meter answers what it was told last. */
    answer: async (more: Partial<InterphoneAnswer> = {}) => {
      const speech = last()?.speech ?? 0;
      const usual = { head: HEAD, isCalling: true, speech, isHeard: false, first: last()?.taken ?? 0, keys: '' };
      interphones.answered(METER, { ...usual, ...more });
      await settle();
    },
  };
}

test('what the meter has is not told again, and nothing is told before it has answered', async () => {
  const { phone, told, last, names, answer } = await atMeter();
  assert.deepEqual(told.length, 1);
  assert.ok(names().includes('menuBalance'), names().join(' '));
  // Nobody keys anything, and it is said once more: the meter has not answered yet.
  await phone.pass(95_000, { isHostAwake: false });
  assert.equal(told.length, 1);
  await answer();
  assert.deepEqual([told.length, last()?.speech, names().includes('menuBalance')], [2, 2, true]);
  await answer();
  await phone.pass(1_000, { isHostAwake: false });
  assert.deepEqual([told.length, last()?.speech, last()?.prompts], [3, 2, []]);
  await answer({ keys: '1' });
  assert.deepEqual([last()?.speech, last()?.taken], [3, 1]);
  assert.ok(
    names().some((name) => name === 'balance' || name === 'balanceUnknown'),
    names().join(' '),
  );
  // The one before was answered meanwhile: the meter has not this speech yet, and is told it again.
  await answer({ speech: 2, first: 1 });
  assert.deepEqual([last()?.speech, last()?.prompts.length !== 0], [3, true]);
});

test('a key that is told twice counts once, and those that the meter has dropped are not waited for', async () => {
  const { phone, last, names, answer } = await atMeter();
  await answer({ keys: '2' });
  await answer({ keys: '2', first: 0 });
  await answer({ first: 1, keys: '22' });
  // The first 2 buys, the next is another amount, and the last its first digit: none of them was taken for two.
  assert.deepEqual([last()?.taken, names()[0]], [3, 'keyAmount']);
  await answer({ first: 9, keys: '5#' });
  assert.deepEqual([last()?.taken, names()[0]], [11, 'way']);
  assert.deepEqual(
    (await phone.stepsOfLast()).filter((name) => name === 'amount-chosen'),
    ['amount-chosen'],
  );
});

test('before the confirmation was heard whole no key of the meter confirms it, and after it one does', async () => {
  const { phone, last, names, answer } = await atMeter();
  const { bank } = phone.rig.till;
  await answer({ keys: '211' });
  await answer({ keys: '271828#' });
  for (let turn = 0; !names().includes('confirm') && turn < 9; turn++) await answer();
  assert.ok(last()?.mustBeHeard && names().includes('confirm'), names().join(' '));
  await answer({ keys: '1' });
  await answer({ keys: '1' });
  assert.equal(bank.accounts.size, 0);
  await answer({ isHeard: true });
  await answer({ isHeard: true, keys: '1' });
  await phone.pass(3_000);
  assert.equal(bank.accounts.size, 1);
  assert.ok((await phone.stepsOfLast()).includes('confirmed'));
});

test('a meter at which nobody is ends its call, so does one that cannot be told anything, and one that calls anew begins anew', async () => {
  const { phone, interphones, told, answer, settle } = await atMeter();
  await answer();
  interphones.called(METER);
  await settle();
  assert.deepEqual([phone.desk.size, told.at(-1)?.speech], [1, 1]);
  assert.deepEqual((await phone.calls()).map(({ state }) => state).sort(), ['ended', 'live']);
  await answer({ isCalling: false });
  assert.equal(phone.desk.size, 0);
  const before = told.length;
  interphones.answered(METER, { head: HEAD, isCalling: true, speech: 1, isHeard: true, first: 0, keys: '1' });
  await phone.pass(5_000, { isHostAwake: false });
  assert.equal(told.length, before);
  assert.equal((await atMeter({ failing: true })).phone.desk.size, 0);
});

test('a call that begins while the one before is being told something waits for that answer, and takes nothing of it', async () => {
  const { phone, interphones, told, last, names, answer, settle } = await atMeter();
  await answer();
  await phone.pass(1_000, { isHostAwake: false });
  assert.deepEqual([told.length, last()?.prompts], [2, []]);
  interphones.called(METER);
  await settle();
  assert.equal(told.length, 2, 'the meter has not answered yet');
  await phone.pass(95_000, { isHostAwake: false });
  await answer({ keys: '1', isHeard: true });
  assert.deepEqual([told.length, last()?.speech, last()?.taken], [3, 1, 0]);
  assert.ok(names().includes('menuBalance'), names().join(' '));
  assert.ok(!(await phone.stepsOfLast()).includes('balance-told'));
  await answer({ keys: '1' });
  assert.deepEqual([last()?.speech, last()?.taken], [2, 1]);
});

test('a meter that has nothing any more of what it had is called by somebody else: the call before is over', async () => {
  const { phone, told, answer } = await atMeter();
  await answer({ speech: 0 });
  assert.deepEqual([phone.desk.size, told.length], [1, 2], 'nothing was there yet');
  await answer();
  await answer({ speech: 0 });
  assert.equal(phone.desk.size, 0);
});

test('who hangs up and calls anew before that is heard goes on with no call of somebody else, and his keys are his own', async () => {
  const { phone, interphones, told, last, names, answer, settle } = await atMeter();
  await answer();
  await answer({ keys: '2' });
  await answer();
  assert.equal(phone.desk.size, 1);
  // What it had it has no more: somebody hung up, or the power went, and calls again.
  await answer({ speech: 0, first: 0 });
  assert.deepEqual([phone.desk.size, (await phone.calls()).map(({ state }) => state)], [0, ['ended']]);
  const before = told.length;
  await phone.pass(5_000, { isHostAwake: false });
  assert.equal(told.length, before);
  interphones.called(METER);
  await settle();
  const menu = names();
  // An answer to what was said in the call before.
  await answer({ speech: 3, first: 1, keys: '2' });
  assert.deepEqual([last()?.speech, last()?.taken, names()], [1, 0, menu]);
  await answer();
  await answer({ keys: '2' });
  assert.deepEqual([last()?.speech, last()?.taken], [2, 1]);
});

test('after the last words were played the call is ended at the meter too', async () => {
  const { phone, last, answer, told } = await atMeter();
  await answer();
  for (let turn = 0; phone.desk.size > 0 && turn < 60; turn++) {
    await answer({ isHeard: true });
    await phone.pass(5_000, { isHostAwake: false });
  }
  assert.equal(phone.desk.size, 0);
  await answer();
  assert.notEqual(last()?.speech, 0, 'before the goodbye was heard');
  await answer({ isHeard: true });
  assert.deepEqual([last()?.speech, last()?.prompts], [0, []]);
  const count = told.length;
  await phone.pass(10_000, { isHostAwake: false });
  assert.equal(told.length, count);
});

/** Somebody with a microphone at the meter. */
function standing(voices: MeterVoices) {
  const heard: Int16Array[] = [];
  let replaced = 0;
  const { say, leave } = voices.join(METER, { hear: (sound) => heard.push(sound), replaced: () => replaced++ });
  return { heard, say, leave, replaced: () => replaced };
}

test('whoever can speak at the meter speaks with a person who takes the call, by keys and prompts until then and afterwards', async () => {
  const { phone, voices, names, answer } = await atMeter();
  const lee = new TestOperator(phone, 'lee');
  const kim = standing(voices);
  await answer();
  await answer({ keys: '0' });
  assert.deepEqual(names(), ['waitForPerson', 'callBackInstead']);
  assert.deepEqual(lee.queue, [[undefined, 'person-awaited']]);
  const sound = Int16Array.of(1, 2, 3);
  kim.say(sound);
  assert.deepEqual(lee.heard, []);
  assert.equal(lee.seat.take(lee.ids[0] ?? ''), undefined);
  kim.say(sound);
  lee.seat.say(sound);
  assert.deepEqual([lee.heard, kim.heard], [[sound], [sound]]);
  lee.seat.hangUp();
  await answer();
  assert.deepEqual(names(), ['talkEnded', 'more']);
  kim.say(sound);
  lee.seat.say(sound);
  assert.deepEqual([lee.heard.length, kim.heard.length], [1, 1]);
  // Again, until somebody presses the key that hangs up.
  await answer({ keys: '1' });
  await answer({ keys: '0' });
  lee.seat.take(lee.ids[0] ?? '');
  kim.say(sound);
  await answer({ isCalling: false });
  kim.say(sound);
  lee.seat.say(sound);
  assert.deepEqual([lee.heard.length, kim.heard.length, lee.endings], [2, 1, 1]);
});

test('a meter without such a voice, or whose voice has gone, has its caller called back; the newest voice is the one', async () => {
  const { phone, voices, names, answer } = await atMeter();
  const lee = new TestOperator(phone, 'lee');
  const first = standing(voices);
  const second = standing(voices);
  assert.deepEqual([first.replaced(), second.replaced()], [1, 0]);
  first.leave();
  assert.ok(voices.has(METER));
  second.leave();
  assert.ok(!voices.has(METER));
  await answer();
  await answer({ keys: '0' });
  assert.deepEqual([names(), lee.queue], [['keyNumber', 'hashEnds'], []]);
});
