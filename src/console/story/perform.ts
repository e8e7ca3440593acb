import type { DemoJson, GridJson, MeterJson, PanelJson, PurchaseJson, TariffJson } from '../../api/index.ts';
import type { StoryStep } from '../../words/index.ts';
import { change, read } from '../ask.ts';
import { setSpeed } from '../demo.ts';
import { type Action, actAt } from '../pages/panel/use-panel.ts';
import { isFit, mayFit, otherPercent } from './steps.ts';

const TOKENS = 500n;
const TARIFF = 'story';
const WATCHED_SPEED = 1;
const USUAL_SPEED = 60;
const SPEEDS = { tank: 900, dry: 3600 } as const;
const HEATERS = ['kettle', 'heater', 'air-conditioner'] as const;
/** So many meters are looked at before the story says that none fits. */
const LOOKED_AT_MAX = 40;

/** A house in which all is well, not one of those that are left out; undefined where there is none. */
export async function findMeter(demo: DemoJson, leftOut: ReadonlySet<string>): Promise<MeterJson | undefined> {
  const grid = await read<GridJson>('/grid');
  const { number, state, balance } = grid.columns;
  const fit = new Set(
    number
      .flatMap((each, i) => {
        const known = grid.states[state[i] ?? 0];
        // With much in store the story would wait long for its end.
        return known !== undefined && mayFit(known) ? [{ text: hex(each), tokens: Number(balance[i] ?? 0) }] : [];
      })
      .sort((a, b) => a.tokens - b.tokens)
      .map(({ text }) => text),
  );
  const ofDemo = new Set(demo.meters.map((meter) => meter.number));
  const candidates = [...fit].filter((each) => ofDemo.has(each) && !leftOut.has(each)).slice(0, LOOKED_AT_MAX);
  for (const meter of candidates) {
    if (isFit(await read<PanelJson>(`/demo/meters/${meter}/panel`))) return read<MeterJson>(`/meters/${meter}`);
  }
  return undefined;
}

const hex = (number: number): string => number.toString(16).padStart(6, '0');

interface Doing {
  readonly panel: PanelJson;
  /** The card that is sent; undefined where nobody has one. */
  readonly card: string | undefined;
  /** Under which a sale is made once, however often its button is pressed. */
  readonly once: string;
}

/** Does what the button of a step promises; returns the order where it sold something. @throws Refusal */
export async function perform(step: StoryStep, { panel, card, once }: Doing): Promise<string | undefined> {
  const { meter } = panel;
  switch (step) {
    case 'buy':
      await setSpeed(WATCHED_SPEED);
      return sell(meter, TOKENS, once);
    case 'tank':
      await switchAll(panel, HEATERS, true);
      await setSpeed(SPEEDS.tank);
      return undefined;
    case 'tariff':
      await setSpeed(USUAL_SPEED);
      await publish(panel);
      return undefined;
    case 'card':
      await setSpeed(USUAL_SPEED);
      if (card !== undefined) await send(card, once);
      return undefined;
    case 'steal':
      await actAt(meter, { bypass: true });
      return undefined;
    case 'dry':
      await actAt(meter, { bypass: false });
      await cut(panel, true);
      await switchAll(
        panel,
        panel.appliances.map(({ id }) => id),
        true,
      );
      await setSpeed(SPEEDS.dry);
      return undefined;
    case 'reconnect':
      await setSpeed(USUAL_SPEED);
      await switchAll(
        panel,
        panel.appliances.map(({ id }) => id),
        false,
      );
      await cut(panel, false);
      // What was lent is paid back first.
      return sell(meter, TOKENS + BigInt(panel.credit.owed), once);
    case 'travel':
    case 'found':
      return undefined;
  }
}

/** Puts back what the story has changed, as far as it went. */
export async function tidyUp(before: PanelJson, tariff: string | undefined): Promise<void> {
  const { meter } = before;
  await setSpeed(before.speed);
  await cut(before, false);
  await actAt(meter, { bypass: false });
  for (const { id, on } of before.appliances) await actAt(meter, { appliance: id, on });
  if (tariff === undefined) return;
  const { tariff: after } = await read<MeterJson>(`/meters/${meter}`);
  if (after !== tariff) await change(`/meters/${meter}/tariff`, { method: 'PUT', body: { tariff } });
}

async function sell(meter: string, tokens: bigint, once: string): Promise<string> {
  const body = { meter, paid: String(tokens), method: 'cash' };
  return (await change<PurchaseJson>('/purchases', { method: 'POST', body, once })).order.id;
}

/** Gas is sold to a card, and whoever has it takes it to its gas meter. */
async function send(card: string, once: string): Promise<void> {
  const body = { region: 'gas', paid: String(TOKENS), method: 'cash' };
  await change(`/cards/${card}/orders`, { method: 'POST', body, once });
  await change(`/demo/cards/${card}/errands`, { method: 'POST' });
}

const cut = ({ localUnit }: PanelJson, isCut: boolean) =>
  change(`/demo/lines/${localUnit}`, { method: 'POST', body: { cut: isCut } });

async function switchAll({ meter }: PanelJson, appliances: readonly string[], on: boolean): Promise<void> {
  for (const appliance of appliances) await actAt(meter, { appliance, on } satisfies Action);
}

/** A tariff of one price for all hours, and this meter's from then on. */
async function publish(panel: PanelJson): Promise<void> {
  const { items } = await read<{ readonly items: readonly TariffJson[] }>('/tariffs');
  const unitCharge = items[0]?.definition.unitCharge ?? '25000';
  const definition = { unitCharge, bands: [], otherwise: otherPercent(panel) };
  await change(`/tariffs/${TARIFF}`, { method: 'PUT', body: { definition } });
  await change(`/meters/${panel.meter}/tariff`, { method: 'PUT', body: { tariff: TARIFF } });
}
