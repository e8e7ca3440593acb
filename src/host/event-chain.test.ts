import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHAIN_LINK_BYTES, chainLink } from '../crypto/index.ts';
import {
  type EventAnswer,
  EventKind,
  type EventRecord,
  type EventRun,
  encodeEvent,
  encodeEventAnswer,
  encodeUseAnswer,
  RelayAction,
} from '../records/index.ts';
import { tokens, unixSeconds } from '../units/index.ts';
import { followChain } from './event-chain.ts';
import { MemoryStore } from './index.ts';
import { made, Rig } from './rig.testing.ts';

const head = { result: 0 as const, balance: tokens(1), clock: unixSeconds(1) };
const event = (sequence: number, value = 0): EventRecord => ({
  ...{ sequence, time: unixSeconds(1000 + sequence), kind: EventKind.bypassBegun, supply: 0, detail: 0, value },
});
const ZEROS = new Uint8Array(CHAIN_LINK_BYTES);

/** What a meter tells that wrote `written` and still holds those that `holds` says. */
function told(written: readonly EventRecord[], holds: (sequence: number) => boolean = () => true): EventAnswer {
  const events: EventRecord[] = [];
  const chain: EventRun[] = [];
  let link: Uint8Array = ZEROS;
  let isBehind = false;
  for (const each of written) {
    const held = holds(each.sequence);
    if (held && !isBehind) chain.push({ index: events.length, before: link });
    if (held) events.push(each);
    isBehind = held;
    link = chainLink(link, encodeEvent(each));
  }
  return { head, oldest: 1, next: (written.at(-1)?.sequence ?? 0) + 1, events, chain };
}

const NOTHING = { linkedEvent: undefined, eventLink: undefined };
const [one, two, four, five, six] = [event(1), event(2), event(4), event(5), event(6)];
const findings = ({ missing, changed }: { missing: boolean; changed: boolean }) => ({ missing, changed });
const FINE = { missing: false, changed: false };

test('events are followed over several answers, over numbers that were left out, and over an answer that comes again', () => {
  const first = followChain(NOTHING, told([one, two]));
  assert.deepEqual([findings(first), first.linkedEvent], [FINE, 2]);
  // The row of the third held evidence, and its number was left out.
  const second = followChain(
    first,
    told([one, two, four, five], (sequence) => sequence > 2),
  );
  assert.deepEqual([findings(second), second.linkedEvent], [FINE, 5]);
  const again = followChain(second, told([one, two]));
  assert.deepEqual([findings(again), again.linkedEvent, again.eventLink], [FINE, 5, second.eventLink]);
  assert.deepEqual(findings(followChain(second, told([one, two, four, five, six]))), FINE);
});

test('an event that was overwritten before anybody read it is missing', () => {
  const known = followChain(NOTHING, told([one]));
  const later = followChain(
    known,
    told([one, two, four, five], (sequence) => sequence > 4),
  );
  assert.deepEqual([findings(later), later.linkedEvent], [{ missing: true, changed: false }, 5]);
  const between = told([one, two, four, five], (sequence) => sequence !== 2);
  assert.deepEqual(findings(followChain(known, between)), { missing: true, changed: false });
});

test('whatever bit of whatever event is changed, or whichever two change places, it is seen', () => {
  const known = followChain(NOTHING, told([one]));
  const honest = told([one, two, event(3), four], (sequence) => sequence > 1);
  const lastLink = followChain(known, honest);
  for (let place = 0; place < honest.events.length; place++) {
    for (const change of [{ value: 1 }, { time: unixSeconds(5) }, { kind: EventKind.bypassEnded }, { detail: 256 }]) {
      const events = honest.events.map((each, i) => (i === place ? { ...each, ...change } : each));
      const found = followChain(known, { ...honest, events });
      // Inside an answer the links say nothing of each other: what is changed shows at the event behind it.
      const next = followChain(
        found,
        told([one, two, event(3), four, five], (sequence) => sequence > 4),
      );
      assert.equal(found.changed || next.changed, true, `event ${place} ${JSON.stringify(change)}`);
      assert.notDeepEqual(found.eventLink, lastLink.eventLink);
    }
  }
  const [a, b, c] = honest.events as [EventRecord, EventRecord, EventRecord];
  const turned = [{ ...b, sequence: 2 }, { ...a, sequence: 3 }, c];
  const found = followChain(known, { ...honest, events: turned });
  assert.equal(
    followChain(
      found,
      told([one, two, event(3), four, five], (sequence) => sequence > 4),
    ).changed,
    true,
  );
});

test('a chain that begins elsewhere, or stops being told, is a change', () => {
  const known = followChain(NOTHING, told([one]));
  const other = { ...told([two]), chain: [{ index: 0, before: ZEROS }] };
  assert.equal(followChain(known, other).changed, true);
  const { chain: _, ...bare } = told([one, two], (sequence) => sequence > 1);
  assert.equal(followChain(known, bare).changed, true);
  assert.equal(followChain(NOTHING, bare).changed, false);
  const begun = { ...told([one]), chain: [{ index: 0, before: ZEROS.map(() => 1) }] };
  assert.equal(followChain(NOTHING, begun).changed, true);
});

test('a gap is an alarm of its own, until a person clears the tamper of the meter', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  await rig.settle();
  const kind = EventKind.creditStored;
  const written = [1, 2, 3].map((sequence) => ({ ...event(sequence), kind }));
  const poll = (holds: (sequence: number) => boolean) =>
    rig.poll(meter.id, { use: useNow(rig), events: encodeEventAnswer(told(written, holds)) });
  const why = async () => made(await rig.host.meter(1)).standing;
  await poll((sequence) => sequence < 2);
  assert.notEqual((await why()).state, 'tampered');
  await poll((sequence) => sequence > 2);
  assert.deepEqual([(await why()).state, (await why()).why], ['tampered', ['events-missing']]);
  made(await rig.host.command(1, { type: 'relay', supply: 1, action: RelayAction.clearTamper }));
  await rig.settle();
  assert.notEqual((await why()).state, 'tampered');
});

const useNow = (rig: Rig): Uint8Array =>
  encodeUseAnswer({
    head: { ...head, clock: unixSeconds(Math.floor(rig.clock.ms / 1000)) },
    info: {
      ...{ owed: tokens(0), flags: 0, tableVersion: 1, nextTableVersion: 0, policyVersion: 1 },
      ...{ lastDay: 0, daysHeld: 0, nextEvent: 4 },
    },
    ...{ totals: [], modeTable: null, policy: null, profiles: [] },
  });
