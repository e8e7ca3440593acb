import { Group, Stack, Text } from '@mantine/core';
import { Check, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { BooksJson } from '../../../api/index.ts';
import { BOOKS_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';

type Total = keyof ReturnType<typeof useTotals>;
const useTotals = () => useWords(BOOKS_WORDS).totals;

const EQUATIONS: readonly { readonly left: readonly Total[]; readonly right: readonly Total[] }[] = [
  { left: ['issued'], right: ['stored', 'inFlight', 'refunded'] },
  { left: ['stored', 'found', 'fromCards', 'owed'], right: ['spent', 'valueInMeters', 'closed'] },
];

const FIGURE_SIZE = 20;

/** The two equations that the books promise, with their figures, each with its tick. */
export function Equations({ books }: { readonly books: BooksJson }): ReactNode {
  return (
    <Stack gap="md">
      {EQUATIONS.map(({ left, right }) => (
        <Equation key={left[0]} books={books} left={left} right={right} />
      ))}
    </Stack>
  );
}

interface EquationProps {
  readonly books: BooksJson;
  readonly left: readonly Total[];
  readonly right: readonly Total[];
}

function Equation({ books, left, right }: EquationProps): ReactNode {
  const words = useWords(BOOKS_WORDS);
  const sum = (side: readonly Total[]) => side.reduce((total, name) => total + BigInt(books[name]), 0n);
  const holds = sum(left) === sum(right);
  const Mark = holds ? Check : X;
  return (
    // What stands beside the figures stands on their line, and not on that of their labels.
    <Group gap="md" align="last baseline">
      <Terms books={books} of={left} />
      <Terms books={books} of={right} after="=" />
      <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
        <Mark
          size={18}
          strokeWidth={2.6}
          aria-hidden
          color={holds ? 'var(--state-supplied)' : 'var(--state-tampered)'}
          style={{ verticalAlign: '-0.25em', marginInlineEnd: 6 }}
        />
        {holds ? words.holds : words.fails}
      </Text>
    </Group>
  );
}

interface TermsProps {
  readonly books: BooksJson;
  readonly of: readonly Total[];
  /** The sign before the first. Where there is no room for all of them a line begins with its sign. */
  readonly after?: string;
}

function Terms({ books, of, after }: TermsProps): ReactNode {
  const totals = useTotals();
  const shown = of.filter((name) => name !== 'fromCards' || books.fromCards !== '0');
  return shown.map((name, i) => (
    <Group key={name} gap="md" align="last baseline" wrap="nowrap">
      {(i > 0 || after !== undefined) && <Text fz={FIGURE_SIZE}>{(i === 0 && after) || '+'}</Text>}
      <div>
        <Text size="xs" className="quiet">
          {totals[name]}
        </Text>
        <Text
          fz={FIGURE_SIZE}
          fw={640}
          style={name === 'inFlight' && books.inFlight !== '0' ? { color: 'var(--in-flight)' } : {}}
        >
          <Money tokens={books[name]} />
        </Text>
      </div>
    </Group>
  ));
}
