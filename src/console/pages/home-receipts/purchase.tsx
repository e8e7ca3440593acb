import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PurchaseJson, ReceiptJson } from '../../../api/index.ts';
import { fill, HOME_RECEIPTS_WORDS, RECEIPT_WORDS } from '../../../words/index.ts';
import { useFormat, useLocale, useWords } from '../../locale.tsx';
import { DownloadButton } from '../../parts/download.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { SaleLines } from '../../sale/sale.tsx';
import { useMay } from '../../session.tsx';

/** One purchase: each line of what was paid, how, and its receipts to keep. */
export function Purchase({ order }: { readonly order: string }): ReactNode {
  const words = useWords(HOME_RECEIPTS_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const path = `/purchases/${encodeURIComponent(order)}`;
  const purchase = useRead<PurchaseJson>(path);
  if (purchase.error?.code === 'order-unknown') return <Text size="sm">{words.noSale}</Text>;
  return (
    <Loaded of={purchase} waiting={words.receiptWaiting}>
      {(bought) => (
        <Stack gap="sm">
          <div>
            <SaleLines parts={bought} />
            <Text size="xs" className="quiet" ta="right">
              {methods[bought.method]}
            </Text>
          </div>
          <Receipts path={`${path}/receipts`} />
        </Stack>
      )}
    </Loaded>
  );
}

/** The last stands; those before it say what was true when they were given. */
function Receipts({ path }: { readonly path: string }): ReactNode {
  const words = useWords(HOME_RECEIPTS_WORDS);
  const receipts = useRead<{ readonly items: readonly ReceiptJson[] }>(path, { live: true });
  return (
    <Loaded of={receipts} waiting={words.receiptWaiting}>
      {({ items }) =>
        items.length === 0 ? (
          <Text size="sm" className="quiet">
            {words.unsigned}
          </Text>
        ) : (
          <Stack gap="md">
            {items.toReversed().map((receipt, i) => (
              <Receipt key={receipt.number} path={path} receipt={receipt} stands={i === 0} />
            ))}
          </Stack>
        )
      }
    </Loaded>
  );
}

interface ReceiptProps {
  readonly path: string;
  readonly receipt: ReceiptJson;
  readonly stands: boolean;
}

function Receipt({ path, receipt: { number, issuedAt }, stands }: ReceiptProps): ReactNode {
  const words = useWords(HOME_RECEIPTS_WORDS);
  const { number: numberWord } = useWords(RECEIPT_WORDS);
  const { exact } = useFormat();
  const { language } = useLocale();
  const mayTake = useMay('readReceipt') !== undefined;
  const one = `${path}/${encodeURIComponent(number)}`;
  return (
    <Stack gap={4}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {numberWord} <b>{number}</b> · {stands ? words.stands : words.replaced}
      </Text>
      <Text size="xs" className="quiet">
        {fill(words.issued, exact(issuedAt))}
      </Text>
      {mayTake && (
        <Group gap="xs">
          <DownloadButton
            label={words.pdf}
            path={one}
            query={{ form: 'pdf', language }}
            file={`receipt-${number}.pdf`}
          />
          <DownloadButton label={words.text} path={one} query={{ form: 'text' }} file={`receipt-${number}.txt`} />
        </Group>
      )}
    </Stack>
  );
}
