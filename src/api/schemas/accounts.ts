import { type Static, Type } from 'typebox';
import type { Head, Numbered, TrialBalance } from '../../host/index.ts';
import { Instant, instantText, Named, SignedAmount } from './common.ts';

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

export const trialBalanceJson = ({ posting, accounts, debit, credit }: TrialBalance): TrialBalanceJson => ({
  posting,
  accounts: accounts.map((each) => ({
    account: each.account,
    debit: String(each.debit),
    credit: String(each.credit),
    balance: String(each.debit - each.credit),
    lines: each.lines,
  })),
  debit: String(debit),
  credit: String(credit),
  balanced: debit === credit,
});

export const headJson = ({ number, at, kid, body, signature }: Numbered<Head>): HeadJson => ({
  number,
  at: instantText(at),
  key: kid,
  body,
  signature,
});
