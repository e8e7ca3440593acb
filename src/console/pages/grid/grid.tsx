import { ActionIcon, Group, NavLink, Stack, Text } from '@mantine/core';
import { Maximize, Minus, Plus } from 'lucide-react';
import { memo, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { GridJson, LossAlarmJson, OverviewJson } from '../../../api/index.ts';
import { fill, GRID_WORDS, METER_STATES, PAGE_NAMES } from '../../../words/index.ts';
import { useConsoleWords, useFormat, useWords } from '../../locale.tsx';
import { Page } from '../../parts/page.tsx';
import { StateLabel } from '../../parts/state-mark.tsx';
import { Blank, Loaded, Unread } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { useMay } from '../../session.tsx';
import { Field } from './field.tsx';
import { type Hit, type Size, unitView, type View, wholeView, zoom } from './layout.ts';
import { type Loss, lossesOf } from './losses.ts';
import { meterIn, numberText, type Scene, sceneOf, stateOf } from './scene.ts';
import { Street } from './street.tsx';

/** The home of the operator: all meters at once in the colours of their states, down to the street that one looks at. */
export function GridPage(): ReactNode {
  const words = useWords(GRID_WORDS);
  const names = useWords(PAGE_NAMES);
  const grid = useRead<GridJson>('/grid', { live: true });
  return (
    <Page title={names.grid} note={words.note}>
      <Loaded of={grid} waiting={words.waiting}>
        {(data) => (data.columns.number.length === 0 ? <Blank title={words.empty} /> : <Grid grid={data} />)}
      </Loaded>
    </Page>
  );
}

/** The address says where one is: `?at=12.5,-3,40` is the middle and the pixels of a cell, `?unit=3` a local unit. */
function useView(): readonly [View | undefined, (view: View) => void] {
  const [search, setSearch] = useSearchParams();
  const at = search.get('at');
  const view = useMemo(() => viewOf(at), [at]);
  // While a hand drags, the address follows some times a second: browsers refuse more.
  const [held, setHeld] = useState<{ readonly at: string | null; readonly view: View }>();
  // Once the address says it, or another, whoever goes back finds what the address says there.
  if (held !== undefined && held.at !== at) setHeld(undefined);
  // By the time that it follows, something else of it may be another.
  const write = useRef(setSearch);
  useEffect(() => {
    write.current = setSearch;
  });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // Whoever leaves is at another address.
  useEffect(() => () => clearTimeout(timer.current), []);
  const setView = useCallback(
    (next: View) => {
      setHeld({ at, view: next });
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        write.current(
          (before) => {
            before.set('at', [next.x, next.y, next.scale].map((part) => part.toFixed(2)).join(','));
            return before;
          },
          { replace: true },
        );
      }, ADDRESS_MS);
    },
    [at],
  );
  return [held?.view ?? view, setView];
}

function viewOf(at: string | null): View | undefined {
  const [x, y, scale] = (at ?? '').split(',').map(Number);
  if (x === undefined || y === undefined || scale === undefined) return undefined;
  return [x, y, scale].every(Number.isFinite) && scale > 0 ? { x, y, scale } : undefined;
}

const ADDRESS_MS = 250;

function Grid({ grid }: { readonly grid: GridJson }): ReactNode {
  const words = useWords(GRID_WORDS);
  const names = useWords(PAGE_NAMES);
  const { money } = useFormat();
  const navigate = useNavigate();
  const scene = useMemo(() => sceneOf(grid), [grid]);
  const overview = useRead<OverviewJson>('/overview', { live: true });
  const mayLosses = useMay('listLossAlarms') !== undefined;
  const judged = useRead<{ readonly items: readonly LossAlarmJson[] }>('/loss-alarms', {
    query: { open: true, limit: 200 },
    live: true,
    enabled: mayLosses,
  });
  const losses = useMemo(
    () => lossesOf(judged.data?.items ?? [], overview.data?.alarms?.items ?? []),
    [judged.data, overview.data],
  );
  const [looked, setView] = useView();
  const [search, setSearch] = useSearchParams();
  const [pointed, setPointed] = useState<Hit>();
  const place = useRef<HTMLDivElement>(null);
  const size = useSize(place);
  const middle = { x: size.width / 2, y: size.height / 2 };
  const whole = useMemo(() => wholeView(scene.plan, size), [scene, size]);
  const unit = search.get('unit');
  const opened = unit === null ? -1 : scene.localUnits.indexOf(Number(unit));
  // An address that names a local unit and no place shows it, as large as it fits.
  const view = useMemo(
    () => looked ?? (opened < 0 ? whole : unitView(scene.plan, opened, size)),
    [looked, opened, whole, scene, size],
  );
  const openUnit = (nth: number) => {
    setSearch((before) => {
      before.set('unit', String(scene.localUnits[nth]));
      return before;
    });
    setView(unitView(scene.plan, nth, size));
  };
  const latestOpen = useRef(openUnit);
  useEffect(() => {
    latestOpen.current = openUnit;
  });
  const openStable = useCallback((nth: number) => latestOpen.current(nth), []);
  /** From far a click goes to the local unit; from near to the meter. */
  const choose = (found: Hit) => {
    if (found === undefined) return;
    if (found.kind === 'area') return setView(whole);
    const meter = meterIn(scene, found.nth, found.slot);
    if (view.scale >= NEAR && meter >= 0) return void navigate(`/meters/${numberText(scene, meter)}`);
    openUnit(found.nth);
  };
  const labels = useMemo(
    () => ({ area: words.area, localUnit: (number: number) => fill(words.localUnit, number) }),
    [words],
  );
  const smallest = Math.min(0.5, whole.scale);
  return (
    <div className="grid-page">
      <div ref={place} className="surface" style={{ position: 'relative', height: 'min(72dvh, 900px)', minWidth: 0 }}>
        <Field
          {...{ scene, size, view, whole, losses, labels }}
          label={words.field}
          balanceText={money}
          onView={setView}
          onChoose={choose}
          onPoint={setPointed}
        />
        <Group gap={4} style={{ position: 'absolute', right: 12, top: 12 }}>
          <ActionIcon
            variant="default"
            aria-label={words.nearer}
            onClick={() => setView(zoom(view, 1.6, middle, size, smallest))}
          >
            <Plus size={16} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            aria-label={words.farther}
            onClick={() => setView(zoom(view, 1 / 1.6, middle, size, smallest))}
          >
            <Minus size={16} />
          </ActionIcon>
          <ActionIcon variant="default" aria-label={words.whole} onClick={() => setView(whole)}>
            <Maximize size={16} />
          </ActionIcon>
        </Group>
        <Text size="xs" className="quiet grid-hint">
          <Pointed scene={scene} hit={pointed} />
        </Text>
      </div>
      <Stack gap="md">
        <Unread of={overview} what={names.overview} />
        <Unread of={judged} what={names.losses} />
        <LocalUnits {...{ scene, losses }} unit={unit ?? undefined} onOpen={openStable} />
        <Legend />
      </Stack>
      {unit !== null && opened < 0 && (
        <div className="surface" style={{ gridColumn: '1 / -1', padding: 16, minWidth: 0 }}>
          <Blank title={fill(words.noStreet, unit)} />
        </div>
      )}
      {unit !== null && opened >= 0 && <Street key={unit} localUnit={Number(unit)} loss={losses.get(Number(unit))} />}
    </div>
  );
}

