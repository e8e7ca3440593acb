import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACT, CallerRig, NUMBER, PIN, quickHash } from './callers.testing.ts';
import { createMessages, createPeople, type HostFailure } from './index.ts';
import { made } from './rig.testing.ts';

const AGREEMENT = {
  ...{ meter: 0, threshold: 100, paid: 1_000, port: 'bank', perDayMax: 2_500, perMonthMax: 4_000 },
  account: { type: 'mandate', reference: 'M-1' },
} as const;

/** What is agreed with people, and what is given to them, each tried for meter 0 or for a subscriber. */
async function town() {
  const { till, callers } = await CallerRig.open();
  const { rig } = till;
  const { host, store, clock, randomness } = rig;
  const people = createPeople({ store, clock, randomness, passwords: quickHash });
  const messages = createMessages({ store, clock, carrier: undefined, zone: 'Europe/Berlin' });
  const agreed = {
    transfer: () => host.agreeContract(AGREEMENT),
    telephone: () => callers.allowCaller(ACT, { meter: 0, number: NUMBER, language: 'en', usual: undefined, pin: PIN }),
    messages: () => messages.chooseMessages(ACT, { meter: 0, number: NUMBER, language: 'en', causes: [] }),
  };
  const given = {
    meter: (subscriber: string) =>
      host.enrol({ svpmsn: 0x77, subscriber, localUnit: 9, modemAddress: 7, suite: 1, supplies: 1 }),
    login: (subscriber: string) =>
      people.addPerson(ACT, { login: 'somebody', name: 'Somebody', role: 'subscriber', subscriber }),
  };
  return { rig, host, agreed, given };
}
const refusal = (answer: object): string => ('sentence' in answer ? (answer as HostFailure).sentence : 'made');

test('nothing is agreed for a meter where nobody lives, of which the next household would know nothing', async () => {
  const { rig, host, agreed } = await town();
  for (const [name, agree] of Object.entries(agreed)) assert.equal(refusal(await agree()), 'made', name);
  made(await host.by(ACT).moveOut({ meter: 0, isDead: false }));
  await rig.settle();
  for (const [name, agree] of Object.entries(agreed)) {
    assert.match(refusal(await agree()), /^Nobody lives at meter 000000: let somebody move in first\.$/, name);
  }
  assert.match(
    refusal(await host.purchase({ meter: 0, paid: 500, method: 'cash', orderId: 'late' })),
    /its purse is closed/,
  );
  made(await host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' }));
  made(await host.by(ACT).moveIn({ meter: 0, subscriber: 'lee' }));
  const id = ['0'];
  const kept = await rig.store.read(async (tx) => [await tx.contracts.of(id), await tx.phoneAccess.of(id)]);
  assert.deepEqual(kept, [[undefined], [undefined]], 'they agree to it themselves');
  for (const [name, agree] of Object.entries(agreed)) assert.equal(refusal(await agree()), 'made', name);
});

test('whom meters are kept for where nobody lives is nobody: no meter is enrolled for it, and nobody logs in as it', async () => {
  const { rig, host, given } = await town();
  made(await host.by(ACT).moveOut({ meter: 0, isDead: false }));
  await rig.settle();
  made(await host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' }));
  for (const [name, give] of Object.entries(given)) {
    const refused = refusal(await give('unoccupied'));
    assert.match(refused, /^There is no subscriber "unoccupied": it is kept for meters where nobody lives/, name);
    assert.equal(refusal(await give('lee')), 'made', name);
  }
});
