import { Anchor, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { MeterJson, OrderJson, OutlookJson } from '../../../api/index.ts';
import { fill, HOME_WORDS, PAGE_NAMES } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Aged, Money, When } from '../../parts/figures.tsx';
import { OwnMeter } from '../../parts/own-meter.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Loaded } from '../../parts/states.tsx';
import { TopUpLine } from '../../parts/top-up-line.tsx';
import { useRead } from '../../reads.ts';
import { useNow } from '../../time.ts';
import { AutomaticTransfer } from './automatic-transfer.tsx';
import { Happened } from './happened.tsx';
import { MessagesChosen } from './message-choice.tsx';
import { PriceOfDay } from './price-of-day.tsx';

/** What a subscriber looks at: is it on, how much is left and until when, and what to do. */
export function HomePage(): ReactNode {
  const names = useWords(PAGE_NAMES);
  return (
    <Page title={names.home}>
      <OwnMeter>
        {(meter) => (
          <Stack gap="md">
            <Standing meter={meter} />
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
              <PriceOfDay meter={meter.number} />
              <Happened meter={meter} />
              <TopUps meter={meter.number} />
              <AutomaticTransfer meter={meter.number} />
              <MessagesChosen meter={meter.number} />
            </SimpleGrid>
          </Stack>
        )}
      </OwnMeter>
    </Page>
  );
}

/** How the meter stands, in words: whether it is on, why not, what is in it and what comes. */
function Standing({ meter }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(HOME_WORDS);
  const { number, state, why, stale, staleSince, known, agesMs } = meter;
  const { exact, money } = useFormat();
  const next = words.next[state];
  const owed = known.owed ?? '0';
  return (
    <Panel>
      <Stack gap="md">
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <span style={{ paddingTop: 3 }}>
            <StateMark state={stale ? 'stale' : state} size={22} />
          </span>
          <div>
            <Text component="h2" fw={640} fz="lg" lh={1.3} m={0}>
              {words.standing[state]}
            </Text>
            {why.map((reason) => (
              <Text key={reason} size="sm">
                {words.reasons[reason]}
              </Text>
            ))}
            {next !== undefined && <Text size="sm">{next}</Text>}
            {stale && staleSince !== undefined && (
              <Text size="sm" className="quiet">
                {fill(words.stale, exact(staleSince))}
              </Text>
            )}
          </div>
        </Group>
        <Group justify="space-between" align="flex-end" gap="md">
          <div>
            <Text size="xs" className="quiet">
              {words.balance}
            </Text>
            {known.balance === undefined ? (
              <Text>{words.balanceUnknown}</Text>
            ) : (
              <>
                <Text fz={44} fw={660} lh={1.1} style={{ letterSpacing: '-0.03em' }}>
                  <Money tokens={known.balance} />
                </Text>
                <Text size="xs" className="quiet" component="div">
                  <Aged ms={agesMs.balance}>{''}</Aged>
                </Text>
              </>
            )}
            {owed !== '0' && <Text size="sm">{fill(words.owed, money(owed))}</Text>}
            <InFlight meter={number} />
          </div>
          <Button component={Link} to={`/home-buy?meter=${number}`} size="md">
            {words.buy}
          </Button>
        </Group>
        <Outlook meter={number} />
      </Stack>
    </Panel>
  );
}

const ORDERS_READ = 20;
const useOrders = (meter: string) =>
  useRead<{ readonly items: readonly OrderJson[] }>(`/meters/${meter}/orders`, {
    query: { limit: ORDERS_READ },
    live: true,
  });

/** What was sold and is not in the meter yet. */
function InFlight({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(HOME_WORDS);
  const { money } = useFormat();
  const { data } = useOrders(meter);
  const amount = (data?.items ?? [])
    .filter(({ operation, state }) => operation === 'credit' && (state === 'waiting' || state === 'outstanding'))
    .reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  if (amount === 0n) return null;
  return (
    <Group gap={6} wrap="nowrap" role="status">
      <svg width={10} height={10} aria-hidden="true">
        <circle cx={5} cy={5} r={5} fill="var(--in-flight)" />
      </svg>
      <Text size="sm">{fill(words.inFlight, money(amount))}</Text>
    </Group>
  );
}

const DAYS_NEEDED = 2;

/** How long the balance lasts, by what the days of the week were, and how sure that is. */
function Outlook({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(HOME_WORDS);
  const { day, time, duration, energy, money } = useFormat();
  const now = useNow();
  const outlook = useRead<OutlookJson>(`/meters/${meter}/outlook`, { live: true });
  return (
    <Loaded of={outlook}>
      {({ daysKnown, use, lasts }) => {
        if (use === undefined || daysKnown < DAYS_NEEDED) {
          return (
            <Text size="sm" className="quiet">
              {fill(words.daysKnown, daysKnown)}
            </Text>
          );
        }
        const a = fill(words.use, energy(Number(use.energyWhPerDay)), money(wholeTokens(use.tokensPerDay)), daysKnown);
        if (lasts === undefined) return <Text size="sm">{use.energyWhPerDay === '0.0' ? words.unusedYet : a}</Text>;
        const left = Date.parse(lasts.until) - now;
        const moment = (at: string) => `${day(at)}, ${time(at)}`;
        return (
          <div>
            {left <= 0 ? (
              <Text fw={600}>{words.lastsNow}</Text>
            ) : (
              <>
                <Text size="xs" className="quiet">
                  {words.outlook}
                </Text>
                <Text fz={26} fw={640} lh={1.2} style={{ letterSpacing: '-0.02em' }}>
                  {duration(left)}
                </Text>
                <Text size="sm">{fill(words.lastsUntil, moment(lasts.until))}</Text>
                <Text size="sm">
                  {lasts.early !== undefined && lasts.late !== undefined
                    ? fill(words.lastsBetween, moment(lasts.early), moment(lasts.late))
                    : words.lastsRoughly}
                </Text>
              </>
            )}
            <Text size="sm" className="quiet">
              {a}
            </Text>
          </div>
        );
      }}
    </Loaded>
  );
}

/** `124` of `123.45`: what is used in a day is rather said too high. */
function wholeTokens(tokens: string): bigint {
  const [whole = '0', hundredths = ''] = tokens.split('.');
  return BigInt(whole) + (/[1-9]/.test(hundredths) ? 1n : 0n);
}

const TOP_UPS_SHOWN = 5;

function TopUps({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(HOME_WORDS);
  const now = useNow();
  const orders = useOrders(meter);
  return (
    <Panel
      title={words.topUps}
      aside={
        <Anchor component={Link} to={`/home-receipts?meter=${meter}`} size="sm">
          {words.allReceipts}
        </Anchor>
      }
    >
      <Loaded of={orders}>
        {({ items }) => {
          const shown = items.filter(({ operation }) => operation === 'credit').slice(0, TOP_UPS_SHOWN);
          if (shown.length === 0)
            return (
              <Text size="sm" className="quiet">
                {words.topUpsNone}
              </Text>
            );
          return (
            <Stack gap={8}>
              {shown.map((order) => (
                <TopUpLine key={order.id} order={order}>
                  <When at={order.orderedAt} now={now} />
                </TopUpLine>
              ))}
            </Stack>
          );
        }}
      </Loaded>
    </Panel>
  );
}
