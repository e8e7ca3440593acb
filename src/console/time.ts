import { useEffect } from 'react';
import type { DemoTimeJson } from '../api/index.ts';
import { type LiveEvent, useLive } from './live.ts';
import { useTicking } from './parts/figures.tsx';
import { useSession } from './session.tsx';
import { create, useSignal } from './signal.ts';

/** Business time as the host last told it, and when that was on the clock of the browser. */
interface Told {
  readonly business: number;
  readonly wall: number;
  /** Business seconds a second: a demo may run faster than life. */
  readonly speed: number;
}

const told = create<Told | undefined>(undefined);

/** Takes what the host said of its time, and when it said so on the clock of the browser; the latest holds. */
export function tellTime({ now, speed }: DemoTimeJson, wall = Date.now()): void {
  if (wall >= (told.value?.wall ?? 0)) told.set({ business: Date.parse(now), wall, speed });
}

function hear({ kind, data }: LiveEvent): void {
  if (kind === 'now') tellTime(data as DemoTimeJson);
}

/** The business time at this moment: ages are said by it, and not by the clock of whoever looks. */
export function useNow(): number {
  const { utility } = useSession();
  const known = useSignal(told);
  const wall = useTicking();
  useLive(hear);
  useEffect(() => {
    if (told.value === undefined) told.set({ business: Date.parse(utility.now), wall: Date.now(), speed: 1 });
  }, [utility.now]);
  return known === undefined ? Date.parse(utility.now) : known.business + (wall - known.wall) * known.speed;
}

/** How fast time goes in a demo; undefined where it goes as it does. */
export const useSpeed = (): number | undefined => useSignal(told)?.speed;
