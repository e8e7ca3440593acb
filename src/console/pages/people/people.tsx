import { Badge, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { PersonJson } from '../../../api/index.ts';
import { fill, PAGE_NAMES, PEOPLE_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { Rows } from '../../parts/rows.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { usePages } from '../../reads.ts';
import { useMay, useSession } from '../../session.tsx';

const ROLES = [
  ...(['operator', 'cashier', 'agent', 'technician', 'auditor', 'system-manager', 'seller', 'subscriber'] as const),
];

/** Who may log in, as what, and what the system manager does about it. */
export function PeoplePage(): ReactNode {
  const words = useWords(PEOPLE_WORDS);
  const names = useWords(PAGE_NAMES);
  const mayAdd = useMay('addPerson') !== undefined;
  const people = usePages<PersonJson>('/people');
  const [isAdding, { open, close }] = useDisclosure();
  return (
    <Page
      title={names.people}
      note={words.note}
      actions={
        mayAdd && (
          <Button size="xs" onClick={open}>
            {words.add}
          </Button>
        )
      }
    >
      <AddPerson isOpen={isAdding} close={close} />
      <Panel>
        <Rows of={people} waiting={words.waiting} blank={words.nobody}>
          {(items) => <People people={items} />}
        </Rows>
      </Panel>
    </Page>
  );
}

function People({ people }: { readonly people: readonly PersonJson[] }): ReactNode {
  const words = useWords(PEOPLE_WORDS);
  const names = useWords(PAGE_NAMES);
  const { roles } = useConsoleWords();
  const { exact, day } = useFormat();
  return (
    <WideTable
      label={names.people}
      minWidth={560}
      heads={[
        { head: words.name },
        { head: words.login },
        { head: words.role },
        { head: words.since },
        { head: '', label: words.actions },
      ]}
    >
      <Table.Tbody>
        {people.map((person) => (
          <Table.Tr key={person.login}>
            <Table.Td>
              <Group gap="xs">
                {person.name}
                {person.locked && <Badge variant="default">{words.locked}</Badge>}
              </Group>
            </Table.Td>
            <Table.Td>{person.login}</Table.Td>
            <Table.Td>{roles[person.role]}</Table.Td>
            <Table.Td title={exact(person.createdAt)}>{day(person.createdAt)}</Table.Td>
            <Table.Td>
              <PersonActions person={person} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

/** Locking, a new password, and the end of all sessions: for the system manager, and for nobody's own account. */
function PersonActions({ person }: { readonly person: PersonJson }): ReactNode {
  const words = useWords(PEOPLE_WORDS);
  const { person: self } = useSession();
  const may = useMay('changePerson') !== undefined;
  const path = `/people/${encodeURIComponent(person.login)}`;
  const locking = useDoing(() => change(path, { method: 'PATCH', body: { locked: !person.locked } }));
  const resetting = useDoing<{ readonly oneTimePassword: string }>(() =>
    change(`${path}/password-reset`, { method: 'POST' }),
  );
  if (!may || person.login === self.login) return null;
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      <RefusalLine error={locking.error ?? resetting.error} />
      <Button size="compact-xs" variant="default" loading={resetting.isPending} onClick={() => resetting.mutate()}>
        {words.reset}
      </Button>
      <Button size="compact-xs" variant="default" loading={locking.isPending} onClick={() => locking.mutate()}>
        {person.locked ? words.unlock : words.lock}
      </Button>
      <Dialog
        isOpen={resetting.data !== undefined}
        close={resetting.reset}
        title={fill(words.newPassword, person.name)}
      >
        <Told password={resetting.data?.oneTimePassword ?? ''} />
      </Dialog>
    </Group>
  );
}

/** A password is shown once, to be told to its owner. */
function Told({ password }: { readonly password: string }): ReactNode {
  const words = useWords(PEOPLE_WORDS);
  return (
    <Stack gap="xs">
      <Text size="sm">{words.toldOnce}</Text>
      <Text ff="monospace" fz="xl">
        {password}
      </Text>
    </Stack>
  );
}

function AddPerson({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }): ReactNode {
  const words = useWords(PEOPLE_WORDS);
  const shared = useConsoleWords();
  const [login, setLogin] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<string | null>('cashier');
  const [subscriber, setSubscriber] = useState('');
  const adding = useDoing<{ readonly oneTimePassword: string }>(() =>
    change('/people', {
      method: 'POST',
      body: { login, name, role, ...(role === 'subscriber' && { subscriber }) },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate();
  };
  const leave = () => {
    adding.reset();
    setLogin('');
    setName('');
    close();
  };
  return (
    <Dialog isOpen={isOpen} close={leave} title={words.add}>
      {adding.data !== undefined ? (
        <Told password={adding.data.oneTimePassword} />
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput label={words.name} required value={name} onChange={(event) => setName(event.target.value)} />
            <TextInput
              label={words.login}
              required
              value={login}
              autoCapitalize="none"
              onChange={(event) => setLogin(event.target.value)}
            />
            <Select
              label={words.role}
              data={ROLES.map((value) => ({ value, label: shared.roles[value] }))}
              value={role}
              onChange={setRole}
              allowDeselect={false}
            />
            {role === 'subscriber' && (
              <TextInput
                label={words.subscriber}
                required
                value={subscriber}
                onChange={(event) => setSubscriber(event.target.value)}
              />
            )}
            <RefusalLine error={adding.error} />
            <Button type="submit" loading={adding.isPending}>
              {words.add}
            </Button>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}
