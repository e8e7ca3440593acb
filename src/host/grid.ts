import type { Milliseconds } from '../units/index.ts';
import type { LedgerReader } from './ledger.ts';
import { lineViews } from './lines.ts';
import { rowStanding } from './overview.ts';
import type { MeterStateRow, StoreReads } from './ports.ts';
import type { LineView } from './services.ts';
import type { MeterStanding } from './standing.ts';
import type { Knowledge, Meter } from './types.ts';

export interface GridCell extends Pick<MeterStateRow, 'svpmsn' | 'localUnit' | 'modemAddress' | 'balance'> {
  readonly standing: MeterStanding;
}

/** All meters, by local unit and modem address. */
export interface Grid {
  readonly cells: readonly GridCell[];
  /** Of one local unit, where it was named. */
  readonly street: Street | undefined;
}

export interface Street {
  readonly line: LineView | undefined;
  /** In the order of the cells. */
  readonly meters: readonly Meter[];
  readonly known: readonly (Knowledge | undefined)[];
  readonly inFlight: readonly bigint[];
}

export async function readGrid(
  tx: StoreReads,
  of: { readonly localUnit?: number },
  { ledger, now, roundMs }: { readonly ledger: LedgerReader; readonly now: Milliseconds; readonly roundMs: number },
): Promise<Grid> {
  const cells = (await tx.meterStates(of)).map(
    (row): GridCell => ({
      ...{ svpmsn: row.svpmsn, localUnit: row.localUnit, modemAddress: row.modemAddress, balance: row.balance },
      standing: rowStanding(row, now, roundMs),
    }),
  );
  if (of.localUnit === undefined) return { cells, street: undefined };
  const ids = cells.map(({ svpmsn }) => svpmsn);
  const [line] = await lineViews(tx, now, of.localUnit);
  const street: Street = {
    line,
    meters: (await tx.metersOf(ids)) as Meter[],
    known: await tx.knowledgeOf(ids),
    inFlight: await ledger.inFlight(tx, ids),
  };
  return { cells, street };
}
