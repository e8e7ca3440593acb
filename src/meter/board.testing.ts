import { deriveTerminalKey, type KeyName, keyName, Purpose, Suite, type TerminalKey } from '../crypto/index.ts';
import {
  COMMAND_OF_OP,
  type Command,
  decodeValueReceipt,
  decodeValueStatus,
  encodeValueCommand,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  Refusal,
  refusalFrame,
  type ValueCommand,
  ValueOp,
  type ValueReceipt,
} from '../exchange/index.ts';
import type { Calibration } from '../metering/index.ts';
import { DEFAULT_SUPPLY_POLICY, ENERGY_MAX, type SupplyPolicy } from '../records/index.ts';
import {
  compileTariff,
  DEFAULT_TARIFF,
  type ModeTable,
  rateAt,
  type TariffDefinition,
  type TariffIssue,
} from '../tariff/index.ts';
import {
  type MilliwattHours,
  type Randomness,
  type Region,
  type SupplyIndex,
  svpmsn,
  tokens,
  unixSeconds,
} from '../units/index.ts';
import {
  blankMemory,
  levelsOf,
  type Meter,
  type MeterMemory,
  type MeterOutputs,
  type PulseInput,
  personalise,
  startMeter,
  stepEnergy,
  stepFrame,
  stepTime,
} from './index.ts';
import { bandOf, energyAt } from './profile-ring.ts';

/** A meter on the bench, with the host's keys beside it: for tests of this room and of those above it. */
export interface Bench {
  readonly memory: MeterMemory;
  readonly randomness: Randomness;
  readonly out: RecordedOutputs;
  readonly supplyCount: number;
  readonly labSessions: number | undefined;
  readonly calibrations: readonly Calibration[];
  readonly pulses: PulseInput | undefined;
  meter: Meter;
  now: number;
}

/** A Tuesday in November, 10:00 in UTC. */
export const BENCH_UNIX_MS = Date.UTC(2026, 10, 24, 10);
export const BENCH_ID = svpmsn(0x0a1b2c);

export function countingRandomness(): Randomness {
  let next = 1;
  return {
    fill(bytes) {
      for (let i = 0; i < bytes.length; i++) {
        next = (Math.imul(next, 1_664_525) + 1_013_904_223) >>> 0;
        bytes[i] = next >>> 24;
      }
    },
  };
}

/** The host's KH of a name: as many bytes as the suite wants, all different. */
export const masterKey = (n: KeyName): Uint8Array =>
  Uint8Array.from({ length: (n & 0x30) === 0x30 ? 32 : 16 }, (_, i) => (i * 37 + n * 11 + 5) & 0xff);

export const keyOf = (purpose: Purpose, suite: Suite = Suite.aes128, generation = 0): TerminalKey => {
  const n = keyName(purpose, suite, generation);
  return deriveTerminalKey(masterKey(n), n, BENCH_ID, 1);
};

/** The seed's own example, in UTC. */
export function benchTable(
  supply: SupplyIndex = 1,
  version = 1,
  unitCharge = 15_000,
  issue: Partial<TariffIssue> & Partial<TariffDefinition> = {},
): ModeTable {
  const { validFrom = unixSeconds(0), offsets = [{ from: unixSeconds(0), minutes: 0 }], ...definition } = issue;
  const table = compileTariff(
    { ...DEFAULT_TARIFF, unitCharge, ...definition },
    { supply, version, validFrom, offsets },
  );
  if ('reason' in table) throw new Error(table.sentence);
  return table;
}

/** Cut at once when the credit is gone: most tests are about that. */
export const STRICT_POLICY: SupplyPolicy = {
  ...DEFAULT_SUPPLY_POLICY,
  emergencyCredit: tokens(0),
  friendlyHours: null,
  noCutOnWeekends: false,
  noCutOnHolidays: false,
};

