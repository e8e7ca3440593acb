import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACT, CallerRig, NUMBER, PIN, quickHash } from './callers.testing.ts';
import { createCallers } from './callers.ts';
import type { HostFailure, PasswordHash, PhoneCall } from './index.ts';
import { made } from './rig.testing.ts';

const reasonOf = (answer: object) => (answer as Partial<HostFailure>).reason;

test('who calls from the number of one household is known, and from that of two or of none is not', async () => {
  const { callers } = await CallerRig.open();
  const known = made(await callers.callerOf(NUMBER));
  assert.deepEqual([known.svpmsn, known.language, 'pin' in known], [0, 'en', false]);
  assert.equal(reasonOf(await callers.callerOf('821012345679')), 'phone-access-unknown');
  made(
    await callers.allowCaller(ACT, {
      ...{ meter: 1, number: NUMBER, language: 'ko', usual: undefined, means: [], pin: '314159' },
    }),
  );
  assert.equal(reasonOf(await callers.callerOf(NUMBER)), 'phone-access-unknown');
});

test('a PIN opens its own meter, and no other PIN and no other meter is told apart from it', async () => {
  const { callers } = await CallerRig.open();
  assert.equal(made(await callers.identify({ meter: 0, pin: PIN })).svpmsn, 0);
  const refused = await callers.identify({ meter: 0, pin: '271829' });
  assert.equal(reasonOf(refused), 'pin-refused');
  assert.deepEqual(await callers.identify({ meter: 1, pin: PIN }), refused);
  assert.deepEqual(await callers.identify({ meter: 999_999, pin: PIN }), refused);
});

test('after five wrong PINs the right one is refused too, until the lock ends; many at once are no more tries', async () => {
  const { callers, till } = await CallerRig.open();
  const tried = await Promise.all(
    Array.from({ length: 200 }, (_, i) => callers.identify({ meter: 0, pin: String(300_000 + i) })),
  );
  assert.deepEqual(new Set(tried.map(reasonOf)), new Set(['pin-refused']));
  assert.equal(reasonOf(await callers.identify({ meter: 0, pin: PIN })), 'pin-refused');
  const [attempts] = await till.rig.store.read((tx) => tx.attempts.of(['phone 0']));
  assert.equal(attempts?.count, 5);
  till.rig.clock.ms += 15_000;
  assert.equal(made(await callers.identify({ meter: 0, pin: PIN })).svpmsn, 0);
  assert.deepEqual(await till.rig.store.read((tx) => tx.attempts.of(['phone 0'])), [undefined]);
});

test('a new PIN lets in whoever was shut out, and the old one opens nothing any more', async () => {
  const { callers } = await CallerRig.open();
  for (let i = 0; i < 5; i++) await callers.identify({ meter: 0, pin: '111222' });
  const wanted = { meter: 0, number: undefined, language: 'en', usual: undefined, means: [] } as const;
  made(await callers.allowCaller(ACT, { ...wanted, pin: '161803' }));
  assert.equal(made(await callers.identify({ meter: 0, pin: '161803' })).svpmsn, 0);
  assert.equal(reasonOf(await callers.identify({ meter: 0, pin: PIN })), 'pin-refused');
  made(await callers.allowCaller(ACT, { ...wanted, usual: 700 }));
  assert.equal(made(await callers.identify({ meter: 0, pin: '161803' })).usual, 700);
  made(await callers.forbidCaller(ACT, 0));
  assert.equal(reasonOf(await callers.identify({ meter: 0, pin: '161803' })), 'pin-refused');
});

test('a PIN that is taken away opens nothing, an empty one neither, and what is kept to pay with stays unless it is replaced', async () => {
  const { callers } = await CallerRig.open();
  const means = [{ port: 'bank', account: { type: 'token', token: 'kept' } }] as const;
  const wanted = { meter: 0, number: NUMBER, language: 'en', usual: undefined } as const;
  made(await callers.allowCaller(ACT, { ...wanted, means }));
  assert.deepEqual(
    [made(await callers.phoneAccess(0)).hasPin, made(await callers.phoneAccess(0)).means],
    [true, means],
  );
  for (let i = 0; i < 5; i++) await callers.identify({ meter: 0, pin: '111222' });
  const without = made(await callers.allowCaller(ACT, { ...wanted, pin: null }));
  assert.deepEqual([without.hasPin, without.means], [false, means]);
  for (const pin of [PIN, '']) assert.equal(reasonOf(await callers.identify({ meter: 0, pin })), 'pin-refused');
  assert.equal(made(await callers.callerOf(NUMBER)).svpmsn, 0);
  made(await callers.allowCaller(ACT, { ...wanted, means: [], pin: '161803' }));
  assert.deepEqual(made(await callers.identify({ meter: 0, pin: '161803' })).means, []);
});

