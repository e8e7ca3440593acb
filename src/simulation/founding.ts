import { type KeyStore, keyName, type Purpose, type Suite, type TerminalKey } from '../crypto/index.ts';
import { type HostFailure, type HostServices, StoreError } from '../host/index.ts';
import { type MeterMemory, personalise } from '../meter/index.ts';
import { compileTariff, offsetTable } from '../tariff/index.ts';
import { type ModemAddress, milliseconds, modemAddress, type Svpmsn, svpmsn, unixSeconds } from '../units/index.ts';
import { PURPOSES } from './keys.ts';
import type { UtilityOptions } from './options.ts';
import type { SeededRandom } from './random.ts';

/** Number of the first meter; they differ in all three bytes. */
const FIRST_SVPMSN = 0x0a1b2c;
const SVPMSN_STEP = 7;

/** As the books name whoever lives there. */
export const subscriberOfHouse = (house: number): string => `house-${house + 1}`;

export const svpmsnOfHouse = (house: number): Svpmsn => svpmsn(FIRST_SVPMSN + house * SVPMSN_STEP);

/** Where a house hangs: its local unit, and its address on that line. Lines are filled one after the other. */
export function placeOfHouse(
  house: number,
  { meters, localUnits }: Pick<UtilityOptions, 'meters' | 'localUnits'>,
): { readonly localUnit: number; readonly address: ModemAddress } {
  const onOneLine = Math.ceil(meters / localUnits);
  return { localUnit: Math.floor(house / onOneLine), address: modemAddress(house % onOneLine) };
}

/** A terminal's key of the first generation. */
const keyOf = <P extends Purpose>(keys: KeyStore, suite: Suite, purpose: P, id: Svpmsn): Promise<TerminalKey<P>> =>
  keys.terminalKey(keyName(purpose, suite, 0), id);

/**
 * Subscribers, tariff and meters, as an operator would enter them on the first day. A first day that was cut short
 * goes on where it stopped.
 */
export async function found(host: HostServices, options: UtilityOptions): Promise<void> {
  const known = new Set((await host.meters()).map(({ meter }) => meter.svpmsn));
  if (known.size === 0) {
    const from = milliseconds(options.startMs);
    orThrow(await host.publishTariff('standard', options.tariff, from));
    if (options.former !== undefined) orThrow(await host.publishTariff('former', options.former.tariff, from));
  }
  for (let house = 0; house < options.meters; house++) {
    if (known.has(svpmsnOfHouse(house))) continue;
    const id = subscriberOfHouse(house);
    const { localUnit, address } = placeOfHouse(house, options);
    orThrow(await host.addSubscriber({ id, name: `House ${house + 1}`, contact: '' }), 'subscriber-known');
    orThrow(
      await host.enrol({
        svpmsn: svpmsnOfHouse(house),
        subscriber: id,
        localUnit,
        modemAddress: address,
        suite: options.suite,
        tariff: options.former?.has(house) && house % 2 === 1 ? 'former' : 'standard',
      }),
    );
  }
}

/** The workshop: number, keys, first table and policy go into a meter's blank memories. */
export async function equip(
  memory: MeterMemory,
  house: number,
  {
    options,
    keys,
    random,
  }: { readonly options: UtilityOptions; readonly keys: KeyStore; readonly random: SeededRandom },
): Promise<void> {
  const { zone, former, policy, suite, startMs } = options;
  const id = svpmsnOfHouse(house);
  const tariff = former?.has(house) ? former.tariff : options.tariff;
  const year = new Date(startMs).getUTCFullYear();
  const offsets = offsetTable(zone, year, Math.min(2, LAST_YEAR - year + 1));
  if ('reason' in offsets) throw new Error(offsets.sentence);
  const first = compileTariff(tariff, { supply: 1, version: 1, validFrom: unixSeconds(0), offsets });
  if ('reason' in first) throw new Error(first.sentence);
  const held = await Promise.all(PURPOSES.map((purpose) => keyOf(keys, suite, purpose, id)));
  personalise(memory, { svpmsn: id, keys: held, tables: [first], policy, unixMs: startMs, now: startMs }, random);
}

/** Behind it no clock of a meter goes on. */
const LAST_YEAR = 2106;

/** Local minus UTC, at the beginning of the year of an instant. */
export function zoneMinutes(zone: string, unixMs: number): number {
  const offsets = offsetTable(zone, new Date(unixMs).getUTCFullYear(), 1);
  if ('reason' in offsets) throw new Error(offsets.sentence);
  return offsets[0]?.minutes ?? 0;
}

/** A utility that its own operator refuses cannot begin; one whose store fails may, another time. */
function orThrow(answer: object, but?: HostFailure['reason']): void {
  if (!('sentence' in answer && 'reason' in answer) || answer.reason === but) return;
  const sentence = String(answer.sentence);
  if (answer.reason === 'store-failed') throw new StoreError({ reason: 'store-failed', sentence });
  throw new Error(sentence);
}
