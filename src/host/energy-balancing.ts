import {
  balanceDay,
  CHECK_MINUTE_MISSING,
  type CountedDay,
  type DayBalance,
  type DoubledSupply,
  doubledSupplies,
  type Feeder,
  type LearnedDay,
  lineHeat,
  type MeterDay,
  possibleEnergies,
  type TransformerDay,
} from '../analysis/index.ts';
import { ENERGY_MAX, MINUTES_PER_DAY, PROFILE_DAYS_KEPT } from '../records/index.ts';
import type { Milliseconds, SupplyIndex } from '../units/index.ts';
import { lineFeeder } from './line-networks.ts';
import { areVoltagesTold } from './load-places.ts';
import { lineDayId, raiseLoss } from './loss-alarms.ts';
import { suspectsOf } from './loss-suspects.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import { markDoubled } from './reading-checks.ts';
import type { Knowledge, LineBalance, LineSuspicion, LossFinding, LossSuspects, Meter } from './types.ts';

const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = MINUTES_PER_DAY * MS_PER_MINUTE;
/** After each half hour there may be news of the days that are over. */
const LOOK_EVERY_MS = 30 * MS_PER_MINUTE;
/** What has not come by then may never come: the day is judged without it. */
const WAIT_MS = 12 * 60 * MS_PER_MINUTE;
/** A loss on a line whose network is described waits so long for the voltages of its day. */
const VOLTAGE_WAIT_MS = 4 * 60 * MS_PER_MINUTE;
const LEARNED_DAYS = 35;
/** Days of a meter from which minutes that it does not know are estimated. */
const OTHER_DAYS = 3;
/** Balances of a day are kept for so many days. */
const KEPT_DAYS = 400;

interface Judged {
  readonly localUnit: number;
  readonly day: number;
}

/**
 * Judges each UTC day of each transformer once: as soon as all that is to come has come, or half a day later. Of
 * several hosts the first that writes the day has judged it, and the others find its row.
 */
export class EnergyBalancing {
  readonly #ports: Pick<HostPorts, 'store' | 'clock'>;
  readonly #zone: string;
  /** Days of which nothing is to be done any more, as far as this process knows, by the id of a line's day. */
  readonly #done = new Map<string, number>();
  #lookAt: number | undefined;
  #due: Judged[] = [];

  constructor(ports: Pick<HostPorts, 'store' | 'clock'>, zone: string) {
    this.#ports = ports;
    this.#zone = zone;
  }

