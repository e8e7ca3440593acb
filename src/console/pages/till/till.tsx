import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import type { ShiftJson } from '../../../api/index.ts';
import { fill, PAGE_NAMES, TILL_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit, useParsedMoney } from '../../parts/fields.tsx';
import { Figure, Money } from '../../parts/figures.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Loading, Refused } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { balanceOf } from '../../sale/cash.ts';
import { useMay } from '../../session.tsx';
import { CountTill } from './count-till.tsx';

/** The shift of whoever is at a till: opened with what is there, closed with what was counted. */
export function TillPage(): ReactNode {
  const words = useWords(TILL_WORDS);
  const names = useWords(PAGE_NAMES);
  const [closed, setClosed] = useState<ShiftJson>();
  const current = useRead<ShiftJson>('/shifts/current', { live: true });
  const isNone = current.error?.code === 'shift-unknown';
  return (
    <Page isNarrow title={names.till} note={words.note}>
      {closed !== undefined && <Closed shift={closed} />}
      {isNone ? (
        <OpenShift onOpened={() => setClosed(undefined)} />
      ) : current.data !== undefined ? (
        <Running shift={current.data} onClosed={setClosed} />
      ) : (
        <Panel>
          {current.error === null ? (
            <Loading sentence={words.waiting} />
          ) : (
            <Refused error={current.error} retry={() => void current.refetch()} />
          )}
        </Panel>
      )}
    </Page>
  );
}

function OpenShift({ onOpened }: { readonly onOpened: () => void }): ReactNode {
  const words = useWords(TILL_WORDS);
  const [text, setText] = useState('');
  const opening = useParsedMoney(text);
  const doing = useDoing<ShiftJson>((once) => change('/shifts', { method: 'POST', once, body: { opening } }), onOpened);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (opening !== undefined) doing.mutate();
  };
  return (
    <Panel>
      <form onSubmit={submit} style={{ maxWidth: 420 }}>
        <Stack gap="sm">
          <Text size="sm">{words.none}</Text>
          <MoneyField label={words.opening} description={words.openingHint} value={text} onChange={setText} />
          <RefusalLine error={doing.error} />
          <Submit label={words.open} isPending={doing.isPending} disabled={opening === undefined} />
        </Stack>
      </form>
    </Panel>
  );
}

interface RunningProps {
  readonly shift: ShiftJson;
  readonly onClosed: (shift: ShiftJson) => void;
}

function Running({ shift, onClosed }: RunningProps): ReactNode {
  const words = useWords(TILL_WORDS);
  const { exact, time } = useFormat();
  const [isCounting, { open, close }] = useDisclosure();
  const isAgent = useMay('vend') !== undefined;
  const closing = useDoing<ShiftJson, string>(
    (once, counted) => change('/shifts/current/closing', { method: 'POST', once, body: { counted } }),
    (closed) => {
      close();
      onClosed(closed);
    },
  );
  return (
    <Panel>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="lg">
        <Figure label={words.since} value={time(shift.openedAt)} note={exact(shift.openedAt)} />
        <Figure label={words.opening} value={<Money tokens={shift.opening} />} />
        <Figure label={words.taken} value={<Money tokens={shift.taken} />} />
        <Figure label={words.paidOut} value={<Money tokens={shift.paidOut} />} />
        <Figure label={words.expected} value={<Money tokens={shift.expected} />} />
      </SimpleGrid>
      <Group mt="lg" gap="xs">
        <Button component={Link} to={isAgent ? '/vend' : '/sell'}>
          {words.sell}
        </Button>
        <Button variant="default" onClick={open}>
          {words.close}
        </Button>
      </Group>
      <Dialog isOpen={isCounting} close={close} title={words.closeTitle}>
        <CountTill
          expected={shift.expected}
          refused={closing.error}
          isPending={closing.isPending}
          cancel={close}
          onCounted={(counted) => closing.mutate(counted)}
        />
      </Dialog>
    </Panel>
  );
}

/** What the counting came to, in plain words. */
function Closed({ shift }: { readonly shift: ShiftJson }): ReactNode {
  const words = useWords(TILL_WORDS);
  const { money } = useFormat();
  const { kind, by } = balanceOf(shift.difference ?? '0');
  return (
    <section className="surface" role="status" style={{ padding: 16 }}>
      <Text fw={650} fz="lg">
        {words.done} {fill(words.balance[kind], money(by))}
      </Text>
      <Text size="sm" className="quiet">
        {words.expected}: {money(shift.expected)}. {words.counted}: {money(shift.counted ?? '0')}.
      </Text>
      {kind !== 'even' && (
        <Text size="sm" className="quiet">
          {shift.agent === undefined ? words.posted : fill(words.ofAgent, shift.agent)}
        </Text>
      )}
    </section>
  );
}
