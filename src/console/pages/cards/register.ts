import type { OfflineMeterJson } from '../../../api/index.ts';

/** What a region is measured in for people, and how many of the tenths that a register counts make one of it. */
const UNITS: Readonly<
  Record<OfflineMeterJson['region'], { readonly name: string; readonly tenths: bigint } | undefined>
> = {
  electricity: { name: 'kWh', tenths: 10_000n },
  gas: { name: 'm³', tenths: 10_000n },
  water: { name: 'm³', tenths: 10_000n },
  hotWater: { name: 'm³', tenths: 10_000n },
  heat: { name: 'kWh', tenths: 10_000n },
  payTv: undefined,
};

/** `1,234.567 m³` of a register in 0.1 l; of a region that measures nothing, what it counted. */
export function registerText(
  region: OfflineMeterJson['region'],
  register: string,
  count: (value: bigint) => string,
): string {
  const unit = UNITS[region];
  const all = BigInt(register);
  if (unit === undefined) return count(all);
  const thousandths = ((all % unit.tenths) * 1_000n) / unit.tenths;
  return `${count(all / unit.tenths)}.${String(thousandths).padStart(3, '0')} ${unit.name}`;
}
