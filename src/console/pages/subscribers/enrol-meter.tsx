import { NumberInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { MeterJson, TariffJson } from '../../../api/index.ts';
import { SUBSCRIBER_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { Unread } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';

interface Props {
  readonly subscriber: string;
  readonly isOpen: boolean;
  readonly close: () => void;
}

/** Those that a new meter may have; the laboratory's is none of them. */
const SUITES = ['aes128', 'aes256', '3des-xo'] as const;
const SUPPLIES_MAX = 4;
const LOCAL_UNIT_MAX = 65_535;
const MODEM_MAX = 255;

/** A meter becomes somebody's: what is on it, and where it hangs. */
export function EnrolMeter({ subscriber, isOpen, close }: Props): ReactNode {
  const words = useWords(SUBSCRIBER_WORDS);
  const [number, setNumber] = useState('');
  const [localUnit, setLocalUnit] = useState<string | number>('');
  const [modemAddress, setModemAddress] = useState<string | number>('');
  const [supplies, setSupplies] = useState<string | number>(1);
  const [suite, setSuite] = useState<string>(SUITES[0]);
  const [tariff, setTariff] = useState<string | null>(null);
  const mayRead = useMay('listTariffs') !== undefined;
  const tariffs = useRead<{ readonly items: readonly TariffJson[] }>('/tariffs', { enabled: isOpen && mayRead });
  const names = [...new Set((tariffs.data?.items ?? []).map(({ name }) => name))];
  const enrolling = useDoing<MeterJson>(
    () => {
      const body = {
        ...{ number: number.trim().toLowerCase(), subscriber, suite },
        ...{ localUnit: Number(localUnit), modemAddress: Number(modemAddress), supplies: Number(supplies) },
        ...(tariff !== null && { tariff }),
      };
      return change('/meters', { method: 'POST', body });
    },
    () => {
      setNumber('');
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enrolling.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={words.enrol}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={words.number}
            description={words.numberHint}
            required
            maxLength={6}
            data-autofocus
            autoCapitalize="none"
            value={number}
            onChange={({ currentTarget }) => setNumber(currentTarget.value)}
          />
          <SimpleGrid cols={2} spacing="sm" style={{ alignItems: 'end' }}>
            <NumberInput
              label={words.localUnit}
              description={words.localUnitHint}
              required
              min={0}
              max={LOCAL_UNIT_MAX}
              allowDecimal={false}
              hideControls
              value={localUnit}
              onChange={setLocalUnit}
            />
            <NumberInput
              label={words.modem}
              description={words.modemHint}
              required
              min={0}
              max={MODEM_MAX}
              allowDecimal={false}
              hideControls
              value={modemAddress}
              onChange={setModemAddress}
            />
            <Select
              label={words.suite}
              data={[...SUITES]}
              value={suite}
              onChange={(value) => setSuite(value ?? SUITES[0])}
              allowDeselect={false}
            />
            <NumberInput
              label={words.supplies}
              required
              min={1}
              max={SUPPLIES_MAX}
              allowDecimal={false}
              value={supplies}
              onChange={setSupplies}
            />
          </SimpleGrid>
          <Select
            label={words.tariff}
            placeholder={words.usual}
            data={names}
            value={tariff}
            onChange={setTariff}
            clearable
          />
          <Unread of={tariffs} what={words.tariff} />
          <RefusalLine error={enrolling.error} />
          <Submit label={words.enrol} isPending={enrolling.isPending} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
