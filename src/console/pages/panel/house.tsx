import { Button, Group, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { PanelJson } from '../../../api/index.ts';
import { fill, PANEL_WORDS } from '../../../words/index.ts';
import { change, type Refusal } from '../../ask.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Panel } from '../../parts/page.tsx';
import { useReason } from '../../reasons.ts';
import { useSpeed } from '../../time.ts';
import type { Action } from './use-panel.ts';

interface HouseProps {
  readonly panel: PanelJson;
  readonly act: (action: Action) => void;
}

interface CardProps {
  readonly card: NonNullable<PanelJson['card']>;
}

interface BankCardProps {
  readonly card: PanelJson['bankCard'];
}

/** The house behind the meter: what is switched on in it. */
export function House({ panel, act }: HouseProps): ReactNode {
  const words = useWords(PANEL_WORDS);
  const { power } = useFormat();
  return (
    <Panel title={words.house}>
      <Stack gap="sm">
        <Text size="sm" className="quiet">
          {words.houseWhy}
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="xs">
          {panel.appliances.map(({ id, watts, on }) => (
            <Switch
              key={id}
              checked={on}
              label={words.appliances[id as keyof typeof words.appliances] ?? id}
              description={power(watts)}
              onChange={({ currentTarget }) => act({ appliance: id, on: currentTarget.checked })}
            />
          ))}
        </SimpleGrid>
      </Stack>
    </Panel>
  );
}

/** The purse card of those who live here, which goes into slit 60. */
export function PurseCard({ card, act }: Pick<HouseProps, 'act'> & CardProps): ReactNode {
  const words = useWords(PANEL_WORDS);
  const isIn = card.where === 'slot';
  return (
    <Panel title={fill(words.card, card.number)}>
      <Group gap="sm" justify="space-between">
        <Text size="sm" role="status">
          {words.cardWhere[card.where]}
        </Text>
        {card.where !== 'out' && (
          <Button variant="default" size="xs" onClick={() => act({ card: isIn ? 'hand' : 'slot' })}>
            {isIn ? words.cardOut : words.cardIn}
          </Button>
        )}
      </Group>
      <Text size="xs" className="quiet" mt="xs">
        {words.cardWhy}
      </Text>
    </Panel>
  );
}

/** The bank card that is lent to whoever plays with the demo, at hand or in the slit, where it pays what is keyed in. */
export function BankCard({ card, act }: Pick<HouseProps, 'act'> & BankCardProps): ReactNode {
  const words = useWords(PANEL_WORDS);
  const isIn = card.where === 'slot';
  const { money, count } = useFormat();
  const speed = useSpeed() ?? 1;
  const inSlot = card.valueArrived ? words.bankCardArrived : words.bankCardStates[card.payment];
  return (
    <Panel title={words.bankCard}>
      <Group gap="sm" justify="space-between" wrap="nowrap">
        <Text size="sm" role="status">
          {isIn ? fill(inSlot, money(card.paid ?? '0')) : words.bankCardHand}
        </Text>
        <Button
          variant="default"
          size="xs"
          style={{ flexShrink: 0 }}
          onClick={() => act({ bankCard: isIn ? 'hand' : 'slot' })}
        >
          {isIn ? words.bankCardOut : words.bankCardIn}
        </Button>
      </Group>
      <Text size="xs" className="quiet" mt="xs">
        {words.bankCardWhy} {speed > 1 && fill(words.bankCardFast, count(speed))}
      </Text>
    </Panel>
  );
}

interface MischiefProps extends HouseProps {
  readonly turnCover: () => void;
}

/** What somebody may do to the meter who should not, and what may fail. */
export function Mischief({ panel, act, turnCover }: MischiefProps): ReactNode {
  const words = useWords(PANEL_WORDS);
  const reasonOf = useReason();
  const line = useMutation<unknown, Refusal, boolean>({
    mutationFn: (cut) => change(`/demo/lines/${panel.localUnit}`, { method: 'POST', body: { cut } }),
  });
  return (
    <Panel title={words.mischief}>
      <Stack gap="md">
        <Switch
          checked={panel.power}
          label={words.power}
          description={words.powerWhy}
          onChange={({ currentTarget }) => act({ power: currentTarget.checked })}
        />
        <Switch
          checked={!panel.lineCut}
          label={words.line}
          description={line.error === null ? fill(words.lineWhy, panel.localUnit) : reasonOf(line.error)}
          onChange={({ currentTarget }) => line.mutate(!currentTarget.checked)}
        />
        <Switch
          checked={panel.bypass}
          label={words.bypass}
          description={words.bypassWhy}
          onChange={({ currentTarget }) => act({ bypass: currentTarget.checked })}
        />
        <Group gap="sm" justify="space-between">
          <Text size="xs" className="quiet" maw={320}>
            {panel.dismantled ? words.dismantled : words.coverWhy}
          </Text>
          <Button variant="default" size="xs" onClick={turnCover}>
            {panel.cover === 'lifted' ? words.coverClose : words.cover}
          </Button>
        </Group>
      </Stack>
    </Panel>
  );
}

interface SureProps extends Pick<HouseProps, 'act'> {
  readonly isOpen: boolean;
  readonly close: () => void;
}

/** Asks whoever lifts a cap for the first time: keys that are erased do not come back. */
export function LiftingCover({ isOpen, close, act }: SureProps): ReactNode {
  const words = useWords(PANEL_WORDS);
  const shared = useConsoleWords();
  const lift = () => {
    act({ cover: 'lifted' });
    close();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={words.cover}>
      <Stack gap="sm">
        <Text size="sm">{words.coverSure}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {shared.cancel}
          </Button>
          <Button onClick={lift}>{words.coverGo}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
