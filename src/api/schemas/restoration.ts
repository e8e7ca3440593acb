import { type Static, Type } from 'typebox';
import type { RestorationView } from '../../host/index.ts';
import { svpmsnText } from '../../units/index.ts';
import { Amount, Instant, instantText, MeterNumber, Strict } from './common.ts';

/** What was learned since the books were put back from a copy. */
export const RestorationSchema = Type.Object(
  {
    copiedAt: Type.Optional(Instant),
    startedAt: Instant,
    meters: Type.Integer({ minimum: 0 }),
    awaitedMeters: Type.Integer({ minimum: 0, description: 'Those that have not told their receipts yet.' }),
    frozenMeters: Type.Array(MeterNumber, { description: 'Frozen since the restore: a person decides.' }),
    /** Value in meters that the books do not know to have been sold. */
    found: Amount,
    vouchersPaidTwice: Type.Array(
      Strict({
        voucher: Type.String(),
        meter: MeterNumber,
        order: Type.String(),
        foundIn: MeterNumber,
        amount: Amount,
      }),
      {
        description:
          'Vouchers that paid for an order in `meter`, and before that, in hours that the books forgot, for `amount` in the meter `foundIn`.',
      },
    ),
    unsettledPayments: Type.Integer({ minimum: 0 }),
    ports: Type.Array(Strict({ port: Type.String(), isReconciled: Type.Boolean() })),
  },
  { $id: 'Restoration' },
);

export const restorationJson = ({
  copiedAt,
  startedAt,
  awaited,
  frozen,
  found,
  paidTwice,
  ...view
}: RestorationView): Static<typeof RestorationSchema> => ({
  ...(copiedAt !== undefined && { copiedAt: instantText(copiedAt) }),
  startedAt: instantText(startedAt),
  meters: view.meters,
  awaitedMeters: awaited,
  frozenMeters: frozen.map(svpmsnText),
  found: String(found),
  vouchersPaidTwice: paidTwice.map(({ voucher, sold, found: there }) => ({
    ...{ voucher, meter: svpmsnText(sold.svpmsn), order: sold.id },
    ...{ foundIn: svpmsnText(there.svpmsn), amount: String(there.amount) },
  })),
  unsettledPayments: view.unsettledPayments,
  ports: view.ports.map((each) => ({ ...each })),
});
