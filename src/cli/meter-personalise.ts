import { type KeyStore, keyName, Purpose, type TerminalKey } from '../crypto/index.ts';
import { blankMemory, personalise } from '../meter/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../records/index.ts';
import { compileTariff, DEFAULT_TARIFF, offsetTable } from '../tariff/index.ts';
import { type Svpmsn, svpmsn, svpmsnText, unixSeconds } from '../units/index.ts';
import { openCeremony } from './ceremony.ts';
import { ceremonyIn } from './ceremony-file.ts';
import { systemRandomness } from './demo-keys.ts';
import { folderOf } from './demo-options.ts';
import { needed, parsedWords } from './flags.ts';
import { workshopOf } from './host-folder.ts';
import { readKeyList } from './key-list.ts';
import { makeMeterFile } from './meter-file.ts';
import { valueSuiteOf } from './suite-option.ts';
import { WrongUse } from './usage.ts';

const YEARS = 2;

/**
 * `wattpurse meter personalise FILE …`: a new meter's number, keys, clock, first table and policy. What tariff and
 * policy it is to have the host tells it as soon as it is on the line.
 */
export async function meterPersonalise(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('meter', args, {
    ...{ number: { type: 'string' }, data: { type: 'string' }, suite: { type: 'string' }, keys: { type: 'string' } },
    share: { type: 'string', multiple: true },
  });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0)
    throw new WrongUse('meter personalise takes the file that the meter is to be.');
  const { id, keys, zone } = values.keys === undefined ? await ofHost(values) : ofBench(values.keys);
  const now = Date.now();
  const offsets = offsetTable(zone, new Date(now).getUTCFullYear(), YEARS);
  if ('reason' in offsets) throw new WrongUse(offsets.sentence);
  const table = compileTariff(DEFAULT_TARIFF, { supply: 1, version: 1, validFrom: unixSeconds(0), offsets });
  if ('reason' in table) throw new WrongUse(table.sentence);
  const memory = blankMemory();
  personalise(
    memory,
    {
      ...{ svpmsn: id, tables: [table], policy: DEFAULT_SUPPLY_POLICY, unixMs: now, now },
      keys,
    },
    systemRandomness,
  );
  makeMeterFile(path, memory);
  process.stdout.write(`${path} is meter ${svpmsnText(id)}.\n`);
  return 0;
}

interface Identity {
  readonly id: Svpmsn;
  readonly keys: readonly TerminalKey[];
  readonly zone: string;
}

/** A meter of a host, with keys of the first generation. @throws WrongUse */
async function ofHost(values: {
  readonly number?: string;
  readonly suite?: string;
  readonly data?: string;
  readonly share?: readonly string[];
}): Promise<Identity> {
  const text = needed('meter', values.number, '--number', 'its number (SVPMSN), six hex digits');
  if (!/^[0-9a-fA-F]{6}$/.test(text)) throw new WrongUse(`--number is six hex digits, as 0A1B2C, not "${text}".`);
  const id = svpmsn(Number.parseInt(text, 16));
  const suite = valueSuiteOf(values.suite ?? 'aes128');
  const data = folderOf(needed('meter', values.data, '--data', 'the folder of the host that it belongs to'));
  const { keys, zone } = await workshopOf(data);
  const ofMaintenance = await maintenanceKeys(data, keys, values.share ?? []);
  const terminalKeys = Object.values(Purpose).map((purpose) =>
    (purpose === Purpose.maintenance ? ofMaintenance : keys).terminalKey(keyName(purpose, suite, 0), id),
  );
  return { id, zone, keys: await Promise.all(terminalKeys) };
}

/** A meter of no host, for a bench. @throws WrongUse */
function ofBench(path: string): Identity {
  const { svpmsn: id, keys } = readKeyList(path);
  return { id, keys, zone: 'UTC' };
}

/**
 * Where the key of maintenance comes from: the keyring, or, once a ceremony was held, two of its custodians.
 * @param shares paths of theirs
 * @throws WrongUse
 */
export async function maintenanceKeys(
  data: string,
  keys: Pick<KeyStore, 'terminalKey'>,
  shares: readonly string[],
): Promise<Pick<KeyStore, 'terminalKey'>> {
  const held = ceremonyIn(data);
  if (held !== undefined) return openCeremony(data, held, shares);
  if (shares.length === 0) return keys;
  throw new WrongUse(
    `No ceremony was held for ${data}, and its keyring has the keys of maintenance: leave --share out.`,
  );
}
