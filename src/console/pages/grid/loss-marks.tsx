import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { fill, GRID_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { cornerOf, type Size, toPixels, type View } from './layout.ts';
import type { Loss } from './losses.ts';
import type { Scene } from './scene.ts';
import './losses.css';

interface LossMarksProps {
  readonly scene: Scene;
  readonly view: View;
  readonly size: Size;
  readonly losses: ReadonlyMap<number, Loss>;
}

/** Smaller than this on the picture a transformer has its tint alone: marks would lie over its neighbours. */
const SIDE_LEAST = 24;

/** Over each transformer on whose line energy is missing a mark that leads to its alarm. */
export function LossMarks({ scene, view, size, losses }: LossMarksProps): ReactNode {
  const side = scene.plan.side * view.scale;
  if (side < SIDE_LEAST) return null;
  return scene.localUnits.map((unit, nth) => {
    const loss = losses.get(unit);
    if (loss === undefined) return null;
    const corner = toPixels(view, cornerOf(scene.plan, nth), size);
    const [left, top] = [corner.x + side, corner.y];
    const isSeen = left > 0 && top > 0 && corner.x < size.width && top < size.height;
    return isSeen && <LossMark key={unit} {...{ unit, loss, left, top }} />;
  });
}

interface LossMarkProps {
  readonly unit: number;
  readonly loss: Loss;
  readonly left: number;
  readonly top: number;
}

function LossMark({ unit, loss: { watts }, left, top }: LossMarkProps): ReactNode {
  const words = useWords(GRID_WORDS);
  const { power } = useFormat();
  return (
    <Link
      className="loss-mark"
      to={`/losses?unit=${unit}`}
      title={fill(words.toAlarm, fill(words.localUnit, unit))}
      style={{ left, top }}
    >
      <span className="unseen">{fill(words.toAlarm, fill(words.localUnit, unit))} </span>
      <span aria-hidden="true">▲ </span>
      {watts !== undefined && power(watts)}
    </Link>
  );
}
