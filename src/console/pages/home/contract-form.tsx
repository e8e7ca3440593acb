import { Button, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { ContractJson, PaymentPortJson } from '../../../api/index.ts';
import { fill, HOME_WORDS } from '../../../words/index.ts';
import { change, type Refusal } from '../../ask.ts';
import { decimalText, parseMoney } from '../../format.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { MoneyField, RefusalLine } from '../../parts/fields.tsx';
import { DemoPurse } from '../../sale/demo-purse.tsx';
import { useSession } from '../../session.tsx';

interface ContractFormProps {
  readonly path: string;
  readonly before: ContractJson | undefined;
  readonly ports: readonly PaymentPortJson[];
  readonly done: () => void;
}

const AMOUNTS = ['threshold', 'paid', 'perDayMax', 'perMonthMax'] as const;
type Amount = (typeof AMOUNTS)[number];
const LABELS = { threshold: 'threshold', paid: 'paid', perDayMax: 'perDay', perMonthMax: 'perMonth' } as const;

/** The terms of an automatic transfer, and before one agrees the sentences that they come to. */
export function ContractForm({ path, before, ports, done }: ContractFormProps): ReactNode {
  const { contract: words } = useWords(HOME_WORDS);
  const { money } = useFormat();
  const { exponent } = useSession().utility.currency;
  const [texts, setTexts] = useState<Readonly<Record<Amount, string>>>(() => {
    const textOf = (amount: Amount) => (before === undefined ? '' : decimalText(before[amount], exponent));
    return {
      ...{ threshold: textOf('threshold'), paid: textOf('paid') },
      ...{ perDayMax: textOf('perDayMax'), perMonthMax: textOf('perMonthMax') },
    };
  });
  const [name, setName] = useState(before?.port ?? ports[0]?.name ?? null);
  const [reference, setReference] = useState('');
  const port = ports.find((each) => each.name === name) ?? ports[0];
  const type = port?.method === 'payment-service' ? 'token' : 'mandate';
  const amounts = AMOUNTS.map((amount) => parseMoney(texts[amount], exponent));
  const [threshold, paid, perDayMax, perMonthMax] = amounts;
  const isAbove =
    paid !== undefined && [perDayMax, perMonthMax].some((max) => max !== undefined && BigInt(max) < BigInt(paid));
  const agreeing = useMutation<ContractJson, Refusal>({
    mutationFn: () =>
      change(path, {
        method: 'PUT',
        body: {
          ...{ threshold, paid, perDayMax, perMonthMax, port: port?.name },
          account: type === 'token' ? { type, token: reference } : { type, reference },
        },
      }),
    onSuccess: done,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!amounts.includes(undefined) && !isAbove) agreeing.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {AMOUNTS.map((amount) => (
          <MoneyField
            key={amount}
            label={words[LABELS[amount]]}
            value={texts[amount]}
            onChange={(text) => setTexts({ ...texts, [amount]: text })}
          />
        ))}
        <Select
          label={words.by}
          data={ports.map((each) => each.name)}
          value={port?.name ?? null}
          onChange={setName}
          allowDeselect={false}
        />
        <TextInput
          label={words[type]}
          description={words.accountKept}
          required
          autoComplete="off"
          value={reference}
          onChange={(event) => setReference(event.target.value)}
        />
        {port !== undefined && <DemoPurse method={port.method} use={setReference} />}
        {threshold !== undefined && paid !== undefined && perDayMax !== undefined && perMonthMax !== undefined && (
          <Text size="sm" fw={600} aria-live="polite">
            {fill(words.says, money(threshold), money(paid), port?.name ?? '')}{' '}
            {fill(words.limits, money(perDayMax), money(perMonthMax))}
          </Text>
        )}
        <Text size="sm" className="quiet">
          {words.promise}
        </Text>
        {isAbove && (
          <Text size="sm" role="alert">
            {words.above}
          </Text>
        )}
        <RefusalLine error={agreeing.error} />
        <Button type="submit" loading={agreeing.isPending} disabled={isAbove}>
          {words.go}
        </Button>
      </Stack>
    </form>
  );
}
