import { keepConnected } from '../adapters/framed-tcp.ts';
import { PcscReader } from '../adapters/pcsc-reader.ts';
import { minuteByMinute, replay } from '../simulation/index.ts';
import { modemAddress, U8_MAX } from '../units/index.ts';
import { taken } from './card-place.ts';
import { addressesOf, certificatesOf, wholeOf } from './field-options.ts';
import { needed, parsedWords } from './flags.ts';
import { MeterFile } from './meter-file.ts';
import { MeterSlot } from './meter-slot.ts';
import { readLoads } from './read-loads.ts';
import { RunningMeter, type WattsAt } from './running-meter.ts';
import { say, stopOnSignal } from './say.ts';
import { WrongUse } from './usage.ts';

const WATTS_MAX = 100_000;
const MINUTE_MS = 60_000;
const MILLIWATT_HOURS_A_MINUTE_PER_WATT = 1000 / 60;

/** `wattpurse meter run FILE …`: the meter in a file, on the line of a local unit, until it is stopped. */
export async function meterRun(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('meter', args, {
    ...{ line: { type: 'string' }, address: { type: 'string' }, load: { type: 'string' }, reader: { type: 'string' } },
    certificates: { type: 'string' },
  });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new WrongUse('meter run takes the file that the meter is.');
  const addresses = addressesOf(needed('meter', values.line, '--line', 'where its local unit has its --line'), 'line');
  const address = wholeOf(
    needed('meter', values.address, '--address', 'the address of its modem'),
    '--address',
    U8_MAX,
  );
  const certificates = certificatesOf(values.certificates, addresses);
  const load = loadOf(values.load ?? '0', Date.now());
  const file = MeterFile.open(path);
  try {
    const reader =
      values.reader === undefined ? undefined : taken<PcscReader>(await PcscReader.find({ reader: values.reader }));
    const slot = reader && new MeterSlot(reader);
    const meter = new RunningMeter({ ...{ memory: file.memory, address: modemAddress(address), load, say }, slot });
    say('info', `Meter ${meter.number} runs: ${meter.standing}.`);
    const stopped = stopOnSignal();
    const cards = slot?.serve(meter.slotted).then((why) => {
      if (why !== undefined) say('error', why.sentence);
    });
    await keepConnected(
      {
        ...{ addresses, certificates },
        came: (connection, at) => meter.plugged(connection, `${at.host}:${at.port}`),
        refused: (at, why) => say('warn', `The line at ${at.host}:${at.port} gives no connection, because ${why}.`),
      },
      stopped.signal,
    );
    slot?.stop();
    await cards;
    meter.lastGasp();
    say('info', `Stopped: ${meter.standing}.`);
    return 0;
  } finally {
    file.close();
  }
}

/** So many watts all the time, or a recorded load, played from its first whole week on. @throws WrongUse */
function loadOf(text: string, now: number): WattsAt {
  if (/^\d+$/.test(text)) {
    const watts = wholeOf(text, '--load', WATTS_MAX);
    return () => watts;
  }
  const [series] = readLoads([text]);
  if (series === undefined) throw new WrongUse(`--load must be watts or a file of a load, not "${text}".`);
  const minutes = minuteByMinute(replay(series, Math.floor(now / MINUTE_MS)));
  return (unixMs) => minutes(Math.floor(unixMs / MINUTE_MS)) / MILLIWATT_HOURS_A_MINUTE_PER_WATT;
}
