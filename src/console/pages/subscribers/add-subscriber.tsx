import { Stack, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import type { SubscriberJson } from '../../../api/index.ts';
import { SUBSCRIBER_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { subscriberAddress } from './address.ts';

interface Props {
  readonly isOpen: boolean;
  readonly close: () => void;
}

/** Adds somebody and goes on to their page, where a meter is enrolled for them. */
export function AddSubscriber({ isOpen, close }: Props): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const go = useNavigate();
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [contact, setContact] = useState('');
  const adding = useDoing<SubscriberJson>(
    () => change('/subscribers', { method: 'POST', body: { id: id.trim(), name: name.trim(), contact } }),
    (added) => go(subscriberAddress(added.id)),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={words.add}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={words.name}
            required
            data-autofocus
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <TextInput
            label={words.id}
            description={words.idHint}
            required
            value={id}
            onChange={({ currentTarget }) => setId(currentTarget.value)}
          />
          <TextInput
            label={words.contact}
            value={contact}
            onChange={({ currentTarget }) => setContact(currentTarget.value)}
          />
          <RefusalLine error={adding.error} />
          <Submit label={words.add} isPending={adding.isPending} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
