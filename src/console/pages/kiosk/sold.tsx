import { SimpleGrid, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import type { VendJson } from '../../../api/index.ts';
import { KIOSK_WORDS, VEND_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDemo } from '../../demo.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { isVendOver, journeyOfVend } from '../../sale/journey.ts';
import { partsOfVend } from '../../sale/parts-of-sale.ts';
import { Journey, SaleLines } from '../../sale/sale.tsx';
import { useVendPlace } from '../../sale/vend-table.tsx';

interface SoldProps {
  readonly reference: string;
  readonly onDone: () => void;
}

/** The receipt on the screen, and the value on its way. */
export function Sold({ reference, onDone }: SoldProps): ReactNode {
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
              {found.card !== undefined && <TakenHome card={found.card} />}
            </section>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
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
              </section>
            </SimpleGrid>
          </>
        )}
      </Loaded>
      <div className="choices no-print">
        <button type="button" onClick={() => print()}>
          {words.print}
        </button>
        <button type="button" data-main="true" onClick={onDone}>
          {words.another}
        </button>
      </div>
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

/** Whoever has the card in a demo goes home with it: a kiosk loads no card, a meter with a line does. */
function TakenHome({ card }: { readonly card: string }): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const isOfDemo = useDemo()?.cards.some(({ number }) => number === card) === true;
  const { mutate } = useMutation({
    mutationFn: (taken: string) => change(`/demo/cards/${taken}/errands`, { method: 'POST' }),
  });
  useEffect(() => {
    if (isOfDemo) mutate(card);
  }, [isOfDemo, card, mutate]);
  return isOfDemo ? (
    <Text ta="center" mt="xs">
      {words.takenHome}
    </Text>
  ) : null;
}
