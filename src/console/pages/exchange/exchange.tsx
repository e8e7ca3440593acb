import { Anchor, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { ArrowLeft, ArrowRight, Check, CircleDashed, OctagonX } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import type { ExchangeJson } from '../../../api/index.ts';
import { EXCHANGE_WORDS, fill, PAGE_NAMES } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Figure, Money, Seconds, When } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useNow } from '../../time.ts';
import { Passes } from './passes.tsx';

/** How many exchanges of one meter are looked through: those of all meters together are not kept for long. */
const LOOKED_THROUGH = 200;

/** One exchange between host and meter, as both sides saw it. */
export function ExchangePage(): ReactNode {
  const words = useWords(EXCHANGE_WORDS);
  const names = useWords(PAGE_NAMES);
  const { number = '', exchange = '' } = useParams();
  const list = useRead<{ readonly items: readonly ExchangeJson[] }>(`/meters/${number}/exchanges`, {
    query: { limit: LOOKED_THROUGH },
    live: true,
  });
  return (
    <Loaded of={list} waiting={words.waiting}>
      {({ items }) => {
        const nth = items.findIndex((each) => String(each.number) === exchange);
        const found = items[nth];
        return (
          <Page
            title={found === undefined ? names.exchange : words.commands[found.command as keyof typeof words.commands]}
            note={<Meter number={number} />}
            actions={<Neighbours newer={items[nth - 1]} older={nth < 0 ? undefined : items[nth + 1]} />}
          >
            {found === undefined ? (
              <Blank title={words.gone}>
                <Text size="sm" className="quiet" maw={460}>
                  {words.goneNote}
                </Text>
              </Blank>
            ) : (
              <Exchange exchange={found} />
            )}
          </Page>
        );
      }}
    </Loaded>
  );
}

function Meter({ number }: { readonly number: string }): ReactNode {
  const words = useWords(EXCHANGE_WORDS);
  return (
    <Anchor component={Link} to={`/meters/${number}?tab=exchanges`} size="sm">
      {fill(words.meter, number)}
    </Anchor>
  );
}

interface NeighboursProps {
  readonly newer: ExchangeJson | undefined;
  readonly older: ExchangeJson | undefined;
}

function Neighbours({ newer, older }: NeighboursProps): ReactNode {
  const words = useWords(EXCHANGE_WORDS);
  const to = ({ meter, number }: ExchangeJson) => `/meters/${meter}/exchanges/${number}`;
  return (
    <>
      {older !== undefined && (
        <Button component={Link} to={to(older)} size="xs" variant="default" leftSection={<ArrowLeft size={14} />}>
          {words.older}
        </Button>
      )}
      {newer !== undefined && (
        <Button component={Link} to={to(newer)} size="xs" variant="default" rightSection={<ArrowRight size={14} />}>
          {words.newer}
        </Button>
      )}
    </>
  );
}

function Exchange({ exchange }: { readonly exchange: ExchangeJson }): ReactNode {
  return (
    <Stack gap="lg">
      <Facts exchange={exchange} />
      <Passes exchange={exchange} />
      <Result exchange={exchange} />
    </Stack>
  );
}

function Facts({ exchange }: { readonly exchange: ExchangeJson }): ReactNode {
  const words = useWords(EXCHANGE_WORDS);
  const { count, exact } = useFormat();
  const now = useNow();
  const { amount, counter, purpose, suite, generation, startedAt, endedAt, passes } = exchange;
  const bytes = passes.reduce((sum, pass) => sum + pass.bytes * pass.attempts, 0);
  return (
    <Panel title={words.facts}>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="lg">
        {amount !== undefined && (
          <Figure
            label={words.amount}
            value={<Money tokens={amount} />}
            note={counter !== undefined && `${words.counter} ${count(counter)}`}
          />
        )}
        <Figure
          label={words.purpose}
          value={words.purposes[purpose as keyof typeof words.purposes] ?? purpose}
          note={fill(words.generation, generation)}
        />
        <Figure label={words.suite} value={suite} />
        <Figure label={words.onTheWire} value={fill(words.bytes, count(bytes))} />
        <Figure
          label={words.took}
          value={endedAt === undefined ? words.underWay : <Seconds ms={Date.parse(endedAt) - Date.parse(startedAt)} />}
          note={
            <span title={exact(startedAt)}>
              {words.started} <When at={startedAt} now={now} />
            </span>
          }
        />
      </SimpleGrid>
    </Panel>
  );
}

function Result({ exchange }: { readonly exchange: ExchangeJson }): ReactNode {
  const words = useWords(EXCHANGE_WORDS);
  const { outcome, order, meter } = exchange;
  const isDone = outcome?.name === 'answered' && outcome.result === 'done';
  const Icon = outcome === undefined ? CircleDashed : isDone ? Check : OctagonX;
  const reason = outcome?.reason;
  return (
    <Panel title={words.result}>
      <Group align="flex-start" wrap="nowrap" gap="sm" role="status">
        <Icon size={20} aria-hidden style={{ flex: 'none', marginTop: 2 }} />
        <Stack gap={4}>
          <Text fw={600}>{outcome === undefined ? words.awaited : words.outcomes[outcome.name]}</Text>
          {reason !== undefined && (
            <Text size="sm">{fill(words.refusedBy, words.rules[reason as keyof typeof words.rules] ?? reason)}.</Text>
          )}
          {outcome?.result !== undefined && (
            <Text size="sm">{words.results[outcome.result as keyof typeof words.results] ?? outcome.result}</Text>
          )}
          {order !== undefined && outcome?.name === 'answered' && (
            <Anchor component={Link} to={`/meters/${meter}?tab=sales`} size="sm">
              {words.receipt}
            </Anchor>
          )}
          {order !== undefined && outcome !== undefined && outcome.name !== 'answered' && (
            <Text size="sm" className="quiet">
              {words.safe}
            </Text>
          )}
        </Stack>
      </Group>
    </Panel>
  );
}
