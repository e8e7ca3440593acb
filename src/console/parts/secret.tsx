import { Button, Code, CopyButton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { KEYS_WORDS } from '../../words/index.ts';
import { useWords } from '../locale.tsx';

/** What is shown once and never again. */
export function Secret({ value }: { readonly value: string }): ReactNode {
  const words = useWords(KEYS_WORDS);
  return (
    <Stack gap="sm">
      <Text size="sm">{words.once}</Text>
      <Code block style={{ wordBreak: 'break-all', whiteSpace: 'pre-wrap' }}>
        {value}
      </Code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button size="xs" variant="default" onClick={copy}>
            {copied ? words.copied : words.copy}
          </Button>
        )}
      </CopyButton>
    </Stack>
  );
}
