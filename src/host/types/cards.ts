import type { Milliseconds, Region, Svpmsn, Tokens } from '../../units/index.ts';
import type { PaymentMethod } from './money.ts';

/** Whoever gives what the value in one region of a card is for. */
export interface CardProvider {
  /** `258-2`: its utility number and the region. */
  readonly id: string;
  /** u16, part of every key of its cards and meters. */
  readonly utility: number;
  readonly region: Region;
  readonly name: string;
  /** Where what was sold in its name is paid to, for people. */
  readonly account: string;
  /** Of each ticket: the most that one meter takes from one card under it, in all. */
  readonly ticketLimit: Tokens;
  /** Of each ticket. */
  readonly ticketDays: number;
  readonly createdAt: Milliseconds;
}

/** What value of a provider is worth from an instant on; what was sold before keeps the worth that it was sold at. */
export interface CardCharge {
  /** The provider, and the instant: `258-2 0001767600000000`. */
  readonly id: string;
  readonly provider: string;
  readonly validFrom: Milliseconds;
  /** Milli-tokens per thousand of the unit of the region, m³ or kWh, as in the mode table of a meter. */
  readonly unitCharge: number;
  readonly publishedAt: Milliseconds;
}

/**
 * `lost` as whoever had it says, `blocked` as its issuer says, `replaced` when another has taken the place of either.
 * There is no way back to `active`.
 */
export type CardState = 'active' | 'lost' | 'blocked' | 'replaced';

/** A purse card that was given to a subscriber. */
export interface IssuedCard {
  /** CSN. */
  readonly id: string;
  /** The last six bytes of CSN, by which an event of a meter names the card that was put in. */
  readonly tail: string;
  readonly subscriber: string;
  readonly state: CardState;
  readonly issuedAt: Milliseconds;
  /** Since when it is not active any more. */
  readonly endedAt: Milliseconds | undefined;
  readonly replacedBy: string | undefined;
}

/** Why nothing goes to a region of a card until a person decides. */
export type CardFreeze =
  /** It knows fewer loads than were booked. */
  | 'card-behind-host'
  | 'gap-longer-than-ring'
  /** The same LTC, and another amount or another sum: there are two of it. */
  | 'amount-differs'
  | 'txid-twice'
  /** It has given less away than it told before: there are two of it, or it was put back. */
  | 'debits-behind'
  /** The same DTC, and another sum of debits: there are two of it. */
  | 'debits-differ';

/** What the books know of one region of a card. The rule of exactly once stands on `lastCounter` and `outstanding`. */
export interface CardPurse {
  /** `04a1b2c3d4e5f6-2`: CSN and region. */
  readonly id: string;
  readonly card: string;
  readonly region: Region;
  /** Id of its provider. */
  readonly provider: string;
  /** Name of the key from which the card's came. */
  readonly n: number;
  /** The last LTC whose receipt is booked. */
  readonly lastCounter: number;
  /** Id of the one order that may be on its way, under the LTC after the last one. */
  readonly outstanding: string | undefined;
  /** After a restore: nothing is sent or refunded before its receipts were asked for. */
  readonly queryWanted: boolean;
  readonly freeze: CardFreeze | undefined;
  readonly frozenAt: Milliseconds | undefined;
  /** Tokens ever loaded, as booked from receipts: stored and found. */
  readonly credited: bigint;
  /** Tokens that left by closing, and by the release of what was pending. */
  readonly closed: bigint;
  readonly released: bigint;
  /** Tokens that went to meters, as far as the card told. */
  readonly handed: bigint;
  /** Tokens that went to meters of other subscribers, as the events of those told. */
  readonly toOthers: bigint;
  /** Tokens that were given to another card, because this one is lost. */
  readonly recovered: bigint;
  /** What the card told last, if it ever did. */
  readonly toldAt: Milliseconds | undefined;
  readonly balance: bigint;
  /** Tokens of all debits that it ever made: handed over, pending and released. */
  readonly debited: bigint;
  readonly pendingMeter: Svpmsn | undefined;
  readonly pending: bigint;
  readonly debitCounter: number;
  readonly ticketVersion: number;
}

/**
 * `waiting` until the card is somewhere where it can be reached, `outstanding` under an LTC, `voiding` when it is taken
 * back and the card decides; then `stored` in the card, `refunded` because it never was and never will be, `closed` for
 * what left the card. `found` is none of ours; `lost` went down with its card, and is given to the one after it.
 */
