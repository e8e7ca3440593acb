import { SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { VendJson } from '../../../api/index.ts';
import { KIOSK_WORDS, VEND_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { isVendOver, journeyOfVend } from '../../sale/journey.ts';
import { Journey, SaleLines } from '../../sale/sale.tsx';

interface SoldProps {
  readonly reference: string;
  readonly onDone: () => void;
}

/** The receipt on the screen, and the value on its way. */
export function Sold({ reference, onDone }: SoldProps): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const { waiting } = useWords(VEND_WORDS);
  const { exact } = useFormat();
  const vend = useRead<VendJson>(`/vend/vends/${encodeURIComponent(reference)}`, { until: isVendOver });
  return (
    <>
      <h2>{words.thanks}</h2>
      <Loaded of={vend} waiting={waiting}>
        {(found) => (
          <>
            <section className="surface" style={{ padding: 20 }}>
              <Journey of={journeyOfVend(found)} since={found.at} isForCard={found.card !== undefined} />
            </section>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              {found.purchase !== undefined && (
                <section className="surface" style={{ padding: 20 }}>
                  <SaleLines parts={found.purchase} />
                </section>
              )}
              <section className="surface" style={{ padding: 20 }}>
                <Text className="quiet">{words.keep}</Text>
                <Text ff="monospace" fz="lg" style={{ overflowWrap: 'anywhere' }}>
                  {reference}
                </Text>
                <Text className="quiet" mt="sm">
                  {found.meter}
                </Text>
                <Text className="quiet">{exact(found.at)}</Text>
              </section>
            </SimpleGrid>
          </>
        )}
      </Loaded>
      <div className="choices">
        <button type="button" data-main="true" onClick={onDone}>
          {words.another}
        </button>
      </div>
    </>
  );
}
