/**
 * The value store meter: purse, exchanger, relay, profile, display, keypad and seal as one machine of three chips
 * that the caller steps with its own time, memory and randomness.
 */

export { type CardPaymentState, cardPaymentOf, paidByCard, paidValueArrived } from './card-payment.ts';
export { stepCardInserted, stepCardRemoved, stepCardResponse } from './card-slot.ts';
export { type Display, type DisplayPage, displayOf, displayPages, type PageOfMeter } from './display.ts';
export { type Levels, levelsOf } from './exchanger.ts';
export { flagsOf } from './flags.ts';
export { stepOverheard } from './foreign-modem.ts';
export { inspectCards, inspectMinute, inspectPurse, inspectSequences } from './inspect.ts';
export { type InterphoneView, interphoneOf } from './interphone.ts';
export { KEYED_MS, REQUEST_DIGITS_MAX } from './keyed.ts';
export { type Key, pressKey } from './keypad.ts';
export {
  EVENT_ROW_BYTES,
  layoutOf,
  PROFILE_RING_BYTES,
  PROFILE_RING_DAYS,
  type SupplyLayout,
} from './layout.ts';
export {
  isForMeter,
  type MeterAnswer,
  stepEnergy,
  stepFrame,
  stepLastGasp,
  stepMeasured,
  stepTime,
  stepVoltage,
} from './meter.ts';
export { erased, type Nvm, PlainNvm } from './nvm.ts';
export type { MeterOutputs } from './outputs.ts';
export { EVENTS_NOT_RECORDED, PARTS } from './parts.ts';
export { stepCounter, stepPulses, stepTemperature } from './pulse-input.ts';
export { type Receipt, ReceiptKind } from './purse.ts';
export { receiptOf } from './purse-journal.ts';
export {
  BusPart,
  type PartWatch,
  partWatch,
  REGISTER_PLACE_BYTES,
  type RegisterInput,
  type RegisterReading,
  registerInput,
  stepPart,
  stepRegister,
} from './register-input.ts';
export type { Measured } from './relay.ts';
export { SAM_MEMORY_BYTES } from './sam-memory.ts';
export { type Samples, stepSamples } from './samples.ts';
export { type Sensor, senseSeal } from './seal.ts';
export {
  blankMemory,
  type MeterMemory,
  type Personalisation,
  personalise,
  type StartOptions,
  startMeter,
} from './start.ts';
export { balanceOf, clockMs, type InsertedCard, type Meter, type Supply } from './state.ts';
export { DRAW_TOKENS_MAX, SVM_MEMORY_BYTES } from './svm.ts';
export { type CardsHeld, cardsHeld } from './svm-cards.ts';
export { totalsNow } from './totals.ts';
export type { PulseInput } from './valve.ts';
