#!/usr/bin/env node
import { demo } from './demo.ts';
import { USAGE, WrongUse } from './usage.ts';
import { vectors } from './vectors-command.ts';

/** Exit codes of every command: done, something was found wrong, wrong use. */
const FOUND_WRONG = 1;
const WRONG_USE = 2;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = { demo, vectors };

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(`${USAGE}\n`);
    return name === undefined ? WRONG_USE : 0;
  }
  const command = COMMANDS[name];
  if (command === undefined) {
    throw new WrongUse(`There is no command "${name}": the commands are ${Object.keys(COMMANDS).join(' and ')}.`);
  }
  return command(rest);
}

// Whoever reads us, as `| head` does, may stop before we do: that is an end, not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof WrongUse) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = WRONG_USE;
      return;
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = FOUND_WRONG;
  },
);
