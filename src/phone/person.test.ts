import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NUMBER } from '../host/callers.testing.ts';
import { PHONE_WORDS } from '../words/index.ts';
import { CALL_MS_MAX } from './desk.ts';
import { PERSON_WAIT_MS_MAX } from './person.ts';
import { PhoneRig, type TalkingCaller, TestOperator } from './phone.testing.ts';

const words = PHONE_WORDS.en;
const SOUND = Int16Array.of(1, -2, 3);

/** A caller who has chosen to speak with somebody. */
async function asking(phone: PhoneRig, { from = NUMBER } = {}): Promise<TalkingCaller> {
  const caller = await phone.dial(from);
  await caller.press('0');
  return caller;
}

test('a caller who wants a person waits while somebody takes calls, is taken, and both hear each other until the person ends it', async () => {
  const phone = await PhoneRig.open();
  const lee = new TestOperator(phone, 'lee');
  assert.deepEqual(lee.queue, []);
  const caller = await asking(phone);
  assert.equal(caller.heard, `${words.waitForPerson} ${words.callBackInstead}`);
  assert.deepEqual(lee.queue, [[NUMBER, 'person-awaited']]);
  lee.seat.say(SOUND);
  caller.speak(SOUND);
  assert.deepEqual([lee.heard, caller.heardSounds, caller.isTalking], [[], [], false]);

  assert.equal(lee.seat.take(lee.ids[0] ?? ''), undefined);
  assert.deepEqual([lee.queue, caller.isTalking], [[], true]);
  lee.seat.say(SOUND);
  caller.speak(SOUND);
  assert.deepEqual([lee.heard, caller.heardSounds], [[SOUND], [SOUND]]);
  // Neither a key nor time ends what they say.
  const speeches = caller.speeches.length;
  await caller.press('0123456789*#'.repeat(40));
  await phone.pass(PERSON_WAIT_MS_MAX + 60_000);
  assert.deepEqual([caller.speeches.length, caller.closedTo], [speeches, undefined]);

  lee.seat.hangUp();
  assert.equal(caller.heard, `${words.talkEnded} ${words.more}`);
  lee.seat.say(SOUND);
  caller.speak(SOUND);
  assert.deepEqual([lee.heard.length, caller.heardSounds.length, lee.endings], [1, 1, 0]);
  // Back to the menu, and with somebody again.
  assert.match(await caller.press('1'), /For your balance, press 1\./);
  await caller.press('0');
  assert.equal(lee.seat.take(lee.ids[0] ?? ''), undefined);
  caller.hangUp();
  await phone.desk.settled();
  assert.deepEqual([lee.endings, lee.queue], [1, []]);
  const [call] = await phone.calls();
  assert.deepEqual(
    call?.steps.map(({ name, subject }) => (subject === undefined ? name : `${name} ${subject}`)),
    [
      ...['begun', 'identified-by-number', 'person-awaited', 'person-came lee', 'person-left'],
      ...['person-awaited', 'person-came lee', 'hung-up'],
    ],
  );
  assert.equal(call?.state, 'ended');
});

test('where nobody takes calls, or a telephone carries no speech, whoever wants a person is called back', async () => {
  const phone = await PhoneRig.open();
  const alone = await asking(phone);
  assert.equal(alone.heard, `${words.callBackHere} ${words.callBackElsewhere}`);
  assert.ok(!alone.everything.includes(words.nobodyFree));
  const lee = new TestOperator(phone, 'lee');
  const reading = await phone.call('499999999');
  assert.equal(await reading.press('0'), `${words.callBackHere} ${words.callBackElsewhere}`);
  assert.deepEqual(lee.queue, []);
  assert.equal(lee.seat.take('none'), 'not-waiting');
});

test('whoever waits is told so now and then, and is called back when nobody came in time', async () => {
  const phone = await PhoneRig.open();
  const lee = new TestOperator(phone, 'lee');
  const caller = await asking(phone);
  caller.handle?.input({ type: 'spoken' });
  await phone.pass(PERSON_WAIT_MS_MAX - 1_000);
  assert.ok(caller.speeches.length >= 5);
  assert.equal(caller.heard, `${words.waitForPerson} ${words.callBackInstead}`);
  assert.equal(lee.queue.length, 1);
  await phone.pass(2_000);
  assert.equal(caller.heard, `${words.nobodyFree} ${words.callBackHere} ${words.callBackElsewhere}`);
  assert.deepEqual([lee.queue, lee.seat.take((await phone.calls())[0]?.id ?? '')], [[], 'not-waiting']);
  await caller.press('1');
  const [call] = await phone.calls();
  assert.deepEqual([call?.state, call?.callBack], ['wants-person', NUMBER]);
  assert.deepEqual(
    call?.steps.slice(-4).map(({ name }) => name),
    ['person-awaited', 'nobody-came', 'person-wanted', 'ended'],
  );
});

