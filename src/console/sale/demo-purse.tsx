import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PaymentPortJson } from '../../api/index.ts';
import { fill, HOME_BUY_WORDS } from '../../words/index.ts';
import { useDemo } from '../demo.ts';
import { useWords } from '../locale.tsx';

interface DemoPurseProps {
  readonly method: PaymentPortJson['method'];
  readonly use: (account: string) => void;
}

/** In a demo nobody has a card that its acquirer knows, nor a mandate of its bank: here is one. */
export function DemoPurse({ method, use }: DemoPurseProps): ReactNode {
  const words = useWords(HOME_BUY_WORDS);
  const purse = useDemo()?.purses.find((each) => each.method === method);
  if (purse === undefined) return null;
  return (
    <Group gap="xs">
      <Text size="sm">{words.demoPurse}</Text>
      <Button variant="default" size="compact-sm" onClick={() => use(purse.account)}>
        {fill(words.demoPurseUse, purse.account)}
      </Button>
    </Group>
  );
}
