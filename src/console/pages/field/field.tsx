import { Button, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import type { MeterJson } from '../../../api/index.ts';
import { FIELD_WORDS, fill, PAGE_NAMES, WORK_WORDS } from '../../../words/index.ts';
import { type Told, useTold } from '../../kept/seen.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useMay } from '../../session.tsx';
import { useTicking } from '../../time.ts';
import { Commands } from './commands.tsx';
import { Enrol } from './enrol.tsx';
import { Household } from './household.tsx';
import { Events, Standing } from './inspect.tsx';
import { Inspections } from './inspection.tsx';
import { Opens, Seen, useKeptHere, Waiting } from './kept.tsx';
import { LineLosses } from './line-losses.tsx';
import { Revive } from './revive.tsx';
import { Work } from './work.tsx';

/** One finds a meter by its number, with a thumb. */
export function FieldPage(): ReactNode {
  const words = useWords(FIELD_WORDS);
  const names = useWords(PAGE_NAMES);
  const navigate = useNavigate();
  const mayEnrol = useMay('enrolMeter') !== undefined;
  const opens = useKeptHere();
  const [number, setNumber] = useState('');
  const find = (event: FormEvent) => {
    event.preventDefault();
    void navigate(`/field/${encodeURIComponent(number.trim().toLowerCase())}`);
  };
  return (
    <Page title={names.field} note={words.note}>
      <Stack maw={560}>
        <Panel>
          <form onSubmit={find}>
            <Stack gap="sm">
              <TextInput
                size="xl"
                label={words.find}
                description={words.findNote}
                placeholder="0a1b2c"
                autoCapitalize="none"
                autoComplete="off"
                spellCheck={false}
                required
                value={number}
                styles={{ input: { fontFamily: 'monospace', letterSpacing: '0.12em' } }}
                onChange={({ currentTarget }) => setNumber(currentTarget.value)}
              />
              <Button type="submit" size="lg" disabled={number.trim() === ''}>
                {words.go}
              </Button>
            </Stack>
          </form>
        </Panel>
        {mayEnrol && <Enrol />}
        <Waiting />
        <Seen />
        <Opens opens={opens} />
      </Stack>
    </Page>
  );
}

/** One meter, before which somebody stands. */
export function FieldMeterPage(): ReactNode {
  const words = useWords(FIELD_WORDS);
  const navigate = useNavigate();
  const { number = '' } = useParams();
  const kept = useWords(WORK_WORDS);
  const meter = useTold<MeterJson>(`/meters/${encodeURIComponent(number)}`, { live: true });
  const mayOrder = useMay('orderCommand') !== undefined;
  useKeptHere();
  return (
    <Page
      title={number}
      actions={
        <Button size="xs" variant="default" onClick={() => void navigate('/field')}>
          {words.another}
        </Button>
      }
    >
      <Stack maw={720}>
        <Waiting meter={number} />
        {meter.data === undefined && meter.error?.code === 'away' ? (
          <Blank title={kept.notKept} />
        ) : (
          <Loaded of={meter} waiting={words.waiting}>
            {(told) => {
              const found = agedOf(told);
              return (
                <>
                  <LastSeen at={told.keptAt} />
                  <Standing meter={found} />
                  {mayOrder ? <Commands meter={found} /> : <Text size="sm">{words.commandsNote}</Text>}
                  <Inspections meter={found.number} />
                  <Work meter={found} />
                  <Revive meter={found} />
                  <Household meter={found} />
                  <LineLosses meter={found} />
                  <Events meter={found.number} />
                </>
              );
            }}
          </Loaded>
        )}
      </Stack>
    </Page>
  );
}

/** What was told a while ago is older by that now. */
function agedOf({ data, keptAt }: Told<MeterJson>): MeterJson {
  if (keptAt === undefined) return data;
  const since = Date.now() - keptAt;
  const agesMs = Object.fromEntries(Object.entries(data.agesMs).map(([of, ms]) => [of, ms + since]));
  return { ...data, agesMs };
}

function LastSeen({ at }: { readonly at: number | undefined }): ReactNode {
  const words = useWords(WORK_WORDS);
  const { relative } = useFormat();
  const now = useTicking();
  if (at === undefined) return null;
  return (
    <Text size="sm" fw={600} role="status">
      {fill(words.lastSeen, relative(at - now))}
    </Text>
  );
}