export function createBench(
  options: {
    suite?: Suite;
    policy?: SupplyPolicy;
    tables?: readonly ModeTable[];
    memory?: MeterMemory;
    region?: Region;
    pulses?: PulseInput;
  } = {},
): Bench {
  const suite = options.suite ?? Suite.aes128;
  const tables = options.tables ?? [benchTable()];
  const memory = options.memory ?? blankMemory(tables.length);
  const randomness = countingRandomness();
  const keys = [Purpose.value, Purpose.control, Purpose.monitoring, Purpose.maintenance]
    .filter((purpose) => suite !== Suite.tripleDes || purpose !== Purpose.maintenance)
    .map((purpose) => keyOf(purpose, suite));
  const policy = options.policy ?? STRICT_POLICY;
  const region = options.region === undefined ? {} : { region: options.region };
  const given = { svpmsn: BENCH_ID, keys, tables, policy, unixMs: BENCH_UNIX_MS, now: 0, ...region };
  personalise(memory, given, randomness);
  return startBench(memory, {
    supplyCount: tables.length,
    randomness,
    ...(suite === Suite.tripleDes ? { labSessions: 1 } : {}),
    ...(options.pulses === undefined ? {} : { pulses: options.pulses }),
  });
}

/** A meter that finds itself in memories that were personalised before. */
export function startBench(
  memory: MeterMemory,
  options: {
    supplyCount?: number;
    randomness?: Randomness;
    labSessions?: number;
    calibrations?: readonly Calibration[];
    pulses?: PulseInput;
    now?: number;
  } = {},
): Bench {
  const {
    supplyCount = 1,
    randomness = countingRandomness(),
    labSessions,
    calibrations = [],
    pulses,
    now = 0,
  } = options;
  const out = new RecordedOutputs();
  const lab = labSessions === undefined ? {} : { labSessions };
  const pipe = pulses === undefined ? {} : { pulses };
  const meter = startMeter(memory, supplyCount, randomness, { now, calibrations, ...lab, ...pipe }, out);
  return { memory, randomness, out, supplyCount, labSessions, calibrations, pulses, meter, now };
}

/** Power goes, and comes back after so long. */
export function restart(bench: Bench, options: { afterMs?: number; clockLost?: boolean } = {}): void {
  bench.now += options.afterMs ?? 0;
  const { memory, supplyCount, randomness, labSessions, calibrations, pulses, now, out } = bench;
  const lab = labSessions === undefined ? {} : { labSessions };
  const pipe = pulses === undefined ? {} : { pulses };
  const start = { now, calibrations, ...lab, ...pipe, clockLost: options.clockLost ?? false };
  bench.meter = startMeter(memory, supplyCount, randomness, start, out);
}

/** Minutes pass, each with so much energy asked for at its end; what flowed. */
export function live(bench: Bench, minutes: number, milliwattHours: number, supply: SupplyIndex = 1): number {
  let flowed = 0;
  for (let minute = 0; minute < minutes; minute++) {
    bench.now += 60_000;
    flowed += stepEnergy(bench.meter, supply, milliwattHours as MilliwattHours, bench.now, bench.out);
    stepTime(bench.meter, bench.now, bench.out);
  }
  return flowed;
}

/** A command of control, monitoring or maintenance: the body of its answer. */
export function command(
  bench: Bench,
  h: Command,
  body: Uint8Array,
  key: TerminalKey = keyOf(h >= 0x30 ? Purpose.monitoring : Purpose.control),
): Uint8Array {
  const answer = exchangeWith(bench, key, h, () => body);
  if (answer === undefined) throw new Error('the meter gave no answer');
  return answer;
}

/** The last TC of the purse, so that the next transaction has the next. */
export const lastCounter = (bench: Bench): number => bench.meter.svm.purse.lastCounter;

export const credit = (bench: Bench, amount: number): ValueReceipt =>
  value(bench, { op: ValueOp.credit, counter: lastCounter(bench) + 1, amount: tokens(amount) });

/** The UTC minute in which the bench's time now lies. */
export const minuteOf = (bench: Bench): number => Math.floor((BENCH_UNIX_MS + bench.now) / 60_000);

/**
 * What the profile of some minutes cost under a table, in charge units, computed by nobody else's functions: big
 * integers, minute by minute.
 */
