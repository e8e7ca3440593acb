import type { MeasuredFleet } from './fleet-command.ts';

const SIZE = { width: 900, height: 260 };
const PERCENT = 100;
const HOURS_A_MARK = 3;

/** One chart: lines over the hours of the run. */
interface Plot {
  /** With its unit. */
  readonly title: string;
  readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[];
}

/**
 * The report of a fleet as a page that stands alone: no other file, no script.
 * @param text the same in words
 */
export async function fleetPage(report: MeasuredFleet, text: string): Promise<string> {
  const charts = await Promise.all(plotsOf(report).map(drawn));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A day of ${report.meters} meters</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
figure { margin: 1.5rem 0; }
figure, pre { overflow-x: auto; }
svg { display: block; }
pre { font: 14px/1.6 ui-monospace, monospace; }
@media (prefers-color-scheme: dark) { svg { filter: invert(0.9) hue-rotate(180deg); } }
</style></head>
<body><h1>A day of ${report.meters.toLocaleString('en-US')} meters</h1>
<pre>${escaped(text)}</pre>
${charts.map((chart) => `<figure>${chart}</figure>`).join('\n')}
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
      title: 'Done: % of all meters',
      lines: [
        { name: 'value stored', points: over((i) => (PERCENT * at(i).stored) / Math.max(1, at(i).sold)) },
        { name: 'new tariff held', points: over((i) => (PERCENT * at(i).withTariff) / meters) },
        { name: 'profile of the day', points: over((i) => (PERCENT * at(i).withProfile) / meters) },
      ],
    },
    {
      title: 'Lines in use: % of the time, in the mean',
      lines: [
        {
          name: 'on the air',
          points: rate((i) => (PERCENT * at(i).airtimeMs) / 60_000 / localUnits),
        },
      ],
    },
    { title: 'Repetitions a minute', lines: [{ name: 'all lines', points: rate((i) => at(i).retries) }] },
    {
      title: 'Processor time: ms for each minute',
      lines: [{ name: 'this process', points: rate((i) => at(i).processorMs) }],
    },
    { title: 'Orders stored a minute', lines: [{ name: 'all meters', points: rate((i) => at(i).stored) }] },
  ];
}

async function drawn({ title, lines }: Plot): Promise<string> {
  const { init } = await import('echarts');
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    title: { text: title, left: 0, textStyle: { fontSize: 14 } },
    // Without a page nobody knows how wide a text is.
    legend: { right: 40, top: 0, itemGap: 32, icon: 'roundRect', itemHeight: 4, show: lines.length > 1 },
    grid: { left: 70, right: 20, top: 46, bottom: 40 },
    xAxis: { type: 'value', name: 'hour', nameLocation: 'middle', nameGap: 24, min: 0, interval: HOURS_A_MARK },
    yAxis: { type: 'value', min: 0 },
    series: lines.map(({ name, points }) => ({ type: 'line', name, data: points, showSymbol: false })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
