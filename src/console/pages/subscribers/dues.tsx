import { Button, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { DuesJson } from '../../../api/index.ts';
import { SUBSCRIBER_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit, useParsedMoney } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';

/** What a meter owes beside its energy, and a debt from before that is booked on it. */
export function Dues({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const dues = useRead<DuesJson>(`/meters/${meter}/dues`, { live: true });
  const mayBook = useMay('bookDebt') !== undefined;
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <Stack gap="xs">
      <Loaded of={dues}>
        {({ arrears, fixedCharge }) => (
          <Facts
            of={[
              { label: words.arrears, value: <Money tokens={arrears} /> },
              { label: words.fixedCharge, value: <Money tokens={fixedCharge} /> },
            ]}
          />
        )}
      </Loaded>
      {mayBook && (
        <Button size="compact-sm" variant="default" onClick={open} style={{ alignSelf: 'start' }}>
          {words.debt}
        </Button>
      )}
      <BookDebt meter={meter} isOpen={isOpen} close={close} />
    </Stack>
  );
}

interface BookDebtProps {
  readonly meter: string;
  readonly isOpen: boolean;
  readonly close: () => void;
}

function BookDebt({ meter, isOpen, close }: BookDebtProps): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const [text, setText] = useState('');
  const [reference, setReference] = useState('');
  const amount = useParsedMoney(text);
  const booking = useDoing<DuesJson>(
    (once) => change(`/meters/${meter}/debts`, { method: 'POST', once, body: { amount, reference } }),
    () => {
      setText('');
      setReference('');
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    booking.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={`${words.debt}: ${meter}`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <MoneyField label={words.amount} description={words.debtHint} value={text} onChange={setText} autoFocus />
          <TextInput
            label={words.reference}
            required
            value={reference}
            onChange={({ currentTarget }) => setReference(currentTarget.value)}
          />
          <RefusalLine error={booking.error} />
          <Submit label={words.book} isPending={booking.isPending} disabled={amount === undefined} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
