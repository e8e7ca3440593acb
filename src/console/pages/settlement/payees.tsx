import { Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { CardProviderJson, PayeeAccountJson, RemittanceJson } from '../../../api/index.ts';
import { CARD_WORDS, fill, RECEIPT_WORDS, REMITTANCE_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Money } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Blank, Loaded, Unread } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { type Payee, Remit, TakeBack } from './remit.tsx';

/** What is due to the seller and to providers of cards, and what was paid of it. */
export function Payees(): ReactNode {
  const words = useWords(REMITTANCE_WORDS);
  const cards = useWords(CARD_WORDS);
  const providers = useRead<{ readonly items: readonly CardProviderJson[] }>('/card-providers', {
    enabled: useMay('listCardProviders') !== undefined,
  });
  const payees: readonly Payee[] = [
    { id: 'seller', name: words.seller },
    ...(providers.data?.items ?? []).map(({ id, name, region }) => ({
      id,
      name: `${name} · ${cards.regions[region]}`,
    })),
  ];
  return (
    <Panel title={words.title}>
      <Stack gap="xs">
        {payees.map((payee) => (
          <Standing key={payee.id} payee={payee} />
        ))}
        <Unread of={providers} what={cards.provider} />
      </Stack>
    </Panel>
  );
}

type Open = 'paid' | 'received' | 'history';

function Standing({ payee }: { readonly payee: Payee }): ReactNode {
  const words = useWords(REMITTANCE_WORDS);
  const mayPay = useMay('proposeRemittance') !== undefined;
  const mayReceive = useMay('takeRemittance') !== undefined;
  const mayList = useMay('listRemittances') !== undefined;
  const account = useRead<PayeeAccountJson>(`/payees/${payee.id}`);
  const [opened, setOpened] = useState<Open>();
  const button = (which: Open, label: string) => (
    <Button size="compact-xs" variant="default" aria-label={`${label}: ${payee.name}`} onClick={() => setOpened(which)}>
      {label}
    </Button>
  );
  return (
    <Group justify="space-between" gap="sm">
      <Stack gap={0}>
        <Text size="sm">{payee.name}</Text>
        <Loaded of={account} waiting={words.waiting}>
          {({ owed, paid, due }) => (
            <Text size="xs" className="quiet">
              {words.owed} <Money tokens={owed} /> · {words.paid} <Money tokens={paid} /> · {words.due}{' '}
              <b>
                <Money tokens={due} />
              </b>
            </Text>
          )}
        </Loaded>
      </Stack>
      <Group gap="xs">
        {mayPay && button('paid', words.pay)}
        {mayReceive && button('received', words.receive)}
        {mayList && button('history', words.history)}
      </Group>
      {(opened === 'paid' || opened === 'received') && (
        <Remit payee={payee} direction={opened} due={account.data?.due} close={() => setOpened(undefined)} />
      )}
      {opened === 'history' && <History payee={payee} close={() => setOpened(undefined)} />}
    </Group>
  );
}

function History({ payee, close }: { readonly payee: Payee; readonly close: () => void }): ReactNode {
  const words = useWords(REMITTANCE_WORDS);
  const { methods } = useWords(RECEIPT_WORDS);
  const { exact, dateOfYear } = useFormat();
  const mayTakeBack = useMay('proposeRemittanceReversal') !== undefined;
  const list = useRead<{ readonly items: readonly RemittanceJson[] }>(`/payees/${payee.id}/remittances`);
  const [wrong, setWrong] = useState<RemittanceJson>();
  if (wrong !== undefined) return <TakeBack remittance={wrong} close={() => setWrong(undefined)} />;
  return (
    <Dialog isOpen close={close} title={fill(words.historyOf, payee.name)} isWide>
      <Loaded of={list} waiting={words.waiting}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank title={words.none} />
          ) : (
            <DataTable
              label={fill(words.historyOf, payee.name)}
              items={items}
              keyOf={({ id }) => id}
              minWidth={720}
              columns={[
                { head: words.paidOn, cell: ({ paidOn }) => dateOfYear(paidOn) },
                { head: '', cell: ({ direction }) => words.directions[direction] },
                { head: words.amount, cell: ({ amount }) => <Money tokens={amount} />, isFigure: true },
                { head: words.method, cell: ({ method }) => methods[method] },
                { head: words.reference, cell: ({ reference }) => reference },
                { head: words.by, cell: ({ by }) => by },
                { head: words.when, cell: ({ at }) => exact(at) },
                {
                  head: '',
                  cell: (each) =>
                    each.reversedAt !== undefined ? (
                      <span className="quiet">{words.takenBack}</span>
                    ) : (
                      mayTakeBack && (
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-label={fill(words.takeBackTitle, each.reference)}
                          onClick={() => setWrong(each)}
                        >
                          {words.takeBack}
                        </Button>
                      )
                    ),
                  isFigure: true,
                },
              ]}
            />
          )
        }
      </Loaded>
    </Dialog>
  );
}
