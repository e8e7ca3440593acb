import type { Milliseconds, Svpmsn } from '../units/index.ts';
import type { CardAccount, CardPostingKind, Line, Posting } from './types.ts';

/** What a posting is about: it concerns a provider, and no meter with a line. */
interface Occasion {
  readonly at: Milliseconds;
  readonly provider: string;
  /** Of the order, of the region of a card, or of the meter that told. */
  readonly of: string;
}

/** What a payment for a card was made of. */
export interface CardParts {
  readonly paid: bigint;
  readonly value: bigint;
  readonly fee: bigint;
  readonly tax: bigint;
}

const prepaid = (provider: string): CardAccount => `prepaid-cards:${provider}`;
const onCards = (provider: string): CardAccount => `value-on-cards:${provider}`;
const inMeters = (provider: string): CardAccount => `value-in-offline-meters:${provider}`;
const spentIn = (provider: string): CardAccount => `offline-revenue:${provider}`;
const payable = (provider: string): CardAccount => `cards-payable:${provider}`;
const foundOn = (provider: string): CardAccount => `found-on-cards:${provider}`;

const MOVES = {
  'card-stored': { debit: prepaid, credit: onCards },
  'card-found': { debit: foundOn, credit: onCards },
  'card-closed': { debit: onCards, credit: payable },
  'card-handed': { debit: onCards, credit: inMeters },
  'card-recovered': { debit: onCards, credit: prepaid },
  'card-spent': { debit: inMeters, credit: spentIn },
} as const satisfies Partial<Record<CardPostingKind, object>>;

/** Moves an amount between two accounts of a provider; nothing where there is none. */
export function cardMove(kind: keyof typeof MOVES, amount: bigint, occasion: Occasion): Posting[] {
  if (amount === 0n) return [];
  const { debit, credit } = MOVES[kind];
  const { provider } = occasion;
  return [
    posting(kind, occasion, [
      { account: debit(provider), amount },
      { account: credit(provider), amount: -amount },
    ]),
  ];
}

/** A meter with a line has taken more from cards than was known: it is in its purse, where it is spent and told as any value is. */
export const cardArrived = (svpmsn: Svpmsn, amount: bigint, { at, provider }: Omit<Occasion, 'of'>): Posting => ({
  ...{ kind: 'from-card', at, svpmsn, order: undefined },
  lines: [
    { account: inMeters(provider), amount },
    { account: 'value-in-meters', amount: -amount },
  ],
});

/** What a sale brings in, and what for. @param account where the money comes in */
export const cardSold = (account: Line['account'], parts: CardParts, occasion: Occasion): Posting =>
  posting('card-sold', occasion, [{ account, amount: parts.paid }, ...inParts(parts, occasion.provider, -1n)]);

/** A sale that never was on the card: all of it is to be given back. */
export const cardRefunded = (parts: CardParts, occasion: Occasion): Posting =>
  posting('card-refunded', occasion, [
    ...inParts(parts, occasion.provider, 1n),
    { account: payable(occasion.provider), amount: -parts.paid },
  ]);

/** What was to be given back is given. */
export const cardPaidOut = (account: Line['account'], amount: bigint, occasion: Occasion): Posting =>
  posting('card-paid-out', occasion, [
    { account: payable(occasion.provider), amount },
    { account, amount: -amount },
  ]);

function inParts({ value, fee, tax }: CardParts, provider: string, sign: 1n | -1n): Line[] {
  const lines: Line[] = [
    { account: prepaid(provider), amount: sign * value },
    { account: `card-fees:${provider}`, amount: sign * fee },
    { account: `card-tax:${provider}`, amount: sign * tax },
  ];
  return lines.filter(({ amount }) => amount !== 0n);
}

function posting(kind: CardPostingKind, { at, of }: Occasion, lines: readonly Line[]): Posting {
  return { kind, at, svpmsn: undefined, order: of, lines };
}

