import { Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { TenancyJson } from '../../api/index.ts';
import { fill, MOVING_WORDS } from '../../words/index.ts';
import { change } from '../ask.ts';
import { useDoing } from '../doing.ts';
import { useFormat, useWords } from '../locale.tsx';
import { RefusalLine } from '../parts/fields.tsx';
import { Money } from '../parts/figures.tsx';
import { Facts } from '../parts/rows.tsx';
import { useMay } from '../session.tsx';
import { type PaidBy, PaidByField } from './paid-by.tsx';

interface TenancyFactsProps {
  readonly tenancy: TenancyJson;
  /** In place of whose it was, where that is known. */
  readonly head?: ReactNode;
  /** Nobody has come since. */
  readonly isLatest: boolean;
}

/** When a household lived at a meter, and what became of what it left. */
export function TenancyFacts({ tenancy, head, isLatest }: TenancyFactsProps): ReactNode {
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
  const [method, setMethod] = useState<PaidBy>('cash');
  const [isSure, setSure] = useState(false);
  const paying = useDoing((once) =>
    change(`/tenancies/${tenancy.id}/payout`, { method: 'POST', once, body: { method } }),
  );
  if (!mayPay) return null;
  return (
    <Stack gap="xs" mt="xs">
      <Group gap="xs" align="flex-end">
        <PaidByField value={method} onChange={setMethod} />
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
