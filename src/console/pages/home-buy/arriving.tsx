import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { MeterJson, OrderJson, PaymentJson } from '../../../api/index.ts';
import { fill, HOME_BUY_WORDS } from '../../../words/index.ts';
import { change, type Refusal } from '../../ask.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useNow } from '../../time.ts';
import { ARRIVAL_STEPS, type ArrivalFailure, type ArrivalStep, arrivalOf } from './arrival.ts';

interface ArrivingProps {
  readonly id: string;
  readonly meter: MeterJson;
  readonly again: () => void;
}

/** Of business time: what takes longer is said. */
const USUAL_MS = 60_000;

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
  const arrival = arrivalOf(payment.state, order.data?.state);
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
        <div role="status">
          {'failed' in arrival ? (
            <Failed failed={arrival.failed} why={payment.why} />
          ) : (
            <Steps at={arrival.step} payment={payment} meter={meter} />
          )}
        </div>
        <Group gap="xs">
          <Button component={Link} to={`/home?meter=${meter.number}`}>
            {words.toMeter}
          </Button>
          <Button variant="default" onClick={again}>
            {words.buyAgain}
          </Button>
          {'step' in arrival && arrival.step === 'asking' && <Cancel id={payment.id} />}
        </Group>
      </Stack>
    </Panel>
  );
}

function Failed({ failed, why }: { readonly failed: ArrivalFailure; readonly why: string | undefined }): ReactNode {
  const words = useWords(HOME_BUY_WORDS);
  return (
    <Stack gap={4}>
      <Text fw={600}>{words.failed[failed]}</Text>
      {why !== undefined && <Text size="sm">{why}</Text>}
      <Text size="sm">{words.failedNext[failed]}</Text>
    </Stack>
  );
}

interface StepsProps {
  readonly at: ArrivalStep;
  readonly payment: PaymentJson;
  readonly meter: MeterJson;
}

function Steps({ at, payment, meter }: StepsProps): ReactNode {
  const words = useWords(HOME_BUY_WORDS);
  const { duration } = useFormat();
  const now = useNow();
  const reached = ARRIVAL_STEPS.indexOf(at);
  const isLong = now - Date.parse(payment.at) > USUAL_MS || meter.stale || meter.state === 'dark';
  const { heard } = meter.agesMs;
  return (
    <Stack gap="sm">
      <ol style={{ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: 8 }}>
        {ARRIVAL_STEPS.map((step, i) => (
          <li key={step} aria-current={i === reached ? 'step' : undefined}>
            <Group gap="xs" wrap="nowrap">
              <StepMark at={at === 'arrived' || i < reached ? 'done' : i === reached ? 'here' : 'ahead'} />
              <Text size="sm" fw={i === reached ? 600 : 400} className={i > reached ? 'quiet' : ''}>
                {words.steps[step]}
              </Text>
            </Group>
          </li>
        ))}
      </ol>
      {(at === 'paid' || at === 'travelling') && isLong && (
        <Text size="sm">{heard === undefined ? words.silentEver : fill(words.silent, duration(heard))}</Text>
      )}
      {at !== 'arrived' && (
        <Text size="sm" className="quiet">
          {words.leave}
        </Text>
      )}
    </Stack>
  );
}

/** A tick where it has been, the dot of value in flight where it is, a ring where it goes. */
function StepMark({ at }: { readonly at: 'done' | 'here' | 'ahead' }): ReactNode {
  return (
    <svg width={16} height={16} viewBox="0 0 16 16" aria-hidden="true" style={{ flexShrink: 0 }}>
      {at === 'done' && <path d="M3 8.5 L6.5 12 L13 4.5" fill="none" stroke="var(--text)" strokeWidth={2} />}
      {at === 'here' && <circle cx={8} cy={8} r={5.5} fill="var(--in-flight)" />}
      {at === 'ahead' && <circle cx={8} cy={8} r={4.5} fill="none" stroke="var(--text-quiet)" strokeWidth={1.5} />}
    </svg>
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
      {cancelling.error !== null && (
        <Text size="sm" role="alert">
          {cancelling.error.message}
        </Text>
      )}
    </>
  );
}
