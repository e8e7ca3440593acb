import { Button, Checkbox, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { UseMutationResult } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { MeterJson, TenancyJson } from '../../api/index.ts';
import { fill, MOVING_WORDS } from '../../words/index.ts';
import { change, type Refusal } from '../ask.ts';
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

/** What is asked of the host. */
export type Move =
  | { readonly name: 'moveOut'; readonly body: { readonly dead: boolean; readonly next?: string } }
  | { readonly name: 'moveIn'; readonly body: { readonly subscriber: string } };

export const pathOf = (meter: string, { name }: Move): string =>
  `/meters/${meter}/${name === 'moveOut' ? 'move-out' : 'move-in'}`;

/** How it is asked: at a desk at once, and before a meter also later. */
export type UseMoves = (
  meter: string,
  done: () => void,
) => Pick<UseMutationResult<unknown, Refusal, Move>, 'error' | 'isPending' | 'mutate'>;

export const useMovesNow: UseMoves = (meter, done) =>
  useDoing<TenancyJson, Move>(
    (once, move) => change(pathOf(meter, move), { method: 'POST', once, body: move.body }),
    done,
  );

interface MovingProps {
  readonly meter: MeterJson;
  /** Of its button: as those beside it. */
  readonly size: 'compact-sm' | 'md';
  readonly useMoves: UseMoves;
  /** Moves may wait for a network; the last that does, if any. */
  readonly later?: { readonly waits: Move['name'] | undefined };
}

/** Who lived at a meter and what became of what they left; and a household moves out, or another in. */
export function Moving({ meter, size, useMoves, later }: MovingProps): ReactNode {
  const words = useWords(MOVING_WORDS);
  const mayMove = useMay('moveOut') !== undefined;
  const [isOpen, { open, close }] = useDisclosure();
  const path = `/meters/${meter.number}/tenancies`;
  const tenancies = useRead<{ readonly items: readonly TenancyJson[] }>(path, { live: true });
  const { data, error, fetchStatus } = tenancies;
  // A phone without network asks nobody, and waits until it has one.
  const isAway = data === undefined && (fetchStatus === 'paused' || error?.code === 'away');
  const isEmpty = isUnoccupied(meter);
  const isDead = isEmpty && data?.items[0]?.reading === 'last-proved';
  const willBeEmpty = later?.waits === undefined ? isEmpty : later.waits === 'moveOut';
  const Form = willBeEmpty ? MoveIn : MoveOut;
  return (
    <Stack gap="sm">
      {isAway ? (
        <Text size="sm">{words.withNetwork}</Text>
      ) : (
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
      )}
      {mayMove && !isDead && (!isAway || later !== undefined) && (
        <Button size={size} variant="default" onClick={open} style={{ alignSelf: 'start' }}>
          {willBeEmpty ? words.moveIn : words.moveOut}
        </Button>
      )}
      <Form meter={meter.number} isOpen={isOpen} close={close} useMoves={useMoves} />
    </Stack>
  );
}

interface FormProps {
  readonly meter: string;
  readonly isOpen: boolean;
  readonly close: () => void;
  readonly useMoves: UseMoves;
}

function MoveOut({ meter, isOpen, close, useMoves }: FormProps): ReactNode {
  const words = useWords(MOVING_WORDS);
  const [next, setNext] = useState('');
  const [dead, setDead] = useState(false);
  const moving = useMoves(meter, close);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const number = next.trim().toLowerCase();
    moving.mutate({ name: 'moveOut', body: { dead, ...(number !== '' && { next: number }) } });
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

function MoveIn({ meter, isOpen, close, useMoves }: FormProps): ReactNode {
  const words = useWords(MOVING_WORDS);
  const [subscriber, setSubscriber] = useState('');
  const moving = useMoves(meter, close);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    moving.mutate({ name: 'moveIn', body: { subscriber: subscriber.trim() } });
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
