import { Button, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { SubscriberDuesJson } from '../../../api/index.ts';
import { fill, MOVING_WORDS, SUBSCRIBER_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { decimalText } from '../../format.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { type PaidBy, PaidByField } from '../../moving/paid-by.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit, useParsedMoney } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { say } from '../../parts/notices.tsx';
import { Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Unread } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay, useSession } from '../../session.tsx';

/** What somebody owes who moved out and has no meter: it is paid here, or due at the next one. */
export function OwedElsewhere({ subscriber }: { readonly subscriber: string }): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const moving = useWords(MOVING_WORDS);
  const mayPay = useMay('payDues') !== undefined;
  const [isOpen, { open, close }] = useDisclosure();
  const dues = useRead<SubscriberDuesJson>(`/subscribers/${encodeURIComponent(subscriber)}/dues`, { live: true });
  if (dues.data === undefined) return <Unread of={dues} what={moving.dues} />;
  if (dues.data.arrears === '0' && dues.data.fixedCharge === '0') return null;
  const { arrears, fixedCharge, due } = dues.data;
  return (
    <Panel title={moving.dues}>
      <Stack gap="xs">
        <Facts
          of={[
            { label: words.arrears, value: <Money tokens={arrears} /> },
            { label: words.fixedCharge, value: <Money tokens={fixedCharge} /> },
          ]}
        />
        {mayPay && due !== '0' && (
          <Button size="compact-sm" variant="default" onClick={open} style={{ alignSelf: 'start' }}>
            {moving.takePayment}
          </Button>
        )}
        <TakePayment subscriber={subscriber} due={due} isOpen={isOpen} close={close} />
      </Stack>
    </Panel>
  );
}

interface TakePaymentProps {
  readonly subscriber: string;
  /** All that they owe, in minor units. */
  readonly due: string;
  readonly isOpen: boolean;
  readonly close: () => void;
}

function TakePayment({ subscriber, due, isOpen, close }: TakePaymentProps): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const moving = useWords(MOVING_WORDS);
  const { money } = useFormat();
  const { exponent } = useSession().utility.currency;
  const [typed, setTyped] = useState<string>();
  const [method, setMethod] = useState<PaidBy>('cash');
  const [reference, setReference] = useState('');
  // All of it, until somebody types something else.
  const text = typed ?? decimalText(due, exponent);
  const paid = useParsedMoney(text);
  const tooMuch = paid !== undefined && BigInt(paid) > BigInt(due) && fill(moving.tooMuch, money(due));
  const nothing = paid === '0' && moving.nothingPaid;
  const paying = useDoing<SubscriberDuesJson>(
    (once) =>
      change(`/subscribers/${encodeURIComponent(subscriber)}/dues/payments`, {
        method: 'POST',
        once,
        body: { paid, method, reference },
      }),
    () => {
      say(fill(moving.paymentTaken, money(paid ?? '0'), subscriber));
      setTyped(undefined);
      setReference('');
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (paid !== undefined && tooMuch === false && nothing === false) paying.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={`${moving.takePayment}: ${subscriber}`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <MoneyField
            label={words.amount}
            description={moving.takePaymentNote}
            value={text}
            error={tooMuch || nothing}
            onChange={(written) => {
              paying.reset();
              setTyped(written);
            }}
            autoFocus
          />
          <PaidByField value={method} onChange={setMethod} />
          <TextInput
            label={words.reference}
            description={moving.referenceHint[method]}
            required
            value={reference}
            onChange={({ currentTarget }) => setReference(currentTarget.value)}
          />
          <RefusalLine error={paying.error} />
          <Submit label={words.book} isPending={paying.isPending} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
