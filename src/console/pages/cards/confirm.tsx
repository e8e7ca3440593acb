import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import { APPROVAL_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';

interface Props {
  /** On the button, and above the question. */
  readonly label: string;
  readonly ask: string;
  /** What is posted once it is confirmed. */
  readonly path: string;
  readonly body?: object;
  /** Another person decides it, and reads a reason, which is posted as `why`. */
  readonly needsReason?: boolean;
  readonly isSmall?: boolean;
}

/** Something that is done to a card, or asked for, after whoever does it has read what it means. */
export function Confirmed({ label, isSmall = false, ...asked }: Props): ReactNode {
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button size={isSmall ? 'compact-xs' : 'xs'} variant="default" onClick={open}>
        {label}
      </Button>
      <Dialog isOpen={isOpen} close={close} title={label}>
        <Question label={label} close={close} {...asked} />
      </Dialog>
    </>
  );
}

function Question({
  label,
  ask,
  path,
  body,
  needsReason = false,
  close,
}: Omit<Props, 'isSmall'> & { readonly close: () => void }): ReactNode {
  const words = useWords(APPROVAL_WORDS);
  const [why, setWhy] = useState('');
  const posted = needsReason ? { ...body, why: why.trim() } : body;
  const doing = useDoing<unknown>(
    (once) => change(path, { method: 'POST', once, ...(posted !== undefined && { body: posted }) }),
    close,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    doing.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">{ask}</Text>
        {needsReason && (
          <TextInput
            label={words.why}
            description={words.whyHint}
            required
            maxLength={128}
            value={why}
            onChange={({ currentTarget }) => setWhy(currentTarget.value)}
          />
        )}
        <RefusalLine error={doing.error} />
        <Submit label={label} isPending={doing.isPending} cancel={close} />
      </Stack>
    </form>
  );
}
