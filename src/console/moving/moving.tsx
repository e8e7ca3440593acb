import { Button, Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import type { MeterJson, TenancyJson } from '../../api/index.ts';
import { fill, MOVING_WORDS } from '../../words/index.ts';
import { change } from '../ask.ts';
import { useDoing } from '../doing.ts';
import { useFormat, useWords } from '../locale.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { RefusalLine, Submit } from '../parts/fields.tsx';
import { Money } from '../parts/figures.tsx';
import { Panel } from '../parts/page.tsx';
import { Facts } from '../parts/rows.tsx';
import { Loaded } from '../parts/states.tsx';
import { useRead } from '../reads.ts';
import { useMay } from '../session.tsx';
import { isUnoccupied } from './occupant.ts';

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
  const isEmpty = isUnoccupied(meter);
  const isDead = isEmpty && tenancies.data?.items[0]?.reading === 'last-proved';
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
                {words.nobodyMoved}
              </Text>
            )}
            {items.map((tenancy, i) => (
              <Told key={tenancy.id} tenancy={tenancy} isLatest={i === 0} />
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

/** Where somebody lived: when, and what became of what they left. */
export function Stays({ subscriber }: { readonly subscriber: string }): ReactNode {
  const words = useWords(MOVING_WORDS);
  const { exact } = useFormat();
  const path = `/subscribers/${encodeURIComponent(subscriber)}/tenancies`;
  const { data } = useRead<{ readonly items: readonly TenancyJson[] }>(path, { live: true });
  const left = (data?.items ?? []).filter(({ state }) => state === 'left');
  if (left.length === 0) return null;
  return (
    <Panel title={words.stays}>
      <Stack gap="md">
        {left.map((tenancy) => (
          <Told
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

interface ToldProps {
  readonly tenancy: TenancyJson;
  /** In place of whose it was, where that is known. */
  readonly head?: ReactNode;
  /** Nobody has come since. */
  readonly isLatest: boolean;
}

function Told({ tenancy, head, isLatest }: ToldProps): ReactNode {
  const words = useWords(MOVING_WORDS);
  const { exact, register } = useFormat();
  const { subscriber, state, movedInAt, askedAt = '', leftAt = '', reading, readAt = '', paidOutAt } = tenancy;
  const { balance, owed = '0', settled = '0', carried = '0', refund = '0', next = '', energyWh, energyAt } = tenancy;
  const since = { living: movedInAt, leaving: askedAt, left: leftAt }[state];
  const standing = fill(words[state], exact(since));
  const toldWhen = (text: string, at: string) => (
    <Text span size="xs" className="quiet">
      {fill(text, exact(at))}
    </Text>
  );
  // A dead meter tells none any more, and what it tells once somebody has come is theirs as well.
  const before = isLatest && reading === 'proved' ? words.energyAwaited : words.energyBefore;
  const amount = (label: string, tokens: string) =>
    tokens === '0' ? [] : [{ label, value: <Money tokens={tokens} /> }];
  return (
    <section aria-label={`${subscriber}: ${standing}`}>
      <Text size="sm">
        {head ?? (
          <>
            <b>{subscriber}</b> · {standing}
          </>
        )}
      </Text>
      {balance !== undefined && (
        <Facts
          of={[
            {
              label: words.balance,
              value: (
                <>
                  <Money tokens={balance} /> {toldWhen(reading === 'proved' ? words.proved : words.lastProved, readAt)}
                </>
              ),
            },
            ...(energyWh === undefined || energyAt === undefined
              ? []
              : [
                  {
                    label: words.energy,
                    value: (
                      <>
                        {register(Number(energyWh))} {toldWhen(energyAt < readAt ? before : words.proved, energyAt)}
                      </>
                    ),
                  },
                ]),
            ...amount(words.owed, owed),
            ...amount(words.settled, settled),
            ...amount(fill(words.carried, next), carried),
            ...amount(paidOutAt === undefined ? words.refund : fill(words.paidOut, exact(paidOutAt)), refund),
          ]}
        />
      )}
      {refund !== '0' && paidOutAt === undefined && <PayOut tenancy={tenancy} />}
    </section>
  );
}

function PayOut({ tenancy }: { readonly tenancy: TenancyJson }): ReactNode {
  const words = useWords(MOVING_WORDS);
  const mayPay = useMay('payOutRest') !== undefined;
  const [method, setMethod] = useState<string>('cash');
  const [isSure, setSure] = useState(false);
  const paying = useDoing((once) =>
    change(`/tenancies/${tenancy.id}/payout`, { method: 'POST', once, body: { method } }),
  );
  if (!mayPay) return null;
  return (
    <Stack gap="xs" mt="xs">
      <Group gap="xs" align="flex-end">
        <Select
          label={words.method}
          allowDeselect={false}
          data={(['cash', 'bank-transfer'] as const).map((value) => ({ value, label: words.methods[value] }))}
          value={method}
          onChange={(value) => setMethod(value ?? 'cash')}
        />
        <Button
          variant={isSure ? 'filled' : 'default'}
          loading={paying.isPending}
          onClick={isSure ? () => paying.mutate() : () => setSure(true)}
        >
          {isSure ? `${words.payOut}: ${words.sure}` : words.payOut}
        </Button>
      </Group>
      <RefusalLine error={paying.error} />
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
          <TextInput
            label={words.subscriber}
            required
            data-autofocus
            autoCapitalize="none"
            value={subscriber}
            onChange={({ currentTarget }) => setSubscriber(currentTarget.value)}
          />
          <RefusalLine error={moving.error} />
          <Submit label={words.moveIn} isPending={moving.isPending} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
