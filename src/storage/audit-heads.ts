import type { BookVerifier, Head, HeadBody, Numbered } from '../host/ports.ts';
import type { Findings } from './audit-findings.ts';
import type { BookSource } from './book-source.ts';
import { headDigest } from './heads.ts';
import { heads } from './tables.ts';

export interface ReadHead extends Numbered<Head> {
  /** `undefined` for one that nobody here signed. */
  readonly said: HeadBody | undefined;
}

/** All heads, each with what it says if it is signed, in its place, and follows the one before. */
export async function auditHeads(
  source: BookSource,
  verifier: BookVerifier,
  findings: Findings,
): Promise<readonly ReadHead[]> {
  const read: ReadHead[] = [];
  let previous = '';
  for await (const page of source.pages(`SELECT ${heads.list} FROM heads ORDER BY number`)) {
    for (const row of page) {
      const head = heads.row(row);
      const said = verifiedHead(head, verifier);
      const number = read.length + 1;
      const fault =
        typeof said === 'string'
          ? said
          : head.number !== number
            ? `the head before it is gone: number ${number} is expected`
            : said.number !== number || said.at !== head.at
              ? 'it was signed for another place or time'
              : said.previous !== previous
                ? 'it does not follow the head before it'
                : undefined;
      if (fault !== undefined) findings.add('heads', String(head.number), fault);
      read.push({ ...head, said: typeof said === 'string' ? undefined : said });
      previous = headDigest(head);
    }
  }
  return read;
}

/** What a head says, or why it proves nothing. */
export function verifiedHead({ body, kid, signature }: Head, verifier: BookVerifier): HeadBody | string {
  const signed = verifier.signed(kid, Buffer.from(body), Buffer.from(signature, 'base64url'));
  if (signed === undefined) return `its key "${kid}" is not among the published ones`;
  if (!signed) return 'it was not signed with the published key';
  // What is signed was written by this program.
  return JSON.parse(body) as HeadBody;
}
