import { PcscReader } from '../adapters/pcsc-reader.ts';
import { pressKey } from '../meter/index.ts';
import { minuteByMinute, replay } from '../simulation/index.ts';
import { modemAddress, U8_MAX } from '../units/index.ts';
import { taken } from './card-place.ts';
import { modemLine, serialPlaceOf } from './field-line.ts';
import { wholeOf } from './field-options.ts';
import { needed, parsedWords } from './flags.ts';
import { isLoopback, type ListenAt, parseListen } from './listen.ts';
import { MeterFile } from './meter-file.ts';
import { readHardware } from './meter-hardware.ts';
import { MeterPanel } from './meter-panel.ts';
import { MeterSlot } from './meter-slot.ts';
import { TcpSound } from './meter-sound.ts';
import { MeterVoice } from './meter-voice.ts';
import { ModbusParts } from './modbus-parts.ts';
import { readLoads } from './read-loads.ts';
import { RunningMeter } from './running-meter.ts';
import { say, stopOnSignal } from './say.ts';
import { simulateLoad, type WattsAt } from './simulated-load.ts';
import { WrongUse } from './usage.ts';

const WATTS_MAX = 100_000;
const MINUTE_MS = 60_000;
const MILLIWATT_HOURS_A_MINUTE_PER_WATT = 1000 / 60;

/** `wattpurse meter run FILE …`: the meter in a file, on the line of a local unit, until it is stopped. */
export async function meterRun(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('meter', args, {
    ...{ line: { type: 'string' }, address: { type: 'string' }, load: { type: 'string' }, reader: { type: 'string' } },
    ...{ hardware: { type: 'string' }, certificates: { type: 'string' }, panel: { type: 'string' } },
    sound: { type: 'string' },
  });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new WrongUse('meter run takes the file that the meter is.');
  const lineText = needed('meter', values.line, '--line', 'where its local unit has its --line');
  const address = wholeOf(
    needed('meter', values.address, '--address', 'the address of its modem'),
    '--address',
    U8_MAX,
  );
  if (values.hardware !== undefined && values.load !== undefined) {
    throw new WrongUse('A meter with --hardware measures what flows: leave --load away.');
  }
  const soundPlace = values.sound === undefined ? undefined : onBoard(values.sound, 'sound');
  if (soundPlace !== undefined && serialPlaceOf(lineText) !== undefined) {
    throw new WrongUse('Speech needs a line over TCP: on a serial one leave --sound away.');
  }
  const panelPlace = values.panel === undefined ? undefined : onBoard(values.panel, 'panel');
  const hardware = values.hardware === undefined ? undefined : readHardware(values.hardware);
  const load = loadOf(values.load ?? '0', Date.now());
  const line = await modemLine(lineText, values.certificates);
  const parts = hardware && (await ModbusParts.on(hardware, say));
  const file = MeterFile.open(path);
  try {
    const reader =
      values.reader === undefined ? undefined : taken<PcscReader>(await PcscReader.find({ reader: values.reader }));
    const slot = reader && new MeterSlot(reader);
    const panel =
      panelPlace && new MeterPanel((key) => meter.act((machine, now, out) => pressKey(machine, key, now, out)));
    const sound: TcpSound | undefined =
      soundPlace && new TcpSound({ heard: (heard) => voice?.say(heard), came: () => voice?.offer() });
    const voice: MeterVoice | undefined =
      sound &&
      new MeterVoice(
        () => meter.slotted.meter,
        () => sound,
      );
    const meter: RunningMeter = new RunningMeter({
      ...{ kept: file, address: modemAddress(address), carrier: line.carrier, slot, say },
      ...(parts === undefined ? {} : { relayMoved: parts.relayMoved }),
      ...(panel === undefined ? {} : { stepped: (machine) => panel.look(machine) }),
      ...(voice === undefined ? {} : { voice }),
    });
    say('info', `Meter ${meter.number} runs: ${meter.standing}.`);
    const panelPort = panelPlace && (await panel?.open(panelPlace));
    if (panelPort !== undefined) say('info', `Listens for its panel on ${panelPlace?.host}:${panelPort}.`);
    const soundPort = soundPlace && (await sound?.open(soundPlace));
    if (soundPort !== undefined) say('info', `Listens for its sound on ${soundPlace?.host}:${soundPort}.`);
    const stopped = stopOnSignal();
    meter.failed.catch(() => stopped.abort());
    const cards = slot?.serve(meter.slotted).then((why) => {
      if (why !== undefined) say('error', why.sentence);
    }, meter.fail);
    const measuring = parts?.serve(meter, file.register, stopped.signal).catch(meter.fail);
    const endLoad = parts === undefined ? simulateLoad(meter, load) : () => undefined;
    // The line outlives the signal: the last sign of life goes over it.
    const lineEnds = new AbortController();
    const lineKept = line.keep((sender, at) => meter.plugged(sender, at), lineEnds.signal);
    await stop(stopped.signal);
    endLoad();
    await measuring;
    voice?.stop();
    await sound?.close();
    await panel?.close();
    slot?.stop();
    await cards;
    await meter.lastGasp();
    lineEnds.abort();
    await lineKept;
    await Promise.race([meter.failed, undefined]);
    say('info', `Stopped: ${meter.standing}.`);
    return 0;
  } finally {
    file.close();
  }
}

/** What hangs on the board of a meter is on its own machine. @throws WrongUse */
function onBoard(text: string, flag: 'panel' | 'sound'): ListenAt {
  const at = parseListen(text, flag);
  if (isLoopback(at)) return at;
  throw new WrongUse(`The ${flag} of a meter is on its own board: let it listen on 127.0.0.1.`);
}

const stop = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

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
