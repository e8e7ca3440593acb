import { useComputedColorScheme } from '@mantine/core';
import type { EChartsCoreOption } from 'echarts/core';
import { type ReactNode, useEffect, useRef } from 'react';

interface ChartProps {
  readonly option: EChartsCoreOption;
  readonly height: number;
  /** What it shows, in a sentence, for whoever cannot see it. */
  readonly label: string;
}

/** A chart. Its library comes with the first one that is shown. */
export function Chart({ option, height, label }: ChartProps): ReactNode {
  const scheme = useComputedColorScheme('light');
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    let isGone = false;
    let dispose = () => {};
    void import('./echarts.ts').then(({ draw }) => {
      if (!isGone) dispose = draw(element, option, scheme);
    });
    return () => {
      isGone = true;
      dispose();
    };
  }, [option, scheme]);
  return <div ref={holder} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}
