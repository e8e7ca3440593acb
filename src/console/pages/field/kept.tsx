import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { Link } from 'react-router';
import type { InspectionJson, LossAlarmJson } from '../../../api/index.ts';
import { fill, LOSSES_WORDS, WORK_WORDS } from '../../../words/index.ts';
import { refusalOf } from '../../ask.ts';
import { keepHere, metersSeen } from '../../kept/seen.ts';
import type { Seen as SeenMeter, Work } from '../../kept/store.ts';
import { dropWork, showWorkOf, workHere } from '../../kept/work.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { useFindingsText } from '../../parts/inspections.tsx';
import { Panel } from '../../parts/page.tsx';
import { useReason } from '../../reasons.ts';
import { useSession } from '../../session.tsx';
import { useSignal } from '../../signal.ts';
import { useTicking } from '../../time.ts';

/** Keeps the page for whoever is there; says whether it will open without network, once that is known. */
export function useKeptHere(): boolean | undefined {
  const { person, utility, operations, isKept } = useSession();
  const [opens, setOpens] = useState<boolean>();
  useEffect(() => {
    let isGone = false;
    void showWorkOf(person.login);
    if (isKept) setOpens(true);
    else {
      void keepHere({ session: { person, operations }, utility }).then((done) => {
        if (!isGone) setOpens(done);
      });
    }
    return () => {
      isGone = true;
    };
  }, [person, utility, operations, isKept]);
  return opens;
}

/** Whether this page can be counted on where there is no network. */
export function Opens({ opens }: { readonly opens: boolean | undefined }): ReactNode {
  const words = useWords(WORK_WORDS);
  if (opens === undefined) return null;
  return (
    <Text size="sm" className="quiet">
      {opens ? words.opens : words.opensNot}
    </Text>
  );
}

/** Meters that can be looked at again without network. */
export function Seen(): ReactNode {
  const words = useWords(WORK_WORDS);
  const { person } = useSession();
  const { relative } = useFormat();
  const now = useTicking();
  const [meters, setMeters] = useState<readonly SeenMeter[]>([]);
  useEffect(() => void metersSeen(person.login).then(setMeters), [person.login]);
  if (meters.length === 0) return null;
  return (
    <Panel title={words.meters}>
      <Stack gap={6}>
        {meters.map(({ path, at }) => {
          const number = path.slice('/meters/'.length);
          return (
            <Group key={path} justify="space-between">
              <Anchor component={Link} to={`/field/${number}`} ff="monospace">
                {number}
              </Anchor>
              <Text size="xs" className="quiet">
                {fill(words.told, relative(at - now))}
              </Text>
            </Group>
          );
        })}
      </Stack>
    </Panel>
  );
}

/** What was done on this phone, and how far it came; before one meter alone, if it is named. */
export function Waiting({ meter }: { readonly meter?: string }): ReactNode {
  const words = useWords(WORK_WORDS);
  const works = useSignal(workHere).filter(
    ({ subject, before }) => meter === undefined || subject === meter || before === meter,
  );
  if (works.length === 0) return null;
  const sent = works.filter(({ state }) => state === 'sent');
  return (
    <Panel title={words.title}>
      <Stack gap="sm">
        <Text size="xs" className="quiet">
          {words.note}
        </Text>
        <ul style={{ listStyle: 'none', margin: 0, padding: 0 }} aria-label={words.title}>
          {[...works].reverse().map((work) => (
            <Piece key={work.id} work={work} />
          ))}
        </ul>
        {sent.length > 0 && (
          <Button size="xs" variant="default" onClick={() => void Promise.all(sent.map(dropWork))}>
            {words.clear}
          </Button>
        )}
      </Stack>
    </Panel>
  );
}

/** What waits for a person's eyes: a relay that moves later than they think, a purse that is not closed yet. */
const RELAY: readonly Work['name'][] = ['closeRelay', 'openRelay', 'clearTamper'];

function Piece({ work }: { readonly work: Work }): ReactNode {
  const words = useWords(WORK_WORDS);
  const reasonOf = useReason();
  const { relative } = useFormat();
  const now = useTicking();
  const { name, subject, state, isTried, why, at } = work;
  const isWaiting = state === 'waiting';
  const howFar = words.states[isWaiting && isTried ? 'tried' : state];
  const canDrop = state === 'refused' || (isWaiting && !isTried);
  return (
    <li style={{ padding: '8px 0', borderTop: '1px solid var(--line)' }}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Text size="sm" fw={600}>
            {fill(words.names[name], subject, useValue(work))}
          </Text>
          <Text size="sm" style={isWaiting ? { color: 'var(--in-flight)' } : {}}>
            {why !== undefined && (state === 'refused' || (isWaiting && !isTried))
              ? `${howFar}: ${reasonOf(refusalOf(why))}`
              : howFar}
          </Text>
          {isWaiting && name === 'closePurse' && <Text size="sm">{words.closingWaits}</Text>}
          {isWaiting && RELAY.includes(name) && <Text size="sm">{words.relayWaits}</Text>}
          <Text size="xs" className="quiet">
            {fill(words.done, relative(at - now))}
          </Text>
        </div>
        {canDrop && (
          <Button size="compact-xs" variant="default" flex="none" onClick={() => void dropWork(work)}>
            {isWaiting ? words.withdraw : words.takeOff}
          </Button>
        )}
      </Group>
    </li>
  );
}

/** What it is to be afterwards, where the task has that. */
function useValue({ name, change: { body } }: Work): string {
  const { lossStates, findings } = useWords(LOSSES_WORDS);
  const textOf = useFindingsText();
  if (name === 'inspect') return textOf((body as Pick<InspectionJson, 'findings'>).findings);
  if (name === 'readdress') return String((body as { readonly modemAddress: number }).modemAddress);
  if (name === 'moveIn') return (body as { readonly subscriber: string }).subscriber;
  if (name !== 'finding') return '';
  const { state, finding } = body as Pick<LossAlarmJson['steps'][number], 'state' | 'finding'>;
  return finding === undefined ? lossStates[state] : `${lossStates[state]}, ${findings[finding]}`;
}
