import { Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { CardChargeJson, CardProviderJson } from '../../../api/index.ts';
import { CARD_PROVIDER_WORDS, fill } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { parseMoney } from '../../format.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay, useSession } from '../../session.tsx';

/** Unit charges have three places more than money. */
const MILLI_DIGITS = 3;

interface UnitChargesProps {
  readonly provider: CardProviderJson;
  readonly close: () => void;
}

/** What a unit of what a provider gives cost and costs, and what it costs from now on. */
export function UnitCharges({ provider, close }: UnitChargesProps): ReactNode {
  const words = useWords(CARD_PROVIDER_WORDS);
  const { exact, price } = useFormat();
  const { utility } = useSession();
  const mayPublish = useMay('publishCardCharge') !== undefined;
  const path = `/card-providers/${provider.id}`;
  const charges = useRead<{ readonly items: readonly CardChargeJson[] }>(`${path}/charges`);
  const [text, setText] = useState('');
  const unitCharge = parseMoney(text, utility.currency.exponent + MILLI_DIGITS);
  const isPrice = unitCharge !== undefined && unitCharge !== '0';
  const publishing = useDoing<CardChargeJson>(
    () => change(`${path}/charge`, { method: 'PUT', body: { unitCharge } }),
    () => setText(''),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    publishing.mutate();
  };
  return (
    <Dialog isOpen close={close} title={fill(words.chargesTitle, provider.name)}>
      <Stack gap="md">
        <Text size="sm">{words.chargesHint}</Text>
        <Loaded of={charges} waiting={words.chargesWaiting}>
          {({ items }) =>
            items.length === 0 ? (
              <Text size="sm" className="quiet">
                {words.noCharges}
              </Text>
            ) : (
              <DataTable
                label={fill(words.chargesTitle, provider.name)}
                items={items}
                keyOf={({ validFrom, publishedAt }) => `${validFrom} ${publishedAt}`}
                columns={[
                  { head: words.chargeFrom, cell: ({ validFrom }) => exact(validFrom) },
                  { head: words.charge, cell: ({ unitCharge: each }) => price(BigInt(each)), isFigure: true },
                ]}
              />
            )
          }
        </Loaded>
        {mayPublish && (
          <form onSubmit={submit}>
            <TextInput
              label={words.charge}
              description={words.chargeHint}
              required
              inputMode="decimal"
              autoComplete="off"
              value={text}
              error={text.trim() !== '' && !isPrice && words.chargeWrong}
              onChange={({ currentTarget }) => setText(currentTarget.value)}
            />
            <RefusalLine error={publishing.error} />
            <Submit label={words.publishCharge} isPending={publishing.isPending} disabled={!isPrice} cancel={close} />
          </form>
        )}
      </Stack>
    </Dialog>
  );
}
