import { Button, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AgentJson, CardLookupJson, LookupJson, VendJson } from '../../../api/index.ts';
import { CARD_WORDS, fill, RECEIPT_WORDS, SELLING_WORDS, VEND_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { meterNumberOf } from '../../meter-number.ts';
import { MoneyField, RefusalLine, useParsedMoney } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { useRead } from '../../reads.ts';
import { useCardLookups } from '../../sale/card-lookups.ts';
import { isCardNumber } from '../cards/address.ts';

interface VendFormProps {
  readonly agent: AgentJson;
  readonly onSold: (vend: VendJson) => void;
}

/** Of what a card carries nothing is owed. */
const NO_DUES: LookupJson['due'] = { arrears: '0', fixedCharge: '0' };
const METHODS = ['cash', 'card', 'wallet'] as const;

/** Whose meter or card it is as far as a shop may know, and then what is paid. One reference sells once, whatever is pressed. */
export function VendForm({ agent, onSold }: VendFormProps): ReactNode {
  const words = useWords(VEND_WORDS);
  const selling = useWords(SELLING_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const { regions } = useWords(CARD_WORDS);
  const { money } = useFormat();
  const [typed, setTyped] = useState('');
  const [text, setText] = useState('');
  const [method, setMethod] = useState<string>('cash');
  const meter = meterNumberOf(typed);
  const number = typed.trim().toLowerCase();
  const card = isCardNumber(number) ? number : undefined;
  const isNumber = meter !== undefined;
  const cards = useCardLookups(card);
  const [chosen, setChosen] = useState<string>();
  const lookup = useRead<LookupJson>('/vend/lookup', { query: { meter }, enabled: isNumber });
  const found = isNumber && lookup.error === null && lookup.data?.meter === meter ? lookup.data : undefined;
  const purse = cards.found.find(({ region }) => region === chosen) ?? cards.found[0];
  const whose = card === undefined ? found : purse;
  const paid = useParsedMoney(text);
  const to = card === undefined ? { meter } : { card, region: purse?.region };
  const doing = useDoing<VendJson>(
    (once) => change('/vend/vends', { method: 'POST', once, body: { ...to, paid, method } }),
    onSold,
  );
  const isOpen = doing.error?.code === 'away';
  const canSell = whose?.takesValue === true && paid !== undefined && paid !== '0' && agent.closedAt === undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (canSell) doing.mutate();
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
            maxLength={14}
            disabled={isOpen}
            required
          />
          {isNumber && <RefusalLine error={lookup.error} />}
          {card !== undefined && purse === undefined && <RefusalLine error={cards.error} />}
          {whose !== undefined && <Whose lookup={whose} />}
          {card !== undefined && purse !== undefined && (
            <Select
              label={words.region}
              data={cards.found.map(({ region, provider }) => ({
                value: region,
                label: `${regions[region]} · ${provider}`,
              }))}
              value={purse.region}
              onChange={(region) => setChosen(region ?? undefined)}
              allowDeselect={false}
              disabled={isOpen}
            />
          )}
          {whose?.takesValue === true && (
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

function Whose({ lookup }: { readonly lookup: LookupJson | CardLookupJson }): ReactNode {
  const words = useWords(VEND_WORDS);
  const { arrears, fixedCharge } = 'due' in lookup ? lookup.due : NO_DUES;
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
          {'card' in lookup ? words.cardRefuses : words.refusesValue}
        </Text>
      )}
    </div>
  );
}
