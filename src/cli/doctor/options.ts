import type { Address } from '../../adapters/framed-tcp.ts';
import { addressOf, wholeOf } from '../field-options.ts';
import { parsedWords } from '../flags.ts';
import { type ReadConfiguration, readConfiguration } from '../host-configuration.ts';
import { HOST_OPTIONS, type HostOptions, hostOptionsOf } from '../host-options.ts';
import { WrongUse } from '../usage.ts';

export interface DoctorOptions extends HostOptions {
  /** Nothing where none was named, or where it is wrong. */
  readonly configured: ReadConfiguration | undefined;
  /** What is wrong with it, in one sentence. */
  readonly wrong: string | undefined;
  readonly json: boolean;
  /** Who is asked for the time. */
  readonly timeServer: Address | undefined;
  /** The name or address by which area units call this host. */
  readonly called: string | undefined;
  /** How old the last back-up may be; the usual where absent, if there ever was one. */
  readonly backUpDays: number | undefined;
  /** A reader of cards that must be there, by a part of its name. */
  readonly reader: string | undefined;
}

const TIME_PORT = 123;
const DAYS_MAX = 3_660;

/** The words of the host that is to be looked at, and some of the doctor's own. @throws WrongUse */
export function parseDoctorOptions(args: readonly string[]): DoctorOptions {
  const { values, positionals } = parsedWords('doctor', args, {
    ...HOST_OPTIONS,
    json: { type: 'boolean' },
    'time-server': { type: 'string' },
    called: { type: 'string' },
    reader: { type: 'string' },
    'back-up-days': { type: 'string' },
  });
  if (positionals.length > 0)
    throw new WrongUse(`doctor takes no word as "${positionals[0]}": see "wattpurse help doctor".`);
  const { configured, wrong } = configurationOf(values.configuration);
  const { json = false, 'time-server': timeServer, 'back-up-days': days, called, reader, ...host } = values;
  const options = hostOptionsOf('doctor', host, configured);
  if (called !== undefined && options.certificates === undefined) {
    throw new WrongUse('--called is the name that a certificate must bear: name its folder with --certificates.');
  }
  return {
    ...options,
    ...{ json, called, reader, configured, wrong },
    backUpDays: days === undefined ? undefined : wholeOf(days, '--back-up-days', DAYS_MAX, 1),
    timeServer: timeServer === undefined ? undefined : serverOf(timeServer),
  };
}

function configurationOf(path: string | undefined): Pick<DoctorOptions, 'configured' | 'wrong'> {
  try {
    return { configured: path === undefined ? undefined : readConfiguration(path), wrong: undefined };
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    return { configured: undefined, wrong: error.message };
  }
}

const serverOf = (text: string): Address =>
  addressOf(/:\d+$/.test(text) ? text : `${text}:${TIME_PORT}`, 'time-server');
