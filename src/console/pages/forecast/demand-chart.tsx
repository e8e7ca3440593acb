import { useComputedColorScheme } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import type { ForecastJson } from '../../../api/index.ts';
import { FORECAST_WORDS, fill } from '../../../words/index.ts';
import { colourOf } from '../../colours.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Chart } from '../../parts/chart.tsx';

const COLOURS = ['--text', '--text-quiet', '--line', '--in-flight', '--surface'] as const;
const BAND = 'band';

type Point = readonly [start: string, watts: number | null];

/** Hours that were and hours to come, with the band of what is expected and the naive forecast beside it. */
export function DemandChart({ forecast }: { readonly forecast: ForecastJson }): ReactNode {
  const words = useWords(FORECAST_WORDS);
  const { power, day, exact } = useFormat();
  const scheme = useComputedColorScheme('light');
  const { recent, hours } = forecast;
  const hasBand = hours.some(({ highWatts }) => highWatts !== undefined);
  const option = useMemo(() => {
    const [text, quiet, line, flight, surface] = COLOURS.map((name) => colourOf(name, scheme));
    const points = (pick: (hour: (typeof hours)[number]) => number | undefined): Point[] =>
      hours.map((hour) => [hour.start, pick(hour) ?? null]);
    const band = { type: 'line', symbol: 'none', stack: BAND, lineStyle: { opacity: 0 }, silent: true };
    return {
      grid: { left: 8, right: 12, top: 36, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      legend: {
        ...{ top: 0, left: 0, textStyle: { color: quiet }, itemWidth: 14, itemHeight: 9 },
        data: [words.was, ...(hasBand ? [words.expected, words.band] : []), words.naive],
      },
      tooltip: {
        trigger: 'axis',
        ...{ backgroundColor: surface, borderColor: line, textStyle: { color: text, fontSize: 12 } },
        formatter(hovered: readonly { readonly value: Point; readonly seriesName: string }[]) {
          const [first] = hovered;
          if (first === undefined) return '';
          const rows = hovered
            .filter(({ seriesName, value }) => seriesName !== BAND && seriesName !== words.band && value[1] !== null)
            .map(({ seriesName, value }) => `${seriesName}: <b>${power(value[1] ?? 0)}</b>`);
          const hour = hours.find(({ start }) => start === first.value[0]);
          if (hour?.lowWatts !== undefined && hour.highWatts !== undefined) {
            rows.push(`${words.band}: ${power(hour.lowWatts)} – ${power(hour.highWatts)}`);
          }
          return [exact(first.value[0]), ...rows].join('<br>');
        },
      },
      xAxis: {
        type: 'time',
        axisLine: { lineStyle: { color: line } },
        axisLabel: { color: quiet, hideOverlap: true, formatter: (at: number) => day(at) },
      },
      yAxis: {
        type: 'value',
        splitLine: { lineStyle: { color: line } },
        axisLabel: { color: quiet, formatter: (value: number) => power(value) },
      },
      series: [
        ...(hasBand
          ? [
              { ...band, name: BAND, data: points(({ lowWatts }) => lowWatts) },
              {
                ...{ ...band, name: words.band, itemStyle: { color: flight, opacity: 0.3 } },
                areaStyle: { color: flight, opacity: 0.18 },
                data: points(({ lowWatts, highWatts }) =>
                  lowWatts === undefined || highWatts === undefined ? undefined : highWatts - lowWatts,
                ),
              },
            ]
          : []),
        {
          ...{ type: 'line', name: words.was, symbol: 'none', itemStyle: { color: text } },
          ...{ lineStyle: { color: text, width: 1.5 } },
          data: recent.map(({ start, watts }): Point => [start, watts ?? null]),
        },
        {
          ...{ type: 'line', name: words.naive, symbol: 'none', itemStyle: { color: quiet } },
          lineStyle: { color: quiet, width: 1.25, type: 'dashed' },
          data: points(({ naiveWatts }) => naiveWatts),
        },
        ...(hasBand
          ? [
              {
                ...{ type: 'line', name: words.expected, symbol: 'none', itemStyle: { color: flight } },
                ...{ lineStyle: { color: flight, width: 2 }, data: points(({ expectedWatts }) => expectedWatts) },
              },
            ]
          : []),
      ],
    };
  }, [recent, hours, hasBand, scheme, words, power, day, exact]);
  const highest = Math.max(...hours.map(({ expectedWatts, naiveWatts = 0 }) => expectedWatts ?? naiveWatts));
  return <Chart option={option} height={300} label={fill(hasBand ? words.chart : words.chartNaive, power(highest))} />;
}
