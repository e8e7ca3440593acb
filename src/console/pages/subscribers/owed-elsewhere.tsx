import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { SubscriberDuesJson } from '../../../api/index.ts';
import { MOVING_WORDS, SUBSCRIBER_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit, useParsedMoney } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';

/** What somebody owes who moved out and has no meter: it is paid here, or due at the next one. */
export function OwedElsewhere({ subscriber }: { readonly subscriber: string }): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const moving = useWords(MOVING_WORDS);
  const mayPay = useMay('payDues') !== undefined;
  const [isOpen, { open, close }] = useDisclosure();
  const dues = useRead<SubscriberDuesJson>(`/subscribers/${encodeURIComponent(subscriber)}/dues`, { live: true });
  if (dues.data === undefined || (dues.data.arrears === '0' && dues.data.fixedCharge === '0')) return null;
  const { arrears, fixedCharge } = dues.data;
  return (
    <Panel title={moving.dues}>
      <Stack gap="xs">
        <Facts
          of={[
            { label: words.arrears, value: <Money tokens={arrears} /> },
            { label: words.fixedCharge, value: <Money tokens={fixedCharge} /> },
          ]}
        />
        {mayPay && (
          <Button size="compact-sm" variant="default" onClick={open} style={{ alignSelf: 'start' }}>
            {moving.takePayment}
          </Button>
        )}
        <TakePayment subscriber={subscriber} isOpen={isOpen} close={close} />
      </Stack>
    </Panel>
  );
}

interface TakePaymentProps {
  readonly subscriber: string;
  readonly isOpen: boolean;
  readonly close: () => void;
}

function TakePayment({ subscriber, isOpen, close }: TakePaymentProps): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const moving = useWords(MOVING_WORDS);
  const [text, setText] = useState('');
  const [method, setMethod] = useState<string>('cash');
  const [reference, setReference] = useState('');
  const paid = useParsedMoney(text);
  const paying = useDoing<SubscriberDuesJson>(
    (once) =>
      change(`/subscribers/${encodeURIComponent(subscriber)}/dues/payments`, {
        method: 'POST',
        once,
        body: { paid, method, reference },
      }),
    () => {
      setText('');
      setReference('');
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    paying.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={`${moving.takePayment}: ${subscriber}`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <MoneyField
            label={words.amount}
            description={moving.takePaymentNote}
            value={text}
            onChange={setText}
            autoFocus
          />
          <Select
            label={moving.method}
            allowDeselect={false}
            data={(['cash', 'bank-transfer'] as const).map((value) => ({ value, label: moving.methods[value] }))}
            value={method}
            onChange={(value) => setMethod(value ?? 'cash')}
          />
          <TextInput
            label={words.reference}
            required
            value={reference}
            onChange={({ currentTarget }) => setReference(currentTarget.value)}
          />
          <RefusalLine error={paying.error} />
          <Submit label={words.book} isPending={paying.isPending} disabled={paid === undefined} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
