import { useComputedColorScheme } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { LOSSES_WORDS } from '../../../words/index.ts';
import { colourOf } from '../../colours.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Chart } from '../../parts/chart.tsx';

interface HourBarsProps {
  /** Of the hours, as clocks show them: `02` twice where they are put back. */
  readonly names: readonly string[];
  readonly gave: readonly number[];
  readonly counted: readonly number[];
  readonly label: string;
}

/** Two bars an hour: the frame is what the transformer gave, its filling what the meters counted. */
export function HourBars({ names, gave, counted, label }: HourBarsProps): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const { energy } = useFormat();
  const scheme = useComputedColorScheme('light');
  const option = useMemo(() => {
    const [text, quiet, line, surface] = (['--text', '--text-quiet', '--line', '--surface'] as const).map((name) =>
      colourOf(name, scheme),
    );
    return {
      grid: { left: 8, right: 8, top: 32, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      legend: { top: 0, left: 0, textStyle: { color: quiet }, itemWidth: 14, itemHeight: 9 },
      tooltip: {
        trigger: 'axis',
        ...{ backgroundColor: surface, borderColor: line, textStyle: { color: text, fontSize: 12 } },
        valueFormatter: (value: number) => energy(value),
      },
      xAxis: {
        type: 'category',
        data: names,
        ...{ axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: quiet } },
      },
      yAxis: {
        type: 'value',
        splitLine: { lineStyle: { color: line } },
        axisLabel: { color: quiet, formatter: (value: number) => energy(value) },
      },
      series: [
        {
          ...{ type: 'bar', name: words.gave, data: gave, barGap: '-100%', barWidth: '70%' },
          itemStyle: { color: 'transparent', borderColor: text, borderWidth: 1.25 },
        },
        {
          ...{ type: 'bar', name: words.counted, data: counted, barWidth: '70%' },
          itemStyle: { color: quiet, opacity: 0.55 },
        },
      ],
    };
  }, [names, gave, counted, scheme, words, energy]);
  return <Chart option={option} height={220} label={label} />;
}
