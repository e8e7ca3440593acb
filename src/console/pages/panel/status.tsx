import './panel.css';
import { Group, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PanelJson } from '../../../api/index.ts';
import { CALL_WORDS, fill, PANEL_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Figure, Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { StateMark } from '../../parts/state-mark.tsx';

interface RelayProps {
  readonly panel: PanelJson;
  /** Nobody lives there: that there is no credit is no want. */
  readonly isUnoccupied: boolean;
}

/** Whether the house has electricity, and if not why; how much flows, and at what rate. */
export function Relay({ panel, isUnoccupied }: RelayProps): ReactNode {
  const words = useWords(PANEL_WORDS);
  const calls = useWords(CALL_WORDS);
  const { power, exact, share } = useFormat();
  const reasons = [...new Set(panel.supplies.flatMap((supply) => supply.reasons))];
  const isOpen = reasons.length > 0;
  const watts = panel.supplies.reduce((sum, supply) => sum + supply.watts, 0);
  return (
    <Panel title={words.relay}>
      <Stack gap="sm">
        <Group gap="xs" wrap="nowrap" align="flex-start" role="status">
          <StateMark state={stateOf(panel, reasons)} size={18} />
          <div>
            <Text fw={600}>{panel.power ? (isOpen ? words.relayOpen : words.relayClosed) : words.noPower}</Text>
            {panel.power &&
              reasons.map((reason) => (
                <Text key={reason} size="sm">
                  {isUnoccupied && reason === 'noCredit' ? words.nobodyLives : words.reasons[reason]}
                </Text>
              ))}
          </div>
        </Group>
        {panel.dismantled && <Text size="sm">{words.dismantled}</Text>}
        {panel.buzzer && panel.power && <Text size="sm">{words.buzzing}</Text>}
        {panel.attention.length > 0 && (
          <Text size="sm">{fill(words.calls, panel.attention.map((each) => calls[each]).join(', '))}</Text>
        )}
        <SimpleGrid cols={{ base: 2, xs: 3 }} spacing="sm">
          <Figure label={words.watts} value={power(watts)} />
          <Figure label={words.rate} value={share((panel.supplies[0]?.percent ?? 0) / 100)} />
          <Figure
            label={words.clock}
            value={
              <Text component="span" size="sm">
                {panel.clock === undefined ? words.clockUnset : exact(panel.clock)}
              </Text>
            }
          />
        </SimpleGrid>
      </Stack>
    </Panel>
  );
}

function stateOf(panel: PanelJson, reasons: readonly string[]) {
  if (panel.dismantled || panel.bypass || reasons.includes('tamper')) return 'tampered';
  if (!panel.power) return 'dark';
  if (reasons.includes('noCredit')) return 'off';
  if (reasons.length > 0) return 'blocked';
  if (panel.credit.owed !== '0') return 'emergency';
  if (panel.buzzer) return 'last-token';
  return panel.display?.signs.includes('lowBalance') === true ? 'low' : 'supplied';
}

export const TANK_UNITS = 10;
const TOKENS_A_UNIT = 10;

/** The way of a token out of the store: into the tank, unit by unit into the exchanger, and away as energy. */
export function Chain({ credit }: Pick<PanelJson, 'credit'>): ReactNode {
  const words = useWords(PANEL_WORDS);
  const tank = Number(credit.tank);
  const exchanger = Number(credit.exchanger);
  return (
    <Panel title={words.chain}>
      <Stack gap="sm">
        <Row label={words.store} value={credit.stored} />
        <div>
          <Row
            label={`${words.tank} · ${fill(words.tankUnits, Math.ceil(tank / TOKENS_A_UNIT))}`}
            value={credit.tank}
          />
          <Units tokens={tank} units={TANK_UNITS} />
        </div>
        <div>
          <Row label={words.exchanger} value={credit.exchanger} />
          <Units tokens={exchanger} units={1} />
        </div>
        {credit.owed !== '0' && <Row label={words.owed} value={credit.owed} />}
        {credit.frozen && <Text size="sm">{words.frozen}</Text>}
        <Text size="xs" className="quiet">
          {words.chainWhy}
        </Text>
      </Stack>
    </Panel>
  );
}

const Row = ({ label, value }: { readonly label: string; readonly value: string }): ReactNode => (
  <Group justify="space-between" wrap="nowrap">
    <Text size="sm">{label}</Text>
    <Text size="sm" fw={600}>
      <Money tokens={value} />
    </Text>
  </Group>
);

/** So many units of ten tokens, each as full as it is. */
export function Units({ tokens, units }: { readonly tokens: number; readonly units: number }): ReactNode {
  const filled = Array.from({ length: units }, (_, unit) => ({
    unit,
    inIt: Math.min(TOKENS_A_UNIT, Math.max(0, tokens - unit * TOKENS_A_UNIT)),
  }));
  return (
    <div className="panel-units" aria-hidden>
      {filled.map(({ unit, inIt }) => (
        <div key={unit} className="panel-unit">
          <span style={{ width: `${(100 * inIt) / TOKENS_A_UNIT}%` }} />
        </div>
      ))}
    </div>
  );
}
