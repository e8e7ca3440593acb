import { Button, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { MeterJson, RevivalJson } from '../../../api/index.ts';
import { FIELD_WORDS, fill, WORK_WORDS } from '../../../words/index.ts';
import { useTold } from '../../kept/seen.ts';
import { useWork } from '../../kept/use-work.ts';
import { workHere } from '../../kept/work.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { say } from '../../parts/notices.tsx';
import { Panel } from '../../parts/page.tsx';
import { Unread } from '../../parts/states.tsx';
import { useMay } from '../../session.tsx';
import { useSignal } from '../../signal.ts';

const WHY_MAX = 128;

/** A meter whose case was opened: whoever stands before it asks for its revival, and sees how far that is. */
export function Revive({ meter }: { readonly meter: MeterJson }): ReactNode {
  const words = useWords(FIELD_WORDS);
  const { revivalWaits } = useWords(WORK_WORDS);
  const mayRead = useMay('readRevival') !== undefined;
  const mayAsk = useMay('proposeRevival') !== undefined;
  const path = `/meters/${meter.number}/revivals`;
  const revival = useTold<RevivalJson>(path, { live: true, enabled: mayRead });
  const isKept = useSignal(workHere).some((work) => work.path === path && work.state === 'waiting');
  const told = revival.data?.data;
  if (!mayRead || meter.purse.state === 'closed') return null;
  return (
    <Panel title={words.revive}>
      <Stack gap="sm">
        <Text size="sm">{words.reviveNote}</Text>
        {told === undefined ? <Unread of={revival} what={words.revive} /> : <HowFar of={told} />}
        {isKept ? (
          <Text size="sm" fw={600} role="status">
            {revivalWaits}
          </Text>
        ) : (
          mayAsk && told?.asked === undefined && <Ask meter={meter.number} path={path} />
        )}
      </Stack>
    </Panel>
  );
}

function HowFar({ of: { erased, asked, clearing } }: { readonly of: RevivalJson }): ReactNode {
  const words = useWords(FIELD_WORDS);
  const { exact } = useFormat();
  return (
    <Stack gap={4}>
      <Text size="sm">{erased ? words.keysErased : words.keysThere}</Text>
      {asked !== undefined && (
        <Text size="sm" fw={600} role="status">
          {fill(words.reviveAsked, exact(asked.at), asked.by)}
        </Text>
      )}
      {erased && clearing === 'waiting' && (
        <Text size="sm" fw={600} role="status">
          {words.reviveAgreed}
        </Text>
      )}
    </Stack>
  );
}

function Ask({ meter, path }: { readonly meter: string; readonly path: string }): ReactNode {
  const words = useWords(FIELD_WORDS);
  const [why, setWhy] = useState('');
  const asking = useWork(
    () => ({ name: 'revive', subject: meter, path, change: { method: 'POST', body: { why: why.trim() } } }),
    (outcome) => {
      if (outcome === 'sent') say(words.reviveSent);
      setWhy('');
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    asking.mutate();
  };
  return (
    <form onSubmit={submit} aria-label={words.reviveAsk}>
      <Stack gap="xs" align="flex-start">
        <TextInput
          label={words.reviveWhy}
          maxLength={WHY_MAX}
          value={why}
          onChange={({ currentTarget }) => setWhy(currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={asking.isPending} disabled={why.trim() === ''}>
          {words.reviveAsk}
        </Button>
        <RefusalLine error={asking.error} />
      </Stack>
    </form>
  );
}
