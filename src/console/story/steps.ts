import type { PanelJson } from '../../api/index.ts';
import type { MeterState, StoryStep } from '../../words/index.ts';
import type { Travel } from '../parts/travel.ts';

/** The guided story, in its order. */
export const STEPS: readonly StoryStep[] = [
  ...(['buy', 'travel', 'tank', 'tariff', 'card', 'steal', 'found', 'dry', 'reconnect'] as const),
];

/** The same where nobody has a card. */
export const STEPS_WITHOUT_CARDS: readonly StoryStep[] = STEPS.filter((step) => step !== 'card');

/** Those that do nothing and wait for what the step before began. */
const WATCHES: ReadonlySet<StoryStep> = new Set(['travel', 'found']);

/** Where somebody is in the story. */
export interface Story {
  readonly step: StoryStep;
  /** `ready` until its button is pressed, `waiting` until what it promises has happened. */
  readonly phase: 'ready' | 'waiting' | 'done';
  /** The meter as it was when the step began to wait; undefined before. */
  readonly began: PanelJson | undefined;
  /** The least that was seen in the tank since then. */
  readonly lowestTank: number;
  /** What the gas meter had told to have taken from cards, then. */
  readonly takenBefore: string | undefined;
}

const beginOf = (step: StoryStep, panel: PanelJson | undefined): Story => ({
  step,
  phase: WATCHES.has(step) ? 'waiting' : 'ready',
  began: panel,
  lowestTank: Number(panel?.credit.tank ?? 0),
  takenBefore: undefined,
});

export const STORY_BEGINS: Story = beginOf('buy', undefined);

/** Steps that go on with what another one did, which was put back when the story was left. */
const FOLLOWS: Partial<Record<StoryStep, StoryStep>> = { travel: 'buy', found: 'steal', reconnect: 'dry' };

/** The story where it was left: at its step, or at the one that this goes on with. Whatever is no step begins it. */
export function takenUp(left: string | null, steps = STEPS): Story {
  const step = steps.find((each) => each === left);
  return step === undefined ? STORY_BEGINS : beginOf(FOLLOWS[step] ?? step, undefined);
}

/** What the story can see of the world. */
export interface Seen {
  readonly panel: PanelJson;
  readonly travel: Travel;
  /** How the order of the first step stands; undefined before it was booked. */
  readonly order: string | undefined;
  /** How the host says that the meter stands. */
  readonly known: MeterState | undefined;
  /** What the gas meter has told to have taken from cards, in tokens; undefined where nobody looks. */
  readonly taken: string | undefined;
}

/** The button was pressed, and what it does was taken. */
export const pressed = (story: Story, panel: PanelJson, taken: string | undefined): Story => ({
  ...beginOf(story.step, panel),
  phase: 'waiting',
  takenBefore: taken,
});

/** The next step; the last one stays. */
export function next(story: Story, panel: PanelJson, steps = STEPS): Story {
  const following = steps[steps.indexOf(story.step) + 1];
  return following === undefined ? story : beginOf(following, panel);
}

/** The story after a look at the world: the same value where nothing has changed for it. */
export function look(story: Story, seen: Seen): Story {
  if (story.phase !== 'waiting') return story;
  if (hasHappened(story, seen)) return { ...story, phase: 'done' };
  const tank = Number(seen.panel.credit.tank);
  return tank < story.lowestTank ? { ...story, lowestTank: tank } : story;
}

function hasHappened({ step, began, lowestTank, takenBefore }: Story, seen: Seen): boolean {
  const { panel, travel, order, known, taken } = seen;
  switch (step) {
    case 'buy':
      return order !== undefined;
    case 'travel':
      return order === 'stored' || travel.outcome === 'answered';
    case 'tank':
      return Number(panel.credit.tank) > lowestTank;
    case 'tariff':
      return percentOf(panel) !== percentOf(began ?? panel);
    case 'card':
      return taken !== undefined && takenBefore !== undefined && BigInt(taken) > BigInt(takenBefore);
    case 'steal':
      return panel.bypass;
    case 'found':
      return known === 'tampered';
    case 'dry':
      return reasonsOf(panel).includes('noCredit');
    case 'reconnect':
      return panel.power && reasonsOf(panel).length === 0;
  }
}

export type Hindrance = 'no-power' | 'dismantled' | 'line-cut' | 'off' | 'switched-off';

/** Why a step cannot come to its end with this meter as it is; undefined where it can. */
export function hindranceOf({ step, phase }: Story, panel: PanelJson): Hindrance | undefined {
  if (panel.dismantled) return 'dismantled';
  // A card needs neither this meter nor its line.
  if (phase === 'done' || step === 'card') return undefined;
  if (!panel.power) return 'no-power';
  if (step === 'dry' || step === 'reconnect') return undefined;
  if (panel.lineCut) return 'line-cut';
  // Whatever is stored closes a relay that only waits for credit.
  if (step !== 'buy' && step !== 'travel' && reasonsOf(panel).includes('noCredit')) return 'off';
  return reasonsOf(panel).some((reason) => reason !== 'noCredit') ? 'switched-off' : undefined;
}

const UNFIT: ReadonlySet<MeterState> = new Set(['frozen', 'tampered', 'dark', 'off', 'blocked', 'emergency']);

/** Whether the host knows nothing against telling the story with a meter. */
export const mayFit = (known: MeterState): boolean => !UNFIT.has(known);

/** Whether the meter itself, as it hangs there, is fit for the story from its beginning. */
export const isFit = (panel: PanelJson): boolean =>
  hindranceOf(STORY_BEGINS, panel) === undefined &&
  panel.cover === 'closed' &&
  !panel.bypass &&
  !panel.credit.frozen &&
  panel.credit.owed === '0' &&
  reasonsOf(panel).length === 0;

/** Of a tariff that the meter notices: another percentage than the one in force. */
export const otherPercent = (panel: PanelJson): number => (percentOf(panel) === 300 ? 150 : 300);

export const percentOf = (panel: PanelJson): number => panel.supplies[0]?.percent ?? 0;

const reasonsOf = ({ supplies }: PanelJson): readonly string[] => supplies.flatMap(({ reasons }) => reasons);

/** A key closes a relay that waits for nothing else. */
export const awaitsKey = (panel: PanelJson): boolean => {
  const reasons = reasonsOf(panel);
  return reasons.length > 0 && reasons.every((reason) => reason === 'awaitsKey');
};
