import { Checkbox, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import type { CardJson } from '../../../api/index.ts';
import { CARD_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { Unread } from '../../parts/states.tsx';
import { cardAddress, isCardNumber } from './address.ts';
import { KeyField, keyOf } from './key-field.tsx';
import { useProviders } from './providers.ts';

interface Props {
  readonly isOpen: boolean;
  readonly close: () => void;
}

/** Writes down whose a personalised card is, and goes on to its page. */
export function IssueCard({ isOpen, close }: Props): ReactNode {
  const words = useWords(CARD_WORDS);
  const go = useNavigate();
  const { read, nameOf } = useProviders();
  const providers = read.data?.items ?? [];
  const [number, setNumber] = useState('');
  const [subscriber, setSubscriber] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [key, setKey] = useState('');
  const n = keyOf(key);
  const regions = providers
    .filter(({ id }) => chosen.includes(id))
    .map(({ id, region }) => ({ region, provider: id, n }));
  const issuing = useDoing<CardJson>(
    () => change('/cards', { method: 'POST', body: { number: number.trim(), subscriber: subscriber.trim(), regions } }),
    (card) => go(cardAddress(card.number)),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    issuing.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={words.issue}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.issueHint}</Text>
          <CardNumberField label={words.number} value={number} onChange={setNumber} />
          <TextInput
            label={words.subscriber}
            required
            autoCapitalize="none"
            value={subscriber}
            onChange={({ currentTarget }) => setSubscriber(currentTarget.value)}
          />
          <Checkbox.Group label={words.regionsOn} required value={[...chosen]} onChange={setChosen}>
            <Stack gap={6} mt={4}>
              {providers.map(({ id }) => (
                <Checkbox key={id} value={id} label={nameOf(id)} />
              ))}
              <Unread of={read} />
              {read.data?.items.length === 0 && (
                <Text size="sm" className="quiet">
                  {words.noProvider}
                </Text>
              )}
            </Stack>
          </Checkbox.Group>
          <KeyField value={key} onChange={setKey} />
          <RefusalLine error={issuing.error} />
          <Submit
            label={words.issue}
            isPending={issuing.isPending}
            disabled={!isCardNumber(number.trim()) || regions.length === 0 || n === undefined}
            cancel={close}
          />
        </Stack>
      </form>
    </Dialog>
  );
}

interface CardNumberProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

export function CardNumberField({ label, value, onChange }: CardNumberProps): ReactNode {
  const words = useWords(CARD_WORDS);
  return (
    <TextInput
      label={label}
      description={words.numberHint}
      required
      data-autofocus
      autoCapitalize="none"
      autoComplete="off"
      maxLength={14}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      error={value.length === 14 && !isCardNumber(value) && words.numberWrong}
    />
  );
}
