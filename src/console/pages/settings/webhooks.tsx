import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { WebhookJson } from '../../../api/index.ts';
import { fill, SETTINGS_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { say } from '../../parts/notices.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Secret } from '../../parts/secret.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { NotTaken } from './deliveries.tsx';

/** Of what a webhook may be told. */
const EVENTS: readonly WebhookJson['events'][number][] = [
  ...(['purchase.sold', 'purchase.stored', 'purchase.refunded', 'payment.captured', 'payment.declined'] as const),
  ...(['payment.reversed', 'payment.returned', 'payment.stuck', 'loss.raised'] as const),
];

/** Addresses outside that are told what happens, and what they have not taken. */
export function Webhooks(): ReactNode {
  const words = useWords(SETTINGS_WORDS);
  const mayAdd = useMay('addWebhook') !== undefined;
  const webhooks = useRead<{ readonly items: readonly WebhookJson[] }>('/webhooks', { live: true });
  const [isAdding, { open, close }] = useDisclosure();
  return (
    <Panel
      title={words.webhooks}
      aside={
        mayAdd && (
          <Button size="xs" variant="default" onClick={open}>
            {words.add}
          </Button>
        )
      }
    >
      <Text size="sm" className="quiet" mb="sm">
        {words.webhooksNote}
      </Text>
      <AddWebhook isOpen={isAdding} close={close} />
      <Loaded of={webhooks} waiting={words.waiting}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank title={words.noWebhooks} />
          ) : (
            <DataTable
              label={words.webhooks}
              items={items}
              keyOf={({ id }) => id}
              minWidth={720}
              columns={[
                { head: words.id, cell: ({ id }) => id },
                { head: words.url, cell: ({ url }) => <span style={{ wordBreak: 'break-all' }}>{url}</span> },
                { head: words.events, cell: ({ events }) => <Text size="xs">{events.join(', ')}</Text> },
                {
                  head: words.waitingCount,
                  cell: (hook) => <NotTaken of={hook} count={hook.waiting} />,
                  isFigure: true,
                },
                { head: words.givenUp, cell: (hook) => <NotTaken of={hook} count={hook.givenUp} />, isFigure: true },
                { head: words.acts, cell: (webhook) => <Acts of={webhook} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}

function Acts({ of }: { readonly of: WebhookJson }): ReactNode {
  const words = useWords(SETTINGS_WORDS);
  const mayRetry = useMay('retryWebhook') !== undefined;
  const mayDelete = useMay('deleteWebhook') !== undefined;
  const [isSure, { open }] = useDisclosure();
  const path = `/webhooks/${encodeURIComponent(of.id)}`;
  const retrying = useDoing<{ readonly deliveries: number }>(
    () => change(`${path}/retry`, { method: 'POST' }),
    ({ deliveries }) => say(fill(words.retried, deliveries)),
  );
  const deleting = useDoing(() => change(path, { method: 'DELETE' }));
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      {mayRetry && of.givenUp > 0 && (
        <Button size="compact-xs" variant="default" loading={retrying.isPending} onClick={() => retrying.mutate()}>
          {words.retry}
        </Button>
      )}
      {mayDelete && (
        <Button
          size="compact-xs"
          variant={isSure ? 'filled' : 'default'}
          loading={deleting.isPending}
          onClick={isSure ? () => deleting.mutate() : open}
        >
          {isSure ? words.removeSure : words.remove}
        </Button>
      )}
      <RefusalLine error={retrying.error ?? deleting.error} />
    </Group>
  );
}

interface AddProps {
  readonly isOpen: boolean;
  readonly close: () => void;
}

function AddWebhook({ isOpen, close }: AddProps): ReactNode {
  const words = useWords(SETTINGS_WORDS);
  const [id, setId] = useState('');
  const [url, setUrl] = useState('https://');
  const [events, setEvents] = useState<string[]>([...EVENTS]);
  const adding = useDoing<{ readonly secret: string }>(() =>
    change('/webhooks', { method: 'POST', body: { id, url, events } }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate();
  };
  const leave = () => {
    adding.reset();
    setId('');
    setUrl('https://');
    close();
  };
  return (
    <Dialog isOpen={isOpen} close={leave} title={words.add}>
      {adding.data !== undefined ? (
        <Secret value={adding.data.secret} />
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              label={words.id}
              required
              data-autofocus
              maxLength={128}
              value={id}
              onChange={({ currentTarget }) => setId(currentTarget.value)}
            />
            <TextInput
              label={words.url}
              type="url"
              required
              value={url}
              onChange={({ currentTarget }) => setUrl(currentTarget.value)}
            />
            <Checkbox.Group label={words.events} value={events} onChange={setEvents}>
              <Stack gap={6} mt={4}>
                {EVENTS.map((event) => (
                  <Checkbox key={event} value={event} label={event} size="xs" />
                ))}
              </Stack>
            </Checkbox.Group>
            <RefusalLine error={adding.error} />
            <Submit label={words.add} isPending={adding.isPending} disabled={events.length === 0} cancel={leave} />
          </Stack>
        </form>
      )}
    </Dialog>
  );
}
