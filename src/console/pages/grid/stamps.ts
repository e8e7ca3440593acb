import { type MeterState, STATE_LOOKS } from '../../../words/index.ts';
import type { Point } from './layout.ts';

type State = MeterState | 'stale';
type StateColours = Readonly<Record<State, string>>;
type Stamp = (state: State, middle: Point) => void;

interface Stamps {
  readonly radius: number;
  readonly ratio: number;
  readonly made: Map<State, OffscreenCanvas>;
}

/** Of the size that was painted last: all cells of a picture have the same. */
const latest = new WeakMap<StateColours, Stamps>();

/**
 * The shapes of states, of which each is drawn once for a size and then stamped: near, a thousand cells are seen, and to
 * draw each of them takes longer than a frame where no graphics card helps.
 * @param radius in pixels of the page
 */
export function stampOf(context: CanvasRenderingContext2D, colours: StateColours, radius: number): Stamp {
  const ratio = context.getTransform().a;
  const kept = latest.get(colours);
  const stamps = kept?.radius === radius && kept.ratio === ratio ? kept : { radius, ratio, made: new Map() };
  latest.set(colours, stamps);
  // A triangle reaches beyond its radius, and a ring by half of its line.
  const half = Math.ceil((1.1 * radius + lineOf(radius)) * ratio) + 1;
  const side = (2 * half) / ratio;
  // On whole pixels of the screen, where it is as sharp as it was drawn.
  const placed = (middle: number) => (Math.round(middle * ratio) - half) / ratio;
  return (state, { x, y }) => {
    const made = stamps.made.get(state) ?? drawn(state, colours[state], { radius, ratio, half });
    stamps.made.set(state, made);
    context.drawImage(made, placed(x), placed(y), side, side);
  };
}

interface Size {
  readonly radius: number;
  readonly ratio: number;
  readonly half: number;
}

function drawn(state: State, colour: string, { radius, ratio, half }: Size): OffscreenCanvas {
  const canvas = new OffscreenCanvas(2 * half, 2 * half);
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  context.setTransform(ratio, 0, 0, ratio, half, half);
  shape(context, state, { x: 0, y: 0 }, radius, colour);
  return canvas;
}

const lineOf = (radius: number): number => Math.max(1.5, radius * 0.36);

/** The same shapes as StateMark draws, for a canvas. */
function shape(
  context: OffscreenCanvasRenderingContext2D,
  state: State,
  { x, y }: Point,
  radius: number,
  colour: string,
): void {
  const arc = (from: number, to: number) => {
    context.beginPath();
    context.arc(x, y, radius, from, to);
    context.stroke();
  };
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = lineOf(radius);
  switch (STATE_LOOKS[state].shape) {
    case 'disc':
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
      return;
    case 'three-quarter-ring':
      arc(-Math.PI / 2, Math.PI);
      return;
    case 'quarter-ring':
      arc(-Math.PI / 2, 0);
      context.lineWidth = Math.max(1, radius * 0.15);
      arc(0, 2 * Math.PI);
      return;
    case 'dashed-ring':
      context.setLineDash([radius * 0.6, radius * 0.5]);
      arc(0, 2 * Math.PI);
      context.setLineDash([]);
      return;
    case 'ring':
      arc(0, 2 * Math.PI);
      return;
    case 'barred-ring':
      arc(0, 2 * Math.PI);
      line(context, { x: x - radius * 0.7, y: y + radius * 0.7 }, { x: x + radius * 0.7, y: y - radius * 0.7 });
      return;
    case 'triangle':
      context.beginPath();
      context.moveTo(x, y - radius * 1.1);
      context.lineTo(x + radius * 1.1, y + radius);
      context.lineTo(x - radius * 1.1, y + radius);
      context.fill();
      return;
    case 'snow':
      for (const angle of [Math.PI / 2, Math.PI / 6, -Math.PI / 6]) {
        const by = { x: Math.cos(angle) * radius, y: Math.sin(angle) * radius };
        line(context, { x: x - by.x, y: y - by.y }, { x: x + by.x, y: y + by.y });
      }
      return;
    case 'hatched':
      context.lineWidth = Math.max(1, radius * 0.2);
      arc(0, 2 * Math.PI);
      for (const by of [-0.4, 0.4]) {
        line(
          context,
          { x: x - radius * 0.6 + by * radius, y: y + radius * 0.6 + by * radius },
          { x: x + radius * 0.6 + by * radius, y: y - radius * 0.6 + by * radius },
        );
      }
  }
}

function line(context: OffscreenCanvasRenderingContext2D, from: Point, to: Point): void {
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
}
