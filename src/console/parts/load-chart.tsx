import { useComputedColorScheme } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { fill, LOAD_WORDS } from '../../words/index.ts';
import { colourOf } from '../colours.ts';
import { useFormat, useWords } from '../locale.tsx';
import { Chart } from './chart.tsx';
import { type LoadDay, lengthOf, stepsOf, sumOf, wattsAt } from './load-days.ts';

interface LoadChartProps {
  readonly day: LoadDay;
  readonly height?: number;
}

const MINUTE_MS = 60_000;

/** The load of one day by minute, over the steps of its tariff. Where nothing is known the line has a gap. */
export function LoadChart({ day, height = 200 }: LoadChartProps): ReactNode {
  const words = useWords(LOAD_WORDS);
  const { power, time, day: dayText, percent } = useFormat();
  const scheme = useComputedColorScheme('light');
  const option = useMemo(() => {
    const [text, quiet, line, surface] = (['--text', '--text-quiet', '--line', '--surface'] as const).map((name) =>
      colourOf(name, scheme),
    );
    const start = Date.parse(day.start);
    const length = lengthOf(day);
    const at = (minute: number) => start + minute * MINUTE_MS;
    const known = (minute: number) => {
      const watts = wattsAt(day, minute);
      return typeof watts === 'number' ? watts : null;
    };
    const ticks = [0, 6, 12, 18, 24].map((hour) => at(hour * 60));
    const steps = stepsOf(day, length);
    return {
      grid: { left: 8, right: 8, top: 12, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        trigger: 'axis',
        ...{ backgroundColor: surface, borderColor: line, textStyle: { color: text, fontSize: 12 } },
        formatter: (
          hovered: readonly { readonly seriesName: string; readonly value: readonly [number, number | null] }[],
        ) =>
          hovered
            .flatMap(({ value: [when, value], seriesName }, nth) => {
              const shown = value === null ? words.none : seriesName === words.price ? percent(value) : power(value);
              return [...(nth === 0 ? [time(when)] : []), `${seriesName}: <b>${shown}</b>`];
            })
            .join('<br>'),
      },
      xAxis: {
        type: 'time',
        min: start,
        max: at(length),
        axisLine: { lineStyle: { color: line } },
        axisTick: { customValues: ticks },
        axisLabel: { color: quiet, hideOverlap: true, customValues: ticks, formatter: (when: number) => time(when) },
      },
      yAxis: [
        {
          ...{ type: 'value', splitLine: { lineStyle: { color: line } } },
          axisLabel: { color: quiet, formatter: (watts: number) => power(watts) },
        },
        {
          ...{ type: 'value', min: 0, splitLine: { show: false } },
          axisLabel: { color: quiet, formatter: percent },
        },
      ],
      series: [
        {
          ...{ type: 'line', name: words.price, step: 'end', symbol: 'none', yAxisIndex: 1 },
          data: steps.flatMap((step) => [
            [at(step.from), step.percent],
            [at(step.to), step.percent],
          ]),
          ...{ lineStyle: { color: quiet, width: 1, type: 'dotted' }, areaStyle: { color: quiet, opacity: 0.1 } },
          itemStyle: { color: quiet },
        },
        {
          ...{ type: 'line', name: words.power, symbol: 'none', step: 'end' },
          data: day.energy.map((_, minute) => [at(minute), known(minute)]),
          ...{ lineStyle: { color: text, width: 1.25 }, itemStyle: { color: text } },
        },
      ],
    };
  }, [day, scheme, words, power, time, percent]);
  return (
    <Chart
      option={option}
      height={height}
      label={fill(words.dayLabel, dayText(day.start), power(sumOf([day]).watts))}
    />
  );
}
