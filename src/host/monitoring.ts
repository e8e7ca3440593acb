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
  EventKind,
  encodeTotals,
  isRecordFailure,
  MeterFlag,
  setBand,
  type Totals,
} from '../records/index.ts';
import type { Milliseconds, Svpmsn, Tokens } from '../units/index.ts';
import { CLOCK_SET, queueCommand } from './command-queue.ts';
import type { StoreTransaction } from './ports.ts';
import { freeze, postSpending } from './receipts.ts';
import type { Knowledge, Meter } from './types.ts';
import { wake } from './work.ts';

type PollResult = Extract<BackhaulMessage, { type: 'poll-result' }>;
type Attention = Extract<BackhaulMessage, { type: 'attention' }>;

/** A clock further off than monitoring may slew in a day is set under the control key. */
const CLOCK_SET_ABOVE_MS = 60_000;
/** A report that is not younger than the last booking by this much may be from before it. */
const REPORT_MARGIN_MS = 5_000;

/** Keeps what one poll brought. Returns how many of its bodies were not understood. */
export async function takePoll(tx: StoreTransaction, poll: PollResult, now: Milliseconds): Promise<number> {
  const [meter] = await tx.metersOf([poll.svpmsn]);
  if (meter === undefined) return 0;
  const { told, totals, profiles, faults } = decodePoll(meter, poll);
  const eventFaults = await takeEvents(tx, meter, poll, now);
  if (told !== undefined) {
    await believePoll(tx, meter, { told, clockOffsetMs: poll.clockOffsetMs }, now);
    await postSpendingTold(tx, meter.svpmsn, told, now);
  } else await heard(tx, meter.svpmsn, now);
  for (const each of totals) {
    await tx.putTotals({ svpmsn: meter.svpmsn, supply: each.supply, at: now, body: encodeTotals(each) });
  }
  for (const profile of profiles) await keepProfile(tx, meter.svpmsn, profile);
  if (profiles.length > 0) await noteProfiles(tx, meter.svpmsn, profiles);
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
  const told = flags === undefined ? {} : { flags, flagsAt: now };
  await tx.putKnowledge({ ...known, heardAt: now, balance, balanceAt: now, ...told });
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
  /** Suite `3des` has none. */
  readonly flags: number | undefined;
  readonly info: Partial<Pick<Knowledge, 'tableVersion' | 'lastDay' | 'nextEvent'>>;
  /** Info tells it, a status does not. */
  readonly policy?: Pick<Knowledge, 'policyVersion' | 'nextTableVersion'>;
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
    const told = { at, balance: use.balance, owed: 0 as Tokens, flags: undefined, info: {} };
    return { told, totals: [use.log], profiles: [], faults: 0 };
  }
  if (poll.use !== undefined) {
    const use = decodeUseAnswer(poll.use);
    if (isRecordFailure(use)) return UNDERSTOOD_NOTHING;
    const { owed, flags, tableVersion, lastDay, nextEvent, policyVersion, nextTableVersion } = use.info;
    const told = {
      at: saidAt(poll, use.head.clock),
      balance: use.head.balance,
      owed,
      flags,
      info: { tableVersion, lastDay, nextEvent },
      policy: { policyVersion, nextTableVersion },
    };
    return { told, totals: use.totals, profiles: use.profiles, faults: 0 };
  }
  if (poll.status !== undefined) {
    const status = decodeMonitoringStatus(poll.status);
    if (isRecordFailure(status)) return UNDERSTOOD_NOTHING;
    const { clock, balance, owed, flags, ...info } = status;
    return { told: { at: saidAt(poll, clock), balance, owed, flags, info }, totals: [], profiles: [], faults: 0 };
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
  const { balance, owed, flags } = told;
  // A report that was long on its way does not replace a younger one.
  const isNewer = (than: Milliseconds | undefined) => at >= (than ?? 0);
  await tx.putKnowledge({
    ...known,
    heardAt: now,
    ...(isNewer(known.balanceAt) && { balance, balanceAt: at }),
    ...(flags !== undefined && isNewer(known.flagsAt) && { flags, flagsAt: at }),
    ...(isNewer(known.infoAt) && { ...told.info, owed, clockOffsetMs, infoAt: at }),
    ...(told.policy !== undefined && isNewer(known.policyAt) && { ...told.policy, policyAt: at }),
  });
  const off = ((flags ?? 0) & MeterFlag.clockUnset) !== 0 || Math.abs(clockOffsetMs) > CLOCK_SET_ABOVE_MS;
  if (off && meter.suite !== Suite.tripleDes) {
    const last = await tx.command(svpmsn, CLOCK_SET.slot);
    if (last?.state !== 'waiting') await queueCommand(tx, meter, CLOCK_SET, now);
  }
}

/** Keeps the events of a poll. A meter that froze its purse takes no value until a person has looked (X10). */
async function takeEvents(
  tx: StoreTransaction,
  { svpmsn }: Meter,
  { events }: PollResult,
  now: Milliseconds,
): Promise<number> {
  if (events === undefined) return 0;
  const answer = decodeEventAnswer(events);
  if (isRecordFailure(answer)) return 1;
  const news = await tx.addEvents(answer.events.map((event) => ({ ...event, svpmsn, heardAt: now })));
  const read = answer.events.at(-1)?.sequence;
  const eventsBefore = read === undefined ? answer.next : read + 1;
  await tx.putKnowledge({ ...(await knowledge(tx, svpmsn)), eventsBefore });
  const [purse] = await tx.pursesOf([svpmsn]);
  const froze = news.some(({ kind }) => kind === EventKind.valueFrozen);
  if (froze && purse !== undefined && purse.freeze === undefined) await freeze(tx, purse, 'meter-frozen', now);
  return 0;
}

async function postSpendingTold(
  tx: StoreTransaction,
  id: Svpmsn,
  { at: said, balance, owed, info }: Told,
  now: Milliseconds,
): Promise<void> {
  const { eventsBefore = 1 } = await knowledge(tx, id);
  // An event that was not read may say that the purse is frozen: then what it no longer shows was not spent.
  if (info.nextEvent !== undefined && eventsBefore < info.nextEvent) return;
  const at = said < now ? said : now;
  const [purse] = await tx.pursesOf([id]);
  if (purse === undefined || purse.freeze !== undefined) return;
  // Before the last booking, or with a closing on its way, the balance does not belong to what is booked.
  if (purse.queryWanted || at < purse.bookedAt + REPORT_MARGIN_MS) return;
  if ((await tx.outstanding(id))?.op === 'close') return;
  const tokensOf = { credited: purse.credited, balance: BigInt(balance), owed: BigInt(owed) };
  await postSpending(tx, purse, { at, ...tokensOf }, now);
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

async function noteProfiles(tx: StoreTransaction, id: Svpmsn, profiles: readonly DayProfile[]): Promise<void> {
  const known = await knowledge(tx, id);
  const profileDay = Math.max(known.profileDay ?? 0, ...profiles.map(({ day }) => day));
  await tx.putKnowledge({ ...known, profileDay });
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
  flags: undefined,
  flagsAt: undefined,
  infoAt: undefined,
  owed: undefined,
  clockOffsetMs: undefined,
  tableVersion: undefined,
  lastDay: undefined,
  nextEvent: undefined,
  policyAt: undefined,
  policyVersion: undefined,
  nextTableVersion: undefined,
  profileDay: undefined,
  eventsBefore: undefined,
  attentionAt: undefined,
  attention: undefined,
};
