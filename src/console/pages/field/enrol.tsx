import { Button, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import type { MeterJson } from '../../../api/index.ts';
import { FIELD_WORDS, fill } from '../../../words/index.ts';
import { useWork } from '../../kept/use-work.ts';
import { useWords } from '../../locale.tsx';
import { SubscriberField } from '../../moving/subscriber-field.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { say } from '../../parts/notices.tsx';
import { Panel } from '../../parts/page.tsx';

/** Those with which value arrives exactly once. */
const SUITES: readonly MeterJson['suite'][] = ['aes128', 'aes256', '3des-xo'];

/** Commissions a meter that was mounted. */
export function Enrol(): ReactNode {
  const words = useWords(FIELD_WORDS);
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <Panel>
      {isOpen ? (
        <EnrolForm close={close} />
      ) : (
        <Button variant="default" size="lg" fullWidth onClick={open}>
          {words.enrol}
        </Button>
      )}
    </Panel>
  );
}

function EnrolForm({ close }: { readonly close: () => void }): ReactNode {
  const words = useWords(FIELD_WORDS);
  const navigate = useNavigate();
  const [number, setNumber] = useState('');
  const [subscriber, setSubscriber] = useState('');
  const [localUnit, setLocalUnit] = useState<number | string>(0);
  const [modemAddress, setModemAddress] = useState<number | string>('');
  const [suite, setSuite] = useState<string | null>('aes128');
  const [supplies, setSupplies] = useState<number | string>(1);
  const [tariff, setTariff] = useState('');
  const meter = number.trim().toLowerCase();
  const body = {
    ...{ number: meter, subscriber: subscriber.trim(), suite },
    ...{ localUnit: Number(localUnit), modemAddress: Number(modemAddress), supplies: Number(supplies) },
    ...(tariff.trim() !== '' && { tariff: tariff.trim() }),
  };
  const enrolling = useWork(
    () => ({ name: 'enrol', subject: meter, path: '/meters', change: { method: 'POST', body } }),
    (outcome) => {
      close();
      if (outcome === 'waiting') return;
      say(fill(words.enrolled, meter));
      void navigate(`/field/${meter}`);
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enrolling.mutate();
  };
  return (
    <form onSubmit={submit} aria-label={words.enrol}>
      <Stack gap="sm">
        <Text fw={650}>{words.enrol}</Text>
        <Text size="sm" className="quiet">
          {words.enrolNote}
        </Text>
        <TextInput
          label={words.number}
          required
          autoCapitalize="none"
          value={number}
          onChange={({ currentTarget }) => setNumber(currentTarget.value)}
        />
        <SubscriberField label={words.subscriber} value={subscriber} onChange={setSubscriber} />
        <NumberInput
          label={words.localUnit}
          description={words.localUnitNote}
          required
          min={0}
          max={65_535}
          allowDecimal={false}
          value={localUnit}
          onChange={setLocalUnit}
        />
        <NumberInput
          label={words.address}
          description={words.addressNote}
          required
          min={0}
          max={255}
          allowDecimal={false}
          value={modemAddress}
          onChange={setModemAddress}
        />
        <Select label={words.suite} allowDeselect={false} data={[...SUITES]} value={suite} onChange={setSuite} />
        <NumberInput
          label={words.supplies}
          required
          min={1}
          max={4}
          allowDecimal={false}
          value={supplies}
          onChange={setSupplies}
        />
        <TextInput
          label={words.tariff}
          description={words.tariffNote}
          value={tariff}
          onChange={({ currentTarget }) => setTariff(currentTarget.value)}
        />
        <RefusalLine error={enrolling.error} />
        <Submit label={words.enrol} isPending={enrolling.isPending} cancel={close} />
      </Stack>
    </form>
  );
}
