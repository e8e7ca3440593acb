import { Button, Group, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { MeterJson, PaymentJson, PaymentPortJson, PurchaseJson, QuoteJson } from '../../../api/index.ts';
import { fill, RECEIPT_WORDS, SELLING_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { decimalText } from '../../format.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { MoneyField, RefusalLine, useParsedMoney } from '../../parts/fields.tsx';
import { Panel } from '../../parts/page.tsx';
import { Loading, Unread } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { quickAmounts } from '../../sale/cash.ts';
import { instrumentOf, kindOf } from '../../sale/instrument.ts';
import { MeterCard, takesValue } from '../../sale/meter-card.tsx';
import { SaleLines } from '../../sale/sale.tsx';
import { Voucher } from '../../sale/voucher.tsx';
import { useMay, useSession } from '../../session.tsx';

interface SellFormProps {
  readonly meter: string;
  /** While it is not known whether it was sold, nobody goes elsewhere by mistake. */
  readonly setAsked: (isAsked: boolean) => void;
  /** @param address of the page on which the sale is watched */
  readonly onSold: (address: string) => void;
}

type Method = PaymentPortJson['method'];
const METHODS = ['cash', 'card', 'bank-transfer', 'wallet', 'payment-service'] as const;
const TYPED_MS = 200;

export const saleAddress = (order: string, payment?: string): string =>
  `/sell/${encodeURIComponent(order)}${payment === undefined ? '' : `?payment=${encodeURIComponent(payment)}`}`;

/** What is paid and how; beside it what it is made of, before anything is sold. */
export function SellForm({ meter, setAsked, onSold }: SellFormProps): ReactNode {
  const words = useWords(SELLING_WORDS);
  const { methods: named } = useWords(RECEIPT_WORDS);
  const { money } = useFormat();
  const { exponent } = useSession().utility.currency;
  const [text, setText] = useState('');
  const [way, setWay] = useState<string>('method:cash');
  const [instrument, setInstrument] = useState('');
  const [expiry, setExpiry] = useState('');
  const mayPay = useMay('pay') !== undefined;
  const ports = useRead<{ readonly items: readonly PaymentPortJson[] }>('/payment-ports', { enabled: mayPay });
  const known = useRead<MeterJson>(`/meters/${meter}`);
  const items = ports.data?.items.filter((each) => each.method !== 'voucher') ?? [];
  const hasVouchers = ports.data !== undefined && ports.data.items.length > items.length;
  const port = items.find(({ name }) => way === `port:${name}`);
  const method = port?.method ?? (way.slice('method:'.length) as Method);

  const paid = useParsedMoney(text);
  const [asked] = useDebouncedValue(paid, TYPED_MS);
  const isAmount = paid !== undefined && paid !== '0';
  const quote = useRead<QuoteJson>(`/meters/${meter}/quote`, {
    query: { paid: asked, method },
    enabled: asked !== undefined && asked !== '0',
  });
  const shown = isAmount && quote.error === null ? quote.data : undefined;
  const isCurrent = shown !== undefined && shown.paid === paid && !quote.isPlaceholderData;

  const selling = useDoing<string>(
    async (once) => {
      setAsked(true);
      if (port === undefined) {
        const { order } = await change<PurchaseJson>('/purchases', {
          ...{ method: 'POST', once, body: { meter, paid, method } },
        });
        return saleAddress(order.id);
      }
      const body = { meter, paid, port: port.name, instrument: instrumentOf(kindOf(port.method), instrument, expiry) };
      const { id, order } = await change<PaymentJson>('/payments', { method: 'POST', once, body });
      return saleAddress(order, id);
    },
    (address) => {
      setAsked(false);
      onSold(address);
    },
  );
  // Whether it was sold is not known: only the same may be asked for again.
  const isOpen = selling.error?.code === 'away';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isCurrent || selling.isPending) return;
    selling.mutate(undefined, { onError: ({ code }) => setAsked(code === 'away') });
  };
  const isClosed = known.data !== undefined && !takesValue(known.data);
  return (
    <Stack gap="md">
      <form onSubmit={submit}>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: 'start' }}>
          <Stack gap="md">
            <Panel>
              <MeterCard number={meter} />
            </Panel>
            <Panel>
              <Stack gap="sm">
                <MoneyField label={words.amount} value={text} onChange={setText} disabled={isOpen} />
                <Group gap={6}>
                  {quickAmounts(exponent).map((amount) => (
                    <Button
                      key={amount}
                      variant="default"
                      size="xs"
                      disabled={isOpen}
                      onClick={() => setText(decimalText(amount, exponent))}
                    >
                      {money(amount)}
                    </Button>
                  ))}
                </Group>
                <Select
                  label={words.method}
                  data={[
                    {
                      group: words.here,
                      items: METHODS.map((each) => ({ value: `method:${each}`, label: named[each] })),
                    },
                    ...(items.length === 0
                      ? []
                      : [
                          {
                            group: words.ask,
                            items: items.map((each) => ({
                              value: `port:${each.name}`,
                              label: `${each.name} (${named[each.method]})`,
                            })),
                          },
                        ]),
                  ]}
                  value={way}
                  onChange={(value) => setWay(value ?? 'method:cash')}
                  allowDeselect={false}
                  disabled={isOpen}
                />
                <Unread of={ports} what={words.ask} />
                {port !== undefined && (
                  <Instrument {...{ port, instrument, setInstrument, expiry, setExpiry }} isOpen={isOpen} />
                )}
              </Stack>
            </Panel>
          </Stack>
          <Panel title={words.quote}>
            {shown !== undefined ? (
              <Stack gap="md">
                <div style={{ opacity: isCurrent ? 1 : 0.5 }}>
                  <SaleLines parts={shown} />
                </div>
                <RefusalLine error={selling.error} />
                <Button type="submit" size="md" loading={selling.isPending} disabled={!isCurrent || isClosed}>
                  {fill(words.sell, money(shown.paid))}
                </Button>
              </Stack>
            ) : isAmount && quote.error !== null ? (
              <RefusalLine error={quote.error} />
            ) : isAmount ? (
              <Loading sentence={words.quoting} />
            ) : (
              <Text size="sm" className="quiet" py="xl" ta="center">
                {words.quoteHint}
              </Text>
            )}
          </Panel>
        </SimpleGrid>
      </form>
      {hasVouchers && <Voucher meter={meter} paid={({ id, order }) => onSold(saleAddress(order, id))} />}
    </Stack>
  );
}

interface InstrumentProps {
  readonly port: PaymentPortJson;
  readonly instrument: string;
  readonly setInstrument: (text: string) => void;
  readonly expiry: string;
  readonly setExpiry: (text: string) => void;
  readonly isOpen: boolean;
}

/** What the payment service takes the money from. */
function Instrument({ port, instrument, setInstrument, expiry, setExpiry, isOpen }: InstrumentProps): ReactNode {
  const words = useWords(SELLING_WORDS);
  const kind = kindOf(port.method);
  return (
    <>
      <TextInput
        label={words.instrument[kind === 'card' ? 'pan' : kind]}
        description={words.instrumentHint}
        required
        value={instrument}
        onChange={({ currentTarget }) => setInstrument(currentTarget.value)}
        autoComplete="off"
        disabled={isOpen}
      />
      {kind === 'card' && (
        <TextInput
          label={words.instrument.expiry}
          value={expiry}
          onChange={({ currentTarget }) => setExpiry(currentTarget.value)}
          inputMode="numeric"
          maxLength={4}
          autoComplete="off"
          disabled={isOpen}
        />
      )}
    </>
  );
}
