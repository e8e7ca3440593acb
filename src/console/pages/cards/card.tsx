import { Button, SimpleGrid } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import type { CardJson, CardTicketJson } from '../../../api/index.ts';
import { CARD_WORDS, fill } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { usePages, useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { subscriberAddress } from '../subscribers/address.ts';
import { cardAddress } from './address.ts';
import { EndCard, ReplaceCard } from './end-card.tsx';
import { CardOrders } from './orders.tsx';
import { Recoveries } from './recovery.tsx';
import { RegionPanel } from './region.tsx';
import { SellToCard } from './sell-to-card.tsx';
import { CardStateLabel } from './state.tsx';
import { CardTickets } from './tickets.tsx';

/** One card: how it stands, what is on it, and what was sold to it. */
export function CardPage(): ReactNode {
  const { card: number = '' } = useParams();
  const read = useRead<CardJson>(`/cards/${encodeURIComponent(number)}`, { live: true });
  return <Loaded of={read}>{(card) => <Told key={number} card={card} />}</Loaded>;
}

/** Beside each other on a wide screen. */
const COLUMNS_MAX = 3;

function Told({ card }: { readonly card: CardJson }): ReactNode {
  const words = useWords(CARD_WORDS);
  const { exact } = useFormat();
  const mayKnow = useMay('listSubscribers') !== undefined;
  const mayRecover = useMay('readCardRecovery') !== undefined;
  const mayOrders = useMay('listCardOrders') !== undefined;
  const mayTickets = useMay('listCardTickets') !== undefined;
  const tickets = usePages<CardTicketJson>(`/cards/${card.number}/tickets`, { live: true, enabled: mayTickets });
  const { number, subscriber, state, issuedAt, endedAt, replacedBy, regions } = card;
  return (
    <Page title={fill(words.card, number)} actions={<Acts card={card} />}>
      <SimpleGrid
        cols={{ base: 1, md: 2, lg: Math.min(COLUMNS_MAX, 1 + regions.length) }}
        spacing="md"
        style={{ alignItems: 'start' }}
      >
        <Panel>
          <Facts
            of={[
              {
                label: words.state,
                value: <CardStateLabel state={state} isFrozen={regions.some(({ frozen }) => frozen !== undefined)} />,
              },
              {
                label: words.subscriber,
                value: mayKnow ? <Link to={subscriberAddress(subscriber)}>{subscriber}</Link> : subscriber,
              },
              { label: words.issued, value: exact(issuedAt) },
              endedAt !== undefined && { label: words.ended, value: exact(endedAt) },
              replacedBy !== undefined && {
                label: words.replacedBy,
                value: <Link to={cardAddress(replacedBy)}>{replacedBy}</Link>,
              },
            ]}
          />
        </Panel>
        {regions.map((region) => (
          <RegionPanel
            key={region.region}
            card={card}
            region={region}
            ticket={newestOf(tickets.items ?? [], region.region)}
            areTicketsKnown={tickets.items !== undefined}
          />
        ))}
      </SimpleGrid>
      {state !== 'active' && mayRecover && <Recoveries card={card} />}
      {mayOrders && <CardOrders card={number} />}
      {mayTickets && <CardTickets of={tickets} />}
    </Page>
  );
}

const newestOf = (tickets: readonly CardTicketJson[], region: string): CardTicketJson | undefined =>
  tickets.filter((ticket) => ticket.region === region).sort((a, b) => b.version - a.version)[0];

function Acts({ card }: { readonly card: CardJson }): ReactNode {
  const words = useWords(CARD_WORDS);
  const maySell = useMay('buyForCard') !== undefined;
  const mayBlock = useMay('blockCard') !== undefined;
  const mayReplace = useMay('replaceCard') !== undefined;
  const [isSelling, selling] = useDisclosure();
  const [isEnding, ending] = useDisclosure();
  const [isReplacing, replacing] = useDisclosure();
  return (
    <>
      {card.state === 'active' && maySell && (
        <Button size="xs" onClick={selling.open}>
          {words.sell}
        </Button>
      )}
      {card.state === 'active' && mayBlock && (
        <Button size="xs" variant="default" onClick={ending.open}>
          {words.end}
        </Button>
      )}
      {(card.state === 'lost' || card.state === 'blocked') && mayReplace && (
        <Button size="xs" onClick={replacing.open}>
          {words.replace}
        </Button>
      )}
      <SellToCard card={card} isOpen={isSelling} close={selling.close} />
      <EndCard card={card.number} isOpen={isEnding} close={ending.close} />
      <ReplaceCard card={card.number} isOpen={isReplacing} close={replacing.close} />
    </>
  );
}
