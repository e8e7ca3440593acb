import { existsSync } from 'node:fs';
import { type BenchWire, SerialBench, TcpBench } from '../adapters/bench-wire.ts';
import { LINE_CHECKS, TERMINAL_CHECKS, testTerminal } from '../conformance/index.ts';
import { keyName, Purpose, SUITE_NAMES, Suite, suiteByName } from '../crypto/index.ts';
import { Deframer, encodeLineFrame, LINE_FRAME_BYTES_MAX, type ReceivedLineFrame } from '../line/index.ts';
import { modemAddress, type Svpmsn, svpmsn, svpmsnText, U8_MAX } from '../units/index.ts';
import { csnOf, regionOf } from './card-options.ts';
import { checksNamed, reported } from './conformance-report.ts';
import { systemRandomness } from './demo-keys.ts';
import { folderOf } from './demo-options.ts';
import { CannotGoOn } from './failure.ts';
import { certificatesOf, wholeOf } from './field-options.ts';
import { needed, parsedWords } from './flags.ts';
import { workshopOf } from './host-folder.ts';
import { drawCardKeyList, drawKeyList, readKeyList, writeKeyList } from './key-list.ts';
import { listen, parseListen } from './listen.ts';
import { WrongUse } from './usage.ts';

const MODEM_MS = 60_000;
const BAUD_USUAL = 1_200;
const BAUD_MAX = 4_000_000;
/** Start, eight and stop. */
const BITS_PER_BYTE = 10;

const SUITES: readonly Suite[] = [Suite.tripleDesXo, Suite.aes128, Suite.aes256];

/** `wattpurse conformance …`: exit 1 when a rule is broken. */
export async function conformance(args: readonly string[]): Promise<number> {
  if (args[0] === 'keys') return keys(args.slice(1));
  const asked = (flag: string) => args.some((word) => word === flag || word.startsWith(`${flag}=`));
  if (asked('--card')) return (await import('./conformance-card.ts')).cardConformance(args);
  if (asked('--local-unit')) return (await import('./conformance-local-unit.ts')).localUnitConformance(args);
  if (asked('--host')) return (await import('./conformance-host.ts')).hostConformance(args);
  const { values, positionals } = parsedWords('conformance', args, {
    ...{ keys: { type: 'string' }, address: { type: 'string' }, only: { type: 'string', multiple: true } },
    ...{ certificates: { type: 'string' }, json: { type: 'boolean' } },
  });
  const [place, ...more] = positionals;
  if (place === undefined || more.length > 0) {
    throw new WrongUse('conformance takes one line, as tcp://127.0.0.1:7402 or serial:/dev/ttyUSB0.');
  }
  const path = needed(
    'conformance',
    values.keys,
    '--keys',
    'the file of the terminal\'s keys that "wattpurse conformance keys" made',
  );
  const held = readKeyList(path);
  if (held.keys.some(({ suite }) => !SUITES.includes(suite))) {
    throw new WrongUse(
      `${path} has keys of suite 3des, which a terminal that keeps value does not serve: take them out.`,
    );
  }
  const address = modemAddress(
    wholeOf(needed('conformance', values.address, '--address', 'the address of its modem'), '--address', U8_MAX),
  );
  const only = checksNamed(values.only ?? [], [...LINE_CHECKS, ...TERMINAL_CHECKS]);
  const json = values.json ?? false;
  const { wire, airMs } = await wireOf(place, values.certificates, json);
  let newest = held.keys;
  try {
    return await reported(json, (told) =>
      testTerminal(
        {
          ...{ wire, airMs, address, only },
          ...held,
          randomness: systemRandomness,
          renewed: (key) => {
            newest = [...newest.filter(({ n }) => n >> 4 !== key.n >> 4), key];
            writeKeyList(path, { svpmsn: held.svpmsn, keys: newest });
          },
        },
        told,
      ),
    );
  } finally {
    await wire.close();
  }
}

