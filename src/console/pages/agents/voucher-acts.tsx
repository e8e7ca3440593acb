import { Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AgentJson, ApprovalJson, VoucherBatchJson, VouchersChangedJson } from '../../../api/index.ts';
import { RECEIPT_WORDS, VOUCHER_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { daysBefore, instantOf } from '../../civil.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit, useParsedMoney } from '../../parts/fields.tsx';
import { say } from '../../parts/notices.tsx';
import { usePages } from '../../reads.ts';
import { useSession } from '../../session.tsx';

export type VoucherAct = 'sell' | 'block' | 'unblock' | 'void';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const METHODS = ['cash', 'bank-transfer', 'card', 'wallet', 'payment-service'] as const;

/** A batch is asked for, and another person decides. */
export function MakeVouchers({ close }: { readonly close: () => void }): ReactNode {
  const words = useWords(VOUCHER_WORDS);
  const { zone } = useSession().utility;
  const [batch, setBatch] = useState('');
  const [count, setCount] = useState('100');
  const [text, setText] = useState('');
  const [until, setUntil] = useState('');
  const [why, setWhy] = useState('');
  const value = useParsedMoney(text);
  const asking = useDoing<ApprovalJson>(
    (once) => {
      const body = { batch: batch.trim(), count: Number(count), value, why: why.trim() };
      // As long as that day is one where the utility is, wherever somebody asks for them.
      const expiresAt = new Date(instantOf({ date: daysBefore(until, -1), minute: 0 }, zone) - 1).toISOString();
      return change('/voucher-batches', { method: 'POST', once, body: { ...body, expiresAt } });
    },
    () => {
      say(words.asked);
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    asking.mutate();
  };
  const isWhole = batch.trim() !== '' && /^[1-9]\d{0,3}$/.test(count) && value !== undefined && DAY.test(until);
  return (
    <Dialog isOpen close={close} title={words.make}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.makeNote}</Text>
          <TextInput
            label={words.batch}
            description={words.batchHint}
            required
            data-autofocus
            autoCapitalize="none"
            maxLength={24}
            value={batch}
            onChange={({ currentTarget }) => setBatch(currentTarget.value)}
          />
          <SimpleGrid cols={2} spacing="sm">
            <Count label={words.count} value={count} onChange={setCount} />
            <MoneyField label={words.value} value={text} onChange={setText} />
          </SimpleGrid>
          <TextInput
            label={words.expires}
            type="date"
            required
            value={until}
            onChange={({ currentTarget }) => setUntil(currentTarget.value)}
          />
          <Why value={why} onChange={setWhy} />
          <RefusalLine error={asking.error} />
          <Submit
            label={words.make}
            isPending={asking.isPending}
            disabled={!isWhole || why.trim() === ''}
            cancel={close}
          />
        </Stack>
      </form>
    </Dialog>
  );
}

interface SomeVouchersProps {
  readonly act: VoucherAct;
  readonly batch: VoucherBatchJson;
  readonly close: () => void;
}

/** Something is done with some of a batch that follow each other. */
export function SomeVouchers({ act, batch, close }: SomeVouchersProps): ReactNode {
  const words = useWords(VOUCHER_WORDS);
  const [first, setFirst] = useState('1');
  const [last, setLast] = useState(String(batch.count));
  const [agent, setAgent] = useState('');
  const [method, setMethod] = useState<string>(METHODS[0]);
  const [why, setWhy] = useState('');
  const range = { batch: batch.id, first: Number(first), last: Number(last) };
  const doing = useDoing<ApprovalJson | VouchersChangedJson>(
    (once) => {
      switch (act) {
        case 'sell': {
          const to = agent === '' ? { method } : { agent };
          return change('/vouchers/sales', { method: 'POST', once, body: { ...range, ...to } });
        }
        case 'block':
        case 'unblock':
          return change('/vouchers/block', { method: 'POST', once, body: { ...range, blocked: act === 'block' } });
        case 'void':
          return change('/vouchers/void', { method: 'POST', once, body: { ...range, why: why.trim() } });
      }
    },
    () => {
      say(act === 'void' ? words.asked : words.done);
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    doing.mutate();
  };
  const isRange = range.first >= 1 && range.last >= range.first && range.last <= batch.count;
  return (
    <Dialog isOpen close={close} title={`${words.titles[act]}: ${batch.id}`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.notes[act]}</Text>
          <SimpleGrid cols={2} spacing="sm">
            <Count label={words.first} value={first} onChange={setFirst} />
            <Count label={words.last} value={last} onChange={setLast} />
          </SimpleGrid>
          {act === 'sell' && <To {...{ agent, setAgent, method, setMethod }} />}
          {act === 'void' && <Why value={why} onChange={setWhy} />}
          <RefusalLine error={doing.error} />
          <Submit
            label={words.titles[act]}
            isPending={doing.isPending}
            disabled={!isRange || (act === 'void' && why.trim() === '')}
            cancel={close}
          />
        </Stack>
      </form>
    </Dialog>
  );
}

interface ToProps {
  readonly agent: string;
  readonly setAgent: (id: string) => void;
  readonly method: string;
  readonly setMethod: (method: string) => void;
}

/** Who takes them, and how they are paid where it is no agent. */
function To({ agent, setAgent, method, setMethod }: ToProps): ReactNode {
  const words = useWords(VOUCHER_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const agents = usePages<AgentJson>('/agents');
  return (
    <>
      <Select
        label={words.agent}
        data={[
          { value: '', label: words.nobody },
          ...(agents.items ?? [])
            .filter(({ closedAt }) => closedAt === undefined)
            .map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={agent}
        onChange={(value) => setAgent(value ?? '')}
        allowDeselect={false}
      />
      {agent === '' && (
        <Select
          label={words.method}
          data={METHODS.map((value) => ({ value, label: methods[value] }))}
          value={method}
          onChange={(value) => setMethod(value ?? METHODS[0])}
          allowDeselect={false}
        />
      )}
    </>
  );
}

interface FieldProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
}

const Count = ({ label, value, onChange }: FieldProps & { readonly label: string }): ReactNode => (
  <TextInput
    label={label}
    required
    inputMode="numeric"
    maxLength={4}
    value={value}
    onChange={({ currentTarget }) => onChange(currentTarget.value)}
  />
);

function Why({ value, onChange }: FieldProps): ReactNode {
  const words = useWords(VOUCHER_WORDS);
  return (
    <TextInput
      label={words.why}
      description={words.whyHint}
      required
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
