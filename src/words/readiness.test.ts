import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readinessText } from './readiness.ts';

/** As a host, its doors and a demo say it. */
const SAID = [
  ['store', 'ok'],
  ['store', 'away'],
  ['grid', 'simulated'],
  ['grid', 'no area unit is connected'],
  ['grid', 'no area unit is there'],
  ['grid', 'the broker is away'],
  ['grid', 'none: no --area-units and no --broker were named'],
  ['grid', 'area units 0, 1'],
  ['grid', 'area units 3 by the broker'],
] as const;

test('what a host says of its parts is said in English as it says it, and in Korean without an English word', () => {
  for (const [part, how] of SAID) {
    assert.equal(readinessText('en', part, how), `${part}: ${how}`);
    assert.doesNotMatch(readinessText('ko', part, how).replaceAll(/--[a-z-]+/g, ''), /[a-z]/i);
  }
  assert.equal(readinessText('ko', 'grid', 'area units 0, 1'), '배전망: 구역 장치 0, 1');
  assert.equal(readinessText('ko', 'grid', 'area units 3 by the broker'), '배전망: 브로커로 연결된 구역 장치 3');
});

test('what a later host says stands as it says it', () => {
  assert.equal(readinessText('ko', 'clock', 'area units of 3'), 'clock: area units of 3');
});
