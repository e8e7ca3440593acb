import { Button, Group, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { PhoneAccessJson } from '../../../api/index.ts';
import { fill, LANGUAGE_NAMES, LANGUAGES, PHONE_ACCESS_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { decimalText } from '../../format.ts';
import { useLocale, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit, useParsedMoney } from '../../parts/fields.tsx';
import { Money } from '../../parts/figures.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay, useSession } from '../../session.tsx';

const PIN_DIGITS = 6;

/** Who acts for this household by telephone: from which number, and whether by a PIN, which nobody is shown. */
export function PhoneAccess({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(PHONE_ACCESS_WORDS);
  const read = useRead<PhoneAccessJson>(`/meters/${meter}/phone-access`);
  const mayAllow = useMay('allowCaller') !== undefined;
  const [isOpen, { open, close }] = useDisclosure();
  const forbidding = useDoing<undefined>((once) => change(`/meters/${meter}/phone-access`, { method: 'DELETE', once }));
  const isNone = read.error?.code === 'phone-access-unknown';
  const access = isNone ? undefined : read.data;
  if (read.error?.code === 'not-found') {
    return (
      <Text size="sm" className="quiet">
        {words.noTelephone}
      </Text>
    );
  }
  if (!isNone && access === undefined) return <Loaded of={read}>{() => null}</Loaded>;
  return (
    <Stack gap="xs">
      {access === undefined ? (
        <Text size="sm" className="quiet">
          {words.none}
        </Text>
      ) : (
        <Facts
          of={[
            { label: words.digits, value: access.digits },
            { label: words.number, value: access.number ?? words.noNumber },
            { label: words.pin, value: access.hasPin ? words.hasPin : words.hasNoPin },
            { label: words.language, value: LANGUAGE_NAMES[access.language] },
            access.usual !== undefined && { label: words.usual, value: <Money tokens={access.usual} /> },
            { label: words.means, value: access.means.map(({ port }) => port).join(', ') || words.noMeans },
          ]}
        />
      )}
      {mayAllow && (
        <Group gap="xs">
          <Button size="compact-sm" variant="default" onClick={open}>
            {access === undefined ? words.allow : words.change}
          </Button>
          {access !== undefined && (
            <Button
              size="compact-sm"
              variant="default"
              title={words.forbidNote}
              loading={forbidding.isPending}
              onClick={() => forbidding.mutate()}
            >
              {words.forbid}
            </Button>
          )}
        </Group>
      )}
      <RefusalLine error={forbidding.error} />
      <Dialog isOpen={isOpen} close={close} title={fill(words.of, meter)}>
        <Allow meter={meter} access={access} close={close} />
      </Dialog>
    </Stack>
  );
}

interface AllowProps {
  readonly meter: string;
  readonly access: PhoneAccessJson | undefined;
  readonly close: () => void;
}

type PinChange = 'stays' | 'new' | 'none';

function Allow({ meter, access, close }: AllowProps): ReactNode {
  const words = useWords(PHONE_ACCESS_WORDS);
  const { language: shown } = useLocale();
  const { exponent } = useSession().utility.currency;
  const [number, setNumber] = useState(access?.number ?? '');
  const [language, setLanguage] = useState(access?.language ?? shown);
  const [usualText, setUsual] = useState(access?.usual === undefined ? '' : decimalText(access.usual, exponent));
  const changes: readonly PinChange[] = access?.hasPin ? ['stays', 'new', 'none'] : ['new', 'none'];
  const [pinChange, setPinChange] = useState<PinChange>(access === undefined ? 'new' : (changes[0] ?? 'new'));
  const [pin, setPin] = useState('');
  const usual = useParsedMoney(usualText);
  const digits = number.replace(/^\+/, '').replaceAll(/[\s-]/g, '');
  const allowing = useDoing<PhoneAccessJson>((once) => {
    const body = {
      language,
      ...(digits !== '' && { number: digits }),
      ...(usual !== undefined && { usual }),
      ...(pinChange !== 'stays' && { pin: pinChange === 'new' ? pin : null }),
    };
    return change(`/meters/${meter}/phone-access`, { method: 'PUT', once, body });
  }, close);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    allowing.mutate();
  };
  const isUsualWrong = usualText.trim() !== '' && usual === undefined;
  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack gap="sm">
        <TextInput
          label={words.number}
          description={words.numberHint}
          inputMode="tel"
          autoComplete="off"
          data-autofocus
          value={number}
          onChange={({ currentTarget }) => setNumber(currentTarget.value)}
        />
        <Select
          label={words.language}
          data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          value={language}
          allowDeselect={false}
          onChange={(picked) => setLanguage(LANGUAGES.find((each) => each === picked) ?? language)}
        />
        <MoneyField label={words.usual} value={usualText} onChange={setUsual} required={false} />
        <Select
          label={words.pin}
          data={changes.map((value) => ({ value, label: words.pinChanges[value] }))}
          value={pinChange}
          allowDeselect={false}
          onChange={(picked) => setPinChange(changes.find((each) => each === picked) ?? pinChange)}
        />
        {pinChange === 'new' && (
          <PasswordInput
            label={words.newPin}
            description={words.pinHint}
            required
            inputMode="numeric"
            autoComplete="new-password"
            maxLength={PIN_DIGITS}
            value={pin}
            onChange={({ currentTarget }) => setPin(currentTarget.value)}
          />
        )}
        <RefusalLine error={allowing.error} />
        <Submit
          label={words.save}
          isPending={allowing.isPending}
          disabled={isUsualWrong || (pinChange === 'new' && pin.length !== PIN_DIGITS)}
          cancel={close}
        />
      </Stack>
    </form>
  );
}