/** The value of one provider, in whole tokens. All of it comes from ledger lines. */
export interface CardTotals {
  /** Id of the provider. */
  readonly provider: string;
  readonly issued: bigint;
  /** Given to another card, because the one it was on is lost: it is on its way once more. */
  readonly recovered: bigint;
  readonly inFlight: bigint;
  readonly refunded: bigint;
  /** Ever loaded on cards out of what was sold, and beside it. */
  readonly stored: bigint;
  readonly found: bigint;
  /** On cards, as far as they told: held, or handed over and not acknowledged. */
  readonly onCards: bigint;
  readonly handed: bigint;
  /** Gone to meters, and not told to be spent, or to have arrived. Below zero where a meter told more than the cards it came from have yet. */
  readonly inMeters: bigint;
  readonly spent: bigint;
  /** Arrived in purses of meters with a line, as those tell. */
  readonly arrived: bigint;
  readonly closed: bigint;
}

/** Of a provider for which nothing was ever booked. */
export const NO_CARD_TOTALS: Omit<CardTotals, 'provider'> = {
  ...{ issued: 0n, recovered: 0n, inFlight: 0n, refunded: 0n, stored: 0n, found: 0n },
  ...{ onCards: 0n, handed: 0n, inMeters: 0n, spent: 0n, arrived: 0n, closed: 0n },
};

/** @param sums of accounts, and of kind and account, of what concerns providers of cards */
export function cardTotals(sums: ReadonlyMap<string, bigint>): CardTotals[] {
  const prefix = 'card-sold prepaid-cards:';
  const loaded = 'value-on-cards:';
  const providers = new Set<string>();
  for (const key of sums.keys()) {
    if (key.startsWith(prefix)) providers.add(key.slice(prefix.length));
    if (key.startsWith(loaded)) providers.add(key.slice(loaded.length));
  }
  const of = (key: string) => sums.get(key) ?? 0n;
  return [...providers].sort().map((provider) => ({
    provider,
    issued: -of(`card-sold ${prepaid(provider)}`),
    recovered: -of(`card-recovered ${prepaid(provider)}`),
    inFlight: -of(prepaid(provider)),
    refunded: of(`card-refunded ${prepaid(provider)}`),
    stored: -of(`card-stored ${onCards(provider)}`),
    found: -of(`card-found ${onCards(provider)}`),
    onCards: -of(onCards(provider)),
    handed: of(`card-handed ${onCards(provider)}`),
    inMeters: -of(inMeters(provider)),
    spent: -of(spentIn(provider)),
    arrived: of(`from-card ${inMeters(provider)}`),
    closed: of(`card-closed ${onCards(provider)}`),
  }));
}

/** Of value that was sold in a provider's name: what is the provider's, what was paid to it, and what is still due. */
export function providerAccount(sums: ReadonlyMap<string, bigint>, provider: string) {
  const of = (key: string) => sums.get(key) ?? 0n;
  const owed =
    -of(`card-sold ${prepaid(provider)}`) -
    of(`card-refunded ${prepaid(provider)}`) -
    of(`card-closed ${onCards(provider)}`);
  const paid = of(`remitted-to:${provider}`);
  return { owed, paid, due: owed - paid };
}

/**
 * What was sold is on its way, refunded, or was loaded; what was loaded is on cards, was taken off them, or went to
 * meters; and there it is, was spent, or arrived in a purse that has a line. Nothing is on its way or on cards that never came there.
 */
export const cardsHold = (t: CardTotals): boolean =>
  t.issued + t.recovered === t.stored + t.inFlight + t.refunded &&
  t.stored + t.found === t.onCards + t.handed + t.closed + t.recovered &&
  t.handed === t.inMeters + t.spent + t.arrived &&
  t.inFlight >= 0n &&
  t.onCards >= 0n &&
  t.inFlight + t.onCards + t.inMeters >= 0n;
