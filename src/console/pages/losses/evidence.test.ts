import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUSPECT_WORDS } from '../../../words/index.ts';
import { type Evidence, evidenceText, type Written } from './evidence.ts';

const written: Written = { amount: (milliwattHours) => `${Number(milliwattHours) / 1e6} kWh`, count: String };
const NIGHT: Evidence = {
  ...{ kind: 'pattern', pattern: 'night' },
  ...{ missingMilliwattHours: '1700000', deviationMilliwattHours: '90000' },
};
const SAID: readonly (readonly [Evidence, string])[] = [
  [NIGHT, '1.7 kWh (± 0.09 kWh) are missing in step with what it counts, at night.'],
  [
    { kind: 'dropped', droppedPercent: 40, neighboursPercent: 3 },
    'It counts 40% less than it used to; in the middle of its neighbours it is +3%.',
  ],
  [
    { kind: 'dropped', droppedPercent: 40, neighboursPercent: -3 },
    'It counts 40% less than it used to; in the middle of its neighbours it is -3%.',
  ],
  [{ kind: 'event', event: 'cover' }, 'Its cover was opened.'],
  [{ kind: 'visit', found: 'nothing' }, 'The last visit found nothing at it.'],
];

test('each piece of evidence is a sentence with its amounts', () => {
  for (const [evidence, sentence] of SAID) assert.equal(evidenceText(SUSPECT_WORDS.en, evidence, written), sentence);
  assert.equal(
    evidenceText(SUSPECT_WORDS.ko, NIGHT, written),
    '1.7 kWh (± 0.09 kWh)가 밤에 이 계량기가 재는 양에 맞춰 모자랍니다.',
  );
});
