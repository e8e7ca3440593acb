import { Select, Stack, Text } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { CardJson, CardOrderJson } from '../../../api/index.ts';
import { CARD_WORDS, RECEIPT_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit, useParsedMoney } from '../../parts/fields.tsx';
import { useProviders } from './providers.ts';

interface Props {
  readonly card: CardJson;
  readonly isOpen: boolean;
  readonly close: () => void;
}

const METHODS = ['cash', 'card', 'bank-transfer', 'wallet', 'payment-service'] as const;

/** Value of one provider for money. It reaches the card when the card is next in a reader. */
export function SellToCard({ card: { number, regions }, isOpen, close }: Props): ReactNode {
  const words = useWords(CARD_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const { nameOf } = useProviders();
  const [region, setRegion] = useState<string>(regions[0]?.region ?? '');
  const [text, setText] = useState('');
  const [method, setMethod] = useState<string>('cash');
  const paid = useParsedMoney(text);
  const selling = useDoing<CardOrderJson>(
    (once) => change(`/cards/${number}/orders`, { method: 'POST', once, body: { region, paid, method } }),
    () => {
      setText('');
      close();
    },
  );
  // Whether it was sold is not known: only the same may be asked for again.
  const isOpenQuestion = selling.error?.code === 'away';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    selling.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={words.sell}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.sellHint}</Text>
          <Select
            label={words.provider}
            data={regions.map((each) => ({ value: each.region, label: nameOf(each.provider) }))}
            value={region}
            onChange={(value) => setRegion(value ?? region)}
            allowDeselect={false}
            disabled={isOpenQuestion}
          />
          <MoneyField label={words.paid} value={text} onChange={setText} autoFocus disabled={isOpenQuestion} />
          <Select
            label={words.method}
            data={METHODS.map((value) => ({ value, label: methods[value] }))}
            value={method}
            onChange={(value) => setMethod(value ?? 'cash')}
            allowDeselect={false}
            disabled={isOpenQuestion}
          />
          <RefusalLine error={selling.error} />
          <Submit
            label={words.sell}
            isPending={selling.isPending}
            disabled={paid === undefined || paid === '0'}
            cancel={close}
          />
        </Stack>
      </form>
    </Dialog>
  );
}
