import type { KeyReference, MonitoringKeys } from '../backhaul/index.ts';
import { hasPurpose, keyNameFromByte, Purpose, terminalKeyFromBytes } from '../crypto/index.ts';
import { keysOf, type MeterMap, type MonitoringRing } from './meter-map.ts';

/** Opens a monitoring key that the host wrapped under this unit's transport key (RFC 3394); `undefined` if it does not open. */
export type Unwrap = (wrapped: Uint8Array) => Uint8Array | undefined;

/**
 * Takes the keys of this unit's own meters, for monitoring; the others are refused before they are opened.
 * A meter that had no key is due at once.
 */
export function takeKeys(
  { entries }: MonitoringKeys,
  { map, ring, unwrap, now }: { map: MeterMap; ring: MonitoringRing; unwrap: Unwrap; now: number },
): { readonly taken: number; readonly refused: readonly KeyReference[] } {
  const refused: KeyReference[] = [];
  for (const { svpmsn, n, wrapped } of entries) {
    const name = keyNameFromByte(n);
    const meter = map.bySvpmsn(svpmsn);
    const bytes = meter !== undefined && hasPurpose(name, Purpose.monitoring) ? unwrap(wrapped) : undefined;
    if (meter === undefined || bytes === undefined || !hasPurpose(name, Purpose.monitoring)) {
      refused.push({ svpmsn, n });
      continue;
    }
    try {
      ring.add(terminalKeyFromBytes(name, svpmsn, bytes));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refused.push({ svpmsn, n }); // Not as long as the suite's keys.
      continue;
    }
    if (meter.keys.length === 0) map.due.schedule(meter, now);
    meter.keys = keysOf(ring, svpmsn);
    meter.keyIndex = 0;
  }
  return { taken: entries.length - refused.length, refused };
}
