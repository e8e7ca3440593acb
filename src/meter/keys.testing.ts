import type { Purpose, Suite, TerminalKey } from '../crypto/index.ts';
import { Command, hostCommand, hostFirst, hostReceive, hostWrapKey, openHostSession } from '../exchange/index.ts';
import { decodeKeyChangeAnswer, encodeKeyChange, isRecordFailure, type Result } from '../records/index.ts';
import { ask, type Bench, keyOf } from './board.testing.ts';

/** 0x2F: the next generation of a purpose, under its own key or another one; the result, `undefined` when refused. */
export function rotate(
  bench: Bench,
  purpose: Purpose,
  generation: number,
  under: TerminalKey = keyOf(purpose),
  floor: number = generation,
): Result | undefined {
  const next = keyOf(purpose, under.suite as Suite, generation);
  const session = openHostSession(under, Command.keyChange, bench.randomness);
  const second = ask(bench, hostFirst(session));
  if (second === undefined || hostReceive(session, second).type !== 'status') return undefined;
  const body = encodeKeyChange({ n: next.n, floor, wrappedKey: hostWrapKey(session, next) });
  const [third] = hostCommand(session, body);
  const fourth = ask(bench, third as Uint8Array);
  if (fourth === undefined) return undefined;
  const outcome = hostReceive(session, fourth);
  if (outcome.type !== 'answer') return undefined;
  const answer = decodeKeyChangeAnswer(outcome.answer);
  return isRecordFailure(answer) ? undefined : answer.head.result;
}
