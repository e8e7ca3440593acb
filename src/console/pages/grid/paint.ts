import type { MeterState } from '../../../words/index.ts';
import { AREA, cornerOf, middleOf, type Point, type Size, toCells, toPixels, type View } from './layout.ts';
import { meterIn, numberText, type Scene, stateOf } from './scene.ts';
import { stampOf } from './stamps.ts';
import { type Dot, positionOf } from './traffic.ts';

/** Colours that the theme has at the moment: a canvas knows no variables. */
export interface Colours {
  readonly state: Readonly<Record<MeterState | 'stale', string>>;
  readonly line: string;
  readonly surface: string;
  readonly text: string;
  readonly quiet: string;
  readonly inFlight: string;
  readonly theft: string;
}

export interface Picture {
  readonly scene: Scene;
  readonly view: View;
  readonly size: Size;
  readonly colours: Colours;
  /** One pixel a cell in the colour of its state, the square of each local unit under that of the one before. */
  readonly field: HTMLCanvasElement;
  readonly dots: readonly Dot[];
  /** By local unit how strongly the loss on its line tints it, of 1. */
  readonly tints: ReadonlyMap<number, number>;
  /** The place of a meter in the columns, or -1. */
  readonly pointed: number;
  readonly now: number;
  readonly isStill: boolean;
  /** `AS`, and `LS 3`: what stands at area unit and local units. */
  readonly labels: { readonly area: string; readonly localUnit: (number: number) => string };
  readonly balanceText: (tokens: string) => string;
}

/** From so many pixels a cell on its state has its shape; from so many its number and balance stand in it. */
const SHAPE_SCALE = 11;
const TEXT_SCALE = 64;
const TEXT_RADIUS = 9;

