import { Alert, Button, Group, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { FORM_WORDS } from '../../words/index.ts';
import type { Refusal } from '../ask.ts';
import { parseMoney } from '../format.ts';
import { useConsoleWords, useWords } from '../locale.tsx';
import { useReason } from '../reasons.ts';
import { useSession } from '../session.tsx';

/** Why something was not done, beside what it is about. What was typed stays. */
export function RefusalLine({ error }: { readonly error: Refusal | null }): ReactNode {
  const words = useWords(FORM_WORDS);
  const reasonOf = useReason();
  if (error === null) return null;
  const sentence =
    error.code === 'away' ? words.away : error.code === 'idempotency-key-reused' ? words.reused : reasonOf(error);
  return (
    <Alert role="alert" variant="default" p="xs" style={{ borderColor: 'var(--text)' }}>
      <Text size="sm">{sentence}</Text>
    </Alert>
  );
}

/** Minor units of what stands in a field of money. */
export function useParsedMoney(text: string): string | undefined {
  const { utility } = useSession();
  return parseMoney(text, utility.currency.exponent);
}

interface MoneyFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly description?: ReactNode;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly autoFocus?: boolean;
  /** Why money that is written as it should be is not taken. */
  readonly error?: string | false;
}

/** Money as people write it; says what it takes when it is something else. */
export function MoneyField({
  value,
  onChange,
  required = true,
  autoFocus,
  error = false,
  ...rest
}: MoneyFieldProps): ReactNode {
  const { utility } = useSession();
  const words = useWords(FORM_WORDS);
  const isWrong = value.trim() !== '' && parseMoney(value, utility.currency.exponent) === undefined;
  return (
    <TextInput
      {...rest}
      required={required}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      inputMode="decimal"
      autoComplete="off"
      data-autofocus={autoFocus}
      error={isWrong ? words.money : error}
      rightSection={
        <Text size="xs" className="quiet">
          {utility.currency.code}
        </Text>
      }
      rightSectionWidth={52}
      styles={{ input: { textAlign: 'right', fontVariantNumeric: 'tabular-nums' } }}
    />
  );
}

interface SubmitProps {
  readonly label: string;
  readonly isPending: boolean;
  readonly disabled?: boolean;
  readonly cancel?: () => void;
}

/** The end of a form: do it, or leave it. */
export function Submit({ label, isPending, disabled = false, cancel }: SubmitProps): ReactNode {
  const shared = useConsoleWords();
  return (
    <Group justify="flex-end" gap="xs" mt="xs">
      {cancel !== undefined && (
        <Button variant="default" onClick={cancel}>
          {shared.cancel}
        </Button>
      )}
      <Button type="submit" loading={isPending} disabled={disabled}>
        {label}
      </Button>
    </Group>
  );
}
