import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { LossAlarmJson } from '../../../api/index.ts';
import { fill, LOSSES_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { When } from '../../parts/figures.tsx';
import { type LossStep, lossStepsLeft, useLossStep } from '../../parts/loss-step.tsx';
import { Panel } from '../../parts/page.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Loaded } from '../../parts/states.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { useNow } from '../../time.ts';
import { Suspects } from './suspects.tsx';

/** Losses on transformers that nobody has closed yet, and how far somebody went after each. */
export function LossAlarms(): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const read = useRead<{ readonly items: readonly LossAlarmJson[] }>('/loss-alarms', {
    query: { open: true, limit: 200 },
    live: true,
  });
  return (
    <Panel title={words.losses}>
      <Loaded of={read} waiting={words.alarmsWaiting}>
        {({ items }) => (items.length === 0 ? <Text size="sm">{words.noLosses}</Text> : <OpenLosses items={items} />)}
      </Loaded>
    </Panel>
  );
}

function OpenLosses({ items }: { readonly items: readonly LossAlarmJson[] }): ReactNode {
  return (
    <>
      <LossTable items={items} />
      {items.map(
        ({ id, localUnit, suspects }) =>
          suspects !== undefined && <Suspects key={id} localUnit={localUnit} suspects={suspects} />,
      )}
    </>
  );
}

function LossTable({ items }: { readonly items: readonly LossAlarmJson[] }): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const { energy, count, date } = useFormat();
  const now = useNow();
  const mayChange = useMay('changeLossAlarm') !== undefined;
  return (
    <WideTable
      label={words.losses}
      minWidth={760}
      maxHeight={420}
      spacing={6}
      heads={[
        { head: words.localUnit },
        { head: words.lossState },
        { head: words.since },
        { head: words.unexplained, isFigure: true },
        { head: words.notes },
        { head: words.actions, isFigure: true },
      ]}
    >
      <Table.Tbody>
        {items.map((alarm) => (
          <Table.Tr key={alarm.id} style={{ verticalAlign: 'top' }}>
            <Table.Td>
              <Group gap={8} wrap="nowrap">
                <StateMark state="tampered" />
                <Text size="sm">{alarm.localUnit}</Text>
              </Group>
            </Table.Td>
            <Table.Td>{words.lossStates[alarm.state]}</Table.Td>
            <Table.Td style={{ whiteSpace: 'nowrap' }}>
              <When at={alarm.raisedAt} now={now} />
              <Text size="xs" className="quiet">
                {fill(words.lossDays, count(alarm.days), date(alarm.firstDate))}
              </Text>
            </Table.Td>
            <Table.Td ta="right">
              {energy(Number(alarm.unexplainedMilliwattHours) / 1000)}
              <Text size="xs" className="quiet">
                {fill(words.sure, count(alarm.confidencePercent))}
              </Text>
            </Table.Td>
            <Table.Td maw={280}>
              {alarm.steps.map(({ state, by, note, meter }) => (
                <Text key={state} size="xs" className="quiet">
                  {words.lossStates[state]}, {by}
                  {meter !== undefined && `, ${meter}`}
                  {note !== '' && `: ${note}`}
                </Text>
              ))}
            </Table.Td>
            <Table.Td>{mayChange && <Steps alarm={alarm} />}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

/** The steps that an alarm can still take. */
function Steps({ alarm }: { readonly alarm: LossAlarmJson }): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const [asked, setAsked] = useState<LossStep>();
  const left = lossStepsLeft([alarm.state]);
  return (
    <Group gap={6} justify="flex-end" wrap="nowrap">
      {left.map((state) => (
        <Button key={state} size="compact-xs" variant="default" onClick={() => setAsked(state)}>
          {words.lossSteps[state]}
        </Button>
      ))}
      {asked !== undefined && <Step alarm={alarm} state={asked} close={() => setAsked(undefined)} />}
    </Group>
  );
}

interface StepProps {
  readonly alarm: LossAlarmJson;
  readonly state: LossStep;
  readonly close: () => void;
}

function Step({ alarm: { id, localUnit, suspects }, state, close }: StepProps): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const shared = useConsoleWords();
  const { body, fields } = useLossStep(state, suspects?.meters.map(({ meter }) => meter) ?? []);
  const doing = useDoing(() => change(`/loss-alarms/${id}`, { method: 'PATCH', body }), close);
  return (
    <Dialog isOpen close={close} title={`${words.lossSteps[state]}: ${words.localUnit} ${String(localUnit)}`}>
      <Stack gap="sm">
        {fields}
        <RefusalLine error={doing.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {shared.cancel}
          </Button>
          <Button loading={doing.isPending} onClick={() => doing.mutate()}>
            {words.lossSteps[state]}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
