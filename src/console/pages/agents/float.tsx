import { Select, Stack, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AgentJson } from '../../../api/index.ts';
import { AGENT_WORDS, RECEIPT_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit, useParsedMoney } from '../../parts/fields.tsx';

interface MoveFloatProps {
  readonly agent: string;
  readonly direction: 'pay-in' | 'pay-back';
  readonly isOpen: boolean;
  readonly close: () => void;
}

const METHODS = ['bank-transfer', 'cash', 'card', 'direct-debit', 'wallet', 'payment-service'] as const;

/** What an agent pays in, or is paid back, with the reference of the slip that says so. */
export function MoveFloat({ agent, direction, isOpen, close }: MoveFloatProps): ReactNode {
  const words = useWords(AGENT_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const [text, setText] = useState('');
  const [method, setMethod] = useState<string>(METHODS[0]);
  const [reference, setReference] = useState('');
  const amount = useParsedMoney(text);
  const title = direction === 'pay-in' ? words.payIn : words.payBack;
  const moving = useDoing<AgentJson>(
    (once) => {
      const body = { direction, amount, method, reference: reference.trim() };
      return change(`/agents/${encodeURIComponent(agent)}/float`, { method: 'POST', once, body });
    },
    () => {
      setText('');
      setReference('');
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    moving.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={title}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <MoneyField label={words.amount} value={text} onChange={setText} autoFocus />
          <Select
            label={words.method}
            data={METHODS.map((value) => ({ value, label: methods[value] }))}
            value={method}
            onChange={(value) => setMethod(value ?? METHODS[0])}
            allowDeselect={false}
          />
          <TextInput
            label={words.reference}
            required
            value={reference}
            onChange={({ currentTarget }) => setReference(currentTarget.value)}
          />
          <RefusalLine error={moving.error} />
          <Submit label={title} isPending={moving.isPending} disabled={amount === undefined} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