/** The field of states, painted once for each time that the grid is read. */
export function paintField(scene: Scene, colours: Colours, document: Document): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const { side } = scene.plan;
  canvas.width = side;
  canvas.height = Math.max(1, scene.localUnits.length * side);
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const packed = new Map(Object.entries(colours.state).map(([state, colour]) => [state, packedOf(colour)]));
  for (let cell = 0; cell < scene.meterAt.length; cell++) {
    const meter = scene.meterAt[cell] as number;
    if (meter >= 0) pixels[cell] = packed.get(stateOf(scene, meter)) ?? 0;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** `rgb(0, 122, 94)` as the four bytes of a pixel. */
function packedOf(colour: string): number {
  const [r = 0, g = 0, b = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

export function paint(context: CanvasRenderingContext2D, picture: Picture): void {
  const { scene, view, size, colours } = picture;
  context.clearRect(0, 0, size.width, size.height);
  context.imageSmoothingEnabled = false;
  const corner = toCells(view, { x: 0, y: 0 }, size);
  const end = toCells(view, { x: size.width, y: size.height }, size);
  const seen = scene.localUnits
    .map((_, nth) => nth)
    .filter((nth) => isSeen(cornerOf(scene.plan, nth), scene.plan.side, corner, end));
  paintLines(context, picture, seen);
  for (const nth of seen) paintUnit(context, picture, nth, corner, end);
  paintArea(context, picture);
  for (const dot of picture.dots) paintDot(context, picture, dot);
  context.fillStyle = colours.text;
}

const isSeen = (at: Point, side: number, from: Point, to: Point): boolean =>
  at.x < to.x && at.y < to.y && at.x + side > from.x && at.y + side > from.y;

/** From the area unit to each local unit. */
function paintLines(
  context: CanvasRenderingContext2D,
  { scene, view, size, colours }: Picture,
  seen: readonly number[],
): void {
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  context.beginPath();
  const from = toPixels(view, AREA, size);
  for (const nth of seen) {
    const to = toPixels(view, middleOf(scene.plan, nth), size);
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
  }
  context.stroke();
}

function paintUnit(context: CanvasRenderingContext2D, picture: Picture, nth: number, from: Point, to: Point): void {
  const { view, size, colours, field, scene, tints, labels } = picture;
  const corner = cornerOf(scene.plan, nth);
  const at = toPixels(view, corner, size);
  const cells = scene.plan.side;
  const side = cells * view.scale;
  const number = scene.localUnits[nth] as number;
  const tint = tints.get(number);
  context.fillStyle = colours.surface;
  context.fillRect(at.x, at.y, side, side);
  if (tint !== undefined) paintTint(context, picture, at, tint);
  if (view.scale < SHAPE_SCALE) context.drawImage(field, 0, nth * cells, cells, cells, at.x, at.y, side, side);
  else paintCells(context, picture, nth, from, to);
  context.strokeStyle = tint === undefined ? colours.line : colours.theft;
  context.lineWidth = tint === undefined ? 1 : 1.5;
  context.strokeRect(at.x - 0.5, at.y - 0.5, side + 1, side + 1);
  if (side < 56) return;
  context.fillStyle = tint === undefined ? colours.quiet : colours.theft;
  context.font = '600 11px "Inter Variable", sans-serif';
  context.textAlign = 'left';
  context.textBaseline = 'bottom';
  context.fillText(labels.localUnit(number), at.x, at.y - 4 - (tint === undefined ? 0 : marginOf(picture)));
}

/** The ground of a transformer and a margin around it: its meters keep the colours of their states. */
function paintTint(context: CanvasRenderingContext2D, picture: Picture, at: Point, tint: number): void {
  const margin = marginOf(picture);
  const side = picture.scene.plan.side * picture.view.scale + 2 * margin;
  context.globalAlpha = tint;
  context.fillStyle = picture.colours.theft;
  context.fillRect(at.x - margin, at.y - margin, side, side);
  context.globalAlpha = 1;
}

/** As wide as the way between two transformers leaves it, and no wider than shows. */
const marginOf = ({ scene: { plan }, view: { scale } }: Picture): number =>
  Math.min(10, ((plan.pitch - plan.side) / 2 - 0.25) * scale);

function paintCells(context: CanvasRenderingContext2D, picture: Picture, nth: number, from: Point, to: Point): void {
  const { view, size, colours, scene, pointed, balanceText } = picture;
  const { side } = scene.plan;
  const corner = cornerOf(scene.plan, nth);
  const hasText = view.scale >= TEXT_SCALE;
  const stamp = stampOf(context, colours.state, hasText ? TEXT_RADIUS : view.scale * 0.32);
  const first = { x: Math.max(0, Math.floor(from.x - corner.x)), y: Math.max(0, Math.floor(from.y - corner.y)) };
  const last = { x: Math.min(side, Math.ceil(to.x - corner.x)), y: Math.min(side, Math.ceil(to.y - corner.y)) };
  for (let row = first.y; row < last.y; row++) {
    for (let column = first.x; column < last.x; column++) {
      const meter = meterIn(scene, nth, row * side + column);
      if (meter < 0) continue;
      const at = toPixels(view, { x: corner.x + column, y: corner.y + row }, size);
      const state = stateOf(scene, meter);
      const middle = { x: at.x + view.scale / 2, y: at.y + view.scale * (hasText ? 0.3 : 0.5) };
      if (meter === pointed) {
        context.fillStyle = colours.line;
        context.fillRect(at.x + 1, at.y + 1, view.scale - 2, view.scale - 2);
      }
      stamp(state, middle);
      if (!hasText) continue;
      const balance = scene.columns.balance[meter];
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillStyle = colours.text;
      context.font = '600 12px "Inter Variable", sans-serif';
      if (typeof balance === 'string') context.fillText(balanceText(balance), middle.x, at.y + view.scale * 0.58);
      context.fillStyle = colours.quiet;
      context.font = '10px "Inter Variable", sans-serif';
      context.fillText(numberText(scene, meter), middle.x, at.y + view.scale * 0.8);
    }
  }
}

function paintArea(context: CanvasRenderingContext2D, { view, size, colours, labels }: Picture): void {
  const { x, y } = toPixels(view, AREA, size);
  const radius = Math.max(5, Math.min(34, view.scale * 3));
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colours.surface;
  context.fill();
  context.strokeStyle = colours.text;
  context.lineWidth = 2;
  context.stroke();
  if (radius < 14) return;
  context.fillStyle = colours.text;
  context.font = '600 12px "Inter Variable", sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(labels.area, x, y);
}

function paintDot(context: CanvasRenderingContext2D, { view, size, colours, now, isStill }: Picture, dot: Dot): void {
  const { x, y } = toPixels(view, positionOf(dot, now, isStill), size);
  context.beginPath();
  context.arc(x, y, dot.isValue ? 5 : 2.5, 0, 2 * Math.PI);
  context.fillStyle = dot.isValue ? colours.inFlight : colours.quiet;
  context.fill();
}
