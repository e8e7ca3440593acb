import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';

/** How a property stands in its column; `?` stands for one that may be NULL, and is `undefined` here. */
type Kind = 'number' | 'bigint' | 'text' | 'boolean' | 'bytes' | 'json';
type KindOf<V> = undefined extends V ? `${Kind}?` : Kind;

/** A row's columns, in the order of `columns`, both ways. Statements read integers as bigints, and rows as arrays. */
interface Mapping<R> {
  /** `svpmsn, local_unit, …` */
  readonly list: string;
  /** `?, ?, …` */
  readonly marks: string;
  /** For an upsert: `local_unit = excluded.local_unit, …` */
  readonly updates: string;
  readonly values: (row: R) => SQLInputValue[];
  readonly row: (values: readonly SQLOutputValue[]) => R;
}

export function mapping<R extends object>(columns: { readonly [P in keyof R]-?: KindOf<R[P]> }): Mapping<R> {
  const entries = Object.entries(columns) as [keyof R & string, `${Kind}` | `${Kind}?`][];
  const names = entries.map(([property]) => `"${columnOf(property)}"`);
  return {
    list: names.join(', '),
    marks: names.map(() => '?').join(', '),
    updates: names.map((name) => `${name} = excluded.${name}`).join(', '),
    values: (row) => entries.map(([property, kind]) => toColumn(kind, row[property])),
    row: (values) => {
      const row: Record<string, unknown> = {};
      entries.forEach(([property, kind], i) => {
        row[property] = fromColumn(kind, values[i] as SQLOutputValue);
      });
      return row as R;
    },
  };
}

const columnOf = (property: string): string => property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function toColumn(kind: string, value: unknown): SQLInputValue {
  if (value === undefined) return null;
  if (kind.startsWith('boolean')) return value === true ? 1 : 0;
  if (kind.startsWith('json')) return JSON.stringify(value);
  return value as SQLInputValue;
}

function fromColumn(kind: string, value: SQLOutputValue): unknown {
  if (value === null) return undefined;
  if (kind.startsWith('number')) return Number(value);
  if (kind.startsWith('boolean')) return value !== 0n;
  if (kind.startsWith('json')) return JSON.parse(value as string);
  return value;
}

/** 16-bit values big-endian, as everywhere in this house, whatever the machine. */
export function energyBytes(energies: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(2 * energies.length);
  const view = new DataView(bytes.buffer);
  energies.forEach((energy, i) => {
    view.setUint16(2 * i, energy);
  });
  return bytes;
}

export function energiesOf(bytes: Uint8Array): Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: bytes.length >> 1 }, (_, i) => view.getUint16(2 * i));
}
