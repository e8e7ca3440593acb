import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PanelJson } from '../../../api/index.ts';
import { PANEL_WORDS } from '../../../words/index.ts';
import { glassText } from './glass-text.ts';

const shown = (changed: Partial<NonNullable<PanelJson['display']>>): NonNullable<PanelJson['display']> => ({
  ...{ page: 'balance', text: '2105', unit: 'tokens', keying: false, signs: [] },
  ...changed,
});

test('who hears the glass hears the unit in the language of the page', () => {
  const { en, ko } = PANEL_WORDS;
  assert.equal(glassText(shown({}), ko), '표시창: 잔액 2105 토큰');
  assert.equal(glassText(shown({}), en), 'Display: BALANCE 2105 tokens');
  const left = shown({ page: 'time-left', text: '3', unit: 'days', signs: ['lowBalance'] });
  assert.equal(glassText(left, ko), '표시창: 남은 시간 3 일, 잔액 부족');
  assert.equal(glassText(shown({ keying: true, text: '120' }), ko), '표시창: 요청 120 토큰');
});

test('money and units that every language writes alike are heard as the meter has them, and nothing where there is none', () => {
  const { ko } = PANEL_WORDS;
  assert.equal(glassText(shown({ page: 'card', text: '5005.00', unit: 'EUR' }), ko), '표시창: 카드 5005.00 EUR');
  assert.equal(glassText(shown({ page: 'energy', text: '1.250', unit: 'm³' }), ko), '표시창: 누적 1.250 m³');
  assert.equal(glassText(shown({ page: 'card', text: 'PAY', unit: '' }), ko), '표시창: 카드 PAY');
  assert.equal(glassText(undefined, ko), ko.glassEmpty);
});
