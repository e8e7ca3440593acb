import { Button, Code, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import type { ClosedPeriodJson } from '../../../api/index.ts';
import { fill, PAGE_NAMES, SETTLEMENT_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** One month that was closed, computed anew, and what the seller said to it. */
export function PeriodPage(): ReactNode {
  const words = useWords(SETTLEMENT_WORDS);
  const names = useWords(PAGE_NAMES);
  const { month: monthText } = useFormat();
  const { month = '' } = useParams();
  const path = `/periods/${encodeURIComponent(month)}`;
  const period = useRead<ClosedPeriodJson>(path);
  return (
    <Page
      title={`${names.settlement}: ${MONTH.test(month) ? monthText(month) : month}`}
      note={words.note}
      actions={
        period.data !== undefined &&
        (['csv', 'pdf'] as const).map((form) => (
          <Button key={form} size="xs" variant="default" component="a" href={`/api/v1${path}?form=${form}`} download>
            {form === 'csv' ? words.asCsv : words.asPdf}
          </Button>
        ))
      }
    >
      <Loaded of={period} waiting={words.waiting}>
        {(found) => <Month of={found} />}
      </Loaded>
    </Page>
  );
}

const MILLIWATT_HOURS = 1_000;

function Month({ of }: { readonly of: ClosedPeriodJson }): ReactNode {
  const words = useWords(SETTLEMENT_WORDS);
  const { energy, count, exact } = useFormat();
  const wattHours = (milli: string) => energy(Number(milli) / MILLIWATT_HOURS);
  return (
    <>
      {of.faults.length > 0 && (
        <Panel title={words.faults}>
          <Stack gap={4} role="alert">
            {of.faults.map((fault) => (
              <Text key={fault} size="sm">
                {fault}
              </Text>
            ))}
          </Stack>
        </Panel>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Panel title={words.energy}>
          <Facts
            of={[
              { label: words.bought, value: wattHours(of.bought) },
              { label: words.sold, value: wattHours(of.sold) },
              { label: words.missing, value: count(of.missingMinutes) },
              { label: words.lost, value: wattHours(of.lost) },
              { label: words.technicalLoss, value: wattHours(of.technical) },
              { label: words.unexplained, value: wattHours(of.unexplained) },
            ]}
          />
        </Panel>
        <Panel title={words.value}>
          <Facts
            of={[
              { label: words.price, value: <Money tokens={of.price} /> },
              { label: words.priceOfAll, value: <Money tokens={of.priceOfAll} /> },
              { label: words.margin, value: <Money tokens={of.margin} /> },
              { label: words.deferredBegin, value: <Money tokens={of.deferredBegin} /> },
              { label: words.deferredEnd, value: <Money tokens={of.deferredEnd} /> },
              { label: words.interest, value: <Money tokens={of.interest} /> },
            ]}
          />
        </Panel>
        <Panel title={words.claims}>
          <Claims of={of.claims} />
        </Panel>
        <Panel title={words.proof}>
          <Stack gap="xs">
            <Facts of={[{ label: words.closedAt, value: exact(of.closedAt) }]} />
            <Text size="xs" className="quiet">
              {words.digest}
            </Text>
            <Code block style={{ wordBreak: 'break-all', whiteSpace: 'pre-wrap' }}>
              {of.digest}
            </Code>
          </Stack>
        </Panel>
      </SimpleGrid>
    </>
  );
}

function Claims({ of }: { readonly of: ClosedPeriodJson['claims'] }): ReactNode {
  const words = useWords(SETTLEMENT_WORDS);
  const { money, exact } = useFormat();
  if (of.length === 0) {
    return (
      <Text size="sm">
        {words.noClaims} <Code>wattpurse settlement claim</Code>
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      {of.map(({ reseller, seller, price, issuedAt, answer }) => (
        <div key={`${reseller} ${seller}`}>
          <Text size="sm">{fill(words.claimed, reseller, money(price), seller)}</Text>
          <Text size="sm" fw={600}>
            {answer === undefined
              ? words.noAnswer
              : answer.verdict === 'acknowledged'
                ? words.acknowledged
                : fill(words.disputed, answer.differences, money(answer.price))}
          </Text>
          <Text size="xs" className="quiet">
            {exact(answer?.issuedAt ?? issuedAt)}
          </Text>
        </div>
      ))}
    </Stack>
  );
}
