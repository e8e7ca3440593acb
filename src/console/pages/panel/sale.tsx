import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { OrderJson, PurchaseJson } from '../../../api/index.ts';
import { fill, PANEL_WORDS } from '../../../words/index.ts';
import { change, type Refusal, read } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { decimalText, parseMoney } from '../../format.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Panel } from '../../parts/page.tsx';
import { Passes, useTravel } from '../../parts/travel.tsx';
import { useReason } from '../../reasons.ts';
import { useMay, useSession } from '../../session.tsx';

const USUAL_MINOR_UNITS = '500';
const ASK_EVERY_MS = 1_000;
const ON_ITS_WAY: readonly OrderJson['state'][] = ['waiting', 'outstanding', 'voiding'];

/** Sells value to one meter for cash, and shows it travel. */
export function Sale({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(PANEL_WORDS);
  const reasonOf = useReason();
  const { utility } = useSession();
  const { money } = useFormat();
  const { exponent } = utility.currency;
  const hears = useMay('streamEvents') === 'all';
  const travel = useTravel(meter);
  const [text, setText] = useState(() => decimalText(USUAL_MINOR_UNITS, exponent));
  const paid = parseMoney(text, exponent);
  const selling = useDoing<PurchaseJson, string>((once, amount) =>
    change('/purchases', { method: 'POST', body: { meter, paid: amount, method: 'cash' }, once }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (paid !== undefined) selling.mutate(paid);
  };
  return (
    <Panel title={words.sell}>
      <Stack gap="sm">
        <Text size="sm" className="quiet">
          {words.sellWhy}
        </Text>
        <form onSubmit={submit}>
          <Group align="flex-start" gap="xs">
            <TextInput
              label={words.amount}
              value={text}
              inputMode="decimal"
              onChange={({ currentTarget }) => setText(currentTarget.value)}
              error={paid === undefined ? words.amountWrong : selling.error && reasonOf(selling.error)}
              w={180}
            />
            <Button type="submit" mt={25} loading={selling.isPending} disabled={paid === undefined || paid === '0'}>
              {words.sell}
            </Button>
          </Group>
        </form>
        {selling.data !== undefined && (
          <Sold order={selling.data.order.id} sentence={fill(words.sold, money(selling.data.paid))} />
        )}
        {hears && (selling.data !== undefined || travel.passed.length > 0) && <Passes travel={travel} />}
      </Stack>
    </Panel>
  );
}

function Sold({ order, sentence }: { readonly order: string; readonly sentence: string }): ReactNode {
  const words = useWords(PANEL_WORDS);
  const { data } = useQuery<OrderJson, Refusal>({
    queryKey: ['travelling', order],
    queryFn: () => read<OrderJson>(`/orders/${encodeURIComponent(order)}`),
    refetchInterval: ({ state }) =>
      state.data === undefined || ON_ITS_WAY.includes(state.data.state) ? ASK_EVERY_MS : false,
  });
  return (
    <Text size="sm" role="status">
      {sentence} {words.orderStates[data?.state ?? 'waiting']}
    </Text>
  );
}
