import { Anchor, Button, Group, Stack, Table, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import type { AlarmJson, OverviewJson } from '../../../api/index.ts';
import {
  fill,
  LOSSES_WORDS,
  type LossesWords,
  REASON_WORDS,
  type ShownState,
  type StateReason,
} from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useConsoleWords, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { When } from '../../parts/figures.tsx';
import { Panel } from '../../parts/page.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { type Orderable, Sure, useOrder } from '../meter/order-command.tsx';

/** What is open, what to do next about it, and the buttons that do it. */
export function Alarms(): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const overview = useRead<OverviewJson>('/overview', { live: true });
  return (
    <Panel title={words.alarms}>
      <Loaded of={overview} waiting={words.alarmsWaiting}>
        {({ alarms }) =>
          alarms === undefined || alarms.items.length === 0 ? (
            <Blank title={words.noAlarms} />
          ) : (
            <AlarmTable items={alarms.items} count={alarms.count} />
          )
        }
      </Loaded>
    </Panel>
  );
}

const MARKS: Readonly<Record<AlarmJson['kind'], ShownState>> = {
  ...{ frozen: 'frozen', tampered: 'tampered', dark: 'dark', suspicion: 'tampered' },
};

function AlarmTable({ items, count }: NonNullable<OverviewJson['alarms']>): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const now = useNow();
  const all = Object.values(count).reduce((sum, each) => sum + each, 0);
  return (
    <>
      {all > items.length && (
        <Text size="xs" className="quiet">
          {fill(words.shownFirst, items.length, all)}
        </Text>
      )}
      <WideTable
        label={words.alarms}
        minWidth={860}
        maxHeight={520}
        spacing={6}
        heads={[
          { head: words.what },
          { head: words.meter },
          { head: words.since },
          { head: words.next },
          { head: words.actions, isFigure: true },
        ]}
      >
        <Table.Tbody>
          {items.map((alarm, nth) => (
            <Table.Tr key={`${alarm.kind}${alarm.meter ?? ''}${String(nth)}`} style={{ verticalAlign: 'top' }}>
              <Table.Td maw={260}>
                <Group gap={8} wrap="nowrap" align="flex-start">
                  <span style={{ paddingTop: 3 }}>
                    <StateMark state={MARKS[alarm.kind]} />
                  </span>
                  <div>
                    <Text size="sm" fw={600}>
                      {words.kinds[alarm.kind]}
                    </Text>
                    <Why alarm={alarm} />
                  </div>
                </Group>
              </Table.Td>
              <Table.Td>
                {alarm.meter !== undefined && (
                  <Anchor component={Link} to={`/meters/${alarm.meter}?tab=events`} ff="monospace" size="sm">
                    {alarm.meter}
                  </Anchor>
                )}
                <Text size="xs" className="quiet">
                  {words.localUnit} {alarm.localUnit}
                </Text>
              </Table.Td>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>
                {alarm.since !== undefined && <When at={alarm.since} now={now} />}
              </Table.Td>
              <Table.Td maw={320}>
                <Text size="sm">{words.todo[alarm.kind]}</Text>
              </Table.Td>
              <Table.Td>{alarm.meter !== undefined && <Actions kind={alarm.kind} meter={alarm.meter} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </>
  );
}

function Why({ alarm: { why } }: { readonly alarm: AlarmJson }): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const reasons = useWords(REASON_WORDS);
  return why.map((each) => (
    <Text key={each} size="xs" className="quiet">
      {suspicionText(words, each) ?? reasons[each as StateReason] ?? each}
    </Text>
  ));
}

function suspicionText(words: LossesWords, kind: string): string | undefined {
  if (kind === 'doubled-address') return words.doubled;
  if (kind === 'doubled-id') return words.doubledId;
  return kind === 'no-answer' ? words.noAnswer : undefined;
}

interface ActionsProps {
  readonly kind: AlarmJson['kind'];
  readonly meter: string;
}

function Actions({ kind, meter }: ActionsProps): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const [what, setWhat] = useState<Orderable>('open');
  const [isAsked, setAsked] = useState(false);
  const [isReleasing, setReleasing] = useState(false);
  const mayOrder = useMay('orderCommand') !== undefined;
  const mayRelease = useMay('unfreezePurse') !== undefined;
  const ordering = useOrder(meter);
  const ask = (of: Orderable) => () => {
    setWhat(of);
    setAsked(true);
  };
  return (
    <Group gap={6} justify="flex-end" wrap="nowrap">
      {kind === 'tampered' && mayOrder && (
        <>
          <Button size="compact-xs" variant="default" onClick={ask('open')}>
            {words.off}
          </Button>
          <Button size="compact-xs" variant="default" onClick={ask('clear-tamper')}>
            {words.cleared}
          </Button>
        </>
      )}
      {kind === 'frozen' && mayRelease && (
        <Button size="compact-xs" variant="default" onClick={() => setReleasing(true)}>
          {words.release}
        </Button>
      )}
      <Sure isOpen={isAsked} close={() => setAsked(false)} number={meter} what={what} supply={0} ordering={ordering} />
      <Release isOpen={isReleasing} close={() => setReleasing(false)} meter={meter} />
    </Group>
  );
}

interface ReleaseProps {
  readonly isOpen: boolean;
  readonly close: () => void;
  readonly meter: string;
}

function Release({ isOpen, close, meter }: ReleaseProps): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const shared = useConsoleWords();
  const releasing = useDoing(() => change(`/meters/${meter}/release`, { method: 'POST' }), close);
  return (
    <Dialog isOpen={isOpen} close={close} title={words.release}>
      <Stack gap="sm">
        <Text fw={600}>{fill(words.releaseSure, meter)}</Text>
        <Text size="sm">{words.releaseNote}</Text>
        <RefusalLine error={releasing.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {shared.cancel}
          </Button>
          <Button loading={releasing.isPending} onClick={() => releasing.mutate()}>
            {words.release}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
