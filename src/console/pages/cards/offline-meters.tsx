import { Anchor, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { OfflineMeterJson } from '../../../api/index.ts';
import { CARD_WORDS, fill } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Money, When } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { subscriberAddress } from '../subscribers/address.ts';
import { offlineMeterAddress } from './address.ts';
import { useProviders } from './providers.ts';
import { registerText } from './register.ts';

/** Meters that nobody can ask, with what cards brought of them and how old it is. */
export function OfflineMeters(): ReactNode {
  const words = useWords(CARD_WORDS);
  const { count, money } = useFormat();
  const now = useNow();
  const mayKnow = useMay('listSubscribers') !== undefined;
  const { nameOf } = useProviders();
  const meters = usePages<OfflineMeterJson>('/offline-meters', { live: true });
  return (
    <Panel>
      <Rows of={meters} waiting={words.metersWaiting} blank={words.noMeters}>
        {(items) => (
          <DataTable
            label={words.meters}
            items={items.filter(({ standing }) => standing === 'offline')}
            keyOf={({ number }) => number}
            minWidth={860}
            columns={[
              {
                head: words.number,
                cell: ({ number }) => (
                  <Anchor component={Link} to={offlineMeterAddress(number)} ff="monospace" size="sm">
                    {number}
                  </Anchor>
                ),
              },
              { head: words.region, cell: ({ region }) => words.regions[region] },
              { head: words.provider, cell: ({ provider }) => nameOf(provider) },
              {
                head: words.subscriber,
                cell: ({ subscriber }) =>
                  mayKnow ? <Link to={subscriberAddress(subscriber)}>{subscriber}</Link> : subscriber,
              },
              {
                head: words.reported,
                cell: ({ reportedAt, doubt }) => (
                  <>
                    {reportedAt === undefined ? (
                      <span className="quiet">{words.never}</span>
                    ) : (
                      <When at={reportedAt} now={now} />
                    )}
                    {doubt !== undefined && <Text size="xs">{words.doubt}</Text>}
                  </>
                ),
              },
              {
                head: words.register,
                cell: ({ reportedAt, region, register }) =>
                  reportedAt !== undefined && registerText(region, register, count),
                isFigure: true,
              },
              { head: words.fromCards, cell: ({ fromCards }) => <Money tokens={fromCards} />, isFigure: true },
              {
                head: words.balance,
                cell: ({ reportedAt, balance, owed }) =>
                  reportedAt !== undefined && (
                    <>
                      <Money tokens={balance} />
                      {owed !== '0' && <Text size="xs">{fill(words.owed, money(owed))}</Text>}
                    </>
                  ),
                isFigure: true,
              },
            ]}
          />
        )}
      </Rows>
    </Panel>
  );
}
