import './kiosk.css';
import { Button, Group, Text, Title } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import type {
  AgentJson,
  KioskPaidJson,
  LookupJson,
  PaymentJson,
  PaymentPortJson,
  VendJson,
} from '../../../api/index.ts';
import { CARD_WORDS, fill, KIOSK_WORDS, LANGUAGE_NAMES, LANGUAGES } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDemo } from '../../demo.ts';
import { useDoing } from '../../doing.ts';
import { useConsoleWords, useFormat, useLocale, useWords } from '../../locale.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { IDLE_MS, WARNED_MS } from './keying.ts';
import { Paid, Sold, type Target } from './sold.tsx';
import { AmountStep, CardStep, MeterStep, PayStep, PurseStep, VoucherStep, WhoseStep } from './steps.tsx';
import { useIdle } from './use-idle.ts';
import { useKiosk } from './use-kiosk.ts';

/** What chip and bank said at the reader of a demo. */
interface ChipPaid {
  readonly approved: boolean;
  readonly shown: string;
}

/** What somebody keeps of a payment that nobody here took. */
type Paying = Pick<KioskPaidJson, 'payment' | 'shown'>;

type Step =
  | { readonly name: 'meter' | 'card' }
  | { readonly name: 'whose' | 'voucher'; readonly meter: string }
  | { readonly name: 'purse'; readonly card: string }
  | { readonly name: 'amount'; readonly to: Target }
  | { readonly name: 'pay'; readonly to: Target; readonly paid: string }
  | { readonly name: 'sold'; readonly reference: string }
  | { readonly name: 'paid'; readonly to: Target; readonly told: Paying };

const START: Step = { name: 'meter' };

/** A screen of its own, for whoever walks up to it: meter or purse card, amount, money, and it is sold. */
export function KioskPage(): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const { product } = useConsoleWords();
  const agent = useRead<AgentJson>('/vend/agent');
  useEffect(() => {
    document.title = `${words.title} · ${product}`;
  }, [words.title, product]);
  return (
    <main className="kiosk">
      <Group justify="space-between" wrap="nowrap">
        <Title order={1} size="h4">
          {words.title}
        </Title>
        <Languages />
      </Group>
      <Loaded of={agent}>
        {({ closedAt }) => (closedAt === undefined ? <Steps /> : <h2 role="alert">{words.closed}</h2>)}
      </Loaded>
    </main>
  );
}

function Languages(): ReactNode {
  const { language, choose } = useLocale();
  return (
    <Group gap={6} wrap="nowrap" className="no-print">
      {LANGUAGES.map((each) => (
        <Button
          key={each}
          variant={each === language ? 'filled' : 'default'}
          aria-pressed={each === language}
          onClick={() => choose(each)}
        >
          {LANGUAGE_NAMES[each]}
        </Button>
      ))}
    </Group>
  );
}

