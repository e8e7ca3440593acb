import { Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useConsoleWords } from '../locale.tsx';

interface PageProps {
  readonly title: string;
  /** One line under the title: what the page is for, or what it shows at the moment. */
  readonly note?: ReactNode;
  /** What one can do with the whole page, at its right. */
  readonly actions?: ReactNode;
  /** Of a page that is a form: on a wide screen its label and its value stay together. */
  readonly isNarrow?: boolean;
  readonly children: ReactNode;
}

/** A page within the frame: one title, one line of note, and what follows. */
export function Page({ title, note, actions, isNarrow = false, children }: PageProps): ReactNode {
  const { product } = useConsoleWords();
  useEffect(() => {
    document.title = `${title} · ${product}`;
  }, [title, product]);
  return (
    <Stack gap="lg" maw={isNarrow ? 1_120 : undefined}>
      <Group justify="space-between" align="flex-end" wrap="wrap" gap="sm">
        <div>
          <Title order={1} size="h3">
            {title}
          </Title>
          {note !== undefined && (
            <Text size="sm" className="quiet">
              {note}
            </Text>
          )}
        </div>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

interface PanelProps {
  readonly title?: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page, on its own ground. */
export function Panel({ title, aside, children }: PanelProps): ReactNode {
  return (
    <section className="surface" aria-label={title} style={{ padding: 16, minWidth: 0 }}>
      {title !== undefined && (
        <Group justify="space-between" mb="sm" wrap="nowrap">
          <Title order={2} size="h6">
            {title}
          </Title>
          {aside}
        </Group>
      )}
      {children}
    </section>
  );
}
