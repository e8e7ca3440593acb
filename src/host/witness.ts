import { fail, isFailure } from './failures.ts';
import type { StoreTransaction } from './ports.ts';
import type { AuditEntry, HostFailure } from './types.ts';

/** Who does something, what it is, and how it is remembered that it was done. */
export interface Act extends AuditEntry {
  /** Where a request must not be carried out twice. */
  readonly once?: Once;
}

export interface Once {
  /** Of whoever asks, and the key that they gave. */
  readonly key: string;
  /** Of what is asked. */
  readonly fingerprint: string;
  /** What is answered, and to the same request again. */
  readonly answer: (made: object) => string;
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
  const { once, ...entry } = act;
  if (once !== undefined && (await tx.keptAnswers.of([once.key]))[0] !== undefined) return askedBefore();
  const made = await work();
  if (isFailure(made)) return made;
  await tx.audit.append([entry]);
  if (once !== undefined) {
    const { key: id, fingerprint, answer } = once;
    await tx.keptAnswers.put([{ id, fingerprint, body: answer(made), at: act.at }]);
  }
  return made;
}

const askedBefore = (): HostFailure =>
  fail('asked-before', 'This key was used before: its answer is kept, and nothing is done twice.');
