import { Button, SimpleGrid, Tabs } from '@mantine/core';
import type { ComponentType, ReactNode } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import type { MeterJson, Operation } from '../../../api/index.ts';
import { fill, METER_WORDS, type MeterWords } from '../../../words/index.ts';
import { useDemo } from '../../demo.ts';
import { useWords } from '../../locale.tsx';
import { isUnoccupied } from '../../moving/occupant.ts';
import { isFor, PAGES, type PageName } from '../../pages.ts';
import { Page } from '../../parts/page.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useSession } from '../../session.tsx';
import { ControlTab } from './control.tsx';
import { EventsTab } from './events.tsx';
import { ExchangesTab } from './exchanges.tsx';
import { HowMuchIsLeft, IsItOn } from './head.tsx';
import { LoadTab } from './load.tsx';
import { BalanceTab } from './money.tsx';
import { SalesTab } from './sales.tsx';
import { TariffTab } from './tariff.tsx';

interface Tab {
  readonly name: keyof MeterWords['tabs'];
  readonly needs: Operation;
  readonly Content: ComponentType<{ readonly meter: MeterJson }>;
}

const TABS: readonly Tab[] = [
  { name: 'balance', needs: 'readBalance', Content: BalanceTab },
  { name: 'load', needs: 'readMinutes', Content: LoadTab },
  { name: 'events', needs: 'listMeterEvents', Content: EventsTab },
  { name: 'tariff', needs: 'readTariffWeek', Content: TariffTab },
  { name: 'exchanges', needs: 'listExchanges', Content: ExchangesTab },
  { name: 'sales', needs: 'listMeterOrders', Content: SalesTab },
  { name: 'control', needs: 'listCommands', Content: ControlTab },
];

/** One meter: is it on, how much is left, why did the balance move, what did it see. */
export function MeterPage(): ReactNode {
  const words = useWords(METER_WORDS);
  const { number = '' } = useParams();
  const meter = useRead<MeterJson>(`/meters/${number}`, { live: true });
  return (
    <Page
      title={fill(words.title, number)}
      note={<Place meter={meter.data} />}
      actions={<Actions number={number} meter={meter.data} />}
    >
      <Loaded of={meter} waiting={fill(words.waiting, number)}>
        {(found) => (
          <>
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
              <IsItOn meter={found} />
              <HowMuchIsLeft meter={found} />
            </SimpleGrid>
            <MeterTabs key={number} meter={found} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Place({ meter }: { readonly meter: MeterJson | undefined }): ReactNode {
  const words = useWords(METER_WORDS);
  return meter === undefined ? ' ' : fill(words.place, meter.localUnit, meter.modemAddress, meter.subscriber);
}

function MeterTabs({ meter }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const { may } = useSession();
  const [search, setSearch] = useSearchParams();
  const tabs = TABS.filter(({ needs }) => may(needs) !== undefined);
  const chosen = tabs.find(({ name }) => name === search.get('tab')) ?? tabs[0];
  if (chosen === undefined) return null;
  return (
    <Tabs
      value={chosen.name}
      onChange={(name) => setSearch(name === null ? {} : { tab: name })}
      keepMounted={false}
      styles={{ list: { flexWrap: 'nowrap', overflowX: 'auto', overflowY: 'hidden' }, tab: { flex: 'none' } }}
    >
      <Tabs.List aria-label={words.tab}>
        {tabs.map(({ name }) => (
          <Tabs.Tab key={name} value={name}>
            {words.tabs[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={chosen.name} pt="md">
        <chosen.Content meter={meter} />
      </Tabs.Panel>
    </Tabs>
  );
}

interface ActionsProps {
  readonly number: string;
  readonly meter: MeterJson | undefined;
}

/** Pages of the same meter, as far as they are there and one may see them. */
const ACTIONS = ['cut', 'panel', 'sell'] as const satisfies readonly PageName[];

function Actions({ number, meter }: ActionsProps): ReactNode {
  const { whyCut, panel, sell } = useWords(METER_WORDS);
  const words = { cut: whyCut, panel, sell };
  const { may } = useSession();
  const isDemo = useDemo() !== undefined;
  return ACTIONS.flatMap((name) => {
    const page = PAGES.find((each) => each.name === name);
    if (name === 'sell' && meter !== undefined && isUnoccupied(meter)) return [];
    if (page === undefined || !isFor(page, may, isDemo)) return [];
    const path = page.path.includes(':number') ? page.path.replace(':number', number) : `${page.path}?meter=${number}`;
    return (
      <Button key={name} component={Link} to={`/${path}`} size="xs" variant={name === 'sell' ? 'filled' : 'default'}>
        {words[name]}
      </Button>
    );
  });
}
