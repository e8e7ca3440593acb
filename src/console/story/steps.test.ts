import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PanelJson } from '../../api/index.ts';
import type { StoryStep } from '../../words/index.ts';
import { NO_TRAVEL } from '../parts/travel.ts';
import {
  awaitsKey,
  hindranceOf,
  isFit,
  look,
  mayFit,
  next,
  otherPercent,
  pressed,
  type Seen,
  STEPS,
  STEPS_WITHOUT_CARDS,
  STORY_BEGINS,
  type Story,
  takenUp,
} from './steps.ts';

type Supply = PanelJson['supplies'][number];
const supply = (more: Partial<Supply> = {}): Supply => ({
  ...{ supply: 1, open: false, reasons: [], watts: 100, percent: 200 },
  ...more,
});
const credit = (more: Partial<PanelJson['credit']> = {}): PanelJson['credit'] => ({
  ...{ balance: '130', stored: '100', tank: '20', exchanger: '10', owed: '0', frozen: false },
  ...more,
});
const panel = (more: Partial<PanelJson> = {}): PanelJson => ({
  ...{
    meter: '0a1b2c',
    localUnit: 0,
    now: '2026-03-02T00:00:00.000Z',
    speed: 60,
    interphone: { state: 'idle', heard: [] },
    buzzer: false,
    warnings: 0,
  },
  ...{ supplies: [supply()], credit: credit(), attention: [], cover: 'closed', dismantled: false, bypass: false },
  ...{ power: true, lineCut: false, bankCard: { where: 'hand', payment: 'none' }, appliances: [] },
  ...more,
});
const off = panel({ supplies: [supply({ open: true, reasons: ['noCredit'] })] });
const seen = (more: Partial<Seen> = {}): Seen => ({
  ...{ panel: panel(), travel: NO_TRAVEL, order: undefined, known: 'supplied', taken: undefined },
  ...more,
});
const waiting = (step: StoryStep): Story => ({
  step,
  phase: 'waiting',
  began: panel(),
  lowestTank: 20,
  takenBefore: '900',
});

test('the story goes through its steps in order and stays at the last', () => {
  const steps = STEPS.map((_, i) => {
    let story = STORY_BEGINS;
    for (let n = 0; n < i; n++) story = next(story, panel());
    return story.step;
  });
  assert.deepEqual(steps, STEPS);
  assert.equal(next(waiting('reconnect'), panel()).step, 'reconnect');
  assert.equal(next(waiting('tariff'), panel()).step, 'card');
  assert.equal(next(waiting('tariff'), panel(), STEPS_WITHOUT_CARDS).step, 'steal', 'where nobody has one');
});

test('a step waits once its button was pressed, and one that only watches waits at once', () => {
  assert.equal(STORY_BEGINS.phase, 'ready');
  assert.equal(look(STORY_BEGINS, seen({ order: 'waiting' })), STORY_BEGINS, 'nobody has pressed it');
  assert.equal(pressed(STORY_BEGINS, panel(), '900').phase, 'waiting');
  const phases = STEPS.map((step, i) => [step, i === 0 ? 'ready' : next(waiting(STEPS[i - 1] ?? step), panel()).phase]);
  const watching = phases.filter(([, phase]) => phase === 'waiting').map(([step]) => step);
  assert.deepEqual(watching, ['travel', 'found']);
});

const ENDS: readonly (readonly [StoryStep, Partial<Seen>, Partial<Seen>])[] = [
  ['buy', {}, { order: 'waiting' }],
  ['travel', { order: 'outstanding' }, { order: 'stored' }],
  ['travel', { travel: { ...NO_TRAVEL, outcome: 'no-answer' } }, { travel: { ...NO_TRAVEL, outcome: 'answered' } }],
  ['tank', { panel: panel() }, { panel: panel({ credit: credit({ tank: '90' }) }) }],
  ['tariff', {}, { panel: panel({ supplies: [supply({ percent: 300 })] }) }],
  ['card', { taken: '900' }, { taken: '1400' }],
  ['steal', {}, { panel: panel({ bypass: true }) }],
  ['found', { known: 'low' }, { known: 'tampered' }],
  ['dry', {}, { panel: off }],
  ['reconnect', { panel: off }, { panel: panel() }],
];

