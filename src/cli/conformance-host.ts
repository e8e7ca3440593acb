import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { HOST_CHECKS, HostBench, type HostWorld, testHost } from '../conformance/index.ts';
import { Purpose } from '../crypto/index.ts';
import { decodeFrame } from '../exchange/index.ts';
import { milliseconds, modemAddress, type Svpmsn, svpmsnText, U8_MAX } from '../units/index.ts';
import { checksNamed, reported } from './conformance-report.ts';
import { systemRandomness } from './demo-keys.ts';
import { CannotGoOn } from './failure.ts';
import { modemLine } from './field-line.ts';
import { wholeOf } from './field-options.ts';
import { needed, parsedWords } from './flags.ts';
import { readKeyList } from './key-list.ts';
import { RunningModem } from './running-modem.ts';
import { WrongUse } from './usage.ts';

const LINE_MS = 60_000;
const PATIENCE_SECONDS = 300;
const PATIENCE_SECONDS_MAX = 86_400;

/** `wattpurse conformance --host LINE …`: exit 1 when a rule is broken. */
export async function hostConformance(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('conformance', args, {
    ...{ host: { type: 'string' }, keys: { type: 'string' }, address: { type: 'string' }, sell: { type: 'string' } },
    ...{ patience: { type: 'string' }, only: { type: 'string', multiple: true }, json: { type: 'boolean' } },
    certificates: { type: 'string' },
  });
  if (positionals.length > 0) {
    throw new WrongUse(`conformance --host takes no "${positionals[0]}": see "wattpurse help conformance".`);
  }
  const where = needed(
    'conformance',
    values.host,
    '--host',
    'where modems of meters reach the host, as for "meter run"',
  );
  const path = needed('conformance', values.keys, '--keys', 'the file of the keys that the host has of this meter');
  const { svpmsn, keys } = readKeyList(path);
  if (!keys.some(({ purpose }) => purpose === Purpose.value)) {
    throw new WrongUse(`${path} has no key of purpose value, without which nothing is sold.`);
  }
  const what = 'the address of its modem';
  const address = wholeOf(needed('conformance', values.address, '--address', what), '--address', U8_MAX);
  const patience = wholeOf(values.patience ?? String(PATIENCE_SECONDS), '--patience', PATIENCE_SECONDS_MAX, 1);
  const only = checksNamed(values.only ?? [], HOST_CHECKS);
  const json = values.json ?? false;
  const line = await modemLine(where, values.certificates, (sentence) => {
    process.stderr.write(`${sentence}\n`);
  });
  const world: HostWorld = {
    sell: () => sold(values.sell, svpmsn),
    pass: async (ms) => {
      await pause(ms);
    },
    now: () => performance.now(),
    clock: () => Date.now(),
    patienceMs: patience * 1000,
  };
  const bench = new HostBench({ svpmsn, keys, randomness: systemRandomness }, world);
  const modem = new RunningModem({
    ...{ carrier: line.carrier, address: modemAddress(address), now },
    guarded: (step) => step(),
    request: (payload) => {
      const frame = decodeFrame(payload);
      return 'reason' in frame || frame.svpmsn !== svpmsn ? undefined : bench.hear(payload);
    },
  });
  const ends = new AbortController();
  const { promise: plugged, resolve: came } = Promise.withResolvers<boolean>();
  const kept = line.keep((sender) => {
    modem.plugged(sender);
    came(true);
    return { message: (bytes) => modem.message(bytes), ended: () => modem.unplugged() };
  }, ends.signal);
  const late = setTimeout(() => came(false), LINE_MS);
  try {
    if (!(await plugged)) {
      const waited = `${LINE_MS / 1000} s`;
      throw new CannotGoOn(`The line of the host gives no connection within ${waited}: start it, and this again.`);
    }
    return await reported(json, (told) => testHost(bench, only, told));
  } finally {
    clearTimeout(late);
    ends.abort();
    await kept;
  }
}

/** By the command that was given, or by a person. @throws CannotGoOn when the command fails */
async function sold(command: string | undefined, meter: Svpmsn): Promise<void> {
  if (command === undefined) {
    process.stderr.write(`Sell value to meter ${svpmsnText(meter)} at the host now, any amount.\n`);
    return;
  }
  const child = spawn(command, { shell: true, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new CannotGoOn(`The command of --sell ended with exit code ${code}: see that it sells.`);
}

const now = () => milliseconds(Math.floor(performance.now()));
