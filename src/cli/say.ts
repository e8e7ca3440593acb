/** One line of JSON on standard output, as a program that runs on its own tells what it does. */
export function say(level: 'info' | 'warn' | 'error', message: string): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message })}\n`);
}

/**
 * Aborted by a signal of the system. Listening goes on until the process ends: a second one must not cut the closing
 * short.
 */
export function stopOnSignal(): AbortController {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return stopped;
}
