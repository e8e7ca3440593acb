import { Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { CardProviderJson } from '../../../api/index.ts';
import { CARD_PROVIDER_WORDS, CARD_WORDS, fill } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { decimalText } from '../../format.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit, useParsedMoney } from '../../parts/fields.tsx';
import { useSession } from '../../session.tsx';
import { wholeWithin } from './whole.ts';

const UTILITY = { least: 0, most: 65_535 };
const DAYS = { least: 1, most: 3_660 };
const REGIONS = ['gas', 'water', 'hotWater', 'heat', 'electricity', 'payTv'] as const;

interface AddProps {
  readonly isOpen: boolean;
  readonly close: () => void;
}

/** Says whose the value in one region of cards is, and on what terms it may be spent where nobody can ask. */
export function AddProvider({ isOpen, close }: AddProps): ReactNode {
  const words = useWords(CARD_PROVIDER_WORDS);
  const { regions } = useWords(CARD_WORDS);
  const [name, setName] = useState('');
  const [region, setRegion] = useState<string | null>(null);
  const [utilityText, setUtility] = useState('');
  const [account, setAccount] = useState('');
  const utility = wholeWithin(utilityText, UTILITY);
  const terms = useTerms();
  const adding = useDoing<CardProviderJson>(
    () => {
      const who = { name: name.trim(), account: account.trim(), utility, region };
      return change('/card-providers', { method: 'POST', body: { ...who, ...terms.body } });
    },
    () => {
      setName('');
      setRegion(null);
      setAccount('');
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={words.add}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.addHint}</Text>
          <TextInput
            label={words.name}
            required
            data-autofocus
            autoComplete="off"
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <Select
            label={words.region}
            required
            data={REGIONS.map((value) => ({ value, label: regions[value] }))}
            value={region}
            onChange={setRegion}
            allowDeselect={false}
          />
          <TextInput
            label={words.utility}
            description={words.utilityHint}
            required
            inputMode="numeric"
            autoComplete="off"
            value={utilityText}
            onChange={({ currentTarget }) => setUtility(currentTarget.value)}
            error={utilityText.trim() !== '' && utility === undefined && words.utilityWrong}
          />
          <TextInput
            label={words.account}
            description={words.accountHint}
            required
            autoComplete="off"
            value={account}
            onChange={({ currentTarget }) => setAccount(currentTarget.value)}
          />
          {terms.fields}
          <RefusalLine error={adding.error} />
          <Submit
            label={words.add}
            isPending={adding.isPending}
            disabled={
              name.trim() === '' ||
              account.trim() === '' ||
              region === null ||
              utility === undefined ||
              terms.body === undefined
            }
            cancel={close}
          />
        </Stack>
      </form>
    </Dialog>
  );
}

interface ChangeProps {
  readonly provider: CardProviderJson;
  readonly close: () => void;
}

/** Other terms for the tickets that come. */
export function ChangeProvider({ provider, close }: ChangeProps): ReactNode {
  const words = useWords(CARD_PROVIDER_WORDS);
  const terms = useTerms(provider);
  const changing = useDoing<CardProviderJson>(
    () => change(`/card-providers/${provider.id}`, { method: 'PATCH', body: terms.body ?? {} }),
    close,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changing.mutate();
  };
  return (
    <Dialog isOpen close={close} title={fill(words.changeTitle, provider.name)}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.changeHint}</Text>
          {terms.fields}
          <RefusalLine error={changing.error} />
          <Submit
            label={words.save}
            isPending={changing.isPending}
            disabled={terms.body === undefined}
            cancel={close}
          />
        </Stack>
      </form>
    </Dialog>
  );
}

interface Terms {
  readonly fields: ReactNode;
  /** As the API takes them; undefined until both are what it takes. */
  readonly body: { readonly ticketLimit: string; readonly ticketDays: number } | undefined;
}

/** Limit and days of a ticket, as somebody writes them. */
function useTerms(before?: CardProviderJson): Terms {
  const words = useWords(CARD_PROVIDER_WORDS);
  const { utility } = useSession();
  const [limitText, setLimit] = useState(
    before === undefined ? '' : decimalText(before.ticketLimit, utility.currency.exponent),
  );
  const [daysText, setDays] = useState(before === undefined ? '' : String(before.ticketDays));
  const ticketLimit = useParsedMoney(limitText);
  const ticketDays = wholeWithin(daysText, DAYS);
  const isWhole = ticketLimit !== undefined && ticketLimit !== '0' && ticketDays !== undefined;
  return {
    body: isWhole ? { ticketLimit, ticketDays } : undefined,
    fields: (
      <>
        <MoneyField label={words.limit} description={words.limitHint} value={limitText} onChange={setLimit} />
        <TextInput
          label={words.days}
          required
          inputMode="numeric"
          autoComplete="off"
          value={daysText}
          onChange={({ currentTarget }) => setDays(currentTarget.value)}
          error={daysText.trim() !== '' && ticketDays === undefined && words.daysWrong}
        />
      </>
    ),
  };
}
