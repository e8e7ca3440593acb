import {
  type Bought,
  due,
  minuteDifferences,
  PRICE_UNITS_PER_TOKEN,
  priceBought,
  type TransformerMinutes,
} from '../analysis/index.ts';
import { parseBase64url, toBase64url } from '../bytes/index.ts';
import type { ModeTable } from '../tariff/index.ts';
import { assert, assertNever, type BusinessClock } from '../units/index.ts';
import { isFailure } from './failures.ts';
import { CHECK_MINUTES_KEPT, type Store, StoreError } from './ports.ts';
import type { ReceiptKeys, ReceiptSigner } from './receipt-port.ts';
import { closedPeriod, closings } from './settlement.ts';
import {
  type Claim,
  type ClaimAnswer,
  type ClaimMessage,
  type ClaimReply,
  DIFFERENCES_MAX,
  type Difference,
  documentDigest,
  openAnswer,
  openClaim,
  parseClaimMessage,
  parseClaimReply,
  readAnswer,
  readClaim,
  settlementFailure,
  signAnswer,
  signClaim,
} from './settlement-documents.ts';
import {
  bulkTable,
  energiesOf,
  energyBytes,
  minutesDigest,
  minutesNow,
  minutesOf,
  type Period,
  parsePeriod,
  periodOf,
  settledMinutes,
  transformersOf,
} from './settlement-minutes.ts';
import type { SettlementFailure, SettlementPeer } from './settlement-port.ts';
import { correctionFault, isVersionOf, lastVersion, versionId, versionOf } from './settlement-versions.ts';
import type { SettlementClaim } from './types.ts';

/** What either side of a settlement needs of the world. The same key signs claims and answers, each with its type. */
export interface SettlementPorts {
  readonly store: Store;
  readonly clock: BusinessClock;
  readonly signer: ReceiptSigner;
}

export interface SettlementSide {
  /** Our name: lower-case letters, digits and hyphens, at most 64. */
  readonly self: string;
  readonly zone: string;
}

/** The seller, as its re-seller knows it. */
export interface Seller {
  readonly name: string;
  /** What it signs answers with. */
  readonly keys: ReceiptKeys;
  readonly peer: SettlementPeer;
}

/** A re-seller, as its seller knows it. */
export interface Reseller {
  readonly name: string;
  /** What it signs claims with. */
  readonly keys: ReceiptKeys;
  /** Name of the bulk tariff that was agreed with it, published here. */
  readonly tariff: string;
  /** Through which it buys; all that are known here, where nothing is named. */
  readonly transformers?: readonly number[];
}

/** A claim that was made or taken, and the answer as soon as there is one. */
export interface SettledClaim {
  readonly claim: Claim;
  readonly answer: ClaimAnswer | undefined;
}

