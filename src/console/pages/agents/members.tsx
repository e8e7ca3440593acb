import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AgentMemberJson } from '../../../api/index.ts';
import { AGENT_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { usePages } from '../../reads.ts';
import { useMay } from '../../session.tsx';

/** Who sells for an agent, and for no other. */
export function Members({ agent }: { readonly agent: string }): ReactNode {
  const words = useWords(AGENT_WORDS);
  const mayAdd = useMay('addAgentMember') !== undefined;
  const mayRemove = useMay('removeAgentMember') !== undefined;
  const path = `/agents/${encodeURIComponent(agent)}/members`;
  const members = usePages<AgentMemberJson>(path);
  const [login, setLogin] = useState('');
  const adding = useDoing<AgentMemberJson>(
    (once) => change(`${path}/${encodeURIComponent(login.trim())}`, { method: 'PUT', once }),
    () => setLogin(''),
  );
  const removing = useDoing<AgentMemberJson, string>((once, id) =>
    change(`${path}/${encodeURIComponent(id)}`, { method: 'DELETE', once }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (login.trim() !== '') adding.mutate();
  };
  return (
    <Panel title={words.members}>
      <Rows of={members} waiting={words.membersWaiting} blank={words.noMembers}>
        {(items) => (
          <DataTable
            label={words.members}
            items={items}
            keyOf={({ id }) => id}
            minWidth={280}
            columns={[
              { head: words.member, cell: ({ id }) => id },
              {
                head: words.memberAct,
                isFigure: true,
                cell: ({ id }) =>
                  mayRemove && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`${words.removeMember}: ${id}`}
                      loading={removing.isPending && removing.variables === id}
                      onClick={() => removing.mutate(id)}
                    >
                      {words.removeMember}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Rows>
      <RefusalLine error={removing.error} />
      {mayAdd && (
        <form onSubmit={submit}>
          <Stack gap="xs" mt="md">
            <Group align="flex-end" gap="xs">
              <TextInput
                label={words.member}
                description={words.memberHint}
                autoCapitalize="none"
                value={login}
                onChange={({ currentTarget }) => setLogin(currentTarget.value)}
                style={{ flexGrow: 1, maxWidth: 420 }}
              />
              <Button type="submit" variant="default" loading={adding.isPending} disabled={login.trim() === ''}>
                {words.addMember}
              </Button>
            </Group>
            <RefusalLine error={adding.error} />
          </Stack>
        </form>
      )}
    </Panel>
  );
}
