import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { TenancyJson } from '../../api/index.ts';
import { fill, MOVING_WORDS } from '../../words/index.ts';
import { useFormat, useWords } from '../locale.tsx';
import { Panel } from '../parts/page.tsx';
import { Unread } from '../parts/states.tsx';
import { useRead } from '../reads.ts';
import { TenancyFacts } from './tenancy.tsx';

/** Where somebody lived: when, and what became of what they left. */
export function Stays({ subscriber }: { readonly subscriber: string }): ReactNode {
  const words = useWords(MOVING_WORDS);
  const { exact } = useFormat();
  const path = `/subscribers/${encodeURIComponent(subscriber)}/tenancies`;
  const read = useRead<{ readonly items: readonly TenancyJson[] }>(path, { live: true });
  const left = (read.data?.items ?? []).filter(({ state }) => state === 'left');
  if (left.length === 0) return <Unread of={read} what={words.stays} />;
  return (
    <Panel title={words.stays}>
      <Stack gap="md">
        {left.map((tenancy) => (
          <TenancyFacts
            key={tenancy.id}
            tenancy={tenancy}
            isLatest={false}
            head={
              <>
                <Link to={`/meters/${tenancy.meter}`}>{tenancy.meter}</Link> ·{' '}
                {fill(words.stay, exact(tenancy.movedInAt), exact(tenancy.leftAt ?? ''))}
              </>
            }
          />
        ))}
      </Stack>
    </Panel>
  );
}
