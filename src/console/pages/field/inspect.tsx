import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { EventJson, LineJson, MeterJson } from '../../../api/index.ts';
import {
  CALL_WORDS,
  EVENT_WORDS,
  type EventName,
  FIELD_WORDS,
  FLAG_WORDS,
  fill,
  METER_WORDS,
  REASON_WORDS,
  type StateReason,
} from '../../../words/index.ts';
import { useTold } from '../../kept/seen.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { Aged, Money } from '../../parts/figures.tsx';
import { useHeld } from '../../parts/held.ts';
import { Panel } from '../../parts/page.tsx';
import { DataTable, Facts } from '../../parts/rows.tsx';
import { StateLabel } from '../../parts/state-mark.tsx';
import { Blank, Loaded, Unread } from '../../parts/states.tsx';
import { useMay } from '../../session.tsx';

/** How a meter stands, in words: the first that somebody asks who stands before it. */
export function Standing({ meter }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(FIELD_WORDS);
  const flags = useWords(FLAG_WORDS);
  const calls = useWords(CALL_WORDS);
  const reasons = useWords(REASON_WORDS);
  const shared = useConsoleWords();
  const { relative, count } = useFormat();
  const heldText = useHeld();
  const { known, agesMs, purse } = meter;
  const offset = known.clockOffsetMs;
  const list = (codes: readonly string[] | undefined, names: Readonly<Record<string, string>>) => {
    if (codes === undefined) return shared.unknown;
    return codes.length === 0 ? words.nothing : codes.map((code) => names[code] ?? code).join(', ');
  };
  return (
    <Panel>
      <Stack gap="sm">
        <StateLabel state={meter.state} />
        <Text fw={600}>
          {agesMs.heard === undefined ? words.neverHeard : fill(words.heard, relative(-agesMs.heard))}
        </Text>
        <Text size="sm">
          {purse.freeze === undefined
            ? words.purse[purse.state]
            : fill(words.frozen, reasons[purse.freeze as StateReason] ?? purse.freeze)}
        </Text>
        <Facts
          of={[
            {
              label: words.balance,
              value: known.balance !== undefined && (
                <Aged ms={agesMs.balance}>
                  <Money tokens={known.balance} />
                </Aged>
              ),
            },
            { label: words.subscriber, value: meter.subscriber },
            { label: words.localUnit, value: meter.localUnit },
            { label: words.address, value: meter.modemAddress },
            {
              label: words.clock,
              value:
                offset === undefined
                  ? shared.unknown
                  : Math.abs(offset) < 1_000
                    ? words.clockRight
                    : fill(words.clockOff, count(Math.round(offset / 100) / 10)),
            },
            { label: words.tariff, value: meter.tariff ?? shared.unknown },
            {
              label: words.table,
              value: known.tableVersion === undefined ? shared.unknown : heldText(known.tableVersion),
            },
            {
              label: words.policy,
              value: known.policyVersion === undefined ? shared.unknown : heldText(known.policyVersion),
            },
            { label: words.flags, value: list(known.flags, flags) },
            { label: words.attention, value: list(known.attention, calls) },
          ]}
        />
        <LineHealth localUnit={meter.localUnit} />
      </Stack>
    </Panel>
  );
}

function LineHealth({ localUnit }: { readonly localUnit: number }): ReactNode {
  const words = useWords(FIELD_WORDS);
  const mayRead = useMay('listLines') !== undefined;
  const { count } = useFormat();
  const lines = useTold<{ readonly items: readonly LineJson[] }>('/lines', { enabled: mayRead });
  const line = lines.data?.data.items.find((each) => each.localUnit === localUnit);
  if (line?.health === undefined) return <Unread of={lines} what={words.line} />;
  const { retries, frames, garbled } = line.health;
  return (
    <Text size="xs" className="quiet">
      {words.line}: {fill(words.retries, count(retries), count(frames), localUnit, count(garbled))}
    </Text>
  );
}

const SHOWN = 20;

/** What the meter saw of late, the newest first. */
export function Events({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(FIELD_WORDS);
  const names = useWords(EVENT_WORDS);
  const { supply: ofSupply } = useWords(METER_WORDS);
  const { exact } = useFormat();
  const mayRead = useMay('listMeterEvents') !== undefined;
  const events = useTold<{ readonly items: readonly EventJson[] }>(`/meters/${meter}/events`, {
    ...{ live: true, query: { limit: SHOWN }, enabled: mayRead },
  });
  if (!mayRead) return null;
  return (
    <Panel title={words.events}>
      <Loaded of={events} waiting={words.waiting}>
        {({ data: { items } }) =>
          items.length === 0 ? (
            <Blank title={words.noEvents} />
          ) : (
            <DataTable
              label={words.events}
              items={items}
              keyOf={({ number }) => String(number)}
              minWidth={300}
              columns={[
                { head: words.when, cell: ({ time, heardAt }) => exact(time ?? heardAt) },
                {
                  head: words.what,
                  cell: ({ kind, supply }) => {
                    const name = names[kind as EventName] ?? kind;
                    return supply === 0 ? name : `${name} · ${fill(ofSupply, supply)}`;
                  },
                },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
