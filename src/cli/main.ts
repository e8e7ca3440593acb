#!/usr/bin/env node
import about from '../../package.json' with { type: 'json' };
import { acquirer } from './acquirer-command.ts';
import { audit } from './audit-command.ts';
import { database } from './database-command.ts';
import { demo } from './demo.ts';
import { CannotGoOn, inWords } from './failure.ts';
import { host } from './host-command.ts';
import { manager } from './manager-command.ts';
import { simulate } from './simulate.ts';
import { type CommandName, isCommandName, USAGES, usageOf, WrongUse } from './usage.ts';
import { vectors } from './vectors-command.ts';

/** Exit codes of every command: done, something was found wrong or could not go on, wrong use. */
const FOUND_WRONG = 1;
const WRONG_USE = 2;

const COMMANDS: Readonly<Record<CommandName, (args: readonly string[]) => Promise<number>>> = {
  demo,
  host,
  manager,
  audit,
  database,
  // Signatures and paper bring libraries along that nothing else here waits for.
  receipt: async (args) => (await import('./receipt-command.ts')).receipt(args),
  settlement: async (args) => (await import('./settlement-command.ts')).settlement(args),
  statement: async (args) => (await import('./statement-command.ts')).statement(args),
  export: async (args) => (await import('./bulk-command.ts')).exported(args),
  import: async (args) => (await import('./bulk-command.ts')).imported(args),
  simulate,
  acquirer,
  vectors,
};

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) throw new WrongUse('There is no command: "wattpurse --help" lists what there is.');
  if (name === '--version') return version();
  if (name === 'help') return help(rest[0]);
  if (isHelp(name)) return help(undefined);
  const command = commandOf(name);
  if (rest[0] === '--version') return version();
  // Whoever asks for help among other words wants help, and nothing else to happen.
  if (rest.some(isHelp)) return help(command);
  return COMMANDS[command](rest);
}

const isHelp = (word: string): boolean => word === '--help' || word === '-h';

function version(): number {
  process.stdout.write(`wattpurse ${about.version}\n`);
  return 0;
}

function help(name: string | undefined): number {
  process.stdout.write(`${usageOf(name === undefined || isHelp(name) ? undefined : commandOf(name))}\n`);
  return 0;
}

function commandOf(name: string): CommandName {
  if (isCommandName(name)) return name;
  throw new WrongUse(`There is no command "${name}": the commands are ${Object.keys(USAGES).join(', ')}.`);
}

/** One sentence for what a person or the machine did; the stack for a bug. */
function tellFailure(error: unknown): number {
  const known = error instanceof WrongUse || error instanceof CannotGoOn;
  const text = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
  return error instanceof WrongUse ? WRONG_USE : FOUND_WRONG;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads us, as `| head` does, may stop before we do: that is an end, not a failure.
  process.exit(error.code === 'EPIPE' ? 0 : tellFailure(inWords(error, 'The output')));
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = tellFailure(error);
  },
);
