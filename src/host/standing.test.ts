import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyName, Purpose, Suite } from '../crypto/index.ts';
import { AttentionReason, EventKind, type EventRecord, MeterFlag } from '../records/index.ts';
import { milliseconds, unixSeconds } from '../units/index.ts';
import { alarmsAfter, alarmsHeard, alarmsRaised, holdsNoValueKey, type StandingFacts, standingOf } from './standing.ts';

const ROUND = 1_000;
const { relayOpen, creditExhausted, overCurrent, byCommand, loadLimit, tamper, emergencyCredit } = MeterFlag;
const { bypass, coverOpened, lastGasp, lowBalance, magneticField, voltageWhileOpen } = AttentionReason;

function standing({ flags, alarms = 0, ...more }: { flags?: number; alarms?: number } & Partial<StandingFacts>) {
  const known = flags === undefined ? undefined : { flags, alarms };
  const facts = { purse: { state: 'open', freeze: undefined }, silentMs: 0, roundMs: ROUND, ...more } as const;
  const { state, why, stale } = standingOf({ ...facts, known });
  return [state, why.join(' '), stale];
}

const CASES: readonly (readonly [Parameters<typeof standing>[0], string, string])[] = [
  [{ flags: 0 }, 'supplied', ''],
  [{}, 'supplied', ''],
  [{ flags: MeterFlag.lowBalance }, 'low', ''],
  [{ flags: MeterFlag.lowBalance | MeterFlag.lastToken }, 'last-token', ''],
  [{ flags: emergencyCredit | MeterFlag.lastToken | creditExhausted }, 'emergency', 'credit-exhausted'],
  [{ flags: relayOpen | creditExhausted | MeterFlag.lastToken }, 'off', 'credit-exhausted'],
  [{ flags: relayOpen | overCurrent | loadLimit }, 'blocked', 'over-current load-limit'],
  [{ flags: relayOpen | byCommand | creditExhausted }, 'blocked', 'by-command credit-exhausted'],
  [{ flags: relayOpen }, 'blocked', 'awaits-key'],
  [{ flags: relayOpen, purse: { state: 'closed', freeze: undefined } }, 'off', 'purse-closed'],
  [{ flags: relayOpen, isUnoccupied: true, purse: { state: 'closed', freeze: undefined } }, 'off', 'nobody-lives'],
  [{ flags: 0, isUnoccupied: true }, 'supplied', ''],
  [{ flags: relayOpen | creditExhausted, alarms: lastGasp }, 'dark', 'last-gasp'],
  [{ flags: relayOpen, alarms: lastGasp | bypass | coverOpened }, 'tampered', 'cover-opened bypass'],
  [{ flags: relayOpen | tamper }, 'tampered', 'tamper'],
  [{ flags: 0, alarms: magneticField | voltageWhileOpen }, 'tampered', 'voltage-while-open magnetic-field'],
  [{ flags: tamper, alarms: bypass, purse: { state: 'open', freeze: 'txid-twice' } }, 'frozen', 'txid-twice'],
];

for (const [facts, state, why] of CASES) {
  test(`a meter with ${JSON.stringify(facts)} is ${state}`, () => {
    assert.deepEqual(standing(facts), [state, why, false]);
  });
}

test('what was not heard for three rounds is stale, for six it is dark, and nobody knows of what never spoke', () => {
  assert.deepEqual(standing({ flags: 0, silentMs: 3 * ROUND }), ['supplied', '', false]);
  assert.deepEqual(standing({ flags: 0, silentMs: 3 * ROUND + 1 }), ['supplied', '', true]);
  assert.deepEqual(standing({ flags: 0, silentMs: 6 * ROUND + 1 }), ['dark', 'silent', true]);
  assert.deepEqual(standing({ silentMs: undefined }), ['dark', 'never-heard', true]);
});

const event = (kind: EventKind): EventRecord => ({
  ...{ sequence: 1, time: unixSeconds(0), supply: 0, detail: 0, value: 0, kind },
});
const NONE = { alarms: undefined, alarmsAt: undefined };
const [early, late] = [milliseconds(1), milliseconds(2)];

test('keys that are erased stand as an alarm until there is one for value again, and other keys say nothing of it', () => {
  const value = { ...event(EventKind.keyChanged), detail: keyName(Purpose.value, Suite.aes128, 1) };
  const control = { ...event(EventKind.keyChanged), detail: keyName(Purpose.control, Suite.aes128, 1) };
  const erased = alarmsAfter(NONE, [{ ...event(EventKind.keysErased), detail: 0b0011 }], early);
  assert.deepEqual(standing({ flags: relayOpen | tamper, alarms: erased.alarms ?? 0 }).slice(0, 2), [
    'tampered',
    'keys-erased',
  ]);
  assert.equal(holdsNoValueKey(erased), true);
  assert.equal(holdsNoValueKey(alarmsAfter(erased, [control], late)), true);
  assert.deepEqual(alarmsAfter(erased, [value], late), { alarms: 0, alarmsAt: undefined });
  assert.equal(holdsNoValueKey(alarmsAfter(NONE, [{ ...event(EventKind.keysErased), detail: 0b0010 }], early)), false);
});

test('an alarm stands from what begins it to what ends it, since the first', () => {
  const opened = alarmsAfter(NONE, [event(EventKind.coverOpened)], early);
  assert.deepEqual(opened, { alarms: coverOpened, alarmsAt: early });
  const both = alarmsAfter(opened, [event(EventKind.bypassBegun), event(EventKind.coverClosed)], late);
  assert.deepEqual(both, { alarms: bypass, alarmsAt: early });
  assert.deepEqual(alarmsAfter(both, [event(EventKind.bypassEnded)], late), { alarms: 0, alarmsAt: undefined });
  assert.deepEqual(alarmsAfter(NONE, [event(EventKind.sag)], late), NONE);
});

test('an attention raises emergencies and the last gasp alone, and whoever is heard again has power', () => {
  const raised = alarmsRaised(NONE, bypass | lastGasp | lowBalance, early);
  assert.deepEqual(raised, { alarms: bypass | lastGasp, alarmsAt: early });
  assert.deepEqual(alarmsHeard(raised, late), { alarms: bypass, alarmsAt: early });
  assert.deepEqual(alarmsRaised(NONE, lowBalance, early), NONE);
});
