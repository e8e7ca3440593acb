import { type Static, Type } from 'typebox';
import { type LineNetwork, LOAD_PHASES, NETWORK_LINES_MAX, NETWORK_LOADS_MAX } from '../../host/index.ts';
import { type Svpmsn, svpmsnText } from '../../units/index.ts';
import { Id, MeterNumber, maybe, OneOf, Strict, same } from './common.ts';

const Ohms = Strict(
  { r1: Type.Number(), x1: Type.Number(), r0: Type.Number(), x0: Type.Number() },
  { description: 'Resistance and reactance of the positive and the zero sequence.' },
);

const NETWORK = {
  source: Strict({
    node: Id,
    volts: Type.Number({ description: 'Between phase and neutral, with nothing connected.' }),
    ohms: Ohms,
  }),
  cables: Type.Record(Id, Ohms, { description: 'Kinds of cable: ohms a kilometre.' }),
  lines: Type.Array(Strict({ from: Id, to: Id, cable: Id, metres: Type.Number() }), { maxItems: NETWORK_LINES_MAX }),
  loads: Type.Array(
    Strict({
      ...{ meter: MeterNumber, node: Id, phases: OneOf(LOAD_PHASES) },
      powerFactor: Type.Optional(Type.Number({ description: 'Of its use, inductive; 0.95 where absent.' })),
    }),
    { maxItems: NETWORK_LOADS_MAX },
  ),
};

/** What lies behind a transformer, as it is given. */
export const LineNetworkBody = Strict(NETWORK);

export const LineNetworkSchema = Type.Object(NETWORK, {
  $id: 'LineNetwork',
  description: 'A radial network of three phases and neutral.',
});
export type LineNetworkJson = Static<typeof LineNetworkSchema>;

/** As the host keeps it. */
export const networkFileOf = ({ source, cables, lines, loads }: LineNetworkJson): LineNetwork['file'] => ({
  ...{ source, cables, lines },
  loads: loads.map(({ meter, node, phases, powerFactor }) => ({
    ...{ meter: Number.parseInt(meter, 16), node, phases },
    ...maybe('powerFactor', powerFactor, same),
  })),
});

export const lineNetworkJson = ({ file: { source, cables, lines, loads } }: LineNetwork): LineNetworkJson => ({
  ...{ source, cables, lines: [...lines] },
  loads: loads.map(({ meter, node, phases, powerFactor }) => ({
    ...{ meter: svpmsnText(meter as Svpmsn), node, phases },
    ...maybe('powerFactor', powerFactor, same),
  })),
});
