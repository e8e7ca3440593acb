import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import type { PeriodJson } from '../../../api/index.ts';
import { fill, PAGE_NAMES, SETTLEMENT_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { parseBasisPoints } from '../../parts/basis-points.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { say } from '../../parts/notices.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { Payees } from './payees.tsx';

/** Months that were closed between seller and re-seller. */
export function SettlementPage(): ReactNode {
  const words = useWords(SETTLEMENT_WORDS);
  const names = useWords(PAGE_NAMES);
  const { exact, month: monthText } = useFormat();
  const mayClose = useMay('closePeriod') !== undefined;
  const maySeePayees = useMay('readPayee') !== undefined;
  const periods = useRead<{ readonly items: readonly PeriodJson[] }>('/periods');
  const [isClosing, { open, close }] = useDisclosure();
  return (
    <Page
      title={names.settlement}
      note={words.note}
      actions={
        mayClose && (
          <Button size="xs" onClick={open}>
            {words.close}
          </Button>
        )
      }
    >
      <CloseMonth isOpen={isClosing} close={close} />
      <Panel>
        <Loaded of={periods} waiting={words.waiting}>
          {({ items }) =>
            items.length === 0 ? (
              <Blank title={words.none} />
            ) : (
              <DataTable
                label={names.settlement}
                items={items}
                keyOf={({ month }) => month}
                columns={[
                  {
                    head: words.month,
                    cell: ({ month }) => <Link to={`/settlement/${month}`}>{monthText(month)}</Link>,
                  },
                  { head: words.closedAt, cell: ({ closedAt }) => exact(closedAt) },
                  { head: words.price, cell: ({ price }) => <Money tokens={price} />, isFigure: true },
                  { head: words.priceOfAll, cell: ({ priceOfAll }) => <Money tokens={priceOfAll} />, isFigure: true },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
      {maySeePayees && <Payees />}
    </Page>
  );
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

interface CloseProps {
  readonly isOpen: boolean;
  readonly close: () => void;
}

function CloseMonth({ isOpen, close }: CloseProps): ReactNode {
  const words = useWords(SETTLEMENT_WORDS);
  const { month: monthText } = useFormat();
  const [month, setMonth] = useState('');
  const [tariff, setTariff] = useState('bulk');
  const [technical, setTechnical] = useState('2');
  const [interest, setInterest] = useState('0');
  const technicalBasisPoints = parseBasisPoints(technical);
  const interestBasisPoints = parseBasisPoints(interest);
  const isMonth = MONTH.test(month);
  const closing = useDoing<PeriodJson>(
    (once) => {
      const terms = { tariff, technicalBasisPoints, interestBasisPoints };
      return change('/periods', { method: 'POST', body: { month, terms }, once });
    },
    (period) => {
      say(fill(words.closed, monthText(period.month)));
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    closing.mutate();
  };
  const isReady = isMonth && technicalBasisPoints !== undefined && interestBasisPoints !== undefined;
  return (
    <Dialog isOpen={isOpen} close={close} title={words.closeTitle}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.closeNote}</Text>
          <TextInput
            label={words.month}
            required
            data-autofocus
            placeholder="2026-03"
            value={month}
            error={month.length >= 7 && !isMonth && words.monthWrong}
            onChange={({ currentTarget }) => setMonth(currentTarget.value)}
          />
          <TextInput
            label={words.tariff}
            required
            value={tariff}
            onChange={({ currentTarget }) => setTariff(currentTarget.value)}
          />
          <TextInput
            label={words.technical}
            required
            inputMode="decimal"
            value={technical}
            error={technicalBasisPoints === undefined && words.percentWrong}
            onChange={({ currentTarget }) => setTechnical(currentTarget.value)}
          />
          <TextInput
            label={words.interestRate}
            required
            inputMode="decimal"
            value={interest}
            error={interestBasisPoints === undefined && words.percentWrong}
            onChange={({ currentTarget }) => setInterest(currentTarget.value)}
          />
          <RefusalLine error={closing.error} />
          <Submit label={words.close} isPending={closing.isPending} disabled={!isReady} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
