import { randomUUID } from 'node:crypto';
import type { Act, HostFailure, NumberedOrder, Tenancy } from '../host/index.ts';
import { type Svpmsn, svpmsnText } from '../units/index.ts';
import { folderOf } from './demo-options.ts';
import { CannotGoOn, orAtItsHost } from './failure.ts';
import { needed, parsedWords } from './flags.ts';
import { checkDatabase } from './host-options.ts';
import { valueSuiteOf } from './suite-option.ts';
import { WrongUse } from './usage.ts';
import { type OpenBooks, withBooks } from './utility-folder.ts';
import { wallClock } from './wall-clock.ts';

/** `wattpurse meter commission NUMBER …`: takes a meter that was made into the books, where it stands and whose it is. */
export async function meterCommission(args: readonly string[]): Promise<number> {
  const { values, at, numbers } = parsed('commission', args, 1);
  const [number] = numbers as [Svpmsn];
  const subscriber = needed('meter commission', values.subscriber, '--subscriber', 'the id of who it belongs to');
  const localUnit = countOf(
    needed('meter commission', values['local-unit'], '--local-unit', 'the number of its local unit'),
    'local-unit',
    0xffff,
  );
  const modemAddress = countOf(
    needed('meter commission', values.address, '--address', 'the address of its modem'),
    'address',
    0xff,
  );
  const suite = valueSuiteOf(values.suite ?? 'aes128');
  const { tariff } = values;
  const enrolment = {
    svpmsn: number,
    subscriber,
    localUnit,
    modemAddress,
    suite,
    ...(tariff !== undefined && { tariff }),
  };
  return onBooks(
    at,
    async ({ host }) => {
      const act = (action: string, detail: object) => actOf(action, number, detail);
      done(await host.by(act('enrolMeter', { subscriber, localUnit, modemAddress })).enrol(enrolment));
      done(await host.by(act('orderCommand', {})).command(number, { type: 'clock-set' }));
      return `Meter ${svpmsnText(number)} is of ${subscriber}, at address ${modemAddress} of local unit ${localUnit}. It is told clock and tariff when the host runs.`;
    },
    `press "Enrol a meter" on its page /subscribers/${encodeURIComponent(subscriber)}, or ask its API: POST /api/v1/meters`,
  );
}

/** `wattpurse meter replace OLD NEW …`: what is in the purse of one meter moves to another of the same household, once. */
export async function meterReplace(args: readonly string[]): Promise<number> {
  const { values, at, numbers } = parsed('replace', args, 2);
  const [old, by] = numbers as [Svpmsn, Svpmsn];
  const isDead = values.dead ?? false;
  return onBooks(at, async ({ host }) => {
    const act = actOf('replaceMeter', old, { by: svpmsnText(by), dead: isDead });
    const order = done(await host.by(act).replaceMeter({ old, by, isDead }));
    return `${closingText(old, order)}${order.state === 'closed' ? ` and went to meter ${svpmsnText(by)}` : `; what it holds then goes to meter ${svpmsnText(by)}`}. Given again, this says how far it is.`;
  });
}

/** `wattpurse meter retire NUMBER …`: takes the rest out of a purse for good. */
export async function meterRetire(args: readonly string[]): Promise<number> {
  const { at, numbers } = parsed('retire', args, 1);
  const [number] = numbers as [Svpmsn];
  return onBooks(
    at,
    async ({ host }) => {
      const closing = { meter: number, orderId: `retire:${svpmsnText(number)}` };
      const order = done(await host.by(actOf('closePurse', number, { order: closing.orderId })).closePurse(closing));
      return `${closingText(number, order)}. Given again, this says how far it is.`;
    },
    `press "Close its purse" on its page /field/${svpmsnText(number)}, or ask its API: POST /api/v1/meters/${svpmsnText(number)}/closing`,
  );
}

/** `wattpurse meter move-out NUMBER …`: a last reading, and what was left in the purse is theirs who leave. */
export async function meterMoveOut(args: readonly string[]): Promise<number> {
  const { values, at, numbers } = parsed('move-out', args, 1);
  const [meter] = numbers as [Svpmsn];
  const next = values.next === undefined ? undefined : numberOf(values.next);
  const isDead = values.dead ?? false;
  return onBooks(
    at,
    async ({ host }) => {
      const detail = { ...(next !== undefined && { next: svpmsnText(next) }), dead: isDead };
      const moving = { meter, isDead, ...(next !== undefined && { next }) };
      return leavingText(done(await host.by(actOf('moveOut', meter, detail)).moveOut(moving)));
    },
    movedThere('Move out', meter, 'move-out'),
  );
}

/** `wattpurse meter move-in NUMBER …`: a meter where nobody lives is a household's. */
export async function meterMoveIn(args: readonly string[]): Promise<number> {
  const { values, at, numbers } = parsed('move-in', args, 1);
  const [meter] = numbers as [Svpmsn];
  const subscriber = needed(
    'meter move-in',
    values.subscriber,
    '--subscriber',
    'the id of who lives there from now on',
  );
  return onBooks(
    at,
    async ({ host }) => {
      const act = actOf('moveIn', meter, { subscriber });
      const { movedInAt } = done(await host.by(act).moveIn({ meter, subscriber }));
      return `Meter ${svpmsnText(meter)} is of ${subscriber} since ${new Date(movedInAt).toISOString()}, with nothing in it and nothing owed but what they owed before.`;
    },
    movedThere('Move in', meter, 'move-in'),
  );
}

