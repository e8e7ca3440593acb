import { Writer } from '../bytes/index.ts';
import { MINUTES_BEFORE_MAX, REPORTED_EVENTS_MAX } from '../card/index.ts';
import { SamRequest } from './bus.ts';
import { eventsFrom } from './event-log.ts';
import { withHead } from './exchanger.ts';
import { flagsOf } from './flags.ts';
import { EVENTS_KEPT } from './layout.ts';
import { commitUse } from './minutes.ts';
import { samCommand } from './sam.ts';
import { clockTold, type Meter } from './state.ts';
import { svmCommand } from './svm.ts';
import { totalsNow } from './totals.ts';

/**
 * The CPU's part of a report, and the SVM's under its tag, for the SAM to seal. What was used until now is committed
 * first: so no two reports have the same sequence, and what they say of the purse is durable.
 */
export function tellOfReport(meter: Meter, request: Uint8Array): Uint8Array {
  commitUse(meter);
  const told = svmCommand(meter.svm, request);
  const clock = clockTold(meter);
  const register = meter.supplies.reduce((sum, supply) => sum + totalsNow(supply).registerImport, 0);
  const head = new Writer(25).u8(SamRequest.cardReport).u32(clock).u48(register).u16(flagsOf(meter));
  const events = reportedEvents(meter);
  for (const { kind, time } of events) {
    // An event from before the clock was set, or from after it was put back, has no time that could be told.
    const minutes = time === 0 || time > clock ? MINUTES_BEFORE_MAX : Math.floor((clock - time) / 60);
    head.u8(kind).u16(Math.min(minutes, MINUTES_BEFORE_MAX));
  }
  head.bytes(new Uint8Array(3 * (REPORTED_EVENTS_MAX - events.length)));
  return samCommand(meter.sam, withHead(head.done(), told));
}

/** Sealing, supply, clock and memory; credit is told by the figures, and the card was there itself. */
const TOLD_FROM = 20;
const TOLD_TO = 79;

const reportedEvents = (meter: Meter) =>
  eventsFrom(meter, 1, EVENTS_KEPT)
    .filter(({ kind }) => kind >= TOLD_FROM && kind <= TOLD_TO)
    .reverse()
    .slice(0, REPORTED_EVENTS_MAX);
