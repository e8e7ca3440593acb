import { type Milliseconds, svpmsnText } from '../units/index.ts';
import { fail, findMeter, textFault } from './failures.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { LOSS_ALARM_STATES, LOSS_FINDINGS } from './types/losses.ts';
import type { HostFailure, LineBalance, LossAlarm, LossAlarmState, LossFinding, LossSuspects, Meter } from './types.ts';
import { announce } from './webhooks.ts';

/** What somebody makes of an alarm. */
export interface LossAlarmChange {
  readonly id: string;
  readonly state: Exclude<LossAlarmState, 'new'>;
  /** Of a closing, and of nothing else. */
  readonly finding?: LossFinding;
  /** Of a closing: a meter of the line, at which it was found, or at which there was nothing. */
  readonly meter?: number;
  /** What was seen there; it may be empty. */
  readonly note: string;
}

export interface LossAlarmQuery {
  /** Those that are not closed. */
  readonly open?: boolean;
  readonly after?: string;
  readonly limit: number;
}

const NOTE_MAX = 1_000;

/** Of one unit beside each other, by day. */
export const lineDayId = (localUnit: number, day: number): string =>
  [localUnit, day].map((each) => String(each).padStart(5, '0')).join('-');

/** A loss goes on in the alarm that is open, or raises one. */
export async function raiseLoss(
  tx: StoreTransaction,
  { localUnit, day, figures }: LineBalance,
  suspects: LossSuspects | undefined,
  now: Milliseconds,
): Promise<void> {
  const open = (await tx.lossAlarms.where('localUnit', localUnit)).find(({ state }) => state !== 'closed');
  if (open !== undefined) {
    await tx.lossAlarms.put([
      {
        ...open,
        firstDay: Math.min(open.firstDay, day),
        lastDay: Math.max(open.lastDay, day),
        days: open.days + 1,
        unexplained: open.unexplained + figures.unexplained,
        confidence: Math.max(open.confidence, figures.confidence),
        suspects: suspects ?? open.suspects,
      },
    ]);
    return;
  }
  const { unexplained, confidence } = figures;
  const alarm: LossAlarm = {
    ...{ id: lineDayId(localUnit, day), localUnit, state: 'new', raisedAt: now },
    ...{ firstDay: day, lastDay: day, days: 1, unexplained, confidence, steps: [], suspects },
  };
  await tx.lossAlarms.put([alarm]);
  const data = { alarm: alarm.id, localUnit, day, unexplainedMilliwattHours: String(unexplained), confidence };
  await announce(tx, [{ type: 'loss.raised', subject: alarm.id, data }], now);
}

/** An alarm goes on its way, and never back; its end is a finding. */
export async function changeLossAlarm(
  tx: StoreTransaction,
  { id, state, finding, meter, note }: LossAlarmChange,
  { by, now }: { readonly by: string; readonly now: Milliseconds },
): Promise<LossAlarm | HostFailure> {
  const alarm = await lossAlarm(tx, id);
  if ('sentence' in alarm) return alarm;
  if (alarm.state === 'closed') return fail('alarm-closed', 'This alarm is closed: what is found anew raises another.');
  if (LOSS_ALARM_STATES.indexOf(state) <= LOSS_ALARM_STATES.indexOf(alarm.state)) {
    return fail('alarm-wrong', `This alarm is ${alarm.state} already: it goes on to ${laterThan(alarm.state)}.`);
  }
  if ((state === 'closed') !== (finding !== undefined)) {
    return fail(
      'alarm-wrong',
      `An alarm is closed with a finding, ${LOSS_FINDINGS.join(', ')}, and with nothing else.`,
    );
  }
  const fault = note === '' ? undefined : textFault('alarm-wrong', 'A note', note, NOTE_MAX);
  if (fault !== undefined) return fault;
  const at = meter === undefined ? undefined : await meterOfLine(tx, { meter, localUnit: alarm.localUnit, finding });
  if (at !== undefined && 'sentence' in at) return at;
  const step = {
    ...{ state, at: now, by, note },
    ...(finding !== undefined && { finding }),
    ...(at !== undefined && { meter: at.svpmsn }),
  };
  const changed: LossAlarm = { ...alarm, state, steps: [...alarm.steps, step] };
  await tx.lossAlarms.put([changed]);
  return changed;
}

interface Named {
  readonly meter: number;
  readonly localUnit: number;
  readonly finding: LossFinding | undefined;
}

async function meterOfLine(tx: StoreReads, { meter, localUnit, finding }: Named): Promise<Meter | HostFailure> {
  if (finding === undefined) return fail('alarm-wrong', 'A meter is named with the finding that closes an alarm.');
  const found = await findMeter(tx, meter);
  if ('sentence' in found) return found;
  if (found.meter.localUnit === localUnit) return found.meter;
  return fail('alarm-wrong', `Meter ${svpmsnText(found.meter.svpmsn)} does not stand on the line of this alarm.`, {
    about: svpmsnText(found.meter.svpmsn),
  });
}

const laterThan = (state: LossAlarmState): string =>
  LOSS_ALARM_STATES.slice(LOSS_ALARM_STATES.indexOf(state) + 1).join(' or ');

export async function lossAlarm(tx: StoreReads, id: string): Promise<LossAlarm | HostFailure> {
  return (await tx.lossAlarms.of([id]))[0] ?? fail('alarm-unknown', `There is no alarm "${id}".`, { about: id });
}

/** By local unit and first day. */
export async function lossAlarms(
  tx: StoreReads,
  { open = false, after = '', limit }: LossAlarmQuery,
): Promise<LossAlarm[]> {
  if (!open) return tx.lossAlarms.page({ after, limit });
  const found: LossAlarm[] = [];
  for (const state of LOSS_ALARM_STATES)
    if (state !== 'closed') found.push(...(await tx.lossAlarms.where('state', state, { after, limit })));
  return found.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
}

export interface LineBalanceQuery {
  readonly localUnit: number;
  /** Only days after this one. */
  readonly afterDay?: number;
  readonly limit: number;
}

/** By day. */
export async function lineBalances(
  tx: StoreReads,
  { localUnit, afterDay = -1, limit }: LineBalanceQuery,
): Promise<LineBalance[]> {
  const after = afterDay < 0 ? lineDayId(localUnit, 0) : lineDayId(localUnit, afterDay);
  const found = await tx.lineBalances.page({ after, limit });
  return found.filter((row) => row.localUnit === localUnit);
}
