import { ActionIcon, Button, Group, Menu, Text, Tooltip } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { BookOpen, ChevronsLeft, ChevronsRight, Ellipsis, UserRoundCog } from 'lucide-react';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { DEMO_WORDS, fill } from '../words/index.ts';
import type { Refusal } from './ask.ts';
import { openStory, SPEEDS, setSpeed, useDemo, useEnter } from './demo.ts';
import { useConsoleWords, useFormat, useWords } from './locale.tsx';
import { useMay, useSession } from './session.tsx';
import { useNow, useSpeed } from './time.ts';

/** What time it is in the business. In a demo it may run, and the clock says how fast. */
export function BusinessClock(): ReactNode {
  const { day, time, exact } = useFormat();
  const words = useWords(DEMO_WORDS);
  const now = useNow();
  return (
    <Tooltip label={fill(words.clock, exact(now))}>
      <Text component="time" size="sm" className="quiet" dateTime={new Date(now).toISOString()} tabIndex={0}>
        <Text component="span" inherit visibleFrom="sm">
          {day(now)}{' '}
        </Text>
        {time(now)}
      </Text>
    </Tooltip>
  );
}

/** What only a demo has: how fast time goes, who one is, and the story that shows everything. */
export function DemoBar(): ReactNode {
  const demo = useDemo();
  if (demo === undefined) return null;
  return (
    <>
      <Group gap="xs" wrap="nowrap" visibleFrom="md">
        <Speed speed={demo.speed} />
        <Role roles={demo.roles} />
        <StoryButton />
      </Group>
      <Phone roles={demo.roles} speed={demo.speed} />
    </>
  );
}

interface SpeedProps {
  /** Until the live feed has told a newer one. */
  readonly speed: number;
}

function useSpeeds(speed: number) {
  const now = useSpeed() ?? speed;
  const setting = useMutation<void, Refusal, number>({ mutationFn: setSpeed });
  return {
    ...{ now, setting },
    slower: SPEEDS.findLast((each) => each < now),
    faster: SPEEDS.find((each) => each > now),
  };
}

function Speed({ speed }: SpeedProps): ReactNode {
  const words = useWords(DEMO_WORDS);
  const { count } = useFormat();
  const { now, setting, slower, faster } = useSpeeds(speed);
  const step = (label: string, to: number | undefined, icon: ReactNode) => (
    <ActionIcon
      variant="default"
      size="sm"
      aria-label={label}
      disabled={to === undefined}
      onClick={() => to !== undefined && setting.mutate(to)}
    >
      {icon}
    </ActionIcon>
  );
  return (
    <Group gap={4} wrap="nowrap" role="group" aria-label={words.speed}>
      {step(words.slower, slower, <ChevronsLeft size={14} aria-hidden />)}
      <Tooltip label={setting.error?.message ?? fill(words.times, count(now))}>
        <Text size="sm" ta="center" miw={52} role="status">
          {count(now)}×
        </Text>
      </Tooltip>
      {step(words.faster, faster, <ChevronsRight size={14} aria-hidden />)}
    </Group>
  );
}

interface RoleProps {
  readonly roles: readonly string[];
}

function useRoles() {
  const enter = useEnter();
  const navigate = useNavigate();
  return useMutation<void, Refusal, string>({
    mutationFn: enter,
    // The page one stands on may not be for whoever one is next.
    onSuccess: () => void navigate('/'),
  });
}

function Role({ roles }: RoleProps): ReactNode {
  const words = useWords(DEMO_WORDS);
  const shared = useConsoleWords();
  const { person } = useSession();
  const entering = useRoles();
  if (roles.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          loading={entering.isPending}
          leftSection={<UserRoundCog size={14} aria-hidden />}
          aria-label={fill(words.youAre, shared.roles[person.role])}
        >
          {shared.roles[person.role]}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{entering.error?.message ?? words.be}</Menu.Label>
        <RoleItems roles={roles} enter={entering.mutate} />
      </Menu.Dropdown>
    </Menu>
  );
}

function RoleItems({ roles, enter }: RoleProps & { readonly enter: (role: string) => void }): ReactNode {
  const shared = useConsoleWords();
  const { person } = useSession();
  return roles.map((role) => (
    <Menu.Item key={role} disabled={role === person.role} onClick={() => enter(role)}>
      {shared.roles[role as keyof typeof shared.roles]}
    </Menu.Item>
  ));
}

/** The story does what an operator may do. */
const useTells = (): boolean => useMay('assignTariff') !== undefined;

function StoryButton(): ReactNode {
  const words = useWords(DEMO_WORDS);
  return useTells() ? (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<BookOpen size={14} aria-hidden />}
      onClick={() => openStory(true)}
    >
      {words.story}
    </Button>
  ) : null;
}

/** The same where there is no room for a bar. */
function Phone({ roles, speed }: RoleProps & SpeedProps): ReactNode {
  const words = useWords(DEMO_WORDS);
  const { count } = useFormat();
  const entering = useRoles();
  const tells = useTells();
  const { now, setting, slower, faster } = useSpeeds(speed);
  return (
    <Menu position="bottom-end" width={220} closeOnItemClick={false}>
      <Menu.Target>
        <ActionIcon variant="default" aria-label={words.demo} hiddenFrom="md">
          <Ellipsis size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown mah="80dvh" style={{ overflowY: 'auto' }}>
        <Menu.Label>{fill(words.times, count(now))}</Menu.Label>
        <Menu.Item disabled={slower === undefined} onClick={() => slower !== undefined && setting.mutate(slower)}>
          {words.slower}
        </Menu.Item>
        <Menu.Item disabled={faster === undefined} onClick={() => faster !== undefined && setting.mutate(faster)}>
          {words.faster}
        </Menu.Item>
        {tells && (
          <Menu.Item closeMenuOnClick onClick={() => openStory(true)}>
            {words.story}
          </Menu.Item>
        )}
        {roles.length > 0 && <Menu.Label>{entering.error?.message ?? words.be}</Menu.Label>}
        <RoleItems roles={roles} enter={entering.mutate} />
      </Menu.Dropdown>
    </Menu>
  );
}
