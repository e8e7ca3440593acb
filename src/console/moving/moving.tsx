import { Button, Checkbox, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { MeterJson, TenancyJson } from '../../api/index.ts';
import { fill, MOVING_WORDS } from '../../words/index.ts';
import { change } from '../ask.ts';
import { useDoing } from '../doing.ts';
import { useWords } from '../locale.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { RefusalLine, Submit } from '../parts/fields.tsx';
import { Loaded } from '../parts/states.tsx';
import { useRead } from '../reads.ts';
import { useMay } from '../session.tsx';
import { isUnoccupied } from './occupant.ts';
import { SubscriberField } from './subscriber-field.tsx';
import { TenancyFacts } from './tenancy.tsx';

interface MovingProps {
  readonly meter: MeterJson;
  /** Of its button: as those beside it. */
  readonly size: 'compact-sm' | 'md';
}

/** Who lived at a meter and what became of what they left; and a household moves out, or another in. */
export function Moving({ meter, size }: MovingProps): ReactNode {
  const words = useWords(MOVING_WORDS);
  const mayMove = useMay('moveOut') !== undefined;
  const [isOpen, { open, close }] = useDisclosure();
  const path = `/meters/${meter.number}/tenancies`;
  const tenancies = useRead<{ readonly items: readonly TenancyJson[] }>(path, { live: true });
  const { data, error, fetchStatus } = tenancies;
  // A phone without network asks nobody, and waits until it has one.
  const isAway = data === undefined && (fetchStatus === 'paused' || error?.code === 'away');
  const isEmpty = isUnoccupied(meter);
  if (isAway) return <Text size="sm">{words.withNetwork}</Text>;
  const isDead = isEmpty && data?.items[0]?.reading === 'last-proved';
  const Form = isEmpty ? MoveIn : MoveOut;
  return (
    <Stack gap="sm">
      <Loaded of={tenancies} waiting={words.waiting}>
        {({ items }) => (
          <Stack gap="sm">
            {isEmpty && (
              <div>
                <Text size="sm" fw={600}>
                  {words.nobodyLives}
                </Text>
                {meter.purse.state === 'closed' && (
                  <Text size="sm">{isDead ? words.closedForGood : words.closedUntil}</Text>
                )}
              </div>
            )}
            {items.length === 0 && !isEmpty && (
              <Text size="sm" className="quiet">
                {fill(words.nobodyMoved, meter.subscriber)}
              </Text>
            )}
            {items.map((tenancy, i) => (
              <TenancyFacts key={tenancy.id} tenancy={tenancy} isLatest={i === 0} />
            ))}
          </Stack>
        )}
      </Loaded>
      {mayMove && !isDead && (
        <Button size={size} variant="default" onClick={open} style={{ alignSelf: 'start' }}>
          {isEmpty ? words.moveIn : words.moveOut}
        </Button>
      )}
      <Form meter={meter.number} isOpen={isOpen} close={close} />
    </Stack>
  );
}

interface FormProps {
  readonly meter: string;
  readonly isOpen: boolean;
  readonly close: () => void;
}

function MoveOut({ meter, isOpen, close }: FormProps): ReactNode {
  const words = useWords(MOVING_WORDS);
  const [next, setNext] = useState('');
  const [dead, setDead] = useState(false);
  const moving = useDoing<TenancyJson>((once) => {
    const number = next.trim().toLowerCase();
    const body = { dead, ...(number !== '' && { next: number }) };
    return change(`/meters/${meter}/move-out`, { method: 'POST', once, body });
  }, close);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    moving.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={`${words.moveOut}: ${meter}`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.moveOutNote}</Text>
          <TextInput
            label={words.next}
            description={words.nextNote}
            maxLength={6}
            autoCapitalize="none"
            value={next}
            onChange={({ currentTarget }) => setNext(currentTarget.value)}
          />
          <Checkbox
            label={words.dead}
            description={words.deadNote}
            checked={dead}
            onChange={({ currentTarget }) => setDead(currentTarget.checked)}
          />
          <RefusalLine error={moving.error} />
          <Submit label={words.moveOut} isPending={moving.isPending} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}

function MoveIn({ meter, isOpen, close }: FormProps): ReactNode {
  const words = useWords(MOVING_WORDS);
  const [subscriber, setSubscriber] = useState('');
  const moving = useDoing<TenancyJson>((once) => {
    const body = { subscriber: subscriber.trim() };
    return change(`/meters/${meter}/move-in`, { method: 'POST', once, body });
  }, close);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    moving.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={`${words.moveIn}: ${meter}`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.moveInNote}</Text>
          <SubscriberField label={words.subscriber} value={subscriber} onChange={setSubscriber} autoFocus />
          <RefusalLine error={moving.error} />
          <Submit label={words.moveIn} isPending={moving.isPending} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
