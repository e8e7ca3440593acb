import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { CommandJson } from '../../../api/index.ts';
import { fill, METER_WORDS, type MeterWords } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useConsoleWords, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Panel } from '../../parts/page.tsx';

export type Orderable = keyof MeterWords['orderable'];
const ORDERABLE: readonly Orderable[] = ['open', 'close', 'clear-tamper', 'clear-over-current', 'clock'];

interface OrderProps {
  readonly number: string;
  readonly supplies: number;
}

/** Orders something of a meter, after one was asked again. */
export function OrderCommand({ number, supplies }: OrderProps): ReactNode {
  const words = useWords(METER_WORDS);
  const [what, setWhat] = useState<Orderable>('open');
  const [supply, setSupply] = useState('0');
  const [isSure, setSure] = useState(false);
  const ordering = useOrder(number);
  return (
    <Panel title={words.ordering}>
      <Group align="flex-end" gap="sm">
        <Select
          label={words.which}
          value={what}
          allowDeselect={false}
          onChange={(chosen) => setWhat((chosen ?? 'open') as Orderable)}
          data={ORDERABLE.map((value) => ({ value, label: words.orderable[value] }))}
          w={{ base: '100%', xs: 280 }}
        />
        {supplies > 1 && what !== 'clock' && (
          <Select
            label={words.supplies}
            value={supply}
            allowDeselect={false}
            onChange={(chosen) => setSupply(chosen ?? '0')}
            data={Array.from({ length: supplies + 1 }, (_, nth) => ({
              value: String(nth),
              label: nth === 0 ? words.supplies : fill(words.supply, nth),
            }))}
            w={140}
          />
        )}
        <Button onClick={() => setSure(true)}>{words.orderNow}</Button>
      </Group>
      {ordering.isSuccess && (
        <Text size="sm" mt="xs" role="status">
          {words.ordered}
        </Text>
      )}
      <Sure
        isOpen={isSure}
        close={() => setSure(false)}
        number={number}
        what={what}
        ordering={ordering}
        supply={Number(supply)}
      />
    </Panel>
  );
}

interface Ordered {
  readonly what: Orderable;
  readonly supply: number;
}

export function useOrder(number: string) {
  return useDoing<CommandJson, Ordered>((once, { what, supply }) =>
    change(`/meters/${number}/commands`, {
      ...{ method: 'POST', once },
      body: what === 'clock' ? { type: 'clock-set' } : { type: 'relay', supply, action: what },
    }),
  );
}

interface SureProps extends Ordered {
  readonly isOpen: boolean;
  readonly close: () => void;
  readonly number: string;
  readonly ordering: ReturnType<typeof useOrder>;
}

/** Asks once more, and says what the host refused beside what it is about. */
export function Sure({ isOpen, close, number, what, supply, ordering }: SureProps): ReactNode {
  const words = useWords(METER_WORDS);
  const shared = useConsoleWords();
  return (
    <Dialog isOpen={isOpen} close={close} title={words.orderable[what]}>
      <Stack gap="sm">
        <Text fw={600}>{fill(words.sure, number)}</Text>
        <Text size="sm">{words.sureNote}</Text>
        <RefusalLine error={ordering.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {shared.cancel}
          </Button>
          <Button loading={ordering.isPending} onClick={() => ordering.mutate({ what, supply }, { onSuccess: close })}>
            {words.orderNow}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
