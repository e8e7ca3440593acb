import type { LineHealth, Suspicion } from '../backhaul/index.ts';
import type { Suite } from '../crypto/index.ts';
import type { Command, PurseDoubt } from '../exchange/index.ts';
import type { EventRecord } from '../records/index.ts';
import type { TariffDefinition } from '../tariff/index.ts';
import type { Milliseconds, MilliwattHours, ModemAddress, SupplyIndex, Svpmsn, Tokens } from '../units/index.ts';
import type { CommandSlot } from '../words/index.ts';

import type { PaymentMethod } from './types/money.ts';
import type { Particulars } from './types/particulars.ts';

export type * from './types/agents.ts';
export type * from './types/callers.ts';
export type * from './types/card-slots.ts';
export type * from './types/cards.ts';
export type * from './types/inspections.ts';
export type * from './types/key-rotations.ts';
export type * from './types/losses.ts';
export type * from './types/messages.ts';
export type * from './types/money.ts';
export type * from './types/particulars.ts';
export type * from './types/people.ts';
export type * from './types/presence.ts';
export type * from './types/readings.ts';
export type * from './types/remittances.ts';
export type * from './types/settlement.ts';
export type * from './types/temperatures.ts';
export type * from './types/tenancies.ts';
export type * from './types/vouchers.ts';
export type * from './types/webhooks.ts';

/** The rows that the host keeps. Flat, because they stand like this in every store. */
export interface Subscriber {
  readonly id: string;
  readonly name: string;
  readonly contact: string;
}

export interface Meter {
  readonly svpmsn: Svpmsn;
  readonly subscriber: string;
  /** Area unit × 256 + local unit. */
  readonly localUnit: number;
  /** FIG. 5, part 13: one of 256 on a transformer. */
  readonly modemAddress: ModemAddress;
  readonly suite: Suite;
  readonly supplies: SupplyIndex;
  /** Name of the tariff; the table that the meter really holds is what a poll last said. */
  readonly tariff: string | undefined;
  readonly enrolledAt: Milliseconds;
  readonly valueGeneration: number;
  readonly controlGeneration: number;
  readonly monitoringGeneration: number;
}

/** Why value to a meter stops until a person decides (X10). */
export type FreezeReason =
  | PurseDoubt
  | 'txid-twice'
  /** It was closed for a move that books which were put back do not have: the move is to be asked for again. */
  | 'closing-forgotten';

/** What the books know of a meter's purse. The rule of exactly once stands on `lastCounter` and `Outstanding`. */
export interface Purse {
  readonly svpmsn: Svpmsn;
  readonly state: 'open' | 'closing' | 'closed';
  /** The last TC whose receipt is booked. */
  readonly lastCounter: number;
  /** After a restore: nothing is sent or refunded before this meter's receipts were asked for (X9). */
  readonly queryWanted: boolean;
  readonly freeze: FreezeReason | undefined;
  readonly frozenAt: Milliseconds | undefined;
  /** Tokens ever credited, as booked from receipts: stored and found. */
  readonly credited: bigint;
  /** Tokens that left by closing the purse. */
  readonly closed: bigint;
  /** Spent and owed as last posted to the ledger. */
  readonly spent: bigint;
  readonly owed: bigint;
  /** What the load profiles say it was spent at, as far as they came: what is spent is divided by it. */
  readonly usedUnits: StepUnits;
  /** When the last receipt was booked; an older report says nothing about a newer purse. */
  readonly bookedAt: Milliseconds;
  /** Of the last report that was believed. */
  readonly reportedAt: Milliseconds;
}

/** Exact charge of some minutes, in decimal 10⁻¹¹ token, by the percentage of the tariff step that they fell in. */
export type StepUnits = Readonly<Record<string, string>>;

/** What the profiles of one meter and one UTC day say, as it was counted in its purse. */
export interface UsedDay {
  /** Number of the meter, and UTC day. */
  readonly id: string;
  readonly units: StepUnits;
}

/** The one value transaction that may be on its way to a meter (X1). */
export interface OutstandingRow {
  readonly svpmsn: Svpmsn;
  readonly counter: number;
  readonly order: string;
  /** 16 hex digits. */
  readonly txid: string;
  readonly amount: Tokens;
  readonly op: 'credit' | 'void' | 'close';
}

