import { Anchor, Button, Group, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { MeterJson, OverviewJson } from '../../../api/index.ts';
import {
  METER_STATES,
  METERS_WORDS,
  type MeterState,
  PAGE_NAMES,
  REASON_WORDS,
  STATE_WORDS,
} from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money, When } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Rows } from '../../parts/rows.tsx';
import { StateLabel, StateMark } from '../../parts/state-mark.tsx';
import { Blank, Unread } from '../../parts/states.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { useRead } from '../../reads.ts';
import { useNow } from '../../time.ts';
import { useMeters, type Wanted } from './list.ts';

const SEARCH_MS = 300;

/** All meters, those first that a person should look at. What is looked for stands in the address. */
export function MetersPage(): ReactNode {
  const words = useWords(METERS_WORDS);
  const names = useWords(PAGE_NAMES);
  const [search, setSearch] = useSearchParams();
  const overview = useRead<OverviewJson>('/overview', { live: true });
  const [cleared, setCleared] = useState(0);
  const asked = search.get('state');
  const wanted: Wanted = {
    state: METER_STATES.find((state) => state === asked),
    localUnit: search.get('unit') ?? undefined,
    search: search.get('search') ?? undefined,
  };
  const set = (name: string, value: string | undefined) =>
    setSearch(
      (before) => {
        if (value === undefined || value === '') before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: true },
    );
  const meters = useMeters(wanted, overview.data?.meters.byState);
  const isNarrowed = Object.values(wanted).some((value) => value !== undefined);
  return (
    <Page title={names.meters} note={words.note}>
      <Group gap="sm" align="flex-end">
        <Typed
          key={`search ${cleared}`}
          label={words.search}
          hint={words.searchHint}
          value={wanted.search ?? ''}
          onChange={(value) => set('search', value)}
        />
        <Typed
          key={`unit ${cleared}`}
          isNumber
          label={words.localUnit}
          hint={words.anyLocalUnit}
          value={wanted.localUnit ?? ''}
          onChange={(value) => set('unit', value)}
        />
      </Group>
      <States value={wanted.state} meters={overview.data?.meters} onChange={(state) => set('state', state)} />
      <Unread of={overview} what={names.overview} />
      <Panel>
        <Rows
          of={meters}
          waiting={words.waiting}
          blank={
            <Blank title={isNarrowed ? words.none : words.empty}>
              {isNarrowed && (
                <Button
                  variant="default"
                  size="xs"
                  onClick={() => {
                    setSearch({});
                    setCleared(cleared + 1);
                  }}
                >
                  {words.clear}
                </Button>
              )}
            </Blank>
          }
        >
          {(items) => <Meters meters={items} />}
        </Rows>
      </Panel>
    </Page>
  );
}

interface TypedProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly isNumber?: boolean;
  readonly onChange: (value: string) => void;
}

/** A field that is looked for as soon as the hand rests. */
function Typed({ label, hint, value, isNumber = false, onChange }: TypedProps): ReactNode {
  const [typed, setTyped] = useState(value);
  const settle = useDebouncedCallback(onChange, SEARCH_MS);
  return (
    <TextInput
      label={label}
      placeholder={hint}
      value={typed}
      maxLength={isNumber ? 5 : 64}
      inputMode={isNumber ? 'numeric' : 'search'}
      w={{ base: '100%', xs: isNumber ? 180 : 280 }}
      onChange={({ currentTarget }) => {
        const next = isNumber ? currentTarget.value.replace(/\D/g, '') : currentTarget.value;
        setTyped(next);
        settle(next.trim());
      }}
    />
  );
}

interface StatesProps {
  readonly value: MeterState | undefined;
  readonly meters: OverviewJson['meters'] | undefined;
  readonly onChange: (state: MeterState | undefined) => void;
}

/** How many stand how, each a filter. A state that no meter is in can be passed over. */
function States({ value, meters, onChange }: StatesProps): ReactNode {
  const words = useWords(METERS_WORDS);
  const states = useWords(STATE_WORDS);
  const { count } = useFormat();
  const number = (of: number | undefined) => (of === undefined ? '' : ` ${count(of)}`);
  const shown = METER_STATES.filter((state) => state === value || (meters?.byState[state] ?? 0) > 0);
  return (
    <Group gap={6} role="group" aria-label={words.state}>
      <Button
        size="compact-sm"
        variant={value === undefined ? 'filled' : 'default'}
        aria-pressed={value === undefined}
        onClick={() => onChange(undefined)}
      >
        {words.all}
        {number(meters?.count)}
      </Button>
      {shown.map((state) => (
        <Button
          key={state}
          size="compact-sm"
          variant="default"
          aria-pressed={value === state}
          leftSection={<StateMark state={state} size={12} />}
          style={value === state ? { background: 'var(--chosen)', borderColor: 'var(--text-quiet)' } : {}}
          onClick={() => onChange(value === state ? undefined : state)}
        >
          {states[state]}
          {number(meters?.byState[state])}
        </Button>
      ))}
    </Group>
  );
}

function Meters({ meters }: { readonly meters: readonly MeterJson[] }): ReactNode {
  const words = useWords(METERS_WORDS);
  const reasons = useWords(REASON_WORDS);
  const now = useNow();
  return (
    <WideTable
      label={words.table}
      minWidth={860}
      spacing={5}
      highlights
      heads={[
        { head: words.number },
        { head: words.state },
        { head: words.why },
        { head: words.balance, isFigure: true },
        { head: words.owed, isFigure: true },
        { head: words.subscriber },
        { head: words.localUnit, isFigure: true },
        { head: words.tariff },
        { head: words.heard },
      ]}
    >
      <Table.Tbody>
        {meters.map(({ number, state, why, stale, known, agesMs, ...meter }) => (
          <Table.Tr key={number}>
            <Table.Td>
              <Anchor component={Link} to={`/meters/${number}`} ff="monospace" size="sm">
                {number}
              </Anchor>
            </Table.Td>
            <Table.Td>
              <Group gap={6} wrap="nowrap">
                <StateLabel state={state} />
                {stale && <StateMark state="stale" />}
              </Group>
            </Table.Td>
            <Table.Td maw={280}>
              {why.length > 0 && (
                <Text size="xs" className="quiet" lineClamp={1} title={why.map((each) => reasons[each]).join(' ')}>
                  {why.map((each) => reasons[each]).join(' ')}
                </Text>
              )}
            </Table.Td>
            <Table.Td ta="right">{known.balance !== undefined && <Money tokens={known.balance} />}</Table.Td>
            <Table.Td ta="right">
              {known.owed !== undefined && known.owed !== '0' && <Money tokens={known.owed} />}
            </Table.Td>
            <Table.Td>{meter.subscriber}</Table.Td>
            <Table.Td ta="right">{meter.localUnit}</Table.Td>
            <Table.Td>{meter.tariff}</Table.Td>
            <Table.Td style={{ whiteSpace: 'nowrap' }}>
              {agesMs.heard === undefined ? words.never : <When at={now - agesMs.heard} now={now} />}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
