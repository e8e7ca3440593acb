import { SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { fill, TILL_WORDS } from '../../../words/index.ts';
import type { Refusal } from '../../ask.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { Facts } from '../../parts/rows.tsx';
import { balanceOf, type Counted, cashOf, denominationsOf } from '../../sale/cash.ts';
import { useSession } from '../../session.tsx';

interface CountTillProps {
  readonly expected: string;
  readonly refused: Refusal | null;
  readonly isPending: boolean;
  readonly cancel: () => void;
  readonly onCounted: (counted: string) => void;
}

/** Notes and coins, piece by piece, with the sum and the difference while one counts. */
export function CountTill({ expected, refused, isPending, cancel, onCounted }: CountTillProps): ReactNode {
  const words = useWords(TILL_WORDS);
  const { money } = useFormat();
  const { utility } = useSession();
  const [counted, setCounted] = useState<Counted>({});
  const cash = cashOf(counted);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (cash !== undefined) onCounted(cash);
  };
  const difference = cash === undefined ? undefined : balanceOf(String(BigInt(cash) - BigInt(expected)));
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm" className="quiet">
          {words.count}. {words.countHint}
        </Text>
        <SimpleGrid cols={{ base: 2, xs: 3 }} spacing="xs" verticalSpacing="xs">
          {denominationsOf(utility.currency).map((worth, i) => (
            <TextInput
              key={worth}
              data-autofocus={i === 0 || undefined}
              label={money(worth)}
              aria-label={fill(words.pieces, money(worth))}
              size="xs"
              inputMode="numeric"
              autoComplete="off"
              value={counted[worth] ?? ''}
              onChange={({ currentTarget }) => setCounted({ ...counted, [worth]: currentTarget.value })}
              styles={{ input: { textAlign: 'right' } }}
            />
          ))}
        </SimpleGrid>
        {cash === undefined || difference === undefined ? (
          <Text size="sm" role="alert">
            {words.wrongCount}
          </Text>
        ) : (
          <div aria-live="polite">
            <Facts
              of={[
                { label: words.expected, value: money(expected) },
                { label: words.counted, value: money(cash) },
                { label: words.difference, value: <b>{fill(words.balance[difference.kind], money(difference.by))}</b> },
              ]}
            />
          </div>
        )}
        <RefusalLine error={refused} />
        <Submit label={words.close} isPending={isPending} disabled={cash === undefined} cancel={cancel} />
      </Stack>
    </form>
  );
}
