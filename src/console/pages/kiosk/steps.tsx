import { Text } from '@mantine/core';
import { type ReactNode, useCallback, useState } from 'react';
import type { LookupJson } from '../../../api/index.ts';
import { CARD_WORDS, KIOSK_WORDS, VEND_WORDS } from '../../../words/index.ts';
import type { Refusal } from '../../ask.ts';
import { useDemo } from '../../demo.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Loading } from '../../parts/states.tsx';
import { type RegionName, useCardLookups } from '../../sale/card-lookups.ts';
import { quickAmounts, wholeUnitOf } from '../../sale/cash.ts';
import { useSession } from '../../session.tsx';
import {
  isWholeCard,
  isWholeMeter,
  isWholeVoucher,
  keyedAmount,
  keyedCard,
  keyedMeter,
  keyedVoucher,
} from './keying.ts';
import { Pad } from './pad.tsx';
import { useCardInReader, useKiosk } from './use-kiosk.ts';

interface MeterStepProps {
  readonly onMeter: (number: string) => void;
  readonly onCard: () => void;
}

export function MeterStep({ onMeter, onCard }: MeterStepProps): ReactNode {
  const words = useWords(KIOSK_WORDS);
  return (
    <NumberStep kind="meter" title={words.enter} where={words.where} onNumber={onMeter}>
      <button type="button" onClick={onCard}>
        {words.hasCard}
      </button>
    </NumberStep>
  );
}

/** A purse card is named by what is printed on it; where there is a reader, by being put into it; in a demo one is held to a reader that is not there. */
export function CardStep({ onCard }: { readonly onCard: (number: string) => void }): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const cards = useDemo()?.cards ?? [];
  const hasReader = useKiosk()?.purses === true;
  useCardInReader(hasReader, onCard);
  return (
    <>
      <NumberStep
        kind="card"
        title={words.enterCard}
        where={hasReader ? `${words.whereCard} ${words.insertCard}` : words.whereCard}
        onNumber={onCard}
      />
      {cards.length > 0 && (
        <>
          <Text className="quiet">{words.hold}</Text>
          <div className="choices" data-kind="cards">
            {cards.map(({ number }) => (
              <button key={number} type="button" onClick={() => onCard(number)}>
                {number}
              </button>
            ))}
          </div>
        </>
      )}
    </>
  );
}

interface NumberStepProps {
  readonly kind: 'meter' | 'card' | 'voucher';
  readonly title: string;
  readonly where: string;
  readonly onNumber: (number: string) => void;
  /** What else may be chosen, beside going on. */
  readonly children?: ReactNode;
}

const KEYED = {
  meter: [keyedMeter, isWholeMeter],
  card: [keyedCard, isWholeCard],
  voucher: [keyedVoucher, isWholeVoucher],
} as const;

function NumberStep({ kind, title, where, onNumber, children }: NumberStepProps): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const [typed, setTyped] = useState('');
  const [next, isWhole] = KEYED[kind];
  const key = useCallback((pressed: string) => setTyped((text) => next(text, pressed)), [next]);
  const enter = useCallback(() => isWhole(typed) && onNumber(typed), [typed, isWhole, onNumber]);
  return (
    <>
      <div>
        <h2>{title}</h2>
        <Text className="quiet">{where}</Text>
      </div>
      <output className="keyed" data-kind={kind} aria-label={words.typed}>
        {typed}
      </output>
      <Pad kind={kind === 'voucher' ? 'amount' : 'number'} onKey={key} onEnter={enter} />
      <div className="choices">
        {children}
        <button type="button" data-main="true" disabled={!isWhole(typed)} onClick={enter}>
          {words.next}
        </button>
      </div>
    </>
  );
}

interface PurseProps {
  readonly card: string;
  readonly onRegion: (region: RegionName) => void;
  readonly onNo: () => void;
}