test('each step is done when what it promises has really happened, and not before', () => {
  for (const [step, before, after] of ENDS) {
    const story = waiting(step);
    assert.equal(look(story, seen(before)), story, `${step} before`);
    assert.equal(look(story, seen(after)).phase, 'done', `${step} after`);
  }
});

test('a tank has refilled when it holds more than it was seen to hold, however full it was', () => {
  const full: Story = { ...waiting('tank'), lowestTank: 90 };
  const tank = (tokens: string) => seen({ panel: panel({ credit: credit({ tank: tokens }) }) });
  const emptier = look(full, tank('10'));
  assert.deepEqual([emptier.phase, emptier.lowestTank], ['waiting', 10]);
  assert.equal(look(emptier, tank('90')).phase, 'done');
});

test('a meter that cannot bring a step to its end says why', () => {
  assert.equal(hindranceOf(waiting('tank'), panel()), undefined);
  assert.equal(hindranceOf(waiting('tank'), panel({ dismantled: true })), 'dismantled');
  assert.equal(hindranceOf(waiting('tank'), panel({ power: false })), 'no-power');
  assert.equal(hindranceOf(waiting('travel'), panel({ lineCut: true })), 'line-cut');
  assert.equal(hindranceOf(waiting('card'), off), undefined, 'a card needs neither the meter nor its line');
  assert.equal(hindranceOf(waiting('dry'), panel({ lineCut: true })), undefined, 'the story itself has cut it');
  assert.equal(hindranceOf(waiting('tank'), off), 'off');
  assert.equal(hindranceOf(waiting('travel'), off), undefined, 'what travels will close it');
  const switched = panel({ supplies: [supply({ open: true, reasons: ['command'] })] });
  assert.equal(hindranceOf(waiting('tariff'), switched), 'switched-off');
});

test('the story is told with a meter that nobody has touched', () => {
  assert.ok(isFit(panel()));
  const unfit: readonly Partial<PanelJson>[] = [
    ...[{ cover: 'lifted' }, { dismantled: true }, { bypass: true }, { power: false }, { lineCut: true }],
    ...[{ credit: credit({ frozen: true }) }, { credit: credit({ owed: '5' }) }, { supplies: off.supplies }],
  ] as const;
  for (const more of unfit) assert.ok(!isFit(panel(more)), JSON.stringify(more));
  assert.deepEqual([mayFit('supplied'), mayFit('low'), mayFit('tampered'), mayFit('off')], [true, true, false, false]);
});

test('the price of the story is another one than the one in force, and a key is pressed only where it helps', () => {
  assert.equal(otherPercent(panel()), 300);
  assert.equal(otherPercent(panel({ supplies: [supply({ percent: 300 })] })), 150);
  const waits = (...reasons: Supply['reasons']) => awaitsKey(panel({ supplies: [supply({ open: true, reasons })] }));
  assert.deepEqual([waits('awaitsKey'), waits('awaitsKey', 'noCredit'), awaitsKey(panel())], [true, false, false]);
});

test('a story that was left goes on at its step, or where that has its beginning', () => {
  const at = (left: string | null, steps = STEPS) => [takenUp(left, steps).step, takenUp(left, steps).phase];
  for (const step of ['tank', 'tariff', 'card', 'steal', 'dry']) assert.deepEqual(at(step), [step, 'ready']);
  assert.deepEqual(
    [at('travel'), at('found'), at('reconnect')].map(([step]) => step),
    ['buy', 'steal', 'dry'],
  );
  for (const none of [null, '', 'nothing']) assert.equal(takenUp(none), STORY_BEGINS);
  assert.equal(takenUp('card', STEPS_WITHOUT_CARDS), STORY_BEGINS, 'nobody has a card here');
});
