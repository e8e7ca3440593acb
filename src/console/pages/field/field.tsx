import { Button, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import type { MeterJson } from '../../../api/index.ts';
import { FIELD_WORDS, PAGE_NAMES } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { Commands } from './commands.tsx';
import { Enrol } from './enrol.tsx';
import { Events, Standing } from './inspect.tsx';
import { Work } from './work.tsx';

/** One finds a meter by its number, with a thumb. */
export function FieldPage(): ReactNode {
  const words = useWords(FIELD_WORDS);
  const names = useWords(PAGE_NAMES);
  const navigate = useNavigate();
  const mayEnrol = useMay('enrolMeter') !== undefined;
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
      </Stack>
    </Page>
  );
}

/** One meter, before which somebody stands. */
export function FieldMeterPage(): ReactNode {
  const words = useWords(FIELD_WORDS);
  const navigate = useNavigate();
  const { number = '' } = useParams();
  const meter = useRead<MeterJson>(`/meters/${encodeURIComponent(number)}`, { live: true });
  const mayOrder = useMay('orderCommand') !== undefined;
  return (
    <Page
      title={number}
      actions={
        <Button size="xs" variant="default" onClick={() => void navigate('/field')}>
          {words.another}
        </Button>
      }
    >
      <Loaded of={meter} waiting={words.waiting}>
        {(found) => (
          <Stack maw={720}>
            <Standing meter={found} />
            {mayOrder ? <Commands meter={found} /> : <Text size="sm">{words.commandsNote}</Text>}
            <Work meter={found} />
            <Events meter={found.number} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
