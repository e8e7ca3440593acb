import { Anchor, Group, Stack, Text } from '@mantine/core';
import { Check, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { OverviewJson } from '../../../api/index.ts';
import { fill, OVERVIEW_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { useMay } from '../../session.tsx';

interface Term {
  readonly label: string;
  readonly tokens: string;
  readonly note?: string;
  readonly isInFlight?: boolean;
}

type Books = NonNullable<OverviewJson['books']>;

/** The two sums that must always hold, written as sums: whoever doubts adds them up. */
export function Equations({
  books,
  today,
}: {
  readonly books: Books;
  readonly today: OverviewJson['today'];
}): ReactNode {
  const words = useWords(OVERVIEW_WORDS);
  const { money } = useFormat();
  const mayRead = useMay('readAccounts') !== undefined;
  const during = (tokens: string | undefined) =>
    tokens === undefined ? {} : { note: fill(words.today, money(tokens)) };
  const issued: Term = { label: words.issued, tokens: books.issued, ...during(today?.issued) };
  const places: readonly Term[] = [
    { label: words.stored, tokens: books.stored, ...during(today?.stored) },
    { label: words.inFlight, tokens: books.inFlight, isInFlight: books.inFlight !== '0' },
    { label: words.refunded, tokens: books.refunded, ...during(today?.refunded) },
  ];
  const given: readonly Term[] = [
    { label: words.stored, tokens: books.stored },
    ...(books.found === '0' ? [] : [{ label: words.found, tokens: books.found }]),
    ...(books.fromCards === '0' ? [] : [{ label: words.fromCards, tokens: books.fromCards }]),
    { label: words.owed, tokens: books.owed },
  ];
  const gone: readonly Term[] = [
    { label: words.spent, tokens: books.spent, ...during(today?.spent) },
    { label: words.purses, tokens: books.valueInMeters },
    ...(books.closed === '0' ? [] : [{ label: words.closed, tokens: books.closed }]),
  ];
  return (
    <Panel title={words.books} aside={<Balanced isBalanced={books.balanced} />}>
      <Stack gap="lg">
        <Sum left={[issued]} right={places} />
        <Sum left={given} right={gone} />
        {mayRead && (
          <Anchor component={Link} to="/books" size="sm">
            {words.toBooks}
          </Anchor>
        )}
      </Stack>
    </Panel>
  );
}

function Balanced({ isBalanced }: { readonly isBalanced: boolean }): ReactNode {
  const words = useWords(OVERVIEW_WORDS);
  return (
    <Group gap={6} wrap="nowrap" c={isBalanced ? 'var(--state-supplied)' : 'var(--state-tampered)'}>
      {isBalanced ? <Check size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
      <Text size="sm" fw={600}>
        {isBalanced ? words.balanced : words.unbalanced}
      </Text>
    </Group>
  );
}

function Sum({ left, right }: { readonly left: readonly Term[]; readonly right: readonly Term[] }): ReactNode {
  return (
    <Group gap="lg" align="flex-start" wrap="wrap">
      <Terms terms={left} />
      <Terms terms={right} after="=" />
    </Group>
  );
}

interface TermsProps {
  readonly terms: readonly Term[];
  /** The sign before the first. Where there is no room for all of them a line begins with its sign. */
  readonly after?: string;
}

const Terms = ({ terms, after }: TermsProps): ReactNode =>
  terms.map((term, i) => (
    <Group key={term.label} gap="lg" align="flex-start" wrap="nowrap">
      {(i > 0 || after !== undefined) && <Sign>{(i === 0 && after) || '+'}</Sign>}
      <div>
        <Text size="xs" className="quiet">
          {term.label}
        </Text>
        <Text
          fz={22}
          fw={640}
          lh={1.25}
          {...(term.isInFlight === true && { c: 'var(--in-flight)' })}
          style={{ letterSpacing: '-0.02em' }}
        >
          <Money tokens={term.tokens} />
        </Text>
        {term.note !== undefined && (
          <Text size="xs" className="quiet">
            {term.note}
          </Text>
        )}
      </div>
    </Group>
  ));

const Sign = ({ children }: { readonly children: string }): ReactNode => (
  <Text fz={22} className="quiet" pt={16} lh={1.25}>
    {children}
  </Text>
);
