/** What host, area unit and local unit say to each other over IP: versioned messages and their bytes. */
export {
  clippedCounter,
  clippedOffset,
  clippedTime,
  decodeEnvelope,
  type EnvelopeFailure,
  encodeEnvelope,
} from './codec.ts';
export * from './message.ts';
export { versionSentence } from './version.ts';