function Steps(): ReactNode {
  const words = useWords(KIOSK_WORDS);
  const { regions } = useWords(CARD_WORDS);
  const { duration, money } = useFormat();
  const [step, setStep] = useState<Step>(START);
  // Each customer begins with nothing keyed in.
  const [customer, setCustomer] = useState(0);
  const to = 'to' in step ? step.to : undefined;
  const meter = 'meter' in step ? step.meter : to !== undefined && 'meter' in to ? to.meter : undefined;
  const lookup = useRead<LookupJson>('/vend/lookup', { query: { meter }, enabled: meter !== undefined });
  const found = lookup.error === null && lookup.data?.meter === meter ? lookup.data : undefined;
  const selling = useDoing<VendJson, 'cash' | 'card'>(
    (once, method) => {
      const body = { ...to, paid: step.name === 'pay' ? step.paid : '0', method };
      return change('/vend/vends', { method: 'POST', once, body });
    },
    ({ reference }) => setStep({ name: 'sold', reference }),
  );
  // Where there is a reader, a card is sold for once its chip and its bank agree; elsewhere the kiosk's own terminal says so.
  const isDemo = useDemo() !== undefined;
  const reading = useDoing<ChipPaid>(
    () => change('/demo/bank-card/payments', { method: 'POST', body: { paid: step.name === 'pay' ? step.paid : '0' } }),
    ({ approved }) => {
      if (approved) selling.mutate('card');
    },
  );
  // At a reader beside the page a chip pays the utility itself, and nothing goes through the float.
  const hasChips = useKiosk()?.chips === true;
  const paying = useDoing<KioskPaidJson>(
    (once) => {
      const body = { ...to, paid: step.name === 'pay' ? step.paid : '0' };
      return change('/kiosk/payments', { method: 'POST', once, body });
    },
    (told) => {
      if (told.paid && to !== undefined) setStep({ name: 'paid', to, told });
    },
  );
  const ports = useRead<{ readonly items: readonly PaymentPortJson[] }>('/payment-ports');
  const hasVouchers = ports.data?.items.some(({ method }) => method === 'voucher') === true;
  // The same number again is the same payment, so nothing is lost with an answer.
  const redeeming = useDoing<PaymentJson, string>(
    (_, number) => change(`/meters/${meter}/vouchers`, { method: 'POST', body: { number } }),
    ({ id }) => {
      if (meter !== undefined) setStep({ name: 'paid', to: { meter }, told: { payment: id } });
    },
  );
  const payBy = (method: 'cash' | 'card') => {
    if (method === 'card' && hasChips) paying.mutate();
    else if (method === 'card' && isDemo && !isOpen) reading.mutate();
    else selling.mutate(method);
  };
  const { reset } = selling;
  const { reset: takeCard } = reading;
  const { reset: takeChip } = paying;
  const { reset: takeVoucher } = redeeming;
  const restart = useCallback(() => {
    reset();
    takeCard();
    takeChip();
    takeVoucher();
    setStep(START);
    setCustomer((count) => count + 1);
  }, [reset, takeCard, takeChip, takeVoucher]);
  const insertOf = (target: Target, paid: string) =>
    'meter' in target
      ? fill(words.insert, money(paid), target.meter)
      : fill(words.insertForCard, money(paid), regions[target.region], target.card);
  // Whoever does not know yet whether it was sold, or paid, keeps the screen.
  const isPaying = paying.isPending || paying.error?.code === 'away';
  const isOpen =
    selling.isPending || reading.isPending || redeeming.isPending || isPaying || selling.error?.code === 'away';
  // What was put in stays what it is until it was answered.
  const only = isPaying ? 'card' : isOpen ? selling.variables : undefined;
  const left = useIdle(IDLE_MS, restart, !isOpen);
  return (
    <>
      {step.name === 'meter' && (
        <MeterStep
          key={customer}
          onMeter={(number) => setStep({ name: 'whose', meter: number })}
          onCard={() => setStep({ name: 'card' })}
        />
      )}
      {step.name === 'card' && <CardStep onCard={(card) => setStep({ name: 'purse', card })} />}
      {step.name === 'purse' && (
        <PurseStep
          card={step.card}
          onRegion={(region) => setStep({ name: 'amount', to: { card: step.card, region } })}
          onNo={restart}
        />
      )}
      {step.name === 'whose' && (
        <WhoseStep
          lookup={found}
          refused={lookup.error}
          onYes={() => setStep({ name: 'amount', to: { meter: step.meter } })}
          {...(hasVouchers && { onVoucher: () => setStep({ name: 'voucher', meter: step.meter }) })}
          onNo={restart}
        />
      )}
      {step.name === 'voucher' && <VoucherStep onVoucher={(number) => redeeming.mutate(number)} />}
      {step.name === 'amount' && <AmountStep onAmount={(paid) => setStep({ name: 'pay', to: step.to, paid })} />}
      {step.name === 'pay' && (
        <PayStep
          sentence={insertOf(step.to, step.paid)}
          {...(found !== undefined && { due: found.due })}
          isSelling={selling.isPending}
          isReading={reading.isPending || paying.isPending}
          {...(hasChips && { readingSentence: meter === undefined ? words.changeCards : words.insertBankCard })}
          isDeclined={reading.data?.approved === false}
          isNotPaid={paying.data?.paid === false}
          onPay={payBy}
          {...(only !== undefined && { only })}
        />
      )}
      {step.name === 'sold' && (
        <Sold
          reference={step.reference}
          {...(reading.data?.approved === true && { paidBy: reading.data.shown })}
          onDone={restart}
        />
      )}
      {step.name === 'paid' && <Paid to={step.to} told={step.told} onDone={restart} />}
      <RefusalLine error={paying.error ?? reading.error ?? redeeming.error ?? selling.error} />
      <div className="foot no-print">
        <Group justify="space-between">
          {step.name !== 'meter' && !isOpen ? (
            <Button size="lg" variant="default" onClick={restart}>
              {words.startAgain}
            </Button>
          ) : (
            <span />
          )}
          {step.name !== 'meter' && left !== undefined && left <= WARNED_MS && (
            <Text role="status">{fill(words.returns, duration(left))}</Text>
          )}
        </Group>
      </div>
    </>
  );
}
