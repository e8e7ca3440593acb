import { AsyncLocalStorage } from 'node:async_hooks';
import { program } from './program.ts';

/** What a run of the program wrote, and how it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const hearing = new AsyncLocalStorage<{ out: string; err: string }>();

/**
 * Runs the program as `main.ts` does, in this process: one of its own would load all its code anew. Its environment is
 * that of this process.
 * @param folder in which whoever runs it stands
 */
export async function runIn(folder: string, ...args: readonly string[]): Promise<Said> {
  const said = { out: '', err: '' };
  const stoodIn = process.cwd();
  process.chdir(folder);
  try {
    const code = await hearing.run(said, () => program(args));
    return { code, ...said };
  } finally {
    process.chdir(stoodIn);
  }
}

// What the tests write themselves goes where it went.
for (const [stream, name] of [[process.stdout, 'out'] as const, [process.stderr, 'err'] as const]) {
  const write = stream.write.bind(stream) as (...words: readonly unknown[]) => boolean;
  stream.write = (chunk: string | Uint8Array, ...more: readonly unknown[]) => {
    const said = hearing.getStore();
    if (said === undefined) return write(chunk, ...more);
    said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const done = more.at(-1);
    if (typeof done === 'function') process.nextTick(done as () => void);
    return true;
  };
}
