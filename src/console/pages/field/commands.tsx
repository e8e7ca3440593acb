import { Button, SimpleGrid, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { CommandJson, MeterJson } from '../../../api/index.ts';
import { EXCHANGE_WORDS, FIELD_WORDS, fill } from '../../../words/index.ts';
import { useTold } from '../../kept/seen.ts';
import { useWork } from '../../kept/use-work.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { CommandLabel } from '../../parts/command-label.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';

const ORDERS = [
  { name: 'closeRelay', body: { type: 'relay', supply: 0, action: 'close' } },
  { name: 'openRelay', body: { type: 'relay', supply: 0, action: 'open' } },
  { name: 'setClock', body: { type: 'clock-set' } },
  { name: 'clearTamper', body: { type: 'relay', supply: 0, action: 'clear-tamper' } },
] as const;
type Order = (typeof ORDERS)[number];

/** Orders commands, and shows how each is done. What switches something is asked for twice. */
export function Commands({ meter }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(FIELD_WORDS);
  const { results } = useWords(EXCHANGE_WORDS);
  const { exact } = useFormat();
  const path = `/meters/${meter.number}/commands`;
  const commands = useTold<{ readonly items: readonly CommandJson[] }>(path, { live: true });
  const [asked, setAsked] = useState<Order['name']>();
  const ordering = useWork<Order>(
    ({ name, body }) => ({ name, subject: meter.number, path, change: { method: 'POST', body } }),
    () => setAsked(undefined),
  );
  const press = (order: Order) => {
    if (order.name === 'setClock' || asked === order.name) ordering.mutate(order);
    else setAsked(order.name);
  };
  return (
    <Panel title={words.commands}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
          {ORDERS.map((order) => (
            <Button
              key={order.name}
              size="md"
              variant={asked === order.name ? 'filled' : 'default'}
              loading={ordering.isPending && ordering.variables?.name === order.name}
              onClick={() => press(order)}
            >
              {asked === order.name ? `${words[order.name]}: ${words.sure}` : words[order.name]}
            </Button>
          ))}
        </SimpleGrid>
        <RefusalLine error={ordering.error} />
        <Text size="xs" className="quiet">
          {words.commandsNote}
        </Text>
        <Loaded of={commands} waiting={words.waiting}>
          {({ data: { items } }) =>
            items.length === 0 ? (
              <Blank title={words.noCommands} />
            ) : (
              <DataTable
                label={words.commands}
                items={[...items].sort((a, b) => b.number - a.number)}
                keyOf={({ number }) => String(number)}
                minWidth={320}
                columns={[
                  {
                    head: words.what,
                    cell: ({ slot, orderedAt }) => (
                      <>
                        <CommandLabel slot={slot} supplies={meter.supplies} />
                        <Text size="xs" className="quiet">
                          {fill(words.ordered, exact(orderedAt))}
                        </Text>
                      </>
                    ),
                  },
                  {
                    head: words.how,
                    cell: ({ state, result }) => (
                      <Text
                        size="sm"
                        aria-live="polite"
                        style={state === 'waiting' ? { color: 'var(--in-flight)' } : {}}
                      >
                        {words.states[state]}
                        {result !== undefined &&
                          state === 'refused' &&
                          `: ${results[result as keyof typeof results] ?? result}`}
                      </Text>
                    ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Stack>
    </Panel>
  );
}
