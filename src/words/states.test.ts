import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LANGUAGES } from './language.ts';
import {
  IN_FLIGHT_LOOK,
  METER_STATES,
  REASON_WORDS,
  STATE_LOOKS,
  STATE_REASONS,
  STATE_WORDS,
  TONES,
} from './states.ts';

const areAllDifferent = (values: readonly string[]) => assert.equal(new Set(values).size, values.length);

test('nobody needs to see colours: every state has a shape, a character and words that no other has', () => {
  const looks = METER_STATES.map((state) => STATE_LOOKS[state]);
  areAllDifferent(looks.map(({ shape }) => shape));
  areAllDifferent(looks.map(({ character }) => character));
  areAllDifferent(looks.map(({ short }) => short));
  for (const language of LANGUAGES) {
    areAllDifferent(Object.values(STATE_WORDS[language]));
    areAllDifferent(STATE_REASONS.map((reason) => REASON_WORDS[language][reason]));
  }
});

test('the pages have the colours of this list', () => {
  const css = readFileSync(new URL('../console/theme.css', import.meta.url), 'utf8');
  for (const [tone, { light, dark }] of Object.entries(TONES)) {
    assert.ok(css.includes(`--state-${tone}: light-dark(${light}, ${dark});`), tone);
  }
  assert.ok(css.includes(`--in-flight: light-dark(${IN_FLIGHT_LOOK.light}, ${IN_FLIGHT_LOOK.dark});`));
});

/** As WCAG 2 reckons it. */
function luminance(colour: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = channels.map((each) =>
    each <= 0.040_45 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

test('each colour stands out from its ground', () => {
  for (const { light, dark } of [...Object.values(TONES), IN_FLIGHT_LOOK]) {
    assert.ok(contrast(light, '#fafbfb') >= 3, light);
    assert.ok(contrast(dark, '#0e1215') >= 3, dark);
  }
});
