import { Accordion, Code, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import type { OrderJson } from '../../../api/index.ts';
import { HOME_RECEIPTS_WORDS, PAGE_NAMES } from '../../../words/index.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { OwnMeter } from '../../parts/own-meter.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Blank } from '../../parts/states.tsx';
import { TopUpLine } from '../../parts/top-up-line.tsx';
import { usePages } from '../../reads.ts';
import { Purchase } from './purchase.tsx';

/** What was bought for one's own meter, with receipts to keep; the address bar keeps which one is open. */
export function HomeReceiptsPage(): ReactNode {
  const words = useWords(HOME_RECEIPTS_WORDS);
  const names = useWords(PAGE_NAMES);
  return (
    <Page title={names['home-receipts']} note={words.note}>
      <OwnMeter>
        {({ number }) => (
          <Stack gap="md" maw={760}>
            <Purchases meter={number} />
            <HowToVerify />
          </Stack>
        )}
      </OwnMeter>
    </Page>
  );
}

function Purchases({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(HOME_RECEIPTS_WORDS);
  const shared = useConsoleWords();
  const [search, setSearch] = useSearchParams();
  const orders = usePages<OrderJson>(`/meters/${meter}/orders`, { live: true });
  const sold = orders.items?.filter(({ operation }) => operation === 'credit');
  const open = search.get('order');
  return (
    <Panel>
      <Rows
        of={{ ...orders, items: sold }}
        waiting={shared.loading}
        blank={
          <Blank title={words.none}>
            <Text size="sm" className="quiet">
              {words.noneNext}
            </Text>
          </Blank>
        }
      >
        {(items) => (
          <Accordion
            value={open}
            onChange={(order) => setSearch(order === null ? { meter } : { meter, order }, { replace: true })}
            chevronPosition="left"
            chevronSize={20}
          >
            {items.map((order) => (
              <Accordion.Item key={order.id} value={order.id}>
                <Accordion.Control px={0}>
                  <Row order={order} />
                </Accordion.Control>
                <Accordion.Panel>{open === order.id && <Purchase order={order.id} />}</Accordion.Panel>
              </Accordion.Item>
            ))}
          </Accordion>
        )}
      </Rows>
    </Panel>
  );
}

function Row({ order }: { readonly order: OrderJson }): ReactNode {
  const { day, time, exact } = useFormat();
  return (
    <TopUpLine order={order}>
      <span title={exact(order.orderedAt)}>
        {day(order.orderedAt)}, {time(order.orderedAt)}
      </span>
    </TopUpLine>
  );
}

/** As it is typed. */
const VERIFY = 'wattpurse receipt verify FILE --keys KEYS';

function HowToVerify(): ReactNode {
  const words = useWords(HOME_RECEIPTS_WORDS);
  return (
    <Panel title={words.verify}>
      <Stack gap="xs">
        <Text size="sm">{words.verifyWhat}</Text>
        <Text size="sm">{words.verifyHow}</Text>
        <Code block tabIndex={0} style={{ background: 'var(--surface-sunk)' }}>
          {VERIFY}
        </Code>
        <Text size="sm">{words.verifyAnybody}</Text>
      </Stack>
    </Panel>
  );
}
