import { airtimeMicroseconds, type Carrier } from './carrier.ts';

/** What the line has carried for one address, or line-wide, as the local unit saw it. */
export interface LineStatistics {
  framesSent: number;
  framesReceived: number;
  bytesSent: number;
  bytesReceived: number;
  /** Frames sent again because no answer came, or a garbled one. */
  retries: number;
  /** Waits that ended with something heard and nothing understood: noise, or two meters with one address. */
  garbled: number;
  /** Requests given up. */
  unanswered: number;
  /** Both directions, microseconds. */
  airtimeMicroseconds: number;
}

export function emptyStatistics(): LineStatistics {
  return {
    framesSent: 0,
    framesReceived: 0,
    bytesSent: 0,
    bytesReceived: 0,
    retries: 0,
    garbled: 0,
    unanswered: 0,
    airtimeMicroseconds: 0,
  };
}

export function countSent(statistics: LineStatistics, carrier: Carrier, bytes: number): void {
  statistics.framesSent++;
  statistics.bytesSent += bytes;
  statistics.airtimeMicroseconds += airtimeMicroseconds(carrier, bytes);
}

export function countReceived(statistics: LineStatistics, carrier: Carrier, bytes: number): void {
  statistics.framesReceived++;
  statistics.bytesReceived += bytes;
  statistics.airtimeMicroseconds += airtimeMicroseconds(carrier, bytes);
}