export function costOfProfile(bench: Bench, from: number, to: number, tableAt: (minute: number) => ModeTable): bigint {
  let units = 0n;
  for (const { place } of bench.meter.supplies) {
    for (let minute = from; minute <= to; minute++) {
      const energy = energyAt(bench.meter.nvm, place, minute);
      if (energy > ENERGY_MAX) continue;
      const table = tableAt(minute);
      const { percent } = rateAt(table, unixSeconds(minute * 60));
      const surcharge = table.surcharges[bandOf(bench.meter.nvm, place, minute)];
      units += BigInt(table.unitCharge) * BigInt(percent) * BigInt(surcharge) * BigInt(energy);
    }
  }
  return units;
}

/** What the purse says was spent, with the remainder below a token, in charge units. */
export const charged = (bench: Bench): bigint =>
  BigInt(levelsOf(bench.meter).used) * 100_000_000_000n + BigInt(bench.meter.svm.remainder);

export class RecordedOutputs implements MeterOutputs {
  readonly heard: string[] = [];
  readonly attentions: Uint8Array[] = [];
  /** For the card in the slot, the oldest first. */
  readonly commands: Uint8Array[] = [];
  relay(supply: SupplyIndex, open: boolean): void {
    this.heard.push(`relay ${supply} ${open ? 'open' : 'closed'}`);
  }
  throttle(supply: SupplyIndex, on: boolean): void {
    this.heard.push(`throttle ${supply} ${on ? 'on' : 'off'}`);
  }
  buzzer(seconds: number): void {
    this.heard.push(`buzzer ${seconds}`);
  }
  loadControl(on: boolean): void {
    this.heard.push(`load control ${on ? 'on' : 'off'}`);
  }
  attention(frame: Uint8Array): void {
    this.attentions.push(frame);
  }
  card(command: Uint8Array): void {
    this.commands.push(command);
  }
  wake(at: number): void {
    this.heard.push(`wake ${at}`);
  }
}

/** Sends one frame and gives back what the meter says. */
export function ask(bench: Bench, frame: Uint8Array): Uint8Array | undefined {
  const answer = stepFrame(bench.meter, frame, bench.now, bench.out);
  return answer.type === 'frame' ? answer.frame : undefined;
}

/** A whole exchange; `command` is given the status of M2. The answer's body, or `undefined` where there was none. */
export function exchangeWith(
  bench: Bench,
  key: TerminalKey,
  h: Command,
  command: (status: Uint8Array) => Uint8Array,
): Uint8Array | undefined {
  const session = openHostSession(key, h, bench.randomness);
  const second = ask(bench, hostFirst(session));
  if (second === undefined) return undefined;
  const opened = hostReceive(session, second);
  if (opened.type !== 'status') return undefined;
  let answer: Uint8Array | undefined;
  for (const frame of hostCommand(session, command(opened.status))) answer = ask(bench, frame);
  for (let part = 1; answer !== undefined; part++) {
    const outcome = hostReceive(session, answer);
    if (outcome.type === 'answer') return outcome.answer;
    if (outcome.type !== 'part') return undefined;
    answer = ask(bench, refusalFrame({ h, n: key.n, svpmsn: key.svpmsn }, Refusal.partMissing, part));
  }
  return undefined;
}

export const TXID = (text: string): Uint8Array => new TextEncoder().encode(text.padEnd(8, '.').slice(0, 8));

/** One value command; the status of M2 beside its receipt. */
export function value(
  bench: Bench,
  command: Partial<ValueCommand> & Pick<ValueCommand, 'op' | 'counter'>,
  suite: Suite = Suite.aes128,
): ValueReceipt {
  const key = keyOf(Purpose.value, suite);
  const whole = { txid: TXID(`order${command.counter}`), amount: tokens(0), ...command };
  const answer = exchangeWith(bench, key, COMMAND_OF_OP[command.op], (status) => {
    if (suite >= Suite.aes128 && 'reason' in decodeValueStatus(status)) throw new Error('no status');
    return encodeValueCommand(suite, whole);
  });
  if (answer === undefined) throw new Error('the meter gave no receipt');
  const receipt = decodeValueReceipt(suite, BENCH_ID, answer);
  if ('reason' in receipt) throw new Error(receipt.reason);
  return receipt;
}
