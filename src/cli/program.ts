import about from '../../package.json' with { type: 'json' };
import { CannotGoOn } from './failure.ts';
import { type CommandName, isCommandName, USAGES, usageOf, WrongUse } from './usage.ts';

/** Exit codes of every command: done, something was found wrong or could not go on, wrong use. */
const FOUND_WRONG = 1;
const WRONG_USE = 2;

const COMMANDS: Readonly<Record<CommandName, (args: readonly string[]) => Promise<number>>> = {
  // Each brings along what nobody else waits for.
  demo: async (args) => (await import('./demo.ts')).demo(args),
  host: async (args) => (await import('./host-command.ts')).host(args),
  'area-unit': async (args) => (await import('./area-unit-command.ts')).areaUnit(args),
  'local-unit': async (args) => (await import('./local-unit-command.ts')).localUnit(args),
  meter: async (args) => (await import('./meter-command.ts')).meter(args),
  doctor: async (args) => (await import('./doctor/doctor-command.ts')).doctor(args),
  manager: async (args) => (await import('./manager-command.ts')).manager(args),
  keys: async (args) => (await import('./keys-command.ts')).keys(args),
  audit: async (args) => (await import('./audit-command.ts')).audit(args),
  database: async (args) => (await import('./database-command.ts')).database(args),
  backup: async (args) => (await import('./back-up-command.ts')).backup(args),
  restore: async (args) => (await import('./back-up-command.ts')).restore(args),
  receipt: async (args) => (await import('./receipt-command.ts')).receipt(args),
  settlement: async (args) => (await import('./settlement-command.ts')).settlement(args),
  statement: async (args) => (await import('./statement-command.ts')).statement(args),
  export: async (args) => (await import('./bulk-command.ts')).exported(args),
  import: async (args) => (await import('./bulk-command.ts')).imported(args),
  card: async (args) => (await import('./card-command.ts')).card(args),
  kiosk: async (args) => (await import('./kiosk-command.ts')).kiosk(args),
  phone: async (args) => (await import('./phone-command.ts')).phone(args),
  simulate: async (args) => (await import('./simulate.ts')).simulate(args),
  fleet: async (args) => (await import('./fleet-command.ts')).fleet(args),
  capacity: async (args) => (await import('./capacity-command.ts')).capacity(args),
  acquirer: async (args) => (await import('./acquirer-command.ts')).acquirer(args),
  conformance: async (args) => (await import('./conformance-command.ts')).conformance(args),
  vectors: async (args) => (await import('./vectors-command.ts')).vectors(args),
};

/**
 * Does what the words behind the name of the program ask for. What went wrong is told on stderr.
 * @returns the exit code
 */
export async function program(args: readonly string[]): Promise<number> {
  try {
    return await carryOut(args);
  } catch (error) {
    return tellFailure(error);
  }
}

async function carryOut(args: readonly string[]): Promise<number> {
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

/** One sentence for what a person or the machine did; the stack for a bug. Returns the exit code. */
export function tellFailure(error: unknown): number {
  const known = error instanceof WrongUse || error instanceof CannotGoOn;
  const text = error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
  return error instanceof WrongUse ? WRONG_USE : FOUND_WRONG;
}
