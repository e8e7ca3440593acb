import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { MeterJson, OrderJson, PaymentJson } from '../../../api/index.ts';
import { fill, HOME_BUY_WORDS } from '../../../words/index.ts';
import { change, type Refusal } from '../../ask.ts';
import { useWords } from '../../locale.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Loaded, Unread } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { journeyOf, journeyOfPayment } from '../../sale/journey.ts';
import { Journey } from '../../sale/sale.tsx';
import { type ArrivalFailure, failureOf } from './arrival.ts';

interface ArrivingProps {
  readonly id: string;
  readonly meter: MeterJson;
  readonly again: () => void;
}

/** A payment on its way into the meter, step by step; it goes on whether one looks or not. */
export function Arriving({ id, meter, again }: ArrivingProps): ReactNode {
  const words = useWords(HOME_BUY_WORDS);
  const payment = useRead<PaymentJson>(`/payments/${id}`, { live: true });
  return (
    <Loaded of={payment} waiting={words.askedWaiting}>
      {(data) => <Way payment={data} meter={meter} again={again} />}
    </Loaded>
  );
}

interface WayProps {
  readonly payment: PaymentJson;
  readonly meter: MeterJson;
  readonly again: () => void;
}

function Way({ payment, meter, again }: WayProps): ReactNode {
  const words = useWords(HOME_BUY_WORDS);
  // Until the payment is approved there is no order.
  const isSold = payment.state !== 'asked' && payment.state !== 'pending' && payment.state !== 'declined';
  const order = useRead<OrderJson>(`/orders/${encodeURIComponent(payment.order)}`, { live: true, enabled: isSold });
  const failed = failureOf(payment.state, order.data?.state);
  return (
    <Panel>
      <Stack gap="md">
        <div>
          <Text fz={32} fw={650} lh={1.2} style={{ letterSpacing: '-0.02em' }}>
            <Money tokens={payment.paid} />
          </Text>
          <Text size="sm" className="quiet">
            {[payment.port, payment.shown, payment.approval && fill(words.approval, payment.approval)]
              .filter((each) => each !== undefined)
              .join(' · ')}
          </Text>
        </div>
        <div>
          {failed === undefined ? (
            <Journey
              of={order.data === undefined ? journeyOfPayment(payment) : journeyOf(order.data)}
              {...(order.data !== undefined && { since: order.data.orderedAt })}
            />
          ) : (
            <Failed failed={failed} why={payment.why} />
          )}
        </div>
        <Unread of={order} />
        {failed === undefined && order.data?.state !== 'stored' && (
          <Text size="sm" className="quiet">
            {words.leave}
          </Text>
        )}
        <Group gap="xs">
          <Button component={Link} to={`/home?meter=${meter.number}`}>
            {words.toMeter}
          </Button>
          <Button variant="default" onClick={again}>
            {words.buyAgain}
          </Button>
          {(payment.state === 'asked' || payment.state === 'pending') && <Cancel id={payment.id} />}
        </Group>
      </Stack>
    </Panel>
  );
}

function Failed({ failed, why }: { readonly failed: ArrivalFailure; readonly why: string | undefined }): ReactNode {
  const words = useWords(HOME_BUY_WORDS);
  return (
    <Stack gap={4} role="status">
      <Text fw={600}>{words.failed[failed]}</Text>
      {why !== undefined && <Text size="sm">{why}</Text>}
      <Text size="sm">{words.failedNext[failed]}</Text>
    </Stack>
  );
}

/** Nobody needs to wait for a payment that is not answered: whatever comes later is given back. */
function Cancel({ id }: { readonly id: string }): ReactNode {
  const words = useWords(HOME_BUY_WORDS);
  const client = useQueryClient();
  const cancelling = useMutation<PaymentJson, Refusal>({
    mutationFn: () => change(`/payments/${id}/cancellation`, { method: 'POST' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['live', `/payments/${id}`] }),
  });
  return (
    <>
      <Button variant="default" loading={cancelling.isPending} onClick={() => cancelling.mutate()}>
        {words.cancel}
      </Button>
      <RefusalLine error={cancelling.error} />
    </>
  );
}
