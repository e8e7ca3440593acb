import type { Totalled } from '../host/index.ts';

/** One equation of the books in words, and whether it holds. */
export interface Equation {
  /** `issued 100 = stored 90 + in flight 10 + refunded 0` */
  readonly text: string;
  /** Its two sides without what is zero, where there is little room. */
  readonly left: string;
  readonly right: string;
  readonly holds: boolean;
}

/**
 * The two equations of the books. What is always there is shown even when it is zero; what seldom is, value that was
 * found, value from cards and purses that were closed, only when it is.
 */
export function equationsOf(books: Totalled): readonly [Equation, Equation] {
  const { issued, stored, inFlight, refunded, found, fromCards, owed, spent, valueInMeters, closed } = books;
  return [
    equation(
      [['issued', issued]],
      [
        ['stored', stored],
        ['in flight', inFlight],
        ['refunded', refunded],
      ],
    ),
    equation(
      [['stored', stored], ...seldom('found', found), ...seldom('from cards', fromCards), ['owed', owed]],
      [['spent', spent], ['purses', valueInMeters], ...seldom('closed', closed)],
    ),
  ];
}

type Term = readonly [name: string, amount: bigint];

const seldom = (name: string, amount: bigint): Term[] => (amount === 0n ? [] : [[name, amount]]);

function equation(left: readonly Term[], right: readonly Term[]): Equation {
  const written = (terms: readonly Term[]) => terms.map(([name, amount]) => `${name} ${amount}`).join(' + ');
  const needed = (terms: readonly Term[]) => terms.filter(([, amount], i) => i === 0 || amount !== 0n);
  const sum = (terms: readonly Term[]) => terms.reduce((total, [, amount]) => total + amount, 0n);
  return {
    text: `${written(left)} = ${written(right)}`,
    left: written(needed(left)),
    right: written(needed(right)),
    holds: sum(left) === sum(right),
  };
}
