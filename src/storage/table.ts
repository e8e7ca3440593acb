/** What a database takes and gives: integers come as bigints, because a u64 does not fit a number. */
export type SqlValue = null | number | bigint | string | Uint8Array;
export type SqlRow = readonly SqlValue[];

/** How a property stands in its column; `?` stands for one that may be NULL, and is `undefined` here. */
export type Kind = 'number' | 'bigint' | 'text' | 'boolean' | 'bytes' | 'energies' | 'json';
type KindOf<V> = undefined extends V ? `${Kind}?` : Kind;

/** Whether a value is the one that stands in a database; bytes are taken for others. */
export function isSame(before: SqlValue | undefined, value: SqlValue | undefined): boolean {
  return before === value || (typeof before === 'bigint' && typeof value === 'number' && Number(before) === value);
}

export interface Column {
  readonly name: string;
  readonly kind: `${Kind}` | `${Kind}?`;
}

export interface TableShape {
  readonly name: string;
  readonly columns: readonly Column[];
  /** `"svpmsn", "local_unit", …` */
  readonly list: string;
  /** `(svpmsn, slot)` */
  readonly key: string;
  /** Where its columns stand among the columns. */
  readonly keyPlaces: readonly number[];
  /** After an INSERT: `ON CONFLICT (svpmsn) DO UPDATE SET "local_unit" = excluded."local_unit", …` */
  readonly upsert: string;
}

/** A table of the database and its rows, both ways; a row's values stand in the order of the columns. */
export interface Table<R> extends TableShape {
  /** With the seal of the row behind its columns. */
  readonly sealed: TableShape;
  readonly values: (row: R) => SqlValue[];
  readonly row: (values: SqlRow) => R;
}

export function table<R extends object>(
  name: string,
  key: readonly (keyof R & string)[],
  kinds: { readonly [P in keyof R]-?: KindOf<R[P]> },
): Table<R> {
  const properties = Object.keys(kinds) as (keyof R & string)[];
  const columns = properties.map((property): Column => ({ name: `"${columnOf(property)}"`, kind: kinds[property] }));
  const keyColumns = key.map((property) => `"${columnOf(property)}"`);
  const to = properties.map((property) => TO_COLUMN[plain(kinds[property])]);
  const from = properties.map((property) => FROM_COLUMN[plain(kinds[property])]);
  return {
    ...shapeOf(name, columns, keyColumns),
    sealed: shapeOf(name, [...columns, { name: '"seal"', kind: 'number?' }], keyColumns),
    values: (row) => {
      // Grown from nothing, which leaves room for the seal behind them.
      const values: SqlValue[] = [];
      for (let i = 0; i < properties.length; i++) values.push((to[i] as ToColumn)(row[properties[i] as keyof R]));
      return values;
    },
    row: (values) => {
      const row: Record<string, unknown> = {};
      for (let i = 0; i < properties.length; i++) {
        const value = values[i] as SqlValue;
        row[properties[i] as string] = value === null ? undefined : (from[i] as FromColumn)(value);
      }
      return row as R;
    },
  };
}

/** @param keyColumns names of columns */
export function shapeOf(name: string, columns: readonly Column[], keyColumns: readonly string[]): TableShape {
  const names = columns.map((column) => column.name);
  const others = names.filter((column) => !keyColumns.includes(column));
  return {
    name,
    columns,
    list: names.join(', '),
    key: `(${keyColumns.join(', ')})`,
    keyPlaces: keyColumns.map((column) => names.indexOf(column)),
    upsert: `ON CONFLICT (${keyColumns.join(', ')}) DO ${
      others.length === 0
        ? 'NOTHING'
        : `UPDATE SET ${others.map((column) => `${column} = excluded.${column}`).join(', ')}`
    }`,
  };
}

export const columnOf = (property: string): string =>
  property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

type ToColumn = (value: unknown) => SqlValue;
type FromColumn = (value: SqlValue) => unknown;

const asItIs: ToColumn = (value) => (value === undefined ? null : (value as SqlValue));

const TO_COLUMN: Readonly<Record<Kind, ToColumn>> = {
  number: asItIs,
  bigint: asItIs,
  text: asItIs,
  bytes: asItIs,
  boolean: (value) => (value === true ? 1 : 0),
  json: (value) => (value === undefined ? null : JSON.stringify(value)),
  energies: (value) => energyBytes(value as Uint16Array),
};

const FROM_COLUMN: Readonly<Record<Kind, FromColumn>> = {
  number: Number,
  bigint: (value) => value,
  text: (value) => value,
  bytes: (value) => value,
  boolean: (value) => value !== 0n,
  json: (value) => JSON.parse(value as string),
  energies: (value) => energiesOf(value as Uint8Array),
};

export const plain = (kind: Column['kind']): Kind => kind.replace('?', '') as Kind;

/** 16-bit values big-endian, as everywhere in this house, whatever the machine. By hand: days of minutes go through here. */
function energyBytes(energies: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(2 * energies.length);
  for (let i = 0; i < energies.length; i++) {
    const energy = energies[i] as number;
    bytes[2 * i] = energy >> 8;
    bytes[2 * i + 1] = energy;
  }
  return bytes;
}

function energiesOf(bytes: Uint8Array): Uint16Array {
  const energies = new Uint16Array(bytes.length >> 1);
  for (let i = 0; i < energies.length; i++) {
    energies[i] = ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number);
  }
  return energies;
}
