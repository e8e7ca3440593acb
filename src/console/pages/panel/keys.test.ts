import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES, PANEL_WORDS } from '../../../words/index.ts';
import { faceOf, KEYS } from './keys.ts';

for (const language of LANGUAGES) {
  test(`a key that somebody is told to press in a call has its sign on it (${language})`, () => {
    const { interphone } = PANEL_WORDS[language];
    const told = interphone.keysHint.match(/[#*]/g) ?? [];
    assert.deepEqual(told, ['#', '*']);
    for (const sign of told) {
      assert.ok(
        KEYS.some((key) => key.key === sign && faceOf(key).includes(sign)),
        `no key shows ${sign}`,
      );
    }
  });
}
