import { decodeFrame } from '../exchange/index.ts';
import { AttentionReason, EventKind } from '../records/index.ts';
import type { ModemAddress } from '../units/index.ts';
import { recordEvent } from './event-log.ts';
import { stepTime } from './meter.ts';
import type { MeterOutputs } from './outputs.ts';
import type { Meter } from './state.ts';

/** A foreign modem that goes on is one event an hour, or it would wash everything else out of the log. */
const PAUSE_MS = 3_600_000;

/**
 * The modem heard a frame that a meter sends, at its own address and not its own. Under the number of this meter it is
 * a foreign modem on the line; under another one it is a meter of the next transformer, which is heard here too.
 */
export function stepOverheard(
  meter: Meter,
  overheard: { readonly frame: Uint8Array; readonly address: ModemAddress },
  now: number,
  out: MeterOutputs,
): void {
  const frame = decodeFrame(overheard.frame);
  if (!('reason' in frame) && frame.svpmsn === meter.sam.svpmsn && now - meter.foreignModemToldAt >= PAUSE_MS) {
    meter.now = now;
    meter.foreignModemToldAt = now;
    meter.attention |= AttentionReason.foreignModem;
    recordEvent(meter, EventKind.foreignModem, { detail: overheard.address });
  }
  stepTime(meter, now, out);
}
