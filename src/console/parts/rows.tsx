import { Button, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { useConsoleWords } from '../locale.tsx';
import { Blank, Loaded } from './states.tsx';
import { type Head, WideTable } from './wide-table.tsx';

/** What a list that comes page by page shows of itself: all that `usePages` gives has it. */
export interface Pages<T> {
  readonly items: readonly T[] | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
}

interface RowsProps<T> {
  readonly of: Pages<T>;
  readonly waiting: string;
  /** Said where there is nothing, and what to do about it. */
  readonly blank: ReactNode;
  readonly children: (items: readonly T[]) => ReactNode;
}

/** A list that comes page by page, with what is said before it is there and when it is empty. */
export function Rows<T>({ of, waiting, blank, children }: RowsProps<T>): ReactNode {
  const shared = useConsoleWords();
  const { items, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = of;
  return (
    <Loaded of={{ data: items, error, refetch }} waiting={waiting}>
      {(found) =>
        found.length === 0 && !hasNextPage ? (
          typeof blank === 'string' ? (
            <Blank title={blank} />
          ) : (
            blank
          )
        ) : (
          <>
            {children(found)}
            {hasNextPage && (
              <Button variant="default" size="xs" mt="sm" loading={isFetchingNextPage} onClick={() => fetchNextPage()}>
                {shared.more}
              </Button>
            )}
          </>
        )
      }
    </Loaded>
  );
}

interface Column<T> extends Head {
  readonly cell: (item: T) => ReactNode;
}

interface DataTableProps<T> {
  readonly label: string;
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly columns: readonly Column<T>[];
  readonly minWidth?: number;
}

/** A table with a row for each item, which becomes lines where there is no room. */
export function DataTable<T>({ label, items, keyOf, columns, minWidth = 560 }: DataTableProps<T>): ReactNode {
  return (
    <WideTable label={label} heads={columns} minWidth={minWidth} spacing={8} isAiry>
      <Table.Tbody>
        {items.map((item) => (
          <Table.Tr key={keyOf(item)}>
            {columns.map(({ head, cell, isFigure = false }) => (
              <Table.Td key={head} ta={isFigure ? 'right' : 'left'} style={isFigure ? { whiteSpace: 'nowrap' } : {}}>
                {cell(item)}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}

interface Fact {
  readonly label: string;
  readonly value: ReactNode;
}

/** Labels with their values; what is undefined is left out. */
export function Facts({ of }: { readonly of: readonly (Fact | undefined | false)[] }): ReactNode {
  return (
    <dl className="facts">
      {of
        .filter((fact): fact is Fact => fact !== undefined && fact !== false)
        .map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
