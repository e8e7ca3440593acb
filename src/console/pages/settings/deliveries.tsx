import { Anchor, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import type { DeliveryJson, WebhookJson } from '../../../api/index.ts';
import { fill, SETTINGS_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { When } from '../../parts/figures.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { useNow } from '../../time.ts';

interface CountProps {
  readonly of: WebhookJson;
  readonly count: number;
}

/** How much a webhook has not taken; behind the number stand the events themselves. */
export function NotTaken({ of: { id }, count }: CountProps): ReactNode {
  const words = useWords(SETTINGS_WORDS);
  const format = useFormat();
  const may = useMay('listDeliveries') !== undefined;
  const [isOpen, { open, close }] = useDisclosure();
  if (count === 0 || !may) return format.count(count);
  return (
    <>
      <Anchor component="button" type="button" size="sm" underline="always" onClick={open}>
        {format.count(count)}
      </Anchor>
      <Dialog isOpen={isOpen} close={close} title={fill(words.deliveries, id)} isWide>
        <Deliveries webhook={id} />
      </Dialog>
    </>
  );
}

interface DeliveryPage {
  readonly items: readonly DeliveryJson[];
  readonly leftOut: number;
}

function Deliveries({ webhook }: { readonly webhook: string }): ReactNode {
  const words = useWords(SETTINGS_WORDS);
  const { count } = useFormat();
  const now = useNow();
  const page = useRead<DeliveryPage>(`/webhooks/${encodeURIComponent(webhook)}/deliveries`, { live: true });
  return (
    <Loaded of={page} waiting={words.waiting}>
      {({ items, leftOut }) =>
        items.length === 0 ? (
          <Blank title={words.noDeliveries} />
        ) : (
          <>
            <DataTable
              label={fill(words.deliveries, webhook)}
              items={items}
              keyOf={({ event }) => event}
              minWidth={620}
              columns={[
                {
                  head: words.event,
                  cell: ({ event }) => (
                    <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                      {event}
                    </Text>
                  ),
                },
                { head: words.since, cell: ({ at }) => <When at={at} now={now} /> },
                { head: words.tries, cell: ({ attempts }) => count(attempts), isFigure: true },
                { head: words.lastAnswer, cell: ({ why }) => <Text size="sm">{why ?? words.notTried}</Text> },
                {
                  head: words.nextTry,
                  cell: ({ dueAt }) => (dueAt === undefined ? words.givenUp : <When at={dueAt} now={now} />),
                },
              ]}
            />
            {leftOut > 0 && (
              <Text size="sm" mt="xs">
                {fill(words.leftOut, count(leftOut))}
              </Text>
            )}
          </>
        )
      }
    </Loaded>
  );
}