test('when the last who takes calls leaves, nobody waits for them; while another is there, everybody does', async () => {
  const phone = await PhoneRig.open();
  const [lee, kim] = [new TestOperator(phone, 'lee'), new TestOperator(phone, 'kim')];
  const caller = await asking(phone);
  lee.seat.leave();
  assert.equal(kim.queue.length, 1);
  kim.seat.leave();
  assert.equal(caller.heard, `${words.nobodyFree} ${words.callBackHere} ${words.callBackElsewhere}`);
  assert.equal(kim.seat.take(kim.ids[0] ?? ''), 'not-waiting');
});

test('of two who want one call the first has it, and nobody has two', async () => {
  const phone = await PhoneRig.open();
  const [lee, kim] = [new TestOperator(phone, 'lee'), new TestOperator(phone, 'kim')];
  const first = await asking(phone);
  const second = await asking(phone, { from: '499999999' });
  assert.deepEqual(lee.queue, kim.queue);
  const [ofFirst = '', ofSecond = ''] = lee.ids;
  assert.equal(kim.seat.take(ofFirst), undefined);
  assert.equal(lee.seat.take(ofFirst), 'not-waiting');
  assert.equal(kim.seat.take(ofSecond), 'has-another');
  assert.equal(lee.seat.take(ofSecond), undefined);
  // Each hears their own alone.
  first.speak(SOUND);
  lee.seat.say(SOUND);
  assert.deepEqual([kim.heard, lee.heard, first.heardSounds, second.heardSounds], [[SOUND], [], [], [SOUND]]);
  // Whoever leaves ends what they said, and nobody else's.
  kim.seat.leave();
  assert.deepEqual([first.isTalking, second.isTalking], [false, true]);
});

test('whoever takes calls in another window takes none in the first any more, and nobody who waits is lost by it', async () => {
  const phone = await PhoneRig.open();
  const first = new TestOperator(phone, 'lee');
  const talking = await asking(phone);
  first.seat.take(first.ids[0] ?? '');
  const waiting = await asking(phone, { from: '499999999' });
  const second = new TestOperator(phone, 'lee');
  assert.deepEqual([first.isReplaced, talking.isTalking, phone.desk.switchboard.takers], [true, false, 1]);
  assert.equal(talking.heard, `${words.talkEnded} ${words.more}`);
  assert.equal(first.seat.take(first.ids[0] ?? ''), 'not-waiting');
  first.seat.leave();
  assert.equal(second.seat.take(second.ids[0] ?? ''), undefined);
  assert.ok(waiting.isTalking && !second.isReplaced);
});

test('a caller who waits may be called back instead, go back, or hang up, and is not waited for by anybody', async () => {
  const phone = await PhoneRig.open();
  const lee = new TestOperator(phone, 'lee');
  const called = await asking(phone);
  assert.equal(await called.press('1'), `${words.callBackHere} ${words.callBackElsewhere}`);
  assert.deepEqual(lee.queue, []);
  const back = await asking(phone);
  assert.match(await back.press('*'), /For your balance, press 1\./);
  assert.deepEqual(lee.queue, []);
  const gone = await asking(phone);
  assert.equal(lee.queue.length, 1);
  gone.hangUp();
  assert.deepEqual([lee.queue, lee.endings], [[], 0]);
  // A key that is none of the choices leaves the place in the queue; three of them end the call.
  const wrong = await asking(phone);
  assert.match(await wrong.press('7'), /That is none of the choices\. Please stay on the line/);
  assert.equal(lee.queue.length, 1);
  await wrong.press('77');
  assert.deepEqual([wrong.closedTo, lee.queue], ['nobody', []]);
});

test('somebody whose number is not known speaks with a person too, and goes on with the choice of a language', async () => {
  const phone = await PhoneRig.open();
  const lee = new TestOperator(phone, 'lee');
  const caller = await phone.dial(undefined);
  await caller.press('0');
  assert.deepEqual(lee.queue, [[undefined, 'person-awaited']]);
  lee.seat.take(lee.ids[0] ?? '');
  lee.seat.hangUp();
  assert.match(await caller.press('1'), /For English, press 1\./);
});

test('a conversation ends with the call that it is part of, however long they would speak', async () => {
  const phone = await PhoneRig.open();
  const lee = new TestOperator(phone, 'lee');
  const caller = await asking(phone);
  lee.seat.take(lee.ids[0] ?? '');
  await phone.pass(CALL_MS_MAX + 1_000);
  assert.deepEqual([caller.closedTo, lee.endings], ['nobody', 1]);
  await phone.desk.close();
  assert.equal(lee.endings, 1);
});
