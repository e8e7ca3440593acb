import { Button, Group, SimpleGrid, Stack, Text, Timeline } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import type { CardOrderJson, PaymentJson, PurchaseJson } from '../../../api/index.ts';
import { fill, PAYMENT_WORDS, type PaymentWords, RECEIPT_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Loaded, Unread } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { cardAddress } from '../cards/address.ts';
import { historyOf } from './history.ts';
import { PaidFor } from './paid-for.tsx';
import { PaymentState } from './payment-state.tsx';

/** One payment: how it stands and what that means, what it is of, and what happened. */
export function PaymentPage(): ReactNode {
  const { payment: id = '' } = useParams();
  const read = useRead<PaymentJson>(`/payments/${encodeURIComponent(id)}`, { live: true });
  return <Loaded of={read}>{(payment) => <Told payment={payment} />}</Loaded>;
}

function Told({ payment }: { readonly payment: PaymentJson }): ReactNode {
  const words = useWords(PAYMENT_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const { money, exact } = useFormat();
  const isForCard = payment.card !== undefined;
  const order = encodeURIComponent(payment.order);
  const toMeter = useRead<PurchaseJson>(`/purchases/${order}`, { live: true, enabled: !isForCard });
  const toCard = useRead<CardOrderJson>(`/card-orders/${order}`, { live: true, enabled: isForCard });
  const sale = isForCard ? toCard : toMeter;
  const sold = toMeter.error === null ? toMeter.data?.order : undefined;
  const soldToCard = toCard.error === null ? toCard.data : undefined;
  return (
    <Page isNarrow title={fill(words.title, money(payment.paid))} actions={<Cancel payment={payment} />}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" style={{ alignItems: 'start' }}>
        <Panel title={words.state}>
          <Stack gap="md">
            <div>
              <PaymentState state={payment.state} />
              <Text size="sm" mt={4}>
                {meaningOf(payment, words)}
              </Text>
            </div>
            <Facts
              of={[
                { label: isForCard ? words.card : words.meter, value: <PaidFor of={payment} /> },
                { label: words.port, value: payment.port },
                { label: words.method, value: methods[payment.method] },
                payment.shown !== undefined && { label: words.shown, value: payment.shown },
                payment.approval !== undefined && { label: words.approval, value: payment.approval },
                payment.why !== undefined && { label: words.why, value: payment.why },
              ]}
            />
            {sale.error?.code === 'order-unknown' ? (
              <Text size="sm" className="quiet">
                {words.noSale}
              </Text>
            ) : (
              <Unread of={sale} what={words.sale} />
            )}
            {(sold ?? soldToCard) !== undefined && (
              <Text size="sm">
                <Link to={payment.card === undefined ? `/sell/${order}` : cardAddress(payment.card)}>{words.sale}</Link>
              </Text>
            )}
          </Stack>
        </Panel>
        <Panel title={words.history}>
          <Timeline bulletSize={12} lineWidth={2} color="ink">
            {historyOf(payment, sold ?? soldToCard).map(({ name, at }) => (
              <Timeline.Item
                key={name}
                title={<Text size="sm">{words[isForCard && name === 'stored' ? 'storedOnCard' : name]}</Text>}
              >
                <Text size="xs" className="quiet">
                  {exact(at)}
                </Text>
              </Timeline.Item>
            ))}
            <Timeline.Item title={<PaymentState state={payment.state} />} />
          </Timeline>
        </Panel>
      </SimpleGrid>
    </Page>
  );
}

function meaningOf({ state, card }: PaymentJson, { means, meansForCard }: PaymentWords): string {
  const others: Readonly<Partial<Record<PaymentJson['state'], string>>> = card === undefined ? {} : meansForCard;
  return others[state] ?? means[state];
}

/** While nothing is kept, somebody may decide that nobody waits for it any more. */
const CANCELLED: readonly PaymentJson['state'][] = ['asked', 'pending', 'approved', 'stuck'];

function Cancel({ payment }: { readonly payment: PaymentJson }): ReactNode {
  const words = useWords(PAYMENT_WORDS);
  const shared = useConsoleWords();
  const { money } = useFormat();
  const cancelSentence = ({ paid, meter, card }: PaymentJson) =>
    meter === undefined
      ? fill(words.cancelAskCard, money(paid), card ?? '')
      : fill(words.cancelAsk, money(paid), meter);
  const may = useMay('cancelPayment') !== undefined;
  const [isAsking, { open, close }] = useDisclosure();
  const path = `/payments/${encodeURIComponent(payment.id)}/cancellation`;
  const cancelling = useDoing<PaymentJson>((once) => change(path, { method: 'POST', once }), close);
  if (!may || !CANCELLED.includes(payment.state)) return null;
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        {words.cancel}
      </Button>
      <Dialog isOpen={isAsking} close={close} title={words.cancel}>
        <Stack gap="sm">
          <Text size="sm">{cancelSentence(payment)}</Text>
          <RefusalLine error={cancelling.error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {shared.close}
            </Button>
            <Button loading={cancelling.isPending} onClick={() => cancelling.mutate()}>
              {words.cancel}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </>
  );
}
