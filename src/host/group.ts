/**
 * Many who ask at once share one durable step: what comes while one is under way waits for the next, and goes with it.
 * Whoever is alone waits for nobody. Where a step fails with an error, each of its inputs is tried alone, so that one
 * that is a bug is nobody else's.
 * @param run answers in the order of its inputs
 * @param gather is waited for before each step: until it resolves, more may come
 */
export function grouped<I, O>(
  run: (inputs: readonly I[]) => Promise<readonly O[]>,
  inputsMax: number,
  gather?: () => Promise<void>,
): (input: I) => Promise<O> {
  let waiting: Waiting<I, O>[] = [];
  let isRunning = false;

  async function serve(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      if (gather !== undefined) await gather();
      const group = waiting.slice(0, inputsMax);
      waiting = waiting.slice(inputsMax);
      await settle(group);
    }
    isRunning = false;
  }

  async function settle(group: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const answers = await run(group.map(({ input }) => input));
      for (const [i, { resolve }] of group.entries()) resolve(answers[i] as O);
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const one of group) await settle([one]);
    }
  }

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (!isRunning) void serve();
    });
}

interface Waiting<I, O> {
  readonly input: I;
  readonly resolve: (answer: O) => void;
  readonly reject: (error: unknown) => void;
}
