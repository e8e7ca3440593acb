import { Button, Checkbox, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { InspectionJson } from '../../../api/index.ts';
import { INSPECTION_WORDS } from '../../../words/index.ts';
import { useTold } from '../../kept/seen.ts';
import { useWork } from '../../kept/use-work.ts';
import { useWords } from '../../locale.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { InspectionList } from '../../parts/inspections.tsx';
import { say } from '../../parts/notices.tsx';
import { Panel } from '../../parts/page.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useMay } from '../../session.tsx';
import { useNow } from '../../time.ts';

type Finding = InspectionJson['findings'][number];

const FINDINGS: readonly Finding[] = ['in-order', 'seal-broken', 'cover-open', 'wire-around', 'damaged', 'not-reached'];
/** Whoever finds one of these finds nothing beside it. */
const ALONE: readonly Finding[] = ['in-order', 'not-reached'];
const SHOWN = 20;
const NOTE_MAX = 1_000;

/** What was found at a meter, and what whoever stands before it finds now. */
export function Inspections({ meter }: { readonly meter: string }): ReactNode {
  const words = useWords(INSPECTION_WORDS);
  const mayRead = useMay('listInspections') !== undefined;
  const mayWrite = useMay('inspectMeter') !== undefined;
  const [isWriting, { open, close }] = useDisclosure();
  const path = `/meters/${meter}/inspections`;
  const found = useTold<{ readonly items: readonly InspectionJson[] }>(path, {
    ...{ query: { limit: SHOWN }, live: true, enabled: mayRead },
  });
  if (!mayRead) return null;
  return (
    <Panel title={words.title}>
      <Stack gap="sm">
        {mayWrite && !isWriting && (
          <Button size="md" variant="default" onClick={open}>
            {words.write}
          </Button>
        )}
        {isWriting && <InspectionForm meter={meter} path={path} close={close} />}
        <Loaded of={found} waiting={words.waiting}>
          {({ data: { items } }) => <InspectionList items={items} />}
        </Loaded>
      </Stack>
    </Panel>
  );
}

interface FormProps {
  readonly meter: string;
  readonly path: string;
  readonly close: () => void;
}

function InspectionForm({ meter, path, close }: FormProps): ReactNode {
  const words = useWords(INSPECTION_WORDS);
  const now = useNow();
  const [findings, setFindings] = useState<readonly Finding[]>([]);
  const [note, setNote] = useState('');
  const working = useWork(
    () => ({
      ...{ name: 'inspect', subject: meter, path },
      // Without network the host hears of it later than it was found.
      change: {
        method: 'POST',
        body: { findings, note: note.trim(), inspectedAt: new Date(now).toISOString() },
      },
    }),
    (outcome) => {
      if (outcome === 'sent') say(words.written);
      close();
    },
  );
  const choose = (chosen: readonly string[]) => {
    const added = FINDINGS.find((each) => chosen.includes(each) && !findings.includes(each));
    const isAlone = added !== undefined && ALONE.includes(added);
    setFindings(
      FINDINGS.filter((each) =>
        isAlone ? each === added : chosen.includes(each) && (added === undefined || !ALONE.includes(each)),
      ),
    );
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    working.mutate();
  };
  return (
    <form onSubmit={submit} aria-label={words.write}>
      <Stack gap="sm">
        <Checkbox.Group label={words.found} value={[...findings]} onChange={choose}>
          <Stack gap="xs" mt={6}>
            {FINDINGS.map((finding) => (
              <Checkbox key={finding} size="md" value={finding} label={words.findings[finding]} />
            ))}
          </Stack>
        </Checkbox.Group>
        <TextInput
          label={words.note}
          maxLength={NOTE_MAX}
          value={note}
          onChange={({ currentTarget }) => setNote(currentTarget.value)}
        />
        <RefusalLine error={working.error} />
        <Submit label={words.write} isPending={working.isPending} disabled={findings.length === 0} cancel={close} />
      </Stack>
    </form>
  );
}
