import { Anchor, Button, Group, Stack, Table, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { MeterJson, OrderJson, ReceiptJson } from '../../../api/index.ts';
import { METER_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Money, When } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { usePages, useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { useNow } from '../../time.ts';

/** Orders that move value to the meter, with what became of each and its receipts. */
export function SalesTab({ meter: { number } }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const [shown, setShown] = useState<OrderJson>();
  const sales = usePages<OrderJson>(`/meters/${number}/orders`, {
    live: true,
  });
  return (
    <Panel title={words.tabs.sales}>
      <Rows of={sales} waiting={words.ordersWaiting} blank={words.noOrders}>
        {(items) => <Orders orders={items} show={setShown} />}
      </Rows>
      <Dialog isOpen={shown !== undefined} close={() => setShown(undefined)} title={words.receipts}>
        {shown !== undefined && <Receipts order={shown} />}
      </Dialog>
    </Panel>
  );
}

interface OrdersProps {
  readonly orders: readonly OrderJson[];
  readonly show: (order: OrderJson) => void;
}

function Orders({ orders, show }: OrdersProps): ReactNode {
  const words = useWords(METER_WORDS);
  const now = useNow();
  const mayList = useMay('listReceipts') !== undefined;
  return (
    <WideTable
      label={words.tabs.sales}
      minWidth={640}
      spacing={4}
      heads={[
        { head: words.at },
        { head: words.amount, isFigure: true },
        { head: words.state },
        { head: words.counter, isFigure: true },
        { head: words.order },
        { head: '', label: words.receipts },
      ]}
    >
      <Table.Tbody>
        {orders.map((order) => (
          <Table.Tr key={order.id}>
            <Table.Td>
              <When at={order.orderedAt} now={now} />
            </Table.Td>
            <Table.Td ta="right">
              <Money tokens={order.amount} />
            </Table.Td>
            <Table.Td style={order.settledAt === undefined ? { color: 'var(--in-flight)' } : {}}>
              {words.orderStates[order.state]}
            </Table.Td>
            <Table.Td ta="right">{order.counter}</Table.Td>
            <Table.Td ff="monospace" fz="xs" className="quiet">
              {order.id}
            </Table.Td>
            <Table.Td ta="right">
              {mayList && order.operation === 'credit' && (
                <Button size="compact-xs" variant="default" onClick={() => show(order)}>
                  {words.receipts}
                </Button>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

function Receipts({ order }: { readonly order: OrderJson }): ReactNode {
  const words = useWords(METER_WORDS);
  const { exact } = useFormat();
  const receipts = useRead<{ readonly items: readonly ReceiptJson[] }>(
    `/purchases/${encodeURIComponent(order.id)}/receipts`,
  );
  return (
    <Loaded of={receipts}>
      {({ items }) =>
        items.length === 0 ? (
          <Blank title={words.noReceipts} />
        ) : (
          <Stack gap="xs">
            {items.map(({ number, issuedAt, signed }) => (
              <Group key={number} justify="space-between">
                <div>
                  <Text ff="monospace" size="sm">
                    {number}
                  </Text>
                  <Text size="xs" className="quiet">
                    {exact(issuedAt)}
                  </Text>
                </div>
                <Anchor
                  size="sm"
                  href={`data:application/json;charset=utf-8,${encodeURIComponent(signed)}`}
                  download={`${number}.json`}
                >
                  {words.save}
                </Anchor>
              </Group>
            ))}
          </Stack>
        )
      }
    </Loaded>
  );
}
