import { useComputedColorScheme } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import type { VoltagesJson } from '../../api/index.ts';
import { fill, VOLTAGE_WORDS } from '../../words/index.ts';
import { colourOf } from '../colours.ts';
import { useFormat, useWords } from '../locale.tsx';
import { Chart } from './chart.tsx';
import { rangeOf } from './voltage-days.ts';

const QUARTER_MS = 15 * 60_000;
const HEIGHT = 200;

interface VoltageChartProps {
  readonly days: VoltagesJson['days'];
}

/** The mean of each quarter of an hour, day after day. Where nothing is known the line has a gap. */
export function VoltageChart({ days }: VoltageChartProps): ReactNode {
  const words = useWords(VOLTAGE_WORDS);
  const { time, day: dayText, voltage } = useFormat();
  const scheme = useComputedColorScheme('light');
  const option = useMemo(() => {
    const [text, quiet, line, surface] = (['--text', '--text-quiet', '--line', '--surface'] as const).map((name) =>
      colourOf(name, scheme),
    );
    const points = days.flatMap(({ start, millivolts }) =>
      millivolts.map((value, quarter) => [Date.parse(start) + quarter * QUARTER_MS, value < 0 ? null : value / 1000]),
    );
    return {
      grid: { left: 8, right: 8, top: 12, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        trigger: 'axis',
        ...{ backgroundColor: surface, borderColor: line, textStyle: { color: text, fontSize: 12 } },
        formatter: ([hovered]: readonly { readonly value: readonly [number, number | null] }[]) => {
          if (hovered === undefined) return '';
          const [when, volts] = hovered.value;
          return `${dayText(when)} ${time(when)}<br><b>${volts === null ? words.none : voltage(1000 * volts)}</b>`;
        },
      },
      xAxis: {
        type: 'time',
        axisLine: { lineStyle: { color: line } },
        axisLabel: { color: quiet, hideOverlap: true, formatter: (when: number) => dayText(when) },
      },
      yAxis: {
        ...{ type: 'value', scale: true, splitLine: { lineStyle: { color: line } } },
        axisLabel: { color: quiet, formatter: (volts: number) => voltage(1000 * volts) },
      },
      series: [
        {
          ...{ type: 'line', symbol: 'none', data: points },
          ...{ lineStyle: { color: text, width: 1.25 }, itemStyle: { color: text } },
        },
      ],
    };
  }, [days, scheme, words, time, dayText, voltage]);
  const range = rangeOf(days);
  if (range === undefined) return null;
  return (
    <Chart
      option={option}
      height={HEIGHT}
      label={fill(words.label, days.length, voltage(range.lowest), voltage(range.highest))}
    />
  );
}
