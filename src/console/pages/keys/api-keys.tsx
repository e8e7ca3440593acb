import { Button, Checkbox, Group, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { ApiKeyJson } from '../../../api/index.ts';
import { KEYS_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine, Submit } from '../../parts/fields.tsx';
import { Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { Secret } from '../../parts/secret.tsx';
import { usePages } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { SCOPES } from './scopes.ts';

/** Programs that may call, and what each may do. */
export function ApiKeys(): ReactNode {
  const words = useWords(KEYS_WORDS);
  const { roles } = useConsoleWords();
  const { day } = useFormat();
  const mayAdd = useMay('addApiKey') !== undefined;
  const keys = usePages<ApiKeyJson>('/api-keys');
  const [isAdding, { open, close }] = useDisclosure();
  return (
    <Panel
      title={words.apiKeys}
      aside={
        mayAdd && (
          <Button size="xs" variant="default" onClick={open}>
            {words.add}
          </Button>
        )
      }
    >
      <Text size="sm" className="quiet" mb="sm">
        {words.apiNote}
      </Text>
      <AddKey isOpen={isAdding} close={close} />
      <Rows of={keys} waiting={words.waiting} blank={words.noApiKeys}>
        {(items) => (
          <DataTable
            label={words.apiKeys}
            items={items}
            keyOf={({ id }) => id}
            minWidth={720}
            columns={[
              { head: words.name, cell: ({ name }) => name },
              { head: words.role, cell: ({ role }) => roles[role] },
              { head: words.scopes, cell: ({ scopes }) => <Text size="xs">{scopes.join(', ')}</Text> },
              { head: words.since, cell: ({ createdAt }) => day(createdAt) },
              {
                head: words.expires,
                cell: ({ expiresAt }) => (expiresAt === undefined ? words.never : day(expiresAt)),
              },
              { head: words.state, cell: (key) => <KeyState of={key} /> },
            ]}
          />
        )}
      </Rows>
    </Panel>
  );
}

function KeyState({ of }: { readonly of: ApiKeyJson }): ReactNode {
  const words = useWords(KEYS_WORDS);
  const mayRevoke = useMay('revokeApiKey') !== undefined;
  const [isSure, { open }] = useDisclosure();
  const revoking = useDoing(() => change(`/api-keys/${of.id}`, { method: 'DELETE' }));
  if (of.revokedAt !== undefined) return words.revoked;
  if (of.expiresAt !== undefined && Date.parse(of.expiresAt) < Date.now()) return words.expired;
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      {words.inUse}
      {mayRevoke && (
        <Button
          size="compact-xs"
          variant={isSure ? 'filled' : 'default'}
          loading={revoking.isPending}
          onClick={isSure ? () => revoking.mutate() : open}
        >
          {isSure ? words.revokeSure : words.revoke}
        </Button>
      )}
      <RefusalLine error={revoking.error} />
    </Group>
  );
}

const ROLES = ['operator', 'cashier', 'agent', 'technician', 'auditor', 'system-manager', 'seller'] as const;

interface AddProps {
  readonly isOpen: boolean;
  readonly close: () => void;
}

function AddKey({ isOpen, close }: AddProps): ReactNode {
  const words = useWords(KEYS_WORDS);
  const shared = useConsoleWords();
  const [name, setName] = useState('');
  const [role, setRole] = useState<string | null>('agent');
  const [scopes, setScopes] = useState<string[]>([]);
  const [until, setUntil] = useState('');
  const adding = useDoing<{ readonly key: string }>(() => {
    const expiresAt = until === '' ? undefined : `${until}T23:59:59.000Z`;
    return change('/api-keys', { method: 'POST', body: { name, role, scopes, expiresAt } });
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate();
  };
  const leave = () => {
    adding.reset();
    setName('');
    setScopes([]);
    close();
  };
  return (
    <Dialog isOpen={isOpen} close={leave} title={words.add}>
      {adding.data !== undefined ? (
        <Secret value={adding.data.key} />
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              label={words.name}
              required
              data-autofocus
              maxLength={128}
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <Select
              label={words.role}
              allowDeselect={false}
              data={ROLES.map((value) => ({ value, label: shared.roles[value] }))}
              value={role}
              onChange={setRole}
            />
            <Checkbox.Group label={words.scopes} required value={scopes} onChange={setScopes}>
              <SimpleGrid cols={2} spacing={6} mt={4}>
                {SCOPES.map((scope) => (
                  <Checkbox key={scope} value={scope} label={scope} size="xs" />
                ))}
              </SimpleGrid>
            </Checkbox.Group>
            <TextInput
              type="date"
              label={words.expires}
              description={words.expiresNote}
              value={until}
              onChange={({ currentTarget }) => setUntil(currentTarget.value)}
            />
            <RefusalLine error={adding.error} />
            <Submit label={words.add} isPending={adding.isPending} disabled={scopes.length === 0} cancel={leave} />
          </Stack>
        </form>
      )}
    </Dialog>
  );
}
