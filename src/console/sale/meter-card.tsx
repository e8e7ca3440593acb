import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { DuesJson, MeterJson, SubscriberJson } from '../../api/index.ts';
import { SELLING_WORDS } from '../../words/index.ts';
import { useConsoleWords, useWords } from '../locale.tsx';
import { useSubscriberName } from '../moving/occupant.ts';
import { Aged, Money } from '../parts/figures.tsx';
import { Facts } from '../parts/rows.tsx';
import { Loaded, Unread } from '../parts/states.tsx';
import { useRead } from '../reads.ts';

/** Whether a meter takes value at all, by its purse. */
export const takesValue = ({ purse }: Pick<MeterJson, 'purse'>): boolean =>
  purse.state === 'open' && purse.freeze === undefined;

/** Whose meter it is, what is in it and what is owed: enough to ask the customer whether it is theirs. */
export function MeterCard({ number }: { readonly number: string }): ReactNode {
  const words = useWords(SELLING_WORDS);
  const meter = useRead<MeterJson>(`/meters/${number}`, { live: true });
  return <Loaded of={meter}>{(found) => <Told meter={found} label={words.meter} />}</Loaded>;
}

function Told({ meter, label }: { readonly meter: MeterJson; readonly label: string }): ReactNode {
  const words = useWords(SELLING_WORDS);
  const { unknown } = useConsoleWords();
  const nameOf = useSubscriberName();
  const owner = useRead<SubscriberJson>(`/subscribers/${encodeURIComponent(meter.subscriber)}`);
  const dues = useRead<DuesJson>(`/meters/${meter.number}/dues`);
  const { balance } = meter.known;
  const arrears = dues.data?.arrears ?? '0';
  return (
    <>
      <Group gap="xs" mb="xs" align="baseline">
        <Text fw={650} fz="lg">
          {owner.data === undefined ? meter.subscriber : nameOf(owner.data)}
        </Text>
        <Text ff="monospace" className="quiet" aria-label={`${label} ${meter.number}`}>
          {meter.number}
        </Text>
      </Group>
      <Facts
        of={[
          {
            label: words.balance,
            value:
              balance === undefined ? (
                unknown
              ) : (
                <Aged ms={meter.agesMs.balance}>
                  <Money tokens={balance} />
                </Aged>
              ),
          },
          arrears !== '0' && { label: words.owes, value: <Money tokens={arrears} /> },
        ]}
      />
      <Unread of={owner} what={words.subscriber} />
      <Unread of={dues} what={words.owes} />
      {!takesValue(meter) && (
        <Text size="sm" mt="xs" role="alert">
          {meter.purse.state === 'open' ? words.frozen : words.closed}
        </Text>
      )}
    </>
  );
}
