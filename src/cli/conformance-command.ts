import { type BenchWire, SerialBench, TcpBench } from '../adapters/bench-wire.ts';
import { LINE_CHECKS, TERMINAL_CHECKS, testTerminal } from '../conformance/index.ts';
import { Suite } from '../crypto/index.ts';
import { LINE_FRAME_BYTES_MAX } from '../line/index.ts';
import { modemAddress, U8_MAX } from '../units/index.ts';
import { checksNamed, reported } from './conformance-report.ts';
import { systemRandomness } from './demo-keys.ts';
import { CannotGoOn } from './failure.ts';
import { certificatesOf, wholeOf } from './field-options.ts';
import { needed, parsedWords } from './flags.ts';
import { frameFinder } from './frame-finder.ts';
import { readKeyList, writeKeyList } from './key-list.ts';
import { listen, parseListen } from './listen.ts';
import { WrongUse } from './usage.ts';

const MODEM_MS = 60_000;
const BAUD_USUAL = 1_200;
const BAUD_MAX = 4_000_000;
/** Start, eight and stop. */
const BITS_PER_BYTE = 10;

/** `wattpurse conformance …`: exit 1 when a rule is broken. */
export async function conformance(args: readonly string[]): Promise<number> {
  if (args[0] === 'keys') return (await import('./conformance-keys.ts')).conformanceKeys(args.slice(1));
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
  if (held.keys.some(({ suite }) => suite === Suite.tripleDes)) {
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
