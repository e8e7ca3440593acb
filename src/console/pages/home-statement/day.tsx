import { Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { StatementJson, UseBucketJson } from '../../../api/index.ts';
import { fill, HOME_STATEMENT_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { hourOf, pricedUse } from './sums.ts';

interface DayProps {
  readonly meter: string;
  readonly day: StatementJson['days'][number];
  readonly movements: StatementJson['entries'];
}

/** A day explained: what was used at which price, hour by hour, what came and went, and what nobody knows. */
export function Day({ meter, day, movements }: DayProps): ReactNode {
  const words = useWords(HOME_STATEMENT_WORDS);
  const { money } = useFormat();
  const { date, used, missingMinutes, uncertainMinutes, balance } = day;
  const explained = useRead<StatementJson>(`/meters/${meter}/statement`, { query: { from: date, to: date } });
  return (
    <Loaded of={explained} waiting={words.dayWaiting}>
      {(statement) =>
        // While the next day is read, what is shown is still the one before.
        statement.from !== date ? null : (
          <Stack gap="md">
            <Steps statement={statement} />
            {statement.used !== used && <Text size="sm">{fill(words.carried, money(used))}</Text>}
            {missingMinutes > 0 && <Text size="sm">{fill(words.missing, missingMinutes)}</Text>}
            {uncertainMinutes > 0 && <Text size="sm">{fill(words.uncertain, uncertainMinutes)}</Text>}
            {statement.steps.length > 0 && <Hours meter={meter} from={statement.begin} to={statement.end} />}
            {movements.length > 0 && <Movements movements={movements} />}
            <Text size="sm">
              {fill(words.dayEnd, money(balance.purse))}{' '}
              {balance.emergencyCredit !== '0' && fill(words.dayEmergency, money(balance.emergencyCredit))}
            </Text>
          </Stack>
        )
      }
    </Loaded>
  );
}

function Steps({ statement }: { readonly statement: StatementJson }): ReactNode {
  const words = useWords(HOME_STATEMENT_WORDS);
  const { energy, price, percent } = useFormat();
  const lines = pricedUse(statement.steps);
  if (lines.length === 0) return <Text size="sm">{words.stepsNone}</Text>;
  return (
    <Table aria-label={words.steps} verticalSpacing={4} horizontalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th ta="right">{words.energy}</Table.Th>
          <Table.Th ta="right">× {words.price}</Table.Th>
          <Table.Th ta="right">= {words.tokens}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lines.map((line) => (
          <Table.Tr key={`${line.hasTariff} ${line.price} ${line.surchargePercent}`}>
            <Table.Td ta="right">{energy(line.energyWh)}</Table.Td>
            <Table.Td ta="right">
              {line.hasTariff ? price(line.price) : words.noTariff}
              {line.hasTariff && line.surchargePercent !== 100 && (
                <Text size="xs" className="quiet">
                  {fill(words.surcharge, percent(line.surchargePercent - 100))}
                </Text>
              )}
            </Table.Td>
            <Table.Td ta="right">
              <Money tokens={line.used} />
            </Table.Td>
          </Table.Tr>
        ))}
        <Table.Tr>
          <Table.Th ta="right" scope="row" style={{ color: 'var(--text)', fontSize: 'inherit' }}>
            {energy(Number(statement.energyWh))}
          </Table.Th>
          <Table.Td />
          <Table.Td ta="right" fw={640}>
            <Money tokens={statement.used} />
          </Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}

const HOURS_HEIGHT = 64;

/** The day as bars of energy, an hour each; hatched where minutes are missing. */
function Hours({ meter, from, to }: { readonly meter: string; readonly from: string; readonly to: string }): ReactNode {
  const words = useWords(HOME_STATEMENT_WORDS);
  const { energy } = useFormat();
  const use = useRead<{ readonly items: readonly UseBucketJson[] }>(`/meters/${meter}/use`, {
    query: { by: 'hour', from, to },
  });
  return (
    <div>
      <Title order={3} size="xs" mb={6}>
        {words.hours}
      </Title>
      <Loaded of={use}>
        {({ items }) => {
          const most = Math.max(1, ...items.map(({ energyWh }) => Number(energyWh)));
          return (
            <ol className="hour-bars" aria-label={words.hours} style={{ height: HOURS_HEIGHT }}>
              {items.map((bucket) => {
                const { start, energyWh, missingMinutes } = bucket;
                const text =
                  missingMinutes > 0
                    ? fill(words.hourMissing, hourOf(bucket), missingMinutes)
                    : fill(words.hour, hourOf(bucket), energy(Number(energyWh)));
                return (
                  <li key={start} title={text} data-missing={missingMinutes > 0 || undefined}>
                    <span style={{ height: `${(Number(energyWh) / most) * 100}%` }} />
                    <span className="unseen">{text}</span>
                  </li>
                );
              })}
            </ol>
          );
        }}
      </Loaded>
    </div>
  );
}

function Movements({ movements }: Pick<DayProps, 'movements'>): ReactNode {
  const words = useWords(HOME_STATEMENT_WORDS);
  const { time, exact, money } = useFormat();
  return (
    <div>
      <Title order={3} size="xs" mb={6}>
        {words.movements}
      </Title>
      <Table aria-label={words.movements} withRowBorders={false} verticalSpacing={2} horizontalSpacing={0}>
        <Table.Tbody>
          {movements.map(({ at, kind, change, trade, order }) => (
            <Table.Tr key={`${at} ${kind} ${order ?? ''}`}>
              <Table.Td title={exact(at)} className="quiet" w={56}>
                {time(at)}
              </Table.Td>
              <Table.Td>
                {words.entries[kind]}
                {change.emergencyCredit.startsWith('-') &&
                  `, ${fill(words.repaid, money(change.emergencyCredit.slice(1)))}`}
                {trade !== undefined && trade.arrears !== '0' && `, ${fill(words.recovered, money(trade.arrears))}`}
              </Table.Td>
              <Table.Td ta="right">
                <Money tokens={amountOf(kind, change, trade?.paid)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

type Entry = StatementJson['entries'][number];

/** What a movement is about: what was paid, what went through the purse, or what is owed or given back. */
function amountOf(kind: Entry['kind'], change: Entry['change'], paid: string | undefined): bigint {
  switch (kind) {
    case 'sold':
      return BigInt(paid ?? change.inFlight);
    case 'stored':
      return -BigInt(change.inFlight);
    case 'found':
    case 'from-card':
    case 'closed':
      return BigInt(change.purse);
    case 'debt':
      return BigInt(change.arrears);
    default:
      return BigInt(change.refunds);
  }
}
