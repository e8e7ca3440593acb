import { Button, Fieldset, Radio, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { PaymentJson, PaymentPortJson, QuoteJson } from '../../../api/index.ts';
import { fill, HOME_BUY_WORDS, RECEIPT_WORDS } from '../../../words/index.ts';
import { change, newKey, type Refusal } from '../../ask.ts';
import { decimalText, parseMoney } from '../../format.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { MoneyField, RefusalLine } from '../../parts/fields.tsx';
import { Panel } from '../../parts/page.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { quickAmounts } from '../../sale/cash.ts';
import { DemoPurse } from '../../sale/demo-purse.tsx';
import { instrumentOf, kindOf } from '../../sale/instrument.ts';
import { SaleLines } from '../../sale/sale.tsx';
import { Voucher } from '../../sale/voucher.tsx';
import { useSession } from '../../session.tsx';
import { expiryOf } from './expiry.ts';
import { InstrumentFields } from './instrument-fields.tsx';

interface BuyingProps {
  readonly meter: string;
  readonly bought: (payment: PaymentJson) => void;
}

const QUOTE_AFTER_MS = 250;
/** Of the card of a demo, which never ends. */
const DEMO_EXPIRY = '12/39';
/** After these it may have been done: the same is asked again under the same key. */
const UNANSWERED: readonly string[] = ['away', 'internal', 'busy', 'store-failed'];

/** An amount, what becomes of it, and what pays. However often it is pressed, it is paid once. */
export function Buying({ meter, bought }: BuyingProps): ReactNode {
  const words = useWords(HOME_BUY_WORDS);
  const { money } = useFormat();
  const { exponent } = useSession().utility.currency;
  const [text, setText] = useState('');
  const [name, setName] = useState<string>();
  const [account, setAccount] = useState('');
  const [expiry, setExpiry] = useState('');
  const [key, setKey] = useState(newKey);
  const ports = useRead<{ readonly items: readonly PaymentPortJson[] }>('/payment-ports');
  // A voucher says itself what it pays.
  const items = ports.data?.items.filter(({ method }) => method !== 'voucher') ?? [];
  const port = items.find((each) => each.name === name) ?? items[0];
  const hasVouchers = ports.data !== undefined && ports.data.items.length > items.length;
  const typed = parseMoney(text, exponent);
  const paid = typed === '0' ? undefined : typed;
  const kind = port && kindOf(port.method);
  const good = kind === 'card' ? expiryOf(expiry) : '';
  const instrument = kind && good !== undefined ? instrumentOf(kind, account, good) : undefined;
  const paying = useMutation<PaymentJson, Refusal>({
    mutationFn: () =>
      change('/payments', { method: 'POST', once: key, body: { meter, paid, port: port?.name, instrument } }),
    onSuccess: bought,
    // What was refused was not done, and what is changed then is another payment.
    onError: ({ code }) => UNANSWERED.includes(code) || setKey(newKey()),
  });
  const isOpen = paying.error !== null && UNANSWERED.includes(paying.error.code);
  // A card's number is none of a telephone.
  const choose = (way: string) => {
    setName(way);
    setAccount('');
    setExpiry('');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (paid !== undefined && instrument !== undefined) paying.mutate();
  };
  return (
    <>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Panel>
            <Fieldset variant="unstyled" m={0} disabled={isOpen || paying.isPending}>
              <Stack gap="sm">
                <MoneyField label={words.amount} value={text} onChange={setText} />
                <SimpleGrid cols={4} spacing={6} role="group" aria-label={words.quick}>
                  {quickAmounts(exponent).map((amount) => (
                    <Button
                      key={amount}
                      variant="default"
                      size="sm"
                      px={4}
                      aria-pressed={paid === amount}
                      onClick={() => setText(decimalText(amount, exponent))}
                    >
                      {money(amount)}
                    </Button>
                  ))}
                </SimpleGrid>
              </Stack>
            </Fieldset>
          </Panel>
          <Quote meter={meter} paid={paid} method={port?.method} />
          <Loaded of={ports}>
            {() =>
              port === undefined ? (
                <Panel>
                  <Text fw={600}>{words.noPort}</Text>
                  <Text size="sm">{fill(words.noPortNext, meter)}</Text>
                </Panel>
              ) : (
                <Panel title={words.payWith}>
                  <Stack gap="sm">
                    <Fieldset variant="unstyled" m={0} disabled={isOpen || paying.isPending}>
                      <Stack gap="sm">
                        {items.length > 1 && <Ports ports={items} chosen={port.name} choose={choose} />}
                        <InstrumentFields kind={kindOf(port.method)} {...{ account, setAccount, expiry, setExpiry }} />
                        <DemoPurse
                          method={port.method}
                          use={(number) => {
                            setAccount(number);
                            setExpiry(kindOf(port.method) === 'card' ? DEMO_EXPIRY : '');
                          }}
                        />
                      </Stack>
                    </Fieldset>
                    <RefusalLine error={paying.error} />
                    <Button type="submit" size="md" loading={paying.isPending} disabled={paid === undefined}>
                      {isOpen ? words.again : fill(words.pay, paid === undefined ? '' : money(paid))}
                    </Button>
                  </Stack>
                </Panel>
              )
            }
          </Loaded>
        </Stack>
      </form>
      {hasVouchers && <Voucher meter={meter} paid={bought} />}
    </>
  );
}

interface PortsProps {
  readonly ports: readonly PaymentPortJson[];
  readonly chosen: string;
  readonly choose: (name: string) => void;
}

function Ports({ ports, chosen, choose }: PortsProps): ReactNode {
  const { payWith } = useWords(HOME_BUY_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  return (
    <Radio.Group value={chosen} onChange={choose} aria-label={payWith}>
      <Stack gap={8}>
        {ports.map(({ name, method }) => (
          <Radio key={name} value={name} label={`${name} · ${methods[method]}`} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

interface QuoteProps {
  readonly meter: string;
  readonly paid: string | undefined;
  readonly method: PaymentPortJson['method'] | undefined;
}

/** What becomes of the amount, as soon as it is typed. */
function Quote({ meter, paid, method }: QuoteProps): ReactNode {
  const words = useWords(HOME_BUY_WORDS);
  const { money } = useFormat();
  const [asked] = useDebouncedValue(paid, QUOTE_AFTER_MS);
  const quote = useRead<QuoteJson>(`/meters/${meter}/quote`, {
    query: { paid: asked, method },
    enabled: asked !== undefined,
  });
  return (
    <Panel title={words.quoteTitle}>
      {paid === undefined || asked === undefined ? (
        <Text size="sm" className="quiet">
          {paid === undefined ? words.quoteNone : words.quoteWaiting}
        </Text>
      ) : (
        <Loaded of={quote.error === null ? quote : { ...quote, data: undefined }} waiting={words.quoteWaiting}>
          {(data) => {
            const owed = BigInt(data.due.arrears) - BigInt(data.arrears);
            return (
              <div aria-live="polite" style={{ opacity: data.paid === paid ? 1 : 0.4 }}>
                <SaleLines parts={data} />
                {owed > 0n && <Text size="sm">{fill(words.stillOwed, money(owed))}</Text>}
              </div>
            );
          }}
        </Loaded>
      )}
    </Panel>
  );
}
