import { Alert, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CardJson, CardTicketJson } from '../../../api/index.ts';
import { CARD_WORDS, fill } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Figure, Money, When } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { useMay } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { Confirmed } from './confirm.tsx';
import { useProviders } from './providers.ts';

interface Props {
  readonly card: CardJson;
  readonly region: CardJson['regions'][number];
  readonly ticket: CardTicketJson | undefined;
  readonly areTicketsKnown: boolean;
}

/** What a card holds of one provider, as it was booked when it was last read. */
export function RegionPanel({ card, region, ticket, areTicketsKnown }: Props): ReactNode {
  const words = useWords(CARD_WORDS);
  const { money } = useFormat();
  const now = useNow();
  const { nameOf } = useProviders();
  const { balance, pending, toldAt, frozen, exposure } = region;
  return (
    <Panel title={words.regions[region.region]} aside={<Acts card={card} region={region} />}>
      {frozen !== undefined && (
        <Alert variant="default" p="xs" mb="sm" style={{ borderColor: 'var(--state-tampered)' }}>
          <Text size="sm">{words.freezes[frozen]}</Text>
        </Alert>
      )}
      <Group gap="xl" mb="md" align="flex-start">
        <Figure
          label={words.balance}
          value={balance === undefined ? '–' : <Money tokens={balance} />}
          note={toldAt === undefined ? words.unread : <When at={toldAt} now={now} />}
        />
        {exposure !== undefined && <Figure label={words.exposure} value={<Money tokens={exposure} />} />}
      </Group>
      <Facts
        of={[
          { label: words.provider, value: nameOf(region.provider) },
          { label: words.loaded, value: <Money tokens={region.loaded} /> },
          { label: words.handed, value: <Money tokens={region.handed} /> },
          pending !== undefined && {
            label: words.pending,
            value: fill(words.pendingIn, money(pending.amount), pending.meter),
          },
          areTicketsKnown && {
            label: words.ticket,
            value: ticket === undefined ? words.noTicket : `${words.version} ${ticket.version}`,
          },
        ]}
      />
    </Panel>
  );
}

function Acts({ card, region }: Pick<Props, 'card' | 'region'>): ReactNode {
  const words = useWords(CARD_WORDS);
  const { money } = useFormat();
  const mayUnfreeze = useMay('unfreezeCard') !== undefined;
  const mayEmpty = useMay('proposeCardClosing') !== undefined;
  const mayRelease = useMay('proposeCardRelease') !== undefined;
  const { pending } = region;
  const path = `/cards/${card.number}/regions/${region.region}`;
  if (card.state !== 'active') return null;
  return (
    <Group gap="xs">
      {region.frozen !== undefined && mayUnfreeze && (
        <Confirmed isSmall label={words.unfreeze} ask={words.unfreezeAsk} path={`${path}/unfreeze`} />
      )}
      {pending !== undefined && mayRelease && (
        <Confirmed
          isSmall
          needsReason
          label={words.release}
          ask={fill(words.releaseAsk, pending.meter, money(pending.amount))}
          path={`${path}/release`}
        />
      )}
      {mayEmpty && (
        <Confirmed
          isSmall
          needsReason
          label={words.empty}
          ask={fill(words.emptyAsk, words.regions[region.region])}
          path={`${path}/closing`}
        />
      )}
    </Group>
  );
}
