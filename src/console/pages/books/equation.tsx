import { Group, Stack, Text } from '@mantine/core';
import { Check, X } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
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
    <div>
      <Group gap="md" align="flex-end">
        <Terms books={books} of={left} />
        <Text fz="lg">=</Text>
        <Terms books={books} of={right} />
        <Group gap={6} wrap="nowrap" align="center">
          <Mark
            size={18}
            strokeWidth={2.6}
            aria-hidden
            color={holds ? 'var(--state-supplied)' : 'var(--state-tampered)'}
          />
          <Text size="sm">{holds ? words.holds : words.fails}</Text>
        </Group>
      </Group>
    </div>
  );
}

function Terms({ books, of }: { readonly books: BooksJson; readonly of: readonly Total[] }): ReactNode {
  const totals = useTotals();
  const shown = of.filter((name) => name !== 'fromCards' || books.fromCards !== '0');
  return shown.map((name, i) => (
    <Fragment key={name}>
      {i > 0 && <Text fz="lg">+</Text>}
      <div>
        <Text size="xs" className="quiet">
          {totals[name]}
        </Text>
        <Text
          fz={20}
          fw={640}
          style={name === 'inFlight' && books.inFlight !== '0' ? { color: 'var(--in-flight)' } : {}}
        >
          <Money tokens={books[name]} />
        </Text>
      </div>
    </Fragment>
  ));
}
