import { Purpose } from '../crypto/index.ts';
import { Command } from '../exchange/index.ts';
import {
  type AnswerHead,
  decodeClockSetAnswer,
  decodePolicyAnswer,
  decodeUseAnswer,
  encodeClockSet,
  encodeUseRequest,
  type Info,
  isRecordFailure,
  type RecordFailure,
  Result,
  type UseRequest,
} from '../records/index.ts';
import { compileTariff, DEFAULT_TARIFF, encodeModeTable } from '../tariff/index.ts';
import { assert, U32_MAX, unixSeconds } from '../units/index.ts';
import { expect, Found, LeftOut } from './check.ts';
import type { TerminalBench } from './terminal-bench.ts';

const HOLIDAYS = 120;
const MINUTE_MS = 60_000;

/** @throws Found when the answer cannot be read */
export function read<T>(decode: (bytes: Uint8Array) => T | RecordFailure, answer: Uint8Array, what: string): T {
  const decoded = decode(answer);
  if (isRecordFailure(decoded)) throw new Found(`the answer to ${what} cannot be read: ${decoded.reason}`);
  return decoded as T;
}

export function resultIs({ result }: AnswerHead, due: Result, when: string): void {
  expect(result === due, `${when} the result is ${result}, not ${due}`);
}

/** @throws LeftOut when there is no version above it */
export function above(version: number): number {
  if (version >= U32_MAX - 4) throw new LeftOut('the versions of the terminal are used up');
  return version + 1;
}

/** A mode table in UTC; with holidays it takes several parts. */
export function tableOf(
  version: number,
  options: { validFrom?: number; holidays?: boolean; unitCharge?: number } = {},
): Uint8Array {
  const { validFrom = 0, holidays = false, unitCharge = DEFAULT_TARIFF.unitCharge } = options;
  const days = Array.from({ length: HOLIDAYS }, (_, i) =>
    new Date(Date.UTC(2030, 0, 1 + 3 * i)).toISOString().slice(0, 10),
  );
  const table = compileTariff(
    { ...DEFAULT_TARIFF, unitCharge, ...(holidays ? { holidays: days } : {}) },
    { supply: 1, version, validFrom: unixSeconds(validFrom), offsets: [{ from: unixSeconds(0), minutes: 0 }] },
  );
  assert(!('reason' in table), 'the default tariff is one');
  return encodeModeTable(table);
}

export async function sendTable(bench: TerminalBench, bytes: Uint8Array) {
  return read(decodePolicyAnswer, await bench.run(Purpose.control, Command.modeTable, bytes), 'a mode table');
}

/** The highest version held, in force or waiting: a terminal says it also when it refuses a table. */
export const highestTable = async (bench: TerminalBench): Promise<number> =>
  (await sendTable(bench, tableOf(0))).version;

/** A table may wait for the next minute: the clock is set into it, and back. */
export async function nextMinute(bench: TerminalBench): Promise<void> {
  resultIs((await setClock(bench, bench.wire.clock() + MINUTE_MS)).head, Result.done, 'After a clock set');
  await setClock(bench, bench.wire.clock());
}

export async function setClock(bench: TerminalBench, unixMs: number) {
  const body = encodeClockSet({
    seconds: unixSeconds(Math.floor(unixMs / 1000)),
    milliseconds: Math.floor(unixMs % 1000),
  });
  return read(decodeClockSetAnswer, await bench.run(Purpose.control, Command.clockSet, body), 'a clock set');
}

/** Info, and the sections that are asked for. */
export async function use(bench: TerminalBench, asked: Partial<UseRequest> = {}) {
  const request = { totals: false, modeTable: false, policy: false, profiles: [], ...asked };
  return useOf(bench, encodeUseRequest(request));
}

export async function useOf(bench: TerminalBench, body: Uint8Array) {
  return read(decodeUseAnswer, await bench.run(Purpose.monitoring, Command.useAndLog, body), 'use and log');
}

export const infoOf = async (bench: TerminalBench): Promise<Info> => (await use(bench)).info;