/** Of what an element holds, inside of its border. */
function useSize(of: { readonly current: HTMLElement | null }): Size {
  const [size, setSize] = useState<Size>({ width: 800, height: 500 });
  useEffect(() => {
    const element = of.current;
    if (element === null) return;
    const watching = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    watching.observe(element);
    return () => watching.disconnect();
  }, [of]);
  return size;
}

interface LocalUnitsProps {
  readonly scene: Scene;
  readonly losses: ReadonlyMap<number, Loss>;
  readonly unit: string | undefined;
  readonly onOpen: (nth: number) => void;
}

/** Hundreds of them: they are not written anew with each movement of a hand over the picture beside them. */
const LocalUnits = memo(function LocalUnits({ scene, losses, unit, onOpen }: LocalUnitsProps): ReactNode {
  const words = useWords(GRID_WORDS);
  const { count } = useFormat();
  return (
    <section className="surface" style={{ padding: 12 }} aria-label={words.localUnits}>
      <Text size="xs" className="quiet" fw={600} pb={4}>
        {words.localUnits}
      </Text>
      <div style={{ maxHeight: 320, overflowY: 'auto' }}>
        {scene.localUnits.map((number, nth) => (
          <NavLink
            key={number}
            component="button"
            label={fill(words.localUnit, number)}
            description={losses.has(number) ? `▲ ${words.missing}` : fill(words.meters, count(scene.counts[nth] ?? 0))}
            active={unit === String(number)}
            onClick={() => onOpen(nth)}
            py={4}
            style={{ borderRadius: 8 }}
          />
        ))}
      </div>
    </section>
  );
});

/** From so many pixels a cell on a hand can mean one meter. */
const NEAR = 14;

/** What lies under the hand, in words; else how one moves. */
function Pointed({ scene, hit }: { readonly scene: Scene; readonly hit: Hit }): ReactNode {
  const words = useWords(GRID_WORDS);
  const { money } = useFormat();
  if (hit?.kind !== 'cell') return words.keys;
  const meter = meterIn(scene, hit.nth, hit.slot);
  const localUnit = fill(words.localUnit, scene.localUnits[hit.nth] ?? 0);
  if (meter < 0) return localUnit;
  const balance = scene.columns.balance[meter];
  return (
    <Group gap={8} component="span">
      <span>{localUnit}</span>
      <span>{numberText(scene, meter)}</span>
      <StateLabel state={stateOf(scene, meter)} />
      {typeof balance === 'string' && <span>{money(balance)}</span>}
    </Group>
  );
}

const Legend = memo(function Legend(): ReactNode {
  const words = useWords(GRID_WORDS);
  const { inFlight } = useConsoleWords();
  return (
    <section className="surface" style={{ padding: 12 }} aria-label={words.legend}>
      <Stack gap={4}>
        {[...METER_STATES].reverse().map((state) => (
          <StateLabel key={state} state={state} />
        ))}
        <StateLabel state="stale" />
        <Group gap={6} wrap="nowrap">
          <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="4.5" fill="var(--in-flight)" />
          </svg>
          <Text size="sm">{inFlight}</Text>
        </Group>
        <Group gap={6} wrap="nowrap">
          <span className="loss-sign" aria-hidden="true" />
          <Text size="sm">{words.tinted}</Text>
        </Group>
      </Stack>
    </section>
  );
});
