import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import type { ReceiptJson, VendJson } from '../../../api/index.ts';
import { fill, RECEIPT_WORDS, SELLING_WORDS, VEND_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { isVendOver, journeyOfVend } from '../../sale/journey.ts';
import { partsOfVend } from '../../sale/parts-of-sale.ts';
import { Receipts } from '../../sale/receipts.tsx';
import { Journey, SaleLines } from '../../sale/sale.tsx';
import { useVendPlace } from '../../sale/vend-table.tsx';
import { SellMore } from './vend.tsx';

/** What became of a sale of a shop, and what the shop may still do about it. */
export function VendSalePage(): ReactNode {
  const { reference = '' } = useParams();
  const words = useWords(VEND_WORDS);
  const path = `/vend/vends/${encodeURIComponent(reference)}`;
  const vend = useRead<VendJson>(path, { until: isVendOver });
  const receipts = useRead<{ readonly items: readonly ReceiptJson[] }>(`${path}/receipts`, { live: true });
  return (
    <Loaded of={vend} waiting={words.waiting}>
      {(found) => <Sale vend={found} receipts={receipts} />}
    </Loaded>
  );
}

interface SaleProps {
  readonly vend: VendJson;
  readonly receipts: Parameters<typeof Receipts>[0]['of'];
}

function Sale({ vend, receipts }: SaleProps): ReactNode {
  const words = useWords(VEND_WORDS);
  const selling = useWords(SELLING_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const { exact } = useFormat();
  const parts = partsOfVend(vend);
  const method = vend.purchase?.method ?? vend.cardOrder?.method;
  const placeOf = useVendPlace();
  return (
    <Page
      title={fill(words.title, placeOf(vend))}
      isNarrow
      actions={
        <Button size="xs" variant="default" className="no-print" onClick={() => print()}>
          {selling.print}
        </Button>
      }
    >
      <Panel>
        <Journey of={journeyOfVend(vend)} since={vend.at} isForCard={vend.card !== undefined} />
        <Acts vend={vend} />
      </Panel>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: 'start' }}>
        {parts !== undefined && (
          <Panel title={selling.made}>
            <SaleLines parts={parts} />
          </Panel>
        )}
        <Panel title={selling.receipt}>
          <Stack gap="md">
            <Facts
              of={[
                { label: words.reference, value: vend.reference },
                { label: words.place, value: placeOf(vend) },
                method !== undefined && { label: selling.method, value: methods[method] },
                { label: selling.soldAt, value: exact(vend.at) },
                { label: words.earned, value: <Money tokens={vend.commission} /> },
                vend.confirmedAt !== undefined && { label: words.confirmed, value: exact(vend.confirmedAt) },
                vend.reversedAt !== undefined && { label: words.reversedAt, value: exact(vend.reversedAt) },
              ]}
            />
            <Receipts of={receipts} />
          </Stack>
        </Panel>
      </SimpleGrid>
    </Page>
  );
}

const targetOf = ({ meter, card, region }: VendJson) => ({ meter, card, region });

/** Confirmation and reversal exclude each other, and neither has to be: who does nothing has sold. */
function Acts({ vend }: { readonly vend: VendJson }): ReactNode {
  const words = useWords(VEND_WORDS);
  const shared = useConsoleWords();
  const { money } = useFormat();
  const placeOf = useVendPlace();
  const [isAsking, { open, close }] = useDisclosure();
  const path = `/vend/vends/${encodeURIComponent(vend.reference)}`;
  const confirming = useDoing<VendJson>((once) => change(`${path}/confirmation`, { method: 'POST', once }));
  const reversing = useDoing<VendJson>(
    (once) => change(`${path}/reversal`, { method: 'POST', once, body: targetOf(vend) }),
    close,
  );
  const isOpen = vend.confirmedAt === undefined && vend.reversedAt === undefined;
  const canReverse = isOpen && vend.outcome === 'sold';
  return (
    <Stack gap="xs" mt="md" className="no-print">
      <Group gap="xs" justify="center">
        <SellMore />
        {isOpen && vend.outcome !== 'reversed' && vend.outcome !== 'reversing' && (
          <Button
            variant="default"
            title={words.confirmHint}
            loading={confirming.isPending}
            onClick={() => confirming.mutate()}
          >
            {words.confirm}
          </Button>
        )}
        {canReverse && (
          <Button variant="default" onClick={open}>
            {words.reverse}
          </Button>
        )}
      </Group>
      <RefusalLine error={confirming.error} />
      <Dialog isOpen={isAsking} close={close} title={words.reverse}>
        <Stack gap="sm">
          <Text size="sm">{fill(words.reverseAsk, money(vend.paid), placeOf(vend))}</Text>
          <RefusalLine error={reversing.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {shared.cancel}
            </Button>
            <Button loading={reversing.isPending} onClick={() => reversing.mutate()}>
              {words.reverse}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </Stack>
  );
}
