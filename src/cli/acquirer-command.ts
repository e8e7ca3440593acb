import { once } from 'node:events';
import { parseArgs } from 'node:util';
import {
  ACQUIRER_FAULTS,
  type AcquirerFault,
  AcquirerSimulator,
  type SimulatorEvent,
  testCards,
} from '../adapters/acquirer-simulator.ts';
import { EmvIssuer, testIssuerKey } from '../card/index.ts';
import { U32_MAX } from '../units/index.ts';
import { CannotGoOn } from './failure.ts';
import { withNumbers, wrongFlag } from './flags.ts';
import { WrongUse } from './usage.ts';

/** Longer than a client waits for an answer. */
const LATE_MS = 40_000;

/** `wattpurse acquirer`: runs until it is stopped. */
export async function acquirer(args: readonly string[]): Promise<number> {
  const { port, address, limit, faults, every, json } = parse(args);
  const say = (object: object, text: string) => {
    process.stdout.write(`${json ? JSON.stringify(object) : text}\n`);
  };
  const simulator = new AcquirerSimulator(
    {
      cards: testCards(limit),
      issuer: new EmvIssuer(testIssuerKey()),
      lateMs: LATE_MS,
      faultOf: everySo(faults, every),
    },
    {
      hear: (event) => say({ event: 'message', ...event }, inText(event)),
      refused: (sentence) => say({ event: 'connection-closed', sentence }, `A connection was closed. ${sentence}`),
    },
  );
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const bound = await simulator.listen(port, address).catch((error: unknown) => {
    throw inWords(error, { port, address });
  });
  const cards = testCards(limit).map(({ pan }) => pan);
  say(
    { event: 'listening', address, port: bound, cards },
    `An acquirer listens on ${address}, port ${bound}. Its cards are ${cards.join(', ')}.`,
  );
  await stopped;
  await simulator.close();
  const states = simulator.books.payments().map(({ state }) => state);
  const count = (wanted: (typeof states)[number]) => states.filter((state) => state === wanted).length;
  const counts = {
    held: count('held'),
    captured: count('captured'),
    reversed: count('reversed'),
    declined: count('declined'),
  };
  const texts = Object.entries(counts).map(([state, number]) => `${number} ${state}`);
  say({ event: 'stopped', ...counts }, `Stopped. Payments: ${texts.join(', ')}.`);
  return 0;
}

/** Of payment messages; signing on and echoes are spared. */
function everySo(
  faults: readonly AcquirerFault[],
  every: number,
): (message: { readonly type: string }) => AcquirerFault | undefined {
  let messages = 0;
  return ({ type }) => {
    if (faults.length === 0 || type.startsWith('08') || ++messages % every !== 0) return undefined;
    return faults[(messages / every - 1) % faults.length];
  };
}

function inText({ type, trace, card, amount, response, approval, fault }: SimulatorEvent): string {
  const parts = [
    type,
    `trace ${trace}`,
    card,
    amount,
    `code ${response}`,
    approval === undefined ? undefined : `approval ${approval}`,
    fault,
  ];
  return parts.filter((part) => part !== undefined).join('  ');
}

const OPTIONS = {
  port: { type: 'string', default: '8583' },
  address: { type: 'string', default: '127.0.0.1' },
  limit: { type: 'string', default: '1000000' },
  fault: { type: 'string', multiple: true },
  every: { type: 'string', default: '5' },
  json: { type: 'boolean', default: false },
} as const;

const EVERY_MAX = 1_000_000;

interface Asked {
  readonly port: number;
  readonly address: string;
  readonly limit: number;
  readonly faults: readonly AcquirerFault[];
  readonly every: number;
  readonly json: boolean;
}

function parse(args: readonly string[]): Asked {
  const { values } = (() => {
    try {
      return parseArgs({ args: withNumbers(args), options: OPTIONS });
    } catch (error) {
      throw wrongFlag(error, 'acquirer');
    }
  })();
  const whole = (flag: 'port' | 'limit' | 'every', least: number, most: number): number => {
    const text = values[flag];
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new WrongUse(`--${flag} is a whole number from ${least} to ${most}, not "${text}".`);
  };
  const faults = (values.fault ?? []).map((name) => {
    if ((ACQUIRER_FAULTS as readonly string[]).includes(name)) return name as AcquirerFault;
    throw new WrongUse(`There is no fault "${name}": the faults are ${ACQUIRER_FAULTS.join(', ')}.`);
  });
  return {
    port: whole('port', 0, 65_535),
    address: values.address,
    limit: whole('limit', 0, U32_MAX),
    faults,
    every: whole('every', 1, EVERY_MAX),
    json: values.json,
  };
}

/** Why nobody can listen there, in one sentence. */
function inWords(error: unknown, { port, address }: { port: number; address: string }): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new CannotGoOn(`Port ${port} is taken: stop what listens there, or name another one with --port.`);
    case 'EACCES':
      return new CannotGoOn(`Port ${port} is not for everybody: name one from 1024 with --port, or ask for the right.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new WrongUse(`--address is one of this machine's own addresses, not "${address}".`);
    default:
      return error;
  }
}
