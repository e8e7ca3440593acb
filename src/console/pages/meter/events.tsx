import { Stack, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import type { EventJson, InspectionJson, MeterJson } from '../../../api/index.ts';
import { EVENT_WORDS, type EventName, INSPECTION_WORDS, METER_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money, When } from '../../parts/figures.tsx';
import { InspectionList } from '../../parts/inspections.tsx';
import { Panel } from '../../parts/page.tsx';
import { Rows } from '../../parts/rows.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { usePages } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { relayReasons } from './relays.ts';

/** What the meter told by itself, the newest first. */
export function EventsTab({ meter: { number } }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const events = usePages<EventJson>(`/meters/${number}/events`, {
    live: true,
  });
  const mayReadInspections = useMay('listInspections') !== undefined;
  return (
    <Stack gap="md">
      <Panel title={words.tabs.events}>
        <Rows of={events} waiting={words.eventsWaiting} blank={words.noEvents}>
          {(items) => <Events events={items} />}
        </Rows>
      </Panel>
      {mayReadInspections && <Inspections meter={number} />}
    </Stack>
  );
}

/** What people found at it, beside what it told. */
function Inspections({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(INSPECTION_WORDS);
  const found = usePages<InspectionJson>(`/meters/${meter}/inspections`, { live: true });
  return (
    <Panel title={words.title}>
      <Rows of={found} waiting={words.waiting} blank={<InspectionList items={[]} />}>
        {(items) => <InspectionList items={items} />}
      </Rows>
    </Panel>
  );
}

function Events({ events }: { readonly events: readonly EventJson[] }): ReactNode {
  const words = useWords(METER_WORDS);
  const names = useWords(EVENT_WORDS);
  const { exact } = useFormat();
  const now = useNow();
  return (
    <WideTable
      label={words.tabs.events}
      minWidth={560}
      spacing={4}
      heads={[{ head: words.at }, { head: words.kind }, { head: words.detail }, { head: words.heard }]}
    >
      <Table.Tbody>
        {events.map((event) => (
          <Table.Tr key={event.number}>
            <Table.Td style={{ whiteSpace: 'nowrap' }}>
              {event.time === undefined ? words.noClock : exact(event.time)}
            </Table.Td>
            <Table.Td>{names[event.kind as EventName] ?? event.kind}</Table.Td>
            <Table.Td>
              <Detail event={event} />
            </Table.Td>
            <Table.Td className="quiet">
              <When at={event.heardAt} now={now} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

type Unit = 'tokens' | 'watts' | 'watt-hours' | 'milliamperes' | 'millivolts' | 'seconds';

/** What the number of an event counts; of others it says nothing to a person. */
const UNITS: Partial<Readonly<Record<EventName, Unit>>> = {
  ...{ lowBalance: 'tokens', lastToken: 'tokens', creditStored: 'tokens', emergencyCreditBegun: 'tokens' },
  ...{ emergencyCreditRepaid: 'tokens', cutDeferred: 'tokens', purseClosed: 'tokens', valueRequested: 'tokens' },
  ...{ reverseEnergyBegun: 'watts', loadLimit: 'watts', reverseEnergyEnded: 'watt-hours' },
  ...{ bypassBegun: 'milliamperes', overCurrent: 'milliamperes', voltageWhileOpenBegun: 'millivolts' },
  ...{ sag: 'millivolts', swell: 'millivolts', surge: 'millivolts', powerUp: 'seconds' },
};

function Detail({ event: { kind, detail, value, supply } }: { readonly event: EventJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const { power, energy, duration, current, voltage } = useFormat();
  if (kind === 'relayOpened' || kind === 'relayClosed') {
    const reasons = relayReasons(detail).map((reason) => words.relay[reason]);
    return [words.supply.replace('{}', String(supply)), ...reasons].join(', ');
  }
  switch (UNITS[kind as EventName]) {
    case 'tokens':
      return <Money tokens={value} />;
    case 'watts':
      return power(value);
    case 'watt-hours':
      return energy(value);
    case 'milliamperes':
      return current(value);
    case 'millivolts':
      return voltage(value);
    case 'seconds':
      return duration(value * 1000);
    default:
      return null;
  }
}
