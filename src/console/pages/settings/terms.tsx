import { Button, Group, SimpleGrid, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { TermsJson } from '../../../api/index.ts';
import { fill, SETTINGS_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { decimalText, parseMoney } from '../../format.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { basisPointsText, parseBasisPoints } from '../../parts/basis-points.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit } from '../../parts/fields.tsx';
import { say } from '../../parts/notices.tsx';
import { Panel } from '../../parts/page.tsx';
import { Facts } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';

const METHODS = ['cash', 'card', 'bank-transfer', 'direct-debit', 'wallet', 'payment-service', 'voucher'] as const;
type Method = (typeof METHODS)[number];
type Fee = { readonly fixed: number; readonly basisPoints: number };
const feesOf = (terms: TermsJson) => terms.fees as Partial<Record<Method, Fee>>;

/** What becomes of a payment. */
export function TermsPanel(): ReactNode {
  const words = useWords(SETTINGS_WORDS);
  const mayPublish = useMay('publishTerms') !== undefined;
  const terms = useRead<TermsJson>('/terms');
  const [isChanging, { open, close }] = useDisclosure();
  return (
    <Panel
      title={words.terms}
      aside={
        mayPublish && (
          <Button size="xs" variant="default" onClick={open}>
            {words.change}
          </Button>
        )
      }
    >
      <Loaded of={terms} waiting={words.waiting}>
        {(found) => (
          <>
            <Terms of={found} />
            <Dialog isOpen={isChanging} close={close} title={words.change} isWide>
              <TermsForm of={found} close={close} />
            </Dialog>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Terms({ of }: { readonly of: TermsJson }): ReactNode {
  const words = useWords(SETTINGS_WORDS);
  const { money, percent } = useFormat();
  const fees = feesOf(of);
  const feeText = ({ fixed, basisPoints }: Fee) => `${money(fixed)} + ${percent(basisPoints / 100)}`;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl" style={{ alignItems: 'start' }}>
      <Facts
        of={[
          { label: words.currency, value: of.currency.code },
          { label: words.taxRate, value: percent(of.taxBasisPoints / 100) },
          { label: words.fixed, value: money(of.fixedChargePerMonth) },
          { label: words.recoveryRate, value: percent(of.recoveryPercentMax) },
        ]}
      />
      <Facts
        of={METHODS.map((method) => {
          const fee = fees[method];
          return { label: words.methods[method], value: fee === undefined ? words.noFee : feeText(fee) };
        })}
      />
    </SimpleGrid>
  );
}

interface FormProps {
  readonly of: TermsJson;
  readonly close: () => void;
}

/** Terms as somebody writes them, before they are numbers. */
interface Written {
  readonly tax: string;
  readonly fixed: string;
  readonly recovery: string;
  readonly fees: Readonly<Record<Method, { readonly fixed: string; readonly share: string }>>;
}

function writtenOf(terms: TermsJson): Written {
  const { exponent } = terms.currency;
  const fees = feesOf(terms);
  return {
    tax: basisPointsText(terms.taxBasisPoints),
    fixed: decimalText(String(terms.fixedChargePerMonth), exponent),
    recovery: String(terms.recoveryPercentMax),
    fees: Object.fromEntries(
      METHODS.map((method) => {
        const fee = fees[method];
        if (fee === undefined) return [method, { fixed: '', share: '' }];
        return [method, { fixed: decimalText(String(fee.fixed), exponent), share: basisPointsText(fee.basisPoints) }];
      }),
    ) as unknown as Written['fees'],
  };
}

/** The terms that are written, or undefined while something of them is no number. */
function termsOf(written: Written, currency: TermsJson['currency']): TermsJson | undefined {
  const amount = (text: string) => parseMoney(text === '' ? '0' : text, currency.exponent);
  const share = (text: string) => parseBasisPoints(text === '' ? '0' : text);
  const [tax, fixed, recovery] = [share(written.tax), amount(written.fixed), Number(written.recovery)];
  const fees = METHODS.map((method) => {
    const fee = written.fees[method];
    return { method, isNone: fee.fixed === '' && fee.share === '', fixed: amount(fee.fixed), points: share(fee.share) };
  });
  const isWrong = fees.some((fee) => fee.fixed === undefined || fee.points === undefined);
  const isRecovery = Number.isInteger(recovery) && recovery >= 0 && recovery <= 100;
  if (tax === undefined || fixed === undefined || !isRecovery || isWrong) return undefined;
  return {
    ...{ currency, taxBasisPoints: tax, fixedChargePerMonth: Number(fixed), recoveryPercentMax: recovery },
    fees: Object.fromEntries(
      fees
        .filter(({ isNone }) => !isNone)
        .map((fee) => [fee.method, { fixed: Number(fee.fixed), basisPoints: fee.points }]),
    ),
  } as TermsJson;
}

function TermsForm({ of, close }: FormProps): ReactNode {
  const words = useWords(SETTINGS_WORDS);
  const [written, setWritten] = useState(() => writtenOf(of));
  const terms = termsOf(written, of.currency);
  const publishing = useDoing(
    () => change('/terms', { method: 'PUT', body: terms }),
    () => {
      say(words.published);
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    publishing.mutate();
  };
  const set = (part: Partial<Written>) => setWritten((old) => ({ ...old, ...part }));
  const setFee = (method: Method, part: { readonly fixed?: string; readonly share?: string }) =>
    set({ fees: { ...written.fees, [method]: { ...written.fees[method], ...part } } });
  const percentFault = (text: string) => text !== '' && parseBasisPoints(text) === undefined && words.percentWrong;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">{words.termsNote}</Text>
        <Text size="sm" className="quiet">
          {of.currency.code}. {fill(words.exponent, of.currency.exponent)}
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <TextInput
            label={words.tax}
            inputMode="decimal"
            value={written.tax}
            error={percentFault(written.tax)}
            onChange={({ currentTarget }) => set({ tax: currentTarget.value })}
          />
          <MoneyField label={words.fixed} required={false} value={written.fixed} onChange={(fixed) => set({ fixed })} />
          <TextInput
            label={words.recovery}
            inputMode="numeric"
            value={written.recovery}
            onChange={({ currentTarget }) => set({ recovery: currentTarget.value })}
          />
        </SimpleGrid>
        <Text size="xs" className="quiet">
          {words.recoveryNote}
        </Text>
        <Table aria-label={words.fees}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.fees}</Table.Th>
              <Table.Th>{words.feeFixed}</Table.Th>
              <Table.Th>{words.feeShare}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {METHODS.map((method) => (
              <Table.Tr key={method}>
                <Table.Td>{words.methods[method]}</Table.Td>
                {(['fixed', 'share'] as const).map((part) => (
                  <Table.Td key={part}>
                    <TextInput
                      size="xs"
                      inputMode="decimal"
                      aria-label={`${words.methods[method]}, ${part === 'fixed' ? words.feeFixed : words.feeShare}`}
                      value={written.fees[method][part]}
                      error={part === 'share' && percentFault(written.fees[method].share)}
                      onChange={({ currentTarget }) => setFee(method, { [part]: currentTarget.value })}
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <RefusalLine error={publishing.error} />
        <Group justify="flex-end">
          <Submit
            label={words.publish}
            isPending={publishing.isPending}
            disabled={terms === undefined}
            cancel={close}
          />
        </Group>
      </Stack>
    </form>
  );
}
