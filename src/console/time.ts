import { useEffect, useState } from 'react';
import type { DemoTimeJson } from '../api/index.ts';
import { isFieldDevice } from './kept/here.ts';
import { type LiveEvent, useLive } from './live.ts';
import { create, useSignal } from './signal.ts';

/** Business time as the host last told it, and when that was on the clock of the browser. */
interface Told {
  readonly business: number;
  readonly wall: number;
  /** Business seconds a second: a demo may run faster than life. Undefined where nobody said so. */
  readonly speed: number | undefined;
}

/** Whoever logs in is told the time of the utility before a page is shown. */
const told = create<Told>({ business: Date.now(), wall: Date.now(), speed: undefined });

/**
 * Takes what the host said of its time, and when it said so on the clock of the browser; the latest holds. Who says
 * nothing of the speed leaves it.
 */
export function tellTime({ now, speed }: Pick<DemoTimeJson, 'now'> & Partial<DemoTimeJson>, wall = Date.now()): void {
  if (wall < told.value.wall) return;
  told.set({ business: Date.parse(now), wall, speed: speed ?? told.value.speed });
  if (isFieldDevice()) keepTime();
}

const KEPT = 'wattpurse-time';
/** A device that is used in the field keeps what it was told last. */
export const keepTime = (): void => localStorage.setItem(KEPT, JSON.stringify(told.value));

/** A page that was opened without a host goes on in the time that this device was told last. */
export function goOnInKeptTime(): void {
  const kept = localStorage.getItem(KEPT);
  if (kept !== null) told.set(JSON.parse(kept) as Told);
}

function hear({ kind, data }: LiveEvent): void {
  if (kind === 'now') tellTime(data);
}

/** The business time at this moment: ages are said by it, and not by the clock of whoever looks. */
export function useNow(): number {
  const { business, wall, speed = 1 } = useSignal(told);
  useLive(hear);
  return business + (useTicking() - wall) * speed;
}

/** How fast time goes in a demo; undefined where it goes as it does. */
export const useSpeed = (): number | undefined => useSignal(told).speed;

/** Seconds of this browser, for what counts down or up by itself. */
export function useTicking(everyMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
