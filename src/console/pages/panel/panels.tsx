import { Anchor, Group, SimpleGrid, Text, TextInput } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import { Link } from 'react-router';
import type { DemoJson, GridJson } from '../../../api/index.ts';
import { type MeterState, PAGE_NAMES, PANEL_WORDS } from '../../../words/index.ts';
import { useDemoRead } from '../../demo.ts';
import { useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { StateLabel } from '../../parts/state-mark.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay, useSession } from '../../session.tsx';

/** The meters of a demo, to choose one that one wants to stand before. */
export function PanelsPage(): ReactNode {
  const words = useWords(PANEL_WORDS);
  const names = useWords(PAGE_NAMES);
  const demo = useDemoRead();
  return (
    <Page title={names.panel} note={words.listNote}>
      <Loaded of={demo} waiting={words.listWaiting}>
        {({ meters }) => (meters.length === 0 ? <Blank title={words.none} /> : <Meters meters={meters} />)}
      </Loaded>
    </Page>
  );
}

interface Known {
  readonly state: MeterState;
  readonly balance: string | null | undefined;
}

/** What the host knows of each meter, for those who may read it. */
function useKnown(): ReadonlyMap<string, Known> {
  const enabled = useMay('readGrid') !== undefined;
  const { data } = useRead<GridJson>('/grid', { live: true, enabled });
  return useMemo(() => {
    const known = new Map<string, Known>();
    data?.columns.number.forEach((number, i) => {
      const state = data.states[data.columns.state[i] ?? 0];
      if (state !== undefined) {
        known.set(number.toString(16).padStart(6, '0'), { state, balance: data.columns.balance[i] });
      }
    });
    return known;
  }, [data]);
}

function Meters({ meters }: Pick<DemoJson, 'meters'>): ReactNode {
  const words = useWords(PANEL_WORDS);
  const [text, setText] = useState('');
  const known = useKnown();
  const wanted = text.trim().toLowerCase();
  const { person } = useSession();
  const found = meters.filter(({ number, subscriber }) => `${number} ${subscriber}`.toLowerCase().includes(wanted));
  // Whoever lives here looks for their own meter first.
  const shown = found.toSorted(
    (a, b) => Number(b.subscriber === person.subscriber) - Number(a.subscriber === person.subscriber),
  );
  return (
    <Panel>
      <TextInput
        label={words.filter}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        maw={280}
        mb="md"
      />
      {shown.length === 0 && <Blank title={words.listEmpty} />}
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, xl: 4 }} spacing="xs">
        {shown.map(({ number, subscriber }) => (
          <Card key={number} number={number} subscriber={subscriber} known={known.get(number)} />
        ))}
      </SimpleGrid>
    </Panel>
  );
}

interface CardProps {
  readonly number: string;
  readonly subscriber: string;
  readonly known: Known | undefined;
}

function Card({ number, subscriber, known }: CardProps): ReactNode {
  return (
    <Anchor component={Link} to={`/panel/${number}`} className="surface" underline="never" c="inherit" p="sm">
      <Group justify="space-between" wrap="nowrap">
        <Text fw={600} size="sm">
          {number}
        </Text>
        {known && <StateLabel state={known.state} />}
      </Group>
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" className="quiet">
          {subscriber}
        </Text>
        {known?.balance != null && (
          <Text size="xs">
            <Money tokens={known.balance} />
          </Text>
        )}
      </Group>
    </Anchor>
  );
}
