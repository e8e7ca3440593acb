import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { PAGE_NAMES } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { OwnMeter } from '../../parts/own-meter.tsx';
import { Page } from '../../parts/page.tsx';
import { Arriving } from './arriving.tsx';
import { Buying } from './buying.tsx';

/** Buys value for one's own meter, and then watches it arrive: the address bar keeps which payment. */
export function HomeBuyPage(): ReactNode {
  const names = useWords(PAGE_NAMES);
  const [search, setSearch] = useSearchParams();
  const payment = search.get('payment');
  return (
    <Page title={names['home-buy']}>
      <OwnMeter>
        {(meter) => (
          <Stack gap="md" maw={560}>
            {payment === null ? (
              <Buying meter={meter.number} bought={({ id }) => setSearch({ meter: meter.number, payment: id })} />
            ) : (
              <Arriving id={payment} meter={meter} again={() => setSearch({ meter: meter.number })} />
            )}
          </Stack>
        )}
      </OwnMeter>
    </Page>
  );
}
