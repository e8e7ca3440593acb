import { Button, Loader, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { Link, useRouteError } from 'react-router';
import { useConsoleWords } from '../locale.tsx';
import { useReason } from '../reasons.ts';

/** What stands where nothing can be shown: why, and what to do about it. */
export function Blank({ title, children }: { readonly title: string; readonly children?: ReactNode }): ReactNode {
  return (
    <Stack align="center" justify="center" gap="sm" py={{ base: 32, sm: 64 }} px="md" ta="center">
      <Text fw={600}>{title}</Text>
      {children}
    </Stack>
  );
}

/** @param sentence what is being waited for; a spinner alone says nothing */
export function Loading({ sentence }: { readonly sentence?: string }): ReactNode {
  const words = useConsoleWords();
  return (
    <Stack align="center" justify="center" gap="sm" py={64} role="status">
      <Loader size="sm" color="var(--in-flight)" />
      <Text size="sm" className="quiet">
        {sentence ?? words.loading}
      </Text>
    </Stack>
  );
}

export const NotAllowed = (): ReactNode => <Nowhere why={useConsoleWords().notAllowed} />;
export const NotFound = (): ReactNode => <Nowhere why={useConsoleWords().notFound} />;

/** An address that leads to nothing, and the way back from it. */
function Nowhere({ why }: { readonly why: string }): ReactNode {
  const { first, product } = useConsoleWords();
  useEffect(() => {
    document.title = `${why} · ${product}`;
  }, [why, product]);
  return (
    <Stack align="center" gap="sm" py={64} px="md" ta="center">
      <Title order={1} size="h4">
        {why}
      </Title>
      <Button component={Link} to="/" variant="default" size="xs">
        {first}
      </Button>
    </Stack>
  );
}

/** Why the host refused. */
export function Refused({ error, retry }: { readonly error: Error; readonly retry?: () => void }): ReactNode {
  const words = useConsoleWords();
  const reasonOf = useReason();
  return (
    <Blank title={reasonOf(error)}>
      {retry !== undefined && (
        <Button variant="default" size="xs" onClick={retry}>
          {words.retry}
        </Button>
      )}
    </Blank>
  );
}

/** A mistake in a page itself. */
export function Broken(): ReactNode {
  const words = useConsoleWords();
  const error = useRouteError();
  return (
    <Stack align="center" gap="sm" py={96} px="md" ta="center">
      <Title order={1} size="h3">
        {words.broken}
      </Title>
      <Text size="sm" className="quiet" ff="monospace">
        {error instanceof Error ? error.message : String(error)}
      </Text>
      <Button variant="default" onClick={() => location.reload()}>
        {words.reload}
      </Button>
    </Stack>
  );
}

interface Read<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
}

/** A line where a part of what is shown cannot be read: without it, that nothing stands there would say that there is nothing. */
export function Unread({ of, what }: { readonly of: Read<unknown>; readonly what?: string }): ReactNode {
  const words = useConsoleWords();
  const reasonOf = useReason();
  if (of.error === null || of.data !== undefined) return null;
  return (
    <Text size="sm" role="alert" component="div">
      {what !== undefined && `${what}: `}
      {reasonOf(of.error)}{' '}
      <UnstyledButton fz="sm" td="underline" onClick={() => void of.refetch()}>
        {words.retry}
      </UnstyledButton>
    </Text>
  );
}

interface LoadedProps<T> {
  readonly of: Read<T>;
  readonly waiting?: string;
  readonly children: (data: T) => ReactNode;
}

/** What a read gave; before that what is waited for, or why it was refused. What is there stays when a later read fails. */
export function Loaded<T>({ of, waiting, children }: LoadedProps<T>): ReactNode {
  if (of.data !== undefined) return children(of.data);
  if (of.error !== null) return <Refused error={of.error} retry={() => void of.refetch()} />;
  return waiting === undefined ? <Loading /> : <Loading sentence={waiting} />;
}
