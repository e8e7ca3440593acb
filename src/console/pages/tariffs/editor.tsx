import { ActionIcon, Button, Group, NumberInput, Select, SimpleGrid, Stack, Text, Tooltip } from '@mantine/core';
import { Redo2, Undo2 } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { fill, TARIFFS_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import { useSession } from '../../session.tsx';
import { ChargePanel, HolidaysPanel, SurchargePanel } from './conditions.tsx';
import type { History, Step as HistoryStep } from './history.ts';
import { type Painting, SLOTS, type Slot, seasonOn, shadeOf, withSlot } from './painting.ts';
import { Seasons } from './seasons.tsx';
import { WeekGrid } from './week-grid.tsx';

/** What the keys 1 to 6 paint. */
const STEPS = [50, 75, 100, 150, 200, 300] as const;
const OWN_USUAL = 125;

interface EditorProps {
  readonly history: History<Painting>;
  readonly step: (step: HistoryStep<Painting>) => void;
  readonly mayPaint: boolean;
}

/** The canvas of a tariff: seasons as tabs, a week of squares, and what holds beside them. */
export function Editor({ history, step, mayPaint }: EditorProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const painting = history.present;
  const { now } = useSession().utility;
  const [chosen, setChosen] = useState(() => seasonOn(painting, now.slice('2026-'.length, '2026-03-01'.length)));
  const [brush, setBrush] = useState<number>(200);
  const [own, setOwn] = useState(OWN_USUAL);
  const season = Math.min(chosen, painting.seasons.length - 1);
  const paint = (value: Painting) => step({ type: 'do', value });

  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const isTyping = (event.target as HTMLElement | null)?.closest('input, textarea, [contenteditable]') !== null;
      if (!(event.ctrlKey || event.metaKey) || isTyping || event.key.toLowerCase() !== 'z') return;
      event.preventDefault();
      step({ type: event.shiftKey ? 'redo' : 'undo' });
    };
    window.addEventListener('keydown', hear);
    return () => window.removeEventListener('keydown', hear);
  }, [step]);

  return (
    <>
      <Panel
        title={words.week}
        aside={
          mayPaint && (
            <Group gap="xs" wrap="nowrap">
              <Back label={words.undo} isOver={history.past.length === 0} go={() => step({ type: 'undo' })}>
                <Undo2 size={16} aria-hidden />
              </Back>
              <Back label={words.redo} isOver={history.future.length === 0} go={() => step({ type: 'redo' })}>
                <Redo2 size={16} aria-hidden />
              </Back>
            </Group>
          )
        }
      >
        <Stack gap="sm">
          <Seasons painting={painting} season={season} choose={setChosen} {...(mayPaint && { onChange: paint })} />
          {mayPaint && (
            <Group justify="space-between" align="flex-end" gap="sm">
              <Brushes brush={brush} own={own} choose={setBrush} setOwn={setOwn} />
              <SlotChoice painting={painting} onChange={paint} />
            </Group>
          )}
          <WeekGrid
            painting={painting}
            season={season}
            steps={STEPS}
            own={own}
            brush={brush}
            {...(mayPaint && { onPaint: paint })}
          />
          {mayPaint && (
            <Text size="xs" className="quiet">
              {words.weekNote}
            </Text>
          )}
        </Stack>
      </Panel>
      <SimpleGrid cols={{ base: 1, md: 3 }}>
        <ChargePanel painting={painting} {...(mayPaint && { onChange: paint })} />
        <HolidaysPanel painting={painting} {...(mayPaint && { onChange: paint })} />
        <SurchargePanel painting={painting} {...(mayPaint && { onChange: paint })} />
      </SimpleGrid>
    </>
  );
}

interface BackProps {
  readonly label: string;
  readonly isOver: boolean;
  readonly go: () => void;
  readonly children: ReactNode;
}

function Back({ label, isOver, go, children }: BackProps): ReactNode {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" aria-label={label} disabled={isOver} onClick={go}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

interface BrushesProps {
  readonly brush: number;
  readonly own: number;
  readonly choose: (percent: number) => void;
  readonly setOwn: (percent: number) => void;
}

/** The steps in their ink; whoever paints with their own writes it. */
function Brushes({ brush, own, choose, setOwn }: BrushesProps): ReactNode {
  const format = useFormat();
  const words = useWords(TARIFFS_WORDS);
  return (
    <Group gap={6} role="group" aria-label={words.brush} align="flex-end">
      {STEPS.map((percent, i) => {
        const { ground, text } = shadeOf(percent);
        return (
          <Button
            key={percent}
            size="compact-sm"
            aria-pressed={brush === percent}
            onClick={() => choose(percent)}
            title={`${i + 1}`}
            styles={{
              root: {
                ...{ background: ground, color: text, border: '1px solid var(--line)' },
                // A ring of its own: that of the keyboard lies around it.
                ...(brush === percent && {
                  boxShadow: '0 0 0 2px var(--surface), 0 0 0 4px var(--text)',
                  outlineOffset: 6,
                }),
              },
            }}
          >
            {format.percent(percent)}
          </Button>
        );
      })}
      <NumberInput
        aria-label={words.own}
        size="xs"
        w={92}
        min={0}
        max={1000}
        allowDecimal={false}
        suffix="%"
        value={own}
        onFocus={() => choose(own)}
        onChange={(value) => {
          const percent = Number(value);
          if (value === '' || !Number.isInteger(percent)) return;
          setOwn(percent);
          choose(percent);
        }}
        styles={{
          input: !(STEPS as readonly number[]).includes(brush)
            ? { outline: '2px solid var(--text)', outlineOffset: 2 }
            : {},
        }}
      />
    </Group>
  );
}

function SlotChoice({
  painting,
  onChange,
}: {
  readonly painting: Painting;
  readonly onChange: (painting: Painting) => void;
}): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const [isRefused, setRefused] = useState(false);
  return (
    <Select
      label={words.squares}
      size="xs"
      w={130}
      allowDeselect={false}
      data={SLOTS.map((slot) => ({ value: String(slot), label: fill(words.squareOf, slot) }))}
      value={String(painting.slot)}
      error={isRefused && words.squaresDiffer}
      onChange={(value) => {
        const resized = withSlot(painting, Number(value) as Slot);
        setRefused(resized === undefined);
        if (resized !== undefined) onChange(resized);
      }}
    />
  );
}
