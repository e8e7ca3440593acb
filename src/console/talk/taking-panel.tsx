import { Button, Stack, Switch, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { CallJson } from '../../api/index.ts';
import { fill, LANGUAGE_NAMES, PHONE_CALL_WORDS, TALK_WORDS } from '../../words/index.ts';
import { useFormat, useWords } from '../locale.tsx';
import { RefusalLine } from '../parts/fields.tsx';
import { Panel } from '../parts/page.tsx';
import { DataTable } from '../parts/rows.tsx';
import { Blank, Unread } from '../parts/states.tsx';
import { useRead } from '../reads.ts';
import { useSignal } from '../signal.ts';
import { useTicking } from '../time.ts';
import { numberOf } from './number-of.ts';
import { beginTaking, stopTaking, take, taking } from './taking.ts';

/** Where somebody says that they take calls, and takes one; nothing where no telephone carries speech. */
export function TakingPanel(): ReactNode {
  const words = useWords(TALK_WORDS);
  const desk = useRead<object>('/calls/desk');
  const { state, waiting, trouble } = useSignal(taking);
  // A host whose telephone carries no speech says so.
  if (desk.data === undefined) return desk.error?.code === 'not-found' ? null : <Unread of={desk} what={words.title} />;
  return (
    <Panel
      title={words.title}
      aside={
        <Switch
          label={words.takes}
          checked={state !== 'no'}
          onChange={({ currentTarget }) => {
            if (currentTarget.checked) void beginTaking();
            else stopTaking();
          }}
        />
      }
    >
      <Stack gap="sm">
        <Text size="sm" className="quiet">
          {words.note}
        </Text>
        {trouble === 'no-microphone' && (
          <Text size="sm" role="alert">
            {words.noMicrophone}
          </Text>
        )}
        <RefusalLine error={typeof trouble === 'object' ? trouble : null} />
        {state === 'begins' && <Text size="sm">{words.begins}</Text>}
        {state === 'lost' && <Text size="sm">{words.comesBack}</Text>}
        {state === 'yes' && (waiting.length === 0 ? <Blank title={words.noneWaits} /> : <Waiting calls={waiting} />)}
      </Stack>
    </Panel>
  );
}

/** Who they are, and what was done so far: whoever takes the call does not ask for it again. */
function Waiting({ calls }: { readonly calls: readonly CallJson[] }): ReactNode {
  const words = useWords(TALK_WORDS);
  const ofCalls = useWords(PHONE_CALL_WORDS);
  const { duration } = useFormat();
  const { asked } = useSignal(taking);
  const now = useTicking();
  return (
    <DataTable
      label={words.waits}
      items={calls}
      keyOf={({ id }) => id}
      minWidth={780}
      columns={[
        {
          head: words.waitsSince,
          cell: ({ steps, begunAt }) => {
            const since = steps.findLast(({ name }) => name === 'person-awaited')?.at ?? begunAt;
            return duration(Math.max(0, now - Date.parse(since)));
          },
        },
        { head: ofCalls.from, cell: (call) => numberOf(call, ofCalls.withheld) },
        {
          head: ofCalls.meter,
          cell: ({ meter }) => (meter === undefined ? ofCalls.guest : <Link to={`/meters/${meter}`}>{meter}</Link>),
        },
        { head: ofCalls.language, cell: ({ language }) => language && LANGUAGE_NAMES[language] },
        {
          head: words.soFar,
          cell: ({ id, steps }) => (
            <Link to={`/calls/${encodeURIComponent(id)}`}>
              {steps
                .filter(({ name }) => name !== 'begun' && name !== 'person-awaited')
                .map(({ name }) => ofCalls.steps[name])
                .join(' · ') || ofCalls.steps.begun}
            </Link>
          ),
        },
        {
          head: words.take,
          cell: (call) => (
            <Button
              size="compact-sm"
              aria-label={fill(words.takeFrom, numberOf(call, ofCalls.withheld))}
              loading={asked === call.id}
              disabled={asked !== undefined && asked !== call.id}
              onClick={() => void take(call)}
            >
              {words.take}
            </Button>
          ),
          isFigure: true,
        },
      ]}
    />
  );
}
