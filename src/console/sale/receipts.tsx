import { Anchor, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useMemo } from 'react';
import type { ReceiptJson } from '../../api/index.ts';
import { SELLING_WORDS } from '../../words/index.ts';
import { useFormat, useWords } from '../locale.tsx';

/** The signed receipts of a sale: the last one stands. Each can be kept as a file that proves itself. */
export function Receipts({ of }: { readonly of: readonly ReceiptJson[] }): ReactNode {
  const words = useWords(SELLING_WORDS);
  if (of.length === 0) {
    return (
      <Text size="sm" className="quiet">
        {words.noReceipt}
      </Text>
    );
  }
  return (
    <Stack gap={6}>
      {of.map((receipt) => (
        <ReceiptRow key={receipt.number} receipt={receipt} />
      ))}
    </Stack>
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
