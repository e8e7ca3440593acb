import type { RegisterReading } from '../meter/index.ts';
import { isModbusFailure, type ModbusBus, type ModbusFailure } from './modbus-bus.ts';

/**
 * Eastron's measuring meters over Modbus: input registers (FC04), each quantity a float32, most significant byte first,
 * in two registers. SDM120, 220 and 230 have one phase; SDM630 has three, and sums behind them.
 */
export const EASTRON_MODELS = ['sdm120', 'sdm220', 'sdm230', 'sdm630'] as const;
export type EastronModel = (typeof EASTRON_MODELS)[number];

/** Addresses as in the maker's tables, from 0. */
const VOLTS = 0x0000;
const AMPERES = 0x0006;
const WATTS = 0x000c;
const VARS = 0x0018;
const SUM_WATTS = 0x0034;
const SUM_VARS = 0x003c;
const IMPORT_KWH = 0x0048;
const EXPORT_KWH = 0x004a;

interface Block {
  readonly address: number;
  /** Registers; a device gives at most 80 at once. */
  readonly count: number;
}

const ENERGIES: Block = { address: IMPORT_KWH, count: 4 };
const ONE_PHASE: readonly Block[] = [{ address: VOLTS, count: 0x1a }, ENERGIES];
const THREE_PHASES: readonly Block[] = [
  { address: VOLTS, count: 0x0c },
  { address: SUM_WATTS, count: EXPORT_KWH + 2 - SUM_WATTS },
];

export const eastronBlocks = (model: EastronModel): readonly Block[] => (model === 'sdm630' ? THREE_PHASES : ONE_PHASE);

/** What a device of this kind would need centuries for. */
const KWH_MAX = 1e8;
const DECI_WATT_HOURS_PER_WATT_HOUR = 10;

/**
 * A reading from the blocks of its model, or `undefined` where one of them is not what such a device says. Energies are
 * rounded to the watt-hour that the float32 stands for; above 16,384 kWh its own steps are wider, and what they leave
 * out the next one has.
 */
export function eastronReading(model: EastronModel, blocks: readonly Uint8Array[]): RegisterReading | undefined {
  const wanted = eastronBlocks(model);
  if (!wanted.every(({ count }, i) => blocks[i]?.length === 2 * count)) return undefined;
  const at = (address: number): number => {
    const i = wanted.findIndex((block) => address >= block.address && address < block.address + block.count);
    const bytes = blocks[i] as Uint8Array;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return view.getFloat32(2 * (address - (wanted[i] as Block).address));
  };
  const phases = model === 'sdm630' ? [0, 1, 2] : [0];
  const reading = {
    importDeciWattHours: deciWattHours(at(IMPORT_KWH)),
    exportDeciWattHours: deciWattHours(at(EXPORT_KWH)),
    watts: at(model === 'sdm630' ? SUM_WATTS : WATTS),
    vars: at(model === 'sdm630' ? SUM_VARS : VARS),
    deciAmperes: Math.round(10 * Math.max(...phases.map((phase) => at(AMPERES + 2 * phase)))),
    millivolts: Math.round(1000 * Math.max(...phases.map((phase) => at(VOLTS + 2 * phase)))),
  };
  const { importDeciWattHours, exportDeciWattHours, watts, vars, deciAmperes, millivolts } = reading;
  const isSound =
    isWithin(importDeciWattHours, 0, KWH_MAX * 1e4) &&
    isWithin(exportDeciWattHours, 0, KWH_MAX * 1e4) &&
    isWithin(watts, -1e6, 1e6) &&
    isWithin(vars, -1e6, 1e6) &&
    isWithin(deciAmperes, 0, 100_000) &&
    isWithin(millivolts, 0, 1e6);
  return isSound ? reading : undefined;
}

const deciWattHours = (kilowattHours: number): number =>
  Math.round(kilowattHours * 1000) * DECI_WATT_HOURS_PER_WATT_HOUR;

/** Not of what is no number. */
const isWithin = (value: number, least: number, most: number): boolean => value >= least && value <= most;

/** Asks the device at `unit` of the bus. */
export async function readEastron(
  bus: ModbusBus,
  unit: number,
  model: EastronModel,
): Promise<RegisterReading | ModbusFailure> {
  const blocks: Uint8Array[] = [];
  for (const { address, count } of eastronBlocks(model)) {
    const block = await bus.readInputs(unit, address, count);
    if (isModbusFailure(block)) return block;
    blocks.push(block);
  }
  return eastronReading(model, blocks) ?? { reason: 'no-answer', why: `its registers are not those of an ${model}` };
}
