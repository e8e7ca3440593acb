import { MeterFlag, RelayReason } from '../records/index.ts';
import { balanceOf, type Meter } from './state.ts';

/** flags of receipts, status and Info; bits 0 to 5 are the OR over supplies. */
export function flagsOf(meter: Meter): number {
  let reasons = 0;
  for (const supply of meter.supplies) reasons |= supply.relay.reasons;
  const balance = balanceOf(meter);
  return (
    (reasons !== 0 ? MeterFlag.relayOpen : 0) |
    (balance === 0 ? MeterFlag.creditExhausted : 0) |
    (reasons & RelayReason.overCurrent ? MeterFlag.overCurrent : 0) |
    (reasons & RelayReason.tamper || meter.dismantled ? MeterFlag.tamper : 0) |
    (reasons & RelayReason.command ? MeterFlag.byCommand : 0) |
    (reasons & RelayReason.loadLimit ? MeterFlag.loadLimit : 0) |
    (meter.owed > 0 ? MeterFlag.emergencyCredit : 0) |
    (meter.kept.clockSet ? 0 : MeterFlag.clockUnset) |
    (meter.events.next > meter.kept.eventsKeptBefore ? MeterFlag.eventsWaiting : 0) |
    (balance <= meter.policy.lowBalance ? MeterFlag.lowBalance : 0) |
    (meter.stored === 0 && meter.exchanger.tank === 0 ? MeterFlag.lastToken : 0) |
    (meter.card !== undefined ? MeterFlag.cardInserted : 0)
  );
}
