import { Checkbox, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { MessageChoiceJson, MessageJson } from '../../../api/index.ts';
import { LANGUAGE_NAMES, LANGUAGES, MESSAGE_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useLocale, useWords } from '../../locale.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { When } from '../../parts/figures.tsx';
import { MessageState } from '../../parts/message-state.tsx';
import { Panel } from '../../parts/page.tsx';
import { Loaded, Unread } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useNow } from '../../time.ts';

const CAUSES = ['value-stored', 'balance-low', 'cut-near'] as const;
const TOLD_SHOWN = 3;

/** Of what a household wants to be told on its telephone, and what it was told last. */
export function MessagesChosen({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(MESSAGE_WORDS);
  const read = useRead<MessageChoiceJson>(`/meters/${meter}/message-choice`);
  const isNew = read.error?.code === 'message-choice-unknown';
  return (
    <Panel title={words.choice}>
      {read.error?.code === 'not-found' ? (
        <Text size="sm">{words.noCarrier}</Text>
      ) : isNew ? (
        <ChoiceForm key={meter} meter={meter} chosen={undefined} />
      ) : (
        <Loaded of={read}>{(chosen) => <ChoiceForm key={meter} meter={meter} chosen={chosen} />}</Loaded>
      )}
      <Told meter={meter} />
    </Panel>
  );
}

interface ChoiceFormProps {
  readonly meter: string;
  readonly chosen: MessageChoiceJson | undefined;
}

function ChoiceForm({ meter, chosen }: ChoiceFormProps): ReactNode {
  const words = useWords(MESSAGE_WORDS);
  const { language: shown } = useLocale();
  const [number, setNumber] = useState(chosen?.number ?? '');
  const [language, setLanguage] = useState(chosen?.language ?? shown);
  const [causes, setCauses] = useState<readonly MessageChoiceJson['causes'][number][]>(chosen?.causes ?? []);
  const body = { number: number.replace(/^\+/, '').replaceAll(/[\s-]/g, ''), language, causes };
  const saving = useDoing<MessageChoiceJson>((once) =>
    change(`/meters/${meter}/message-choice`, { method: 'PUT', once, body }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Checkbox.Group
          label={words.choiceNote}
          value={[...causes]}
          onChange={(ticked) => setCauses(CAUSES.filter((cause) => ticked.includes(cause)))}
        >
          <Stack gap={6} mt={6}>
            {CAUSES.map((cause) => (
              <Checkbox key={cause} value={cause} label={words.causes[cause]} />
            ))}
          </Stack>
        </Checkbox.Group>
        <TextInput
          label={words.number}
          description={words.numberHint}
          inputMode="tel"
          autoComplete="tel"
          required
          value={number}
          onChange={({ currentTarget }) => setNumber(currentTarget.value)}
        />
        <Select
          label={words.language}
          data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          value={language}
          allowDeselect={false}
          onChange={(picked) => setLanguage(LANGUAGES.find((each) => each === picked) ?? language)}
        />
        <RefusalLine error={saving.error} />
        {saving.isSuccess && (
          <Text size="sm" role="status">
            {saving.data.causes.length === 0 ? words.off : words.saved}
          </Text>
        )}
        <Submit label={words.save} isPending={saving.isPending} disabled={number.trim() === ''} />
      </Stack>
    </form>
  );
}

function Told({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(MESSAGE_WORDS);
  const now = useNow();
  const read = useRead<{ readonly items: readonly MessageJson[] }>(`/meters/${meter}/messages`, {
    query: { limit: TOLD_SHOWN },
    live: true,
  });
  const { data } = read;
  if (data === undefined) return <Unread of={read} what={words.told} />;
  if (data.items.length === 0) return null;
  return (
    <Stack gap="xs" mt="md">
      <Text size="xs" className="quiet">
        {words.told}
      </Text>
      {data.items.map((message) => (
        <div key={message.id}>
          <Text size="sm">{message.text}</Text>
          <Text size="xs" className="quiet" component="div">
            <When at={message.at} now={now} /> <MessageState message={message} />
          </Text>
        </div>
      ))}
    </Stack>
  );
}
