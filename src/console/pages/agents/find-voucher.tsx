import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { VoucherJson } from '../../../api/index.ts';
import { fill, VOUCHER_WORDS } from '../../../words/index.ts';
import { dateOf } from '../../civil.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { useRead } from '../../reads.ts';
import { useSession } from '../../session.tsx';

const SERIAL = /^[a-z0-9][a-z0-9.-]{0,23}\.[0-9]{5}$/;

/** What became of one voucher, by the serial number on it: whoever brings it to a counter asks. */
export function FindVoucher(): ReactNode {
  const words = useWords(VOUCHER_WORDS);
  const [text, setText] = useState('');
  const [serial, setSerial] = useState<string>();
  const typed = text.trim().toLowerCase();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSerial(typed);
  };
  return (
    <Stack gap="xs">
      <form onSubmit={submit}>
        <Group gap="xs" align="end">
          <TextInput
            label={words.serial}
            description={words.serialHint}
            autoCapitalize="none"
            maxLength={30}
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={!SERIAL.test(typed)}>
            {words.find}
          </Button>
        </Group>
      </form>
      {serial !== undefined && <Found key={serial} serial={serial} />}
    </Stack>
  );
}

function Found({ serial }: { readonly serial: string }): ReactNode {
  const words = useWords(VOUCHER_WORDS);
  const { day, dateOfYear } = useFormat();
  const { zone } = useSession().utility;
  const { data, error } = useRead<VoucherJson>(`/vouchers/${serial}`, { live: true });
  if (error !== null) return <RefusalLine error={error} />;
  if (data === undefined) return null;
  const { state, value, expiresAt, soldAt, agent, payment, redeemedAt } = data;
  const used = payment === undefined ? undefined : fill(words.onItsWay, payment);
  return (
    <Stack gap={2} role="status">
      <Text size="sm" fw={600}>
        {data.serial} · <Money tokens={value} /> · {words.states[redeemedAt === undefined ? state : 'used']}
      </Text>
      {soldAt !== undefined && (
        <Text size="sm">
          {fill(words.soldOn, day(soldAt))}
          {agent === undefined ? '' : ` · ${agent}`}
        </Text>
      )}
      <Text size="sm">
        {redeemedAt === undefined
          ? (used ?? fill(words.goodUntil, dateOfYear(dateOf(expiresAt, zone))))
          : fill(words.usedOn, day(redeemedAt), payment ?? '')}
      </Text>
    </Stack>
  );
}
