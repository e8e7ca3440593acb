import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useConsoleWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine } from '../../parts/fields.tsx';

interface Props {
  /** On the button, and above the question. */
  readonly label: string;
  readonly ask: string;
  /** What is posted once it is confirmed. */
  readonly path: string;
  readonly body?: object;
  readonly isSmall?: boolean;
}

/** Something that is done to a card after whoever does it has read what it means. */
export function Confirmed({ label, ask, path, body, isSmall = false }: Props): ReactNode {
  const shared = useConsoleWords();
  const [isOpen, { open, close }] = useDisclosure();
  const doing = useDoing<unknown>(
    (once) => change(path, { method: 'POST', once, ...(body !== undefined && { body }) }),
    close,
  );
  return (
    <>
      <Button size={isSmall ? 'compact-xs' : 'xs'} variant="default" onClick={open}>
        {label}
      </Button>
      <Dialog isOpen={isOpen} close={close} title={label}>
        <Stack gap="sm">
          <Text size="sm">{ask}</Text>
          <RefusalLine error={doing.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {shared.cancel}
            </Button>
            <Button loading={doing.isPending} onClick={() => doing.mutate()}>
              {label}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </>
  );
}
