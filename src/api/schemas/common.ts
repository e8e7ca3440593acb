import { type Static, type TSchema, Type } from 'typebox';
import { REGION_NAMES } from '../../units/index.ts';

/** A whole number of tokens: JSON has no other numbers than floats, and value has none. */
export const Amount = Type.String({ pattern: '^(0|[1-9][0-9]{0,18})$', description: 'Whole tokens.' });
export const SignedAmount = Type.String({ pattern: '^(0|-?[1-9][0-9]{0,18})$', description: 'Whole tokens.' });

/** `0a1b2c` */
export const MeterNumber = Type.String({ pattern: '^[0-9a-f]{6}$', description: 'SVPMSN, as on the meter.' });

export const CardNumber = Type.String({ pattern: '^[0-9a-f]{14}$', description: 'CSN, as on the card.' });

export const Instant = Type.String({ format: 'date-time', description: 'UTC.' });

/** Text of one line: no database is asked for a control character. */
export const Line = (minLength: number, maxLength: number) =>
  Type.String({ minLength, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });
export const Id = Line(1, 128);
export const Name = Line(1, 128);
export const Search = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  description: 'Part of a number, an id or a name, in whatever case.',
});
export const LocalUnit = Type.Integer({
  minimum: 0,
  maximum: 65_535,
  description: 'Area unit × 256 + local unit.',
});
export const Supply = Type.Integer({ minimum: 1, maximum: 4 });
export const Milliseconds = Type.Integer({
  minimum: 0,
  description: 'How old that is, in milliseconds of business time.',
});

/** An object of which every field is known: one more is a mistake that is told. */
export const Strict = <P extends Record<string, TSchema>>(properties: P, options: { description?: string } = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

/** One of some words. */
export const OneOf = <const W extends readonly string[]>(words: W, description?: string) =>
  Type.Unsafe<W[number]>({ type: 'string', enum: [...words], ...(description && { description }) });

/** `hotWater` */
export const RegionName = OneOf(REGION_NAMES, 'What the value in that part of a card is for.');

/** By its name, which is its `$id`, among the components of the document. */
export const Named = <S extends TSchema>(schema: S) =>
  Type.Unsafe<Static<S>>({ $ref: `${(schema as { readonly $id?: string }).$id}#` });

/** A page of a list, and how to ask for the next one. */
export const PageOf = <S extends TSchema>(item: S) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Optional(
      Type.String({ description: 'Give it as `cursor` for the page that follows; absent on the last.' }),
    ),
  });

const LIMIT_MAX = 200;
export const PageQuery = Strict({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: 50 })),
  cursor: Type.Optional(Type.String({ maxLength: 256, description: '`next` of the page before.' })),
});

const MS_PER_DAY = 86_400_000;
/** `2026-03-01T` of days since 1970: instants of one answer lie on few days, and the engine is slow to write one. */
const dayTexts = new Map<number, string>();
const DAY_TEXTS_MAX = 4_096;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const THREE_DIGITS = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));

/** `2026-03-01T14:05:09.007Z` of milliseconds since 1970. @throws RangeError for a day that the engine does not know */
export function instantText(at: number): string {
  const whole = Math.trunc(at);
  const day = Math.floor(whole / MS_PER_DAY);
  const ms = whole - day * MS_PER_DAY;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.floor(ms / 1_000);
  const time = `${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}`;
  return `${dayTexts.get(day) ?? addedDayText(day)}${time}.${THREE_DIGITS[ms % 1_000]}Z`;
}

function addedDayText(day: number): string {
  const text = new Date(day * MS_PER_DAY).toISOString().slice(0, -'00:00:00.000Z'.length);
  if (dayTexts.size >= DAY_TEXTS_MAX) dayTexts.clear();
  dayTexts.set(day, text);
  return text;
}

/** Nothing for what is not known: an absent field says so. */
export const maybe = <K extends string, V, T>(name: K, value: V | undefined, text: (value: V) => T): { [P in K]?: T } =>
  (value === undefined ? {} : { [name]: text(value) }) as { [P in K]?: T };
export const same = <T>(value: T): T => value;

/** Of many fields those that are known. */
export function knownOf<T extends object>(fields: T): { [P in keyof T]?: Exclude<T[P], undefined> } {
  const known: { [P in keyof T]?: Exclude<T[P], undefined> } = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) known[name] = value as Exclude<T[typeof name], undefined>;
  }
  return known;
}

/** Bytes, as they travel in JSON. */
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** `lowBalance`, `tamper`: the names of the bits that are set. */
export const bitNames = (bits: number, of: Readonly<Record<string, number>>): string[] =>
  Object.keys(of).filter((name) => bits & (of[name] as number));

/** The name that a number has in a list of names. */
export function nameOf(value: number, of: Readonly<Record<string, number>>): string {
  return Object.keys(of).find((name) => of[name] === value) ?? String(value);
}

/** Wh of 0.1 Wh. */
export const wattHoursText = (deciWattHours: number): string =>
  `${Math.floor(deciWattHours / 10)}.${deciWattHours % 10}`;

/** Tokens of 10⁻¹¹ token, exact. */
export const chargeText = (units: bigint): string =>
  `${units / UNITS_PER_TOKEN}.${String(units % UNITS_PER_TOKEN).padStart(11, '0')}`;
const UNITS_PER_TOKEN = 100_000_000_000n;