/** A claim as it was sent, and what the seller said to it. */
export interface AnsweredClaim extends SettledClaim {
  readonly answer: ClaimAnswer;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Minute ranges of one transformer in one answer. */
const RANGES_MAX = 1_000;

/**
 * Claims a month that is closed from its seller, and keeps the answer. The re-seller claims, because the check meters
 * hang on its local units; the seller holds its own minutes against it. Called again after any failure it sends the
 * same claim, and after an answer it only gives it back.
 */
export async function claimMonth(
  ports: SettlementPorts,
  side: SettlementSide,
  seller: Seller,
  month: string,
): Promise<AnsweredClaim | SettlementFailure> {
  return orFailure(async () => {
    const row = await claimOf(ports, side, seller, month);
    return 'reason' in row ? row : sendClaim(ports, side, seller, row);
  });
}

/** Sends a claim that is kept, or gives back what was answered to it. */
export async function sendClaim(
  ports: SettlementPorts,
  side: SettlementSide,
  seller: Seller,
  row: SettlementClaim,
): Promise<AnsweredClaim | SettlementFailure> {
  if (row.answer !== undefined) return { claim: readClaim(row.claim), answer: readAnswer(row.answer) };
  let reply = await asked(seller.peer, { claim: row.claim, minutes: [] });
  if ('type' in reply && reply.type === 'minutes-wanted') {
    reply = await asked(seller.peer, await withMinutes(ports.store, row, reply.transformers, side.zone));
  }
  if (!('type' in reply)) return reply;
  switch (reply.type) {
    case 'answer':
      return keepAnswer(ports, side, seller, row, reply.answer);
    case 'minutes-wanted':
      return settlementFailure('form-wrong', 'The seller asks for minutes that it was sent.');
    case 'refused':
      return settlementFailure(reply.reason, reply.sentence);
    default:
      return assertNever(reply);
  }
}

/** Claims for a month, made or taken here, by the name of the other; a corrected one behind what it replaces. */
export async function claimsOf(store: Store, month: string): Promise<SettledClaim[]> {
  const rows = await store.read((tx) => tx.settlementClaims.page({ limit: Number.MAX_SAFE_INTEGER }));
  return rows
    .filter(({ id }) => id.split(' ')[2] === month)
    .map(({ claim, answer }) => ({
      claim: readClaim(claim),
      answer: answer === undefined ? undefined : readAnswer(answer),
    }));
}

/** The claim of a month as it was signed first, or signed now. */
async function claimOf(
  { store, clock, signer }: SettlementPorts,
  { self, zone }: SettlementSide,
  { name: seller }: Seller,
  month: string,
): Promise<SettlementClaim | SettlementFailure> {
  assert(NAME.test(self) && NAME.test(seller), 'names of parties are lower-case letters, digits and hyphens');
  const period = parsePeriod(month, zone);
  if (isFailure(period)) return settlementFailure('period-wrong', period.sentence);
  const id = `to ${seller} ${month}`;
  const [[known], before] = await store.read(async (tx) => [
    await tx.settlementClaims.of([id]),
    await lastVersion(tx, `to ${seller} ${periodOf(period.count - 1, zone).month}`),
  ]);
  if (known !== undefined) return known;
  const closed = await closedPeriod(store, month);
  if (isFailure(closed)) return settlementFailure('period-not-closed', closed.sentence);
  const { closing, settlement, faults } = closed;
  if (faults[0] !== undefined) return settlementFailure('period-not-closed', faults[0]);
  const { inputs } = closing;
  const claim: Claim = {
    reseller: self,
    seller,
    month,
    zone,
    issuedAt: clock.now(),
    firstMinute: period.firstMinute,
    minutes: period.minutes,
    transformers: settlement.bought.transformers.map(({ localUnit, energy, estimated, missing }, i) => ({
      ...{ localUnit, energy: String(energy), estimated: String(estimated), missing },
      digest: inputs.transformers[i]?.digest as string,
    })),
    unitCharge: inputs.tariff.definition.unitCharge,
    steps: settlement.bought.steps.map(({ percent, energy }) => ({ percent, energy: String(energy) })),
    carried: inputs.priceCarried,
    price: String(closing.price),
    left: String(closing.priceLeft),
    previous: before === undefined ? '' : documentDigest(before.claim),
  };
  const row: SettlementClaim = { id, claim: await signClaim(claim, signer), answer: undefined };
  return store.transaction(async (tx) => {
    // Signed by another meanwhile: that one may have been sent.
    const [first] = await tx.settlementClaims.of([id]);
    if (first === undefined) await tx.settlementClaims.put([row]);
    return first ?? row;
  });
}

async function withMinutes(
  store: Store,
  { id, claim }: SettlementClaim,
  wanted: readonly number[],
  zone: string,
): Promise<ClaimMessage> {
  const { month, transformers } = readClaim(claim);
  const period = parsePeriod(month, zone);
  assert(!isFailure(period), 'a claim that was signed here is of a month');
  const minutes: { localUnit: number; energies: string }[] = [];
  // What was never claimed is not told.
  for (const { localUnit } of transformers.filter((each) => wanted.includes(each.localUnit))) {
    const { energies } = await minutesOf(store, period, localUnit, versionOf(id));
    minutes.push({ localUnit, energies: toBase64url(energyBytes(energies)) });
  }
  return { claim, minutes };
}

async function asked(peer: SettlementPeer, message: ClaimMessage): Promise<ClaimReply | SettlementFailure> {
  const text = await peer.exchange(JSON.stringify(message));
  return typeof text === 'string' ? parseClaimReply(text) : text;
}

async function keepAnswer(
  { store }: SettlementPorts,
  { self }: SettlementSide,
  seller: Seller,
  row: SettlementClaim,
  text: string,
): Promise<AnsweredClaim | SettlementFailure> {
  const answer = await openAnswer(text, seller.keys);
  if ('reason' in answer) return answer;
  const claim = readClaim(row.claim);
  if (
    answer.claim !== documentDigest(row.claim) ||
    answer.seller !== seller.name ||
    answer.reseller !== self ||
    answer.month !== claim.month
  ) {
    return settlementFailure('answer-wrong', `The answer that came is not to our claim for ${claim.month}.`);
  }
  return store.transaction(async (tx) => {
    const [now] = await tx.settlementClaims.of([row.id]);
    if (now?.answer !== undefined) return { claim, answer: readAnswer(now.answer) };
    await tx.settlementClaims.put([{ ...row, answer: text }]);
    return { claim, answer };
  });
}

/**
 * What a seller replies to a message of a re-seller, as text. A claim is answered once, and the answer kept before it
 * is given: the same claim again gets the same answer, and another for the same month is refused.
 * @param reseller the one that is known to be at the other end
 */
export async function answerClaim(
  ports: SettlementPorts,
  side: SettlementSide,
  reseller: Reseller,
  message: string,
): Promise<string> {
  const reply = await orFailure(() => judged(ports, side, reseller, message));
  return JSON.stringify('type' in reply ? reply : { type: 'refused', ...reply });
}

async function judged(
  ports: SettlementPorts,
  side: SettlementSide,
  reseller: Reseller,
  text: string,
): Promise<ClaimReply | SettlementFailure> {
  assert(
    NAME.test(side.self) && NAME.test(reseller.name),
    'names of parties are lower-case letters, digits and hyphens',
  );
  const { store, clock, signer } = ports;
  const message = parseClaimMessage(text);
  if ('reason' in message) return message;
  const claim = await openClaim(message.claim, reseller.keys);
  if ('reason' in claim) return claim;
  if (claim.reseller !== reseller.name || claim.seller !== side.self) {
    const sentence = `The claim is of ${claim.reseller} to ${claim.seller}, and here ${reseller.name} speaks to ${side.self}.`;
    return settlementFailure('party-wrong', sentence);
  }
  const digest = documentDigest(message.claim);
  const answered = await answeredClaims(store, reseller.name);
  const first = `from ${reseller.name} ${claim.month}`;
  const sameMonth = answered.filter(({ id }) => isVersionOf(id, first));
  const again = sameMonth.find((each) => documentDigest(each.claim) === digest);
  if (again !== undefined) return replyAgain(again, digest, claim.month);
  const corrected = sameMonth.at(-1);
  const judgedBefore = corrected === undefined ? 0 : versionOf(corrected.id);
  const id = versionId(first, judgedBefore + 1);
  if (claim.replaces === undefined && corrected !== undefined) return replyAgain(corrected, digest, claim.month);
  const period = parsePeriod(claim.month, side.zone);
  if (isFailure(period)) return settlementFailure('period-wrong', period.sentence);
  const misplaced =
    claim.replaces === undefined
      ? ((await periodFault(store, claim, period, side.zone, clock.now())) ??
        previousFault(claim, period, answered.at(-1), side.zone))
      : correctionFault(claim, corrected, answered.at(-1));
  if (misplaced !== undefined) return misplaced;

  const table = await tableOf(store, reseller.tariff, period, side.zone);
  if ('reason' in table) return table;
  const own = await ownMinutes(store, reseller, period, judgedBefore);
  const claimed = claimedMinutes(message, claim);
  if ('reason' in claimed) return claimed;
  const differing = differingTransformers(claim, own);
  const wanted = differing.filter((localUnit) => !claimed.has(localUnit));
  if (wanted.length > 0) return { type: 'minutes-wanted', transformers: wanted };

  const bought = priceBought(table, period.firstMinute, own);
  const price = due(bought.priceUnits + BigInt(claim.carried), PRICE_UNITS_PER_TOKEN);
  const differences = [
    ...priceDifferences(claim, table, bought, price),
    ...unknownTransformers(claim, own),
    ...own.flatMap((minutes, i) =>
      transformerDifferences(claim, minutes, bought.transformers[i]?.energy ?? 0n, claimed),
    ),
  ].slice(0, DIFFERENCES_MAX);
  const answer: ClaimAnswer = {
    seller: side.self,
    reseller: reseller.name,
    month: claim.month,
    issuedAt: clock.now(),
    claim: digest,
    verdict: differences.length === 0 ? 'acknowledged' : 'disputed',
    price: String(price.tokens),
    differences,
  };
  const row = { id, claim: message.claim, answer: await signAnswer(answer, signer) };
  return store.transaction(async (tx) => {
    const [other] = await tx.settlementClaims.of([row.id]);
    if (other !== undefined) return replyAgain(other, digest, claim.month);
    await tx.settledMinutes.put(own.map((minutes) => settledMinutes(claim.month, minutes, versionOf(id))));
    await tx.settlementClaims.put([row]);
    return { type: 'answer', answer: row.answer };
  });
}

function replyAgain({ claim, answer }: SettlementClaim, digest: string, month: string): ClaimReply | SettlementFailure {
  if (documentDigest(claim) === digest && answer !== undefined) return { type: 'answer', answer };
  return settlementFailure(
    'period-answered',
    `Another claim for ${month} was answered: one that was disputed is corrected by a claim that replaces it.`,
  );
}

/** The oldest first. */
async function answeredClaims(store: Store, reseller: string): Promise<SettlementClaim[]> {
  const prefix = `from ${reseller} `;
  const rows = await store.read((tx) => tx.settlementClaims.page({ after: prefix, limit: Number.MAX_SAFE_INTEGER }));
  return rows.filter(({ id }) => id.startsWith(prefix));
}

async function periodFault(
  store: Store,
  claim: Claim,
  period: Period,
  zone: string,
  now: number,
): Promise<SettlementFailure | undefined> {
  if (claim.zone !== zone || claim.firstMinute !== period.firstMinute || claim.minutes !== period.minutes) {
    return settlementFailure(
      'period-wrong',
      `The month ${claim.month} is that of ${zone} here, and the claim has other minutes.`,
    );
  }
  if (now < period.to) return settlementFailure('period-open', `The month ${claim.month} is not over here.`);
  const gone = now >= (period.firstMinute + CHECK_MINUTES_KEPT) * 60_000;
  const kept = (await store.read(closings)).some(({ month }) => month === claim.month);
  if (!gone || kept) return undefined;
  const days = CHECK_MINUTES_KEPT / 1440;
  return settlementFailure(
    'period-late',
    `The minutes of ${claim.month} are kept for ${days} days and are gone: only a month that was closed here can be claimed later.`,
  );
}

/** Claims of one re-seller are a chain: month after month, each with the digest of the one before. */
function previousFault(
  claim: Claim,
  period: Period,
  last: SettlementClaim | undefined,
  zone: string,
): SettlementFailure | undefined {
  if (BigInt(claim.carried) >= PRICE_UNITS_PER_TOKEN) {
    return settlementFailure('previous-wrong', 'What is carried over from the last claim is a token or more.');
  }
  if (last === undefined) {
    if (claim.previous === '') return undefined;
    return settlementFailure(
      'previous-wrong',
      `The claim for ${claim.month} follows one that never came: send that first.`,
    );
  }
  const before = readClaim(last.claim);
  const follows = periodOf(period.count - 1, zone).month === before.month;
  if (follows && claim.previous === documentDigest(last.claim) && claim.carried === before.left) return undefined;
  return settlementFailure(
    'previous-wrong',
    `The claim for ${claim.month} does not follow that for ${before.month}, which is the last one here.`,
  );
}

async function tableOf(
  store: Store,
  tariff: string,
  period: Period,
  zone: string,
): Promise<ModeTable | SettlementFailure> {
  const version = await store.read((tx) => tx.tariff(tariff, period.from));
  if (version === undefined) {
    return settlementFailure('tariff-wrong', `The seller has no bulk tariff in force in ${period.month}.`);
  }
  const table = bulkTable(version.definition, zone, period);
  return 'reason' in table ? settlementFailure('tariff-wrong', table.sentence) : table;
}

/** Of the transformers that we know of a re-seller, by number. */
async function ownMinutes(
  store: Store,
  { transformers }: Reseller,
  period: Period,
  judged: number,
): Promise<TransformerMinutes[]> {
  const known = transformers ?? (await store.read(transformersOf));
  const minutes: TransformerMinutes[] = [];
  for (const localUnit of [...known].sort((a, b) => a - b)) {
    const read = judged === 0 ? minutesOf(store, period, localUnit) : minutesNow(store, period, { localUnit, judged });
    minutes.push(await read);
  }
  return minutes;
}

/** The minutes that came with a claim, if they are those that it was signed for. */
function claimedMinutes({ minutes }: ClaimMessage, claim: Claim): Map<number, Uint32Array> | SettlementFailure {
  const found = new Map<number, Uint32Array>();
  for (const { localUnit, energies: text } of minutes) {
    const bytes = parseBase64url(text);
    const energies = bytes?.length === 4 * claim.minutes ? energiesOf(bytes) : undefined;
    const { digest } = claim.transformers.find((each) => each.localUnit === localUnit) ?? {};
    if (energies === undefined || minutesDigest(energies) !== digest) {
      return settlementFailure('minutes-wrong', `The minutes of transformer ${localUnit} are not those of the claim.`);
    }
    found.set(localUnit, energies);
  }
  return found;
}

/** Transformers that both sides have, with minutes that are not the same. */
const differingTransformers = (claim: Claim, own: readonly TransformerMinutes[]): number[] =>
  claim.transformers
    .filter(({ localUnit, digest }) => {
      const minutes = own.find((each) => each.localUnit === localUnit);
      return minutes !== undefined && minutesDigest(minutes.energies) !== digest;
    })
    .map(({ localUnit }) => localUnit);

const unknownTransformers = (claim: Claim, own: readonly TransformerMinutes[]): Difference[] =>
  claim.transformers
    .filter(({ localUnit }) => !own.some((each) => each.localUnit === localUnit))
    .map(({ localUnit, energy }) => ({ kind: 'transformer', localUnit, claimed: energy, own: '0' }));

function transformerDifferences(
  claim: Claim,
  { localUnit, energies: own }: TransformerMinutes,
  ownEnergy: bigint,
  claimed: ReadonlyMap<number, Uint32Array>,
): Difference[] {
  const there = claim.transformers.find((each) => each.localUnit === localUnit);
  if (there === undefined) return [{ kind: 'transformer', localUnit, claimed: '0', own: String(ownEnergy) }];
  const differences: Difference[] =
    there.energy === String(ownEnergy)
      ? []
      : [{ kind: 'energy', localUnit, claimed: there.energy, own: String(ownEnergy) }];
  const minutes = claimed.get(localUnit);
  if (minutes === undefined) return differences;
  for (const range of minuteDifferences({ claimed: minutes, own }, claim.firstMinute, RANGES_MAX)) {
    differences.push({
      kind: 'minutes',
      localUnit,
      ...{ from: range.from, to: range.to, claimedMissing: range.claimed.missing, ownMissing: range.own.missing },
      ...{ claimed: String(range.claimed.energy), own: String(range.own.energy) },
    });
  }
  return differences;
}

function priceDifferences(
  claim: Claim,
  table: ModeTable,
  bought: Bought,
  price: { readonly tokens: bigint; readonly left: bigint },
): Difference[] {
  const differences: Difference[] = [];
  // What is left is a price too: it counts in the next month.
  if (claim.price !== String(price.tokens) || claim.left !== String(price.left)) {
    differences.push({ kind: 'price', claimed: claim.price, own: String(price.tokens) });
  }
  if (claim.unitCharge !== table.unitCharge) {
    differences.push({ kind: 'unit-charge', claimed: String(claim.unitCharge), own: String(table.unitCharge) });
  }
  const claimed = new Map(claim.steps.map(({ percent, energy }) => [percent, energy]));
  const own = new Map(bought.steps.map(({ percent, energy }) => [percent as number, String(energy)]));
  for (const percent of [...new Set([...claimed.keys(), ...own.keys()])].sort((a, b) => a - b)) {
    const sides = { claimed: claimed.get(percent) ?? '0', own: own.get(percent) ?? '0' };
    if (sides.claimed !== sides.own) differences.push({ kind: 'step', percent, ...sides });
  }
  return differences;
}

export async function orFailure<T extends object>(
  work: () => Promise<T | SettlementFailure>,
): Promise<T | SettlementFailure> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) return settlementFailure('store-failed', error.message);
    throw error;
  }
}
