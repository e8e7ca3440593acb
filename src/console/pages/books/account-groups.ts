import type { AccountJson } from '../../../api/index.ts';

/** Groups in which the accounts of the ledger are read, in their order. */
export const ACCOUNT_GROUPS = ['value', 'money', 'revenue', 'owed', 'given'] as const;
export type AccountGroup = (typeof ACCOUNT_GROUPS)[number];

const OF_GROUPS: Readonly<Record<Exclude<AccountGroup, 'owed'>, readonly string[]>> = {
  value: [
    ...['prepaid', 'value-in-meters', 'found-in-meters', 'closed-purses', 'value-moved', 'emergency-credit'],
    ...['prepaid-cards', 'value-on-cards', 'value-in-offline-meters', 'found-on-cards'],
  ],
  money: ['cash', 'card', 'bank-transfer', 'direct-debit', 'wallet', 'payment-service'],
  revenue: ['energy-revenue', 'fixed-charges', 'fees', 'tax', 'vouchers-lapsed'],
  given: ['commissions', 'goodwill', 'cash-differences', 'energy-bought'],
};

/**
 * Where an account is read; floats of agents, arrears, the seller's, what belongs to the providers of cards and whatever
 * is new are owed by somebody or to them.
 */
export function groupOf(account: string): AccountGroup {
  const [of = account] = account.split(':');
  const found = Object.entries(OF_GROUPS).find(([, accounts]) => accounts.includes(of));
  return (found?.[0] as AccountGroup | undefined) ?? 'owed';
}

export interface GroupedAccounts {
  readonly group: AccountGroup;
  readonly accounts: readonly AccountJson[];
  readonly debit: bigint;
  readonly credit: bigint;
  readonly balance: bigint;
}

/** Groups that have accounts, each with its sums. */
export function grouped(accounts: readonly AccountJson[]): GroupedAccounts[] {
  const sum = (of: readonly AccountJson[], field: 'debit' | 'credit' | 'balance') =>
    of.reduce((total, each) => total + BigInt(each[field]), 0n);
  return ACCOUNT_GROUPS.map((group) => {
    const own = accounts.filter(({ account }) => groupOf(account) === group);
    return { group, accounts: own, debit: sum(own, 'debit'), credit: sum(own, 'credit'), balance: sum(own, 'balance') };
  }).filter(({ accounts: own }) => own.length > 0);
}
