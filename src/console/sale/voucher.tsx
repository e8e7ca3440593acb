import { Button, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { PaymentJson } from '../../api/index.ts';
import { VOUCHER_WORDS } from '../../words/index.ts';
import { change } from '../ask.ts';
import { useDoing } from '../doing.ts';
import { useWords } from '../locale.tsx';
import { RefusalLine } from '../parts/fields.tsx';
import { Panel } from '../parts/page.tsx';

interface VoucherProps {
  readonly meter: string;
  readonly paid: (payment: PaymentJson) => void;
}

/** In fours or not, as it is printed. A slip is told here: a number that is asked for and wrong keeps everybody waiting. */
const SIXTEEN_DIGITS = '[ \\-]*(?:[0-9][ \\-]*){16}';

/** Pays with a voucher. However often it is pressed, it pays once: the same number is the same payment. */
export function Voucher({ meter, paid }: VoucherProps): ReactNode {
  const words = useWords(VOUCHER_WORDS);
  const [number, setNumber] = useState('');
  const paying = useDoing<PaymentJson>(
    () => change(`/meters/${meter}/vouchers`, { method: 'POST', body: { number: number.trim() } }),
    paid,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    paying.mutate();
  };
  return (
    <Panel title={words.use}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.useNote}</Text>
          <TextInput
            label={words.number}
            description={words.numberHint}
            required
            inputMode="numeric"
            autoComplete="off"
            maxLength={32}
            pattern={SIXTEEN_DIGITS}
            value={number}
            onChange={({ currentTarget }) => setNumber(currentTarget.value)}
          />
          <RefusalLine error={paying.error} />
          <Button type="submit" variant="default" loading={paying.isPending} disabled={number.trim() === ''}>
            {words.pay}
          </Button>
        </Stack>
      </form>
    </Panel>
  );
}
