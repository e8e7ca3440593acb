import { Button, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AgentJson, LookupJson, VendJson } from '../../../api/index.ts';
import { fill, RECEIPT_WORDS, SELLING_WORDS, VEND_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { meterNumberOf } from '../../meter-number.ts';
import { MoneyField, RefusalLine, useParsedMoney } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { useRead } from '../../reads.ts';

interface VendFormProps {
  readonly agent: AgentJson;
  readonly onSold: (vend: VendJson) => void;
}

const METHODS = ['cash', 'card', 'wallet'] as const;

/** Whose meter it is as far as a shop may know, and then what is paid. One reference sells once, whatever is pressed. */
export function VendForm({ agent, onSold }: VendFormProps): ReactNode {
  const words = useWords(VEND_WORDS);
  const selling = useWords(SELLING_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const { money } = useFormat();
  const [typed, setTyped] = useState('');
  const [text, setText] = useState('');
  const [method, setMethod] = useState<string>('cash');
  const meter = meterNumberOf(typed);
  const isNumber = meter !== undefined;
  const lookup = useRead<LookupJson>('/vend/lookup', { query: { meter }, enabled: isNumber });
  const found = isNumber && lookup.error === null && lookup.data?.meter === meter ? lookup.data : undefined;
  const paid = useParsedMoney(text);
  const doing = useDoing<VendJson>(
    (once) => change('/vend/vends', { method: 'POST', once, body: { meter, paid, method } }),
    onSold,
  );
  const isOpen = doing.error?.code === 'away';
  const canSell = found?.takesValue === true && paid !== undefined && paid !== '0' && agent.closedAt === undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (canSell && !doing.isPending) doing.mutate();
  };
  return (
    <Panel>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={words.number}
            description={words.numberHint}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            maxLength={6}
            disabled={isOpen}
            required
          />
          {isNumber && <RefusalLine error={lookup.error} />}
          {found !== undefined && <Whose lookup={found} />}
          {found?.takesValue === true && (
            <>
              <MoneyField label={selling.amount} value={text} onChange={setText} disabled={isOpen} />
              <Select
                label={selling.method}
                data={METHODS.map((value) => ({ value, label: methods[value] }))}
                value={method}
                onChange={(value) => setMethod(value ?? 'cash')}
                allowDeselect={false}
                disabled={isOpen}
              />
              <RefusalLine error={doing.error} />
              <Button type="submit" size="md" loading={doing.isPending} disabled={!canSell}>
                {canSell && paid !== undefined ? fill(selling.sell, money(paid)) : selling.sellPlain}
              </Button>
            </>
          )}
        </Stack>
      </form>
    </Panel>
  );
}

function Whose({ lookup }: { readonly lookup: LookupJson }): ReactNode {
  const words = useWords(VEND_WORDS);
  const { arrears, fixedCharge } = lookup.due;
  const owes = arrears !== '0' || fixedCharge !== '0';
  return (
    <div>
      <Text size="xs" className="quiet">
        {words.whose}
      </Text>
      <Text fw={650} fz="lg">
        {lookup.name}
      </Text>
      {owes && (
        <>
          <Facts
            of={[
              arrears !== '0' && { label: words.due, value: <Money tokens={arrears} /> },
              fixedCharge !== '0' && { label: words.fixedDue, value: <Money tokens={fixedCharge} /> },
            ]}
          />
          <Text size="xs" className="quiet" mt={4}>
            {words.dueHint}
          </Text>
        </>
      )}
      {!lookup.takesValue && (
        <Text size="sm" role="alert" mt="xs">
          {words.refusesValue}
        </Text>
      )}
    </div>
  );
}
