import { type Milliseconds, U32_MAX, UNIX_MS_MAX } from '../units/index.ts';

/**
 * Reads the members of a JSON value one by one. All are read, and `fault` is asked once at the end: until then a
 * member that is wrong reads as an empty value of its type.
 */
export class Fields {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #at: string;
  readonly #faults: string[];

  /** @param at where the value stands, for the sentence */
  constructor(value: unknown, at: string, faults: string[] = []) {
    this.#at = at;
    this.#faults = faults;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    this.#members = isObject ? (value as Record<string, unknown>) : {};
    if (!isObject) faults.push(`${at === '' ? 'it' : at} is no object`);
  }

  /** The first member that was wrong, as a sentence. */
  fault(): string | undefined {
    const [first] = this.#faults;
    return first === undefined ? undefined : `In the receipt, ${first}.`;
  }

  optional<T>(name: string, read: (name: string) => T): T | undefined {
    return this.#get(name) === undefined ? undefined : read(name);
  }

  inner(name: string): Fields {
    return new Fields(this.#get(name), this.#path(name), this.#faults);
  }

  /** At least one, and at most `max`. */
  list(name: string, max: number): readonly Fields[] {
    const items = this.#get(name);
    if (Array.isArray(items) && items.length >= 1 && items.length <= max) {
      return items.map((item: unknown, i) => new Fields(item, `${this.#path(name)}[${i}]`, this.#faults));
    }
    this.#refuse(name, `a list of 1 to ${max}`);
    return [];
  }

  /** Printable, without blanks at its ends, and with at most so many digits. */
  text(name: string, max: number, digitsMax = max): string {
    const value = this.#get(name);
    if (
      typeof value === 'string' &&
      value.length >= 1 &&
      value.length <= max &&
      /^\P{C}+$/u.test(value) &&
      value.trim() === value &&
      value.replace(/\P{Nd}/gu, '').length <= digitsMax
    ) {
      return value;
    }
    const digits = digitsMax < max ? `, at most ${digitsMax} of them digits` : '';
    return this.#refuse(name, `1 to ${max} printable characters without a blank at the ends${digits}`) ?? '';
  }

  pattern(name: string, pattern: RegExp, what: string): string {
    const value = this.#get(name);
    return typeof value === 'string' && pattern.test(value) ? value : (this.#refuse(name, what) ?? '');
  }

  oneOf<const T extends string>(name: string, values: readonly [T, ...T[]]): T {
    const value = this.#get(name);
    return values.find((each) => each === value) ?? this.#refuse(name, `one of ${values.join(', ')}`) ?? values[0];
  }

  /** A small number that is no amount. */
  count(name: string, max: number): number {
    const value = this.#get(name);
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max) return value as number;
    return this.#refuse(name, `a whole number from 0 to ${max}`) ?? 0;
  }

  /** A decimal string, from `min` to u32. */
  amount(name: string, min: number): number {
    const text = this.#get(name);
    const value = typeof text === 'string' && /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : -1;
    if (value >= min && value <= U32_MAX) return value;
    return this.#refuse(name, `a whole number from ${min} to ${U32_MAX} as a decimal string`) ?? 0;
  }

  /** UTC with milliseconds: `2026-03-02T00:05:11.000Z`. */
  time(name: string): Milliseconds {
    const text = this.#get(name);
    const at = typeof text === 'string' && TIME.test(text) ? Date.parse(text) : Number.NaN;
    if (at >= 0 && at <= UNIX_MS_MAX) return at as Milliseconds;
    return this.#refuse(name, 'a time such as 2026-03-02T00:05:11.000Z, from 1970 to 2106') ?? (0 as Milliseconds);
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
  }

  #path(name: string): string {
    return this.#at === '' ? name : `${this.#at}.${name}`;
  }

  #refuse(name: string, what: string): undefined {
    this.#faults.push(`${this.#path(name)} must be ${what}`);
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
