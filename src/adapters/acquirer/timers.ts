/** Timers as a port: a test that waits for a time-out of half a minute does not wait half a minute. */
export interface Timers {
  /** Returns what takes it back; to take back what has happened already does nothing. */
  after(ms: number, act: () => void): () => void;
}

export const systemTimers: Timers = {
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};
