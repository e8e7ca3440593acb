import { Anchor, Group, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo } from 'react';
import type { ReceiptJson } from '../../api/index.ts';
import { SELLING_WORDS } from '../../words/index.ts';
import type { Refusal } from '../ask.ts';
import { useFormat, useWords } from '../locale.tsx';
import { Loaded } from '../parts/states.tsx';

interface ReceiptsProps {
  readonly of: UseQueryResult<{ readonly items: readonly ReceiptJson[] }, Refusal>;
}

/** The signed receipts of a sale: the last one stands. Each can be kept as a file that proves itself. */
export function Receipts({ of }: ReceiptsProps): ReactNode {
  const words = useWords(SELLING_WORDS);
  return (
    <Loaded of={of}>
      {({ items }) =>
        items.length === 0 ? (
          <Text size="sm" className="quiet">
            {words.noReceipt}
          </Text>
        ) : (
          <Stack gap={6}>
            {items.map((receipt) => (
              <ReceiptRow key={receipt.number} receipt={receipt} />
            ))}
          </Stack>
        )
      }
    </Loaded>
  );
}

function ReceiptRow({ receipt: { number, issuedAt, signed } }: { readonly receipt: ReceiptJson }): ReactNode {
  const words = useWords(SELLING_WORDS);
  const { exact } = useFormat();
  const url = useMemo(() => URL.createObjectURL(new Blob([signed], { type: 'application/json' })), [signed]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return (
    <Group justify="space-between" wrap="nowrap" gap="sm">
      <div style={{ minWidth: 0 }}>
        <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
          {number}
        </Text>
        <Text size="xs" className="quiet">
          {exact(issuedAt)}
        </Text>
      </div>
      <Anchor href={url} download={`receipt-${number}.json`} size="sm" className="no-print">
        {words.save}
      </Anchor>
    </Group>
  );
}
