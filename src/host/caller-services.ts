import type { Milliseconds, WallClock } from '../units/index.ts';
import type { Act } from './office.ts';
import type { PasswordHash } from './password-port.ts';
import type { Store } from './ports.ts';
import type { HostFailure, NumberedOrder, Payment, PhoneAccess, PhoneCall } from './types.ts';

export interface CallerPorts {
  readonly store: Store;
  readonly clock: WallClock;
  readonly passwords: PasswordHash;
}

/** What a household has by telephone, as others may see it. */
export interface PhoneAccessView extends Omit<PhoneAccess, 'pin'> {
  readonly hasPin: boolean;
}

/** What somebody is to have by telephone; the same meter again takes the place of what it had. */
export interface WantedAccess extends Pick<PhoneAccess, 'number' | 'language' | 'usual'> {
  readonly meter: number;
  /** What is kept stays where it is absent. */
  readonly means?: PhoneAccess['means'];
  /** Six digits that are not guessed at once; those that hold stay where it is absent, and `null` takes them away. */
  readonly pin?: string | null;
}

/** A payment with the order that it became, as soon as it is one. */
export interface PaidByPhone {
  readonly payment: Payment;
  readonly order: NumberedOrder | undefined;
}

/**
 * Who may do what by telephone, and what was called for. What may be refused answers with a value or a `HostFailure`,
 * a store that fails underneath among them; lists reject with the store's `StoreError`.
 */
export interface CallerServices {
  allowCaller(act: Act, wanted: WantedAccess): Promise<PhoneAccessView | HostFailure>;
  forbidCaller(act: Act, meter: number): Promise<PhoneAccessView | HostFailure>;
  phoneAccess(meter: number): Promise<PhoneAccessView | HostFailure>;
  /** Whose number it is, if it is that of one household alone. */
  callerOf(number: string): Promise<PhoneAccessView | HostFailure>;
  /**
   * Whose PIN this is. The refusal does not say whether there is such a meter. After some that failed in a row the
   * meter's PIN is not looked at for a while, which doubles with every one that follows.
   */
  identify(said: { readonly meter: number; readonly pin: string }): Promise<PhoneAccessView | HostFailure>;
  /** The id under which a call pays for the first, second, third thing: however often it is asked for, it is one. */
  phonePaymentId(call: string, count: number): string;
  paidByPhone(payment: string): Promise<PaidByPhone | HostFailure>;
  /** Keeps a call as it stands. */
  noteCall(call: PhoneCall): Promise<PhoneCall | HostFailure>;
  /** Somebody takes calls from now on, and speaks with those who call. */
  beginTaking(act: Act): Promise<object | HostFailure>;
  /** Somebody has called back. */
  settleCall(act: Act, id: string): Promise<PhoneCall | HostFailure>;
  /**
   * Ends the calls that stand as live although nobody can serve them any more, and says so in their steps; what was
   * paid in them and not noted yet is, and comes to its end as every payment does.
   * Rejects with the store's `StoreError`.
   * @param begunBefore those that began later may still be served, by another host
   */
  breakOffCalls(begunBefore: Milliseconds): Promise<{ readonly calls: number }>;
  call(id: string): Promise<PhoneCall | HostFailure>;
  /** The newest first; those in one state only, if it is named. */
  calls(query: {
    readonly state?: PhoneCall['state'];
    readonly after?: string;
    readonly limit: number;
  }): Promise<PhoneCall[]>;
}
