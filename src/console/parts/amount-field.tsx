import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { fill, PORTAL_WORDS } from '../../words/index.ts';
import { decimalText, parseMoney } from '../format.ts';
import { useWords } from '../locale.tsx';
import { useSession } from '../session.tsx';

interface AmountFieldProps {
  readonly label: string;
  /** As it is typed. */
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly description?: string;
  readonly size?: string;
}

const EXAMPLE = '1050';

/** Money as somebody types it, in the currency of the utility. What is no amount says so beside it. */
export function AmountField({ label, text, onText, description, size }: AmountFieldProps): ReactNode {
  const words = useWords(PORTAL_WORDS);
  const { code, exponent } = useSession().utility.currency;
  const isWrong = text !== '' && parseMoney(text, exponent) === undefined;
  return (
    <TextInput
      label={label}
      inputMode={exponent === 0 ? 'numeric' : 'decimal'}
      autoComplete="off"
      required
      value={text}
      onChange={(event) => onText(event.target.value)}
      error={isWrong && fill(words.amountWrong, decimalText(EXAMPLE, exponent))}
      rightSection={<span className="quiet">{code}</span>}
      rightSectionWidth={56}
      {...(description !== undefined && { description })}
      {...(size !== undefined && { size })}
    />
  );
}
