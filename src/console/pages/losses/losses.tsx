import { NavLink, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import type { LineJson } from '../../../api/index.ts';
import { fill, GRID_WORDS, LOSSES_WORDS, PAGE_NAMES } from '../../../words/index.ts';
import { dateOf, daysBefore } from '../../civil.ts';
import { useWords } from '../../locale.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay, useSession } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { Alarms } from './alarms.tsx';
import { Compare } from './compare.tsx';
import { LossAlarms } from './loss-alarms.tsx';

/** What goes past the meters, how each day was judged, and what to do about each alarm. */
export function LossesPage(): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const names = useWords(PAGE_NAMES);
  const lines = useRead<{ readonly items: readonly LineJson[] }>('/lines', { live: true });
  const mayAlarms = useMay('listAllEvents') !== undefined;
  const mayLosses = useMay('listLossAlarms') !== undefined;
  return (
    <Page title={names.losses} note={words.note}>
      {mayAlarms && <Alarms />}
      {mayLosses && <LossAlarms />}
      <Loaded of={lines} waiting={words.linesWaiting}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel>
              <Blank title={words.noLines} />
            </Panel>
          ) : (
            <Lines lines={items} />
          )
        }
      </Loaded>
      <Text size="sm" className="quiet" maw={760}>
        {words.whereNote}
      </Text>
    </Page>
  );
}

/** Local units, one of which is looked at: `?unit=3&day=2026-03-01`. */
function Lines({ lines }: { readonly lines: readonly LineJson[] }): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const { street } = useWords(GRID_WORDS);
  const { zone } = useSession().utility;
  const yesterday = daysBefore(dateOf(useNow(), zone), 1);
  const [search, setSearch] = useSearchParams();
  const standing = ({ suspicions }: LineJson) => suspicions.filter(({ stands }) => stands).length;
  const asked = search.get('unit');
  const chosen =
    lines.find(({ localUnit }) => String(localUnit) === asked) ??
    lines.find((line) => standing(line) > 0) ??
    (lines[0] as LineJson);
  const day = search.get('day') ?? yesterday;
  return (
    <div className="grid-page">
      <Compare
        key={chosen.localUnit}
        localUnit={chosen.localUnit}
        day={day}
        last={yesterday}
        choose={(next) => setSearch({ unit: String(chosen.localUnit), day: next }, { replace: true })}
      />
      <Panel title={words.lines}>
        <div style={{ maxHeight: 480, overflowY: 'auto' }}>
          {lines.map((line) => (
            <NavLink
              key={line.localUnit}
              component="button"
              label={fill(street, line.localUnit)}
              description={standing(line) > 0 ? `▲ ${fill(words.suspicions, standing(line))}` : undefined}
              active={line === chosen}
              onClick={() => setSearch({ unit: String(line.localUnit), day })}
              py={4}
              style={{ borderRadius: 8 }}
            />
          ))}
        </div>
      </Panel>
    </div>
  );
}
