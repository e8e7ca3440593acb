import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { BalanceJson, CutOffJson } from '../../../api/index.ts';
import { CUT_WORDS, fill } from '../../../words/index.ts';
import { dateOf } from '../../civil.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import { Unread } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay, useSession } from '../../session.tsx';
import { balanceOver, hundredths, marksOf, type Point } from './hours.ts';
import './cut.css';

const HEIGHT = 180;
const MINUTES = 360;
const HOUR_MS = 3_600_000;
const WATTS_PER_UNIT = 6;

/** The six hours before a cut in one picture: load, price, the balance as it falls, notices, and the cut at the end. */
export function SixHours({ cut }: { readonly cut: CutOffJson }): ReactNode {
  const words = useWords(CUT_WORDS);
  const { energy, count } = useFormat();
  const { before } = cut;
  if (before === undefined) {
    return (
      <Panel title={words.sixHours}>
        <Text size="sm">{words.noMinutes}</Text>
      </Panel>
    );
  }
  return (
    <Panel
      title={words.sixHours}
      aside={
        <Text size="xs" className="quiet">
          {before.unknownMinutes < MINUTES &&
            `${energy(Number(before.energyWh))}, ${fill(words.cost, hundredths(before.charge))}`}
          {before.unknownMinutes > 0 && ` · ${fill(words.unknownMinutes, count(before.unknownMinutes))}`}
        </Text>
      }
    >
      <Hours cut={cut} before={before} />
    </Panel>
  );
}

type Before = NonNullable<CutOffJson['before']>;

function Hours({ cut, before }: { readonly cut: CutOffJson; readonly before: Before }): ReactNode {
  const words = useWords(CUT_WORDS);
  const { power, money, time, percent } = useFormat();
  const { zone } = useSession().utility;
  const start = Date.parse(before.start);
  const end = start + before.energy.length * 60_000;
  const history = useRead<BalanceJson>(`/meters/${cut.meter}/balance`, {
    query: { from: dateOf(start, zone), to: dateOf(end, zone) },
    enabled: useMay('readBalance') !== undefined,
  });
  const points = history.data === undefined ? [] : balanceOver(history.data, before.start, before.energy.length);
  const marks = marksOf(cut);
  const highest = Math.max(1, ...before.energy);
  const most = Math.max(1, ...points.map(({ tokens }) => tokens));
  const dearest = Math.max(1, ...before.percents.map(({ percent }) => percent));
  const share = (minute: number) => `${(minute / before.energy.length) * 100}%`;
  return (
    <figure className="cut-hours">
      <div className="cut-picture" style={{ height: HEIGHT }}>
        <svg
          viewBox={`0 0 ${before.energy.length} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={fill(words.chart, marks.length)}
        >
          {before.percents.map(({ minute, percent }, nth) => {
            const to = before.percents[nth + 1]?.minute ?? before.energy.length;
            const height = (percent / dearest) * HEIGHT;
            return (
              <rect
                key={minute}
                className="cut-price"
                x={minute}
                width={to - minute}
                y={HEIGHT - height}
                height={height}
              />
            );
          })}
          <path className="cut-load" d={barsOf(before.energy, highest)} />
          {points.length > 0 && <path className="cut-balance" d={stepsOf(points, most)} />}
        </svg>
        {marks.map(({ minute, nth }) => (
          <div key={nth} className="cut-mark" style={{ left: share(minute) }}>
            <span className="cut-number" title={words.noticesOf[cut.notices[nth]?.kind ?? 'low-balance']}>
              {nth + 1}
            </span>
          </div>
        ))}
        <div className="cut-mark is-cut" style={{ left: '100%' }}>
          <b>{words.cutHere}</b>
        </div>
      </div>
      <div className="cut-clock" aria-hidden>
        {[0, 1, 2, 3, 4, 5, 6].map((hour) => (
          <span key={hour}>{time(end - (6 - hour) * HOUR_MS)}</span>
        ))}
      </div>
      <figcaption>
        <Group gap="lg" mt={6}>
          <Key className="is-load">{`${words.load}, ≤ ${power(Math.max(0, highest) * WATTS_PER_UNIT)}`}</Key>
          <Key className="is-price">{`${words.price}, ≤ ${percent(dearest)}`}</Key>
          {points.length > 0 && <Key className="is-balance">{`${words.balance}, ≤ ${money(most)}`}</Key>}
        </Group>
        <Unread of={history} what={words.balance} />
      </figcaption>
    </figure>
  );
}

function Key({ className, children }: { readonly className: string; readonly children: string }): ReactNode {
  return (
    <Text size="xs" className="quiet" component="span">
      <i className={`cut-key ${className}`} aria-hidden /> {children}
    </Text>
  );
}

/** A bar for each minute that is known. */
const barsOf = (energy: readonly number[], highest: number): string =>
  energy
    .map((value, minute) =>
      value <= 0 ? '' : `M${minute + 0.5} ${HEIGHT}V${HEIGHT - (value / highest) * HEIGHT * 0.9}`,
    )
    .join('');

/** A step down for each token that was used. */
function stepsOf(points: readonly Point[], most: number): string {
  const y = (tokens: number) => (HEIGHT - 4 - (tokens / most) * (HEIGHT - 24)).toFixed(1);
  return points
    .map(({ minute, tokens }, nth) =>
      nth === 0 ? `M${minute.toFixed(1)} ${y(tokens)}` : `H${minute.toFixed(1)}V${y(tokens)}`,
    )
    .join('');
}
