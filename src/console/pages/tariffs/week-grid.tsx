import { useMediaQuery } from '@mantine/hooks';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { fill, TARIFFS_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { type Painting, painted, ROWS, type Square, shadeOf, timeText } from './painting.ts';
import './week-grid.css';

interface WeekGridProps {
  readonly painting: Painting;
  readonly season: number;
  /** Percents of the keys 1, 2, 3, … */
  readonly steps: readonly number[];
  readonly own: number;
  readonly brush: number;
  /** Without it the week is only shown. */
  readonly onPaint?: (painting: Painting) => void;
}

interface Stroke {
  readonly from: Square;
  readonly to: Square;
}

/** Below this width days stand side by side and hours below each other. */
const NARROW = '(max-width: 48em)';

/** A week of squares in the ink of their steps: painted by dragging a rectangle, by touch, or with keys. */
export function WeekGrid({ painting, season, steps, own, brush, onPaint }: WeekGridProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const isNarrow = useMediaQuery(NARROW) ?? false;
  const grid = useRef<HTMLTableElement>(null);
  const [stroke, setStroke] = useState<Stroke>();
  const [at, setAt] = useState<Square>({ row: 0, square: 0 });
  const [anchor, setAnchor] = useState<Square>();
  const isMoved = useRef(false);
  const { slot } = painting;
  const count = 1_440 / slot;
  const cursor = { row: at.row, square: Math.min(at.square, count - 1) };
  const shown = stroke === undefined ? painting : painted(painting, season, stroke, brush);
  const week = shown.seasons[season]?.week ?? [];

  useEffect(() => {
    if (!isMoved.current) return;
    isMoved.current = false;
    grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });

  const squareAt = ({ clientX, clientY }: PointerEvent): Square | undefined => {
    const { row, square } = (document.elementFromPoint(clientX, clientY) as HTMLElement | null)?.dataset ?? {};
    return row === undefined || square === undefined ? undefined : { row: Number(row), square: Number(square) };
  };
  const begin = (event: PointerEvent) => {
    const from = squareAt(event);
    if (onPaint === undefined || from === undefined || event.button !== 0) return;
    setAnchor(undefined);
    setAt(from);
    setStroke({ from, to: from });
  };
  const move = (event: PointerEvent) => {
    if (stroke === undefined) return;
    const to = squareAt(event);
    if (to !== undefined) setStroke({ from: stroke.from, to });
  };
  const end = () => {
    if (stroke !== undefined) onPaint?.(painted(painting, season, stroke, brush));
    setStroke(undefined);
  };
  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      setStroke(undefined);
      setAnchor(undefined);
      return;
    }
    const wayOn = isNarrow ? TURNED[event.key] : event.key;
    const [down, right] = MOVES[wayOn ?? event.key] ?? [0, 0];
    const percent = percentOf(event.key);
    if (percent !== undefined && onPaint !== undefined) {
      event.preventDefault();
      onPaint(painted(painting, season, { from: anchor ?? cursor, to: cursor }, percent));
      return;
    }
    if (down === 0 && right === 0 && event.key !== 'Home' && event.key !== 'End') return;
    event.preventDefault();
    setAnchor(event.shiftKey ? (anchor ?? cursor) : undefined);
    const square = event.key === 'Home' ? 0 : event.key === 'End' ? count - 1 : cursor.square + right;
    isMoved.current = true;
    setAt({
      row: Math.min(Math.max(cursor.row + down, 0), ROWS.length - 1),
      square: Math.min(Math.max(square, 0), count - 1),
    });
  };
  /** What a key paints: a step by its number, one's own with 0, the chosen one with Enter or the space bar. */
  const percentOf = (pressed: string): number | undefined => {
    if (pressed === '0') return own;
    if (pressed === 'Enter' || pressed === ' ') return brush;
    return steps[Number(pressed) - 1];
  };

  const isChosen = (row: number, square: number) =>
    anchor !== undefined &&
    row >= Math.min(anchor.row, cursor.row) &&
    row <= Math.max(anchor.row, cursor.row) &&
    square >= Math.min(anchor.square, cursor.square) &&
    square <= Math.max(anchor.square, cursor.square);

  const cellOf = (row: number, square: number): ReactNode => {
    const percent = week[row]?.[square] ?? 0;
    const { ground, text } = shadeOf(percent);
    const isFirst = square === 0 || week[row]?.[square - 1] !== percent;
    const day = ROWS[row] as (typeof ROWS)[number];
    const hours = [timeText(square * slot), timeText((square + 1) * slot)] as const;
    return (
      <td
        key={`${row} ${square}`}
        {...{ ...SQUARE, 'aria-selected': isChosen(row, square) }}
        className="week-square"
        data-row={row}
        data-square={square}
        data-hour={(square * slot) % 60 === 0 || undefined}
        data-chosen={isChosen(row, square) || undefined}
        tabIndex={row === cursor.row && square === cursor.square ? 0 : -1}
        aria-label={fill(words.cell, words.days[day], ...hours, percent)}
        style={{ background: ground, color: text }}
        onFocus={() => setAt({ row, square })}
      >
        {isFirst && percent}
      </td>
    );
  };
  const squares = Array.from({ length: count }, (_, square) => square);
  const hours = Array.from({ length: 24 }, (_, hour) => hour);

  return (
    <table
      ref={grid}
      {...{ ...GRID, 'aria-readonly': onPaint === undefined }}
      tabIndex={-1}
      aria-label={words.week}
      className="week-grid"
      data-narrow={isNarrow || undefined}
      data-still={onPaint === undefined || undefined}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => setStroke(undefined)}
      onPointerLeave={end}
      onKeyDown={key}
    >
      <thead>
        <tr>
          <td className="week-corner" />
          {isNarrow
            ? ROWS.map((day) => (
                <th key={day} scope="col" className="week-day">
                  {words.daysShort[day]}
                </th>
              ))
            : hours.map((hour) => (
                <th key={hour} scope="col" colSpan={60 / slot} className="week-hour">
                  {timeText(hour * 60).slice(0, 2)}
                </th>
              ))}
        </tr>
      </thead>
      <tbody>
        {isNarrow
          ? squares.map((square) => (
              <tr key={square}>
                <th scope="row" className="week-hour">
                  {(square * slot) % 60 === 0 && timeText(square * slot).slice(0, 2)}
                </th>
                {ROWS.map((_, row) => cellOf(row, square))}
              </tr>
            ))
          : ROWS.map((day, row) => (
              <tr key={day}>
                <th scope="row" className="week-day">
                  {words.daysShort[day]}
                </th>
                {squares.map((square) => cellOf(row, square))}
              </tr>
            ))}
      </tbody>
    </table>
  );
}

/** A table whose squares take the focus one at a time: the grid pattern of ARIA. */
const GRID = { role: 'grid' } as const;
const SQUARE = { role: 'gridcell' } as const;

/** Rows and squares that an arrow goes. */
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};
/** The same on a week that stands upright. */
const TURNED: Readonly<Record<string, string>> = {
  ArrowUp: 'ArrowLeft',
  ArrowDown: 'ArrowRight',
  ArrowLeft: 'ArrowUp',
  ArrowRight: 'ArrowDown',
};
