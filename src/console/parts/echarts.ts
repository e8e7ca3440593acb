import { BarChart, CustomChart, HeatmapChart, LineChart } from 'echarts/charts';
import {
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([
  ...[BarChart, CustomChart, HeatmapChart, LineChart, CanvasRenderer, AriaComponent, DataZoomComponent],
  ...[GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, VisualMapComponent],
]);

/** Draws into an element, and keeps its size; what it returns takes the chart away again. */
export function draw(element: HTMLElement, option: EChartsCoreOption, scheme: 'light' | 'dark'): () => void {
  const chart = init(element, scheme === 'dark' ? 'dark' : undefined);
  const { fontFamily } = getComputedStyle(element);
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  chart.setOption({
    ...{ backgroundColor: 'transparent', textStyle: { fontFamily }, animation: !isStill, animationDuration: 300 },
    ...option,
  });
  const watching = new ResizeObserver(() => chart.resize());
  watching.observe(element);
  return () => {
    watching.disconnect();
    chart.dispose();
  };
}
