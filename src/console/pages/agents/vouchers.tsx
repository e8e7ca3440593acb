import { Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { VoucherBatchJson } from '../../../api/index.ts';
import { fill, VOUCHER_WORDS } from '../../../words/index.ts';
import { changeForFile } from '../../ask.ts';
import { dateOf } from '../../civil.ts';
import { useDoing } from '../../doing.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { keep } from '../../parts/download.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { useMay, useSession } from '../../session.tsx';
import { FindVoucher } from './find-voucher.tsx';
import { MakeVouchers, SomeVouchers, type VoucherAct } from './voucher-acts.tsx';

/** Batches of vouchers: asked for, printed once, sold, blocked and made void. */
export function Vouchers(): ReactNode {
  const words = useWords(VOUCHER_WORDS);
  const { day, dateOfYear } = useFormat();
  const { zone } = useSession().utility;
  const [isMaking, setMaking] = useState(false);
  const mayMake = useMay('proposeVoucherBatch') !== undefined;
  const mayFind = useMay('readVoucher') !== undefined;
  const batches = usePages<VoucherBatchJson>('/voucher-batches', { live: true });
  return (
    <Panel>
      <Stack gap="md">
        <Group justify="space-between" align="start" wrap="nowrap">
          <Text size="sm">{words.note}</Text>
          {mayMake && (
            <Button size="xs" style={{ flexShrink: 0 }} onClick={() => setMaking(true)}>
              {words.make}
            </Button>
          )}
        </Group>
        {isMaking && <MakeVouchers close={() => setMaking(false)} />}
        {mayFind && <FindVoucher />}
        <Rows of={batches} waiting={words.note} blank={words.none}>
          {(items) => (
            <DataTable
              label={words.tab}
              items={items}
              keyOf={({ id }) => id}
              columns={[
                { head: words.batch, cell: ({ id }) => id },
                { head: words.count, cell: ({ count }) => count, isFigure: true },
                { head: words.value, cell: ({ value }) => <Money tokens={value} />, isFigure: true },
                { head: words.expires, cell: ({ expiresAt }) => dateOfYear(dateOf(expiresAt, zone)) },
                {
                  head: words.state,
                  cell: ({ printedAt }) =>
                    printedAt === undefined ? words.toPrint : fill(words.printed, day(printedAt)),
                },
                { head: words.acts, cell: (batch) => <Acts batch={batch} /> },
              ]}
            />
          )}
        </Rows>
      </Stack>
    </Panel>
  );
}

const ACTS = ['sell', 'block', 'unblock', 'void'] as const satisfies readonly VoucherAct[];

function Acts({ batch }: { readonly batch: VoucherBatchJson }): ReactNode {
  const words = useWords(VOUCHER_WORDS);
  const [act, setAct] = useState<VoucherAct | 'print'>();
  const may: Readonly<Record<VoucherAct | 'print', boolean>> = {
    print: useMay('printVouchers') !== undefined,
    sell: useMay('sellVouchers') !== undefined,
    block: useMay('blockVouchers') !== undefined,
    unblock: useMay('blockVouchers') !== undefined,
    void: useMay('proposeVoucherVoid') !== undefined,
  };
  const close = () => setAct(undefined);
  const acts = (batch.printedAt === undefined ? (['print'] as const) : ACTS).filter((each) => may[each]);
  return (
    <Group gap={6}>
      {acts.map((each) => (
        <Button key={each} size="compact-xs" variant="default" onClick={() => setAct(each)}>
          {each === 'print' ? words.print : words.titles[each]}
        </Button>
      ))}
      {act === 'print' && <Print batch={batch} close={close} />}
      {act !== undefined && act !== 'print' && <SomeVouchers act={act} batch={batch} close={close} />}
    </Group>
  );
}

interface PrintProps {
  readonly batch: VoucherBatchJson;
  readonly close: () => void;
}

function Print({ batch: { id }, close }: PrintProps): ReactNode {
  const words = useWords(VOUCHER_WORDS);
  const shared = useConsoleWords();
  const printing = useDoing<Blob>(
    () => changeForFile(`/voucher-batches/${id}/numbers`),
    (blob) => {
      keep(blob, `${id}.csv`);
      close();
    },
  );
  return (
    <Dialog isOpen close={close} title={words.print}>
      <Stack gap="sm">
        <Text size="sm">{words.printNote}</Text>
        <Text size="sm">{words.printAgain}</Text>
        <RefusalLine error={printing.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {shared.cancel}
          </Button>
          <Button loading={printing.isPending} onClick={() => printing.mutate()}>
            {words.print}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
