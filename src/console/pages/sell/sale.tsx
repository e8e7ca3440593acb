import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import type { PaymentJson, PurchaseJson, ReceiptJson } from '../../../api/index.ts';
import { fill, RECEIPT_WORDS, SELLING_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Loaded, Loading, Refused } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { journeyOf, journeyOfPayment } from '../../sale/journey.ts';
import { Receipts } from '../../sale/receipts.tsx';
import { Journey, SaleLines } from '../../sale/sale.tsx';
import { useMay } from '../../session.tsx';

/** One sale, from the moment it was sold until its meter has it, and what is given to the customer. */
export function SalePage(): ReactNode {
  const { order = '' } = useParams();
  const [search] = useSearchParams();
  const payment = search.get('payment');
  return payment === null ? <Sold key={order} order={order} /> : <Paying key={order} order={order} payment={payment} />;
}

/** A payment service is asked first: the sale is there once it has said yes. */
function Paying({ order, payment }: { readonly order: string; readonly payment: string }): ReactNode {
  const words = useWords(SELLING_WORDS);
  const read = useRead<PaymentJson>(`/payments/${encodeURIComponent(payment)}`, {
    until: (data) => journeyOfPayment(data).isOver || SOLD.includes(data.state),
  });
  if (read.data !== undefined && SOLD.includes(read.data.state)) return <Sold order={order} payment={payment} />;
  return (
    <Page title={read.data === undefined ? words.payment : fill(words.sale, read.data.meter ?? '')}>
      <Panel>
        <Loaded of={read}>
          {(paying) => (
            <Stack gap="md">
              <Journey of={journeyOfPayment(paying)} />
              {paying.meter !== undefined && <NextSale meter={paying.meter} payment={payment} />}
            </Stack>
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}

const SOLD: readonly PaymentJson['state'][] = ['approved', 'capturing', 'captured'];

function Sold({ order, payment }: { readonly order: string; readonly payment?: string }): ReactNode {
  const words = useWords(SELLING_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const { exact } = useFormat();
  const path = `/purchases/${encodeURIComponent(order)}`;
  const read = useRead<PurchaseJson>(path, { until: (data) => journeyOf(data.order).isOver });
  const isOver = read.data !== undefined && journeyOf(read.data.order).isOver;
  const receipts = useRead<{ readonly items: readonly ReceiptJson[] }>(`${path}/receipts`, {
    live: !isOver,
    enabled: read.data !== undefined,
  });
  if (read.data === undefined) {
    return (
      <Page title={words.receipt}>
        <Panel>
          {read.error === null ? <Loading /> : <Refused error={read.error} retry={() => void read.refetch()} />}
        </Panel>
      </Page>
    );
  }
  const sale = read.data;
  return (
    <Page
      title={fill(words.sale, sale.order.meter)}
      isNarrow
      actions={
        <Button size="xs" variant="default" className="no-print" onClick={() => print()}>
          {words.print}
        </Button>
      }
    >
      <Panel>
        <Journey of={journeyOf(sale.order)} since={sale.at} />
        <NextSale meter={sale.order.meter} {...(payment !== undefined && { payment })} />
      </Panel>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: 'start' }}>
        <Panel title={words.made}>
          <SaleLines parts={sale} />
        </Panel>
        <Panel title={words.receipt}>
          <Stack gap="md">
            <Facts
              of={[
                { label: words.order, value: sale.order.number },
                { label: words.id, value: <Text size="xs">{sale.order.id}</Text> },
                { label: words.meter, value: <Link to={`/meters/${sale.order.meter}`}>{sale.order.meter}</Link> },
                { label: words.method, value: methods[sale.method] },
                { label: words.soldAt, value: exact(sale.at) },
                sale.order.settledAt !== undefined &&
                  sale.order.state === 'stored' && { label: words.storedAt, value: exact(sale.order.settledAt) },
                sale.paidOutAt !== undefined && { label: words.paidOut, value: exact(sale.paidOutAt) },
              ]}
            />
            <Receipts of={receipts} />
            <Undo sale={sale} />
          </Stack>
        </Panel>
      </SimpleGrid>
    </Page>
  );
}

function NextSale({ meter, payment }: { readonly meter: string; readonly payment?: string }): ReactNode {
  const words = useWords(SELLING_WORDS);
  const maySell = useMay('buy') !== undefined;
  return (
    <Group gap="xs" mt="md" justify="center" className="no-print">
      {maySell && (
        <>
          <Button component={Link} to="/sell">
            {words.another}
          </Button>
          <Button component={Link} to={`/sell?meter=${meter}`} variant="default">
            {words.again}
          </Button>
        </>
      )}
      {payment !== undefined && (
        <Button component={Link} to={`/payments/${encodeURIComponent(payment)}`} variant="default">
          {words.seePayment}
        </Button>
      )}
    </Group>
  );
}

/** What was not stored is given back; what may not have been stored can be asked back, by two people. */
function Undo({ sale }: { readonly sale: PurchaseJson }): ReactNode {
  const words = useWords(SELLING_WORDS);
  const { money } = useFormat();
  const mayPayOut = useMay('payOut') !== undefined;
  const mayPropose = useMay('proposeVoid') !== undefined;
  const { id, state } = sale.order;
  const path = `/purchases/${encodeURIComponent(id)}/payout`;
  const paying = useDoing<PurchaseJson>((once) => change(path, { method: 'POST', once }));
  const isOwed = state === 'refunded' && sale.paidOutAt === undefined && sale.method === 'cash';
  const isAway = state === 'waiting' || state === 'outstanding';
  return (
    <Stack gap="xs" className="no-print">
      {isOwed && mayPayOut && (
        <Button loading={paying.isPending} onClick={() => paying.mutate()}>
          {fill(words.payOut, money(sale.paid))}
        </Button>
      )}
      <RefusalLine error={paying.error} />
      {isAway && mayPropose && (
        <Button variant="default" component={Link} to={`/approvals?ask=void&order=${encodeURIComponent(id)}`}>
          {words.takeBack}
        </Button>
      )}
    </Stack>
  );
}
