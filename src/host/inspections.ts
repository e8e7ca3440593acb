import { type Milliseconds, milliseconds, svpmsnText } from '../units/index.ts';
import { fail, findMeter, isFailure, parseMeterNumber, textFault } from './failures.ts';
import type { Past, StoreReads, StoreTransaction } from './ports.ts';
import { INSPECTION_FINDINGS, type Inspection, type InspectionFinding } from './types/inspections.ts';
import type { HostFailure } from './types.ts';

/** What somebody says who looked at a meter. */
export interface Inspecting {
  readonly meter: number;
  readonly findings: readonly InspectionFinding[];
  /** It may be empty. */
  readonly note: string;
  /** When they looked; now, if they do not say. A clock that is ahead of this one counts as now. */
  readonly inspectedAt?: Milliseconds;
}

const NOTE_MAX = 1_000;
/** Whoever finds one of these finds nothing beside it. */
const ALONE: readonly InspectionFinding[] = ['in-order', 'not-reached'];

/** Writes down what was found at a meter. */
export async function inspect(
  tx: StoreTransaction,
  { meter, findings, note, inspectedAt }: Inspecting,
  { by, now }: { readonly by: string; readonly now: Milliseconds },
): Promise<Inspection | HostFailure> {
  const found = await findMeter(tx, meter);
  if (isFailure(found)) return found;
  if (findings.length === 0 || new Set(findings).size < findings.length) {
    return fail('inspection-wrong', `An inspection finds one or more of ${INSPECTION_FINDINGS.join(', ')}, each once.`);
  }
  const alone = ALONE.find((each) => findings.includes(each));
  if (alone !== undefined && findings.length > 1) {
    return fail('inspection-wrong', `Where a meter is found ${alone}, nothing else is found at it.`);
  }
  const fault = note === '' ? undefined : textFault('inspection-wrong', 'A note', note, NOTE_MAX);
  if (fault !== undefined) return fault;
  const { svpmsn } = found.meter;
  const place = (await tx.inspections.where('svpmsn', svpmsn)).length + 1;
  const inspection: Inspection = {
    ...{ id: `${svpmsnText(svpmsn)}-${String(place).padStart(5, '0')}`, svpmsn, by, findings, note },
    inspectedAt: milliseconds(Math.min(inspectedAt ?? now, now)),
  };
  await tx.inspections.add([inspection]);
  return inspection;
}

export interface InspectionQuery {
  readonly meter: number;
  readonly past?: Past;
  readonly limit: number;
}

/** Of a meter, the latest first. */
export async function inspectionsOf(
  tx: StoreReads,
  { meter, ...page }: InspectionQuery,
): Promise<Inspection[] | HostFailure> {
  const id = parseMeterNumber(meter);
  if (typeof id !== 'number') return id;
  return tx.inspections.inOrder('svpmsn', id, 'inspectedAt', { falling: true, ...page });
}
