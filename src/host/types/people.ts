import type { Milliseconds } from '../../units/index.ts';
import type { Remittance } from './remittances.ts';
import type { VoucherBatch } from './vouchers.ts';

/**
 * What somebody is to the utility. The `seller` is the one of FIG. 6 who sells in bulk to the utility; `agent` a shop
 * or a kiosk that sells in its name.
 */
export type Role =
  | 'operator'
  | 'cashier'
  | 'agent'
  | 'technician'
  | 'auditor'
  | 'system-manager'
  | 'seller'
  | 'subscriber';

/** Somebody who may log in. */
export interface Person {
  /** The login. It is never given to another, because the audit log names it. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Whose meters a person of role `subscriber` may see; no other role has one. */
  readonly subscriber: string | undefined;
  /** As `PasswordHash` made it. */
  readonly password: string;
  /** The password was made by the program, and until this instant of the wall clock it is good for choosing another. */
  readonly oneTimeUntil: Milliseconds | undefined;
  /** By a person, until a person unlocks. */
  readonly locked: boolean;
  readonly createdAt: Milliseconds;
}

/** Somebody is logged in. All instants of people are of the wall clock. */
export interface Session {
  /** SHA-256 of the token, 64 hex digits: the token itself stands nowhere. */
  readonly id: string;
  readonly person: string;
  readonly createdAt: Milliseconds;
  /** To a minute. */
  readonly seenAt: Milliseconds;
}

/** A program's way in. */
export interface ApiKey {
  /** The part of the key that is no secret. */
  readonly id: string;
  /** SHA-256 of the key, 64 hex digits. */
  readonly hash: string;
  readonly name: string;
  readonly role: Role;
  /** Of what its role may do, only this. */
  readonly scopes: readonly string[];
  /** Login. */
  readonly createdBy: string;
  readonly createdAt: Milliseconds;
  readonly expiresAt: Milliseconds | undefined;
  readonly revokedAt: Milliseconds | undefined;
}

/**
 * Log-ins that failed, under a number that is made of the login: so many rows there can be and no more, and one that
 * nobody has leaves the same trace as one that somebody has.
 */
export interface Attempts {
  readonly id: string;
  readonly count: number;
  readonly lockedUntil: Milliseconds;
}

/** What needs two people. */
export type Proposal =
  | { readonly type: 'key-change'; readonly meter: number; readonly purpose: 'value' | 'control' }
  /** A meter whose case was opened: custodians give it its keys, and its tamper is cleared when it has them. */
  | { readonly type: 'revival'; readonly meter: number }
  /** Value that nobody paid for; and the same for a region of a card. */
  | { readonly type: 'manual-credit'; readonly meter: number; readonly amount: number }
  | { readonly type: 'card-credit'; readonly card: string; readonly region: number; readonly amount: number }
  /** A sale is taken back. */
  | { readonly type: 'void'; readonly order: string }
  /** The same of a sale to a card. */
  | { readonly type: 'card-void'; readonly order: string }
  /** All that is left in a region is taken off its card; or what is pending there is ended. */
  | { readonly type: 'card-closing' | 'card-release'; readonly card: string; readonly region: number }
  /** The value of a card that ended is given to the one in its place. */
  | { readonly type: 'card-recovery'; readonly card: string }
  /** Money goes to the seller, or to a provider of cards. */
  | ({ readonly type: 'remittance' } & Pick<Remittance, 'payee' | 'method' | 'paidOn' | 'reference'> & {
        readonly amount: number;
      })
  /** What was booked of such money never happened, or came back. */
  | { readonly type: 'remittance-reversal'; readonly remittance: string }
  /** Vouchers are made, to be printed. */
  | ({ readonly type: 'voucher-batch'; readonly batch: string } & Pick<VoucherBatch, 'count' | 'value' | 'expiresAt'>)
  /** Vouchers of a batch, from the first to the last of these, are good for nothing any more. */
  | { readonly type: 'voucher-void'; readonly batch: string; readonly first: number; readonly last: number };

export interface Approval {
  /** In the order in which they were asked for. */
  readonly id: string;
  readonly proposal: Proposal;
  /** Why, in the words of whoever asks. */
  readonly why: string;
  readonly state: 'waiting' | 'approved' | 'refused';
  /** Logins. */
  readonly askedBy: string;
  readonly askedAt: Milliseconds;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Milliseconds | undefined;
}

/** What was answered to a request that must not be carried out twice. */
export interface KeptAnswer {
  /** Who asked, and the key that they gave. */
  readonly id: string;
  /** SHA-256 of what was asked, 64 hex digits: the same key for another request is refused. */
  readonly fingerprint: string;
  readonly body: string;
  readonly at: Milliseconds;
}

/** Who did what. Written in the transaction of what was done, and never changed. */
export interface AuditEntry {
  readonly at: Milliseconds;
  /** A login, or `key:` and the id of an API key. */
  readonly by: string;
  readonly role: Role;
  readonly action: string;
  /** What it was done to: `meter 0a1b2c`, `person kim`. */
  readonly subject: string;
  /** The rest of what was asked, for a person; never a secret. */
  readonly detail: string;
  /** Id of the request, as in the log. */
  readonly request: string;
}
