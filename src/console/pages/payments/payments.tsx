import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { PaymentJson } from '../../../api/index.ts';
import { PAGE_NAMES, PAYMENT_WORDS, RECEIPT_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Money, When } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { PaidFor } from './paid-for.tsx';
import { PaymentState } from './payment-state.tsx';
import { Webhooks } from './webhooks.tsx';

/** Money from payment services: first what has not come to its end, then everything, then who is told of it. */
export function PaymentsPage(): ReactNode {
  const words = useWords(PAYMENT_WORDS);
  const names = useWords(PAGE_NAMES);
  const mayHooks = useMay('listWebhooks') !== undefined;
  const unsettled = usePages<PaymentJson>('/payments/unsettled', { live: true });
  const all = usePages<PaymentJson>('/payments', { live: true });
  return (
    <Page title={names.payments} note={words.note}>
      <Panel title={words.unsettled}>
        <Rows of={unsettled} waiting={words.unsettledWaiting} blank={words.noneUnsettled}>
          {(items) => <Payments label={words.unsettled} items={items} />}
        </Rows>
      </Panel>
      <Panel title={words.allPayments}>
        <Rows of={all} waiting={words.waiting} blank={words.none}>
          {(items) => <Payments label={words.allPayments} items={items} />}
        </Rows>
      </Panel>
      {mayHooks && <Webhooks />}
    </Page>
  );
}

interface PaymentsProps {
  readonly label: string;
  readonly items: readonly PaymentJson[];
}

function Payments({ label, items }: PaymentsProps): ReactNode {
  const words = useWords(PAYMENT_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const now = useNow();
  return (
    <DataTable
      label={label}
      items={items}
      keyOf={({ id }) => id}
      minWidth={680}
      columns={[
        {
          head: words.when,
          cell: ({ id, at }) => (
            <Link to={`/payments/${encodeURIComponent(id)}`}>
              <When at={at} now={now} />
            </Link>
          ),
        },
        { head: words.state, cell: ({ state }) => <PaymentState state={state} /> },
        { head: words.paidFor, cell: (payment) => <PaidFor of={payment} /> },
        { head: words.port, cell: ({ port }) => port },
        { head: words.method, cell: ({ method, shown }) => shown ?? methods[method] },
        { head: words.paid, cell: ({ paid }) => <Money tokens={paid} />, isFigure: true },
      ]}
    />
  );
}
