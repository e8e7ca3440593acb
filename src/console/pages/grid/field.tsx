import { useComputedColorScheme } from '@mantine/core';
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { type MeterState, STATE_LOOKS } from '../../../words/index.ts';
import { colourOf } from '../../colours.ts';
import { type LiveEvent, useLive } from '../../live.ts';
import { type Hit, hit, type Point, pan, type Size, toCells, type View, zoom } from './layout.ts';
import { LossMarks } from './loss-marks.tsx';
import { type Loss, tintOf } from './losses.ts';
import { type Colours, type Picture, paint, paintField } from './paint.ts';
import { meterIn, type Scene } from './scene.ts';
import { Traffic } from './traffic.ts';

interface FieldProps {
  readonly scene: Scene;
  readonly size: Size;
  readonly view: View;
  /** All of it, as large as it fits. */
  readonly whole: View;
  readonly onView: (view: View) => void;
  readonly losses: ReadonlyMap<number, Loss>;
  readonly labels: Picture['labels'];
  readonly balanceText: Picture['balanceText'];
  /** What it shows, in a sentence, for whoever cannot see it. */
  readonly label: string;
  /** What was pointed at: with a click, or with the hand over it. */
  readonly onChoose: (hit: Hit) => void;
  readonly onPoint: (hit: Hit) => void;
}

/** How far a hand may move between down and up and still have clicked. */
const CLICK_PIXELS = 5;
const KEY_PIXELS = 60;
const WHEEL = 1.0018;
const KEYS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: KEY_PIXELS, y: 0 },
  ArrowRight: { x: -KEY_PIXELS, y: 0 },
  ArrowUp: { x: 0, y: KEY_PIXELS },
  ArrowDown: { x: 0, y: -KEY_PIXELS },
};

/** The grid as a picture to pan and zoom, by mouse, fingers or keys. */
export function Field(props: FieldProps): ReactNode {
  const { scene, size, view: shown, whole, onView, losses, labels, balanceText, label, onChoose, onPoint } = props;
  const scheme = useComputedColorScheme('light');
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pointed, setPointed] = useState(-1);
  const [traffic] = useState(() => new Traffic());
  const colours = useMemo(() => coloursOf(scheme), [scheme]);
  const field = useMemo(() => paintField(scene, colours, document), [scene, colours]);
  const least = Math.min(1, whole.scale);
  const tints = useMemo(() => new Map([...losses].map(([unit, loss]) => [unit, tintOf(loss)])), [losses]);
  const latest = useRef<Omit<Picture, 'now' | 'dots' | 'isStill'> | undefined>(undefined);
  const repaint = usePainter(canvas, traffic, latest);
  useEffect(() => {
    latest.current = { scene, view: shown, size, colours, field, tints, pointed, labels, balanceText };
    repaint();
  }, [scene, shown, size, colours, field, tints, pointed, labels, balanceText, repaint]);
  useLive(
    useCallback(
      ({ kind, data }: LiveEvent) => {
        if (kind !== 'traffic') return;
        for (const record of data.items) traffic.heard(scene, record, performance.now());
        repaint();
      },
      [scene, traffic, repaint],
    ),
  );

  const hands = useRef(new Map<number, Point>());
  const moved = useRef(0);
  const under = (event: { readonly clientX: number; readonly clientY: number }): Point => {
    const box = canvas.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  const hitAt = (at: Point): Hit => hit(scene.plan, toCells(shown, at, size));
  const down = (event: PointerEvent<HTMLCanvasElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    hands.current.set(event.pointerId, under(event));
    moved.current = 0;
  };
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    const at = under(event);
    const before = hands.current.get(event.pointerId);
    if (before === undefined) {
      const found = hitAt(at);
      setPointed(found?.kind === 'cell' ? meterIn(scene, found.nth, found.slot) : -1);
      return onPoint(found);
    }
    const other = [...hands.current].find(([id]) => id !== event.pointerId)?.[1];
    hands.current.set(event.pointerId, at);
    moved.current += Math.abs(at.x - before.x) + Math.abs(at.y - before.y);
    if (other === undefined) return onView(pan(shown, { x: at.x - before.x, y: at.y - before.y }));
    const factor = distance(at, other) / Math.max(1, distance(before, other));
    onView(zoom(shown, factor, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 }, size, least));
  };
  const up = (event: PointerEvent<HTMLCanvasElement>) => {
    hands.current.delete(event.pointerId);
    if (moved.current <= CLICK_PIXELS) onChoose(hitAt(under(event)));
  };
  const middle = { x: size.width / 2, y: size.height / 2 };
  const key = (event: KeyboardEvent) => {
    const by = KEYS[event.key];
    if (by !== undefined) onView(pan(shown, by));
    else if (event.key === '+' || event.key === '=') onView(zoom(shown, 1.5, middle, size, least));
    else if (event.key === '-') onView(zoom(shown, 1 / 1.5, middle, size, least));
    else if (event.key === '0') onView(whole);
    else if (event.key === 'Enter') onChoose(hitAt(middle));
    else return;
    event.preventDefault();
  };
  // React listens to wheels passively, and then the whole page would scroll as well.
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const at = { x: event.clientX - box.left, y: event.clientY - box.top };
      onView(zoom(shown, WHEEL ** -event.deltaY, at, size, least));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, [shown, size, least, onView]);
  return (
    <>
      <canvas
        ref={canvas}
        tabIndex={0}
        aria-label={label}
        style={{ width: '100%', height: '100%', display: 'block', touchAction: 'none', cursor: 'grab' }}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={({ pointerId }) => hands.current.delete(pointerId)}
        onPointerLeave={() => {
          setPointed(-1);
          onPoint(undefined);
        }}
        onKeyDown={key}
      >
        {label}
      </canvas>
      <LossMarks {...{ scene, losses, size }} view={shown} />
    </>
  );
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

function coloursOf(scheme: 'light' | 'dark'): Colours {
  const variable = (name: string) => colourOf(name, scheme);
  const states = Object.entries(STATE_LOOKS).map(([name, { tone }]) => [name, variable(`--state-${tone}`)]);
  return {
    state: Object.fromEntries(states) as Record<MeterState | 'stale', string>,
    line: variable('--line'),
    surface: variable('--surface'),
    text: variable('--text'),
    quiet: variable('--text-quiet'),
    inFlight: variable('--in-flight'),
    theft: variable('--state-tampered'),
  };
}

/** Paints with the next frame, once however often it is asked, and goes on as long as something moves. */
function usePainter(
  canvas: { readonly current: HTMLCanvasElement | null },
  traffic: Traffic,
  latest: { readonly current: Omit<Picture, 'now' | 'dots' | 'isStill'> | undefined },
): () => void {
  const frame = useRef(0);
  const draw = useCallback(() => {
    frame.current = 0;
    const element = canvas.current;
    const picture = latest.current;
    const context = element?.getContext('2d') ?? null;
    if (element === null || context === null || picture === undefined) return;
    const { width, height } = picture.size;
    const ratio = devicePixelRatio;
    if (element.width !== Math.round(width * ratio) || element.height !== Math.round(height * ratio)) {
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const now = performance.now();
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    paint(context, { ...picture, now, isStill, dots: traffic.at(now) });
    if (traffic.isMoving(now)) frame.current = requestAnimationFrame(draw);
  }, [canvas, traffic, latest]);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  return useCallback(() => {
    if (frame.current === 0) frame.current = requestAnimationFrame(draw);
  }, [draw]);
}
