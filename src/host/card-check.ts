import { type CardTotals, cardsHold, cardTotals } from './card-books.ts';
import { addSum, isOfCards } from './ledger.ts';
import type { BookFinding, LedgerSum } from './ports.ts';
import type { CardOrder, CardPurse, OfflineMeter } from './types.ts';

/** What the books know of cards beside the ledger. */
export interface CardRows {
  readonly purses: readonly CardPurse[];
  readonly orders: readonly CardOrder[];
  readonly meters: readonly OfflineMeter[];
}

/** What the sums of a ledger come to for each provider, and where they do not hold. */
export interface CheckedCards {
  readonly cards: readonly CardTotals[];
  readonly findings: readonly BookFinding[];
}

/**
 * The equations of the value on cards: of each provider in the ledger, of each region of a card against the orders
 * that were booked for it, and of both, and the meters without a line, against the ledger.
 */
export function checkCards(sums: readonly LedgerSum[], { purses, orders, meters }: CardRows): CheckedCards {
  const accounts = new Map<string, bigint>();
  for (const sum of sums) if (isOfCards(sum)) addSum(accounts, sum);
  const cards = cardTotals(accounts);
  const findings: BookFinding[] = [];
  for (const each of cards) {
    if (cardsHold(each)) continue;
    const what = 'what was sold, loaded, on cards, handed over and spent does not come out even';
    findings.push({ table: 'postings', row: `provider ${each.provider}`, what });
  }
  const booked = sumsOfOrders(orders);
  for (const { id, credited, closed, released } of purses) {
    const of = booked.get(id) ?? NOTHING;
    const wrong = differences(
      { credited, closed, released },
      { credited: of.credited, closed: of.closed, released: of.released },
      'its orders say',
    );
    if (wrong !== undefined) findings.push({ table: 'card_purses', row: id, what: wrong });
  }
  const totals = new Map(cards.map((each) => [each.provider, each]));
  const providers = new Set([...totals.keys(), ...purses.map(({ provider }) => provider)]);
  for (const provider of [...providers].sort()) {
    const posted = totals.get(provider);
    const ofPurses = purses.filter((purse) => purse.provider === provider);
    const ofMeters = meters.filter((meter) => meter.provider === provider);
    const waiting = orders.filter((order) => order.provider === provider && isInFlight(order));
    const sum = <R>(rows: readonly R[], of: (row: R) => bigint) => rows.reduce((all, row) => all + of(row), 0n);
    const wrong = differences(
      {
        loaded: sum(ofPurses, ({ credited }) => credited),
        handed: sum(ofPurses, ({ handed }) => handed),
        'taken off': sum(ofPurses, ({ closed, released }) => closed + released),
        recovered: sum(ofPurses, ({ recovered }) => recovered),
        'in flight': sum(waiting, ({ amount }) => BigInt(amount)),
        spent: sum(ofMeters, ({ spent }) => spent),
        arrived: sum(ofMeters, ({ line, fromCards }) => (line ? fromCards : 0n)),
      },
      {
        loaded: (posted?.stored ?? 0n) + (posted?.found ?? 0n),
        handed: posted?.handed ?? 0n,
        'taken off': posted?.closed ?? 0n,
        recovered: posted?.recovered ?? 0n,
        'in flight': posted?.inFlight ?? 0n,
        spent: posted?.spent ?? 0n,
        arrived: posted?.arrived ?? 0n,
      },
      'the ledger says',
    );
    if (wrong !== undefined) findings.push({ table: 'card_providers', row: provider, what: wrong });
  }
  return { cards, findings };
}

const NOTHING = { credited: 0n, closed: 0n, released: 0n };

function sumsOfOrders(orders: readonly CardOrder[]): Map<string, typeof NOTHING> {
  const sums = new Map<string, typeof NOTHING>();
  for (const { purse, op, state, amount } of orders) {
    const sum = sums.get(purse) ?? { ...NOTHING };
    sums.set(purse, sum);
    if (state === 'stored' || state === 'found') sum.credited += BigInt(amount);
    if (state === 'closed') sum[op === 'release' ? 'released' : 'closed'] += BigInt(amount);
  }
  return sums;
}

const isInFlight = ({ op, openOf }: CardOrder): boolean => op === 'credit' && openOf !== undefined;

function differences(
  own: Readonly<Record<string, bigint>>,
  other: Readonly<Record<string, bigint>>,
  says: string,
): string | undefined {
  const wrong = Object.keys(own).filter((name) => own[name] !== other[name]);
  if (wrong.length === 0) return undefined;
  return wrong.map((name) => `${name} ${own[name]} where ${says} ${other[name]}`).join(', ');
}
