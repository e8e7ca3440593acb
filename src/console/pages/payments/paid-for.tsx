import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { PaymentJson } from '../../../api/index.ts';
import { cardAddress } from '../cards/address.ts';

/** The meter, or the card, that money is for, with its page. */
export function PaidFor({ of: { meter, card } }: { readonly of: Pick<PaymentJson, 'meter' | 'card'> }): ReactNode {
  if (meter !== undefined) return <Link to={`/meters/${meter}`}>{meter}</Link>;
  return card === undefined ? null : <Link to={cardAddress(card)}>{card}</Link>;
}