/**
 * `waiting` for its turn, `outstanding` with a TC, `voiding` turned into a void of that TC, or, still without one,
 * never to be sent and refunded as soon as the meter's receipts show that it is not there (X9); then one of
 * `stored` in the meter, `refunded` because it never was and never will be, `closed` for the closing of a purse.
 * `found` is none of ours: value that a meter had and the books did not know (X7).
 */
export type OrderState = 'waiting' | 'outstanding' | 'voiding' | 'stored' | 'refunded' | 'closed' | 'found';

/** Why an order never was in the meter: its purse had no room for it, or the sale was taken back. */
export type RefundReason = 'full' | 'voided';

/** Orders that the books write themselves, for value that a meter had and nobody sold. */
export const FOUND_PREFIX = 'found:';
/** Where value that nobody paid for comes from. */
export const MANUAL_SOURCE = 'manual';

export interface Order {
  readonly id: string;
  readonly svpmsn: Svpmsn;
  readonly op: 'credit' | 'close';
  /** Of a closing: what the receipt named. */
  readonly amount: Tokens;
  /** Where the money came from: `cash`, `card`, `web`. */
  readonly source: string;
  /** X2: the first 8 bytes of SHA-256 of the id, 16 hex digits. */
  readonly txid: string;
  readonly state: OrderState;
  /** Of what is refunded, and of what was found and never applied. Books of older programs do not know it. */
  readonly why: RefundReason | undefined;
  readonly counter: number | undefined;
  readonly orderedAt: Milliseconds;
  readonly settledAt: Milliseconds | undefined;
}

/** An order as stored: in the order in which they came. */
export interface NumberedOrder extends Order {
  readonly sequence: number;
}

export const Lane = { value: 0, control: 1 } as const;
export type Lane = (typeof Lane)[keyof typeof Lane];

/**
 * That there is something to do for a meter, and when. One row a meter, so that one exchange runs at a time;
 * `leased` until `dueAt` by the host that is at it, and whoever comes after that takes it as not answered.
 */
export interface Work {
  readonly svpmsn: Svpmsn;
  readonly localUnit: number;
  readonly lane: Lane;
  readonly dueAt: Milliseconds;
  readonly attempts: number;
  readonly leased: boolean;
}

/** A command of the control or monitoring purpose. The latest of a slot wins; what was sent for an older one counts for nothing. */
export interface ControlCommand {
  readonly svpmsn: Svpmsn;
  /** `clock-set`, `mode-table-1`, `mode-table-1-next`, `supply-policy`, `relay-1-switch`, `key-monitoring`. */
  readonly slot: CommandSlot;
  /** Rises with every command of the host. */
  readonly sequence: number;
  readonly h: Command;
  /** M3; empty for a clock set, which is stamped as it leaves. */
  readonly body: Uint8Array;
  /** Of the table or the policy; 0 for what has none. */
  readonly version: number;
  /** `awaiting-local-unit`: it is not sent before the meter's local unit holds the key that it brings. */
  readonly state: 'awaiting-local-unit' | 'waiting' | 'done' | 'refused';
  /** What the meter answered. */
  readonly result: number | undefined;
  readonly orderedAt: Milliseconds;
  readonly settledAt: Milliseconds | undefined;
}

/** One issue of a tariff. Versions rise over all tariffs (`versionAfter`), so that a meter may change from any to any. */
export interface TariffVersion {
  readonly version: number;
  readonly name: string;
  readonly definition: TariffDefinition;
  readonly validFrom: Milliseconds;
  readonly publishedAt: Milliseconds;
}

/** A version by the number that people say: which of its tariff's it is, from 1. */
export interface NumberedTariff extends TariffVersion {
  readonly edition: number;
}

