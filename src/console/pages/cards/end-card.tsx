import { Radio, Stack, Text } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { CardJson } from '../../../api/index.ts';
import { CARD_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { isCardNumber } from './address.ts';
import { CardNumberField } from './issue-card.tsx';

interface Props {
  readonly card: string;
  readonly isOpen: boolean;
  readonly close: () => void;
}

const ENDS = ['lost', 'blocked'] as const;

/** Ends a card for ever, with what that does and does not stop. */
export function EndCard({ card, isOpen, close }: Props): ReactNode {
  const words = useWords(CARD_WORDS);
  const [state, setState] = useState<string>('lost');
  const ending = useDoing<CardJson>(
    (once) => change(`/cards/${card}/block`, { method: 'POST', once, body: { state } }),
    close,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ending.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={words.end}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.endHint}</Text>
          <Radio.Group label={words.whyEnd} value={state} onChange={setState}>
            <Stack gap={6} mt={4}>
              {ENDS.map((end) => (
                <Radio key={end} value={end} label={words.states[end]} />
              ))}
            </Stack>
          </Radio.Group>
          <RefusalLine error={ending.error} />
          <Submit label={words.end} isPending={ending.isPending} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}

/** Puts another card in the place of one that ended; its value is given on afterwards, as the page says. */
export function ReplaceCard({ card, isOpen, close }: Props): ReactNode {
  const words = useWords(CARD_WORDS);
  const [by, setBy] = useState('');
  const replacing = useDoing<CardJson>(
    (once) => change(`/cards/${card}/replacement`, { method: 'POST', once, body: { by: by.trim() } }),
    close,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    replacing.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={words.replace}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.replaceHint}</Text>
          <CardNumberField label={words.newNumber} value={by} onChange={setBy} />
          <RefusalLine error={replacing.error} />
          <Submit
            label={words.replace}
            isPending={replacing.isPending}
            disabled={!isCardNumber(by.trim())}
            cancel={close}
          />
        </Stack>
      </form>
    </Dialog>
  );
}
