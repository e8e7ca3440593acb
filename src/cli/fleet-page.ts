import type { MeasuredFleet } from './fleet-command.ts';

const SIZE = { width: 900, height: 260 };
const PERCENT = 100;

/** One chart: lines over the hours of the run. */
interface Plot {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[];
}

/**
 * The report of a fleet as a page that stands alone: no other file, no script.
 * @param text the same in words
 */
export async function fleetPage(report: MeasuredFleet, text: string): Promise<string> {
  const charts = await Promise.all(plotsOf(report).map(drawn));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A day of ${report.meters} meters</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
svg { max-width: 100%; height: auto; background: #fff; border-radius: 6px; }
pre { white-space: pre-wrap; font: 14px/1.6 ui-monospace, monospace; }
</style></head>
<body><h1>A day of ${report.meters.toLocaleString('en-US')} meters</h1>
<pre>${escaped(text)}</pre>
${charts.join('\n')}
</body></html>
`;
}

function plotsOf({ meters, localUnits, samples }: MeasuredFleet): readonly Plot[] {
  const over = (of: (i: number) => number): [number, number][] => samples.map(({ minute }, i) => [minute / 60, of(i)]);
  const at = (i: number) => samples[i] ?? (samples[0] as (typeof samples)[number]);
  /** What rose between two samples, for each minute between them. */
  const rate = (of: (i: number) => number) =>
    over((i) => (i === 0 ? 0 : (of(i) - of(i - 1)) / (at(i).minute - at(i - 1).minute)));
  return [
    {
      title: 'Done, of all meters',
      unit: '%',
      lines: [
        { name: 'value stored', points: over((i) => (PERCENT * at(i).stored) / Math.max(1, at(i).sold)) },
        { name: 'new tariff held', points: over((i) => (PERCENT * at(i).withTariff) / meters) },
        { name: 'profile of the day', points: over((i) => (PERCENT * at(i).withProfile) / meters) },
      ],
    },
    {
      title: 'Lines in use, in the mean',
      unit: '%',
      lines: [
        {
          name: 'on the air',
          points: rate((i) => (PERCENT * at(i).airtimeMs) / 60_000 / localUnits),
        },
      ],
    },
    { title: 'Repetitions', unit: 'a minute', lines: [{ name: 'all lines', points: rate((i) => at(i).retries) }] },
    {
      title: 'Processor time of the whole fleet',
      unit: 'ms a minute',
      lines: [{ name: 'this process', points: rate((i) => at(i).processorMs) }],
    },
    { title: 'Orders stored', unit: 'a minute', lines: [{ name: 'all meters', points: rate((i) => at(i).stored) }] },
  ];
}

async function drawn({ title, unit, lines }: Plot): Promise<string> {
  const { init } = await import('echarts');
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    title: { text: title, left: 0, textStyle: { fontSize: 14 } },
    legend: { right: 20, top: 0, show: lines.length > 1 },
    grid: { left: 70, right: 20, top: 50, bottom: 40 },
    xAxis: { type: 'value', name: 'hour', nameLocation: 'middle', nameGap: 24, min: 0 },
    yAxis: { type: 'value', name: unit, min: 0 },
    series: lines.map(({ name, points }) => ({ type: 'line', name, data: points, showSymbol: false })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
