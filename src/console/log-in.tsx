import {
  Anchor,
  Button,
  Center,
  Divider,
  Paper,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type MouseEvent, type ReactNode, useState } from 'react';
import type { LogInJson, SessionJson } from '../api/index.ts';
import { change, type Refusal, read } from './ask.ts';
import { useDemoRead } from './demo.ts';
import { isLeaving } from './kept/here.ts';
import { useConsoleWords } from './locale.tsx';
import { RefusalLine } from './parts/fields.tsx';
import { isForNow, useUntilAnswered } from './reads.ts';
import { useReason } from './reasons.ts';
import { cameIn, hasLeft, leaveAtLast, SESSION_KEY } from './session.tsx';

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  const { product } = useConsoleWords();
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper className="surface" p="xl" w="100%" maw={400}>
        <Stack gap="md">
          <Text fw={700} c="dimmed" size="sm">
            {product}
          </Text>
          <Title order={1} size="h3">
            {title}
          </Title>
          {children}
        </Stack>
      </Paper>
    </Center>
  );
}

export function LogIn({ isExpired }: { readonly isExpired: boolean }): ReactNode {
  const { logIn: words } = useConsoleWords();
  const reasonOf = useReason();
  const client = useQueryClient();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const entering = useMutation<SessionJson, Refusal>({
    async mutationFn() {
      await hasLeft();
      return change<SessionJson>('/session', { method: 'POST', body: { login, password } });
    },
    onSuccess: () => cameIn(client),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    entering.mutate();
  };
  return (
    <Card title={words.title}>
      {isExpired && (
        <Text size="sm" role="status">
          {words.expired}
        </Text>
      )}
      <UnreadDoors />
      <DemoEntry />
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={words.login}
            value={login}
            onChange={({ currentTarget }) => setLogin(currentTarget.value)}
            autoComplete="username"
            autoCapitalize="none"
            required
          />
          <PasswordInput
            label={words.password}
            value={password}
            onChange={({ currentTarget }) => setPassword(currentTarget.value)}
            autoComplete="current-password"
            required
            error={entering.error && reasonOf(entering.error)}
          />
          <Button type="submit" loading={entering.isPending} mt="xs">
            {words.go}
          </Button>
          <Provider />
        </Stack>
      </form>
    </Card>
  );
}

const PROVIDER = '/api/v1/session/provider';

const readWays = () => read<LogInJson>('/log-in');
const useWays = () => useUntilAnswered({ queryKey: ['log-in'], queryFn: readWays });

/** A door that is not there because nobody answered is not one that does not exist. */
function UnreadDoors(): ReactNode {
  const { logIn: words } = useConsoleWords();
  const reasonOf = useReason();
  const [demo, ways] = [useDemoRead(), useWays()];
  const unread = [demo, ways].find(({ data, error }) => data === undefined && isForNow(error))?.error ?? null;
  if (unread === null) return null;
  return (
    <Text size="sm" role="status">
      {reasonOf(unread)} {words.unread}
    </Text>
  );
}

/** Only where there is one: a link that nobody answers would be a dead end. */
function Provider(): ReactNode {
  const { logIn: words } = useConsoleWords();
  const ways = useWays();
  // Whoever comes back from there without having logged in must not find the session of who left before.
  const leaving = useMutation<void, Refusal>({
    mutationFn: leaveAtLast,
    onSuccess: () => location.assign(PROVIDER),
  });
  const go = (event: MouseEvent) => {
    if (!isLeaving()) return;
    event.preventDefault();
    leaving.mutate();
  };
  if (ways.data?.provider !== true) return null;
  return (
    <>
      <Anchor href={PROVIDER} size="sm" onClick={go}>
        {words.provider}
      </Anchor>
      <RefusalLine error={leaving.error} />
    </>
  );
}

/** In a demonstration on this machine nobody needs a password: one comes in as whoever one wants to see it as. */
function DemoEntry(): ReactNode {
  const { logIn: words, roles } = useConsoleWords();
  const reasonOf = useReason();
  const client = useQueryClient();
  const demo = useDemoRead();
  const entering = useMutation<SessionJson, Refusal, string>({
    async mutationFn(role) {
      await hasLeft();
      return change<SessionJson>('/demo/session', { method: 'POST', body: { role } });
    },
    onSuccess: () => cameIn(client),
  });
  if (demo.data?.canEnter !== true) return null;
  return (
    <>
      <Text size="sm">{words.demo}</Text>
      <SimpleGrid cols={2} spacing="xs">
        {demo.data.roles.map((role) => (
          <Button
            key={role}
            variant={role === 'operator' ? 'filled' : 'default'}
            loading={entering.isPending && entering.variables === role}
            onClick={() => entering.mutate(role)}
          >
            {roles[role]}
          </Button>
        ))}
      </SimpleGrid>
      {entering.error !== null && (
        <Text size="sm" role="alert">
          {reasonOf(entering.error)}
        </Text>
      )}
      <Divider />
    </>
  );
}

export function ChoosePassword(): ReactNode {
  const { password: words } = useConsoleWords();
  const reasonOf = useReason();
  const client = useQueryClient();
  const [old, setOld] = useState('');
  const [chosen, setChosen] = useState('');
  const choosing = useMutation<void, Refusal>({
    mutationFn: () => change<void>('/session/password', { method: 'PUT', body: { old, new: chosen } }),
    onSuccess: () => client.invalidateQueries({ queryKey: SESSION_KEY }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    choosing.mutate();
  };
  return (
    <Card title={words.title}>
      <Text size="sm">{words.why}</Text>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <PasswordInput
            label={words.old}
            value={old}
            onChange={({ currentTarget }) => setOld(currentTarget.value)}
            autoComplete="current-password"
            required
          />
          <PasswordInput
            label={words.new}
            value={chosen}
            onChange={({ currentTarget }) => setChosen(currentTarget.value)}
            autoComplete="new-password"
            required
            error={choosing.error && reasonOf(choosing.error)}
          />
          <Button type="submit" loading={choosing.isPending} mt="xs">
            {words.go}
          </Button>
        </Stack>
      </form>
    </Card>
  );
}
