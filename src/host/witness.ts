import { changedMeanwhile, fail, isFailure } from './failures.ts';
import type { StoreTransaction } from './ports.ts';
import { stateOf, type Thing } from './things.ts';
import type { AuditEntry, HostFailure, KeptAnswer } from './types.ts';

/** Who does something, what it is, and how it is remembered that it was done. */
export interface Act extends AuditEntry {
  /** Where a request must not be carried out twice. */
  readonly once?: Once;
  /** Where what is changed must be as whoever changes it has seen it. */
  readonly seen?: Seen;
}

/** A thing that somebody looked at before they change it. */
export interface Seen {
  readonly thing: Thing;
  /** Whether it is still so. */
  readonly isStill: (state: string) => boolean;
  /** Is told how it is after the change. */
  readonly became: (state: string) => void;
}

export interface Once {
  /** Of whoever asks, and the key that they gave. */
  readonly key: string;
  /** Of what is asked. */
  readonly fingerprint: string;
  /** What is answered, and to the same request again. */
  readonly answer: (made: object) => string;
}

/** Something to do, and in whose name; in nobody's, where the program itself does it. */
export interface Acted<I> {
  readonly act: Act | undefined;
  readonly input: I;
}

/**
 * Does something in somebody's name: with it, in its transaction, goes its entry into the audit log, and the answer
 * that a repetition gets. What was refused changed nothing and leaves neither; so does what nobody did, but the
 * program itself.
 */
export async function witnessed<T extends object>(
  tx: StoreTransaction,
  act: Act | undefined,
  work: () => Promise<T>,
): Promise<T | HostFailure> {
  if (act === undefined) return work();
  const [made] = await witnessedAll<undefined, T>(tx, [{ act, input: undefined }], async () => [await work()]);
  return made as T | HostFailure;
}

/**
 * The same for many at once, with as few steps as for one. Of those that came under one key the first is done; the
 * others are asked anew after it, and find what became of it.
 * @param work answers in the order of its inputs
 */
export async function witnessedAll<I, T extends object>(
  tx: StoreTransaction,
  acted: readonly Acted<I>[],
  work: (inputs: readonly I[]) => Promise<readonly (T | HostFailure)[]>,
): Promise<(T | HostFailure)[]> {
  const keys = acted.flatMap(({ act }) => act?.once?.key ?? []);
  const kept = new Set((keys.length === 0 ? [] : await tx.keptAnswers.of(keys)).map((answer) => answer?.id));
  const answers: (T | HostFailure)[] = acted.map(() => ASKED_BEFORE);
  const changed = await changedOf(tx, acted);
  const now: number[] = [];
  const later: number[] = [];
  const begun = new Set<string>();
  acted.forEach(({ act }, i) => {
    const key = act?.once?.key;
    if (key !== undefined && kept.has(key)) return;
    if (changed.has(i)) {
      answers[i] = changedMeanwhile();
      return;
    }
    if (key !== undefined && begun.has(key)) later.push(i);
    else now.push(i);
    if (key !== undefined) begun.add(key);
  });
  const made = now.length === 0 ? [] : await work(now.map((i) => (acted[i] as Acted<I>).input));
  const entries: AuditEntry[] = [];
  const keeping: KeptAnswer[] = [];
  now.forEach((i, place) => {
    const answer = made[place] as T | HostFailure;
    answers[i] = answer;
    const act = acted[i]?.act;
    if (act === undefined || isFailure(answer)) return;
    const { once, seen: _, ...entry } = act;
    entries.push(entry);
    if (once === undefined) return;
    keeping.push({ id: once.key, fingerprint: once.fingerprint, body: once.answer(answer), at: act.at });
  });
  for (const i of now) {
    const seen = acted[i]?.act?.seen;
    if (seen !== undefined && !isFailure(answers[i] as T | HostFailure)) seen.became(await stateOf(tx, seen.thing));
  }
  if (entries.length > 0) await tx.audit.append(entries);
  if (keeping.length > 0) await tx.keptAnswers.put(keeping);
  if (later.length === 0) return answers;
  const again = await witnessedAll(
    tx,
    later.map((i) => acted[i] as Acted<I>),
    work,
  );
  for (const [place, i] of later.entries()) answers[i] = again[place] as T | HostFailure;
  return answers;
}

/** The places of those that ask to change what somebody else has changed since they saw it. */
async function changedOf(tx: StoreTransaction, acted: readonly Acted<unknown>[]): Promise<ReadonlySet<number>> {
  const changed = new Set<number>();
  for (const [i, { act }] of acted.entries()) {
    if (act?.seen !== undefined && !act.seen.isStill(await stateOf(tx, act.seen.thing))) changed.add(i);
  }
  return changed;
}

const ASKED_BEFORE = fail('asked-before', 'This key was used before: its answer is kept, and nothing is done twice.');
