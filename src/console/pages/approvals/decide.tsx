import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { ApprovalJson } from '../../../api/index.ts';
import { APPROVAL_WORDS, fill } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Facts } from '../../parts/rows.tsx';
import { useSession } from '../../session.tsx';
import { Said } from './said.tsx';

interface DecideProps {
  readonly approval: ApprovalJson;
  readonly close: () => void;
}

type Verdict = 'approve' | 'refuse';

/** Yes or no, and why. Whoever asked may only withdraw. */
export function Decide({ approval, close }: DecideProps): ReactNode {
  const words = useWords(APPROVAL_WORDS);
  const { exact } = useFormat();
  const { person } = useSession();
  const [why, setWhy] = useState('');
  const path = `/approvals/${encodeURIComponent(approval.id)}/decision`;
  const deciding = useDoing<ApprovalJson, Verdict>((once, verdict) => {
    const body = { verdict, ...(why.trim() !== '' && { why: why.trim() }) };
    return change(path, { method: 'POST', once, body });
  }, close);
  const isOwn = approval.askedBy === person.login;
  const isDone = (verdict: Verdict) => deciding.isPending && deciding.variables === verdict;
  return (
    <Dialog isOpen close={close} title={words.kinds[approval.proposal.type]}>
      <Stack gap="sm">
        <Text size="sm" fw={600}>
          <Said proposal={approval.proposal} />
        </Text>
        <Text size="sm">{words.asks[approval.proposal.type]}</Text>
        <Facts
          of={[
            { label: words.why, value: approval.why },
            { label: words.askedBy, value: fill(words.by, exact(approval.askedAt), approval.askedBy) },
          ]}
        />
        {isOwn && <Text size="sm">{words.own}</Text>}
        <TextInput
          label={words.decideWhy}
          description={words.decideHint}
          data-autofocus
          value={why}
          onChange={({ currentTarget }) => setWhy(currentTarget.value)}
          maxLength={128}
        />
        <RefusalLine error={deciding.error} />
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            disabled={deciding.isPending}
            loading={isDone('refuse')}
            onClick={() => deciding.mutate('refuse')}
          >
            {isOwn ? words.withdraw : words.refuse}
          </Button>
          {!isOwn && (
            <Button
              disabled={deciding.isPending}
              loading={isDone('approve')}
              onClick={() => deciding.mutate('approve')}
            >
              {words.approve}
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  );
}
