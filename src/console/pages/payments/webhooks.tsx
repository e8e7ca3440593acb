import { Button, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { WebhookJson } from '../../../api/index.ts';
import { fill, PAYMENT_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { useMay } from '../../session.tsx';

/** Addresses outside that are told what happens, and what they have not taken yet. */
export function Webhooks(): ReactNode {
  const words = useWords(PAYMENT_WORDS);
  const { count } = useFormat();
  const hooks = usePages<WebhookJson>('/webhooks', { live: true });
  return (
    <Panel title={words.webhooks}>
      <Rows of={hooks} waiting={words.webhooksWaiting} blank={words.noWebhooks}>
        {(items) => (
          <DataTable
            label={words.webhooks}
            items={items}
            keyOf={({ id }) => id}
            minWidth={680}
            columns={[
              {
                head: words.address,
                cell: ({ id, url }) => (
                  <>
                    {id}{' '}
                    <Text component="span" size="xs" className="quiet">
                      {url}
                    </Text>
                  </>
                ),
              },
              { head: words.events, cell: ({ events }) => <Text size="xs">{events.join(', ')}</Text> },
              { head: words.undelivered, cell: ({ waiting }) => count(waiting), isFigure: true },
              { head: words.givenUp, cell: ({ givenUp }) => count(givenUp), isFigure: true },
              { head: words.retry, cell: (hook) => <Retry hook={hook} />, isFigure: true },
            ]}
          />
        )}
      </Rows>
    </Panel>
  );
}

function Retry({ hook: { id, givenUp } }: { readonly hook: WebhookJson }): ReactNode {
  const words = useWords(PAYMENT_WORDS);
  const { count } = useFormat();
  const may = useMay('retryWebhook') !== undefined;
  const retrying = useDoing<{ readonly deliveries: number }>((once) =>
    change(`/webhooks/${encodeURIComponent(id)}/retry`, { method: 'POST', once }),
  );
  if (retrying.data !== undefined) return fill(words.retried, count(retrying.data.deliveries));
  if (!may || givenUp === 0) return null;
  return (
    <>
      <Button size="compact-xs" variant="default" loading={retrying.isPending} onClick={() => retrying.mutate()}>
        {words.retry}
      </Button>
      <RefusalLine error={retrying.error} />
    </>
  );
}
