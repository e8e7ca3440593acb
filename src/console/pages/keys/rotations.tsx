import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { KeyRotationJson } from '../../../api/index.ts';
import { fill, KEYS_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';

const SECONDS_PER_DAY = 86_400;

/** Keys that the host rotates by itself. */
export function Rotations(): ReactNode {
  const words = useWords(KEYS_WORDS);
  const read = useRead<{ readonly items: readonly KeyRotationJson[] }>('/keys/rotations', { live: true });
  return (
    <Panel title={words.rotation}>
      <Text size="sm" className="quiet" mb="sm">
        {words.rotationNote}
      </Text>
      <Loaded of={read} waiting={words.waiting}>
        {({ items }) => {
          // Of suites that no meter has there is nothing to tell.
          const shown = items.filter(({ meters }) => meters?.meters !== 0);
          return shown.length === 0 ? <Blank title={words.noRotation} /> : <Table of={shown} />;
        }}
      </Loaded>
    </Panel>
  );
}

function Table({ of }: { readonly of: readonly KeyRotationJson[] }): ReactNode {
  const words = useWords(KEYS_WORDS);
  const { day } = useFormat();
  return (
    <DataTable
      label={words.rotation}
      items={of}
      keyOf={({ purpose, suite }) => `${purpose} ${suite}`}
      minWidth={720}
      columns={[
        { head: words.purpose, cell: ({ purpose }) => words.purposes[purpose] },
        { head: words.suite, cell: ({ suite }) => suite },
        { head: words.newest, cell: ({ generation }) => String(generation) },
        { head: words.state, cell: (each) => <State of={each} /> },
        { head: words.metersOf, cell: (each) => <Meters of={each} /> },
        { head: words.nextDue, cell: ({ dueAt }) => (dueAt === undefined ? words.counting : day(dueAt)) },
      ]}
    />
  );
}

function State({ of: { state, overdueSeconds } }: { readonly of: KeyRotationJson }): ReactNode {
  const words = useWords(KEYS_WORDS);
  const { count } = useFormat();
  const days = Math.floor(overdueSeconds / SECONDS_PER_DAY);
  return (
    <Stack gap={2}>
      <Text size="sm">{words.rotationStates[state]}</Text>
      {days > 0 && (
        <Text size="sm" fw={600}>
          {fill(words.overdue, count(days))}
        </Text>
      )}
    </Stack>
  );
}

/** The others are told only where there are some. */
const OTHERS = ['can', 'underWay', 'silent', 'erased', 'refused', 'both'] as const;

function Meters({ of: { meters } }: { readonly of: KeyRotationJson }): ReactNode {
  const words = useWords(KEYS_WORDS);
  const { count } = useFormat();
  if (meters === undefined) return words.counting;
  return (
    <Stack gap={2}>
      <Text size="sm">{fill(words.haveIt, count(meters.there), count(meters.meters))}</Text>
      {OTHERS.filter((place) => meters[place] > 0).map((place) => (
        <Text key={place} size="sm">
          {fill(words.rotationPlaces[place], count(meters[place]))}
        </Text>
      ))}
    </Stack>
  );
}
