import { type KeyStore, keyName, Purpose } from '../crypto/index.ts';
import { Command, hostCommand, hostFirst, hostReceive, hostWrapKey, openHostSession } from '../exchange/index.ts';
import { type Meter, startMeter, stepFrame } from '../meter/index.ts';
import {
  decodeKeyChangeAnswer,
  decodeMaintenanceStatus,
  encodeKeyChange,
  isRecordFailure,
  RelayAction,
  Result,
} from '../records/index.ts';
import { svpmsnText } from '../units/index.ts';
import { businessClock } from './business-clock.ts';
import { systemRandomness } from './demo-keys.ts';
import { folderOf } from './demo-options.ts';
import { CannotGoOn } from './failure.ts';
import { needed, parsedWords } from './flags.ts';
import { workshopOf } from './host-folder.ts';
import { checkDatabase } from './host-options.ts';
import { MeterFile } from './meter-file.ts';
import { actOf, done } from './meter-life.ts';
import { maintenanceKeys } from './meter-personalise.ts';
import { UNWIRED } from './unwired.ts';
import { WrongUse } from './usage.ts';
import { withBooks } from './utility-folder.ts';

/**
 * `wattpurse meter revive FILE …`: gives a meter whose case was opened its keys of value and control again, under the
 * key of maintenance that two custodians bring, and lets the host clear its tamper.
 */
export async function meterRevive(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsedWords('meter', args, {
    ...{ data: { type: 'string' }, database: { type: 'string' }, share: { type: 'string', multiple: true } },
  });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new WrongUse('meter revive takes the file that the meter is.');
  const data = folderOf(needed('meter revive', values.data, '--data', 'the folder of the host that it belongs to'));
  const { database, share = [] } = values;
  if (database !== undefined) checkDatabase(database);
  const { keys } = await workshopOf(data);
  const ofMaintenance = await maintenanceKeys(data, keys, share);
  const file = MeterFile.open(path);
  try {
    return await withBooks(
      { data, database },
      async ({ host }) => {
        const now = businessClock(0).now();
        const meter = startMeter(file.memory, 1, systemRandomness, { now }, UNWIRED);
        const { svpmsn } = meter.sam;
        const { meter: booked } = done(await host.meter(svpmsn));
        if (!meter.dismantled) {
          throw new WrongUse(`Meter ${svpmsnText(svpmsn)} has its keys: only one whose case was opened is revived.`);
        }
        const { suite, valueGeneration, controlGeneration } = booked;
        const under = await ofMaintenance.terminalKey(keyName(Purpose.maintenance, suite, 0), svpmsn);
        for (const n of [
          keyName(Purpose.value, suite, valueGeneration),
          keyName(Purpose.control, suite, controlGeneration),
        ]) {
          giveKey(meter, under, await keys.terminalKey(n, svpmsn), now);
        }
        const act = actOf('reviveMeter', svpmsn, {});
        const clear = { type: 'relay', supply: 0, action: RelayAction.clearTamper } as const;
        done(await host.by(act).command(svpmsn, clear));
        process.stdout.write(
          `Meter ${svpmsnText(svpmsn)} has its keys of value and control again. Its relay closes when the host has cleared the tamper.\n`,
        );
        return 0;
      },
      { writes: true },
    );
  } finally {
    file.close();
  }
}

type Key = Awaited<ReturnType<KeyStore['terminalKey']>>;

/** One exchange of 0x2F, as over the line. @throws CannotGoOn when the meter does not take it */
function giveKey(meter: Meter, under: Key, key: Key, now: number): void {
  const refused = (why: string) =>
    new CannotGoOn(
      `Meter ${svpmsnText(meter.sam.svpmsn)} took no key (${why}): see that the shares are of its utility.`,
    );
  const said = (frame: Uint8Array) => {
    const answer = stepFrame(meter, frame, now, UNWIRED);
    return answer.type === 'frame' ? hostReceive(session, answer.frame) : undefined;
  };
  const session = openHostSession(under, Command.keyChange, systemRandomness);
  const status = said(hostFirst(session));
  if (status?.type !== 'status') throw refused('its maintenance key is another');
  // Suite 3des-xo has no status in M2.
  if (status.status.length > 0 && isRecordFailure(decodeMaintenanceStatus(status.status))) throw refused('no status');
  const body = encodeKeyChange({ n: key.n, floor: key.n & 0x0f, wrappedKey: hostWrapKey(session, key) });
  const [frame] = hostCommand(session, body);
  const answer = frame === undefined ? undefined : said(frame);
  const taken = answer?.type === 'answer' ? decodeKeyChangeAnswer(answer.answer) : undefined;
  if (taken === undefined || isRecordFailure(taken)) throw refused('it did not answer');
  if (taken.head.result !== Result.done) throw refused(`result ${taken.head.result}`);
}
