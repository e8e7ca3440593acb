import { Text } from '@mantine/core';
import { type ReactNode, useCallback, useState } from 'react';
import type { LookupJson } from '../../../api/index.ts';
import { fill, KIOSK_WORDS, VEND_WORDS } from '../../../words/index.ts';
import type { Refusal } from '../../ask.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Loading } from '../../parts/states.tsx';
import { quickAmounts, wholeUnitOf } from '../../sale/cash.ts';
import { useSession } from '../../session.tsx';
import { isWholeMeter, keyedAmount, keyedMeter } from './keying.ts';
import { Pad } from './pad.tsx';

export function MeterStep({ onMeter }: { readonly onMeter: (number: string) => void }): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const [typed, setTyped] = useState('');
  const key = useCallback((pressed: string) => setTyped((text) => keyedMeter(text, pressed)), []);
  const enter = useCallback(() => isWholeMeter(typed) && onMeter(typed), [typed, onMeter]);
  return (
    <>
      <div>
        <h2>{words.enter}</h2>
        <Text className="quiet">{words.where}</Text>
      </div>
      <output className="keyed" aria-label={words.typed}>
        {typed}
      </output>
      <Pad kind="meter" onKey={key} onEnter={enter} />
      <div className="choices">
        <button type="button" data-main="true" disabled={!isWholeMeter(typed)} onClick={enter}>
          {words.next}
        </button>
      </div>
    </>
  );
}

interface WhoseProps {
  readonly lookup: LookupJson | undefined;
  readonly refused: Refusal | null;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** The first letters of a name are enough to see that a number was mistyped, before anything is paid. */
export function WhoseStep({ lookup, refused, onYes, onNo }: WhoseProps): ReactNode {
  const words = useWords(KIOSK_WORDS);
  if (refused !== null) return <RefusalLine error={refused} />;
  if (lookup === undefined) return <Loading sentence={words.looking} />;
  return (
    <>
      <h2>{words.yours}</h2>
      <div className="keyed" style={{ letterSpacing: 'normal' }}>
        {lookup.name}
        <Text className="quiet" fz="xl" ff="monospace">
          {lookup.meter}
        </Text>
      </div>
      <Due due={lookup.due} />
      {!lookup.takesValue && (
        <Text fz="lg" fw={600} role="alert">
          {words.refuses}
        </Text>
      )}
      <div className="choices">
        <button type="button" onClick={onNo}>
          {words.no}
        </button>
        <button type="button" data-main="true" disabled={!lookup.takesValue} onClick={onYes}>
          {words.yes}
        </button>
      </div>
    </>
  );
}

/** What a part of the payment goes to, said before it is made. */
function Due({ due: { arrears, fixedCharge } }: Pick<LookupJson, 'due'>): ReactNode {
  const words = useWords(VEND_WORDS);
  const { money } = useFormat();
  if (arrears === '0' && fixedCharge === '0') return null;
  return (
    <section className="surface" style={{ padding: 16 }}>
      <Facts
        of={[
          arrears !== '0' && { label: words.due, value: money(arrears) },
          fixedCharge !== '0' && { label: words.fixedDue, value: money(fixedCharge) },
        ]}
      />
      <Text size="sm" mt={6}>
        {words.dueHint}
      </Text>
    </section>
  );
}

export function AmountStep({ onAmount }: { readonly onAmount: (paid: string) => void }): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const { money } = useFormat();
  const { exponent } = useSession().utility.currency;
  const [typed, setTyped] = useState('');
  const paid = String(BigInt(typed) * wholeUnitOf(exponent));
  const key = useCallback((pressed: string) => setTyped((text) => keyedAmount(text, pressed)), []);
  const enter = () => typed !== '' && onAmount(paid);
  return (
    <>
      <h2>{words.howMuch}</h2>
      <div className="choices">
        {quickAmounts(exponent).map((amount) => (
          <button key={amount} type="button" onClick={() => onAmount(amount)}>
            {money(amount)}
          </button>
        ))}
      </div>
      <Text className="quiet">{words.otherAmount}</Text>
      <output className="keyed" aria-label={words.otherAmount} style={{ letterSpacing: 'normal' }}>
        {typed === '' ? '' : money(paid)}
      </output>
      <Pad kind="amount" onKey={key} onEnter={enter} />
      <div className="choices">
        <button type="button" data-main="true" disabled={typed === ''} onClick={enter}>
          {words.next}
        </button>
      </div>
    </>
  );
}

type Way = 'cash' | 'card';
const WAYS: readonly Way[] = ['cash', 'card'];

interface PayProps {
  readonly meter: string;
  readonly paid: string;
  readonly due?: LookupJson['due'];
  readonly isSelling: boolean;
  /** How it was paid, when it is not known yet whether it was sold. */
  readonly only?: Way;
  readonly onPay: (way: Way) => void;
}

export function PayStep({ meter, paid, due, isSelling, only, onPay }: PayProps): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const { money } = useFormat();
  return (
    <>
      <div>
        <h2>{words.pay}</h2>
        <Text fz="lg">{fill(words.insert, money(paid), meter)}</Text>
      </div>
      {due !== undefined && <Due due={due} />}
      <div className="choices">
        {WAYS.map((way) => (
          <button
            key={way}
            type="button"
            data-main={way === 'cash'}
            disabled={isSelling || (only !== undefined && only !== way)}
            onClick={() => onPay(way)}
          >
            {words.ways[way]}
          </button>
        ))}
      </div>
      {isSelling && <Loading sentence={words.selling} />}
    </>
  );
}