  /** Judges at most one day, so that nothing waits long for it. */
  async tick(now: Milliseconds): Promise<void> {
    this.#lookAt ??= nextLook(now);
    if (now >= this.#lookAt) {
      this.#lookAt = nextLook(now);
      this.#due = await this.#ports.store.read((tx) => this.#dueDays(tx, now));
    }
    for (let next = this.#due.shift(); next !== undefined; next = this.#due.shift()) {
      if (await this.#judge(next, now)) return;
    }
  }

  /** The oldest first: later ones learn from them. */
  async #dueDays(tx: StoreReads, now: Milliseconds): Promise<Judged[]> {
    const today = Math.floor(now / MS_PER_DAY);
    const first = Math.max(0, today - PROFILE_DAYS_KEPT);
    for (const [id, day] of this.#done) if (day < first) this.#done.delete(id);
    const due: Judged[] = [];
    for (const { localUnit, checkedAt = 0 } of await tx.lines()) {
      for (let day = first; day < today; day++) {
        const id = lineDayId(localUnit, day);
        if (this.#done.has(id)) continue;
        // Without a check meter there is nothing to judge, but readings to validate against each other.
        const isOver = now >= (day + 1) * MS_PER_DAY + WAIT_MS;
        if (!isOver && checkedAt < (day + 1) * MS_PER_DAY) continue;
        due.push({ localUnit, day });
      }
    }
    return due;
  }

  /** Whether there was something to reckon. */
  async #judge({ localUnit, day }: Judged, now: Milliseconds): Promise<boolean> {
    const { store } = this.#ports;
    const id = lineDayId(localUnit, day);
    const read = await store.read((tx) => readDay(tx, { localUnit, day }));
    const isOver = now >= (day + 1) * MS_PER_DAY + WAIT_MS;
    if (read === 'nothing' && !isOver) return false;
    if (read === 'judged' || read === 'nothing') {
      const hadReadings = read === 'nothing' && (await this.#markTwins({ localUnit, day }, now));
      this.#done.set(id, day);
      return hadReadings;
    }
    if (!isOver && !read.isWhole) return false;
    const lines = read.feeder && lineHeat(read.feeder, read.day.meters);
    const balance = balanceDay({ ...read.day, lines });
    const isLost = balance.verdict === 'loss';
    // Voltages come some polls after the profiles, and may tell where it is lost.
    const mayTell = isLost && read.feeder !== undefined && now < (day + 1) * MS_PER_DAY + VOLTAGE_WAIT_MS;
    if (mayTell && !(await store.read((tx) => areVoltagesTold(tx, localUnit, day)))) return false;
    const suspects = !isLost
      ? undefined
      : await store.read((tx) => suspectsOf(tx, { localUnit, day: read.day }, this.#zone));
    const doubled = doubledSupplies(read.day.meters);
    await store.transaction((tx) => keepBalance(tx, { localUnit, balance, suspects, doubled }, now));
    this.#done.set(id, day);
    return true;
  }

  /** Of a day that cannot be judged: whether it had readings to hold against each other. */
  async #markTwins({ localUnit, day }: Judged, now: Milliseconds): Promise<boolean> {
    const { store } = this.#ports;
    const days = await store.read(async (tx) => {
      const told: Pick<MeterDay, 'svpmsn' | 'supplies'>[] = [];
      for (const { svpmsn, supplies: count } of await tx.meters({ localUnit })) {
        const supplies: (CountedDay | undefined)[] = [];
        for (let supply = 1; supply <= count; supply++) {
          const key = { svpmsn, supply: supply as SupplyIndex, fromDay: day, toDay: day };
          const [profile] = await tx.profiles(key);
          supplies.push(profile && { day, energies: possibleEnergies(profile.energies), others: [] });
        }
        told.push({ svpmsn, supplies });
      }
      return told;
    });
    const doubled = doubledSupplies(days);
    if (doubled.length > 0) await store.transaction((tx) => markDoubled(tx, { day, doubled }, now));
    return days.some(({ supplies }) => supplies.some((supply) => supply !== undefined));
  }
}

const nextLook = (now: number): number => (Math.floor(now / LOOK_EVERY_MS) + 1) * LOOK_EVERY_MS;

interface DayRead {
  readonly day: TransformerDay;
  /** All profiles and all minutes of the check meter came. */
  readonly isWhole: boolean;
  /** Where its network was described, with all of its meters. */
  readonly feeder: Feeder | undefined;
}

/** Nothing is to be judged before the line had a meter, and where its check meter told nothing of the day. */
async function readDay(tx: StoreReads, { localUnit, day }: Judged): Promise<DayRead | 'judged' | 'nothing'> {
  const [judged] = await tx.lineBalances.of([lineDayId(localUnit, day)]);
  if (judged !== undefined) return 'judged';
  const meters = await tx.meters({ localUnit });
  if (meters.every(({ enrolledAt }) => enrolledAt >= (day + 1) * MS_PER_DAY)) return 'nothing';
  const gave = new Uint32Array(MINUTES_PER_DAY).fill(CHECK_MINUTE_MISSING);
  const [from, to] = [day * MINUTES_PER_DAY, (day + 1) * MINUTES_PER_DAY - 1];
  const minutes = await tx.checkMinutes({ localUnit, from, to });
  if (minutes.length === 0) return 'nothing';
  for (const { minute, energy } of minutes) gave[minute - from] = Math.min(energy, CHECK_MINUTE_MISSING);
  const ids = meters.map(({ svpmsn }) => svpmsn);
  const [known, purses] = [await tx.knowledgeOf(ids), await tx.pursesOf(ids)];
  const suspicions = await tx.suspicions(localUnit);
  const days: MeterDay[] = [];
  for (const [i, meter] of meters.entries()) {
    const isFrozen = purses[i]?.freeze !== undefined;
    days.push(await meterDay(tx, meter, { day, known: known[i], isFrozen, suspicions }));
  }
  const learned = await learnedDays(tx, { localUnit, day });
  const isTold = days.every(({ supplies }) => supplies.every((supply) => supply !== undefined));
  const isWhole = isTold && minutes.length === MINUTES_PER_DAY;
  const feeder = await lineFeeder(tx, localUnit, ids);
  return { day: { day, gave, meters: days, learned }, isWhole, feeder };
}

interface MeterFacts {
  readonly day: number;
  readonly known: Knowledge | undefined;
  readonly isFrozen: boolean;
  readonly suspicions: readonly LineSuspicion[];
}

async function meterDay(tx: StoreReads, meter: Meter, facts: MeterFacts): Promise<MeterDay> {
  const { svpmsn } = meter;
  const supplies: (CountedDay | undefined)[] = [];
  for (let supply = 1; supply <= meter.supplies; supply++) {
    supplies.push(await countedDay(tx, { svpmsn, supply: supply as SupplyIndex, day: facts.day }));
  }
  return { svpmsn, supplies, clockOffsetMs: facts.known?.clockOffsetMs, changed: changeOf(meter, facts) };
}

async function countedDay(
  tx: StoreReads,
  { svpmsn, supply, day }: { readonly svpmsn: Meter['svpmsn']; readonly supply: SupplyIndex; readonly day: number },
): Promise<CountedDay | undefined> {
  const [profile] = await tx.profiles({ svpmsn, supply, fromDay: day, toDay: day });
  if (profile === undefined) return undefined;
  const energies = possibleEnergies(profile.energies);
  if (isAllKnown(energies)) return { day, energies, others: [] };
  const others = await tx.profiles({ svpmsn, supply, fromDay: Math.max(0, day - OTHER_DAYS), toDay: day - 1 });
  return { day, energies, others: others.map((other) => possibleEnergies(other.energies)) };
}

function isAllKnown(energies: Uint16Array): boolean {
  for (let minute = 0; minute < energies.length; minute++) if ((energies[minute] as number) > ENERGY_MAX) return false;
  return true;
}

/** A meter that was enrolled in the day, or of which its line told since that another speaks in its place. */
function changeOf({ svpmsn, enrolledAt }: Meter, { day, isFrozen, suspicions }: MeterFacts): MeterDay['changed'] {
  if (enrolledAt > day * MS_PER_DAY) return 'new';
  if (isFrozen) return 'frozen';
  const named = suspicions.filter((each) => each.svpmsn === svpmsn && each.namedAt >= day * MS_PER_DAY);
  if (named.some(({ kind }) => kind === 'doubled-id')) return 'replaced';
  return named.some(({ kind }) => kind === 'doubled-address') ? 'moved' : undefined;
}

/**
 * Days that were balanced, and those on which an alarm was raised for nothing. Where somebody found that what is lost is
 * to be expected from now on, what was before says nothing any more.
 */
async function learnedDays(tx: StoreReads, { localUnit, day }: Judged): Promise<LearnedDay[]> {
  const after = lineDayId(localUnit, Math.max(0, day - LEARNED_DAYS - 1));
  const before = await tx.lineBalances.page({ after, limit: LEARNED_DAYS });
  const alarms = await tx.lossAlarms.where('localUnit', localUnit);
  const found = (finding: LossFinding) => alarms.filter(({ steps }) => steps.at(-1)?.finding === finding);
  const since = Math.max(0, ...found('expected').map(({ firstDay }) => firstDay));
  const harmless = [...found('expected'), ...found('nothing')];
  const isHarmless = (each: number) => harmless.some(({ firstDay, lastDay }) => firstDay <= each && each <= lastDay);
  return before
    .filter((row) => row.localUnit === localUnit && row.day >= since && row.day < day)
    .filter((row) => row.verdict === 'balanced' || (row.verdict === 'loss' && isHarmless(row.day)))
    .map(({ figures }) => figures);
}

interface Kept {
  readonly localUnit: number;
  readonly balance: DayBalance;
  readonly suspects: LossSuspects | undefined;
  readonly doubled: readonly DoubledSupply[];
}

/** The day is judged once: whoever comes later changes nothing. */
async function keepBalance(tx: StoreTransaction, kept: Kept, now: Milliseconds): Promise<void> {
  const { localUnit, balance, suspects } = kept;
  const { day, verdict, reason: why, ...figures } = balance;
  const id = lineDayId(localUnit, day);
  const [judged] = await tx.lineBalances.of([id]);
  if (judged !== undefined) return;
  const row: LineBalance = { id, localUnit, day, judgedAt: now, verdict, why, figures };
  await tx.lineBalances.put([row]);
  await tx.lineBalances.delete([lineDayId(localUnit, Math.max(0, day - KEPT_DAYS))]);
  await markDoubled(tx, { day, doubled: kept.doubled }, now);
  if (verdict === 'loss') await raiseLoss(tx, row, suspects, now);
}
