/**
 * Reports with figures: `npm run figures -- [name…] [--quick] [--json]`; without a name all of them.
 *
 * A figure does not depend on the machine: every run finds the same. What does is measured by `npm run bench`.
 * `--quick` takes a twentieth of the runs where there are many. `--json` prints one list of `{ name, value, unit, goal, met, how }` and nothing else; a figure for information has
 * `null` as goal and met. Exit 0: every goal is met; 1: one is not; 2: wrong use.
 */
import { parseArgs } from 'node:util';
import type { Figure, Report } from './figure.ts';

const REPORTS: Readonly<Record<string, Report>> = {
  forecast: async () => (await import('./forecast.ts')).forecastFigures(),
  metering: async () => (await import('./metering.ts')).metering(),
  profiles: async () => (await import('./profiles.ts')).profiles(),
  theft: async (isQuick) => (await import('./theft.ts')).theft(isQuick),
};

const DONE = 0;
const GOAL_MISSED = 1;
const WRONG_USE = 2;

process.exitCode = await main();

async function main(): Promise<number> {
  let names: readonly string[];
  let json: boolean;
  let quick: boolean;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
    });
    names = positionals.length > 0 ? positionals : Object.keys(REPORTS);
    ({ json, quick } = values);
  } catch (error) {
    return wrongUse(
      `${(error as Error).message.split('. ')[0]?.replace(/\.$/, '')}: there are --json, --quick and names.`,
    );
  }
  const unknown = names.find((name) => !Object.hasOwn(REPORTS, name));
  if (unknown !== undefined) {
    return wrongUse(`There is no report "${unknown}": there are ${Object.keys(REPORTS).join(', ')}.`);
  }
  const figures: Figure[] = [];
  for (const name of names) {
    // Each is shown as soon as it is found.
    for (const figure of await (REPORTS[name] as Report)(quick)) {
      figures.push(figure);
      if (!json) process.stdout.write(shown(figure));
    }
  }
  if (json) process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
  return figures.every(({ met }) => met !== false) ? DONE : GOAL_MISSED;
}

function wrongUse(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return WRONG_USE;
}

function shown({ name, value, unit, goal, met, how }: Figure): string {
  const verdict = goal === null ? '' : `  ${met === true ? 'met' : 'NOT MET'}: ${goal}`;
  return `\n${name}  ${value === null ? 'not found' : `${value} ${unit}`}${verdict}\n  ${how}\n`;
}
