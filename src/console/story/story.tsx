import './story.css';
import { Anchor, Button, CloseButton, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { DemoJson, MeterJson, OfflineMeterJson, OrderJson, PanelJson } from '../../api/index.ts';
import { fill, STORY_WORDS } from '../../words/index.ts';
import { newKey, type Refusal, read } from '../ask.ts';
import { leaveStoryAt, storyLeftAt } from '../demo.ts';
import { useConsoleWords, useFormat, useWords } from '../locale.tsx';
import { TANK_UNITS, Units } from '../pages/panel/status.tsx';
import { usePanel } from '../pages/panel/use-panel.ts';
import { Passes, useTravel } from '../parts/travel.tsx';
import { useReason } from '../reasons.ts';
import { findMeter, perform, tidyUp } from './perform.ts';
import {
  awaitsKey,
  hindranceOf,
  look,
  next,
  percentOf,
  pressed,
  STEPS,
  STEPS_WITHOUT_CARDS,
  STORY_BEGINS,
  type Story,
  takenUp,
} from './steps.ts';

interface CardProps {
  readonly demo: DemoJson;
  readonly close: () => void;
}

/** The whole system in nine steps, or eight where nobody has a card, each really done and really waited for, with a meter of the demo. */
export function StoryCard({ demo, close }: CardProps): ReactNode {
  const words = useWords(STORY_WORDS);
  const shared = useConsoleWords();
  const reasonOf = useReason();
  const navigate = useNavigate();
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set());
  const finding = useQuery<MeterJson | null, Refusal>({
    queryKey: ['story', [...leftOut]],
    queryFn: async () => (await findMeter(demo, leftOut)) ?? null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  const number = finding.data?.number;
  useEffect(() => {
    if (number !== undefined) void navigate(`/panel/${number}`);
  }, [number, navigate]);
  const meter = finding.isFetching ? undefined : finding.data;
  return (
    <>
      <div className="story-room" aria-hidden />
      <aside className="story surface" aria-label={words.storyTitle}>
        {meter != null ? (
          <Telling
            key={meter.number}
            meter={meter}
            card={demo.cards[0]}
            close={close}
            another={() => setLeftOut((before) => new Set([...before, meter.number]))}
          />
        ) : (
          <Stack gap="sm">
            <Group justify="space-between" wrap="nowrap">
              <Title order={2} size="h5">
                {words.storyTitle}
              </Title>
              <CloseButton aria-label={words.skip} onClick={close} />
            </Group>
            {finding.isFetching ? (
              <Waiting sentence={words.choosing} />
            ) : (
              <>
                <Text size="sm" role="alert">
                  {finding.error === null ? words.nobodyFits : reasonOf(finding.error)}
                </Text>
                <Button variant="default" onClick={() => void finding.refetch()}>
                  {shared.retry}
                </Button>
              </>
            )}
          </Stack>
        )}
      </aside>
    </>
  );
}

const Waiting = ({ sentence }: { readonly sentence: string }): ReactNode => (
  <Group gap="xs" wrap="nowrap" role="status">
    <Loader size={16} color="var(--in-flight)" />
    <Text size="sm">{sentence}</Text>
  </Group>
);

const ASK_EVERY_MS = 1_000;

interface TellingProps {
  readonly meter: MeterJson;
  readonly card: DemoJson['cards'][number] | undefined;
  readonly close: () => void;
  readonly another: () => void;
}

function Telling({ meter, card, close, another }: TellingProps): ReactNode {
  const words = useWords(STORY_WORDS);
  const reasonOf = useReason();
  const { money, share } = useFormat();
  const steps = card === undefined ? STEPS_WITHOUT_CARDS : STEPS;
  const [story, setStory] = useState<Story>(() => takenUp(storyLeftAt(), steps));
  const [order, setOrder] = useState<string>();
  const once = useRef(newKey());
  const { panel, error, act } = usePanel(meter.number);
  const before = useRef<PanelJson>(undefined);
  before.current ??= panel;
  const travel = useTravel(meter.number);
  const known = useAsked<MeterJson>(`/meters/${meter.number}`, story.step === 'found' && story.phase === 'waiting');
  const gas = card?.meters[0] ?? '';
  const told = useAsked<OfflineMeterJson>(`/offline-meters/${gas}`, story.step === 'card' && story.phase !== 'done');
  const taken = told?.fromCards;
  const asked = order === undefined ? '' : `/orders/${encodeURIComponent(order)}`;
  const booked = useAsked<OrderJson>(
    asked,
    order !== undefined && story.step === 'travel' && story.phase === 'waiting',
  );
  const doing = useMutation<string | undefined, Refusal, PanelJson>({
    mutationFn: (shown) => perform(story.step, { panel: shown, card: card?.number, once: once.current }),
    onSuccess: (sold, shown) => {
      once.current = newKey();
      if (sold !== undefined) setOrder(sold);
      setStory((now) => pressed(now, shown, taken));
    },
  });
  const wrong = doing.error ?? error;
  const state = booked?.state ?? (order === undefined ? undefined : 'waiting');
  useEffect(() => {
    if (panel !== undefined) setStory((now) => look(now, { panel, travel, order: state, known: known?.state, taken }));
  }, [panel, travel, state, known, taken]);
  useEffect(() => leaveStoryAt(story.step), [story.step]);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The button that was pressed is gone: whoever is here by keyboard goes on from here, not from the top of the page.
    if (story.phase !== undefined && document.activeElement === document.body) place.current?.focus();
  }, [story.phase]);
  const waitsForKey = story.step === 'reconnect' && panel !== undefined && awaitsKey(panel);
  useEffect(() => {
    if (waitsForKey) act({ press: '*' });
  }, [waitsForKey, act]);
  const leaving = useMutation<void, Refusal, () => void>({
    mutationFn: async () => {
      if (before.current !== undefined) await tidyUp(before.current, meter.tariff);
    },
    // What could not be put back is no reason to hold anybody here: the panel shows how things stand.
    onSettled: (_, __, go) => go(),
  });
  const { title, text, go, waits, done } = words.steps[story.step];
  const at = steps.indexOf(story.step);
  const isLast = at === steps.length - 1;
  const hindrance = panel && hindranceOf(story, panel);
  const end = () => {
    leaveStoryAt(undefined);
    close();
  };
  return (
    <Stack gap="sm" ref={place} tabIndex={-1} style={{ outline: 'none' }}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" className="quiet">
          {words.storyTitle} · {fill(words.step, at + 1, steps.length)}
        </Text>
        <CloseButton aria-label={words.skip} onClick={() => leaving.mutate(close)} disabled={leaving.isPending} />
      </Group>
      <ol className="story-steps" aria-hidden>
        {steps.map((step, i) => (
          <li key={step} data-passed={i < at || (i === at && story.phase === 'done')} />
        ))}
      </ol>
      <Title order={2} size="h5">
        {title}
      </Title>
      <Text size="sm">{text}</Text>
      {story.step === 'travel' && <Passes travel={travel} />}
      {story.step === 'tank' && <Units tokens={Number(panel?.credit.tank ?? 0)} units={TANK_UNITS} />}
      {story.step === 'card' && card !== undefined && (
        <Text size="xs" className="quiet">
          {fill(words.atCard, card.number, gas)} ·{' '}
          <Anchor component={Link} to={`/cards/${card.number}`} inherit underline="always">
            {words.lookAtCard}
          </Anchor>{' '}
          ·{' '}
          <Anchor component={Link} to={`/cards/meters/${gas}`} inherit underline="always">
            {words.lookAtGas}
          </Anchor>
        </Text>
      )}
      {story.step !== 'card' && panel !== undefined && (
        <Text size="xs" className="quiet">
          {fill(words.atMeter, meter.number, money(panel.credit.balance), money(panel.credit.tank))} ·{' '}
          <Anchor component={Link} to={`/panel/${meter.number}`} inherit underline="always">
            {words.lookAtMeter}
          </Anchor>
        </Text>
      )}
      {story.phase === 'waiting' && <Waiting sentence={waits} />}
      {story.phase === 'done' && (
        <Text size="sm" fw={600} role="status">
          {fill(done, panel === undefined ? '' : share(percentOf(panel) / 100))}
        </Text>
      )}
      {wrong !== undefined && (
        <Text size="sm" role="alert">
          {reasonOf(wrong)}
        </Text>
      )}
      {hindrance !== undefined && (
        <Group gap="xs" role="alert">
          <Text size="sm">{words.hindrances[hindrance]}</Text>
          <Button size="xs" variant="default" loading={leaving.isPending} onClick={() => leaving.mutate(another)}>
            {words.another}
          </Button>
        </Group>
      )}
      {story.phase === 'ready' && go !== undefined && (
        <Button
          loading={doing.isPending}
          disabled={panel === undefined || hindrance !== undefined || (story.step === 'card' && taken === undefined)}
          onClick={() => panel !== undefined && doing.mutate(panel)}
        >
          {go}
        </Button>
      )}
      {story.phase === 'done' && (
        <Button
          loading={leaving.isPending}
          onClick={() => (isLast ? leaving.mutate(end) : panel !== undefined && setStory(next(story, panel, steps)))}
        >
          {isLast ? words.end : words.next}
        </Button>
      )}
      {story.began === undefined && story.phase === 'ready' && at > 0 && (
        <Button variant="subtle" size="compact-sm" onClick={() => setStory(STORY_BEGINS)}>
          {words.anew}
        </Button>
      )}
      {at === 0 && (
        <Text size="xs" className="quiet">
          {words.tidied}
        </Text>
      )}
    </Stack>
  );
}

/** What the host says, asked for every second while it is wanted. */
function useAsked<T>(path: string, isWanted: boolean): T | undefined {
  const { data } = useQuery<T, Refusal>({
    queryKey: ['story-asks', path],
    queryFn: () => read<T>(path),
    enabled: isWanted,
    refetchInterval: isWanted ? ASK_EVERY_MS : false,
    staleTime: 0,
  });
  return data;
}
