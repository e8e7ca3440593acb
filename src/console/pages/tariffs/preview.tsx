import { Group, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { MeterJson, TariffPreviewJson } from '../../../api/index.ts';
import { fill, TARIFFS_WORDS } from '../../../words/index.ts';
import { change, type Refusal } from '../../ask.ts';
import { dateOf } from '../../civil.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { meterNumberOf } from '../../meter-number.ts';
import { Figure, Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Loaded, Loading, Refused } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useSession } from '../../session.tsx';
import type { Definition } from './painting.ts';
import { Step } from './step.tsx';

const PAINTING_MS = 350;

interface PreviewProps {
  readonly tariff: string;
  readonly definition: Definition;
}

/** A real household's last month under what is painted, beside what it was; computed anew when the brush rests. */
export function Preview({ tariff, definition }: PreviewProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const [typed, setTyped] = useState<string>();
  const own = useRead<{ readonly items: readonly MeterJson[] }>('/meters', { query: { tariff, limit: 1 } });
  const any = useRead<{ readonly items: readonly MeterJson[] }>('/meters', { query: { limit: 1 } });
  const text = typed ?? own.data?.items[0]?.number ?? any.data?.items[0]?.number ?? '';
  const meter = meterNumberOf(text);
  const [rested] = useDebouncedValue(definition, PAINTING_MS);
  const last = usePreview(rested, meter);
  // A meter that is new has nothing of the month before: the one that runs says more.
  const { now, zone } = useSession().utility;
  const isNew = last.data?.minutes === 0;
  const running = usePreview(rested, isNew ? meter : undefined, dateOf(now, zone).slice(0, 7));
  const preview = isNew && running.data !== undefined ? running : last;
  return (
    <Panel
      title={words.preview}
      aside={
        <TextInput
          aria-label={words.previewMeter}
          placeholder="0a1b2c"
          size="xs"
          w={110}
          autoCapitalize="none"
          value={text}
          styles={{ input: { fontFamily: 'monospace' } }}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      }
    >
      {text === '' && any.data === undefined ? (
        <Loaded of={any}>{() => null}</Loaded>
      ) : meter === undefined ? (
        <Text size="sm">{words.previewNothing}</Text>
      ) : preview.error !== null ? (
        <Refused error={preview.error} retry={() => void preview.refetch()} />
      ) : preview.data === undefined ? (
        <Loading sentence={words.previewWaiting} />
      ) : (
        <Sides of={preview.data} isOld={preview.isPlaceholderData || rested !== definition} />
      )}
    </Panel>
  );
}

function usePreview(definition: Definition, meter: string | undefined, month?: string) {
  return useQuery<TariffPreviewJson, Refusal>({
    queryKey: ['still', '/tariffs/preview', meter, month, JSON.stringify(definition)],
    queryFn: () => change('/tariffs/preview', { method: 'POST', body: { definition, meter, month } }),
    placeholderData: keepPreviousData,
    enabled: meter !== undefined,
  });
}

function Sides({ of, isOld }: { readonly of: TariffPreviewJson; readonly isOld: boolean }): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const { money, energy, count, month } = useFormat();
  const [was, wouldBe] = [BigInt(of.asItWas.tokens), BigInt(of.asItWouldBe.tokens)];
  const difference = wouldBe - was;
  const bySteps = [...Map.groupBy(of.asItWouldBe.steps, ({ percent }) => percent)]
    .map(([percent, steps]) => ({
      percent,
      energyWh: steps.reduce((sum, { energyWh }) => sum + Number(energyWh), 0),
    }))
    .sort((a, b) => a.percent - b.percent);
  const whole = bySteps.reduce((sum, { energyWh }) => sum + energyWh, 0);
  return (
    <Stack gap="sm" style={{ opacity: isOld ? 0.6 : 1 }} aria-live="polite" aria-busy={isOld}>
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <Figure label={words.inForceCosts} value={<Money tokens={was} />} />
        <Figure
          label={words.paintedCosts}
          value={<Money tokens={wouldBe} />}
          note={
            difference === 0n
              ? words.alike
              : fill(
                  words.differs,
                  `${difference > 0n ? '+' : '−'}${money(difference < 0n ? -difference : difference)}`,
                )
          }
        />
        <Figure
          label={words.used}
          value={energy(Number(of.energyWh))}
          note={fill(words.previewMonth, month(of.month))}
        />
        {whole > 0 && (
          <div>
            <Text size="xs" className="quiet" mb={4}>
              {words.byStep}
            </Text>
            <Stack gap={4}>
              {bySteps.map(({ percent, energyWh }) => (
                <Group key={percent} gap="xs" wrap="nowrap" justify="space-between">
                  <Step percent={percent} />
                  <Text size="sm">{energy(energyWh)}</Text>
                </Group>
              ))}
            </Stack>
          </div>
        )}
      </SimpleGrid>
      {of.unknownMinutes > 0 && (
        <Text size="xs" className="quiet">
          {fill(words.unknownMinutes, count(of.unknownMinutes))}
        </Text>
      )}
    </Stack>
  );
}
