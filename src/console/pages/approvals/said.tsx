import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ApprovalJson } from '../../../api/index.ts';
import { APPROVAL_WORDS, fill } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';

/** What was asked, in a sentence that leads to what it is about. */
export function Said({ proposal }: Pick<ApprovalJson, 'proposal'>): ReactNode {
  const words = useWords(APPROVAL_WORDS);
  const { money, dateOfYear } = useFormat();
  switch (proposal.type) {
    case 'void':
      return (
        <Link to={`/sell/${encodeURIComponent(proposal.order)}`} title={proposal.order}>
          {fill(words.said.void, endOf(proposal.order))}
        </Link>
      );
    case 'manual-credit':
      return (
        <Link to={`/meters/${proposal.meter}`}>{fill(words.said.credit, money(proposal.amount), proposal.meter)}</Link>
      );
    case 'key-change':
      return (
        <Link to={`/meters/${proposal.meter}`}>
          {fill(words.said.key, proposal.meter, words.purposes[proposal.purpose])}
        </Link>
      );
    case 'revival':
      return <Link to={`/meters/${proposal.meter}`}>{fill(words.said.revive, proposal.meter)}</Link>;
    case 'card-void':
      return <span title={proposal.order}>{fill(words.saidOfCards[proposal.type], endOf(proposal.order))}</span>;
    case 'card-credit':
      return (
        <Link to={`/cards/${proposal.card}`}>
          {fill(words.saidOfCards[proposal.type], money(proposal.amount), proposal.card)}
        </Link>
      );
    case 'card-closing':
    case 'card-release':
    case 'card-recovery':
      return <Link to={`/cards/${proposal.card}`}>{fill(words.saidOfCards[proposal.type], proposal.card)}</Link>;
    case 'remittance':
      return (
        <span title={dateOfYear(proposal.paidOn)}>
          {fill(words.said.pay, money(proposal.amount), proposal.payee, proposal.reference)}
        </span>
      );
    case 'remittance-reversal':
      return <span>{fill(words.said.unpay, proposal.remittance)}</span>;
    case 'voucher-batch':
      return (
        <span title={proposal.expiresAt}>
          {fill(words.said.vouchers, String(proposal.count), proposal.batch, money(proposal.value))}
        </span>
      );
    case 'voucher-void':
      return (
        <span>{fill(words.said.voidVouchers, String(proposal.first), String(proposal.last), proposal.batch)}</span>
      );
  }
}

const END = 8;

/** An id is long, and its end tells it apart. */
const endOf = (id: string) => (id.length > END ? `…${id.slice(-END)}` : id);