export type Account =
  /** Debit: money taken, by the way it was paid. */
  | PaymentMethod
  /** Credit: sold, and not yet in a meter. */
  | 'prepaid'
  /** Credit: in purses. */
  | 'value-in-meters'
  /** Credit: taken for what was never stored, to be given back. */
  | 'refunds-payable'
  /** Credit: left in purses that were closed, to be paid out. */
  | 'closed-purses'
  /** Debit: in a meter, and never sold by these books. A person must explain it. */
  | 'found-in-meters'
  /** Debit: energy taken on emergency credit, and not yet paid. */
  | 'emergency-credit'
  /** Credit: energy that was paid or is owed, in minutes that no load profile told yet. */
  | 'energy-revenue'
  /** Credit: energy that was paid or is owed, by the percentage of the tariff step. */
  | `energy-revenue:${number}`
  /** Credit: charges by the month. */
  | 'fixed-charges'
  /** Credit: for the way in which somebody pays. */
  | 'fees'
  /** Credit: owed to the state. */
  | 'tax'
  /** Debit: what subscribers owe from before. */
  | 'arrears'
  /** Credit: what arrears were booked for. */
  | 'debts-taken-over'
  /** Credit: what an agent paid in, and has not sold for yet. */
  | `float:${string}`
  /** Debit: what agents are given for selling. */
  | 'commissions'
  /** Credit: paid for vouchers that expired before anybody redeemed them. */
  | 'vouchers-lapsed'
  /** Debit: value that was given, and nobody paid for. */
  | 'goodwill'
  /** Debit: what went from closed purses to the meters after them, or to those who moved out; beside `closed-purses`. */
  | 'value-moved'
  /** Debit: cash that should be in a till, and was not; credit what was there beside it. */
  | 'cash-differences'
  /** Debit: energy that was bought at the transformers, in months that are closed. */
  | 'energy-bought'
  /** Credit: owed to the seller for it, and not paid. */
  | 'seller'
  | CardAccount;

/** Of a provider of regions of cards, by its id. */
export type CardAccount =
  /** Credit: sold for a card, and not yet on it. */
  | `prepaid-cards:${string}`
  /** Credit: on cards, as far as they told: what they hold, and what they handed over and no meter has acknowledged. */
  | `value-on-cards:${string}`
  /** Credit: gone from cards to meters, and neither told to be spent there nor told to be in a purse that has a line. */
  | `value-in-offline-meters:${string}`
  /** Credit: spent in meters without a line, as their reports tell. */
  | `offline-revenue:${string}`
  /** Credit: to be given back: for what was never on a card, or left it by closing and release. */
  | `cards-payable:${string}`
  /** Debit: on a card, and never sold by these books. A person must explain it. */
  | `found-on-cards:${string}`
  /** Credit: for the way in which somebody pays. */
  | `card-fees:${string}`
  /** Credit: owed to the state. */
  | `card-tax:${string}`
  /** Debit: paid to the provider of what is due to it. */
  | `remitted-to:${string}`;

export type PostingKind =
  | 'sold'
  | 'stored'
  | 'refunded'
  | 'found'
  /** A meter with a line has told that it took value from cards. */
  | 'from-card'
  | 'closed'
  | 'spent'
  /** Profiles told at which steps of the tariff energy was spent, or told it anew. */
  | 'divided'
  /** Arrears of a meter, as an operator books them. */
  | 'debt'
  /** Refunds that were given back. */
  | 'paid-out'
  /** Money that came in and was taken back by whoever paid; the value had gone to the meter. */
  | 'returned'
  | MeterlessKind;

/** Of what concerns no meter. */
export type MeterlessKind =
  /** An agent pays in, or is paid back. */
  | 'float'
  /** An agent is given its commission, or gives it back. */
  | 'commission'
  /** A till was counted, and held something else than it should. */
  | 'cash-up'
  /** Somebody without a meter paid what they owe. */
  | 'dues-paid'
  /** A month was closed: what the seller is to be paid for it, with what a correction made of the month before. */
  | 'bought'
  /** Money went to the seller or a provider of cards, or came from them; and its counter-entry. */
  | 'remitted'
  | 'remittance-reversed'
  /** Vouchers were sold, and are good from then on; and those that were made void. */
  | 'vouchers-sold'
  | 'vouchers-void'
  | CardPostingKind;