/** Whose card it is, by the first letters of a name, and what may be bought for it. */
export function PurseStep({ card, onRegion, onNo }: PurseProps): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const { regions } = useWords(CARD_WORDS);
  const { found, isPending, error } = useCardLookups(card);
  const [first] = found;
  if (isPending) return <Loading sentence={words.lookingCard} />;
  if (first === undefined)
    return error === null ? <h2 role="alert">{words.noRegions}</h2> : <RefusalLine error={error} />;
  return (
    <>
      <h2>{words.yourCard}</h2>
      <div className="keyed" style={{ letterSpacing: 'normal' }}>
        {first.name}
        <Text className="quiet" fz="xl" ff="monospace">
          {card}
        </Text>
      </div>
      <div className="choices" data-kind="regions">
        {found.map(({ region, provider, takesValue }) => (
          <button
            key={region}
            type="button"
            data-main={takesValue}
            disabled={!takesValue}
            onClick={() => onRegion(region)}
          >
            {regions[region]}
            <Text span display="block" fz="md">
              {takesValue ? provider : words.cardRefuses}
            </Text>
          </button>
        ))}
      </div>
      <div className="choices">
        <button type="button" onClick={onNo}>
          {words.no}
        </button>
      </div>
    </>
  );
}

interface WhoseProps {
  readonly lookup: LookupJson | undefined;
  readonly refused: Refusal | null;
  readonly onYes: () => void;
  /** Where vouchers are taken. */
  readonly onVoucher?: () => void;
  readonly onNo: () => void;
}

/** The first letters of a name are enough to see that a number was mistyped, before anything is paid. */
export function WhoseStep({ lookup, refused, onYes, onVoucher, onNo }: WhoseProps): ReactNode {
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
        {onVoucher !== undefined && (
          <button type="button" disabled={!lookup.takesValue} onClick={onVoucher}>
            {words.hasVoucher}
          </button>
        )}
      </div>
    </>
  );
}

/** A voucher says itself what it pays: nobody is asked for an amount. */
export function VoucherStep({ onVoucher }: { readonly onVoucher: (number: string) => void }): ReactNode {
  const words = useWords(KIOSK_WORDS);
  return <NumberStep kind="voucher" title={words.enterVoucher} where={words.whereVoucher} onNumber={onVoucher} />;
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
  /** What is paid, and for what. */
  readonly sentence: string;
  readonly due?: LookupJson['due'];
  readonly isSelling: boolean;
  /** A bank card is in the reader. */
  readonly isReading: boolean;
  readonly isDeclined: boolean;
  /** A chip in the reader here came to no end that pays. */
  readonly isNotPaid?: boolean;
  /** What is said meanwhile; that a card is to be left where it is, where absent. */
  readonly readingSentence?: string;
  /** How it was paid, when it is not known yet whether it was sold. */
  readonly only?: Way;
  readonly onPay: (way: Way) => void;
}

export function PayStep(props: PayProps): ReactNode {
  const { sentence, due, isSelling, isReading, readingSentence, isDeclined, isNotPaid = false, only, onPay } = props;
  const words = useWords(KIOSK_WORDS);
  return (
    <>
      <div>
        <h2>{words.pay}</h2>
        <Text fz="lg">{sentence}</Text>
      </div>
      {due !== undefined && <Due due={due} />}
      <div className="choices">
        {WAYS.map((way) => (
          <button
            key={way}
            type="button"
            data-main={way === 'cash'}
            disabled={isSelling || isReading || (only !== undefined && only !== way)}
            onClick={() => onPay(way)}
          >
            {words.ways[way]}
          </button>
        ))}
      </div>
      {isSelling && <Loading sentence={words.selling} />}
      {isReading && <Loading sentence={readingSentence ?? words.reading} />}
      {(isDeclined || isNotPaid) && (
        <Text role="alert" fz="lg" fw={600}>
          {isDeclined ? words.declined : words.notPaid}
        </Text>
      )}
    </>
  );
}
