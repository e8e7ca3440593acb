import type { BackhaulMessage } from '../backhaul/index.ts';
import { Suite } from '../crypto/index.ts';
import type { ValueReceipt } from '../exchange/index.ts';
import {
  bandAt,
  type DayProfile,
  decodeEventAnswer,
  decodeMonitoringStatus,
  decodeSeedUse,
  decodeUseAnswer,
  ENERGY_MISSING,
  encodeTotals,
  isRecordFailure,
  MeterFlag,
  setBand,
  type Totals,
} from '../records/index.ts';
import type { Milliseconds, Svpmsn, Tokens } from '../units/index.ts';
import { CLOCK_SET, queueCommand } from './command-queue.ts';
import type { StoreTransaction } from './ports.ts';
import { postSpending } from './receipts.ts';
import type { Knowledge, Meter } from './types.ts';
import { wake } from './work.ts';

type PollResult = Extract<BackhaulMessage, { type: 'poll-result' }>;
type Attention = Extract<BackhaulMessage, { type: 'attention' }>;

/** A clock further off than monitoring may slew in a day is set under the control key. */
export const CLOCK_SET_ABOVE_MS = 60_000;
/** A report that is not younger than the last booking by this much may be from before it. */
export const REPORT_MARGIN_MS = 5_000;

/** Keeps what one poll brought. Returns how many of its bodies were not understood. */
export async function takePoll(tx: StoreTransaction, poll: PollResult, now: Milliseconds): Promise<number> {
  const [meter] = await tx.metersOf([poll.svpmsn]);
  if (meter === undefined) return 0;
  const { told, totals, profiles, faults } = decodePoll(meter, poll);
  if (told !== undefined) await believePoll(tx, meter, { told, clockOffsetMs: poll.clockOffsetMs }, now);
  else await heard(tx, meter.svpmsn, now);
  for (const each of totals) {
    await tx.putTotals({ svpmsn: meter.svpmsn, supply: each.supply, at: now, body: encodeTotals(each) });
  }
  for (const profile of profiles) await keepProfile(tx, meter.svpmsn, profile);
  let eventFaults = 0;
  if (poll.events !== undefined) {
    const answer = decodeEventAnswer(poll.events);
    if (isRecordFailure(answer)) eventFaults = 1;
    else await tx.addEvents(answer.events.map((event) => ({ ...event, svpmsn: meter.svpmsn, heardAt: now })));
  }
  await wakeIfWaiting(tx, meter, now);
  return faults + eventFaults;
}

/** An attention is an alarm: it is shown at once, and the facts come with the poll that it causes. */
export async function takeAttention(tx: StoreTransaction, attention: Attention, now: Milliseconds): Promise<void> {
  const [meter] = await tx.metersOf([attention.svpmsn]);
  if (meter === undefined) return;
  const known = await knowledge(tx, meter.svpmsn);
  await tx.putKnowledge({ ...known, heardAt: now, attentionAt: now, attention: attention.reasons });
  await wakeIfWaiting(tx, meter, now);
}

/** A receipt's balance and flags, true as it arrives. */
export async function believeReceipt(
  tx: StoreTransaction,
  id: Svpmsn,
  { balance, flags }: ValueReceipt,
  now: Milliseconds,
): Promise<void> {
  const known = await knowledge(tx, id);
  await tx.putKnowledge({ ...known, heardAt: now, balance, balanceAt: now, flags: flags ?? known.flags });
}

export async function believeBalance(
  tx: StoreTransaction,
  id: Svpmsn,
  balance: Tokens,
  now: Milliseconds,
): Promise<void> {
  await tx.putKnowledge({ ...(await knowledge(tx, id)), heardAt: now, balance, balanceAt: now });
}

/** What a poll says of the meter now, whichever body brought it. */
interface Told {
  /** When the meter said it, by the local unit's clock. */
  readonly at: Milliseconds;
  readonly balance: Tokens;
  readonly owed: Tokens;
  readonly flags: number;
  readonly rest: Partial<Knowledge>;
}

interface DecodedPoll {
  readonly told: Told | undefined;
  readonly totals: readonly Totals[];
  readonly profiles: readonly DayProfile[];
  readonly faults: number;
}

const UNDERSTOOD_NOTHING: DecodedPoll = { told: undefined, totals: [], profiles: [], faults: 1 };

function decodePoll({ suite, svpmsn }: Meter, poll: PollResult): DecodedPoll {
  if (suite === Suite.tripleDes) {
    if (poll.use === undefined) return { ...UNDERSTOOD_NOTHING, faults: 0 };
    const use = decodeSeedUse(poll.use);
    if (isRecordFailure(use) || use.id !== svpmsn) return UNDERSTOOD_NOTHING;
    const at = saidAt(poll, use.timer);
    const told = { at, balance: use.balance, owed: 0 as Tokens, flags: 0, rest: {} };
    return { told, totals: [use.log], profiles: [], faults: 0 };
  }
  if (poll.use !== undefined) {
    const use = decodeUseAnswer(poll.use);
    if (isRecordFailure(use)) return UNDERSTOOD_NOTHING;
    const { owed, flags, daysHeld: _, ...rest } = use.info;
    const told = { at: saidAt(poll, use.head.clock), balance: use.head.balance, owed, flags, rest };
    return { told, totals: use.totals, profiles: use.profiles, faults: 0 };
  }
  if (poll.status !== undefined) {
    const status = decodeMonitoringStatus(poll.status);
    if (isRecordFailure(status)) return UNDERSTOOD_NOTHING;
    const { clock, balance, owed, flags, ...rest } = status;
    return { told: { at: saidAt(poll, clock), balance, owed, flags, rest }, totals: [], profiles: [], faults: 0 };
  }
  return { ...UNDERSTOOD_NOTHING, faults: 0 };
}

