import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { DemoJson, DemoTimeJson, SessionJson } from '../api/index.ts';
import { change, read } from './ask.ts';
import { useUntilAnswered } from './reads.ts';
import { create } from './signal.ts';
import { tellTime } from './time.ts';

/** How fast time may be made to go, business seconds a second. */
export const SPEEDS: readonly number[] = [1, 10, 60, 300, 900, 3600];

/** Not every role hears the live feed, which says what time it is. */
const ASK_TIME_EVERY_MS = 10_000;

const readDemo = () => read<DemoJson>('/demo');

/** What a demo says of itself, and its time anew; a host that is none answers that there is nothing. */
export const useDemoRead = () =>
  useUntilAnswered({ queryKey: ['demo'], queryFn: readDemo, refetchInterval: ASK_TIME_EVERY_MS });

/** Undefined where the host is no demo, or did not answer yet. */
export function useDemo(): DemoJson | undefined {
  const { data, dataUpdatedAt } = useDemoRead();
  useEffect(() => {
    if (data !== undefined) tellTime(data, dataUpdatedAt);
  }, [data, dataUpdatedAt]);
  return data;
}

export async function setSpeed(speed: number): Promise<void> {
  tellTime(await change<DemoTimeJson>('/demo/speed', { method: 'PUT', body: { speed } }));
}

/** Comes in as somebody else. What was read as the one before is forgotten. */
export function useEnter(): (role: string) => Promise<void> {
  const client = useQueryClient();
  return async (role) => {
    await change<SessionJson>('/demo/session', { method: 'POST', body: { role } });
    await client.resetQueries();
  };
}

const SEEN = 'wattpurse-story-seen';

/** Whether the guided story is open. It opens by itself for whoever has not seen it in this browser. */
export const storyOpen = create(false);

export const isStorySeen = (): boolean => localStorage.getItem(SEEN) !== null;

export function openStory(isOpen: boolean): void {
  if (isOpen) localStorage.setItem(SEEN, 'true');
  storyOpen.set(isOpen);
}

const LEFT = 'wattpurse-story-step';

/** At which step the story was left in this tab; `null` where it was not, or was told to its end. */
export const storyLeftAt = (): string | null => sessionStorage.getItem(LEFT);

export function leaveStoryAt(step: string | undefined): void {
  if (step === undefined) sessionStorage.removeItem(LEFT);
  else sessionStorage.setItem(LEFT, step);
}
