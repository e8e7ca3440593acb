/** What was done: `sell order=1`. Then what host and meter hold. */
export interface TraceStep {
  readonly name: string;
  readonly fields: Fields;
  readonly seen: Fields;
}

export type Fields = Readonly<Record<string, string>>;

/** A path through a model, from its beginning to what a variant makes possible. */
export interface Trace {
  readonly model: string;
  readonly variant: string;
  /** What it comes to. */
  readonly sentence: string;
  readonly steps: readonly TraceStep[];
}

/**
 * Reads what SPIN prints when it follows a trail: `@` a step, `=` what is seen after it, `!` the sentence. Stages of a
 * commit inside another step belong to that step.
 */
export function readTrace(model: string, variant: string, printed: string): Trace {
  const steps: { name: string; fields: Fields; seen: Fields }[] = [];
  let sentence = '';
  let open = false;
  for (const line of printed.split('\n').map((text) => text.trim())) {
    if (line.startsWith('! ') && sentence === '') sentence = line.slice(2);
    const last = steps.at(-1);
    if (line.startsWith('= ') && last !== undefined) {
      last.seen = fieldsOf(line.slice(2).split(' '));
      open = false;
    }
    if (!line.startsWith('@ ') || open) continue;
    const [name = '', ...fields] = line.slice(2).split(' ');
    steps.push({ name, fields: fieldsOf(fields), seen: {} });
    open = true;
  }
  return { model, variant, sentence, steps };
}

/** `traces.txt`: a trace has a line of its own, its steps are indented; what is seen stands where it has changed. */
export function formatTraces(traces: readonly Trace[]): string {
  return traces
    .map(({ model, variant, sentence, steps }) => {
      let before: Fields = {};
      const lines = steps.map(({ name, fields, seen }) => {
        const changed = Object.entries(seen).filter(([key, value]) => before[key] !== value);
        before = seen;
        const step = ['  ', name, ...textOf(Object.entries(fields))].join(' ').slice(1);
        return changed.length === 0 ? step : `${step} -> ${textOf(changed).join(' ')}`;
      });
      return [`${model} ${variant}: ${sentence}`, ...lines, ''].join('\n');
    })
    .join('\n');
}

export function parseTraces(text: string): Trace[] {
  return text
    .trimEnd()
    .split('\n\n')
    .map((block) => {
      const [head = '', ...lines] = block.split('\n');
      const [, model = '', variant = '', sentence = ''] = head.match(/^(\S+) (\S+): (.+)$/) ?? [];
      let seen: Fields = {};
      const steps = lines.map((line) => {
        const [step = '', changed = ''] = line.trim().split(' -> ');
        const [name = '', ...fields] = step.split(' ');
        seen = { ...seen, ...fieldsOf(changed === '' ? [] : changed.split(' ')) };
        return { name, fields: fieldsOf(fields), seen };
      });
      return { model, variant, sentence, steps };
    });
}

const fieldsOf = (words: readonly string[]): Fields =>
  Object.fromEntries(words.map((word) => word.split('=') as [string, string]));

const textOf = (fields: readonly (readonly [string, string])[]): string[] =>
  fields.map(([key, value]) => `${key}=${value}`);
