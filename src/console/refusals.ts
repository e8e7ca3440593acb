import type { ParticularsJson, ProblemCode, TalkCode } from '../api/index.ts';
import { type Language, REFUSAL_WORDS } from '../words/index.ts';
import type { Format } from './format.ts';

type Named = Required<ParticularsJson>;
type Name = keyof Named;

/** A code of the API that has no words, and something named that has none, do not compile here. */
const WORDS: Readonly<
  Record<
    Exclude<Language, 'en'>,
    {
      readonly sentences: Readonly<Record<ProblemCode | TalkCode, string>>;
      readonly particulars: Readonly<Record<Name, string>>;
    }
  >
> = REFUSAL_WORDS;

const text = (value: string): string => value;
const money = (value: string, format: Format): string => format.money(value);
const count = (value: number, format: Format): string => format.count(value);

/** How each is written, in the order in which they follow. */
const WRITTEN: { readonly [N in Name]: (value: Named[N], format: Format) => string } = {
  about: text,
  field: text,
  missing: (names) => names.join(', '),
  unknown: text,
  month: (month, format) => format.month(month),
  paid: money,
  due: money,
  float: money,
  leastSum: money,
  mostSum: money,
  least: count,
  most: count,
  charactersMin: count,
  charactersMax: count,
  differentMin: count,
  daysMax: count,
  from: (instant, format) => format.exact(instant),
  waitMs: (ms, format) => format.duration(ms),
};

/** What the host refused and what that is about, in another language than its own; undefined for a code of a newer host. */
export function refusalIn(
  language: Exclude<Language, 'en'>,
  { code, particulars }: { readonly code: string; readonly particulars: ParticularsJson },
  format: Format,
): string | undefined {
  const words = WORDS[language];
  const sentences: Readonly<Record<string, string | undefined>> = words.sentences;
  const sentence = sentences[code];
  if (sentence === undefined) return undefined;
  const named = (Object.keys(WRITTEN) as Name[]).flatMap((name) => {
    const value = written(name, particulars, format);
    return value === undefined ? [] : `${words.particulars[name]}: ${value}`;
  });
  return named.length === 0 ? sentence : `${sentence} (${named.join(', ')})`;
}

function written<N extends Name>(name: N, particulars: ParticularsJson, format: Format): string | undefined {
  const value = particulars[name];
  return value === undefined ? undefined : WRITTEN[name](value as Named[N], format);
}