export type CardOrderState =
  | 'waiting'
  | 'outstanding'
  | 'voiding'
  | 'stored'
  | 'refunded'
  | 'closed'
  | 'found'
  | 'lost';

export interface CardOrder {
  readonly id: string;
  /** Id of the region of a card that it is for. */
  readonly purse: string;
  /** The same while it is neither stored nor refunded. */
  readonly openOf: string | undefined;
  readonly provider: string;
  readonly op: 'credit' | 'close' | 'release';
  /** Tokens; of a closing and a release what the receipt named. */
  readonly amount: Tokens;
  /** Of a release: the DTC of the pending record that is to end. */
  readonly debitCounter: number | undefined;
  /** Where the money came from: a way of paying, `manual`, `recovery`. */
  readonly source: string;
  /** The first 8 bytes of SHA-256 of the id, 16 hex digits. */
  readonly txid: string;
  readonly state: CardOrderState;
  readonly why: 'full' | 'voided' | undefined;
  /** LTC. */
  readonly counter: number | undefined;
  /** Of a sale for money, in minor units: what was paid, and what of it was fee and tax. */
  readonly method: PaymentMethod | undefined;
  readonly paid: bigint;
  readonly fee: bigint;
  readonly tax: bigint;
  /** Of its provider when it was sold: what its value is worth. Nothing where none was published, or nothing was sold. */
  readonly unitCharge: number | undefined;
  readonly orderedAt: Milliseconds;
  readonly settledAt: Milliseconds | undefined;
  /** What was refunded, or left the card, was given back. */
  readonly paidOutAt: Milliseconds | undefined;
}

/** A ticket as it was given to a card, without the key in it. */
export interface CardTicket {
  /** `04a1b2c3d4e5f6-2-00001`: region of a card, and version. */
  readonly id: string;
  readonly purse: string;
  readonly meter: Svpmsn;
  /** Name of the meter's key that it is sealed under. */
  readonly n: number;
  readonly version: number;
  readonly limit: Tokens;
  /** Unix seconds. */
  readonly expiry: number;
  readonly epoch: number;
  readonly issuedAt: Milliseconds;
  /** When the card said that it has it. */
  readonly takenAt: Milliseconds | undefined;
  /** Id of its provider while no newer one for the same meter was issued for the card: under that alone meters may take. */
  readonly exposes: string | undefined;
}

/**
 * A meter that takes value from cards. Most have no line: value comes to them by cards alone, and so does what they tell.
 * One that has a line is here as soon as a card has a ticket for it; it is a `Meter` all the same.
 */
export interface OfflineMeter {
  /** `0a1b2d`: its number. */
  readonly id: string;
  readonly svpmsn: Svpmsn;
  readonly provider: string;
  readonly subscriber: string;
  /** Name of its key of purpose value: tickets are sealed under it. */
  readonly n: number;
  readonly enrolledAt: Milliseconds;
  /** It has a line: what it takes, it tells on that too, and it is booked into its purse there. */
  readonly line: boolean;
  /**
   * It took value from a card, or may have, and has not told since on its line how much that makes in all. Of one without
   * a line: it came to another household, and no report has told yet what it took before and since.
   */
  readonly awaited: boolean;
  /** Of the hot list: raised whenever a card that had a ticket for it is blocked. */
  readonly epoch: number;
  /** The greatest epoch of which it is known that it has come to the meter. */
  readonly epochThere: number;
  /** Its last report that was taken in: sequence, and what it said. */
  readonly sequence: number;
  readonly reportedAt: Milliseconds | undefined;
  /** Tokens ever taken from cards, and of them spent and left; what was used on emergency credit is owed. */
  readonly fromCards: bigint;
  /**
   * Of what it took: out of cards of other subscribers, as the events of one with a line told, and as all of it is that
   * came before its household did.
   */
  readonly fromOthers: bigint;
  /**
   * What the cards of its subscriber had told to have handed over, when it told what it took: it may not have taken yet
   * what they handed over later.
   */
  readonly handedThen: bigint;
  readonly spent: bigint;
  readonly balance: bigint;
  readonly owed: bigint;
  /** All that it ever measured, in 0.1 of the unit of its region. */
  readonly register: bigint;
  readonly flags: number;
  /** By its own clock, Unix seconds; 0 where that was not set. */
  readonly toldAt: number;
  /** Its newest, the last one first: kind, and whole minutes before `toldAt`. */
  readonly events: readonly { readonly kind: number; readonly minutesBefore: number }[];
  /** It told less than it had told before: its memory was put back, or there are two of it. */
  readonly doubt: 'counts-behind' | undefined;
}
