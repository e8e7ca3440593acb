import type { StoreReads } from './ports.ts';
import { type Claim, documentDigest, readAnswer, readClaim, settlementFailure } from './settlement-documents.ts';
import type { SettlementFailure } from './settlement-port.ts';
import type { SettlementClaim } from './types.ts';

/** Of one month: the claim and its corrections. What is still disputed then is for a court. */
export const CLAIM_VERSIONS_MAX = 9;

/** @param first id of the first claim for a month: `to korea-power 2026-03` */
export const versionId = (first: string, version: number): string => (version === 1 ? first : `${first} ${version}`);

/** Whether it is the id of a claim for the month of a first one. */
export const isVersionOf = (id: string, first: string): boolean => id === first || id.startsWith(`${first} `);

/** 1 for the first claim of a month. */
export const versionOf = (id: string): number => Number(id.split(' ')[3] ?? 1);

/** The newest claim for a month, if there is one. */
export async function lastVersion(tx: StoreReads, first: string): Promise<SettlementClaim | undefined> {
  const ids = Array.from({ length: CLAIM_VERSIONS_MAX }, (_, i) => versionId(first, i + 1));
  return (await tx.settlementClaims.of(ids)).findLast((row) => row !== undefined);
}

/**
 * What the newest claim of a month that was closed here made of it: where it corrects one, more or less to pay than
 * the closing says, and what is left for the next month. A month is claimed of one seller.
 */
export async function correctionOf(
  tx: StoreReads,
  { month, price }: { readonly month: string; readonly price: bigint },
): Promise<{ readonly corrected: bigint; readonly left: bigint } | undefined> {
  const rows = await tx.settlementClaims.page({ after: 'to ', limit: Number.MAX_SAFE_INTEGER });
  const own = rows.filter(({ id }) => id.startsWith('to ') && id.split(' ')[2] === month && versionOf(id) > 1);
  const last = own
    .map(({ claim }) => readClaim(claim))
    .sort((a, b) => a.issuedAt - b.issuedAt)
    .at(-1);
  return last && { corrected: BigInt(last.price) - price, left: BigInt(last.left) };
}

/**
 * Why a corrected claim is not judged: it takes the place of the newest claim alone, while that is disputed and no
 * later month was claimed; the chain to the month before stays what it was.
 * @param same the newest claim for its month; `newest` that of all months
 */
export function correctionFault(
  claim: Claim,
  same: SettlementClaim | undefined,
  newest: SettlementClaim | undefined,
): SettlementFailure | undefined {
  const wrong = (why: string) =>
    settlementFailure('correction-wrong', `The claim that corrects ${claim.month} is not taken: ${why}.`);
  if (same === undefined || claim.replaces !== documentDigest(same.claim)) {
    return wrong('it does not replace the last claim for that month, which was answered here');
  }
  if (same.answer === undefined || readAnswer(same.answer).verdict !== 'disputed') {
    return wrong('the claim that it replaces was acknowledged');
  }
  if (newest?.id !== same.id) return wrong('a later month was claimed, and began with what this one left');
  if (versionOf(same.id) >= CLAIM_VERSIONS_MAX) {
    return wrong(`a month has at most ${CLAIM_VERSIONS_MAX} claims`);
  }
  const { previous, carried, firstMinute, minutes, zone } = readClaim(same.claim);
  const stays =
    claim.previous === previous &&
    claim.carried === carried &&
    claim.firstMinute === firstMinute &&
    claim.minutes === minutes &&
    claim.zone === zone;
  return stays ? undefined : wrong('it is of other minutes, or follows another claim');
}
