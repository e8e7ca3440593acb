import { useEffect, useRef } from 'react';
import { useTicking } from '../../time.ts';

const TOUCHES = ['pointerdown', 'keydown'] as const;

/**
 * Calls once nobody has touched anything for so long; answers how long there is left.
 * @param isWatched nothing is counted while it is not
 */
export function useIdle(afterMs: number, onIdle: () => void, isWatched: boolean): number | undefined {
  const touchedAt = useRef(Date.now());
  const now = useTicking();
  useEffect(() => {
    touchedAt.current = Date.now();
    if (!isWatched) return;
    const touch = () => {
      touchedAt.current = Date.now();
    };
    for (const each of TOUCHES) addEventListener(each, touch);
    return () => {
      for (const each of TOUCHES) removeEventListener(each, touch);
    };
  }, [isWatched]);
  const left = afterMs - (now - touchedAt.current);
  useEffect(() => {
    if (!isWatched || left > 0) return;
    touchedAt.current = Date.now();
    onIdle();
  }, [isWatched, left, onIdle]);
  return isWatched ? Math.max(0, Math.min(left, afterMs)) : undefined;
}
