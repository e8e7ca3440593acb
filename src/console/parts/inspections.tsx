import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { InspectionJson } from '../../api/index.ts';
import { fill, INSPECTION_WORDS } from '../../words/index.ts';
import { useFormat, useWords } from '../locale.tsx';
import { useRead } from '../reads.ts';
import { useMay } from '../session.tsx';
import { StateMark } from './state-mark.tsx';
import { Unread } from './states.tsx';

type Findings = InspectionJson['findings'];
const OF_THEFT: Findings = ['seal-broken', 'cover-open', 'wire-around'];

/** What was found, in words. */
export function useFindingsText(): (findings: Findings) => string {
  const words = useWords(INSPECTION_WORDS);
  return (findings) => findings.map((finding) => words.findings[finding]).join(', ');
}

/** What was found at a meter by those who looked, as it comes: the latest first. */
export function InspectionList({ items }: { readonly items: readonly InspectionJson[] }): ReactNode {
  const words = useWords(INSPECTION_WORDS);
  const textOf = useFindingsText();
  const { exact } = useFormat();
  if (items.length === 0) {
    return (
      <Text size="sm" className="quiet">
        {words.none}
      </Text>
    );
  }
  return (
    <ul style={{ listStyle: 'none', margin: 0, padding: 0 }} aria-label={words.title}>
      {items.map(({ id, findings, note, inspectedAt, by }) => (
        <li key={id} style={{ padding: '8px 0', borderTop: '1px solid var(--line)' }}>
          <Group gap={6} wrap="nowrap">
            {findings.some((each) => OF_THEFT.includes(each)) && <StateMark state="tampered" />}
            <Text size="sm" fw={600}>
              {textOf(findings)}
            </Text>
          </Group>
          {note !== '' && <Text size="sm">{note}</Text>}
          <Text size="xs" className="quiet">
            {fill(words.by, exact(inspectedAt), by)}
          </Text>
        </li>
      ))}
    </ul>
  );
}

/** What was found last at a meter that is suspected; nothing where nobody looked yet. */
export function LastInspection({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(INSPECTION_WORDS);
  const textOf = useFindingsText();
  const { exact } = useFormat();
  const mayRead = useMay('listInspections') !== undefined;
  const read = useRead<{ readonly items: readonly InspectionJson[] }>(`/meters/${meter}/inspections`, {
    ...{ query: { limit: 1 }, live: true, enabled: mayRead },
  });
  const [last] = read.data?.items ?? [];
  if (last === undefined) return <Unread of={read} what={words.title} />;
  return <Text size="sm">{fill(words.last, textOf(last.findings), exact(last.inspectedAt), last.by)}</Text>;
}
