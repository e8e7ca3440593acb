import { Button, Group, Popover, Stack, Tabs, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import { TARIFFS_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { DayOfYearField } from '../../parts/day-of-year.tsx';
import { type Painting, seasonEnd, withNewSeason, withoutSeason, withSeason } from './painting.ts';

interface SeasonsProps {
  readonly painting: Painting;
  readonly season: number;
  readonly choose: (season: number) => void;
  readonly onChange?: (painting: Painting) => void;
}

/** Seasons as tabs with their days; each begins where the one before ends, so that no day is without a price. */
export function Seasons({ painting, season, choose, onChange }: SeasonsProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const { dayOfYear } = useFormat();
  const { seasons } = painting;
  return (
    <Group justify="space-between" align="center" gap="xs">
      <Tabs value={String(season)} onChange={(value) => choose(Number(value))} aria-label={words.season}>
        <Tabs.List>
          {seasons.map(({ name, from }, i) => (
            <Tabs.Tab key={from} value={String(i)}>
              <Text size="sm" component="span" fw={i === season ? 650 : undefined}>
                {seasons.length === 1 ? words.wholeYear : name}
              </Text>{' '}
              {seasons.length > 1 && (
                <Text size="xs" component="span" className="quiet">
                  {dayOfYear(from)} – {dayOfYear(seasonEnd(seasons, i))}
                </Text>
              )}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      {onChange !== undefined && (
        <Group gap="xs">
          {seasons.length > 1 && (
            <SeasonForm
              key={`change ${season}`}
              label={words.seasonChange}
              {...{ painting, season }}
              submit={(name, from) => onChange(withSeason(painting, season, (old) => ({ ...old, name, from })))}
              remove={() => onChange(withoutSeason(painting, season))}
            />
          )}
          <SeasonForm
            key="add"
            label={words.seasonAdd}
            painting={painting}
            submit={(name, from) => {
              const more = withNewSeason(painting, name, from);
              onChange(more);
              choose(more.seasons.findIndex((each) => each.from === from));
            }}
          />
        </Group>
      )}
    </Group>
  );
}

interface SeasonFormProps {
  readonly label: string;
  readonly painting: Painting;
  readonly season?: number;
  readonly submit: (name: string, from: string) => void;
  readonly remove?: () => void;
}

function SeasonForm({ label, painting, season, submit, remove }: SeasonFormProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const [isOpen, { toggle, close }] = useDisclosure();
  const old = season === undefined ? undefined : painting.seasons[season];
  const [name, setName] = useState(old?.name ?? '');
  const [from, setFrom] = useState(old?.from ?? '');
  const [isTaken, setTaken] = useState(false);
  const others = painting.seasons.filter((_, i) => i !== season);
  const take = (event: FormEvent) => {
    event.preventDefault();
    // Of one season alone the day is where the year is begun to be told: a second one may begin there too.
    const clash = others.some((each) => each.name === name || each.from === from);
    setTaken(clash);
    if (clash) return;
    submit(name, from);
    close();
  };
  return (
    <Popover opened={isOpen} onChange={toggle} trapFocus withArrow position="bottom-end">
      <Popover.Target>
        <Button size="compact-xs" variant="default" onClick={toggle} aria-expanded={isOpen}>
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={take}>
          <Stack gap="xs">
            <TextInput
              label={words.seasonName}
              size="xs"
              required
              value={name}
              maxLength={64}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <DayOfYearField
              label={words.seasonFrom}
              value={from}
              error={isTaken ? words.seasonTaken : undefined}
              onChange={setFrom}
            />
            <Group justify="space-between" gap="xs">
              {remove !== undefined && (
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => {
                    remove();
                    close();
                  }}
                >
                  {words.seasonRemove}
                </Button>
              )}
              <Button size="compact-xs" type="submit" disabled={name === '' || from === ''}>
                {label}
              </Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
