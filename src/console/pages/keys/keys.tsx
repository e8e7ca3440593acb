import { Anchor, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import type { KeyUseJson } from '../../../api/index.ts';
import { fill, KEYS_WORDS, PAGE_NAMES } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { say } from '../../parts/notices.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { DataTable } from '../../parts/rows.tsx';
import { Blank, Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { ApiKeys } from './api-keys.tsx';
import { Rotations } from './rotations.tsx';

/** Keys of meters by their generations, and keys of programs. */
export function KeysPage(): ReactNode {
  const words = useWords(KEYS_WORDS);
  const names = useWords(PAGE_NAMES);
  const mayAsk = useMay('proposeKeyChange') !== undefined;
  const mayList = useMay('listApiKeys') !== undefined;
  const use = useRead<{ readonly items: readonly KeyUseJson[] }>('/keys', { live: true });
  const [isAsking, { open, close }] = useDisclosure();
  return (
    <Page
      title={names.keys}
      note={words.note}
      actions={
        mayAsk && (
          <Button size="xs" onClick={open}>
            {words.change}
          </Button>
        )
      }
    >
      <AskForChange isOpen={isAsking} close={close} />
      <Panel title={words.meterKeys}>
        <Loaded of={use} waiting={words.waiting}>
          {({ items }) => (items.length === 0 ? <Blank title={words.noMeters} /> : <Use of={items} />)}
        </Loaded>
        <Text size="xs" className="quiet" mt="xs">
          {words.monitoringNote}
        </Text>
      </Panel>
      <Rotations />
      {mayList && <ApiKeys />}
    </Page>
  );
}

/** As many meters that are behind are named in one row. */
const NAMED_MAX = 12;

function Use({ of }: { readonly of: readonly KeyUseJson[] }): ReactNode {
  const words = useWords(KEYS_WORDS);
  const { count } = useFormat();
  return (
    <DataTable
      label={words.meterKeys}
      items={of}
      keyOf={({ purpose, suite }) => `${purpose} ${suite}`}
      columns={[
        { head: words.purpose, cell: ({ purpose }) => words.purposes[purpose] },
        { head: words.suite, cell: ({ suite }) => suite },
        {
          head: words.generations,
          cell: ({ generations }) => (
            <Stack gap={2}>
              {generations.map(({ generation, meters }) => (
                <Text key={generation} size="sm">
                  {fill(words.generation, generation, count(meters))}
                </Text>
              ))}
            </Stack>
          ),
        },
        { head: words.behind, cell: (each) => <Behind of={each} /> },
      ]}
    />
  );
}

function Behind({ of: { behind, generations } }: { readonly of: KeyUseJson }): ReactNode {
  const words = useWords(KEYS_WORDS);
  const { count } = useFormat();
  const all = generations.slice(1).reduce((sum, { meters }) => sum + meters, 0);
  const named = behind.slice(0, NAMED_MAX);
  if (all === 0) return words.nobodyBehind;
  return (
    <Group gap={8}>
      {named.map(({ meter }) => (
        <Anchor key={meter} component={Link} underline="always" to={`/meters/${meter}`} size="sm" ff="monospace">
          {meter}
        </Anchor>
      ))}
      {all > named.length && <Text size="sm">{fill(words.more, count(all - named.length))}</Text>}
    </Group>
  );
}

interface AskProps {
  readonly isOpen: boolean;
  readonly close: () => void;
}

/** A key change is asked for by one person, and decided by another. */
function AskForChange({ isOpen, close }: AskProps): ReactNode {
  const words = useWords(KEYS_WORDS);
  const [meter, setMeter] = useState('');
  const [purpose, setPurpose] = useState<string | null>('value');
  const [why, setWhy] = useState('');
  const asking = useDoing(
    (once) => {
      const number = encodeURIComponent(meter.trim().toLowerCase());
      return change(`/meters/${number}/key-changes`, { method: 'POST', body: { purpose, why }, once });
    },
    () => {
      say(words.asked);
      setMeter('');
      setWhy('');
      close();
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    asking.mutate();
  };
  return (
    <Dialog isOpen={isOpen} close={close} title={words.changeTitle}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{words.changeNote}</Text>
          <TextInput
            label={words.meter}
            required
            data-autofocus
            autoCapitalize="none"
            value={meter}
            onChange={({ currentTarget }) => setMeter(currentTarget.value)}
          />
          <Select
            label={words.purpose}
            allowDeselect={false}
            data={(['value', 'control'] as const).map((value) => ({ value, label: words.purposes[value] }))}
            value={purpose}
            onChange={setPurpose}
          />
          <TextInput
            label={words.why}
            required
            maxLength={128}
            value={why}
            onChange={({ currentTarget }) => setWhy(currentTarget.value)}
          />
          <RefusalLine error={asking.error} />
          <Submit label={words.ask} isPending={asking.isPending} cancel={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
