import { Group, Text, useComputedColorScheme } from '@mantine/core';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { MinutesJson } from '../../api/index.ts';
import { fill, LOAD_WORDS } from '../../words/index.ts';
import { colourOf } from '../colours.ts';
import { useFormat, useWords } from '../locale.tsx';
import { type LoadDay, lengthOf, minuteUnder, percentAt, shadeOf, stepsOf, sumOf, wattsAt } from './load-days.ts';

interface LoadMapProps {
  readonly minutes: MinutesJson;
}

const ROW = 24;
const HEAT = 15;
const STEP = 6;
const LABELS = 56;
const HOUR = 60;

interface Place {
  readonly day: number;
  readonly minute: number;
}

/** The load of each minute, days under one another, and under each day the steps of its tariff. */
export function LoadMap({ minutes: { days } }: LoadMapProps): ReactNode {
  const words = useWords(LOAD_WORDS);
  const { day, energy } = useFormat();
  const scheme = useComputedColorScheme('light');
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [place, setPlace] = useState<Place>();
  const sum = sumOf(days);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const watching = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    watching.observe(element);
    return () => watching.disconnect();
  }, []);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element == null || context == null || width === 0) return;
    const ratio = devicePixelRatio;
    element.width = width * ratio;
    element.height = days.length * ROW * ratio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintDays(context, days, {
      width,
      text: colourOf('--text', scheme),
      quiet: colourOf('--text-quiet', scheme),
      line: colourOf('--line', scheme),
    });
  }, [days, width, scheme]);
  const point = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent) =>
    setPlace(
      minuteUnder(offsetX, offsetY, { width, days: days.length, rowHeight: ROW }, (nth) =>
        lengthOf(days[nth] as LoadDay),
      ),
    );
  const move = (event: KeyboardEvent) => {
    const by = MOVES[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const { day: row, minute } = place ?? { day: days.length - 1, minute: 0 };
    const next = Math.max(0, Math.min(days.length - 1, row + by[0]));
    setPlace({ day: next, minute: Math.max(0, Math.min(lengthOf(days[next] as LoadDay) - 1, minute + by[1])) });
  };
  return (
    <figure style={{ margin: 0 }}>
      <div style={{ display: 'grid', gridTemplateColumns: `${LABELS}px minmax(0, 1fr)` }}>
        <div aria-hidden>
          {days.map(({ date, start }) => (
            <Text key={date} size="xs" className="quiet" h={ROW} lh={`${HEAT}px`}>
              {day(start)}
            </Text>
          ))}
        </div>
        <canvas
          ref={canvas}
          tabIndex={0}
          role="img"
          aria-label={fill(words.label, days.length, energy(sum.wattHours), sum.unknownMinutes)}
          style={{ width: '100%', height: days.length * ROW, display: 'block', cursor: 'crosshair' }}
          onPointerMove={point}
          onPointerLeave={() => setPlace(undefined)}
          onKeyDown={move}
        />
        <span />
        <Hours />
      </div>
      <figcaption>
        <Group justify="space-between" mt={6} gap="sm">
          <Text size="xs" className="quiet" aria-live="polite">
            <Read days={days} place={place} />
          </Text>
          <Scale />
        </Group>
        <Text size="xs" className="quiet">
          {words.steps}
        </Text>
      </figcaption>
    </figure>
  );
}

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ...{
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    PageUp: [0, -HOUR],
    PageDown: [0, HOUR],
  },
};

interface Paint {
  readonly width: number;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
}

function paintDays(
  context: CanvasRenderingContext2D,
  days: readonly LoadDay[],
  { width, text, quiet, line }: Paint,
): void {
  const { watts: highest } = sumOf(days);
  const dearest = Math.max(1, ...days.flatMap(({ percents }) => percents.map(({ percent }) => percent)));
  days.forEach((day, row) => {
    const top = row * ROW;
    const length = lengthOf(day);
    const x = (minute: number) => (minute / length) * width;
    for (let pixel = 0; pixel < width; pixel += 1) {
      const from = Math.floor((pixel / width) * length);
      const to = Math.max(from + 1, Math.floor(((pixel + 1) / width) * length));
      const shade = darkest(day, from, to, highest);
      if (shade === undefined) {
        if (from >= day.energy.length || (pixel + row * 3) % 4 !== 0) continue;
        context.fillStyle = line;
        context.globalAlpha = 1;
        context.fillRect(pixel, top, 1, HEAT);
        continue;
      }
      context.fillStyle = text;
      context.globalAlpha = 0.05 + 0.95 * shade;
      context.fillRect(pixel, top, 1, HEAT);
    }
    context.globalAlpha = 1;
    context.fillStyle = quiet;
    for (const { from, to, percent } of stepsOf(day, length)) {
      const height = Math.max(1, Math.round((percent / dearest) * STEP));
      context.fillRect(x(from), top + HEAT + 1 + STEP - height, x(to) - x(from), height);
    }
  });
}

/** Of the minutes that share a pixel the one with the highest load; undefined where none is known. */
function darkest(day: LoadDay, from: number, to: number, highest: number): number | undefined {
  let shade: number | undefined;
  for (let minute = from; minute < to; minute += 1) {
    const watts = wattsAt(day, minute);
    if (typeof watts === 'number') shade = Math.max(shade ?? 0, shadeOf(watts, highest));
  }
  return shade;
}

interface ReadProps {
  readonly days: readonly LoadDay[];
  readonly place: Place | undefined;
}

function Read({ days, place }: ReadProps): ReactNode {
  const words = useWords(LOAD_WORDS);
  const { day: dayText, time, power } = useFormat();
  const day = place === undefined ? undefined : days[place.day];
  if (place === undefined || day === undefined) return words.keys;
  const at = Date.parse(day.start) + place.minute * 60_000;
  const watts = wattsAt(day, place.minute);
  const percent = percentAt(day, place.minute);
  const load = watts === 'missing' ? words.none : watts === 'uncertain' ? words.uncertain : power(watts);
  return [
    fill(words.at, dayText(at), time(at)),
    load,
    ...(percent === undefined ? [] : [fill(words.step, percent)]),
  ].join(' · ');
}

function Hours(): ReactNode {
  return (
    <Group justify="space-between" aria-hidden style={{ fontSize: 11, color: 'var(--text-quiet)' }}>
      {['00', '06', '12', '18', '24'].map((hour) => (
        <span key={hour}>{hour}</span>
      ))}
    </Group>
  );
}

function Scale(): ReactNode {
  const words = useWords(LOAD_WORDS);
  return (
    <Group gap={6} wrap="nowrap">
      <Text size="xs" className="quiet">
        {words.less}
      </Text>
      <span
        aria-hidden
        style={{
          width: 72,
          height: 8,
          borderRadius: 2,
          background: 'linear-gradient(90deg, transparent, var(--text))',
          border: '1px solid var(--line)',
        }}
      />
      <Text size="xs" className="quiet">
        {words.more}
      </Text>
    </Group>
  );
}
