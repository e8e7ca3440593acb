import { fill } from '../../words/index.ts';
import { useConsoleWords, useFormat } from '../locale.tsx';

/** Versions below this are no seconds since 1970 of anybody who is alive: a workshop counts its own from 1. */
const FIRST_ISSUED = 1_000_000_000;

/**
 * A table or rules as a meter holds them, as people say it: a host gives them the second of their issue as their
 * version, a workshop a number.
 */
export function useHeld(): (version: number) => string {
  const { held } = useConsoleWords();
  const { exact } = useFormat();
  return (version) => {
    if (version === 0) return held.none;
    return version < FIRST_ISSUED ? fill(held.workshop, version) : fill(held.issued, exact(version * 1_000));
  };
}
