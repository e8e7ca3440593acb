import { Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { ApprovalJson, RemittanceJson } from '../../../api/index.ts';
import { fill, RECEIPT_WORDS, REMITTANCE_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { decimalText } from '../../format.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit, useParsedMoney } from '../../parts/fields.tsx';
import { say } from '../../parts/notices.tsx';
import { useSession } from '../../session.tsx';

export interface Payee {
  /** `seller`, or the id of a provider of cards. */
  readonly id: string;
  readonly name: string;
}

interface RemitProps {
  readonly payee: Payee;
  readonly direction: RemittanceJson['direction'];
  /** What is due to the payee, below zero what it owes; unknown while it is read. */
  readonly due: string | undefined;
  readonly close: () => void;
}

const METHODS = ['bank-transfer', 'direct-debit', 'cash'] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What goes to a payee is asked for, and what comes from one is booked at once. */
export function Remit({ payee, direction, due, close }: RemitProps): ReactNode {
  const words = useWords(REMITTANCE_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const { utility } = useSession();
  const isPaid = direction === 'paid';
  const [text, setText] = useState(() => {
    const open = isPaid ? BigInt(due ?? '0') : -BigInt(due ?? '0');
    return open > 0n ? decimalText(String(open), utility.currency.exponent) : '';
  });
  const [method, setMethod] = useState<string>(METHODS[0]);
  const [paidOn, setPaidOn] = useState('');
  const [reference, setReference] = useState('');
  const [why, setWhy] = useState('');
  const amount = useParsedMoney(text);
  const doing = useDoing<ApprovalJson | RemittanceJson>(
    (once) => {
      const body = { payee: payee.id, amount, method, paidOn, reference: reference.trim() };
      return isPaid
        ? change('/remittances', { method: 'POST', once, body: { ...body, why: why.trim() } })
        : change('/remittances/received', { method: 'POST', once, body });
    },
    () => {
      if (isPaid) say(words.asked);
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    doing.mutate();
  };
  const isWhole = amount !== undefined && DAY.test(paidOn) && reference.trim() !== '' && (!isPaid || why.trim() !== '');
  return (
    <Dialog isOpen close={close} title={fill(isPaid ? words.payTitle : words.receiveTitle, payee.name)}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{isPaid ? words.payNote : words.receiveNote}</Text>
          <MoneyField label={words.amount} value={text} onChange={setText} autoFocus />
          <Select
            label={words.method}
            data={METHODS.map((value) => ({ value, label: methods[value] }))}
            value={method}
            onChange={(value) => setMethod(value ?? METHODS[0])}
            allowDeselect={false}
          />
          <TextInput
            label={words.paidOn}
            type="date"
            required
            value={paidOn}
            onChange={({ currentTarget }) => setPaidOn(currentTarget.value)}
          />
          <TextInput
            label={words.reference}
            description={words.referenceHint}
            required
            maxLength={64}
            value={reference}
            onChange={({ currentTarget }) => setReference(currentTarget.value)}
          />
          {isPaid && <Why value={why} onChange={setWhy} />}
          <RefusalLine error={doing.error} />
          <Submit
            label={isPaid ? words.pay : words.receive}
            isPending={doing.isPending}
            disabled={!isWhole}
            cancel={close}
          />
        </Stack>
      </form>
    </Dialog>
  );
}

interface TakeBackProps {
  readonly remittance: RemittanceJson;
  readonly close: () => void;
}

/** Asks for the counter-entry of a payment that never happened. */
export function TakeBack({ remittance: { id, reference }, close }: TakeBackProps): ReactNode {
  const words = useWords(REMITTANCE_WORDS);
  const [why, setWhy] = useState('');
  const doing = useDoing<ApprovalJson>(
    (once) => change(`/remittances/${id}/reversal`, { method: 'POST', once, body: { why: why.trim() } }),
    () => {
      say(words.asked);
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    doing.mutate();
  };
  return (
    <Dialog isOpen close={close} title={fill(words.takeBackTitle, reference)}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.takeBackNote}</Text>
          <Why value={why} onChange={setWhy} />
          <RefusalLine error={doing.error} />
          <Submit label={words.takeBack} isPending={doing.isPending} disabled={why.trim() === ''} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}

function Why({ value, onChange }: { readonly value: string; readonly onChange: (text: string) => void }): ReactNode {
  const words = useWords(REMITTANCE_WORDS);
  return (
    <TextInput
      label={words.why}
      description={words.whyHint}
      required
      maxLength={128}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