/** What becomes of value on cards, by provider. */
export type CardPostingKind =
  | 'card-sold'
  | 'card-stored'
  | 'card-refunded'
  | 'card-found'
  /** It left a card by closing, or by the release of what was pending. */
  | 'card-closed'
  /** It went from a card to a meter, as the card told. */
  | 'card-handed'
  /** Given to another card, because its own is lost. */
  | 'card-recovered'
  /** Spent in a meter without a line, as it told. */
  | 'card-spent'
  | 'card-paid-out';

export interface Line {
  readonly account: Account;
  /** Tokens; positive is debit, negative is credit. */
  readonly amount: bigint;
}

/** One entry of the ledger: its lines sum to zero. It is never changed. */
export interface Posting {
  readonly kind: PostingKind;
  readonly at: Milliseconds;
  /** Nothing where it concerns no meter. */
  readonly svpmsn: Svpmsn | undefined;
  readonly order: string | undefined;
  readonly lines: readonly Line[];
}

/** With its place among all of them. */
export interface NumberedPosting extends Posting {
  readonly sequence: number;
}

/** Sum of ledger lines of one kind, account and meter, or of those that concern none. */
export interface LedgerSum {
  readonly kind: PostingKind;
  readonly account: Account;
  readonly svpmsn: Svpmsn | undefined;
  readonly amount: bigint;
}

/** What is known of a meter from receipts and polls; each group with the time it was true. */
export interface Knowledge {
  readonly svpmsn: Svpmsn;
  readonly heardAt: Milliseconds | undefined;
  readonly balance: Tokens | undefined;
  readonly balanceAt: Milliseconds | undefined;
  readonly flags: number | undefined;
  readonly flagsAt: Milliseconds | undefined;
  readonly infoAt: Milliseconds | undefined;
  readonly owed: Tokens | undefined;
  /** Meter minus local unit. */
  readonly clockOffsetMs: number | undefined;
  readonly tableVersion: number | undefined;
  readonly lastDay: number | undefined;
  readonly nextEvent: number | undefined;
  /** Policy and waiting table are told by a read of Info alone, which comes less often than a status. */
  readonly policyAt: Milliseconds | undefined;
  readonly policyVersion: number | undefined;
  readonly nextTableVersion: number | undefined;
  /** The newest UTC day of which a load profile came. */
  readonly profileDay: number | undefined;
  /** The newest UTC day of which voltages came, and before when the meter is not asked for more. */
  readonly voltageDay: number | undefined;
  readonly voltageAskAt: Milliseconds | undefined;
  /** The events of the meter before this one were read, as far as it still had them. */
  readonly eventsBefore: number | undefined;
  /** The newest event up to which the chain was followed, by its sequence, and its link. */
  readonly linkedEvent: number | undefined;
  readonly eventLink: Uint8Array | undefined;
  readonly attentionAt: Milliseconds | undefined;
  /** `AttentionReason` bits. */
  readonly attention: number | undefined;
  /**
   * Emergencies that stand, and a last gasp after which nothing was heard; `AttentionReason` bits, and above them that
   * the meter's key for value is erased, and that its events are not all there, or not what they were.
   */
  readonly alarms: number | undefined;
  /** Since when one stands. */
  readonly alarmsAt: Milliseconds | undefined;
}

export interface MeterEvent extends EventRecord {
  readonly svpmsn: Svpmsn;
  readonly heardAt: Milliseconds;
}

/** With its place among all events of all meters; `sequence` is the meter's own count. */
export interface NumberedEvent extends MeterEvent {
  readonly number: number;
}

export interface MeterTotals {
  readonly svpmsn: Svpmsn;
  readonly supply: SupplyIndex;
  readonly at: Milliseconds;
  /** Bytes of `Totals`, as `records` encodes them. */
  readonly body: Uint8Array;
}

/** Energy through a transformer in one minute: what the sum of its meters is held against. */
export interface CheckMinute {
  /** Area unit × 256 + local unit. */
  readonly localUnit: number;
  /** Unix minute. */
  readonly minute: number;
  readonly energy: MilliwattHours;
}

/** What is known of a local unit and its line; each group with the time it was true. */
export interface LineKnowledge {
  readonly localUnit: number;
  readonly healthAt: Milliseconds | undefined;
  readonly health: Omit<LineHealth, 'type' | 'suspicions'> | undefined;
  /** End of the newest minute of the check meter. */
  readonly checkedAt: Milliseconds | undefined;
  readonly mapRefusedAt: Milliseconds | undefined;
  /** Why the unit did not take its address map, for a person; nothing since it took one. */
  readonly mapRefusal: string | undefined;
}

