import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import type { KioskLoadJson, KioskPaidJson, ReceiptJson, VendJson } from '../../../api/index.ts';
import { fill, KIOSK_WORDS, VEND_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDemo } from '../../demo.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Loaded, Unread } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useReason } from '../../reasons.ts';
import type { RegionName } from '../../sale/card-lookups.ts';
import { isVendOver, journeyOfVend } from '../../sale/journey.ts';
import { partsOfVend } from '../../sale/parts-of-sale.ts';
import { Journey, SaleLines } from '../../sale/sale.tsx';
import { useVendPlace } from '../../sale/vend-table.tsx';
import { useKiosk } from './use-kiosk.ts';

interface SoldProps {
  readonly reference: string;
  /** The bank card that paid, as people see it. */
  readonly paidBy?: string;
  readonly onDone: () => void;
}

/** The receipt on the screen, and the value on its way. */
export function Sold({ reference, paidBy, onDone }: SoldProps): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const { waiting } = useWords(VEND_WORDS);
  const { exact } = useFormat();
  const placeOf = useVendPlace();
  const vend = useRead<VendJson>(`/vend/vends/${encodeURIComponent(reference)}`, { until: isVendOver });
  return (
    <>
      <h2>{words.thanks}</h2>
      <Loaded of={vend} waiting={waiting}>
        {(found) => (
          <>
            <section className="surface" style={{ padding: 20 }}>
              <Journey of={journeyOfVend(found)} since={found.at} isForCard={found.card !== undefined} />
              {found.card !== undefined && found.region !== undefined && (
                <Reader card={found.card} region={found.region} />
              )}
            </section>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <Stack>
                <Lines vend={found} />
                <section className="surface" style={{ padding: 20 }}>
                  <Text className="quiet">{words.keep}</Text>
                  <Text ff="monospace" fz="lg" style={{ overflowWrap: 'anywhere' }}>
                    {reference}
                  </Text>
                  <Text className="quiet" mt="sm">
                    {placeOf(found)}
                  </Text>
                  <Text className="quiet">{exact(found.at)}</Text>
                  {paidBy !== undefined && <Text mt="sm">{fill(words.paidBy, paidBy)}</Text>}
                </section>
              </Stack>
              <Code reference={reference} />
            </SimpleGrid>
          </>
        )}
      </Loaded>
      <After onDone={onDone} />
    </>
  );
}

function Lines({ vend }: { readonly vend: VendJson }): ReactNode {
  const parts = partsOfVend(vend);
  if (parts === undefined) return null;
  return (
    <section className="surface" style={{ padding: 20 }}>
      <SaleLines parts={parts} />
    </section>
  );
}

/** Where on a card something was bought. */
type Bought = Required<Pick<VendJson, 'card' | 'region'>>;

/**
 * Where a reader stands, a card is loaded in it, now or when it is put in again. A card of a demo stands in the reader,
 * where it is loaded; that of somebody who is out with it is loaded when it is in the meter at home. A browser reads no
 * chip: elsewhere there is none of it.
 */
function Reader(bought: Bought): ReactNode {
  const { card } = bought;
  const isOfDemo = useDemo()?.cards.some(({ number }) => number === card) === true;
  const hasReader = useKiosk()?.purses === true;
  if (hasReader) return <LoadHere {...bought} />;
  return isOfDemo ? <LoadInDemo card={card} /> : null;
}

const LOAD_AGAIN_MS = 1_500;

function LoadHere({ card, region }: Bought): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const reasonOf = useReason();
  // What was loaded is not loaded twice: the host has nothing more for it.
  const { data, error } = useQuery({
    queryKey: ['kiosk-load', card, region],
    queryFn: () => change<KioskLoadJson>('/kiosk/loads', { method: 'POST', body: { card, region } }),
    retry: false,
    gcTime: 0,
    refetchInterval: ({ state }) => (state.data?.loaded === true ? false : LOAD_AGAIN_MS),
  });
  return (
    <Text ta="center" mt="xs" fz="lg" role="status">
      {data === undefined
        ? error === null
          ? words.loading
          : reasonOf(error)
        : data.loaded
          ? words.loaded
          : (data.sentence ?? words.insertToLoad)}
    </Text>
  );
}

function LoadInDemo({ card }: { readonly card: string }): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const { mutate, data } = useMutation({
    mutationFn: async (held: string) => {
      const { loaded } = await change<{ readonly loaded: boolean }>(`/demo/cards/${held}/reading`, { method: 'POST' });
      if (!loaded) await change(`/demo/cards/${held}/errands`, { method: 'POST' });
      return { loaded };
    },
  });
  useEffect(() => mutate(card), [card, mutate]);
  return (
    <Text ta="center" mt="xs" role="status">
      {data === undefined ? words.loading : data.loaded ? words.loaded : words.takenHome}
    </Text>
  );
}

/** Where the value goes. */
export type Target = { readonly meter: string } | { readonly card: string; readonly region: RegionName };

interface PaidProps {
  readonly to: Target;
  readonly told: Pick<KioskPaidJson, 'payment' | 'shown'>;
  readonly onDone: () => void;
}

/** A bank card has paid at the reader, or a voucher: nothing went through the float, and the value goes to meter or card. */
export function Paid({ to, told, onDone }: PaidProps): ReactNode {
  const words = useWords(KIOSK_WORDS);
  return (
    <>
      <h2>{words.thanks}</h2>
      <section className="surface" style={{ padding: 20 }} role="status">
        {'meter' in to ? (
          <Text fz="lg">{fill(words.onItsWay, to.meter)}</Text>
        ) : (
          <>
            <Text fz="lg">{fill(words.boughtForCard, to.card)}</Text>
            <Reader {...to} />
          </>
        )}
        {told.shown !== undefined && <Text mt="sm">{fill(words.paidBy, told.shown)}</Text>}
        {told.payment !== undefined && (
          <>
            <Text className="quiet" mt="sm">
              {words.paymentNumber}
            </Text>
            <Text ff="monospace" fz="lg" style={{ overflowWrap: 'anywhere' }}>
              {told.payment}
            </Text>
          </>
        )}
      </section>
      <After onDone={onDone} />
    </>
  );
}

/** The receipt as a code, as soon as it is signed: the last one stands. */
function Code({ reference }: { readonly reference: string }): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const receipts = useRead<{ readonly items: readonly ReceiptJson[] }>(
    `/vend/vends/${encodeURIComponent(reference)}/receipts`,
    { until: ({ items }) => items.length > 0 },
  );
  const qr = receipts.data?.items.at(-1)?.qr;
  if (qr === undefined) return <Unread of={receipts} />;
  return (
    <section className="surface receipt-code" aria-label={words.scan}>
      <Suspense fallback={null}>
        <QrPicture text={qr} label={words.scan} />
      </Suspense>
      <Text className="quiet">{words.scan}</Text>
    </section>
  );
}

const QrPicture = lazy(async () => ({ default: (await import('../../parts/qr-picture.tsx')).QrPicture }));

/** What somebody may do whose sale was made. */
function After({ onDone }: Pick<SoldProps, 'onDone'>): ReactNode {
  const words = useWords(KIOSK_WORDS);
  return (
    <div className="choices no-print">
      <button type="button" onClick={() => print()}>
        {words.print}
      </button>
      <button type="button" data-main="true" onClick={onDone}>
        {words.another}
      </button>
    </div>
  );
}
