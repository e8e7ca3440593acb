import { Button, Group, List, NumberInput, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { MeterJson } from '../../../api/index.ts';
import { FIELD_WORDS, fill, WORK_WORDS } from '../../../words/index.ts';
import { useWork } from '../../kept/use-work.ts';
import { workHere } from '../../kept/work.ts';
import { useWords } from '../../locale.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { say } from '../../parts/notices.tsx';
import { Panel } from '../../parts/page.tsx';
import { useMay } from '../../session.tsx';
import { useSignal } from '../../signal.ts';

/** Another address on its line, or another meter in its place. */
export function Work({ meter }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(FIELD_WORDS);
  const mayReaddress = useMay('readdressMeter') !== undefined;
  return (
    <Panel title={words.work}>
      <Stack gap="md">
        {mayReaddress && <Readdress meter={meter} />}
        <Replace meter={meter} />
      </Stack>
    </Panel>
  );
}

function Readdress({ meter }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(FIELD_WORDS);
  const [address, setAddress] = useState<number | string>(meter.modemAddress);
  const readdressing = useWork(
    () => ({
      ...{ name: 'readdress', subject: meter.number, path: `/meters/${meter.number}/address` },
      change: { method: 'PUT', body: { modemAddress: Number(address) } },
    }),
    (outcome) => outcome === 'sent' && say(fill(words.readdressed, address)),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    readdressing.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Group align="flex-end" gap="xs">
          <NumberInput
            label={words.readdress}
            description={words.addressNote}
            min={0}
            max={255}
            allowDecimal={false}
            value={address}
            onChange={setAddress}
          />
          <Button
            type="submit"
            variant="default"
            loading={readdressing.isPending}
            disabled={address === '' || Number(address) === meter.modemAddress}
          >
            {words.readdress}
          </Button>
        </Group>
        <RefusalLine error={readdressing.error} />
      </Stack>
    </form>
  );
}

/** In the order in which no value is lost. */
function Replace({ meter }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(FIELD_WORDS);
  const [isSure, setSure] = useState(false);
  const path = `/meters/${meter.number}/closing`;
  const { closingWaits } = useWords(WORK_WORDS);
  const isWaiting = useSignal(workHere).some((work) => work.path === path && work.state === 'waiting');
  const closing = useWork(() => ({ name: 'closePurse', subject: meter.number, path, change: { method: 'POST' } }));
  const { state } = meter.purse;
  return (
    <Stack gap="xs">
      <Title order={3} size="h6">
        {words.replace}
      </Title>
      <List type="ordered" size="sm" spacing={4}>
        {words.replaceSteps.map((step) => (
          <List.Item key={step}>{step}</List.Item>
        ))}
      </List>
      {isWaiting ? (
        <Text size="sm" fw={600} role="status">
          {closingWaits}
        </Text>
      ) : state !== 'open' ? (
        <Text size="sm" fw={600} role="status">
          {state === 'closing' ? words.closing : words.purse.closed}
        </Text>
      ) : (
        <Stack gap="xs" align="flex-start">
          <Text size="sm">{words.closePurseWhy}</Text>
          <Button
            variant={isSure ? 'filled' : 'default'}
            loading={closing.isPending}
            onClick={isSure ? () => closing.mutate() : () => setSure(true)}
          >
            {isSure ? `${words.closePurse}: ${words.sure}` : words.closePurse}
          </Button>
          <RefusalLine error={closing.error} />
        </Stack>
      )}
    </Stack>
  );
}
