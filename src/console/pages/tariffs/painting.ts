import type { TariffJson } from '../../../api/index.ts';

/** A tariff as a painted week: for each season eight rows of squares, Monday to Sunday and then holidays. */
export interface Painting {
  readonly unitCharge: string;
  /** How many minutes a square has. */
  readonly slot: Slot;
  /** In the order of the year, which they cover: each ends where the next begins, and the last where the first does. */
  readonly seasons: readonly Season[];
  readonly holidays: readonly string[];
  readonly surcharge: Definition['surcharge'];
  /** Percent of what no band names; squares of it become no band. */
  readonly otherwise: number;
  /** What bands were called, so that one that is left as it was keeps its name. */
  readonly names: Readonly<Record<string, string>>;
}

export interface Season {
  readonly name: string;
  /** First day, `MM-DD`. */
  readonly from: string;
  /** Percent by row and square. */
  readonly week: readonly (readonly number[])[];
}

export type Definition = TariffJson['definition'];
type Band = Definition['bands'][number];
type DayName = NonNullable<Band['days']>[number];

export const SLOTS = [60, 30, 15] as const;
export type Slot = (typeof SLOTS)[number];

export const ROWS = [
  ...(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday', 'holidays'] as const),
];
const WEEKDAYS = [0, 1, 2, 3, 4];
const WEEKEND = [5, 6];
const MINUTES_PER_DAY = 1_440;
const PERCENT_USUAL = 100;

/** Why a definition cannot be painted. */
export type Unpaintable = 'months' | 'seasons-overlap' | 'times' | 'bands-overlap' | 'gap';

/** A definition as squares, or why it is none. What the host has taken always has well-formed fields. */
export function paintingOf(definition: Definition): Painting | Unpaintable {
  const { unitCharge, bands, holidays = [], surcharge, otherwise } = definition;
  if (bands.some(({ months }) => months !== undefined)) return 'months';
  const slot = slotOf(bands);
  if (slot === undefined) return 'times';
  const spans = partition(definition.seasons ?? {});
  if (spans === undefined) return 'seasons-overlap';
  const seasons: Season[] = [];
  for (const { name, from, of } of spans) {
    const week = paintWeek(
      bands.filter(({ season }) => season === undefined || season === of),
      slot,
      otherwise,
    );
    if (typeof week === 'string') return week;
    seasons.push({ name, from, week });
  }
  const names = Object.fromEntries(
    bands.map((band) => [keyOf({ ...band, days: daysOf(rowsOf(band.days)) }), band.name]),
  );
  return { unitCharge, slot, seasons, holidays, surcharge, otherwise: otherwise ?? PERCENT_USUAL, names };
}

function slotOf(bands: readonly Band[]): Slot | undefined {
  return SLOTS.find((slot) => bands.every(({ from, to }) => minuteOf(from) % slot === 0 && minuteOf(to) % slot === 0));
}

/** The year from one season to the next; days that belong to none are seasons of their own. */
function partition(
  seasons: NonNullable<Definition['seasons']>,
): { readonly name: string; readonly from: string; readonly of?: string }[] | undefined {
  const days = new Array<string | undefined>(YEAR.length).fill(undefined);
  for (const [name, { from, to }] of Object.entries(seasons)) {
    for (let day = YEAR.indexOf(from); ; day = (day + 1) % YEAR.length) {
      if (day < 0 || days[day] !== undefined) return undefined;
      days[day] = name;
      if (YEAR[day] === to) break;
    }
  }
  const starts = YEAR.flatMap((from, i) => (days[i] === days.at(i - 1) ? [] : [{ from, of: days[i] }]));
  // Where the whole year is one, it begins with January.
  const spans = starts.length === 0 ? [{ from: '01-01', of: days[0] }] : starts;
  return spans.map(({ from, of }, i) => {
    const to = dayBefore((spans[(i + 1) % spans.length] as { from: string }).from);
    return of === undefined ? { from, name: `${from} to ${to}` } : { from, name: of, of };
  });
}

function paintWeek(
  bands: readonly Band[],
  slot: Slot,
  otherwise: number | undefined,
): readonly (readonly number[])[] | Unpaintable {
  const week = ROWS.map(() => new Array<number | undefined>(MINUTES_PER_DAY / slot).fill(undefined));
  for (const { days, from, to, percent } of bands) {
    for (const row of rowsOf(days)) {
      for (let square = minuteOf(from) / slot; square < minuteOf(to) / slot; square++) {
        const squares = week[row] as (number | undefined)[];
        if (squares[square] !== undefined) return 'bands-overlap';
        squares[square] = percent;
      }
    }
  }
  if (otherwise === undefined && week.flat().includes(undefined)) return 'gap';
  return week.map((squares) => squares.map((percent) => percent ?? (otherwise as number)));
}

const GROUPS: Readonly<Partial<Record<DayName, readonly number[]>>> = { weekdays: WEEKDAYS, weekend: WEEKEND };

function rowsOf(days: Band['days']): readonly number[] {
  if (days === undefined) return ROWS.map((_, row) => row);
  return [...new Set(days.flatMap((day) => GROUPS[day] ?? [(ROWS as readonly string[]).indexOf(day)]))];
}

/** What is published of a painting: as few bands as say it. */
export function definitionOf(painting: Painting): Definition {
  const { unitCharge, slot, seasons, holidays, surcharge, otherwise, names } = painting;
  const isWholeYear = seasons.length === 1;
  const drawn = new Map<string, { readonly band: Omit<Band, 'name'>; readonly seasons: string[] }>();
  for (const { name, week } of seasons) {
    for (const band of bandsOfWeek(week, slot, otherwise)) {
      const key = `${keyOf(band)}|${band.percent}`;
      const known = drawn.get(key);
      if (known === undefined) drawn.set(key, { band, seasons: [name] });
      else known.seasons.push(name);
    }
  }
  const taken = new Set<string>();
  const named = (band: Omit<Band, 'name'>): Band => {
    const wanted = names[keyOf(band)] ?? nameOf(band);
    let name = wanted;
    for (let count = 2; taken.has(name); count++) name = `${wanted} (${count})`;
    taken.add(name);
    return { name, ...band };
  };
  const bands = [...drawn.values()].flatMap(({ band, seasons: of }) =>
    of.length === seasons.length ? [named(band)] : of.map((season) => named({ season, ...band })),
  );
  return {
    unitCharge,
    ...(!isWholeYear && { seasons: rangesOf(seasons) }),
    ...(holidays.length > 0 && { holidays: [...holidays] }),
    ...(surcharge !== undefined && { surcharge }),
    ...{ bands, otherwise },
  };
}

const rangesOf = (seasons: readonly Season[]): NonNullable<Definition['seasons']> =>
  Object.fromEntries(seasons.map(({ name, from }, i) => [name, { from, to: seasonEnd(seasons, i) }]));

/** The last day of a season: the one before the next begins. */
export const seasonEnd = (seasons: readonly Pick<Season, 'from'>[], index: number): string =>
  dayBefore((seasons[(index + 1) % seasons.length] as Season).from);

function bandsOfWeek(
  week: readonly (readonly number[])[],
  slot: Slot,
  otherwise: number,
): readonly Omit<Band, 'name'>[] {
  const runs = week.flatMap((squares, row) =>
    runsOf(squares)
      .filter(({ percent }) => percent !== otherwise)
      .map((run) => ({ ...run, row })),
  );
  const alike = Map.groupBy(runs, ({ from, to, percent }) => `${from} ${to} ${percent}`);
  return [...alike.values()].map((found) => {
    const { from, to, percent } = found[0] as (typeof runs)[number];
    const days = daysOf(found.map(({ row }) => row));
    return { ...(days !== undefined && { days }), from: timeText(from * slot), to: timeText(to * slot), percent };
  });
}

/** Squares of one percent in a row; `to` is the first one after them. */
export function runsOf(squares: readonly number[]): { readonly from: number; to: number; readonly percent: number }[] {
  const runs: { from: number; to: number; percent: number }[] = [];
  for (const [i, percent] of squares.entries()) {
    const last = runs.at(-1);
    if (last?.percent === percent) last.to = i + 1;
    else runs.push({ from: i, to: i + 1, percent });
  }
  return runs;
}

/** Rows by their names, five of them together where they can be; nothing for all of them. */
function daysOf(rows: readonly number[]): DayName[] | undefined {
  if (rows.length === ROWS.length) return undefined;
  const left = new Set(rows);
  const days: DayName[] = [];
  for (const [name, group] of Object.entries(GROUPS) as [DayName, readonly number[]][]) {
    if (!group.every((row) => left.has(row))) continue;
    for (const row of group) left.delete(row);
    days.push(name);
  }
  return [...days, ...[...left].map((row) => ROWS[row] as DayName)];
}

type Hours = Pick<Band, 'season' | 'from' | 'to'> & { readonly days?: Band['days'] | undefined };

const keyOf = ({ season, days, from, to }: Hours): string => [season ?? '', days?.join(' ') ?? '', from, to].join('|');

const nameOf = ({ season, days, from, to }: Hours): string =>
  [season, days?.join(', '), `${from} to ${to}`].filter((part) => part !== undefined).join(', ');

/** One corner of a rectangle of squares. */
export interface Square {
  readonly row: number;
  readonly square: number;
}

/** The same painting with all squares between two corners at one percent. */
export function painted(
  painting: Painting,
  season: number,
  { from, to }: { readonly from: Square; readonly to: Square },
  percent: number,
): Painting {
  const isWithin = (value: number, a: number, b: number) => value >= Math.min(a, b) && value <= Math.max(a, b);
  return withSeason(painting, season, (old) => ({
    ...old,
    week: old.week.map((squares, row) =>
      isWithin(row, from.row, to.row)
        ? squares.map((was, square) => (isWithin(square, from.square, to.square) ? percent : was))
        : squares,
    ),
  }));
}

export const withSeason = (painting: Painting, index: number, change: (season: Season) => Season): Painting => ({
  ...painting,
  seasons: inOrder(painting.seasons.map((season, i) => (i === index ? change(season) : season))),
});

const inOrder = (seasons: readonly Season[]): readonly Season[] =>
  [...seasons].sort((a, b) => (a.from < b.from ? -1 : 1));

/** A season more, which begins on a day and has the week of whatever was painted there. */
export function withNewSeason(painting: Painting, name: string, from: string): Painting {
  const before = painting.seasons[seasonOn(painting, from)] as Season;
  return { ...painting, seasons: inOrder([...painting.seasons, { name, from, week: before.week }]) };
}

/** The place of the season that a day, `MM-DD`, is in. */
export function seasonOn({ seasons }: Pick<Painting, 'seasons'>, day: string): number {
  const found = seasons.findLastIndex(({ from }) => from <= day);
  return found < 0 ? seasons.length - 1 : found;
}

/** Its days go to the season before. The last one stays. */
export const withoutSeason = (painting: Painting, index: number): Painting =>
  painting.seasons.length === 1 ? painting : { ...painting, seasons: painting.seasons.filter((_, i) => i !== index) };

/** The same in squares of another size; undefined when a square would hold two percents. */
export function withSlot(painting: Painting, slot: Slot): Painting | undefined {
  const resized = painting.seasons.map(({ week, ...season }) => ({
    ...season,
    week: week.map((squares) =>
      Array.from({ length: MINUTES_PER_DAY / slot }, (_, i) => {
        const held = squares.slice((i * slot) / painting.slot, Math.ceil(((i + 1) * slot) / painting.slot));
        return new Set(held).size === 1 ? held[0] : squares[Math.floor((i * slot) / painting.slot)];
      }),
    ) as number[][],
  }));
  const coarser = { ...painting, slot, seasons: resized };
  if (slot <= painting.slot) return coarser;
  const again = withSlot(coarser, painting.slot);
  return JSON.stringify(again?.seasons) === JSON.stringify(painting.seasons) ? coarser : undefined;
}

/** All days of a leap year, `MM-DD`. */
const YEAR: readonly string[] = Array.from({ length: 366 }, (_, i) =>
  new Date(Date.UTC(2000, 0, 1 + i)).toISOString().slice(5, 10),
);
const dayBefore = (day: string): string => YEAR.at(YEAR.indexOf(day) - 1) as string;

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
export const timeText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Nothing cheaper is lighter, and nothing dearer darker: what is twice as dear is a step of ink further. */
const [SHADE_FROM, SHADE_TO] = [40, 400];
const [PAPER, INK] = [
  [236, 239, 241],
  [18, 23, 27],
] as const;
/** Of a ground on which black and white are equally legible. WCAG 2.2, relative luminance */
const LUMINANCE_BETWEEN = 0.179;

/** The ink of a step, the same on any ground, and what is legible on it. */
export function shadeOf(percent: number): { readonly ground: string; readonly text: string } {
  const bounded = Math.min(Math.max(percent, SHADE_FROM), SHADE_TO);
  const depth = Math.log2(bounded / SHADE_FROM) / Math.log2(SHADE_TO / SHADE_FROM);
  const channels = PAPER.map((paper, i) => Math.round(paper + depth * ((INK[i] as number) - paper)));
  const [red = 0, green = 0, blue = 0] = channels.map((value) => ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return { ground: `rgb(${channels.join(' ')})`, text: luminance > LUMINANCE_BETWEEN ? '#000000' : '#ffffff' };
}
