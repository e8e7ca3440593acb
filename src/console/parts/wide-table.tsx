import { Table } from '@mantine/core';
import { type CSSProperties, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import './wide-table.css';

export interface Head {
  readonly head: string;
  /** Figures stand at the right, under each other. */
  readonly isFigure?: boolean;
  /** Said of a column to whoever does not see that it holds buttons. */
  readonly label?: string;
}

interface WideTableProps {
  readonly label: string;
  /** In the order of the cells; none where a row says by itself what it is. */
  readonly heads?: readonly Head[];
  /** With less room than this, or than its figures need, it stands as lines. */
  readonly minWidth: number;
  readonly maxHeight?: number;
  readonly spacing?: number;
  /** Its columns stand further apart. */
  readonly isAiry?: boolean;
  readonly highlights?: boolean;
  /** `Table.Tbody`, and what follows it. */
  readonly children: ReactNode;
}

/** What is higher than its place is scrolled by keys too. */
const SCROLLED_BY_KEYS = { viewportProps: { tabIndex: 0 } };

/**
 * A table where there is room for one. Where there is none each row is a few lines, every cell with its head above it,
 * so that no figure is cut at an edge and read as another.
 */
export function WideTable(props: WideTableProps): ReactNode {
  const { label, heads = [], minWidth, maxHeight, spacing, isAiry = false, highlights = false, children } = props;
  const { room, isNarrow } = useRoom(minWidth);
  return (
    <div ref={room} className="wide-table" style={headsOf(heads)} data-narrow={isNarrow || undefined}>
      <Table.ScrollContainer
        minWidth={isNarrow ? 0 : minWidth}
        scrollAreaProps={SCROLLED_BY_KEYS}
        {...(maxHeight !== undefined && { mah: maxHeight })}
      >
        <Table
          aria-label={label}
          horizontalSpacing={isAiry ? 'sm' : 'xs'}
          {...(spacing !== undefined && { verticalSpacing: spacing })}
          highlightOnHover={highlights}
          stickyHeader={maxHeight !== undefined}
        >
          {heads.length > 0 && (
            <Table.Thead>
              <Table.Tr>
                {heads.map(({ head, isFigure = false, label }) => (
                  <Table.Th
                    key={head}
                    ta={isFigure ? 'right' : 'left'}
                    style={{ whiteSpace: 'nowrap' }}
                    aria-label={label}
                  >
                    {head}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
          )}
          {children}
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}

/** A head as a string of a style, for its cells further down: `{ '--head-2': '"Balance"' }`. */
const headsOf = (heads: readonly Head[]): CSSProperties =>
  Object.fromEntries(
    heads.flatMap(({ head }, i) => (head === '' ? [] : [[`--head-${String(i + 1)}`, JSON.stringify(head)]])),
  ) as CSSProperties;

/** Whether what is inside needs more room than there is. What a table once needed it will need again. */
function useRoom(minWidth: number) {
  const room = useRef<HTMLDivElement>(null);
  const needed = useRef(minWidth);
  const [isNarrow, setNarrow] = useState(false);
  useLayoutEffect(() => {
    const outer = room.current;
    const table = outer?.querySelector('table');
    if (!outer || !table) return;
    const look = () => {
      if (outer.clientWidth === 0) return;
      const isTable = outer.dataset.narrow === undefined;
      if (isTable && table.offsetWidth > Math.max(minWidth, outer.clientWidth)) needed.current = table.offsetWidth;
      setNarrow(outer.clientWidth < Math.max(minWidth, needed.current));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(outer);
    observer.observe(table);
    return () => observer.disconnect();
  }, [minWidth]);
  return { room, isNarrow };
}
