import type { BookSums } from '../../analysis/index.ts';
import type { TariffDefinition } from '../../tariff/index.ts';
import type { Milliseconds } from '../../units/index.ts';

/** What seller and re-seller agreed on. */
export interface SettlementTerms {
  /** Name of the bulk tariff, published like any other; what is in force when a period begins holds for all of it. */
  readonly tariff: string;
  /** Hundredths of a percent of the energy bought that lines and transformers are held to lose. */
  readonly technicalBasisPoints: number;
  /** Hundredths of a percent a year on what is prepaid and not spent. */
  readonly interestBasisPoints: number;
}

/** All that a closing follows from, beside the minutes of the check meters. Sums are decimal texts. */
export interface ClosingInputs {
  /** Digest of the closing before; empty in the first. */
  readonly previous: string;
  /** IANA name of the zone whose calendar month it is. */
  readonly zone: string;
  readonly terms: SettlementTerms;
  readonly tariff: { readonly version: number; readonly definition: TariffDefinition };
  /** By number: the digest of the minutes that are kept of each transformer, as `minutesDigest` makes it. */
  readonly transformers: readonly { readonly localUnit: number; readonly digest: string }[];
  /** By number of the local unit; missing minutes are those of all its meters. */
  readonly metered: readonly {
    readonly localUnit: number;
    readonly deciWattHours: string;
    readonly missing: number;
  }[];
  readonly begin: Decimals<BookSums>;
  readonly end: Decimals<BookSums>;
  /** What was spent by then, by tariff step, as far as profiles had told: the sum is `spent` of the books. */
  readonly revenue: { readonly begin: RevenueText; readonly end: RevenueText };
  /** Prepaid and not spent at the end of each day. */
  readonly balances: readonly string[];
  readonly priceCarried: string;
  /** What a corrected claim made of the price of the month before, in tokens: its counter-entry. */
  readonly corrected: string;
  readonly interestCarried: string;
}

/** `Revenue` with its amounts as decimal texts. */
export interface RevenueText {
  readonly steps: readonly { readonly percent: number; readonly tokens: string }[];
  readonly unread: string;
}

export type Decimals<T> = { readonly [key in keyof T]: string };

/** A month that is closed: once, in order, and never again. */
export interface Closing {
  /** `2026-03` */
  readonly month: string;
  readonly closedAt: Milliseconds;
  readonly inputs: ClosingInputs;
  /** What the seller is to be paid for this month, in tokens, and for all months that these books closed. */
  readonly price: bigint;
  readonly priceOfAll: bigint;
  /** What the next month begins with, in price units and interest units. */
  readonly priceLeft: bigint;
  readonly interestLeft: bigint;
  /** SHA-256 of all of it, 64 hex digits. */
  readonly digest: string;
}

/** The minutes of one transformer that a month was closed or a claim was judged by. */
export interface SettledMinutes {
  /** `2026-03 257`: month, and area unit × 256 + local unit; behind it the version of a corrected claim, from 2 on. */
  readonly id: string;
  /** Milliwatt-hours of each minute of the month as u32, big-endian; 0xFFFFFFFF where none came. */
  readonly energies: Uint8Array;
}

/** A claim for a month, ours or theirs, and the answer as soon as there is one. Both are signed. */
export interface SettlementClaim {
  /** `to korea-power 2026-03` or `from hanbit 2026-03`; behind it the version of a corrected one, from 2 on. */
  readonly id: string;
  /** Compact JWS. */
  readonly claim: string;
  readonly answer: string | undefined;
}
