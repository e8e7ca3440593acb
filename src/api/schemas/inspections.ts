import { type Static, Type } from 'typebox';
import { INSPECTION_FINDINGS, type Inspection } from '../../host/index.ts';
import { svpmsnText } from '../../units/index.ts';
import { Id, Instant, instantText, Line, MeterNumber, OneOf, Strict } from './common.ts';

const Findings = Type.Array(OneOf(INSPECTION_FINDINGS, '`in-order` and `not-reached` stand alone.'), {
  ...{ minItems: 1, maxItems: INSPECTION_FINDINGS.length, uniqueItems: true },
});
const NOTE_MAX = 1_000;

export const InspectionSchema = Type.Object(
  {
    id: Id,
    meter: MeterNumber,
    inspectedAt: Instant,
    by: Id,
    findings: Findings,
    note: Type.String(),
  },
  { $id: 'Inspection', description: 'What somebody found who looked at a meter.' },
);
export type InspectionJson = Static<typeof InspectionSchema>;

export const InspectionBody = Strict({
  findings: Findings,
  note: Type.Optional(Line(0, NOTE_MAX)),
  inspectedAt: Type.Optional(Instant),
});

export const inspectionJson = ({ id, svpmsn, inspectedAt, by, findings, note }: Inspection): InspectionJson => ({
  ...{ id, meter: svpmsnText(svpmsn), inspectedAt: instantText(inspectedAt) },
  ...{ by, findings: [...findings], note },
});
