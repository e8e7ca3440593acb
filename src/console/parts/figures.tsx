import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { fill } from '../../words/index.ts';
import { useConsoleWords, useFormat } from '../locale.tsx';

/** Money with its tokens on hover: on the books both are the same minor units. */
export function Money({ tokens }: { readonly tokens: string | number | bigint }): ReactNode {
  const { money, count } = useFormat();
  const words = useConsoleWords();
  return <span title={fill(words.tokens, count(tokens))}>{money(tokens)}</span>;
}

/** An instant of business time as people say it, with the exact one on hover. */
export function When({ at, now }: { readonly at: string | number; readonly now: number }): ReactNode {
  const { relative, exact } = useFormat();
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at)}>
      {relative(new Date(at).getTime() - now)}
    </time>
  );
}

/** A figure that ages, with its age. */
export function Aged({ ms, children }: { readonly ms: number | undefined; readonly children: ReactNode }): ReactNode {
  const { duration } = useFormat();
  const words = useConsoleWords();
  return (
    <span>
      {children}{' '}
      <Text component="span" size="xs" className="quiet">
        {ms === undefined ? words.unknown : fill(words.ago, duration(ms))}
      </Text>
    </span>
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: ReactNode;
  /** What it was before, how old it is, or where its rows are. */
  readonly note?: ReactNode;
}

/** One large figure with what it counts. */
export function Figure({ label, value, note }: FigureProps): ReactNode {
  return (
    <div>
      <Text size="xs" className="quiet">
        {label}
      </Text>
      <Text fz={26} fw={640} lh={1.2} style={{ letterSpacing: '-0.02em' }}>
        {value}
      </Text>
      {note !== undefined && (
        <Text size="xs" className="quiet" component="div">
          {note}
        </Text>
      )}
    </div>
  );
}

/** How long something took, with hundredths of a second where they say something. */
export function Seconds({ ms }: { readonly ms: number }): ReactNode {
  const { duration, seconds } = useFormat();
  return ms < 60_000 ? seconds(ms) : duration(ms);
}
