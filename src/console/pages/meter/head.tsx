import { Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { BalanceJson, EventJson, MeterJson, OutlookJson } from '../../../api/index.ts';
import { fill, METER_WORDS, REASON_WORDS, STATE_WORDS } from '../../../words/index.ts';
import { dateOf } from '../../civil.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Aged, Figure, Money, When } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { StateLabel, StateMark } from '../../parts/state-mark.tsx';
import { Unread } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay, useSession } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { type Relay, relaysOf } from './relays.ts';

interface MeterProps {
  readonly meter: MeterJson;
}

const EVENTS = 200;

/** State and reason, and each relay with why it is open. */
export function IsItOn({ meter }: MeterProps): ReactNode {
  const words = useWords(METER_WORDS);
  const states = useWords(STATE_WORDS);
  const reasons = useWords(REASON_WORDS);
  const { duration } = useFormat();
  const events = useRead<{ readonly items: readonly EventJson[] }>(`/meters/${meter.number}/events`, {
    ...{ query: { limit: EVENTS }, live: true },
    enabled: useMay('listMeterEvents') !== undefined,
  });
  const { state, why, stale, agesMs } = meter;
  return (
    <Panel
      title={words.isOn}
      aside={
        <Text size="xs" className="quiet" component="span">
          {agesMs.heard === undefined ? `${words.heard}: ${words.never}` : <Aged ms={agesMs.heard}>{words.heard}</Aged>}
        </Text>
      }
    >
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <div style={{ paddingTop: 5 }}>
          <StateMark state={state} size={26} />
        </div>
        <div>
          <Text fz={26} fw={640} lh={1.3} style={{ letterSpacing: '-0.02em' }}>
            {states[state]}
          </Text>
          {why.map((each) => (
            <Text key={each} size="sm">
              {reasons[each]}
            </Text>
          ))}
        </div>
      </Group>
      {stale && (
        <Group gap={6} mt="xs">
          <StateLabel state="stale" />
          <Text size="sm" className="quiet">
            {words.stale} {agesMs.heard !== undefined && duration(agesMs.heard)}
          </Text>
        </Group>
      )}
      <Relays relays={relaysOf(meter, events.data?.items)} />
      <Unread of={events} what={words.tabs.events} />
    </Panel>
  );
}

function Relays({ relays }: { readonly relays: readonly Relay[] }): ReactNode {
  const words = useWords(METER_WORDS);
  const now = useNow();
  return (
    <Table mt="sm" verticalSpacing={4} aria-label={words.supplies}>
      <Table.Tbody>
        {relays.map(({ supply, isOpen, reasons, at }) => (
          <Table.Tr key={supply}>
            <Table.Th scope="row" w={110}>
              {fill(words.supply, supply)}
            </Table.Th>
            <Table.Td>
              <Contact isOpen={isOpen} /> {isOpen === undefined ? words.notTold : isOpen ? words.open : words.closed}
              {reasons.length > 0 && `: ${reasons.map((reason) => words.relay[reason]).join(', ')}`}
            </Table.Td>
            <Table.Td ta="right" className="quiet">
              {at !== undefined && <When at={at} now={now} />}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** A contact as circuit diagrams draw it. */
function Contact({ isOpen }: { readonly isOpen: boolean | undefined }): ReactNode {
  return (
    <svg width="34" height="14" viewBox="0 0 34 14" aria-hidden="true" style={{ verticalAlign: '-2px' }}>
      <g stroke="currentColor" strokeWidth="1.6" fill="none" strokeDasharray={isOpen === undefined ? '2 2' : undefined}>
        <path d="M0 10 H9 M25 10 H34" />
        <path d={isOpen === false ? 'M9 10 H25' : 'M9 10 L23 2.5'} />
        <circle cx="9" cy="10" r="1.6" fill="currentColor" />
        <circle cx="25" cy="10" r="1.6" fill="currentColor" />
      </g>
    </svg>
  );
}

/** The balance, what is on its way, and until when it is enough. */
export function HowMuchIsLeft({ meter }: MeterProps): ReactNode {
  const words = useWords(METER_WORDS);
  const { known, agesMs, number } = meter;
  const { zone } = useSession().utility;
  const today = dateOf(useNow(), zone);
  const moved = useRead<BalanceJson>(`/meters/${number}/balance`, {
    ...{ query: { from: today, to: today }, live: true },
    enabled: useMay('readBalance') !== undefined,
  });
  const inFlight = moved.data?.closing.inFlight ?? '0';
  return (
    <Panel title={words.left}>
      <SimpleGrid cols={{ base: 2 }} spacing="md">
        <Figure
          label={words.balance}
          value={known.balance === undefined ? '–' : <Money tokens={known.balance} />}
          note={
            <Stack gap={2}>
              <Aged ms={agesMs.balance}>{words.heard}</Aged>
              {known.owed !== undefined && known.owed !== '0' && (
                <span>
                  {words.owed}: <Money tokens={known.owed} />
                </span>
              )}
              {inFlight !== '0' && (
                <span style={{ color: 'var(--in-flight)' }}>
                  {words.inFlight}: <Money tokens={inFlight} />
                </span>
              )}
            </Stack>
          }
        />
        <Lasts meter={meter} />
      </SimpleGrid>
      <Unread of={moved} what={words.inFlight} />
    </Panel>
  );
}

function Lasts({ meter: { number, known } }: MeterProps): ReactNode {
  const words = useWords(METER_WORDS);
  const { exact, energy, relative } = useFormat();
  const now = useNow();
  const mayRead = useMay('readOutlook') !== undefined;
  const outlook = useRead<OutlookJson>(`/meters/${number}/outlook`, { live: true, enabled: mayRead });
  if (mayRead && outlook.data === undefined && outlook.error !== null) {
    return <Figure label={words.lasts} value="–" note={<Unread of={outlook} />} />;
  }
  if (!mayRead || outlook.data === undefined) return null;
  const { lasts, use, daysKnown } = outlook.data;
  if (known.balance === '0') return <Figure label={words.lasts} value="–" note={words.empty} />;
  if (use === undefined) return <Figure label={words.lasts} value="–" note={words.lastsUnknown} />;
  const note = fill(words.lastsNote, energy(Number(use.energyWhPerDay)), daysKnown);
  if (lasts === undefined) return <Figure label={words.lasts} value="–" note={words.lastsForever} />;
  const until = Date.parse(lasts.until);
  if (until <= now) return <Figure label={words.lasts} value={words.anyMoment} note={note} />;
  return (
    <Figure
      label={words.lasts}
      value={<span title={exact(lasts.until)}>{relative(until - now)}</span>}
      note={
        <>
          {exact(lasts.until)}
          <br />
          {note}
        </>
      }
    />
  );
}
