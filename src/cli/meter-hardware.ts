import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { EASTRON_MODELS } from '../adapters/eastron.ts';
import type { ModbusPlace } from '../adapters/modbus-bus.ts';
import { MEBIBYTE, parseNamedFile, readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';

const Strict = <P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const NAME = '^[a-z][a-z0-9-]{0,31}$';
const Unit = Type.Integer({ minimum: 1, maximum: 247 });

const SerialBus = Strict({
  serial: Type.String({ pattern: '^/[^\\u0000-\\u001f]{1,255}$' }),
  baud: Type.Optional(
    Type.Union([1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 115_200].map((baud) => Type.Literal(baud))),
  ),
  parity: Type.Optional(Type.Union([Type.Literal('none'), Type.Literal('even'), Type.Literal('odd')])),
  stopBits: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2)])),
});
const TcpBus = Strict({
  host: Type.String({ pattern: '^[A-Za-z0-9.:-]{1,253}$' }),
  port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
});

/** What hangs on the buses of a meter. */
const Hardware = Strict({
  buses: Type.Record(Type.String({ pattern: NAME }), Type.Union([SerialBus, TcpBus]), {
    additionalProperties: false,
    minProperties: 1,
  }),
  measuring: Strict({
    bus: Type.String({ pattern: NAME }),
    unit: Unit,
    model: Type.Union(EASTRON_MODELS.map((model) => Type.Literal(model))),
    /** What the connection can carry: a register that rises faster is not believed. */
    wattsMax: Type.Integer({ minimum: 100, maximum: 1_000_000 }),
  }),
  contactor: Strict({
    bus: Type.String({ pattern: NAME }),
    unit: Unit,
    coil: Type.Integer({ minimum: 0, maximum: 65_535 }),
    /** The coil that closes the supply: a contactor that falls when its board loses power is `on`. */
    closedWhen: Type.Union([Type.Literal('on'), Type.Literal('off')]),
  }),
  everySeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 60 })),
  silence: Strict({
    afterSeconds: Type.Integer({ minimum: 5, maximum: 86_400 }),
    contactor: Type.Union([Type.Literal('stays'), Type.Literal('opens')]),
  }),
});
export type MeterHardware = Static<typeof Hardware>;

const check = Compile(Hardware);

/** @throws WrongUse with the place that is wrong */
export function readHardware(path: string): MeterHardware {
  return parseHardware(readNamedFile(path, 'hardware file', MEBIBYTE).toString('utf8'), path);
}

/** @throws WrongUse */
export function parseHardware(text: string, path: string): MeterHardware {
  const value = parseNamedFile(text, { path, what: 'hardware file' }, check);
  for (const part of ['measuring', 'contactor'] as const) {
    const { bus } = value[part];
    if (Object.hasOwn(value.buses, bus)) continue;
    const known = Object.keys(value.buses).join(', ');
    throw new WrongUse(`The hardware file ${path} is wrong at /${part}/bus: of its buses (${known}) none is "${bus}".`);
  }
  const { measuring, contactor } = value;
  if (measuring.bus === contactor.bus && measuring.unit === contactor.unit) {
    throw new WrongUse(
      `The hardware file ${path} gives two devices on the bus "${measuring.bus}" the unit ${measuring.unit}: each needs its own.`,
    );
  }
  return value;
}

const USUAL = { baud: 9_600, parity: 'none', stopBits: 1 } as const;
const MODBUS_PORT = 502;

export function placeOf(bus: MeterHardware['buses'][string]): ModbusPlace {
  if ('serial' in bus) {
    const { serial: path, baud = USUAL.baud, parity = USUAL.parity, stopBits = USUAL.stopBits } = bus;
    return { type: 'serial', path, baud, parity, stopBits };
  }
  return { type: 'tcp', host: bus.host, port: bus.port ?? MODBUS_PORT };
}
