/**
 * Quantities with their unit in the type. All are safe integers: no float touches value, energy or charge.
 *
 * A branded number costs nothing at run time; its constructor checks the range once, at the edge,
 * and throws a RangeError, because a number out of range inside the house is a bug, not bad input.
 */
declare const unit: unique symbol;
export type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** Value: the minor unit of the utility's currency (100 tokens = 1.00 by default). */
export type Tokens = Quantity<'tokens'>;
/** Price of energy before the tariff's percentage. */
export type MilliTokensPerKwh = Quantity<'milli-tokens per kWh'>;
/** A tariff step or a surcharge, 0 to 1000. */
export type Percent = Quantity<'percent'>;
export type MilliwattHours = Quantity<'mWh'>;
/** 0.1 Wh: the unit of the load profile, and the quantum that is charged. */
export type DeciWattHours = Quantity<'0.1 Wh'>;
export type Milliseconds = Quantity<'ms'>;
/** Seconds since 1970-01-01 UTC, u32: good until 2106. */
export type UnixSeconds = Quantity<'unix s'>;
export const MINUTES_PER_DAY = 1440;
/** Value store power meter serial number, 3 bytes (the seed's SVPMSN). */
export type Svpmsn = Quantity<'SVPMSN'>;
/** Modem address on one transformer, 0 to 255. */
export type ModemAddress = Quantity<'modem address'>;

export const U8_MAX = 0xff;
export const U16_MAX = 0xffff;
export const U24_MAX = 0xff_ffff;
export const U32_MAX = 0xffff_ffff;
/** The last millisecond that meters can tell, whose clocks count seconds in a u32: in 2106. */
export const UNIX_MS_MAX = 1000 * U32_MAX + 999;

function whole<T extends number>(name: string, value: number, max: number): T {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) {
    throw new RangeError(`${name} must be a whole number from 0 to ${max}, not ${value}`);
  }
  return value as T;
}

/** @throws RangeError unless whole, from 0 to 2⁵³ − 1 */
export const tokens = (value: number): Tokens => whole('tokens', value, Number.MAX_SAFE_INTEGER);
/** @throws RangeError unless whole, from 0 to 1000 */
export const percent = (value: number): Percent => whole('percent', value, 1000);
/** @throws RangeError unless whole, from 0 to 2⁵³ − 1 */
export const milliwattHours = (value: number): MilliwattHours => whole('energy in mWh', value, Number.MAX_SAFE_INTEGER);
/** @throws RangeError unless whole, from 0 to 2⁵³ − 1 */
export const deciWattHours = (value: number): DeciWattHours =>
  whole('energy in 0.1 Wh', value, Number.MAX_SAFE_INTEGER);
/** @throws RangeError unless whole, from 0 to 2⁵³ − 1 */
export const milliseconds = (value: number): Milliseconds => whole('milliseconds', value, Number.MAX_SAFE_INTEGER);
/** @throws RangeError unless whole, from 0 to 2³² − 1 */
export const unixSeconds = (value: number): UnixSeconds => whole('unix seconds', value, U32_MAX);
/** @throws RangeError unless whole, from 0 to 0xffffff */
export const svpmsn = (value: number): Svpmsn => whole('SVPMSN', value, U24_MAX);
/** @throws RangeError unless whole, from 0 to 255 */
export const modemAddress = (value: number): ModemAddress => whole('modem address', value, U8_MAX);

/** `0a1b2c`: the way a meter's number is written everywhere. */
export const svpmsnText = (id: Svpmsn): string => id.toString(16).padStart(6, '0');

/** Serial number of a purse card (the seed's CSN), 7 bytes: 14 lower-case hex digits, because no number holds 56 bits. */
export type Csn = string & { readonly [unit]: 'CSN' };
export const CSN_BYTES = 7;

/** Whether a text that comes from outside is one. */
export const isCsn = (text: string): text is Csn => /^[0-9a-f]{14}$/.test(text);

/** @throws RangeError when the text is not 14 lower-case hex digits */
export function csn(text: string): Csn {
  if (isCsn(text)) return text;
  throw new RangeError(`a CSN is 14 lower-case hex digits, not "${text}"`);
}

/** What the value in a part of a purse card is for: each region belongs to one provider, with keys of its own. */
export const Region = { electricity: 1, gas: 2, water: 3, hotWater: 4, heat: 5, payTv: 6 } as const;
export type Region = (typeof Region)[keyof typeof Region];
export const REGIONS: readonly Region[] = Object.values(Region);
/** Whether a card can have a region of this number. */
export const isRegion = (value: number): value is Region => REGIONS.includes(value as Region);

/** How programs name a region. */
export type RegionName = keyof typeof Region;
export const REGION_NAMES = Object.keys(Region) as [RegionName, ...RegionName[]];
/** `hotWater` */
export const regionText = (region: Region): RegionName => REGION_NAMES[REGIONS.indexOf(region)] as RegionName;

/** Up to four supplies in one meter; every record, tariff and relay has this index. One purse serves all. */
export type SupplyIndex = 1 | 2 | 3 | 4;
export const SUPPLIES_MAX = 4;
