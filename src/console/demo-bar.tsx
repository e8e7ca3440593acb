import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { BookOpen, ChevronsLeft, ChevronsRight, Ellipsis, UserRoundCog } from 'lucide-react';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { DEMO_WORDS, fill } from '../words/index.ts';
import type { Refusal } from './ask.ts';
import { openStory, SPEEDS, setSpeed, useDemo, useEnter } from './demo.ts';
import { useConsoleWords, useFormat, useWords } from './locale.tsx';
import { Drop, DropItem, DropLabel } from './parts/drop.tsx';
import { useReason } from './reasons.ts';
import { useMay, useSession } from './session.tsx';
import { useNow, useSpeed } from './time.ts';

/** What time it is in the business. In a demo it may run, and the clock says how fast. */
export function BusinessClock(): ReactNode {
  const { day, time, exact } = useFormat();
  const words = useWords(DEMO_WORDS);
  const now = useNow();
  return (
    <Text
      component="time"
      size="sm"
      className="quiet"
      dateTime={new Date(now).toISOString()}
      title={fill(words.clock, exact(now))}
    >
      <Text component="span" inherit visibleFrom="sm">
        {day(now)}{' '}
      </Text>
      {time(now)}
    </Text>
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
  const reasonOf = useReason();
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
      <Text
        size="sm"
        ta="center"
        miw={52}
        role="status"
        title={setting.error === null ? fill(words.times, count(now)) : reasonOf(setting.error)}
      >
        {count(now)}×
      </Text>
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
  const reasonOf = useReason();
  const shared = useConsoleWords();
  const { person } = useSession();
  const entering = useRoles();
  if (roles.length === 0) return null;
  return (
    <Drop
      className="drop-button"
      label={fill(words.youAre, shared.roles[person.role])}
      face={
        <>
          <UserRoundCog size={14} aria-hidden />
          {shared.roles[person.role]}
        </>
      }
    >
      <DropLabel>{entering.error === null ? words.be : reasonOf(entering.error)}</DropLabel>
      <RoleItems roles={roles} enter={entering.mutate} />
    </Drop>
  );
}

function RoleItems({ roles, enter }: RoleProps & { readonly enter: (role: string) => void }): ReactNode {
  const shared = useConsoleWords();
  const { person } = useSession();
  return roles.map((role) => (
    <DropItem key={role} disabled={role === person.role} onClick={() => enter(role)}>
      {shared.roles[role as keyof typeof shared.roles]}
    </DropItem>
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
  const reasonOf = useReason();
  const { count } = useFormat();
  const entering = useRoles();
  const tells = useTells();
  const { now, setting, slower, faster } = useSpeeds(speed);
  return (
    <Drop className="drop-button phone-only" label={words.demo} face={<Ellipsis size={16} aria-hidden />}>
      <DropLabel>{fill(words.times, count(now))}</DropLabel>
      <DropItem stays disabled={slower === undefined} onClick={() => slower !== undefined && setting.mutate(slower)}>
        {words.slower}
      </DropItem>
      <DropItem stays disabled={faster === undefined} onClick={() => faster !== undefined && setting.mutate(faster)}>
        {words.faster}
      </DropItem>
      {tells && <DropItem onClick={() => openStory(true)}>{words.story}</DropItem>}
      {roles.length > 0 && <DropLabel>{entering.error === null ? words.be : reasonOf(entering.error)}</DropLabel>}
      <RoleItems roles={roles} enter={entering.mutate} />
    </Drop>
  );
}
