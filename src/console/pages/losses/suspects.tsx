import { Anchor, Stack, Table, Text, useComputedColorScheme } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { Link } from 'react-router';
import type { LossAlarmJson } from '../../../api/index.ts';
import { fill, SUSPECT_WORDS } from '../../../words/index.ts';
import { colourOf } from '../../colours.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Chart } from '../../parts/chart.tsx';
import { LastInspection } from '../../parts/inspections.tsx';
import { type Evidence, evidenceText } from './evidence.ts';

type Found = NonNullable<LossAlarmJson['suspects']>;

interface SuspectsProps {
  readonly localUnit: number;
  readonly suspects: Found;
}

/** From here on a constant load is worth a sentence. */
const CONSTANT_PERCENT = 10;
const BAR_HEIGHT = 26;

/** The likeliest meters of a line, with the evidence against each in words; or that the data tell no place. */
export function Suspects({ localUnit, suspects }: SuspectsProps): ReactNode {
  const words = useWords(SUSPECT_WORDS);
  const { count, date, power, percent } = useFormat();
  const { isPlaced, meters, constantWatts, constantPercent, constantPlace } = suspects;
  return (
    <Stack gap={6} mt="md">
      <Text size="sm" fw={600}>
        {fill(words.where, localUnit, date(suspects.date))}
      </Text>
      <Text size="sm">{isPlaced ? `▲ ${words.placed}` : words.notPlaced}</Text>
      {constantPercent >= CONSTANT_PERCENT && (
        <Text size="sm">
          {fill(words.constant, power(constantWatts), count(constantPercent))}{' '}
          {constantPlace?.reason !== undefined && words.notPlacedWhy[constantPlace.reason]}
          {constantPlace?.near !== undefined &&
            `${words.near} ${constantPlace.near
              .map(({ meter, phase, likelihoodPercent }) => fill(words.nearOne, meter, phase, count(likelihoodPercent)))
              .join('; ')}.`}
        </Text>
      )}
      <Likelihoods localUnit={localUnit} meters={meters} />
      <Table verticalSpacing={6} aria-label={fill(words.where, localUnit, date(suspects.date))}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.meter}</Table.Th>
            <Table.Th ta="right">{words.likelihood}</Table.Th>
            <Table.Th>{words.evidence}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {meters.map(({ meter, likelihoodPercent, evidence }) => (
            <Table.Tr key={meter} style={{ verticalAlign: 'top' }}>
              <Table.Td>
                <Anchor component={Link} to={`/meters/${meter}`} ff="monospace" size="sm">
                  {meter}
                </Anchor>
              </Table.Td>
              <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                {percent(likelihoodPercent)}
              </Table.Td>
              <Table.Td>
                <Reasons evidence={evidence} />
                <LastInspection meter={meter} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}

function Reasons({ evidence }: { readonly evidence: readonly Evidence[] }): ReactNode {
  const words = useWords(SUSPECT_WORDS);
  const { energy, count } = useFormat();
  if (evidence.length === 0) {
    return (
      <Text size="sm" className="quiet">
        {words.noEvidence}
      </Text>
    );
  }
  const amount = (milliwattHours = '0') => energy(Number(milliwattHours) / 1000);
  return evidence.map((each) => {
    const sentence = evidenceText(words, each, { amount, count });
    return (
      <Text key={sentence} size="sm">
        {sentence}
      </Text>
    );
  });
}

/** One bar a meter, the likeliest on top. */
function Likelihoods({
  localUnit,
  meters,
}: {
  readonly localUnit: number;
  readonly meters: Found['meters'];
}): ReactNode {
  const words = useWords(SUSPECT_WORDS);
  const scheme = useComputedColorScheme('light');
  const option = useMemo(() => {
    const [text, line, bar] = (['--text', '--line', '--state-tampered'] as const).map((name) => colourOf(name, scheme));
    return {
      grid: { left: 8, right: 16, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: { type: 'value', max: 100, splitLine: { lineStyle: { color: line } }, axisLabel: { color: text } },
      yAxis: {
        ...{ type: 'category', inverse: true, data: meters.map(({ meter }) => meter) },
        ...{ axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: text } },
      },
      series: [
        {
          ...{ type: 'bar', barWidth: '60%', data: meters.map(({ likelihoodPercent }) => likelihoodPercent) },
          itemStyle: { color: bar },
        },
      ],
    };
  }, [meters, scheme]);
  return <Chart option={option} height={30 + BAR_HEIGHT * meters.length} label={fill(words.chart, localUnit)} />;
}