const movedThere = (button: string, meter: Svpmsn, route: string): string =>
  `press "${button}" on its page /field/${svpmsnText(meter)}, or ask its API: POST /api/v1/meters/${svpmsnText(meter)}/${route}`;

function leavingText(tenancy: Tenancy): string {
  const { svpmsn, subscriber, state, reading, readAt = 0, balance = 0n, owed = 0n } = tenancy;
  const who = `${subscriber} leaves meter ${svpmsnText(svpmsn)}`;
  if (state !== 'left')
    return `${who} as soon as the host has heard its last reading. Given again, this says how far it is.`;
  const { settled = 0n, carried = 0, refund = 0n, next } = tenancy;
  const how = reading === 'proved' ? 'told by the meter' : 'the balance last proved, because the meter is dead';
  const parts = [
    ...(owed > 0n ? [`${owed} used on emergency credit are on their arrears`] : []),
    ...(settled > 0n ? [`${settled} paid what was due`] : []),
    ...(carried > 0 && next !== undefined ? [`${carried} went to meter ${svpmsnText(next)}`] : []),
    ...(refund > 0n ? [`${refund} are to be paid out (${tenancy.id})`] : []),
  ];
  const of = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  return `${subscriber} left meter ${svpmsnText(svpmsn)} with ${balance} tokens (${how}, ${new Date(readAt).toISOString()})${of}.`;
}

function closingText(number: Svpmsn, { state, amount }: NumberedOrder): string {
  const meter = `Meter ${svpmsnText(number)}`;
  if (state === 'closed') return `${meter} is closed: ${amount} tokens left its purse`;
  return `${meter} is told to close its purse when the host reaches it`;
}

interface Parsed {
  readonly values: {
    readonly subscriber?: string;
    readonly 'local-unit'?: string;
    readonly address?: string;
    readonly suite?: string;
    readonly tariff?: string;
    readonly dead?: boolean;
    readonly next?: string;
  };
  readonly at: { readonly data: string; readonly database: string | undefined };
  readonly numbers: readonly Svpmsn[];
}

function parsed(verb: string, args: readonly string[], count: number): Parsed {
  const { values, positionals } = parsedWords('meter', args, {
    ...{ data: { type: 'string' }, database: { type: 'string' }, subscriber: { type: 'string' } },
    ...{ 'local-unit': { type: 'string' }, address: { type: 'string' }, suite: { type: 'string' } },
    ...{ tariff: { type: 'string' }, dead: { type: 'boolean' }, next: { type: 'string' } },
  });
  if (positionals.length !== count) {
    const what = count === 1 ? 'the number of a meter' : 'the numbers of two meters, the old one first';
    throw new WrongUse(`meter ${verb} takes ${what}: see "wattpurse help meter".`);
  }
  const numbers = positionals.map(numberOf);
  const data = folderOf(needed(`meter ${verb}`, values.data, '--data', 'the folder of the host that it belongs to'));
  if (values.database !== undefined) checkDatabase(values.database);
  return { values, at: { data, database: values.database }, numbers };
}

function numberOf(text: string): Svpmsn {
  if (/^[0-9a-fA-F]{6}$/.test(text)) return Number.parseInt(text, 16) as Svpmsn;
  throw new WrongUse(`A meter's number is six hex digits, as 0A1B2C, not "${text}".`);
}

/** @param meanwhile how a host that runs in the folder does it; nothing where it does not */
function onBooks(at: Parsed['at'], work: (books: OpenBooks) => Promise<string>, meanwhile?: string): Promise<number> {
  const done = withBooks(
    at,
    async (books) => {
      if (books.isDemo)
        throw new WrongUse(`${at.data} holds a demo, whose meters are in it: name the folder of a host.`);
      process.stdout.write(`${await work(books)}\n`);
      return 0;
    },
    { writes: true },
  );
  return meanwhile === undefined ? done : done.catch(orAtItsHost(at.data, meanwhile));
}

function countOf(text: string, flag: string, max: number): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= max) return Number(text);
  throw new WrongUse(`--${flag} is a whole number from 0 to ${max}, not "${text}".`);
}

/** @throws CannotGoOn with the sentence of a refusal */
export function done<T extends object>(answer: T | HostFailure): T {
  if ('reason' in answer && 'sentence' in answer) throw new CannotGoOn(String(answer.sentence));
  return answer as T;
}

/** What whoever may read the folder does. */
export const actOf = (action: string, number: Svpmsn, detail: object): Act => ({
  ...{ at: wallClock.now(), by: 'command line', role: 'system-manager', action, request: randomUUID() },
  ...{ subject: `meter ${svpmsnText(number)}`, detail: JSON.stringify(detail) },
});
