import { Button, Group, Stack, Text } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { LossAlarmJson, MeterJson } from '../../../api/index.ts';
import { fill, LOSSES_WORDS, WORK_WORDS } from '../../../words/index.ts';
import { useTold } from '../../kept/seen.ts';
import { useWork } from '../../kept/use-work.ts';
import { workHere } from '../../kept/work.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { type LossStep, lossStepsLeft, useLossStep } from '../../parts/loss-step.tsx';
import { Panel } from '../../parts/page.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Unread } from '../../parts/states.tsx';
import { useMay } from '../../session.tsx';
import { useSignal } from '../../signal.ts';

/** Losses on the line of a meter that nobody has closed yet: whoever stands there says what they found. */
export function LineLosses({ meter }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(WORK_WORDS);
  const mayRead = useMay('listLossAlarms') !== undefined;
  const mayChange = useMay('changeLossAlarm') !== undefined;
  const alarms = useTold<{ readonly items: readonly LossAlarmJson[] }>('/loss-alarms', {
    ...{ query: { open: true, limit: 200 }, live: true, enabled: mayRead },
  });
  const here = alarms.data?.data.items.filter(({ localUnit }) => localUnit === meter.localUnit) ?? [];
  if (here.length === 0) return <Unread of={alarms} what={words.losses} />;
  return (
    <Panel title={words.losses}>
      <Stack gap="md">
        {here.map((alarm) => (
          <Loss key={alarm.id} alarm={alarm} meter={meter.number} mayChange={mayChange} />
        ))}
      </Stack>
    </Panel>
  );
}

interface LossProps {
  readonly alarm: LossAlarmJson;
  readonly meter: string;
  readonly mayChange: boolean;
}

function Loss({ alarm, meter, mayChange }: LossProps): ReactNode {
  const words = useWords(WORK_WORDS);
  const losses = useWords(LOSSES_WORDS);
  const { energy, count } = useFormat();
  const [asked, setAsked] = useState<LossStep>();
  const path = `/loss-alarms/${alarm.id}`;
  // A step that waits on this phone is a step already.
  const waiting = useSignal(workHere).filter((work) => work.path === path && work.state === 'waiting');
  const taken = [alarm.state, ...waiting.map(({ change }) => (change.body as { readonly state: LossStep }).state)];
  const left = mayChange ? lossStepsLeft(taken) : [];
  return (
    <Stack gap="xs">
      <Group gap={8} wrap="nowrap">
        <StateMark state="tampered" />
        <Text size="sm">
          {fill(words.loss, energy(Number(alarm.unexplainedMilliwattHours) / 1000), count(alarm.days))}{' '}
          {losses.lossStates[alarm.state]}
        </Text>
      </Group>
      {asked === undefined || !left.includes(asked) ? (
        <Group gap={6}>
          {left.map((state) => (
            <Button key={state} variant="default" onClick={() => setAsked(state)}>
              {losses.lossSteps[state]}
            </Button>
          ))}
        </Group>
      ) : (
        <Step alarm={alarm} meter={meter} state={asked} close={() => setAsked(undefined)} />
      )}
    </Stack>
  );
}

interface StepProps {
  readonly alarm: LossAlarmJson;
  readonly meter: string;
  readonly state: LossStep;
  readonly close: () => void;
}

function Step({ alarm: { id, localUnit }, meter, state, close }: StepProps): ReactNode {
  const words = useWords(LOSSES_WORDS);
  const { body, fields } = useLossStep(state, [meter], meter);
  const working = useWork(
    () => ({
      ...{ name: 'finding', subject: String(localUnit), before: meter, path: `/loss-alarms/${id}` },
      change: { method: 'PATCH', body },
    }),
    close,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    working.mutate();
  };
  return (
    <form onSubmit={submit} aria-label={words.lossSteps[state]}>
      <Stack gap="sm">
        {fields}
        <RefusalLine error={working.error} />
        <Submit label={words.lossSteps[state]} isPending={working.isPending} cancel={close} />
      </Stack>
    </form>
  );
}
