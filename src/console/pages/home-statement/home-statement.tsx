import { ActionIcon, Group, Stack, Text, Title } from '@mantine/core';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import type { StatementJson } from '../../../api/index.ts';
import { fill, HOME_STATEMENT_WORDS, PAGE_NAMES } from '../../../words/index.ts';
import { dateOf, datesOf, monthPlus } from '../../civil.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { DownloadButton } from '../../parts/download.tsx';
import { Figure, Money } from '../../parts/figures.tsx';
import { OwnMeter } from '../../parts/own-meter.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useSession } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { Days } from './days.tsx';
import { purseSums } from './sums.ts';

/** A month of one's own meter, explained day by day; the address bar keeps which month. */
export function HomeStatementPage(): ReactNode {
  const names = useWords(PAGE_NAMES);
  const { utility } = useSession();
  const today = dateOf(useNow(), utility.zone);
  const [search] = useSearchParams();
  const asked = search.get('month');
  const present = today.slice(0, 7);
  const month = asked !== null && /^\d{4}-(0[1-9]|1[0-2])$/.test(asked) && asked <= present ? asked : present;
  return (
    <Page title={names['home-statement']}>
      <OwnMeter>{({ number }) => <Month meter={number} month={month} today={today} />}</OwnMeter>
    </Page>
  );
}

interface MonthProps {
  readonly meter: string;
  readonly month: string;
  readonly today: string;
}

function Month({ meter, month, today }: MonthProps): ReactNode {
  const words = useWords(HOME_STATEMENT_WORDS);
  const format = useFormat();
  const [, setSearch] = useSearchParams();
  const { from, to } = datesOf(month, today);
  const path = `/meters/${meter}/statement`;
  const statement = useRead<StatementJson>(path, { query: { from, to } });
  const go = (months: number) => setSearch({ meter, month: monthPlus(month, months) });
  return (
    <Stack gap="md" maw={760}>
      <Group justify="space-between" wrap="nowrap">
        <ActionIcon variant="default" size="lg" aria-label={words.before} onClick={() => go(-1)}>
          <ChevronLeft size={18} aria-hidden />
        </ActionIcon>
        <Title order={2} size="h4" aria-live="polite">
          {format.month(month)}
        </Title>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={words.after}
          disabled={month === today.slice(0, 7)}
          onClick={() => go(1)}
        >
          <ChevronRight size={18} aria-hidden />
        </ActionIcon>
      </Group>
      <Loaded of={statement.error === null ? statement : { ...statement, data: undefined }} waiting={words.waiting}>
        {(data) => (
          <>
            <Sums statement={data} isOver={to < today} />
            <Days statement={data} today={today} />
            <Panel title={words.download}>
              <Group gap="xs">
                {(['pdf', 'csv', 'espi'] as const).map((form) => (
                  <DownloadButton
                    key={form}
                    label={words.forms[form]}
                    path={path}
                    query={{ from, to, form }}
                    file={`statement-${meter}-${from}-${to}.${form === 'espi' ? 'xml' : form}`}
                  />
                ))}
              </Group>
            </Panel>
          </>
        )}
      </Loaded>
    </Stack>
  );
}

const ALSO = ['inFlight', 'emergencyCredit', 'arrears', 'refunds'] as const;

/** Opening + what came − what was spent = closing, and how what was used comes to what was spent. */
function Sums({ statement, isOver }: { readonly statement: StatementJson; readonly isOver: boolean }): ReactNode {
  const words = useWords(HOME_STATEMENT_WORDS);
  const { money, energy } = useFormat();
  const { opening, topUps, spent, closing } = purseSums(statement);
  const { used, energyWh, differences } = statement;
  const parts = [
    [words.opening, opening, ''],
    [words.topUps, topUps, '+'],
    [words.spent, spent, '−'],
    [isOver ? words.closing : words.closingToday, closing, '='],
  ] as const;
  return (
    <Panel title={words.month}>
      <div className="month-sums">
        {parts.map(([label, tokens, sign]) => (
          <Figure
            key={label}
            label={label}
            value={
              <>
                {sign !== '' && <span className="quiet">{sign} </span>}
                <Money tokens={tokens} />
              </>
            }
          />
        ))}
      </div>
      {ALSO.filter((account) => statement.closing[account] !== '0').map((account) => (
        <Text key={account} size="sm">
          {fill(words.alsoOwed[account], money(statement.closing[account]))}
        </Text>
      ))}
      {differences.length > 0 && (
        <Text size="sm" mt="sm" component="div">
          {fill(words.used, energy(Number(energyWh)), money(used))}
          <ul style={{ margin: 0, paddingLeft: 20 }}>
            {differences.map(({ kind, tokens }) => (
              <li key={kind}>
                <Money tokens={tokens} /> {words.differences[kind]}
              </li>
            ))}
          </ul>
        </Text>
      )}
    </Panel>
  );
}
