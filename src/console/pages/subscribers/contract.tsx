import { Button, Group, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { ContractJson, PaymentPortJson } from '../../../api/index.ts';
import { fill, SELLING_WORDS, SUBSCRIBER_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit, useParsedMoney } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';

/** Automatic transfer: when the balance falls to a threshold, so much is paid, within limits. */
export function Contract({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const { day } = useFormat();
  const read = useRead<ContractJson>(`/meters/${meter}/contract`);
  const mayAgree = useMay('agreeContract') !== undefined;
  const [isOpen, { open, close }] = useDisclosure();
  const ending = useDoing<ContractJson>((once) => change(`/meters/${meter}/contract`, { method: 'DELETE', once }));
  const isNone = read.error?.code === 'contract-unknown';
  const contract = isNone ? undefined : read.data;
  if (!isNone && contract === undefined) return <Loaded of={read}>{() => null}</Loaded>;
  return (
    <Stack gap="xs">
      {contract === undefined ? (
        <Text size="sm" className="quiet">
          {words.noContract}
        </Text>
      ) : (
        <Facts
          of={[
            { label: words.threshold, value: <Money tokens={contract.threshold} /> },
            { label: words.transfer, value: <Money tokens={contract.paid} /> },
            { label: words.port, value: `${contract.port}, ${words.account[contract.account]}` },
            { label: words.perDay, value: <Money tokens={contract.perDayMax} /> },
            { label: words.perMonth, value: <Money tokens={contract.perMonthMax} /> },
            { label: words.agreed, value: day(contract.agreedAt) },
            { label: words.transfers, value: contract.transfers },
          ]}
        />
      )}
      {mayAgree && (
        <Group gap="xs">
          <Button size="compact-sm" variant="default" onClick={open}>
            {words.agree}
          </Button>
          {contract !== undefined && (
            <Button
              size="compact-sm"
              variant="default"
              title={words.endAsk}
              loading={ending.isPending}
              onClick={() => ending.mutate()}
            >
              {words.end}
            </Button>
          )}
        </Group>
      )}
      <RefusalLine error={ending.error} />
      <Dialog isOpen={isOpen} close={close} title={fill(words.contractOf, meter)}>
        <Agree meter={meter} close={close} />
      </Dialog>
    </Stack>
  );
}

const ACCOUNTS = ['mandate', 'token'] as const;
type Account = (typeof ACCOUNTS)[number];

function Agree({ meter, close }: { readonly meter: string; readonly close: () => void }): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const { instrument } = useWords(SELLING_WORDS);
  const ports = useRead<{ readonly items: readonly PaymentPortJson[] }>('/payment-ports');
  const names = (ports.data?.items ?? []).flatMap(({ name, method }) => (method === 'voucher' ? [] : [name]));
  const [port, setPort] = useState<string | null>(null);
  const [account, setAccount] = useState<Account>('mandate');
  const [holds, setHolds] = useState('');
  const [thresholdText, setThreshold] = useState('');
  const [paidText, setPaid] = useState('');
  const [dayText, setDay] = useState('');
  const [monthText, setMonth] = useState('');
  const threshold = useParsedMoney(thresholdText);
  const paid = useParsedMoney(paidText);
  const perDayMax = useParsedMoney(dayText);
  const perMonthMax = useParsedMoney(monthText);
  const chosen = port ?? names[0];
  const agreeing = useDoing<ContractJson>((once) => {
    const body = {
      ...{ threshold, paid, perDayMax, perMonthMax, port: chosen },
      account: account === 'mandate' ? { type: account, reference: holds } : { type: account, token: holds },
    };
    return change(`/meters/${meter}/contract`, { method: 'PUT', once, body });
  }, close);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    agreeing.mutate();
  };
  if (ports.data === undefined) return <Loaded of={ports}>{() => null}</Loaded>;
  if (names.length === 0) return <Text size="sm">{words.noPorts}</Text>;
  const isWhole = [threshold, paid, perDayMax, perMonthMax, chosen].every((each) => each !== undefined);
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <SimpleGrid cols={2} spacing="sm" style={{ alignItems: 'end' }}>
          <MoneyField label={words.threshold} value={thresholdText} onChange={setThreshold} autoFocus />
          <MoneyField label={words.transfer} value={paidText} onChange={setPaid} />
          <MoneyField label={words.perDay} value={dayText} onChange={setDay} />
          <MoneyField label={words.perMonth} value={monthText} onChange={setMonth} />
          <Select label={words.port} data={names} value={chosen ?? null} onChange={setPort} allowDeselect={false} />
          <Select
            label={words.accountKind}
            data={ACCOUNTS.map((value) => ({ value, label: words.account[value] }))}
            value={account}
            onChange={(value) => setAccount((value as Account | null) ?? 'mandate')}
            allowDeselect={false}
          />
        </SimpleGrid>
        <TextInput
          label={instrument[account]}
          required
          autoComplete="off"
          value={holds}
          onChange={({ currentTarget }) => setHolds(currentTarget.value)}
        />
        <RefusalLine error={agreeing.error} />
        <Submit label={words.agree} isPending={agreeing.isPending} disabled={!isWhole} cancel={close} />
      </Stack>
    </form>
  );
}