/** `wattpurse conformance keys FILE …` */
async function keys(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('conformance', args, {
    ...{ number: { type: 'string' }, suite: { type: 'string', multiple: true } },
    ...{ csn: { type: 'string' }, region: { type: 'string', multiple: true }, data: { type: 'string' } },
  });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0)
    throw new WrongUse('conformance keys takes the file that the keys are to lie in.');
  const suites = (values.suite ?? ['aes128']).map((name) => {
    const suite = suiteByName(name);
    if (suite !== undefined && SUITES.includes(suite)) return suite;
    throw new WrongUse(`--suite is ${SUITES.map((each) => SUITE_NAMES[each]).join(', ')}, not "${name}".`);
  });
  if (values.csn !== undefined && values.number === undefined) return cardKeys(path, values.csn, values.region, suites);
  const text = needed('conformance', values.number, '--number', 'the number of the terminal (SVPMSN), six hex digits');
  if (values.csn !== undefined || values.region !== undefined)
    throw new WrongUse('conformance keys takes --number for a terminal, or --csn and --region for a card.');
  if (!/^[0-9a-fA-F]{6}$/.test(text)) throw new WrongUse(`--number is six hex digits, as 0A1B2C, not "${text}".`);
  const id = svpmsn(Number.parseInt(text, 16));
  if (values.data !== undefined) return keysOfHost(path, id, values.data, [...new Set(suites)]);
  drawKeyList(path, id, [...new Set(suites)]);
  process.stdout.write(
    `${path} has the keys of terminal ${text.toLowerCase()}: put them into it, and into no other.\n`,
  );
  return 0;
}

/** Those that the host in a folder has of a meter, of the first generation. */
async function keysOfHost(path: string, id: Svpmsn, data: string, suites: readonly Suite[]): Promise<number> {
  if (existsSync(path)) throw new WrongUse(`${path} is there already: name another file.`);
  const { keys: store } = await workshopOf(folderOf(data));
  const purposes = [Purpose.value, Purpose.control, Purpose.monitoring];
  const named = suites.flatMap((suite) => purposes.map((purpose) => keyName(purpose, suite, 0)));
  writeKeyList(path, { svpmsn: id, keys: await Promise.all(named.map((n) => store.terminalKey(n, id))) });
  process.stdout.write(
    `${path} has keys of meter ${svpmsnText(id)} of that host: give that number to no real meter.\n`,
  );
  return 0;
}

function cardKeys(
  path: string,
  id: string,
  named: readonly string[] = ['electricity'],
  suites: readonly Suite[],
): number {
  const [suite, ...others] = suites;
  if (others.length > 0 || suite === undefined || suite === Suite.tripleDesXo) {
    throw new WrongUse('A card has keys of one suite: --suite is aes128 or aes256 for it.');
  }
  const regions = [...new Set(named.map((name) => regionOf(name, '--region')))].sort();
  drawCardKeyList(path, csnOf(id), regions, suite);
  process.stdout.write(`${path} has the keys of card ${id}: put them into it, and into no other.\n`);
  return 0;
}

async function wireOf(
  place: string,
  certificateFolder: string | undefined,
  quiet: boolean,
): Promise<{ wire: BenchWire; airMs: number }> {
  const [, at] = /^tcp:\/\/(.+?)\/?$/.exec(place) ?? [];
  const [, device, baud] = /^serial:(\/[^?]+)(?:\?baud=(\d+))?$/.exec(place) ?? [];
  if (at !== undefined) {
    const address = parseListen(at, 'line');
    const wire = new TcpBench(certificatesOf(certificateFolder, [address]));
    const port = await listen<number>(wire, address, 'line');
    if (!quiet) process.stdout.write(`Waiting on ${address.host}:${port} for the modem of the terminal.\n`);
    if (await wire.modem(MODEM_MS)) return { wire, airMs: 0 };
    await wire.close();
    throw new CannotGoOn(
      `No modem has connected to ${address.host}:${port} within ${MODEM_MS / 1000} s: start the terminal, and this again.`,
    );
  }
  if (device !== undefined) {
    const rate = wholeOf(baud ?? String(BAUD_USUAL), 'baud', BAUD_MAX, BAUD_USUAL);
    try {
      const wire = new SerialBench(device, rate, frameFinder());
      return { wire, airMs: Math.ceil((LINE_FRAME_BYTES_MAX * BITS_PER_BYTE * 1000) / rate) };
    } catch (error) {
      throw new CannotGoOn(
        `${device} cannot be used as a serial line (${error instanceof Error ? error.message : error}): check its name and your rights.`,
        { cause: error },
      );
    }
  }
  throw new WrongUse(`A line is tcp://ADDRESS:PORT or serial:DEVICE?baud=N, as tcp://127.0.0.1:7402, not "${place}".`);
}

/** Finds the frames of the line in what comes from a serial one. */
export function frameFinder() {
  const deframer = new Deframer();
  return {
    push(bytes: Uint8Array): readonly Uint8Array[] {
      const frames: ReceivedLineFrame[] = [];
      deframer.push(bytes, frames);
      return frames.map((frame) => encodeLineFrame(frame));
    },
  };
}
