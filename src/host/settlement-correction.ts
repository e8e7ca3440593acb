import { due, PRICE_UNITS_PER_TOKEN, priceBought, type TransformerMinutes } from '../analysis/index.ts';
import { isFailure } from './failures.ts';
import type { StoreReads } from './ports.ts';
import { closedPeriod, closings } from './settlement.ts';
import {
  type Claim,
  documentDigest,
  readAnswer,
  readClaim,
  settlementFailure,
  signClaim,
} from './settlement-documents.ts';
import {
  type AnsweredClaim,
  orFailure,
  type Seller,
  type SettlementPorts,
  type SettlementSide,
  sendClaim,
} from './settlement-exchange.ts';
import {
  bulkTable,
  minutesDigest,
  minutesNow,
  parsePeriod,
  settledMinutes,
  transformersOf,
} from './settlement-minutes.ts';
import type { SettlementFailure } from './settlement-port.ts';
import { CLAIM_VERSIONS_MAX, lastVersion, versionId, versionOf } from './settlement-versions.ts';
import type { Closing, SettlementClaim, TariffVersion } from './types.ts';

/**
 * Corrects the claim for a month that its seller disputes: computes it anew from the minutes and the bulk tariff as
 * they are known by now, and sends a signed claim that names the one it replaces. Nothing that was kept changes: what
 * the price becomes more or less is a counter-entry of the next closing. Called again after any failure it sends the
 * same correction; after an answer that disputes again it corrects that.
 */
export async function correctMonth(
  ports: SettlementPorts,
  side: SettlementSide,
  seller: Seller,
  month: string,
): Promise<AnsweredClaim | SettlementFailure> {
  return orFailure(async () => {
    const row = await correctionFor(ports, { seller: seller.name, month, zone: side.zone });
    return 'reason' in row ? row : sendClaim(ports, side, seller, row);
  });
}

async function correctionFor(
  { store, clock, signer }: SettlementPorts,
  { seller, month, zone }: { readonly seller: string; readonly month: string; readonly zone: string },
): Promise<SettlementClaim | SettlementFailure> {
  const period = parsePeriod(month, zone);
  if (isFailure(period)) return settlementFailure('period-wrong', period.sentence);
  const first = `to ${seller} ${month}`;
  const last = await store.read((tx) => lastVersion(tx, first));
  if (last === undefined) return wrong(`The month ${month} was never claimed from ${seller}: claim it first.`);
  if (last.answer === undefined) {
    // Its answer may be on the other side already.
    return versionOf(last.id) > 1 ? last : wrong(`The claim for ${month} has no answer yet: claim it again first.`);
  }
  if (readAnswer(last.answer).verdict !== 'disputed') {
    if (versionOf(last.id) > 1) return last;
    return wrong(`${seller} acknowledges the claim for ${month}: there is nothing to correct.`);
  }
  const version = versionOf(last.id) + 1;
  if (version > CLAIM_VERSIONS_MAX) return wrong(`A month has at most ${CLAIM_VERSIONS_MAX} claims, and ${month} has.`);
  const closed = await closedPeriod(store, month);
  if (isFailure(closed)) return settlementFailure('period-not-closed', closed.sentence);
  const { closing, faults } = closed;
  if (faults[0] !== undefined) return settlementFailure('period-not-closed', faults[0]);
  const opened = await store.read(async (tx) => {
    const misplaced = await notLast(tx, month);
    return misplaced ?? (await tx.tariff(closing.inputs.terms.tariff, period.from));
  });
  if (opened === undefined) return settlementFailure('tariff-wrong', `No bulk tariff is in force in ${month} here.`);
  if ('reason' in opened) return opened;
  const table = bulkTable(opened.definition, zone, period);
  if ('reason' in table) return settlementFailure('tariff-wrong', table.sentence);
  const judged = version - 1;
  const minutes: TransformerMinutes[] = [];
  const units = [...closing.inputs.transformers.map((each) => each.localUnit), ...(await store.read(transformersOf))];
  for (const localUnit of [...new Set(units)].sort((a, b) => a - b)) {
    minutes.push(await minutesNow(store, period, { localUnit, judged }));
  }
  const claim = correctedClaim(readClaim(last.claim), {
    ...{ minutes, table, tariff: opened, issuedAt: clock.now(), replaces: documentDigest(last.claim) },
  });
  const row = { id: versionId(first, version), claim: await signClaim(claim, signer), answer: undefined };
  return store.transaction(async (tx) => {
    const misplaced = await notLast(tx, month);
    if (misplaced !== undefined) return misplaced;
    const [other] = await tx.settlementClaims.of([row.id]);
    if (other !== undefined) return other;
    await tx.settledMinutes.put(minutes.map((each) => settledMinutes(month, each, version)));
    await tx.settlementClaims.put([row]);
    return row;
  });
}

interface Known {
  readonly minutes: readonly TransformerMinutes[];
  readonly table: Parameters<typeof priceBought>[0];
  readonly tariff: TariffVersion;
  readonly issuedAt: number;
  readonly replaces: string;
}

function correctedClaim(before: Claim, { minutes, table, tariff, issuedAt, replaces }: Known): Claim {
  const bought = priceBought(table, before.firstMinute, minutes);
  const price = due(bought.priceUnits + BigInt(before.carried), PRICE_UNITS_PER_TOKEN);
  const { reseller, seller, month, zone, firstMinute, carried, previous } = before;
  return {
    ...{ reseller, seller, month, zone, issuedAt, firstMinute, minutes: before.minutes },
    transformers: bought.transformers.map(({ localUnit, energy, estimated, missing }, i) => ({
      ...{ localUnit, energy: String(energy), estimated: String(estimated), missing },
      digest: minutesDigest((minutes[i] as TransformerMinutes).energies),
    })),
    unitCharge: tariff.definition.unitCharge,
    steps: bought.steps.map(({ percent, energy }) => ({ percent, energy: String(energy) })),
    ...{ carried, price: String(price.tokens), left: String(price.left), previous, replaces },
  };
}

/** The month that was closed after it began with what this one left, and stays as it is. */
async function notLast(tx: StoreReads, month: string): Promise<SettlementFailure | undefined> {
  const [last]: Closing[] = await closings(tx);
  if (last?.month === month) return undefined;
  return wrong(`After ${month} another month was closed, and began with what it left: correct a month before that.`);
}

const wrong = (sentence: string): SettlementFailure => settlementFailure('correction-wrong', sentence);