test('a PIN that is changed while it is looked at opens nothing', async () => {
  const { till } = await CallerRig.open();
  const { store, clock } = till.rig;
  let change: () => Promise<void> = async () => undefined;
  const passwords: PasswordHash = {
    ...quickHash,
    verify: async (pin, hash) => {
      await change();
      return quickHash.verify(pin, hash);
    },
  };
  const callers = createCallers({ store, clock, passwords });
  const wanted = { meter: 0, number: undefined, language: 'en', usual: undefined, means: [] } as const;
  change = async () => void made(await callers.allowCaller(ACT, { ...wanted, pin: '161803' }));
  assert.equal(reasonOf(await callers.identify({ meter: 0, pin: PIN })), 'pin-refused');
  change = async () => void made(await callers.forbidCaller(ACT, 0));
  assert.equal(reasonOf(await callers.identify({ meter: 0, pin: '161803' })), 'pin-refused');
});

test('access that nobody could use, and PINs that are guessed at once, are refused', async () => {
  const { callers } = await CallerRig.open();
  const good = { meter: 1, number: NUMBER, language: 'en', usual: undefined, means: [], pin: '314159' } as const;
  for (const pin of ['31415', '3141592', '31415a', '000000', '123456', '987654', '890123']) {
    assert.equal(reasonOf(await callers.allowCaller(ACT, { ...good, pin })), 'pin-weak', pin);
  }
  for (const number of ['+821012345678', '01012345678', '82101', '8210123456789012']) {
    assert.equal(reasonOf(await callers.allowCaller(ACT, { ...good, number })), 'phone-access-wrong', number);
  }
  const token = (text: string) => ({ port: 'bank', account: { type: 'token', token: text } }) as const;
  assert.equal(reasonOf(await callers.allowCaller(ACT, { ...good, means: [token('')] })), 'phone-access-wrong');
  const many = Array.from({ length: 5 }, () => token('t'));
  assert.equal(reasonOf(await callers.allowCaller(ACT, { ...good, means: many })), 'phone-access-wrong');
  assert.equal(reasonOf(await callers.allowCaller(ACT, { ...good, usual: 0 })), 'amount-wrong');
  assert.equal(reasonOf(await callers.allowCaller(ACT, { ...good, meter: 77 })), 'meter-unknown');
  const { pin: _, number: __, ...neither } = good;
  assert.equal(reasonOf(await callers.allowCaller(ACT, { ...neither, number: undefined })), 'pin-weak');
  assert.equal(reasonOf(await callers.allowCaller(ACT, { ...good, number: undefined, pin: null })), 'pin-weak');
  assert.equal(made(await callers.allowCaller(ACT, good)).number, NUMBER);
});

test('who allows and forbids calls stands in the audit log, and the PIN nowhere', async () => {
  const { callers, till } = await CallerRig.open();
  made(await callers.forbidCaller({ ...ACT, action: 'forbid-caller' }, 0));
  const audit = await till.rig.store.read((tx) => tx.audit.page({ limit: 9 }));
  assert.deepEqual(
    audit.map(({ action, by }) => [action, by]),
    [
      ['forbid-caller', 'lee'],
      ['allow-caller', 'lee'],
    ],
  );
  assert.ok(!JSON.stringify(audit).includes(PIN));
});

test('a call that wants a person waits until somebody has called back', async () => {
  const { callers, till } = await CallerRig.open();
  const call: PhoneCall = {
    ...{ id: '1', carrier: 'chat', from: NUMBER, svpmsn: undefined, language: 'en', state: 'wants-person' },
    ...{ begunAt: till.rig.clock.now(), endedAt: till.rig.clock.now(), callBack: NUMBER, steps: [] },
  };
  made(await callers.noteCall(call));
  assert.deepEqual(await callers.calls({ state: 'wants-person', limit: 9 }), [call]);
  assert.equal(made(await callers.settleCall(ACT, '1')).state, 'ended');
  assert.deepEqual(await callers.calls({ state: 'wants-person', limit: 9 }), []);
  assert.deepEqual(
    (await callers.calls({ limit: 9 })).map(({ id }) => id),
    ['1'],
  );
  assert.equal(reasonOf(await callers.settleCall(ACT, '2')), 'call-unknown');
});

test('one call pays for its first thing under one id, and for each other under another', async () => {
  const { callers, till } = await CallerRig.open();
  const id = callers.phonePaymentId('call', 1);
  assert.equal(callers.phonePaymentId('call', 1), id);
  const others = [callers.phonePaymentId('call', 2), callers.phonePaymentId('call 1', 1)];
  assert.equal(new Set([id, ...others]).size, 3);
  assert.equal(reasonOf(await callers.paidByPhone(id)), 'payment-unknown');
  made(await till.pay(id, 500));
  assert.equal(made(await callers.paidByPhone(id)).order?.state, 'outstanding');
  await till.end();
  assert.equal(made(await callers.paidByPhone(id)).order?.state, 'stored');
});
