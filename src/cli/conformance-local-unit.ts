import { setTimeout as pause } from 'node:timers/promises';
import { type FramedConnection, FramedServer } from '../adapters/framed-tcp.ts';
import { LOCAL_UNIT_CHECKS, LocalUnitBench, testLocalUnit } from '../conformance/index.ts';
import { checksNamed, reported } from './conformance-report.ts';
import { systemRandomness } from './demo-keys.ts';
import { CannotGoOn } from './failure.ts';
import { type LineSender, modemLine } from './field-line.ts';
import { certificatesOf } from './field-options.ts';
import { needed, parsedWords } from './flags.ts';
import { frameFinder } from './frame-finder.ts';
import { listen, parseListen } from './listen.ts';
import { WrongUse } from './usage.ts';

const UNIT_MS = 60_000;
const LOOK_AGAIN_MS = 50;

/** `wattpurse conformance --local-unit LINE --listen ADDRESS:PORT …`: exit 1 when a rule is broken. */
export async function localUnitConformance(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('conformance', args, {
    ...{ 'local-unit': { type: 'string' }, listen: { type: 'string' }, certificates: { type: 'string' } },
    ...{ only: { type: 'string', multiple: true }, json: { type: 'boolean' } },
  });
  if (positionals.length > 0) {
    throw new WrongUse(`conformance --local-unit takes no "${positionals[0]}": see "wattpurse help conformance".`);
  }
  const where = needed(
    'conformance',
    values['local-unit'],
    '--local-unit',
    'where modems reach it, as for "meter run"',
  );
  const what = 'where its area unit is to listen, which the bench is';
  const at = parseListen(needed('conformance', values.listen, '--listen', what), 'listen');
  const only = checksNamed(values.only ?? [], LOCAL_UNIT_CHECKS);
  const json = values.json ?? false;
  const told = (sentence: string): void => {
    process.stderr.write(`${sentence}\n`);
  };
  const line = await modemLine(where, values.certificates, told);
  let unit: FramedConnection | undefined;
  let modem: LineSender | undefined;
  const bench = new LocalUnitBench(
    {
      down: (bytes) => unit?.send(bytes),
      modem: (bytes) => modem?.send(bytes),
      pass: async (ms) => {
        await pause(ms);
      },
      now: () => performance.now(),
    },
    systemRandomness,
  );
  const server = new FramedServer(certificatesOf(values.certificates, [at]), (connection) => {
    unit = connection;
    return {
      message: (bytes) => bench.hearUp(bytes),
      // One that was before it may end after it came.
      ended: () => {
        if (unit === connection) unit = undefined;
      },
    };
  });
  const port = await listen<number>(server, at, 'listen');
  if (!json) process.stdout.write(`Waiting on ${at.host}:${port} for the local unit.\n`);
  const ends = new AbortController();
  const kept = line.keep((sender) => {
    modem = sender;
    const finder = frameFinder();
    return {
      message: (bytes) => {
        for (const frame of finder.push(bytes)) bench.hearLine(frame);
      },
      ended: () => (modem = undefined),
    };
  }, ends.signal);
  try {
    const until = performance.now() + UNIT_MS;
    while ((unit === undefined || modem === undefined) && performance.now() < until) await pause(LOOK_AGAIN_MS);
    const missing = unit === undefined ? 'The local unit has not connected' : 'The line of the local unit is not there';
    if (unit === undefined || modem === undefined) {
      throw new CannotGoOn(`${missing} within ${UNIT_MS / 1000} s: start the local unit, and this again.`);
    }
    return await reported(json, (each) => testLocalUnit(bench, only, each));
  } finally {
    ends.abort();
    await kept;
    await server.close();
  }
}
