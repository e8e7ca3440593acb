import { Select, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import type { MeterJson } from '../../api/index.ts';
import { PORTAL_WORDS } from '../../words/index.ts';
import { useWords } from '../locale.tsx';
import { usePages } from '../reads.ts';
import { Blank, Loaded } from './states.tsx';

/**
 * Shows what somebody's own meter has. Who has several chooses, and the address bar keeps which.
 * @param children what is shown of the meter, with what is put above it to choose another
 */
export function OwnMeter({ children }: { readonly children: (meter: MeterJson) => ReactNode }): ReactNode {
  const words = useWords(PORTAL_WORDS);
  const [search, setSearch] = useSearchParams();
  const { items, error, refetch } = usePages<MeterJson>('/meters', { live: true });
  return (
    <Loaded of={{ data: items, error, refetch }} waiting={words.waiting}>
      {(meters) => {
        const meter = meters.find(({ number }) => number === search.get('meter')) ?? meters[0];
        if (meter === undefined) {
          return (
            <Blank title={words.noMeter}>
              <Text size="sm" className="quiet">
                {words.noMeterNext}
              </Text>
            </Blank>
          );
        }
        return (
          <>
            {meters.length > 1 && (
              <Select
                label={words.meter}
                data={meters.map(({ number }) => number)}
                value={meter.number}
                allowDeselect={false}
                maw={240}
                onChange={(number) => number !== null && setSearch({ meter: number })}
              />
            )}
            {/* What was opened or typed for one meter is not another's. */}
            <div key={meter.number}>{children(meter)}</div>
          </>
        );
      }}
    </Loaded>
  );
}
