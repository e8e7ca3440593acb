import { type Static, Type } from 'typebox';
import { Instant, Named, SignedAmount } from './common.ts';

const Total = Type.String({ pattern: '^[0-9]+$', description: 'Tokens.' });

export const AccountSchema = Type.Object(
  {
    account: Type.String(),
    debit: Total,
    credit: Total,
    balance: SignedAmount,
    lines: Type.Integer(),
  },
  { $id: 'Account', description: 'An account of the ledger: balance = debit - credit.' },
);
export type AccountJson = Static<typeof AccountSchema>;

export const TrialBalanceSchema = Type.Object(
  {
    posting: Type.Integer({ description: 'The last one that is in it.' }),
    accounts: Type.Array(Named(AccountSchema)),
    debit: Total,
    credit: Total,
    balanced: Type.Boolean({ description: 'Whether debit and credit are the same.' }),
  },
  { $id: 'TrialBalance' },
);
export type TrialBalanceJson = Static<typeof TrialBalanceSchema>;

export const HeadSchema = Type.Object(
  {
    number: Type.Integer(),
    at: Instant,
    key: Type.String({ description: 'The name of the key that signed it.' }),
    body: Type.String({ description: 'JSON; these very bytes are signed.' }),
    signature: Type.String({ description: 'Ed25519, base64url.' }),
  },
  { $id: 'Head', description: 'What the books were at an instant, signed.' },
);
export type HeadJson = Static<typeof HeadSchema>;
