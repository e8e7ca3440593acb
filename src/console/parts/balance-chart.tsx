import { useComputedColorScheme } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import type { BalanceJson } from '../../api/index.ts';
import { BALANCE_WORDS, fill } from '../../words/index.ts';
import { colourOf } from '../colours.ts';
import { useFormat, useWords } from '../locale.tsx';
import { Chart } from './chart.tsx';

interface BalanceChartProps {
  readonly history: BalanceJson;
  readonly height?: number;
}

const DAY_MS = 86_400_000;
const TICKS_MAX = 8;

/** The balance of a meter over time: what was bought is a step up, what is used goes down, and debt lies below zero. */
export function BalanceChart({ history, height = 260 }: BalanceChartProps): ReactNode {
  const words = useWords(BALANCE_WORDS);
  const { money, day, time, exact } = useFormat();
  const scheme = useComputedColorScheme('light');
  const option = useMemo(() => {
    const [text, quiet, line, flight, low, surface] = COLOURS.map((name) => colourOf(name, scheme));
    const { points, opening, closing } = history;
    const until = new Date(Math.min(Date.parse(history.asOf), Date.parse(history.end))).toISOString();
    const lineOf = (pick: (of: typeof opening) => string | number) => [
      [history.begin, Number(pick(opening))],
      ...points.map(({ at, balance }) => [at, Number(pick(balance))]),
      [until, Number(pick(closing))],
    ];
    const sales = points.filter(({ why }) => why === 'stored');
    const isOwed = [opening, ...points.map(({ balance }) => balance)].some(
      ({ emergencyCredit }) => emergencyCredit !== '0',
    );
    const isShort = Date.parse(until) - Date.parse(history.begin) <= 2 * DAY_MS;
    // Where days begin in the zone of the utility, which is not that of the browser.
    const begin = Date.parse(history.begin);
    const step = isShort ? DAY_MS / 4 : DAY_MS * Math.ceil((Date.parse(until) - begin) / DAY_MS / TICKS_MAX);
    const ticks = Array.from(
      { length: Math.floor((Date.parse(until) - begin) / step) + 1 },
      (_, nth) => begin + nth * step,
    );
    return {
      grid: { left: 8, right: 12, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        trigger: 'axis',
        backgroundColor: surface,
        borderColor: line,
        textStyle: { color: text, fontSize: 12 },
        formatter(hovered: readonly { readonly value: readonly [string, number]; readonly seriesName: string }[]) {
          const [first] = hovered;
          if (first === undefined) return '';
          const rows = hovered.map(({ seriesName, value }) => `${seriesName}: <b>${money(Math.trunc(value[1]))}</b>`);
          return [exact(first.value[0]), ...new Set(rows)].join('<br>');
        },
      },
      xAxis: {
        type: 'time',
        min: history.begin,
        max: until,
        axisLine: { lineStyle: { color: line } },
        axisTick: { customValues: ticks },
        axisLabel: {
          ...{ color: quiet, hideOverlap: true, customValues: ticks },
          formatter: (at: number) => (isShort ? time(at) : day(at)),
        },
      },
      yAxis: {
        type: 'value',
        splitLine: { lineStyle: { color: line } },
        axisLabel: { color: quiet, formatter: (value: number) => money(Math.round(value)) },
      },
      series: [
        {
          ...{ type: 'line', name: words.balance, step: 'end', symbol: 'none', data: lineOf(({ purse }) => purse) },
          ...{
            lineStyle: { color: text, width: 1.5 },
            areaStyle: { color: text, opacity: 0.06 },
            itemStyle: { color: text },
          },
        },
        ...(isOwed
          ? [
              {
                ...{ type: 'line', name: words.owed, step: 'end', symbol: 'none' },
                data: lineOf(({ emergencyCredit }) =>
                  emergencyCredit === '0' ? '-' : -Math.abs(Number(emergencyCredit)),
                ),
                ...{ lineStyle: { color: low, width: 1.5, type: 'dashed' }, areaStyle: { color: low, opacity: 0.12 } },
                itemStyle: { color: low },
              },
            ]
          : []),
        {
          ...{ type: 'line', name: words.stored, symbol: 'triangle', symbolSize: 9, lineStyle: { opacity: 0 } },
          data: sales.map(({ at, balance }) => [at, Number(balance.purse)]),
          itemStyle: { color: flight },
        },
      ],
    };
  }, [history, scheme, words, money, day, time, exact]);
  const { opening, closing, points } = history;
  return (
    <Chart
      option={option}
      height={height}
      label={fill(
        words.label,
        money(opening.purse),
        money(closing.purse),
        points.filter(({ why }) => why === 'stored').length,
      )}
    />
  );
}

const COLOURS = ['--text', '--text-quiet', '--line', '--in-flight', '--state-low', '--surface'] as const;
