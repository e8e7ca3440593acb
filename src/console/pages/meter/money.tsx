import { Anchor, Group, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { BalanceJson, MeterJson } from '../../../api/index.ts';
import { fill, METER_WORDS } from '../../../words/index.ts';
import { dateOf, daysBefore } from '../../civil.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { BalanceChart } from '../../parts/balance-chart.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { useRead } from '../../reads.ts';
import { useMay, useSession } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { movesOf } from './moves.ts';

const SPANS = [1, 7, 30, 90] as const;
const SPAN_USUAL = 7;

/** The balance over time and every reason for which it moved. */
export function BalanceTab({ meter: { number } }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const { zone } = useSession().utility;
  const [search, setSearch] = useSearchParams();
  const span = SPANS.find((each) => String(each) === search.get('days')) ?? SPAN_USUAL;
  const to = dateOf(useNow(), zone);
  const from = daysBefore(to, span - 1);
  const history = useRead<BalanceJson>(`/meters/${number}/balance`, { query: { from, to }, live: true });
  return (
    <Panel title={words.moved} aside={<Statement number={number} from={from} to={to} />}>
      <SegmentedControl
        size="xs"
        aria-label={words.span}
        value={String(span)}
        onChange={(days) => setSearch({ tab: 'balance', days }, { replace: true })}
        data={SPANS.map((days) => ({
          value: String(days),
          label: days === 1 ? words.today : fill(words.days, days),
        }))}
      />
      <Loaded of={history} waiting={words.movedWaiting}>
        {(found) => (
          <Stack gap="sm" mt="sm">
            <BalanceChart history={found} />
            <Moves history={found} />
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}

interface StatementProps {
  readonly number: string;
  readonly from: string;
  readonly to: string;
}

function Statement({ number, from, to }: StatementProps): ReactNode {
  const words = useWords(METER_WORDS);
  if (useMay('readStatement') === undefined) return null;
  const address = (form: string) => `/api/v1/meters/${number}/statement?from=${from}&to=${to}&form=${form}`;
  return (
    <Group gap="xs" wrap="nowrap">
      <Text size="xs" className="quiet" visibleFrom="xs">
        {words.statement}
      </Text>
      {['pdf', 'csv'].map((form) => (
        <Anchor
          key={form}
          href={address(form)}
          download={`${number}-${from}-${to}.${form}`}
          size="xs"
          aria-label={`${words.statement}, ${form.toUpperCase()}`}
        >
          {form.toUpperCase()}
        </Anchor>
      ))}
    </Group>
  );
}

function Moves({ history }: { readonly history: BalanceJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const { exact, day } = useFormat();
  const moves = useMemo(() => movesOf(history), [history]);
  if (moves.length === 0) return <Blank title={words.noMoves} />;
  return (
    <>
      <Text size="xs" className="quiet">
        {words.spentHow}
      </Text>
      <WideTable
        label={words.moved}
        minWidth={480}
        maxHeight={420}
        spacing={4}
        heads={[
          { head: words.at },
          { head: words.what },
          { head: words.change, isFigure: true },
          { head: words.after, isFigure: true },
        ]}
      >
        <Table.Tbody>
          {moves.map(({ key, at, why, change, inFlight, after, owed }) => (
            <Table.Tr key={key}>
              <Table.Td title={exact(at)}>{why === 'spent' ? day(at) : exact(at)}</Table.Td>
              <Table.Td>{words.whys[why as keyof typeof words.whys] ?? why}</Table.Td>
              <Table.Td ta="right">
                {change !== 0n && <Money tokens={change} />}
                {change === 0n && inFlight !== 0n && (
                  <span style={{ color: 'var(--in-flight)' }}>
                    {words.inFlight} <Money tokens={inFlight} />
                  </span>
                )}
              </Table.Td>
              <Table.Td ta="right">
                <Money tokens={after} />
                {owed !== '0' && (
                  <Text size="xs" className="quiet" component="div">
                    {words.owed}: <Money tokens={owed} />
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </>
  );
}
