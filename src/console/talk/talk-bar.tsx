import { Anchor, Button, Group, Text } from '@mantine/core';
import { Mic, MicOff, PhoneOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'react-router';
import { fill, PHONE_CALL_WORDS, TALK_WORDS } from '../../words/index.ts';
import { useFormat, useWords } from '../locale.tsx';
import { useSignal } from '../signal.ts';
import { useTicking } from '../time.ts';
import { numberOf } from './number-of.ts';
import { hangUp, mute, taking } from './taking.ts';

/** Who waits, or with whom one speaks, on every page: the meter of the caller is looked at meanwhile. */
export function TalkBar(): ReactNode {
  const { talk, waiting, state } = useSignal(taking);
  const words = useWords(TALK_WORDS);
  const { pathname } = useLocation();
  if (talk !== undefined) return <Talking talk={talk} />;
  const isLost = state === 'lost';
  if (pathname === '/calls' || (waiting.length === 0 && !isLost)) return null;
  return (
    <Group className="surface" role="status" p="sm" mb="md" gap="xs" style={{ borderStyle: 'dashed' }}>
      <Text size="sm">{isLost ? words.comesBack : fill(words.someWait, waiting.length)}</Text>
      <Anchor component={Link} to="/calls" size="sm">
        {words.see}
      </Anchor>
    </Group>
  );
}

/** However far down somebody reads. */
const IN_SIGHT = { position: 'sticky', top: 60, zIndex: 3 } as const;

function Talking({ talk }: { readonly talk: NonNullable<(typeof taking.value)['talk']> }): ReactNode {
  const { call, since, isMuted } = talk;
  const words = useWords(TALK_WORDS);
  const ofCalls = useWords(PHONE_CALL_WORDS);
  const { duration } = useFormat();
  const now = useTicking();
  const number = numberOf(call, ofCalls.withheld);
  return (
    <Group
      component="section"
      className="surface"
      aria-label={fill(words.withWhom, number)}
      p="sm"
      mb="md"
      gap="md"
      style={{ borderColor: 'var(--in-flight)', ...IN_SIGHT }}
    >
      <Text size="sm" role="status">
        {words.speaking}{' '}
        <Link to={`/calls/${encodeURIComponent(call.id)}`}>
          <b>{number}</b>
        </Link>
      </Text>
      {call.meter !== undefined && (
        <Text size="sm">
          {ofCalls.meter} <Link to={`/meters/${call.meter}`}>{call.meter}</Link>
        </Text>
      )}
      <Text size="sm" className="quiet">
        {duration(Math.max(0, now - since))}
      </Text>
      <Group gap="xs" ml="auto">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={isMuted ? <MicOff size={14} aria-hidden /> : <Mic size={14} aria-hidden />}
          onClick={() => mute(!isMuted)}
        >
          {isMuted ? words.unmute : words.mute}
        </Button>
        <Button size="compact-sm" leftSection={<PhoneOff size={14} aria-hidden />} onClick={hangUp}>
          {words.hangUp}
        </Button>
      </Group>
    </Group>
  );
}