/** A long answer may be a minute on the line: what counts is when the meter made it, by its clock and that clock's offset. */
function saidAt({ atMs, clockOffsetMs }: PollResult, clock: number): Milliseconds {
  const said = clock === 0 ? atMs : clock * 1000 - clockOffsetMs;
  return Math.max(0, Math.min(said, atMs)) as Milliseconds;
}

async function believePoll(
  tx: StoreTransaction,
  meter: Meter,
  { told, clockOffsetMs }: { readonly told: Told; readonly clockOffsetMs: number },
  now: Milliseconds,
): Promise<void> {
  const { svpmsn } = meter;
  const known = await knowledge(tx, svpmsn);
  const at = told.at < now ? told.at : now;
  const { balance, owed, flags, rest } = told;
  const newer: Knowledge = { ...known, heardAt: now };
  // A report that was long on its way does not replace a younger one.
  const info = at >= (known.infoAt ?? 0) ? { infoAt: at, owed, flags, clockOffsetMs, ...rest } : {};
  const value = at >= (known.balanceAt ?? 0) ? { balance, balanceAt: at } : {};
  await tx.putKnowledge({ ...newer, ...info, ...value });
  await spendingOf(tx, svpmsn, { at, balance, owed });
  const off = (flags & MeterFlag.clockUnset) !== 0 || Math.abs(clockOffsetMs) > CLOCK_SET_ABOVE_MS;
  if (off && meter.suite !== Suite.tripleDes) {
    const waits = (await tx.commands(svpmsn)).some(({ slot, state }) => slot === CLOCK_SET.slot && state === 'waiting');
    if (!waits) await queueCommand(tx, meter, CLOCK_SET, now);
  }

  async function spendingOf(
    tx: StoreTransaction,
    id: Svpmsn,
    report: { readonly at: Milliseconds; readonly balance: Tokens; readonly owed: Tokens },
  ): Promise<void> {
    const [purse] = await tx.pursesOf([id]);
    // Before the last booking, or with a closing on its way, the balance does not belong to what is booked.
    if (purse === undefined || purse.queryWanted || report.at < purse.bookedAt + REPORT_MARGIN_MS) return;
    if ((await tx.outstanding(id))?.op === 'close') return;
    const { credited } = purse;
    const tokensOf = { credited, balance: BigInt(report.balance), owed: BigInt(report.owed) };
    await postSpending(tx, purse, { at: report.at, ...tokensOf }, now);
  }
}

/** What was recorded before is kept where the newer reading has a gap. */
async function keepProfile(tx: StoreTransaction, id: Svpmsn, profile: DayProfile): Promise<void> {
  const { day, supply } = profile;
  const [before] = await tx.profiles({ svpmsn: id, supply, fromDay: day, toDay: day });
  if (before === undefined) return tx.putProfile(id, profile);
  const energies = profile.energies.slice();
  const bands = profile.bands.slice();
  energies.forEach((energy, minute) => {
    if (energy !== ENERGY_MISSING) return;
    energies[minute] = before.energies[minute] as number;
    setBand(bands, minute, bandAt(before.bands, minute));
  });
  await tx.putProfile(id, { day, supply, energies, bands });
}

async function heard(tx: StoreTransaction, id: Svpmsn, now: Milliseconds): Promise<void> {
  await tx.putKnowledge({ ...(await knowledge(tx, id)), heardAt: now });
}

/** A meter that speaks is reachable: what waits for it in a back-off need not wait any longer. */
async function wakeIfWaiting(tx: StoreTransaction, meter: Meter, now: Milliseconds): Promise<void> {
  const [work] = await tx.workOf([meter.svpmsn]);
  if (work !== undefined && !work.leased) await wake(tx, [meter], work.lane, now);
}

async function knowledge(tx: StoreTransaction, id: Svpmsn): Promise<Knowledge> {
  const [known] = await tx.knowledgeOf([id]);
  return known ?? { ...NOTHING_KNOWN, svpmsn: id };
}

const NOTHING_KNOWN: Omit<Knowledge, 'svpmsn'> = {
  heardAt: undefined,
  balance: undefined,
  balanceAt: undefined,
  infoAt: undefined,
  owed: undefined,
  flags: undefined,
  clockOffsetMs: undefined,
  tableVersion: undefined,
  nextTableVersion: undefined,
  policyVersion: undefined,
  lastDay: undefined,
  nextEvent: undefined,
  attentionAt: undefined,
  attention: undefined,
};
