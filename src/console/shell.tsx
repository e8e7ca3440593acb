import { AppShell, Burger, Group, NavLink, Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Languages, LogOut, Moon, Sun, UserRound } from 'lucide-react';
import { lazy, type ReactNode, Suspense } from 'react';
import { Link, Outlet, useLocation } from 'react-router';
import { fill, LANGUAGE_NAMES, LANGUAGES, PAGE_NAMES } from '../words/index.ts';
import { useDemo } from './demo.ts';
import { BusinessClock, DemoBar } from './demo-bar.tsx';
import { PAGE_ICONS } from './icons.ts';
import { inField } from './kept/here.ts';
import { awaySince, useLiveFeed } from './live.ts';
import { useConsoleWords, useFormat, useLocale, useWords } from './locale.tsx';
import { isFor, PAGES } from './pages.ts';
import { Drop, DropItem, DropLabel } from './parts/drop.tsx';
import { useSession } from './session.tsx';
import { useSignal } from './signal.ts';
import { StoryPlace } from './story/place.tsx';
import { takesCalls } from './talk/takes-calls.ts';
import { useTicking } from './time.ts';

// Whoever takes no calls does not load it.
const TalkBar = lazy(async () => ({ default: (await import('./talk/talk-bar.tsx')).TalkBar }));
// Whoever never works in the field does not load it.
const Sending = lazy(async () => ({ default: (await import('./kept/sending.tsx')).Sending }));

const GROUPS = ['see', 'sell', 'watch', 'account', 'run'] as const;

/** The frame around the pages of those who work with them: a menu, who one is, and whether the host answers. */
export function Shell(): ReactNode {
  const { may } = useSession();
  const [isOpen, { toggle, close }] = useDisclosure();
  const words = useConsoleWords();
  const isFieldDevice = useSignal(inField);
  const isTakingCalls = useSignal(takesCalls);
  useLiveFeed(may('streamEvents'), may('listCalls') !== undefined);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 212, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <a className="skip" href="#page">
        {words.skip}
      </a>
      <AppShell.Header style={{ background: 'var(--ground)', borderColor: 'var(--line)' }}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={words.menu} />
            <Text component={Link} to="/" fw={700} style={{ textDecoration: 'none', letterSpacing: '-0.01em' }}>
              {words.product}
            </Text>
          </Group>
          <Group gap="md" wrap="nowrap">
            <BusinessClock />
            <DemoBar />
            <Person />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar style={{ background: 'var(--ground)', borderColor: 'var(--line)' }}>
        <div style={{ overflowY: 'auto', padding: 10 }}>
          <Navigation onGo={close} />
        </div>
      </AppShell.Navbar>
      <AppShell.Main id="page">
        <Absence />
        {may('readdressMeter') !== undefined && isFieldDevice && (
          <Suspense>
            <Sending />
          </Suspense>
        )}
        {isTakingCalls && (
          <Suspense>
            <TalkBar />
          </Suspense>
        )}
        <Outlet />
      </AppShell.Main>
      <StoryPlace />
    </AppShell>
  );
}

function Navigation({ onGo }: { readonly onGo: () => void }): ReactNode {
  const { may, isKept } = useSession();
  const isDemo = useDemo() !== undefined;
  const { groups } = useConsoleWords();
  const names = useWords(PAGE_NAMES);
  const { pathname } = useLocation();
  return GROUPS.map((group) => {
    const pages = PAGES.filter(
      (page) => page.group === group && isFor(page, may, isDemo) && (!isKept || page.isKept === true),
    );
    if (pages.length === 0) return null;
    return (
      <nav key={group} aria-label={groups[group]} style={{ marginBottom: 12 }}>
        <Text size="xs" className="quiet" px="sm" pb={4} fw={600}>
          {groups[group]}
        </Text>
        {pages.map(({ name, path }) => {
          const Icon = PAGE_ICONS[name];
          return (
            <NavLink
              key={path}
              component={Link}
              to={`/${path}`}
              label={names[name]}
              leftSection={Icon && <Icon size={16} strokeWidth={1.8} aria-hidden />}
              active={pathname === `/${path}` || pathname.startsWith(`/${path}/`)}
              onClick={onGo}
              style={{ borderRadius: 8 }}
              py={6}
            />
          );
        })}
      </nav>
    );
  });
}

/** Says that the host is away, and since when what is shown is old. */
function Absence(): ReactNode {
  const since = useSignal(awaySince);
  const words = useConsoleWords();
  const { relative } = useFormat();
  const now = useTicking();
  if (since === undefined) return null;
  return (
    <Group className="surface" role="status" p="sm" mb="md" gap="xs" style={{ borderStyle: 'dashed' }}>
      <Text size="sm" fw={600}>
        {words.away}
      </Text>
      <Text size="sm">{fill(words.awaySince, relative(since - now))}</Text>
    </Group>
  );
}

function Person(): ReactNode {
  const { person, logOut } = useSession();
  const { language, choose } = useLocale();
  const words = useConsoleWords();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'light' ? 'dark' : 'light';
  const otherLanguage = LANGUAGES.find((each) => each !== language) ?? language;
  return (
    <Drop
      label={`${words.account}: ${person.name}`}
      face={
        <>
          <UserRound size={16} aria-hidden />
          <Text component="span" size="sm" visibleFrom="xs">
            {person.name}
          </Text>
        </>
      }
    >
      <DropLabel>
        {person.name} · {words.roles[person.role]}
      </DropLabel>
      <DropItem
        icon={other === 'dark' ? <Moon size={16} aria-hidden /> : <Sun size={16} aria-hidden />}
        onClick={() => setColorScheme(other)}
      >
        {words.theme[other]}
      </DropItem>
      <DropItem icon={<Languages size={16} aria-hidden />} onClick={() => choose(otherLanguage)}>
        {LANGUAGE_NAMES[otherLanguage]}
      </DropItem>
      <DropItem icon={<LogOut size={16} aria-hidden />} onClick={() => void logOut()}>
        {words.logOut}
      </DropItem>
    </Drop>
  );
}
