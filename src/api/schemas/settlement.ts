import { type Static, Type } from 'typebox';
import { type ClosedPeriod, type Closing, paidBy, type SettledClaim } from '../../host/index.ts';
import { Instant, instantText, maybe, Name, OneOf, Strict } from './common.ts';

const Tokens = Type.String({ pattern: '^(0|-?[1-9][0-9]*)$', description: 'Whole tokens.' });
const Energy = Type.String({ pattern: '^(0|-?[1-9][0-9]*)$', description: 'Milliwatt-hours.' });
const Share = Type.Integer({ minimum: 0, maximum: 10_000, description: 'Hundredths of a percent.' });

export const Month = Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$', description: '`2026-03`' });

export const NewClosing = Strict({
  month: Month,
  terms: Strict({ tariff: Name, technicalBasisPoints: Share, interestBasisPoints: Share }),
});

export const PeriodSchema = Type.Object(
  { month: Month, closedAt: Instant, price: Tokens, priceOfAll: Tokens, digest: Type.String() },
  { $id: 'Period', description: 'A month that was closed between seller and re-seller.' },
);
export type PeriodJson = Static<typeof PeriodSchema>;

export const periodJson = ({ month, closedAt, price, priceOfAll, digest }: Closing): PeriodJson => ({
  month,
  closedAt: instantText(closedAt),
  price: String(price),
  priceOfAll: String(priceOfAll),
  digest,
});

export const ClosedPeriodSchema = Type.Object(
  {
    ...PeriodSchema.properties,
    bought: Energy,
    sold: Energy,
    missingMinutes: Type.Integer(),
    lost: Energy,
    technical: Energy,
    unexplained: Energy,
    margin: Tokens,
    deferredBegin: Tokens,
    deferredEnd: Tokens,
    interest: Tokens,
    claims: Type.Array(
      Type.Object({
        reseller: Type.String(),
        seller: Type.String(),
        issuedAt: Instant,
        price: Tokens,
        answer: Type.Optional(
          Type.Object({
            issuedAt: Instant,
            verdict: OneOf(['acknowledged', 'disputed']),
            price: Type.String({ description: "By the seller's own minutes and tariff." }),
            differences: Type.Integer(),
          }),
        ),
      }),
      { description: 'Made or taken here for this month, and what was answered.' },
    ),
    paid: Type.String({ description: 'To the seller, for whatever month, by now; less what came back.' }),
    stillDue: Type.String({ description: 'Of all months until this one: what is paid counts for the oldest.' }),
    faults: Type.Array(Type.String(), { description: 'What in the books is not as it was when it was closed.' }),
  },
  { $id: 'ClosedPeriod', description: 'The same, computed anew from what was kept.' },
);
export type ClosedPeriodJson = Static<typeof ClosedPeriodSchema>;

export const closedPeriodJson = (
  { closing, settlement, remittances, stillDue, faults }: ClosedPeriod,
  claims: readonly SettledClaim[],
): ClosedPeriodJson => ({
  ...periodJson(closing),
  bought: String(settlement.bought.energy),
  sold: String(settlement.sold.energy),
  missingMinutes: Number(settlement.sold.missing),
  lost: String(settlement.losses.energy),
  technical: String(settlement.losses.technical),
  unexplained: String(settlement.losses.unexplained),
  margin: String(settlement.margin),
  deferredBegin: String(settlement.deferred.begin),
  deferredEnd: String(settlement.deferred.end),
  interest: String(settlement.interest.tokens),
  claims: claims.map(({ claim, answer }) => ({
    ...{ reseller: claim.reseller, seller: claim.seller, issuedAt: instantText(claim.issuedAt), price: claim.price },
    ...maybe('answer', answer, ({ issuedAt, verdict, price, differences }) => ({
      ...{ issuedAt: instantText(issuedAt), verdict, price, differences: differences.length },
    })),
  })),
  ...{ paid: String(paidBy(remittances)), stillDue: String(stillDue) },
  faults: [...faults],
});