/** What a local unit holds to be wrong on its line: evidence, kept when the unit itself has forgotten it. */
export interface LineSuspicion extends Suspicion {
  readonly localUnit: number;
  /** Of the last report that named it. */
  readonly namedAt: Milliseconds;
}

/** Sum of ledger lines of one kind and account in one stretch of time. */
export interface TimedSum {
  readonly kind: PostingKind;
  readonly account: Account;
  /** How many of the edges asked for are at or before its postings. */
  readonly stretch: number;
  readonly amount: bigint;
}

/** Why the host does not do what was asked. Closed; the sentence is for people. */
export interface HostFailure {
  readonly reason:
    | 'amount-wrong'
    | 'terms-wrong'
    | 'receipt-unknown'
    | 'payment-unknown'
    | 'payment-differs'
    | 'payment-settled'
    | 'payment-port-unknown'
    | 'contract-unknown'
    | 'webhook-wrong'
    | 'webhook-unknown'
    | 'order-id-wrong'
    | 'order-differs'
    | 'order-unknown'
    | 'order-settled'
    | 'meter-unknown'
    | 'meter-frozen'
    | 'meter-not-frozen'
    | 'meter-known'
    | 'meter-occupied'
    /** Who lives there has been told to leave, and the meter has not told its last reading yet. */
    | 'meter-leaving'
    | 'meter-unoccupied'
    | 'moving-differs'
    | 'tenancy-unknown'
    | 'purse-closed'
    | 'meter-number-wrong'
    | 'local-unit-full'
    | 'host-full'
    | 'address-taken'
    | 'subscriber-unknown'
    | 'subscriber-known'
    | 'name-wrong'
    | 'tariff-unknown'
    | 'tariff-wrong'
    | 'command-not-served'
    | 'command-wrong'
    | 'range-wrong'
    | 'period-wrong'
    | 'remittance-wrong'
    | 'remittance-unknown'
    | 'remittance-known'
    | 'remittance-reversed'
    | 'voucher-wrong'
    | 'voucher-known'
    | 'voucher-unknown'
    | 'voucher-settled'
    | 'voucher-refused'
    | 'period-open'
    | 'period-closed'
    | 'calendar-over'
    | 'asked-before'
    | 'changed-meanwhile'
    | 'approval-unknown'
    | 'approval-settled'
    | 'approval-own'
    | 'alarm-unknown'
    | 'alarm-closed'
    | 'alarm-wrong'
    | 'inspection-wrong'
    | 'network-unknown'
    | 'network-wrong'
    | 'person-unknown'
    | 'person-known'
    | 'person-wrong'
    | 'manager-last'
    | 'password-weak'
    | 'log-in-refused'
    | 'log-in-busy'
    | 'api-key-unknown'
    | 'api-key-wrong'
    | 'agent-unknown'
    | 'agent-known'
    | 'agent-wrong'
    | 'agent-closed'
    | 'float-short'
    | 'vend-unknown'
    | 'vend-reversed'
    | 'vend-confirmed'
    | 'vend-late'
    | 'vend-in-doubt'
    | 'shift-open'
    | 'shift-unknown'
    | 'provider-wrong'
    | 'provider-known'
    | 'provider-unknown'
    | 'card-wrong'
    | 'card-known'
    | 'card-unknown'
    | 'card-ended'
    | 'card-active'
    | 'card-region-unknown'
    | 'card-frozen'
    | 'card-not-frozen'
    | 'card-key-missing'
    | 'card-exchange-unknown'
    | 'phone-access-unknown'
    | 'phone-access-wrong'
    | 'pin-weak'
    | 'pin-refused'
    | 'call-unknown'
    | 'never-restored'
    | 'reconciled-early'
    | 'message-choice-unknown'
    | 'message-choice-wrong'
    | 'messages-unavailable'
    | 'store-failed';
  /** What is wrong, where, and what to do. */
  readonly sentence: string;
  readonly particulars?: Particulars;
}
