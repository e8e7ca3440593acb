import { readFileSync } from 'node:fs';

/** Of the kernel's accounts, on every Linux that Node runs on. */
const TICK_MS = 10;
const UTIME = 11;
const STIME = 12;

/** Milliseconds that a process spent on processors so far, all its threads; `undefined` where the system does not tell. proc(5) */
export function processorTime(pid: number): number | undefined {
  try {
    // The name before may hold blanks and brackets: what counts comes after the last bracket.
    const fields =
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .split(/\) (?=\S )/)
        .at(-1)
        ?.split(' ') ?? [];
    return (Number(fields[UTIME]) + Number(fields[STIME])) * TICK_MS;
  } catch {
    return undefined;
  }
}
