import type { ReactNode } from 'react';
import { useFormat } from '../../locale.tsx';
import { shadeOf } from './painting.ts';

/** A step of a tariff in its ink, with its percent written in. */
export function Step({ percent }: { readonly percent: number }): ReactNode {
  const format = useFormat();
  const { ground, text } = shadeOf(percent);
  return (
    <span
      style={{
        ...{ background: ground, color: text, fontSize: 12, lineHeight: 1 },
        ...{ padding: '4px 6px', borderRadius: 4, border: '1px solid var(--line)', whiteSpace: 'nowrap' },
      }}
    >
      {format.percent(percent)}
    </span>
  );
}
