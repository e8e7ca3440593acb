import { Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { HOME_BUY_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import type { InstrumentKind } from '../../sale/instrument.ts';
import { expiryOf } from './expiry.ts';

interface InstrumentFieldsProps {
  readonly kind: InstrumentKind;
  readonly account: string;
  readonly setAccount: (text: string) => void;
  readonly expiry: string;
  readonly setExpiry: (text: string) => void;
}

const COMPLETIONS = { card: 'cc-number', wallet: 'tel', mandate: 'off', token: 'off' } as const;

/** What a way to pay has to be told, as the browser's own purse can fill it in. */
export function InstrumentFields({ kind, account, setAccount, expiry, setExpiry }: InstrumentFieldsProps): ReactNode {
  const words = useWords(HOME_BUY_WORDS);
  const isWrong = expiry.length >= 'MM/YY'.length && expiryOf(expiry) === undefined;
  return (
    <>
      <TextInput
        label={words[kind]}
        description={kind === 'wallet' && words.walletHint}
        required
        inputMode={kind === 'card' || kind === 'wallet' ? 'numeric' : 'text'}
        autoComplete={COMPLETIONS[kind]}
        value={account}
        onChange={(event) => setAccount(event.target.value)}
      />
      {kind === 'card' && (
        <TextInput
          label={words.expiry}
          description={words.expiryHint}
          required
          maw={160}
          autoComplete="cc-exp"
          value={expiry}
          onChange={(event) => setExpiry(event.target.value)}
          error={isWrong && words.expiryWrong}
        />
      )}
      <Text size="xs" className="quiet">
        {words.notKept}
      </Text>
    </>
  );
}
