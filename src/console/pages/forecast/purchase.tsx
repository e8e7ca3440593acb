import { Anchor, Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ForecastJson } from '../../../api/index.ts';
import { FORECAST_WORDS, fill } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { basisPointsText } from '../../parts/basis-points.ts';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Blank } from '../../parts/states.tsx';
import { useMay } from '../../session.tsx';

interface PurchaseProps {
  readonly of: ForecastJson['purchase'];
  readonly reserve: string;
  readonly setReserve: (text: string) => void;
  readonly isWrong: boolean;
}

const REASONS = { 'back-test': 'byTest', assumed: 'byAssumption', asked: 'byYou' } as const;

/** What to agree with the seller, month by month. */
export function Purchase({ of, reserve, setReserve, isWrong }: PurchaseProps): ReactNode {
  const words = useWords(FORECAST_WORDS);
  const { energy, power, month, share } = useFormat();
  const maySeeTariffs = useMay('previewTariff') !== undefined;
  if (of === undefined) {
    return (
      <Panel title={words.purchase}>
        <Blank title={words.noPurchase}>
          {maySeeTariffs && (
            <Anchor component={Link} to="/tariffs" size="sm">
              {words.toTariffs}
            </Anchor>
          )}
        </Blank>
      </Panel>
    );
  }
  const kilo = (milliwattHours: string) => energy(Number(milliwattHours) / 1000);
  return (
    <Panel title={words.purchase}>
      <Stack gap="sm">
        <Text size="sm">{fill(words[REASONS[of.reserveFrom]], of.tariff, share(of.reserveBasisPoints / 10_000))}</Text>
        <TextInput
          label={words.reserve}
          size="xs"
          w={180}
          inputMode="decimal"
          placeholder={basisPointsText(of.reserveBasisPoints)}
          value={reserve}
          error={isWrong && words.reserveWrong}
          onChange={({ currentTarget }) => setReserve(currentTarget.value)}
        />
        <DataTable
          label={words.purchase}
          items={of.months}
          keyOf={(each) => each.month}
          columns={[
            { head: words.month, cell: (each) => month(each.month) },
            { head: words.expected, cell: (each) => kilo(each.expectedMilliwattHours), isFigure: true },
            { head: words.withReserve, cell: (each) => kilo(each.proposedMilliwattHours), isFigure: true },
            { head: words.peak, cell: ({ peakWatts }) => power(peakWatts), isFigure: true },
            { head: words.price, cell: ({ price }) => <Money tokens={price} />, isFigure: true },
          ]}
        />
      </Stack>
    </Panel>
  );
}
